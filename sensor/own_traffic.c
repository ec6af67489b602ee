/* SPDX-License-Identifier: Apache-2.0 */
#include "own_traffic.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "publish/redis_address.h"

static void
add(struct own_traffic *own, const struct addrinfo *found, uint16_t port)
{
	struct endpoint *e = &own->at[own->len];
	const void *address = found->ai_addr;

	if (own->len == OWN_ENDPOINTS_MAX)
		return;
	if (found->ai_family == AF_INET)
		e->address = address_v4((const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr);
	else if (found->ai_family == AF_INET6)
		e->address = address_v6((const uint8_t *)&((const struct sockaddr_in6 *)address)->sin6_addr);
	else
		return;
	e->port = port;
	own->len++;
}

void
own_traffic_find(struct own_traffic *own, const struct publish_settings *publish)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	struct redis_address address;
	int failure;

	own->len = 0;
	if (!publish->redis.enabled || !redis_address_parse(publish->redis.address, &address) || address.port == 0)
		return;
	failure = getaddrinfo(address.host, NULL, &hints, &found);
	if (failure != 0) {
		log_warning("capture",
		    "%s: cannot be resolved (%s): connections to it that the tap shows are read like any other",
		    address.host, gai_strerror(failure));
		return;
	}
	for (const struct addrinfo *f = found; f != NULL; f = f->ai_next)
		add(own, f, address.port);
	freeaddrinfo(found);
}
