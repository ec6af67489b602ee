/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/half.h"

#include <string.h>

#include "base/memory.h"
#include "base/print.h"

#define REACH_LEAST (INT64_C(1) << 18)
#define REACH_MOST (INT64_C(1) << 30)
#define RESET_REACH (INT64_C(1) << 16)
/* Segments in a row at an implausible place that are believed without the peer's word. */
#define STRAY_RUN 8

/* An acknowledgement that lies further back than this says no more than one here. */
#define AHEAD_LEAST (-(INT32_C(1) << 30))

const struct odd half_calm = { .fin = HALF_NO_FIN };

void
half_init(struct half *h)
{
	*h = (struct half){ .scale = HALF_SCALE_UNKNOWN };
}

struct odd *
half_odd(struct half *h)
{
	if (h->odd != NULL)
		return h->odd;
	h->odd = memory_take(sizeof(*h->odd));
	if (h->odd != NULL)
		*h->odd = half_calm;
	return h->odd;
}

void
half_settle_down(struct half *h)
{
	const struct odd *o = h->odd;

	if (o == NULL || o->waiting.count > 0 || h->ahead > 0 || o->owed > h->next)
		return;
	if (o->missing != 0 || o->retransmitted != 0 || o->out_of_order != 0 || o->conflicts != 0 || o->said != 0 ||
	    o->stray_run != 0 || o->stray_acked)
		return;
	if (o->fin == HALF_NO_FIN || h->finished)
		half_clear(h);
}

void
half_clear(struct half *h)
{
	if (h->odd == NULL)
		return;
	segments_clear(&h->odd->waiting);
	memory_give_back(h->odd);
	h->odd = NULL;
}

uint64_t
half_acked(const struct half *h)
{
	return h->next + (uint64_t)(int64_t)h->ahead;
}

void
half_set_acked(struct half *h, uint64_t position)
{
	int64_t ahead = (int64_t)(position - h->next);

	h->ahead = ahead < AHEAD_LEAST ? AHEAD_LEAST : ahead > INT32_MAX ? INT32_MAX : (int32_t)ahead;
}

uint64_t
half_fin(const struct half *h)
{
	return h->finished ? h->next : half_look(h)->fin;
}

void
half_set_window(struct half *h, uint32_t window)
{
	h->window = window > 1 ? (uint8_t)(32 - __builtin_clz(window - 1)) : 0;
}

static void
move_on(struct half *h, uint64_t octets)
{
	uint64_t acked = half_acked(h);

	h->next += octets;
	half_set_acked(h, acked);
}

void
half_begin(struct half *h, uint32_t sequence)
{
	h->begun = true;
	h->seen = true;
	h->base = sequence;
}

int64_t
half_distance(const struct half *h, uint32_t sequence)
{
	return sequence_distance(sequence, h->base + (uint32_t)h->next);
}

uint64_t
half_end(const struct half *h)
{
	uint64_t end = segments_end(&half_look(h)->waiting);

	return end > h->next ? end : h->next;
}

static int64_t
reach_of(const struct half *h)
{
	int64_t window = INT64_C(1) << h->window;

	return window < REACH_LEAST ? REACH_LEAST : window > REACH_MOST ? REACH_MOST : window;
}

/* The furthest that anything true can lie after the next octet. */
static int64_t
furthest(const struct half *h)
{
	uint64_t end = half_end(h);

	if (half_acked(h) > end && h->ahead > 0)
		end = half_acked(h);
	return (int64_t)(end - h->next) + reach_of(h);
}

bool
half_is_plausible(const struct half *h, int64_t distance)
{
	return distance >= -reach_of(h) && distance <= furthest(h);
}

bool
half_takes_reset(const struct half *h, const struct half *peer, uint32_t sequence)
{
	int64_t window = INT64_C(1) << h->window, after = window > RESET_REACH ? window : RESET_REACH;
	int64_t before = RESET_REACH, distance;

	if (!h->begun)
		return !h->expected || sequence_near(sequence, h->base, 1, after);
	/* What the peer has acknowledged is behind it for good. */
	if (peer->seen && -(int64_t)h->ahead < before)
		before = h->ahead > 0 ? 0 : -(int64_t)h->ahead;
	distance = half_distance(h, sequence);
	return distance >= -before && distance <= (int64_t)(half_end(h) - h->next) + after;
}

bool
half_stray(struct half *h, uint32_t sequence, uint32_t len)
{
	int64_t reach = reach_of(h);
	struct odd *o = half_odd(h);

	if (o == NULL)
		return false;
	if (o->stray_run == 0 || !sequence_near(sequence, o->stray, reach, reach))
		o->stray_run = 0;
	if (o->stray_run < STRAY_RUN)
		o->stray_run++;
	o->stray = sequence + len;
	if (o->stray_run < STRAY_RUN && !(o->stray_acked && sequence_near(o->stray_ack, o->stray, reach, reach)))
		return false;
	o->stray_run = 0;
	o->stray_acked = false;
	return true;
}

bool
half_acknowledge(struct half *h, uint32_t acknowledged, uint64_t *position)
{
	int64_t distance;

	*position = 0;
	if (!h->begun) {
		h->base = acknowledged;
		h->expected = true;
		return true;
	}
	distance = half_distance(h, acknowledged);
	if (distance > (int64_t)(half_end(h) - h->next) + reach_of(h) || distance < -REACH_MOST) {
		struct odd *o = half_odd(h);

		if (o != NULL) {
			o->stray_ack = acknowledged;
			o->stray_acked = true;
		}
		return false;
	}
	if (distance <= 0) {
		/* Behind us: only the highest matters, and this one is reached already. */
		if (distance > h->ahead)
			h->ahead = (int32_t)distance;
		return true;
	}
	*position = h->next + (uint64_t)distance;
	if (*position > half_fin(h))
		*position = half_fin(h);
	if ((int64_t)(*position - h->next) > h->ahead)
		half_set_acked(h, *position);
	return true;
}

void
half_doubt(struct half *h)
{
	uint64_t most = half_end(h), owed = half_look(h)->owed;

	if (owed > most)
		most = owed < half_fin(h) ? owed : half_fin(h);
	if (h->ahead > 0 && half_acked(h) > most)
		half_set_acked(h, most);
	if (h->odd != NULL && h->odd->mark > most)
		h->odd->mark = most;
}

void
half_pass(struct half *h, struct bytes b)
{
	move_on(h, b.len);
	if (b.len == 0)
		return;
	for (int i = HALF_RECENT - 1; i > 0; i--) {
		h->recent_len[i] = h->recent_len[i - 1];
		h->recent_sum[i] = h->recent_sum[i - 1];
	}
	h->recent_len[0] = b.len <= UINT16_MAX ? (uint16_t)b.len : 0;
	h->recent_sum[0] = h->recent_len[0] != 0 ? print_of(b) : 0;
}

void
half_skip(struct half *h, uint64_t octets)
{
	move_on(h, octets);
	for (int i = 0; i < HALF_RECENT; i++)
		h->recent_len[i] = 0;
}

bool
half_differs(const struct half *h, uint64_t at, struct bytes b)
{
	uint64_t end = h->next;

	/* A keep-alive may carry one octet of no meaning (RFC 9293 section 3.8.4). */
	if (b.len == 1 && at + 1 == h->next)
		return false;
	for (int i = 0; i < HALF_RECENT && h->recent_len[i] != 0; i++) {
		size_t len = h->recent_len[i];
		uint64_t begin = end - len;

		if (at <= begin && at + b.len >= end &&
		    print_of(bytes_first(bytes_skip(b, begin - at), len)) != h->recent_sum[i])
			return true;
		end = begin;
	}
	return false;
}

struct front
half_front(const struct half *h)
{
	const struct piece *head;

	if (h->odd == NULL)
		return (struct front){ 0 };
	head = segments_head(&h->odd->waiting);
	if (head != NULL)
		return (struct front){ true, head->at, head->requires, head->arrival };
	if (h->odd->fin != HALF_NO_FIN && !h->ended)
		return (struct front){ true, h->odd->fin, h->odd->fin_requires, UINT32_MAX };
	return (struct front){ 0 };
}
