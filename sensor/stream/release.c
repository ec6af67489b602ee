/* SPDX-License-Identifier: Apache-2.0
 *
 * A mark per half says which holes are on their way out: it is set to what the peer has acknowledged, and when
 * reorder_packets or reorder_time have passed, every hole before it is given up and it is set anew. A hole so lives for
 * one to two of these spans after its acknowledgement, at a cost that does not grow with the number of holes.
 */
#include "stream/release.h"


#include "base/memory.h"

void
release_oddity(struct stream *s, enum direction d, enum stream_oddity kind, usec_t now)
{
	struct half *h = &s->half[d];
	uint8_t bit = (uint8_t)(1u << kind);
	struct odd *o = half_odd(h);

	if (o == NULL || (o->said & bit) != 0)
		return;
	o->said |= bit;
	if (s->budget->reader->oddity != NULL)
		s->budget->reader->oddity(s->arg, d, kind, h->next, now);
}

/* Short of memory, the loss goes uncounted. */
static void
count_missing(struct half *h, uint64_t missing)
{
	struct odd *o = half_odd(h);

	if (o != NULL)
		o->missing += missing;
}

void
release_gap(struct stream *s, enum direction d, uint64_t missing, usec_t now)
{
	struct half *h = &s->half[d];

	count_missing(h, missing);
	half_skip(h, missing);
	if (s->muted)
		return;
	h->ended = h->finished;
	s->budget->reader->gap(s->arg, d, missing, now);
}

void
release_data(struct stream *s, enum direction d, struct bytes b, usec_t now)
{
	if (s->skims)
		half_skip(&s->half[d], b.len);
	else
		half_pass(&s->half[d], b);
	if (s->muted)
		return;
	s->half[d].ended = s->half[d].finished;
	s->budget->reader->data(s->arg, d, b, now);
}

void
release_end(struct stream *s, enum direction d, enum stream_end end, usec_t now)
{
	struct half *h = &s->half[d];

	if (h->ended)
		return;
	h->ended = true;
	h->finished = end == STREAM_END_FIN;
	s->budget->reader->end(s->arg, d, end, now);
}

bool
release_is_free(const struct stream *s, enum direction d, uint64_t requires)
{
	const struct half *peer = &s->half[direction_other(d)];
	uint64_t fin = half_fin(peer), wanted = requires < fin ? requires : fin;

	return !peer->begun || peer->ended || peer->next + peer->excused >= wanted;
}

static bool
is_ready(const struct stream *s, enum direction d, struct front front)
{
	return front.any && front.at == s->half[d].next && release_is_free(s, d, front.requires);
}

static void
hand_out(struct stream *s, enum direction d, usec_t now)
{
	struct odd *o = s->half[d].odd;
	struct piece *p;
	size_t charge;

	if (segments_head(&o->waiting) == NULL) {
		release_end(s, d, STREAM_END_FIN, now);
		return;
	}
	p = segments_pop(&o->waiting);
	charge = segments_charge(p);
	o->held -= charge;
	s->budget->used -= charge;
	if (p->hollow) {
		release_gap(s, d, p->len, now);
	} else {
		o->captured -= p->len;
		release_data(s, d, bytes_of(p->octets, p->len), now);
	}
	memory_give_back(p);
}

/* Lets the front go whatever it requires. */
static void
set_free(struct stream *s, enum direction d)
{
	struct odd *o = s->half[d].odd;
	struct piece *head = segments_head(&o->waiting);

	*(head != NULL ? &head->requires : &o->fin_requires) = 0;
}

static enum direction
earlier(struct front client, struct front server)
{
	return (int32_t)(server.arrival - client.arrival) < 0 ? FROM_SERVER : FROM_CLIENT;
}

bool
release_first(const struct stream *s, enum direction *d)
{
	struct front client = half_front(&s->half[FROM_CLIENT]), server = half_front(&s->half[FROM_SERVER]);

	if (!client.any && !server.any)
		return false;
	*d = !client.any ? FROM_SERVER : !server.any ? FROM_CLIENT : earlier(client, server);
	return true;
}

void
release_ready(struct stream *s, usec_t now)
{
	if (s->half[0].odd == NULL && s->half[1].odd == NULL)
		return;
	for (bool progress = true; progress && !s->muted;) {
		struct front front[2];

		progress = false;
		for (int i = 0; i < 2; i++) {
			enum direction d = (enum direction)i;

			for (front[d] = half_front(&s->half[d]); is_ready(s, d, front[d]) && !s->muted;
			     front[d] = half_front(&s->half[d])) {
				hand_out(s, d, now);
				progress = true;
			}
		}
		if (progress || !front[0].any || !front[1].any || front[0].at != s->half[0].next ||
		    front[1].at != s->half[1].next)
			continue;
		set_free(s, earlier(front[FROM_CLIENT], front[FROM_SERVER]));
		progress = true;
	}
}

void
release_step(struct stream *s, enum direction d, usec_t now)
{
	enum direction other = direction_other(d);
	struct front own = half_front(&s->half[d]), others = half_front(&s->half[other]);
	struct half *h = &s->half[d], *peer = &s->half[other];
	uint64_t fin = half_fin(peer), to = own.requires < fin ? own.requires : fin;

	/* First what it answers, so that the order holds for gaps too. */
	if (!release_is_free(s, d, own.requires)) {
		if (others.any && others.at < to)
			to = others.at;
		if (to - peer->next == 1 && !others.any)
			/* Most likely a FIN that was not captured. */
			peer->excused = true;
		else if (to > peer->next)
			release_gap(s, other, to - peer->next, now);
		else if (own.at > h->next)
			release_gap(s, d, own.at - h->next, now);
		else
			set_free(s, d);
	} else if (own.at > h->next) {
		release_gap(s, d, own.at - h->next, now);
	}
	release_ready(s, now);
}

/* What counts as acknowledged. Of a side whose peer was never seen no acknowledgement will ever come: there, what has
 * been sent beyond a hole stands for one. */
static uint64_t
settled_to(const struct stream *s, enum direction d)
{
	const struct half *h = &s->half[d];

	return s->half[direction_other(d)].seen ? half_acked(h) : half_end(h);
}

static bool
is_overdue(const struct stream *s, enum direction d, usec_t now)
{
	const struct odd *o = half_look(&s->half[d]);
	bool both = s->half[direction_other(d)].seen;

	/* Seen from one side, packets say nothing about whether a retransmission is still due. */
	if (both && s->packets - o->mark_packet >= s->budget->limits->reorder_packets)
		return true;
	return now > o->mark_time &&
	       (uint64_t)now - (uint64_t)o->mark_time >= (uint64_t)s->budget->limits->reorder_time;
}

static void
give_up(struct stream *s, enum direction d, uint64_t upto, usec_t now)
{
	struct half *h = &s->half[d];

	while (h->next < upto && !s->muted) {
		struct front front = half_front(h);
		uint64_t to = front.any && front.at < upto ? front.at : upto;

		if (to <= h->next)
			break;
		release_gap(s, d, to - h->next, now);
		release_ready(s, now);
	}
}

static void
settle(struct stream *s, enum direction d, usec_t now)
{
	struct half *h = &s->half[d];
	uint64_t to = settled_to(s, d), owed = half_look(h)->owed;
	struct front front;
	struct odd *o;

	if ((int64_t)(to - h->next) <= h->excused)
		return;
	front = half_front(h);
	if (front.any && front.at == h->next)
		return;
	o = half_odd(h);
	if (o == NULL)
		return;
	if (o->mark <= h->next) {
		o->mark = to;
		o->mark_packet = s->packets;
		o->mark_time = now;
	}
	/* A gap that nobody waits behind would tell nobody anything, and what was acknowledged by forgery may yet come:
	 * so nothing is given up either beyond what was seen or what a reply rests on. */
	if (!stream_waits(s) || !is_overdue(s, d, now))
		return;
	to = front.any && front.at > owed ? front.at : owed;
	if (to < half_end(h))
		to = half_end(h);
	if (to > o->mark)
		to = o->mark;
	o->mark = 0;
	if (to - h->next == 1 && !front.any) {
		h->excused = true;
		release_ready(s, now);
		return;
	}
	give_up(s, d, to, now);
}

void
release_settle(struct stream *s, usec_t now)
{
	settle(s, FROM_CLIENT, now);
	settle(s, FROM_SERVER, now);
}

void
release_all(struct stream *s, usec_t now)
{
	enum direction d;

	while (!s->muted && release_first(s, &d))
		release_step(s, d, now);
	for (int i = 0; i < 2 && !s->muted; i++) {
		struct half *h = &s->half[i];

		/* One octet more than was seen is the peer's word for a FIN. */
		if (h->begun && !h->ended && h->ahead > 1)
			release_gap(s, (enum direction)i, (uint64_t)h->ahead, now);
	}
}

void
release_nothing(struct stream *s)
{
	for (int i = 0; i < 2; i++) {
		struct half *h = &s->half[i];
		struct odd *o = h->odd;

		while (o != NULL && o->waiting.count > 0) {
			struct piece *p = segments_pop(&o->waiting);

			if (p->at > h->next)
				o->missing += p->at - h->next;
			o->missing += p->hollow ? p->len : 0;
			if (p->at + p->len > h->next)
				half_skip(h, p->at + p->len - h->next);
			memory_give_back(p);
		}
		if (o != NULL) {
			s->budget->used -= o->held;
			o->held = o->captured = 0;
		}
	}
}

uint64_t
release_held(const struct stream *s)
{
	return half_look(&s->half[FROM_CLIENT])->held + half_look(&s->half[FROM_SERVER])->held;
}
