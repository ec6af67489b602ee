/* SPDX-License-Identifier: Apache-2.0 */
#include "support/segments.h"

#define NOON (INT64_C(1700000000) * USEC_PER_SEC)
/* Ethernet, IPv4 and TCP without options. */
#define HEADERS 54

struct endpoint
talk_endpoint(uint8_t last_octet, uint16_t port)
{
	const uint8_t ip[4] = { 192, 0, 2, last_octet };

	return (struct endpoint){ .address = address_v4(ip), .port = port };
}

struct talk
talk_new(uint32_t client_initial, uint32_t server_initial)
{
	return (struct talk){ .ends = { talk_endpoint(1, 40000), talk_endpoint(2, 25) },
		.initial = { client_initial, server_initial },
		.time = NOON,
		.step = USEC_PER_MSEC,
		.window = 65535,
		.window_scale = 255 };
}

static struct packet
make(struct talk *t, enum direction from, uint8_t flags, uint64_t at, uint64_t acknowledges, struct bytes text)
{
	enum direction to = direction_other(from);
	struct packet p = { .time = t->time,
		.source = t->ends[from],
		.destination = t->ends[to],
		.flags = flags,
		.window_scale = 255,
		.window = t->window,
		.payload = text,
		.wire_len = HEADERS + (uint32_t)text.len };

	p.sequence = t->initial[from] + 1 + (uint32_t)at;
	if ((flags & TCP_ACK) != 0)
		p.acknowledged = t->initial[to] + 1 + (uint32_t)acknowledges;
	t->time += t->step;
	return p;
}

struct packet
talk_syn(struct talk *t, enum direction from)
{
	struct packet p = make(t, from, TCP_SYN, 0, 0, bytes_of(NULL, 0));

	p.sequence--;
	p.window_scale = t->window_scale;
	return p;
}

struct packet
talk_syn_ack(struct talk *t, enum direction from)
{
	struct packet p = make(t, from, TCP_SYN | TCP_ACK, 0, 0, bytes_of(NULL, 0));

	p.sequence--;
	p.window_scale = t->window_scale;
	return p;
}

struct packet
talk_ack(struct talk *t, enum direction from, uint64_t at, uint64_t acknowledges)
{
	return make(t, from, TCP_ACK, at, acknowledges, bytes_of(NULL, 0));
}

struct packet
talk_data(struct talk *t, enum direction from, uint64_t at, uint64_t acknowledges, struct bytes text)
{
	return make(t, from, TCP_ACK | TCP_PSH, at, acknowledges, text);
}

struct packet
talk_fin(struct talk *t, enum direction from, uint64_t at, uint64_t acknowledges)
{
	return make(t, from, TCP_ACK | TCP_FIN, at, acknowledges, bytes_of(NULL, 0));
}

struct packet
talk_rst(struct talk *t, enum direction from, uint64_t at)
{
	return make(t, from, TCP_RST, at, 0, bytes_of(NULL, 0));
}

struct dice
dice_new(uint64_t seed)
{
	return (struct dice){ seed * UINT64_C(0x9E3779B97F4A7C15) + 1 };
}

unsigned
dice_throw(struct dice *d, unsigned sides)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (unsigned)((d->state >> 33) % sides);
}
