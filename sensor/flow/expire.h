/* SPDX-License-Identifier: Apache-2.0
 *
 * expire: when a flow is worth forgetting, and which goes first. Each worth is one queue of the map, oldest use first,
 * so that only the heads of the queues are ever looked at.
 */
#ifndef FLOW_EXPIRE_H
#define FLOW_EXPIRE_H

#include "base/map.h"
#include "flow/table.h"

/* The queue a flow belongs in: what flow_table_value() said, lowered while it is young, closing or closed. */
enum flow_worth expire_rank(const struct flow *);

/* Packet time from `then` to `now`; 0 when time stepped back. */
usec_t expire_age(usec_t now, usec_t then);

/* Whether the flow has been silent for as long as its phase allows. */
bool expire_is_due(const struct flow_limits *, const struct flow *, usec_t now);

/* A flow that is due, or was last used in a future that time was set back from; from the lowest queue that has one, or NULL. */
struct flow *expire_next(const struct map *, const struct flow_limits *, usec_t now);

#endif
