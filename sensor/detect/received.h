/* SPDX-License-Identifier: Apache-2.0
 *
 * received: a trace line of a message (RFC 5321 section 4.4): which host took it from which, for whom, and when. The topmost
 * is the latest; all below the first of our own are whatever the sender liked to write.
 */
#ifndef DETECT_RECEIVED_H
#define DETECT_RECEIVED_H

#include "base/bytes.h"
#include "base/clock.h"

/* Slices of the value; empty: not said. */
struct received {
	struct bytes from;        /* what the sending host called itself */
	struct bytes by;
	struct bytes with;        /* "ESMTPS", ... */
	struct bytes recipient;   /* of "for <...>", without brackets */
	bool has_date;
	usec_t date;
};

/* Reads the value of a Received field, unfolded. Comments are stepped over; what is not understood is left out. */
struct received received_read(struct bytes value);

/* A date as mail writes it (RFC 5322 section 3.3): "Mon, 23 Nov 2026 17:28:10 +0100 (CET)". False when it is none. */
bool mail_date_read(struct bytes text, usec_t *date);

#endif
