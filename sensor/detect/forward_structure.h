/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_structure: signs of a redirect that no forwarder writes on purpose: the envelope goes elsewhere than the header
 * says, the author is a stranger, and the message has travelled before. For platforms that leave no marker.
 *
 *	1   its recipient stands in none of To, Cc, Resent-To, Resent-Cc
 *	2   a mailbox of ours stands there instead, or in Delivered-To, or as "for" in a Received line
 *	3   its author is an outsider, and no list sent it
 *	4   strangers' hosts have handed it on, it is signed by a stranger, and written a while before
 *
 * Any one alone is ordinary (a Bcc, a relay, a list). Together they are evidence of one class: 1 with 3, and with 2 where it
 * has more than one recipient.
 */
#ifndef DETECT_FORWARD_STRUCTURE_H
#define DETECT_FORWARD_STRUCTURE_H

#include "detect/forward_address.h"
#include "detect/forward_rules.h"
#include "detect/sentence.h"

/* A message older than this was more likely sent again by a person than handed on. */
#define FORWARD_STRUCTURE_AGE_MAX (3600 * USEC_PER_SEC)

struct forward_structure {
	bool elsewhere;   /* sign 1 */
	bool was_ours;    /* 2 */
	bool stranger;    /* 3 */
	bool travelled;   /* 4 */
	unsigned hops;    /* Received lines of strangers' hosts */
	char victim[FORWARD_ADDRESS_MAX]; /* of sign 2; empty: not known */
	struct sentence text; /* what was seen, in words */
};

/* The rule that such evidence goes by. */
extern const struct forward_rule forward_structure_rule;

/* Looks at a message that goes to outsiders. True when the signs make evidence; then *out says which. `list`: a list sent
 * it. */
bool forward_structure_found(const struct site *, const struct message_report *, usec_t now, bool list,
    struct forward_structure *out);

#endif
