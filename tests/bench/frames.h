/* SPDX-License-Identifier: Apache-2.0
 *
 * frames: Ethernet frames into a capture file, with right lengths and checksums, padded to 60 octets as on the wire.
 */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum side { CLIENT, SERVER };

enum { FRAME_FIN = 1, FRAME_SYN = 2, FRAME_PSH = 8, FRAME_ACK = 16 };

/* Who talks to whom. */
struct peers {
	bool v6;
	bool timestamps; /* TCP option 8 on every segment (RFC 7323), as most hosts send it */
	bool bare;	 /* no options at all, as scanners send */
	uint8_t address[2][16];
	uint16_t port[2];
};

struct segment {
	uint64_t time; /* microseconds since 1970 */
	enum side from;
	uint8_t flags;
	uint16_t id; /* of the IPv4 header */
	uint32_t sequence, acknowledged;
	uint32_t echo; /* timestamp echoed; the own one is the time in milliseconds */
	const uint8_t *payload;
	size_t len;
};

struct frames;

struct frames *frames_open(const char *path); /* NULL: errno says why */
void frames_tcp(struct frames *, const struct peers *, const struct segment *);
void frames_udp(struct frames *, const struct peers *, const struct segment *);
uint64_t frames_count(const struct frames *);
uint64_t frames_bytes(const struct frames *); /* on the wire, without the capture file's own */
bool frames_close(struct frames *);	      /* false: not everything could be written */

#endif
