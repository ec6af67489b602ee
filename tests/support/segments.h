/* SPDX-License-Identifier: Apache-2.0
 *
 * segments: TCP segments made up from text, for tests. A talk knows both endpoints and their first sequence numbers; a
 * segment is asked for by the position of its first octet in its direction, so that losing, repeating and reordering is
 * a matter of which packets a test passes on.
 */
#ifndef TESTS_SUPPORT_SEGMENTS_H
#define TESTS_SUPPORT_SEGMENTS_H

#include "base/direction.h"
#include "decode/packet.h"

struct talk {
	struct endpoint ends[2]; /* by enum direction */
	uint32_t initial[2];     /* sequence numbers of the SYNs */
	usec_t time;             /* of the next packet; each packet moves it on by `step` */
	usec_t step;
	uint16_t window;         /* in every packet */
	uint8_t window_scale;    /* in every SYN; 255 none */
};

/* "192.0.2.N" with a port; client number 1, server number 2, port 25, from noon on. */
struct talk talk_new(uint32_t client_initial, uint32_t server_initial);

struct endpoint talk_endpoint(uint8_t last_octet, uint16_t port);

/* The handshake: SYN of the client, SYN+ACK of the server, and any side's bare ACK. */
struct packet talk_syn(struct talk *, enum direction);
struct packet talk_syn_ack(struct talk *, enum direction);
struct packet talk_ack(struct talk *, enum direction, uint64_t at, uint64_t acknowledges);

/* Payload at position `at`, acknowledging the other side's octets before `acknowledges`. The text is borrowed. */
struct packet talk_data(struct talk *, enum direction, uint64_t at, uint64_t acknowledges, struct bytes);

/* FIN after the octets before `at`; RST with the sequence number of position `at`. */
struct packet talk_fin(struct talk *, enum direction, uint64_t at, uint64_t acknowledges);
struct packet talk_rst(struct talk *, enum direction, uint64_t at);

/* A small generator of numbers for loops that are the same on every run. */
struct dice {
	uint64_t state;
};

struct dice dice_new(uint64_t seed);

/* 0 to sides - 1. */
unsigned dice_throw(struct dice *, unsigned sides);

#endif
