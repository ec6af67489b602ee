/* SPDX-License-Identifier: Apache-2.0
 *
 * phase: what a segment does to the state of its flow (RFC 9293 section 3.3.2), and whether it may: a FIN or RST counts
 * only near the numbers that the two sides last used, so that a forged one closes nothing (RFC 5961 section 3).
 */
#ifndef FLOW_PHASE_H
#define FLOW_PHASE_H

#include "flow/flow.h"

/* Whether this segment belongs to a new connection between the same endpoints. `silent`: time since the flow's latest
 * packet. Remembers a SYN that it passes over. */
bool phase_is_reuse(struct flow *, const struct packet *, enum direction, usec_t silent);

/* Brings phase, initial sequence numbers and windows up to date. */
void phase_note(struct flow *, const struct packet *, enum direction);

#endif
