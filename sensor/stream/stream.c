/* SPDX-License-Identifier: Apache-2.0
 *
 * The way of a segment: is its number plausible; what does it acknowledge; at which position do its octets lie. What
 * becomes of those is place.c's.
 */
#include "stream/stream.h"

#include "base/memory.h"
#include "stream/place.h"
#include "stream/release.h"

/* Shift assumed while the SYNs were not seen: ordinary hosts announce 6 to 9. */
#define SCALE_ASSUMED 7
#define SCALE_MOST 14
/* An acknowledgement that lies further behind is looked at more closely. */
#define ACKNOWLEDGED_BEHIND (INT64_C(1) << 29)
/* How much longer than reorder_time a hole that the peer has not acknowledged may hold octets while they are scarce. */
#define PATIENCE_WHEN_SCARCE 4

_Static_assert(sizeof(struct stream) <= 104, "a calm stream fits in 112 octets of the heap");

struct stream *
stream_new(struct stream_budget *budget, void *arg)
{
	void *room = memory_take_zeroed(1, stream_size);

	return room == NULL ? NULL : stream_init(room, budget, arg);
}

const size_t stream_size = sizeof(struct stream);

struct stream *
stream_init(void *room, struct stream_budget *budget, void *arg)
{
	struct stream *s = room;

	s->budget = budget;
	s->arg = arg;
	half_init(&s->half[FROM_CLIENT]);
	half_init(&s->half[FROM_SERVER]);
	budget->memory += sizeof(*s);
	return s;
}

void
stream_set_initial(struct stream *s, enum direction d, uint32_t syn_sequence)
{
	if (!s->half[d].begun)
		half_begin(&s->half[d], syn_sequence + 1);
}

void
stream_set_window_scale(struct stream *s, enum direction d, uint8_t scale)
{
	s->half[d].scale = scale <= SCALE_MOST ? scale : HALF_SCALE_NONE;
}

/* What is calm again gives back what it needed meanwhile. */
static void
settle_down(struct stream *s)
{
	uint8_t odds;

	if (s->half[0].odd == NULL && s->half[1].odd == NULL && s->odds == 0)
		return;
	half_settle_down(&s->half[0]);
	half_settle_down(&s->half[1]);
	odds = (uint8_t)((s->half[0].odd != NULL) + (s->half[1].odd != NULL));
	s->budget->memory += odds * sizeof(struct odd);
	s->budget->memory -= s->odds * sizeof(struct odd);
	s->odds = odds;
}

/* After a call that may have called the reader, which may have muted us. */
static void
leave(struct stream *s, usec_t now)
{
	s->busy = false;
	if (s->muted) {
		release_nothing(s);
		for (int i = 0; i < 2; i++) {
			struct half *h = &s->half[i];
			uint64_t fin = half_fin(h);

			if (fin == HALF_NO_FIN || h->ended)
				continue;
			if (fin > h->next)
				release_gap(s, (enum direction)i, fin - h->next, now);
			release_end(s, (enum direction)i, STREAM_END_FIN, now);
		}
	}
	settle_down(s);
}

/* Both sides must have offered the option, else neither uses it (RFC 7323 section 2.2). */
static unsigned
shift_of(const struct stream *s, enum direction d)
{
	if (s->half[0].scale == HALF_SCALE_NONE || s->half[1].scale == HALF_SCALE_NONE)
		return 0;
	return s->half[d].scale == HALF_SCALE_UNKNOWN ? SCALE_ASSUMED : s->half[d].scale;
}

/* What the segment says about the other side: how far it has come and how far it may go. Returns the position that the
 * other side must have reached before what is said here may be told. */
static uint64_t
note_peer(struct stream *s, enum direction d, const struct packet *p)
{
	struct half *peer = &s->half[direction_other(d)];
	uint64_t requires;

	half_set_window(peer, (uint32_t)p->window << ((p->flags & TCP_SYN) != 0 ? 0 : shift_of(s, d)));
	if ((p->flags & TCP_ACK) == 0)
		return 0;
	if (!half_acknowledge(peer, p->acknowledged, &requires))
		release_oddity(s, d, STREAM_WILD, p->time);
	return requires;
}

/* A FIN says where the stream ends. The first word counts, but for one that ends it sooner; what was seen beyond it
 * proves it wrong. */
static void
note_fin(struct stream *s, enum direction d, uint64_t at, uint64_t requires, usec_t now)
{
	struct half *h = &s->half[d];
	struct odd *o;

	if (h->ended || at >= half_fin(h))
		return;
	if (at < half_end(h)) {
		release_oddity(s, d, STREAM_WILD, now);
		return;
	}
	o = half_odd(h);
	if (o == NULL)
		return;
	o->fin = at;
	o->fin_requires = requires;
	if (half_acked(h) > at && h->ahead > 0)
		half_set_acked(h, at);
	if (o->mark > at)
		o->mark = at;
}

/* Octets at or beyond the FIN: nobody sends them who has sent it. */
static void
doubt_fin(struct stream *s, enum direction d, usec_t now)
{
	struct half *h = &s->half[d];

	release_oddity(s, d, STREAM_WILD, now);
	h->ended = h->finished = false;
	if (h->odd != NULL)
		h->odd->fin = HALF_NO_FIN;
}

/* Several segments, or the peer, say that the stream goes on far away: all between is lost. */
static void
jump(struct stream *s, enum direction d, uint32_t sequence, usec_t now)
{
	struct half *h = &s->half[d];

	while (!s->muted && half_look(h)->waiting.count > 0)
		release_step(s, d, now);
	/* A FIN may have stood behind what waited. */
	if (h->finished)
		return;
	h->ended = false;
	if (h->odd != NULL) {
		h->odd->fin = HALF_NO_FIN;
		h->odd->mark = 0;
	}
	if (h->next == 0 && half_look(h)->owed == 0)
		/* Nothing was said yet: the SYN that we knew was not the one that counted. */
		h->base = sequence;
	else
		release_gap(s, d, (uint32_t)(sequence - (h->base + (uint32_t)h->next)), now);
	half_set_acked(h, h->next);
}

/* The first octet seen of a side begins it, unless its SYN has. Not so the idle octet of a keep-alive, nor an ACK,
 * which may be one as well. */
static bool
pick_up(struct half *h, const struct packet *p, uint32_t sequence)
{
	bool payload = p->payload.len != 0 || p->payload_cut != 0, fin = (p->flags & TCP_FIN) != 0;

	if (h->begun)
		return true;
	if (!fin && (!payload || (p->payload.len == 1 && p->payload_cut == 0 && p->payload.at[0] == 0)))
		return false;
	half_begin(h, sequence);
	return true;
}

/* The payload and FIN of a segment whose first octet has this sequence number. */
static void
take(struct stream *s, enum direction d, const struct packet *p, uint32_t sequence, uint64_t requires)
{
	struct half *h = &s->half[d];
	uint64_t len = p->payload.len + p->payload_cut, early = 0, at, captured;
	int64_t distance = half_distance(h, sequence);
	struct stretch new;

	if (!half_is_plausible(h, distance)) {
		release_oddity(s, d, STREAM_WILD, p->time);
		if (h->finished || !half_stray(h, sequence, (uint32_t)len))
			return;
		jump(s, d, sequence, p->time);
		if (h->finished)
			return;
		distance = 0;
	}
	/* What lies before the octet that the side was picked up with is none of ours. */
	if (distance < 0 && (uint64_t)-distance > h->next)
		early = (uint64_t)-distance - h->next;
	if (early > len)
		return;
	at = distance < 0 ? h->next + early - (uint64_t)-distance : h->next + (uint64_t)distance;
	len -= early;
	if ((p->flags & TCP_FIN) != 0)
		note_fin(s, d, at + len, requires, p->time);
	if (len > 0 && at + len > half_fin(h))
		doubt_fin(s, d, p->time);
	captured = bytes_skip(p->payload, early).len;
	if (captured > len)
		captured = len;
	new = (struct stretch){ .at = at, .len = (uint32_t)captured, .octets = bytes_skip(p->payload, early).at,
		.requires = requires, .time = p->time, .arrival = s->packets };
	place_octets(s, d, &new);
	new.at = at + captured;
	new.len = (uint32_t)(len - captured);
	new.octets = NULL;
	place_octets(s, d, &new);
}

static void
finish(struct stream *s, enum stream_end end, usec_t now)
{
	release_all(s, now);
	release_end(s, FROM_CLIENT, end, now);
	release_end(s, FROM_SERVER, end, now);
}

/* What waits may yet be completed, should the RST be a forgery, and what was acknowledged may yet come. */
static void
take_reset(struct stream *s, enum direction d, const struct packet *p)
{
	if (!half_takes_reset(&s->half[d], &s->half[direction_other(d)], p->sequence)) {
		release_oddity(s, d, STREAM_WILD, p->time);
		return;
	}
	s->reset = true;
	if (!stream_waits(s) && s->half[0].ahead <= 1 && s->half[1].ahead <= 1)
		finish(s, STREAM_END_RST, p->time);
}

static void
push(struct stream *s, enum direction d, const struct packet *p)
{
	struct half *h = &s->half[d];
	uint32_t sequence = p->sequence;
	uint64_t requires;

	h->seen = true;
	if ((p->flags & TCP_RST) != 0) {
		take_reset(s, d, p);
		return;
	}
	if ((p->flags & TCP_SYN) != 0) {
		sequence++;
		stream_set_initial(s, d, p->sequence);
		if (sequence != h->base) {
			/* Late, behind the payload that the side was picked up with, or nothing of ours. */
			if (!half_is_plausible(h, half_distance(h, sequence)))
				release_oddity(s, d, STREAM_WILD, p->time);
			return;
		}
		stream_set_window_scale(s, d, p->window_scale);
	}
	requires = note_peer(s, d, p);
	if (pick_up(h, p, sequence))
		take(s, d, p, sequence, requires);
	release_ready(s, p->time);
	if (!s->muted)
		release_settle(s, p->time);
}

/* The next octets of a muted stream, or none: nearly all that it sees. */
static bool
just_counts(struct stream *s, enum direction d, const struct packet *p)
{
	struct half *h = &s->half[d];

	if ((p->flags & (TCP_SYN | TCP_FIN | TCP_RST)) != 0 || !h->begun || h->ended || p->payload_cut != 0)
		return false;
	if (p->payload.len > 0 && half_distance(h, p->sequence) != 0)
		return false;
	h->seen = true;
	half_set_window(&s->half[direction_other(d)], (uint32_t)p->window << shift_of(s, d));
	h->next += p->payload.len;
	h->ahead = 0;
	return true;
}

static bool
is_quiet(const struct half *h)
{
	return h->begun && !h->ended && !h->excused && h->ahead <= 0 &&
	    (h->odd == NULL || (h->odd->waiting.count == 0 && h->odd->fin == HALF_NO_FIN));
}

/* The next octets of a side, or none, which acknowledge nothing that was not seen, while nothing waits: nearly all that
 * most streams see. The same as push() does, with all that would come to nothing left out. */
static bool
just_passes(struct stream *s, enum direction d, const struct packet *p)
{
	struct half *h = &s->half[d], *peer = &s->half[direction_other(d)];
	int64_t acknowledged;

	if ((p->flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) != TCP_ACK || p->payload_cut != 0 || s->reset ||
	    !is_quiet(h) || !is_quiet(peer) || half_distance(h, p->sequence) != 0)
		return false;
	acknowledged = half_distance(peer, p->acknowledged);
	if (acknowledged > 0 || acknowledged < -ACKNOWLEDGED_BEHIND)
		return false;
	h->seen = true;
	half_set_window(peer, (uint32_t)p->window << shift_of(s, d));
	if (acknowledged > peer->ahead)
		peer->ahead = (int32_t)acknowledged;
	s->packets++;
	if (p->payload.len == 0)
		return true;
	s->busy = true;
	release_data(s, d, p->payload, p->time);
	s->busy = false;
	if (s->muted)
		leave(s, p->time);
	return true;
}

void
stream_push(struct stream *s, enum direction d, const struct packet *p)
{
	if (s->muted ? just_counts(s, d, p) : just_passes(s, d, p))
		return;
	s->packets++;
	s->busy = true;
	push(s, d, p);
	leave(s, p->time);
}

void
stream_compare(struct stream *s, enum direction d, const struct packet *p)
{
	const struct half *h = &s->half[d];
	int64_t distance;

	if (s->muted || !h->begun || p->payload.len == 0)
		return;
	distance = half_distance(h, p->sequence + ((p->flags & TCP_SYN) != 0));
	if (!half_is_plausible(h, distance) || (distance < 0 && (uint64_t)-distance > h->next))
		return;
	s->busy = true;
	place_compare(s, d, &(struct stretch){ .at = h->next + (uint64_t)distance, .len = (uint32_t)p->payload.len,
				.octets = p->payload.at, .time = p->time, .arrival = s->packets });
	leave(s, p->time);
}

void
stream_tick(struct stream *s, usec_t now)
{
	const struct piece *head;
	enum direction d;

	if (!stream_waits(s))
		return;
	s->busy = true;
	release_settle(s, now);
	/* While memory is scarce, a hole that will never be acknowledged may not hold it for as long as the flow lives.
	 */
	if (s->budget->used > s->budget->max - s->budget->max / 4 && !s->muted && release_first(s, &d)) {
		head = segments_head(&half_look(&s->half[d])->waiting);
		if (head != NULL && now > head->time &&
		    ((uint64_t)now - (uint64_t)head->time) / PATIENCE_WHEN_SCARCE >=
			(uint64_t)s->budget->limits->reorder_time) {
			release_oddity(s, d, STREAM_CEILING, now);
			release_step(s, d, now);
		}
	}
	leave(s, now);
}

void
stream_finish(struct stream *s, usec_t now)
{
	s->busy = true;
	finish(s, s->reset ? STREAM_END_RST : STREAM_END_CUT, now);
	leave(s, now);
}

void
stream_mute(struct stream *s)
{
	s->muted = true;
	if (!s->busy)
		release_nothing(s);
}

void
stream_skim(struct stream *s)
{
	s->skims = true;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	stream_clear(s);
	memory_give_back(s);
}

void
stream_clear(struct stream *s)
{
	release_nothing(s);
	half_clear(&s->half[0]);
	half_clear(&s->half[1]);
	s->budget->memory -= sizeof(*s) + s->odds * sizeof(struct odd);
}

struct stream_counts
stream_counts(const struct stream *s, enum direction d)
{
	const struct half *h = &s->half[d];
	const struct odd *o = half_look(h);

	return (struct stream_counts){ .bytes = h->next + o->captured - o->missing,
		.missing = o->missing,
		.retransmitted = o->retransmitted,
		.out_of_order = o->out_of_order,
		.conflicts = o->conflicts,
		.ended = h->ended };
}

bool
stream_is_one_sided(const struct stream *s)
{
	return s->half[FROM_CLIENT].seen != s->half[FROM_SERVER].seen;
}

bool
stream_waits(const struct stream *s)
{
	return half_front(&s->half[FROM_CLIENT]).any || half_front(&s->half[FROM_SERVER]).any;
}

size_t
stream_memory(const struct stream *s)
{
	return sizeof(*s) + s->odds * sizeof(struct odd) + release_held(s);
}
