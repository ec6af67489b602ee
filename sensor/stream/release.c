/* SPDX-License-Identifier: Apache-2.0
 *
 * A mark per half says which holes are on their way out: it is set to what the peer has acknowledged, and when
 * reorder_packets or reorder_time have passed, every hole before it is given up and it is set anew. A hole so lives for
 * one to two of these spans after its acknowledgement, at a cost that does not grow with the number of holes.
 */
#include "stream/release.h"

#include <stdlib.h>

void
release_oddity(struct stream *s, enum direction d, enum stream_oddity kind, usec_t now)
{
	struct half *h = &s->half[d];
	uint8_t bit = (uint8_t)(1u << kind);

	if ((h->said & bit) != 0)
		return;
	h->said |= bit;
	if (s->reader->oddity != NULL)
		s->reader->oddity(s->arg, d, kind, h->next, now);
}

void
release_gap(struct stream *s, enum direction d, uint64_t missing, usec_t now)
{
	struct half *h = &s->half[d];

	h->missing += missing;
	h->next += missing;
	if (!s->muted)
		s->reader->gap(s->arg, d, missing, now);
}

void
release_data(struct stream *s, enum direction d, struct bytes b, usec_t now)
{
	struct half *h = &s->half[d];

	half_remember(h, h->next, b);
	h->next += b.len;
	if (!s->muted)
		s->reader->data(s->arg, d, b, now);
}

void
release_end(struct stream *s, enum direction d, enum stream_end end, usec_t now)
{
	struct half *h = &s->half[d];

	if (h->ended)
		return;
	h->ended = true;
	s->reader->end(s->arg, d, end, now);
}

bool
release_is_free(const struct stream *s, enum direction d, uint64_t requires)
{
	const struct half *peer = &s->half[direction_other(d)];
	uint64_t wanted = requires < peer->fin ? requires : peer->fin;

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
	struct half *h = &s->half[d];
	struct piece *p;

	if (segments_head(&h->waiting) == NULL) {
		release_end(s, d, STREAM_END_FIN, now);
		return;
	}
	p = segments_pop(&h->waiting);
	s->held -= segments_charge(p);
	s->budget->used -= segments_charge(p);
	if (p->hollow)
		release_gap(s, d, p->len, now);
	else
		release_data(s, d, bytes_of(p->octets, p->len), now);
	free(p);
}

/* Lets the front go whatever it requires. */
static void
set_free(struct stream *s, enum direction d)
{
	struct piece *head = segments_head(&s->half[d].waiting);

	if (head != NULL)
	head->requires = 0;
	else s->half[d].fin_requires = 0;
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
	uint64_t to = own.requires < peer->fin ? own.requires : peer->fin;

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

	return s->half[direction_other(d)].seen ? h->acked : half_end(h);
}

static bool
is_overdue(const struct stream *s, enum direction d, usec_t now)
{
	const struct half *h = &s->half[d];
	bool both = s->half[direction_other(d)].seen;

	/* Seen from one side, packets say nothing about whether a retransmission is still due. */
	if (both && s->packets - h->mark_packet >= s->limits->reorder_packets)
		return true;
	return now > h->mark_time && (uint64_t)now - (uint64_t)h->mark_time >= (uint64_t)s->limits->reorder_time;
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
	uint64_t to = settled_to(s, d);
	struct front front = half_front(h);

	if (to <= h->next + h->excused || (front.any && front.at == h->next))
		return;
	if (h->mark <= h->next) {
		h->mark = to;
		h->mark_packet = s->packets;
		h->mark_time = now;
	}
	/* A gap that nobody waits behind would tell nobody anything, and what was acknowledged by forgery may yet come.
	 */
	if (!stream_waits(s) || !is_overdue(s, d, now))
		return;
	if (h->mark - h->next == 1 && !front.any) {
		h->excused = true;
		h->mark = 0;
		release_ready(s, now);
		return;
	}
	give_up(s, d, h->mark, now);
	h->mark = 0;
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
		if (h->begun && !h->ended && h->acked > h->next + 1)
			release_gap(s, (enum direction)i, h->acked - h->next, now);
	}
}

void
release_nothing(struct stream *s)
{
	for (int i = 0; i < 2; i++) {
		struct half *h = &s->half[i];

		while (h->waiting.count > 0) {
			struct piece *p = segments_pop(&h->waiting);

			if (p->at > h->next)
				h->missing += p->at - h->next;
			h->missing += p->hollow ? p->len : 0;
			if (p->at + p->len > h->next)
				h->next = p->at + p->len;
			free(p);
		}
	}
	s->budget->used -= s->held;
	s->held = 0;
}
