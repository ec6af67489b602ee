/* SPDX-License-Identifier: Apache-2.0
 *
 * The way of a segment: is its number plausible; what does it acknowledge; which of its octets are new; can they be
 * handed out at once (nearly always, and then nothing is copied), or must they wait.
 */
#include "stream/stream.h"

#include <stdlib.h>

#include "stream/release.h"

/* Shift assumed while the SYNs were not seen: ordinary hosts announce 6 to 9. */
#define SCALE_ASSUMED 7
#define SCALE_MOST 14
/* How much longer than reorder_time a hole that the peer has not acknowledged may hold octets while they are scarce. */
#define PATIENCE_WHEN_SCARCE 4

struct stream *
stream_new(
    const struct stream_limits *limits, struct stream_budget *budget, const struct stream_reader *reader, void *arg)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->limits = limits;
	s->budget = budget;
	s->reader = reader;
	s->arg = arg;
	half_init(&s->half[FROM_CLIENT]);
	half_init(&s->half[FROM_SERVER]);
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

/* After a call that may have called the reader, which may have muted us. */
static void
leave(struct stream *s, usec_t now)
{
	s->busy = false;
	if (!s->muted)
		return;
	release_nothing(s);
	for (int i = 0; i < 2; i++) {
		struct half *h = &s->half[i];

		if (h->fin == HALF_NO_FIN || h->ended)
			continue;
		if (h->fin > h->next)
			release_gap(s, (enum direction)i, h->fin - h->next, now);
		release_end(s, (enum direction)i, STREAM_END_FIN, now);
	}
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

	peer->window = (uint32_t)p->window << ((p->flags & TCP_SYN) != 0 ? 0 : shift_of(s, d));
	if ((p->flags & TCP_ACK) == 0)
		return 0;
	if (!half_acknowledge(peer, p->acknowledged, &requires))
		release_oddity(s, d, STREAM_WILD, p->time);
	return requires;
}

static void
count_copy(struct stream *s, enum direction d, uint64_t octets, bool conflict, usec_t now)
{
	struct half *h = &s->half[d];

	h->retransmitted += octets;
	if (!conflict)
		return;
	h->conflicts++;
	release_oddity(s, d, STREAM_CONFLICT, now);
}

/* Takes off the front of a stretch what lies before half.next. False when nothing is left. */
static bool
trim(const struct half *h, struct stretch *new)
{
	uint64_t before = new->at < h->next ? h->next - new->at : 0;

	if (before >= new->len)
		return false;
	new->at += before;
	new->len -= (uint32_t)before;
	if (new->octets != NULL)
		new->octets += before;
	return true;
}

/* Hands out the first `len` octets of a stretch that begins at half.next. */
static void
pass(struct stream *s, enum direction d, const struct stretch *new, uint32_t len, usec_t now)
{
	if (new->octets == NULL) {
		release_gap(s, d, len, now);
		return;
	}
	s->half[d].bytes += len;
	release_data(s, d, bytes_of(new->octets, len), now);
}

static bool
keep(struct stream *s, enum direction d, const struct stretch *new)
{
	struct half *h = &s->half[d], *peer = &s->half[direction_other(d)];
	struct addition a = segments_weigh(&h->waiting, new);

	if (a.fresh > 0) {
		if (a.charge > s->limits->waiting_per_flow || s->held > s->limits->waiting_per_flow - a.charge ||
		    a.charge > s->budget->max || s->budget->used > s->budget->max - a.charge)
			return false;
		if (!segments_add(&h->waiting, new))
			return false;
		s->held += a.charge;
		s->budget->used += a.charge;
		h->out_of_order++;
		if (new->octets != NULL)
			h->bytes += a.fresh;
		if (new->requires > peer->owed)
		peer->owed = new->requires;
	}
	count_copy(s, d, a.again, a.conflict, new->time);
	return true;
}

/* No room to let it wait. What stands before it goes first, then what the other side holds; when nothing is left that
 * could go, its own octets are handed out over a gap. */
static void
make_way(struct stream *s, enum direction d, const struct stretch *new)
{
	struct half *h = &s->half[d];
	enum direction other = direction_other(d);
	struct front front = half_front(h);
	uint32_t len = new->len;

	release_oddity(s, d, STREAM_CEILING, new->time);
	if (front.any && front.at <= new->at) {
		release_step(s, d, new->time);
		return;
	}
	if (s->half[other].waiting.count > 0) {
		release_step(s, other, new->time);
		return;
	}
	if (new->at > h->next)
		release_gap(s, d, new->at - h->next, new->time);
	if (s->muted)
		return;
	if (front.any && front.at - new->at < len)
		len = (uint32_t)(front.at - new->at);
	pass(s, d, new, len, new->time);
}

/* Counts, after stream_mute() or a RST: what lies beyond the furthest octet seen is new, all else is a copy. */
static void
count_only(struct half *h, const struct stretch *new)
{
	uint64_t end = new->at + new->len;

	if (new->at < h->next)
		h->retransmitted += (end < h->next ? end : h->next) - new->at;
	if (end <= h->next)
		return;
	if (new->at > h->next) {
		h->missing += new->at - h->next;
		h->next = new->at;
	}
	*(new->octets != NULL ? &h->bytes : &h->missing) += end - h->next;
	h->next = end;
}

/* Octets of known position, captured or not: handed out, kept, or known already. */
static void
place(struct stream *s, enum direction d, struct stretch new)
{
	struct half *h = &s->half[d];

	while (!s->muted && trim(h, &new)) {
		const struct piece *head = segments_head(&h->waiting);

		if (new.at == h->next && (head == NULL || head->at >= new.at + new.len) &&
		    release_is_free(s, d, new.requires)) {
			pass(s, d, &new, new.len, new.time);
			break;
		}
		if (keep(s, d, &new))
			break;
		make_way(s, d, &new);
	}
	if (s->muted && trim(h, &new))
		count_only(h, &new);
}

/* Octets whose position is known: what was handed out already is compared and counted, the rest finds its place. */
static void
accept(struct stream *s, enum direction d, const struct stretch *new)
{
	struct half *h = &s->half[d];
	uint64_t end = new->at + new->len;
	bool answered = new->at < h->acked;

	if (new->len == 0)
		return;
	if (s->muted || h->ended) {
		count_only(h, new);
		return;
	}
	if (new->at < h->next) {
		uint64_t copy = (end < h->next ? end : h->next) - new->at;

		count_copy(
		    s, d, copy, new->octets != NULL &&half_differs(h, new->at, bytes_of(new->octets, copy)), new->time);
	}
	if (end <= h->next)
		return;
	h->excused = false;
	place(s, d, *new);
	if (answered)
		half_doubt(h);
	release_ready(s, new->time);
}

/* A FIN says where the stream ends. The first word counts, but for one that ends it sooner; what was seen beyond it
 * proves it wrong. */
static void
note_fin(struct stream *s, enum direction d, uint64_t at, uint64_t requires, usec_t now)
{
	struct half *h = &s->half[d];

	if (h->ended || at >= h->fin)
		return;
	if (at < half_end(h)) {
		release_oddity(s, d, STREAM_WILD, now);
		return;
	}
	h->fin = at;
	h->fin_requires = requires;
	if (h->acked > at)
		h->acked = at;
	if (h->mark > at)
		h->mark = at;
}

/* Several segments, or the peer, say that the stream goes on far away: all between is lost. */
static void
jump(struct stream *s, enum direction d, uint32_t sequence, usec_t now)
{
	struct half *h = &s->half[d];

	while (!s->muted && h->waiting.count > 0)
		release_step(s, d, now);
	/* A FIN may have stood behind what waited. */
	if (h->ended)
		return;
	if (h->bytes == 0 && h->missing == 0 && h->owed == 0)
		/* Nothing was said yet: the SYN that we knew was not the one that counted. */
		h->base = sequence;
	else
		release_gap(s, d, (uint32_t)(sequence - (h->base + (uint32_t)h->next)), now);
	h->acked = h->next;
	h->mark = 0;
	h->fin = HALF_NO_FIN;
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
		if (h->ended || !half_stray(h, sequence, (uint32_t)len))
			return;
		jump(s, d, sequence, p->time);
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
	if (at >= h->fin)
		return;
	if (len > h->fin - at)
		len = h->fin - at;
	captured = bytes_skip(p->payload, early).len;
	if (captured > len)
		captured = len;
	new = (struct stretch){ .at = at, .len = (uint32_t)captured, .octets = bytes_skip(p->payload, early).at,
		.requires = requires, .time = p->time, .arrival = s->packets };
	accept(s, d, &new);
	new.at = at + captured;
	new.len = (uint32_t)(len - captured);
	new.octets = NULL;
	accept(s, d, &new);
}

static void
finish(struct stream *s, enum stream_end end, usec_t now)
{
	release_all(s, now);
	release_end(s, FROM_CLIENT, end, now);
	release_end(s, FROM_SERVER, end, now);
}

static void
push(struct stream *s, enum direction d, const struct packet *p)
{
	struct half *h = &s->half[d], *peer = &s->half[direction_other(d)];
	uint32_t sequence = p->sequence;
	uint64_t requires;

	h->seen = true;
	if ((p->flags & TCP_RST) != 0) {
		if (half_takes_reset(h, peer, sequence))
			finish(s, STREAM_END_RST, p->time);
		else
			release_oddity(s, d, STREAM_WILD, p->time);
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

void
stream_push(struct stream *s, enum direction d, const struct packet *p)
{
	s->packets++;
	s->busy = true;
	push(s, d, p);
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
		head = segments_head(&s->half[d].waiting);
		if (head != NULL && now > head->time &&
		    ((uint64_t)now - (uint64_t)head->time) / PATIENCE_WHEN_SCARCE >=
			(uint64_t)s->limits->reorder_time) {
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
	finish(s, STREAM_END_CUT, now);
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
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	release_nothing(s);
	free(s);
}

struct stream_counts
stream_counts(const struct stream *s, enum direction d)
{
	const struct half *h = &s->half[d];

	return (struct stream_counts){ .bytes = h->bytes,
		.missing = h->missing,
		.retransmitted = h->retransmitted,
		.out_of_order = h->out_of_order,
		.conflicts = h->conflicts,
		.ended = h->ended };
}

bool
stream_waits(const struct stream *s)
{
	return half_front(&s->half[FROM_CLIENT]).any || half_front(&s->half[FROM_SERVER]).any;
}

size_t
stream_memory(const struct stream *s)
{
	return sizeof(*s) + s->held;
}
