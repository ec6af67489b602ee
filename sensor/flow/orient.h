/* SPDX-License-Identifier: Apache-2.0
 *
 * orient: who of the two is the client. A SYN says it; else the list of server ports; else the first payload.
 */
#ifndef FLOW_ORIENT_H
#define FLOW_ORIENT_H

#include "flow/table.h"

/* Orients a flow by its first packet: sets orientation, and returns whether the sender is the client. */
bool orient_first(struct flow *, const struct flow_limits *, const struct packet *);

/* Who sent the packet, by the server ports alone. */
enum speaker orient_by_port(const struct flow_limits *, const struct packet *);

/* Another packet of the flow. While ORIENTED_NOT_YET, a SYN or payload settles the matter, and client and server may
 * trade places, with all that is kept per direction. Returns the packet's direction, which was `from` before. */
enum direction orient_again(struct flow *, const struct flow_limits *, const struct packet *, enum direction from);

#endif
