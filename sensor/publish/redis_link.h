/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_link: one connection to a Redis server over libevent: bytes out, replies in, never waiting. What is sent and
 * what a reply means is redis.c's business.
 */
#ifndef PUBLISH_REDIS_LINK_H
#define PUBLISH_REDIS_LINK_H

#include "base/bytes.h"
#include "base/clock.h"

struct event_base;
struct redisReply;
struct redis_link;

struct redis_link_events {
	/* The connection stands: something may be sent. */
	void (*up)(void *arg);
	/* One reply, in the order of what was sent; freed after the call. May close the link. */
	void (*reply)(void *arg, const struct redisReply *);
	/* The connection is gone, or could not be made; `why` is one line. The link is closed already. */
	void (*down)(void *arg, const char *why);
	/* What was sent has gone out: there is room for more. */
	void (*room)(void *arg);
	void *arg;
};

/* NULL with a line in error when the address is malformed. address: "host:port", "[v6]:port" or "unix:/path". */
struct redis_link *redis_link_new(struct event_base *, const char *address, const struct redis_link_events *,
    char *error, size_t error_room);

/* Begins to connect; up() or down() follows, the latter after `timeout` at the latest. */
void redis_link_open(struct redis_link *, usec_t timeout);

/* Copies the bytes for sending. False when the link is closed or memory is short. */
bool redis_link_send(struct redis_link *, struct bytes);

/* Octets handed over and not yet with the kernel. */
size_t redis_link_unsent(const struct redis_link *);

/* Closes the connection without a down(). */
void redis_link_close(struct redis_link *);

void redis_link_free(struct redis_link *); /* NULL is fine */

#endif
