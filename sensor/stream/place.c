/* SPDX-License-Identifier: Apache-2.0
 *
 * Nearly always the octets are the next ones and free to go: then they are handed out at once, and nothing is copied.
 */
#include "stream/place.h"

static void
count_copy(struct stream *s, enum direction d, uint64_t octets, bool conflict, usec_t now)
{
	struct odd *o = octets > 0 ? half_odd(&s->half[d]) : NULL;

	if (o == NULL)
		return;
	o->retransmitted += octets;
	o->conflicts += conflict;
	if (conflict)
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
	release_data(s, d, bytes_of(new->octets, len), now);
}

static bool
keep(struct stream *s, enum direction d, const struct stretch *new)
{
	const struct stream_limits *limits = s->budget->limits;
	struct odd *o = half_odd(&s->half[d]), *answered = NULL;
	struct addition a;

	if (o == NULL)
		return false;
	if (new->requires > 0)
		answered = half_odd(&s->half[direction_other(d)]);
	a = segments_weigh(&o->waiting, new);
	if (a.fresh > 0) {
		if (a.charge > limits->waiting_per_flow || release_held(s) > limits->waiting_per_flow - a.charge ||
		    a.charge > s->budget->max || s->budget->used > s->budget->max - a.charge)
			return false;
		if (!segments_add(&o->waiting, new))
			return false;
		o->held += a.charge;
		s->budget->used += a.charge;
		o->out_of_order++;
		if (new->octets != NULL)
			o->captured += a.fresh;
		if (answered != NULL && new->requires > answered->owed)
			answered->owed = new->requires;
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
	if (half_look(&s->half[other])->waiting.count > 0) {
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

/* Counts, after stream_mute(): what lies beyond the furthest octet seen is new, all else is a copy. */
static void
count_only(struct half *h, const struct stretch *new)
{
	uint64_t end = new->at + new->len, missing, copied;
	struct odd *o;

	copied = new->at >= h->next ? 0 : (end < h->next ? end : h->next) - new->at;
	missing = new->at > h->next ? new->at - h->next : 0;
	if (end > h->next) {
		missing += new->octets == NULL ? end - h->next - missing : 0;
		half_skip(h, end - h->next);
	}
	if ((copied > 0 || missing > 0) && (o = half_odd(h)) != NULL) {
		o->retransmitted += copied;
		o->missing += missing;
	}
}

/* Octets of known position, captured or not: handed out, kept, or known already. */
static void
place(struct stream *s, enum direction d, struct stretch new)
{
	struct half *h = &s->half[d];

	while (!s->muted && trim(h, &new)) {
		const struct piece *head = segments_head(&half_look(h)->waiting);

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

void
place_compare(struct stream *s, enum direction d, const struct stretch *twin)
{
	struct half *h = &s->half[d];
	uint64_t end = twin->at + twin->len;
	bool differs = false;
	struct odd *o;

	if (twin->at < h->next)
		differs = half_differs(h, twin->at,
		    bytes_of(twin->octets, (size_t)((end < h->next ? end : h->next) - twin->at)));
	if (end > h->next)
		differs |= segments_weigh(&half_look(h)->waiting, twin).conflict;
	if (!differs || (o = half_odd(h)) == NULL)
		return;
	o->conflicts++;
	release_oddity(s, d, STREAM_CONFLICT, twin->time);
}

void
place_octets(struct stream *s, enum direction d, const struct stretch *new)
{
	struct half *h = &s->half[d];
	uint64_t end = new->at + new->len;
	bool answered = (int64_t)(new->at - h->next) < h->ahead;

	if (new->len == 0)
		return;
	if (s->muted) {
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
	h->ended = s->reset = false;
	place(s, d, *new);
	if (answered)
		half_doubt(h);
	release_ready(s, new->time);
}
