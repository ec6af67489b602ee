/* SPDX-License-Identifier: Apache-2.0
 *
 * A print of each packet: NH (RFC 4418 section 5.2.2) with a key of its own, stirred. Two packets that differ have the
 * same one with a likelihood of 2^-32, and then would have to come within the span besides.
 */
#include "flow/echo.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define WORDS 20
#define END_OCTETS 8

struct slot {
	uint64_t print; /* 0: nothing yet */
	usec_t time;
};

struct echo {
	uint32_t key[WORDS];
	struct slot slots[ECHO_SLOTS];
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
print_of(const struct echo *e, const struct packet *p)
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
	for (int i = 0; i < WORDS; i += 2)
		sum += (uint64_t)(uint32_t)(word[i] + e->key[i]) * (uint32_t)(word[i + 1] + e->key[i + 1]);
	sum ^= sum >> 32;
	sum *= UINT64_C(0xD6E8FEB86659FD93);
	sum ^= sum >> 32;
	return sum | 1;
}

bool
echo_is_twin(struct echo *e, const struct packet *p)
{
	bool tells = p->payload.len > 0 || p->payload_cut > 0 || (p->flags & (TCP_SYN | TCP_FIN)) != 0;
	usec_t span = p->ip_id != 0 ? ECHO_SPAN : ECHO_SPAN_UNNUMBERED, apart;
	struct slot *slot;
	uint64_t print;

	if (p->ip_id == 0 && !tells)
		return false;
	print = print_of(e, p);
	slot = &e->slots[print >> 32 & (ECHO_SLOTS - 1)];
	/* Copies of two ports may come in either order of time. */
	apart = p->time > slot->time ? p->time - slot->time : slot->time - p->time;
	if (slot->print == print && apart <= span)
		return true;
	*slot = (struct slot){ print, p->time };
	return false;
}
