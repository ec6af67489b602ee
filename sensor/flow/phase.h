/* SPDX-License-Identifier: Apache-2.0
 *
 * phase: what a segment does to the state of its flow (RFC 9293 section 3.3.2), and whether it may: a FIN or RST counts
 * only near the numbers that the two sides last used, so that a forged one closes nothing (RFC 5961 section 3). A forgery
 * that hits is taken back when the side in whose name it came goes on; a SYN means a new connection when somebody takes
 * it up.
 */
#ifndef FLOW_PHASE_H
#define FLOW_PHASE_H

#include "flow/flow.h"

/* Whether this segment belongs to a new connection between the same endpoints, and what tells. */
enum phase_reuse {
	PHASE_GOES_ON,
	PHASE_NEW,            /* it is a SYN, and nothing of the old connection can follow */
	PHASE_SYN_ANSWERED,   /* it answers a SYN that was passed over */
	PHASE_SYN_CONTINUED,  /* its sender goes on from a SYN that was passed over */
};

/* Remembers a SYN that it passes over. */
enum phase_reuse phase_reuse(struct flow *, const struct packet *, enum direction);

/* Brings phase, initial sequence numbers and windows up to date. */
void phase_note(struct flow *, const struct packet *, enum direction);

#endif
