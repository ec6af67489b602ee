/* SPDX-License-Identifier: Apache-2.0
 *
 * own_traffic: the sensor's connections to its Redis, seen on a tap: what it publishes must not make it see more.
 */
#ifndef OWN_TRAFFIC_H
#define OWN_TRAFFIC_H

#include "base/endpoint.h"
#include "publish/sink.h"

#define OWN_ENDPOINTS_MAX 8

struct own_traffic {
	struct endpoint at[OWN_ENDPOINTS_MAX];
	size_t len;
};

/* The endpoints of the configured server, a name resolved as it is now; none when Redis is not used, or over a unix socket.
 * A name that cannot be resolved is said in the log: then its connections are read like any other. */
void own_traffic_find(struct own_traffic *, const struct publish_settings *);

#endif
