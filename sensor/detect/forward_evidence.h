/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_evidence: what one message says about being forwarded: every artefact found, what kind of forward they make,
 * whose mailbox and to whom, and how sure. Reads the envelope and the top-level header only.
 */
#ifndef DETECT_FORWARD_EVIDENCE_H
#define DETECT_FORWARD_EVIDENCE_H

#include "detect/detector.h"
#include "detect/forward_structure.h"

#define FORWARD_ARTEFACTS 24

struct forward_artefact {
	const struct forward_rule *rule;
	struct bytes name;        /* header name, "MAIL FROM", or "structure" */
	struct bytes value_text;  /* borrowed from the message, or of `structure` */
	double weight;            /* 0: does not count here */
};

struct forward_assessment {
	enum forward_verdict verdict;
	struct forward_artefact artefacts[FORWARD_ARTEFACTS];
	size_t artefact_count;    /* the heaviest, when there are more */
	double confidence;        /* 1 - product of (1 - weight), one per class, then the modifiers; 0 to 1 */
	bool alone;               /* an artefact that counts and raises an alert by itself is among them */
	enum severity severity;   /* that the rules ask for: the highest of the artefacts that count, or, when they do not
	                           * reach detect.auto_forward.confidence, of those that raise an alert by themselves */
	/* Lower case; empty: not known. The target of an SMTP message is one of its recipients: an outsider that is not
	 * on the allow-list, if there is one. */
	char victim[FORWARD_ADDRESS_MAX], target[FORWARD_ADDRESS_MAX];
	bool outward;             /* it goes to an outsider */
	unsigned hops;            /* forwarding mailboxes named, at least 1 when there is an artefact */
	struct forward_structure structure; /* where an artefact rests on it */
	const char *quiet_because; /* static: why no alert follows from the evidence ("an automatic reply", ...), or NULL */
};

/* Names of the headers that are needed besides those the rules name; a name that ends in "*" stands for all that begin
 * so. Ends with NULL. */
extern const char *const forward_evidence_headers[];

/* Pure: the same message, settings and rules give the same. Artefacts are borrowed from the report and the rules. */
void forward_assess(const struct detector_context *, const struct session *, const struct message_report *,
    struct forward_assessment *);

#endif
