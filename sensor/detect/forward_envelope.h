/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_envelope: what forwarders write into the envelope sender.
 *
 *	user+caf_=local=domain@forwarder             Gmail: mailbox user@forwarder goes on to local@domain
 *	user+SRS=hash=ts=domain=local@forwarder      Microsoft 365: mailbox user@forwarder, written by local@domain
 *	bounces+SRS=hash=ts@forwarder                Microsoft 365: some mailbox of the forwarder
 *	SRS0=hash=ts=domain=local@forwarder          written by local@domain; the mailbox is not in it
 *	SRS1=hash=first==hash=ts=domain=local@fwd    the same, forwarded a second time
 */
#ifndef DETECT_FORWARD_ENVELOPE_H
#define DETECT_FORWARD_ENVELOPE_H

#include "base/bytes.h"

/* Slices of the address that was decoded; parts of an address as local and domain, each may be empty. */
struct forward_coded {
	struct bytes victim_local, victim_domain; /* the forwarding mailbox */
	struct bytes other_local, other_domain;   /* Gmail: the target; SRS: the author */
};

/* Each returns false when the address is not of that form. ASCII case does not matter; a BATV tag (prvs=) before it is
 * stepped over. */
bool forward_envelope_caf(struct bytes address, struct forward_coded *);
bool forward_envelope_srs_plus(struct bytes address, struct forward_coded *);
bool forward_envelope_srs_bounces(struct bytes address, struct forward_coded *);
bool forward_envelope_srs(struct bytes address, struct forward_coded *); /* SRS0 and SRS1 */

#endif
