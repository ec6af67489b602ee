/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_address: where a Redis server is: "host:port", "[v6]:port" or "unix:/path".
 */
#ifndef PUBLISH_REDIS_ADDRESS_H
#define PUBLISH_REDIS_ADDRESS_H

#include "base/bytes.h"

#define REDIS_HOST_MAX 256

struct redis_address {
	char host[REDIS_HOST_MAX]; /* name or address without brackets, or the path of a unix socket */
	uint16_t port;             /* 0: unix socket */
};

/* False when the text is none of the three, or too long. */
bool redis_address_parse(const char *text, struct redis_address *);

#endif
