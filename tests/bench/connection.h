/* SPDX-License-Identifier: Apache-2.0
 *
 * connection: carries a talk in segments, one frame a step: the handshake, flights with an acknowledgement for every
 * second segment, pauses of a round trip between flights, and the end. The tap stands beside the client.
 */
#ifndef BENCH_CONNECTION_H
#define BENCH_CONNECTION_H

#include "bench/talk.h"

struct connection;

struct connection *
connection_new(const struct talk_kind *, uint64_t seed, uint64_t number, uint64_t start, struct tally *);
void connection_free(struct connection *);
uint64_t connection_planned(const struct connection *);	    /* octets it is going to carry, about */
uint64_t connection_time(const struct connection *);	    /* of its next frame, microseconds since 1970 */
bool connection_step(struct connection *, struct frames *); /* writes that frame; false: it was the last */

#endif
