/* SPDX-License-Identifier: Apache-2.0
 *
 * A print of each packet: NH (RFC 4418 section 5.2.2) with a key of its own, stirred. Of the payload only the ends go in: whoever
 * leaves a twin out lets its stream compare the rest. Two packets that differ have the
 * same one with a likelihood of about 2^-32, and then would have to come within the span besides. A slot is small, so
 * that the table stays in the cache; four make a row, newest first, and the oldest goes:
 *
 *	[ 40 bits of the print | the lowest 24 bits of the time: 16 seconds until it comes round ]
 *
 * The row follows from the packet alone, not from the key: what is forgotten is the same on every run.
 */
#include "flow/echo.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define WORDS 20
#define END_OCTETS 8

#define WAYS 4
#define TIME_BITS 24
#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)

struct echo {
	uint32_t key[WORDS];
	uint64_t rows[ECHO_SLOTS / WAYS][WAYS]; /* 0: nothing yet */
};

/* What makes a copy: all of it is hashed, so nothing is left between the fields. */
struct features {
	uint8_t ip[2][16];
	uint8_t ends[2][END_OCTETS]; /* first and last octets of the payload */
	uint32_t sequence, acknowledged;
	uint32_t captured, cut;
	uint16_t port[2];
	uint16_t ip_id, checksum, window, flags;
	uint32_t spare;
};

_Static_assert(sizeof(struct features) == WORDS * sizeof(uint32_t), "a word of the key for each");

struct echo *
echo_new(void)
{
	struct echo *e = memory_take_zeroed(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(e->key); i += sizeof(struct hash_key)) {
		struct hash_key random = hash_key_random();

		memcpy((uint8_t *)e->key + i, &random, sizeof(random));
	}
	return e;
}

void
echo_free(struct echo *e)
{
	memory_give_back(e);
}

static uint64_t
echo_print(const struct echo *e, const struct packet *p)
{
	struct features f = { .sequence = p->sequence,
		.acknowledged = p->acknowledged,
		.captured = (uint32_t)p->payload.len,
		.cut = p->payload_cut,
		.port = { p->source.port, p->destination.port },
		.ip_id = p->ip_id,
		.checksum = p->checksum,
		.window = p->window,
		.flags = p->flags };
	size_t end = p->payload.len < END_OCTETS ? p->payload.len : END_OCTETS;
	uint32_t word[WORDS];
	uint64_t sum = 0;

	memcpy(f.ip[0], p->source.address.ip, sizeof(f.ip[0]));
	memcpy(f.ip[1], p->destination.address.ip, sizeof(f.ip[1]));
	if (end > 0) {
		memcpy(f.ends[0], p->payload.at, end);
		memcpy(f.ends[1], p->payload.at + p->payload.len - end, end);
	}
	memcpy(word, &f, sizeof(word));
#pragma GCC unroll 10
	for (int i = 0; i < WORDS; i += 2)
		sum += (uint64_t)(word[i] + e->key[i]) * (word[i + 1] + e->key[i + 1]);
	sum ^= sum >> 32;
	sum *= UINT64_C(0xD6E8FEB86659FD93);
	sum ^= sum >> 32;
	sum *= UINT64_C(0xD6E8FEB86659FD93);
	/* Never 0. */
	return sum | UINT64_C(1) << 63;
}

static size_t
row_of(const struct packet *p)
{
	uint64_t x = (uint64_t)p->sequence << 32 | p->acknowledged;

	x ^= (uint64_t)p->checksum << 48 | (uint64_t)p->ip_id << 32 | (uint64_t)p->source.port << 16 | p->destination.port;
	return x * UINT64_C(0xD6E8FEB86659FD93) >> 40 & (ECHO_SLOTS / WAYS - 1);
}

bool
echo_is_twin(struct echo *e, const struct packet *p)
{
	bool tells = p->payload.len > 0 || p->payload_cut > 0 || (p->flags & (TCP_SYN | TCP_FIN)) != 0;
	uint64_t span = p->ip_id != 0 ? ECHO_SPAN : ECHO_SPAN_UNNUMBERED;
	uint64_t print, time = (uint64_t)p->time & TIME_MASK, *row;

	if (p->ip_id == 0 && !tells)
		return false;
	print = echo_print(e, p) & ~TIME_MASK;
	row = e->rows[row_of(p)];
	for (int i = 0; i < WAYS; i++) {
		/* Copies of two ports may come in either order of time. */
		uint64_t later = (time - row[i]) & TIME_MASK;

		if ((row[i] & ~TIME_MASK) == print && (later <= span || TIME_MASK + 1 - later <= span))
			return true;
	}
	memmove(row + 1, row, (WAYS - 1) * sizeof(row[0]));
	row[0] = print | time;
	return false;
}
