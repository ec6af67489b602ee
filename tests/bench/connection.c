/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_V6 12 /* percent */
#define SHARE_TIMESTAMPS 65
#define SHARE_PURE_ACK 50 /* of turns that are answered: acknowledged before the answer */
#define FLIGHT_FIRST 10	  /* segments (RFC 6928) */
#define FLIGHT_MOST 80
#define MSS 1460
#define DATAGRAM 1200
#define CLIENT_PORT_FIRST 32768u
#define CLIENT_PORTS 28229u /* a prime: neighbours in time differ in host and port */
#define CLIENT_HOSTS 60000u

enum step {
	STEP_SYN,
	STEP_SYN_ACK,
	STEP_ACK,
	STEP_DATA,     /* the next segment of the turn */
	STEP_DATA_ACK, /* the other side acknowledges, then STEP_DATA goes on */
	STEP_TURN_ACK, /* as before, at the end of a turn */
	STEP_FIN,
	STEP_FIN_BACK,
	STEP_LAST_ACK,
	STEP_OVER,
};

struct connection {
	struct talk talk;
	struct turn turn;
	size_t sent; /* of the turn */
	struct peers peers;
	struct random random;
	uint64_t time, planned;
	uint32_t sequence[2], heard[2]; /* heard: timestamp of the peer's latest segment */
	uint16_t id[2];
	uint32_t round_trip, spacing; /* microseconds */
	unsigned unacknowledged, flight, in_flight;
	enum side closer;
	enum step step;
};

/* No two connections of a corpus have the same host and port. */
static void
choose_peers(struct connection *c)
{
	struct random *r = &c->random;
	const uint16_t *ports = c->talk.kind->ports;
	uint32_t count = 0, turn = (uint32_t)(c->talk.number % CLIENT_PORTS), server = random_below(r, 200) + 1;
	uint32_t host = (uint32_t)(c->talk.number / CLIENT_PORTS + turn * 37) % CLIENT_HOSTS + 256;

	while (count < 4 && ports[count] != 0)
		count++;
	c->peers.v6 = random_percent(r, SHARE_V6);
	c->peers.timestamps = random_percent(r, SHARE_TIMESTAMPS);
	if (c->peers.v6) {
		memcpy(c->peers.address[CLIENT], "\x20\x01\x0d\xb8\0\1\0\0\0\0\0\0\0\0", 14);
		memcpy(c->peers.address[SERVER], "\x20\x01\x0d\xb8\0\2\0\0\0\0\0\0\0\0\0", 15);
		c->peers.address[CLIENT][14] = (uint8_t)(host >> 8);
		c->peers.address[CLIENT][15] = (uint8_t)host;
		c->peers.address[SERVER][15] = (uint8_t)server;
	} else {
		bool outside = random_percent(r, 40);

		memcpy(c->peers.address[CLIENT], outside ? "\xc6\x12" : "\x0a\x01", 2);
		c->peers.address[CLIENT][2] = (uint8_t)(host >> 8);
		c->peers.address[CLIENT][3] = (uint8_t)host;
		memcpy(c->peers.address[SERVER], outside ? "\x0a\0\0" : "\xcb\0\x71", 3);
		c->peers.address[SERVER][3] = (uint8_t)server;
	}
	c->peers.port[CLIENT] = (uint16_t)(CLIENT_PORT_FIRST + turn);
	c->peers.port[SERVER] = ports[random_below(r, count)];
}

struct connection *
connection_new(const struct talk_kind *kind, uint64_t seed, uint64_t number, uint64_t start, struct tally *tally)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		fprintf(stderr, "corpus: not enough memory\n");
		exit(1);
	}
	c->random = random_row(seed, number * 2);
	c->talk =
	    (struct talk){ .kind = kind, .tally = tally, .number = number, .random = random_row(seed, number * 2 + 1) };
	c->time = start;
	choose_peers(c);
	c->round_trip = random_size(&c->random, 300, 80000);
	c->spacing = random_size(&c->random, 120, 900);
	c->flight = FLIGHT_FIRST;
	for (int i = 0; i < 2; i++) {
		c->sequence[i] = (uint32_t)random_next(&c->random);
		c->id[i] = (uint16_t)random_next(&c->random);
	}
	c->step = kind->udp ? STEP_DATA : STEP_SYN;
	c->planned = kind->open(&c->talk);
	if (kind->udp && !kind->next(&c->talk, &c->turn))
		c->step = STEP_OVER;
	tally->connections++;
	tally->sessions += kind->session;
	return c;
}

void
connection_free(struct connection *c)
{
	if (c == NULL)
		return;
	text_clear(&c->turn.text);
	free(c);
}

uint64_t
connection_planned(const struct connection *c)
{
	return c->planned;
}

uint64_t
connection_time(const struct connection *c)
{
	return c->time;
}

static void
emit(struct connection *c, struct frames *f, enum side from, uint8_t flags, const uint8_t *payload, size_t len)
{
	enum side to = from == CLIENT ? SERVER : CLIENT;
	struct segment s = { .time = c->time,
		.from = from,
		.flags = flags,
		.id = c->id[from]++,
		.sequence = c->sequence[from],
		.acknowledged = (flags & FRAME_ACK) != 0 ? c->sequence[to] : 0,
		.echo = c->heard[from],
		.payload = payload,
		.len = len };

	if (c->talk.kind->udp) {
		frames_udp(f, &c->peers, &s);
		return;
	}
	frames_tcp(f, &c->peers, &s);
	c->heard[to] = (uint32_t)(c->time / 1000);
	c->sequence[from] += (uint32_t)len + ((flags & (FRAME_SYN | FRAME_FIN)) != 0);
}

/* A wait of about that long. */
static void
wait(struct connection *c, uint32_t about)
{
	c->time += about - about / 4 + random_below(&c->random, about / 2 + 2);
}

static size_t
segment_most(const struct connection *c)
{
	if (c->talk.kind->udp)
		return DATAGRAM;
	return MSS - (c->peers.timestamps ? 12u : 0u) - (c->peers.v6 ? 20u : 0u);
}

/* Takes the next turn, or begins the end. */
static void
next_turn(struct connection *c)
{
	enum side before = c->turn.from;
	bool first = c->turn.text.at == NULL;

	c->turn.text.len = 0;
	c->turn.think = 0;
	c->sent = 0;
	if (!c->talk.kind->next(&c->talk, &c->turn)) {
		c->step = c->talk.kind->stays || c->talk.kind->udp ? STEP_OVER : STEP_FIN;
		c->closer = c->turn.from;
		wait(c, c->round_trip / 2);
		return;
	}
	if (first || c->turn.from != before) {
		c->in_flight = 0;
		wait(c, c->turn.think + c->round_trip / 2);
	} else {
		wait(c, c->spacing + c->turn.think);
	}
	c->step = STEP_DATA;
}

static void
step_data(struct connection *c, struct frames *f)
{
	size_t left = c->turn.text.len - c->sent, most = segment_most(c), len = left < most ? left : most;

	emit(c, f, c->turn.from, FRAME_ACK | (left == len ? FRAME_PSH : 0), c->turn.text.at + c->sent, len);
	c->sent += len;
	c->unacknowledged++;
	if (c->talk.kind->udp && left > len) {
		wait(c, c->spacing);
		return;
	}
	if (left > len) {
		c->step = c->unacknowledged >= 2 ? STEP_DATA_ACK : STEP_DATA;
		wait(c, c->spacing);
	} else if (!c->talk.kind->udp && (c->unacknowledged >= 2 || random_percent(&c->random, SHARE_PURE_ACK))) {
		c->step = STEP_TURN_ACK;
		wait(c, c->spacing);
	} else {
		next_turn(c);
	}
}

static void
step_acknowledge(struct connection *c, struct frames *f)
{
	emit(c, f, c->turn.from == CLIENT ? SERVER : CLIENT, FRAME_ACK, NULL, 0);
	c->in_flight += c->unacknowledged;
	c->unacknowledged = 0;
	if (c->step == STEP_TURN_ACK) {
		next_turn(c);
		return;
	}
	c->step = STEP_DATA;
	wait(c, c->spacing / 2);
	if (c->in_flight >= c->flight) {
		c->in_flight = 0;
		c->flight = c->flight * 2 < FLIGHT_MOST ? c->flight * 2 : FLIGHT_MOST;
		wait(c, c->round_trip);
	}
}

static void
step_other(struct connection *c, struct frames *f)
{
	enum side other = c->closer == CLIENT ? SERVER : CLIENT;

	switch (c->step) {
	case STEP_SYN:
		emit(c, f, CLIENT, FRAME_SYN, NULL, 0);
		wait(c, c->round_trip);
		break;
	case STEP_SYN_ACK:
		emit(c, f, SERVER, FRAME_SYN | FRAME_ACK, NULL, 0);
		wait(c, 60);
		break;
	case STEP_ACK:
		emit(c, f, CLIENT, FRAME_ACK, NULL, 0);
		next_turn(c);
		return;
	case STEP_FIN:
		emit(c, f, c->closer, FRAME_FIN | FRAME_ACK, NULL, 0);
		wait(c, c->round_trip);
		break;
	case STEP_FIN_BACK:
		emit(c, f, other, FRAME_FIN | FRAME_ACK, NULL, 0);
		wait(c, 60);
		break;
	case STEP_LAST_ACK:
		emit(c, f, c->closer, FRAME_ACK, NULL, 0);
		break;
	default:
		break;
	}
	c->step++;
}

bool
connection_step(struct connection *c, struct frames *f)
{
	switch (c->step) {
	case STEP_DATA:
		step_data(c, f);
		break;
	case STEP_DATA_ACK:
	case STEP_TURN_ACK:
		step_acknowledge(c, f);
		break;
	default:
		step_other(c, f);
		break;
	}
	return c->step != STEP_OVER;
}
