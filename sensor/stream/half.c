/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/half.h"

#include <string.h>

#define REACH_LEAST (INT64_C(1) << 18)
#define REACH_MOST (INT64_C(1) << 30)
#define RESET_REACH (INT64_C(1) << 16)
/* Segments in a row at an implausible place that are believed without the peer's word. */
#define STRAY_RUN 8

void
half_init(struct half *h)
{
	*h = (struct half){ .fin = HALF_NO_FIN, .scale = HALF_SCALE_UNKNOWN };
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
	uint64_t end = segments_end(&h->waiting);

	return end > h->next ? end : h->next;
}

static int64_t
reach_of(const struct half *h)
{
	int64_t window = h->window;

	return window < REACH_LEAST ? REACH_LEAST : window > REACH_MOST ? REACH_MOST : window;
}

/* The furthest that anything true can lie after the next octet. */
static int64_t
furthest(const struct half *h)
{
	uint64_t end = half_end(h);

	if (h->acked > end)
		end = h->acked;
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
	int64_t after = h->window > RESET_REACH ? (int64_t)h->window : RESET_REACH;
	int64_t before = RESET_REACH, distance;

	if (!h->begun)
		return !h->expected || sequence_near(sequence, h->base, 1, after);
	/* What the peer has acknowledged is behind it for good. */
	if (peer->seen && h->acked <= h->next && (int64_t)(h->next - h->acked) < before)
		before = (int64_t)(h->next - h->acked);
	if (peer->seen && h->acked > h->next)
		before = 0;
	distance = half_distance(h, sequence);
	return distance >= -before && distance <= (int64_t)(half_end(h) - h->next) + after;
}

bool
half_stray(struct half *h, uint32_t sequence, uint32_t len)
{
	int64_t reach = reach_of(h);

	if (h->stray_run == 0 || !sequence_near(sequence, h->stray, reach, reach))
		h->stray_run = 0;
	if (h->stray_run < STRAY_RUN)
		h->stray_run++;
	h->stray = sequence + len;
	if (h->stray_run < STRAY_RUN && !(h->stray_acked && sequence_near(h->stray_ack, h->stray, reach, reach)))
		return false;
	h->stray_run = 0;
	h->stray_acked = false;
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
		h->stray_ack = acknowledged;
		h->stray_acked = true;
		return false;
	}
	if (distance <= 0) {
		/* Behind us: only the highest matters, and this one is reached already. */
		if (h->acked < h->next && -distance <= (int64_t)(h->next - h->acked))
			h->acked = h->next - (uint64_t)-distance;
		return true;
	}
	*position = h->next + (uint64_t)distance;
	if (*position > h->fin)
		*position = h->fin;
	if (*position > h->acked)
		h->acked = *position;
	return true;
}

void
half_doubt(struct half *h)
{
	uint64_t most = half_end(h);

	if (h->owed > most)
		most = h->owed < h->fin ? h->owed : h->fin;
	if (h->acked > most)
		h->acked = most;
	if (h->mark > h->acked)
		h->mark = h->acked;
}

static uint64_t
word_at(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Four sums side by side, so that the processor overlaps them: this runs over every octet that is handed out. It tells
 * texts apart; it is no defence against texts made to be alike. */
static uint32_t
checksum(struct bytes b)
{
	uint64_t s0 = b.len, s1 = 1, s2 = 2, s3 = 3, last[4] = { 0 };
	const uint8_t *at = b.at, *end = b.at + b.len;

	for (; end - at >= 32; at += 32) {
		s0 += word_at(at);
		s1 += word_at(at + 8);
		s2 += word_at(at + 16);
		s3 += word_at(at + 24);
	}
	if (at < end)
		memcpy(last, at, (size_t)(end - at));
	s0 = (s0 + last[0]) * UINT64_C(0x9E3779B97F4A7C15);
	s1 = (s1 + last[1]) * UINT64_C(0xC2B2AE3D27D4EB4F);
	s2 = (s2 + last[2]) * UINT64_C(0x165667B19E3779F9);
	s3 = (s3 + last[3]) * UINT64_C(0xD6E8FEB86659FD93);
	s0 ^= s0 >> 32 ^ s1 >> 29 ^ s2 >> 31 ^ s3 >> 27;
	return (uint32_t)((s0 + s1 + s2 + s3) >> 32 ^ s0);
}

void
half_remember(struct half *h, uint64_t at, struct bytes b)
{
	int slot = h->recent_turn ? 1 : 0;

	if (b.len == 0 || b.len > UINT16_MAX)
		return;
	h->recent_turn = !h->recent_turn;
	h->recent_at[slot] = (uint32_t)at;
	h->recent_len[slot] = (uint16_t)b.len;
	h->recent_sum[slot] = checksum(b);
}

bool
half_differs(const struct half *h, uint64_t at, struct bytes b)
{
	/* A keep-alive may carry one octet of no meaning (RFC 9293 section 3.8.4). */
	if (b.len == 1 && at + 1 == h->next)
		return false;
	for (int slot = 0; slot < HALF_RECENT; slot++) {
		size_t len = h->recent_len[slot];
		uint32_t skip = h->recent_at[slot] - (uint32_t)at;

		if (len == 0 || b.len < len || skip > b.len - len)
			continue;
		if (checksum(bytes_first(bytes_skip(b, skip), len)) != h->recent_sum[slot])
			return true;
	}
	return false;
}

struct front
half_front(const struct half *h)
{
	const struct piece *head = segments_head(&h->waiting);

	if (head != NULL)
		return (struct front){ true, head->at, head->requires, head->arrival };
	if (h->fin != HALF_NO_FIN && !h->ended)
		return (struct front){ true, h->fin, h->fin_requires, UINT32_MAX };
	return (struct front){ 0 };
}
