/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_rules: the artefacts that forwarding leaves in headers and envelopes, as data: one rule per artefact, read
 * from config/rules/forwarding.yaml by settings/, judged by forward_evidence.
 */
#ifndef DETECT_FORWARD_RULES_H
#define DETECT_FORWARD_RULES_H

#include "detect/alert.h"
#include "detect/site.h"

/* Classes of evidence and their weights: explicit with victim, explicit without, correlated, generic SRS, structural,
 * weak names. Evidence of one class is counted once. */
enum forward_class { FORWARD_CLASS_A, FORWARD_CLASS_B, FORWARD_CLASS_C, FORWARD_CLASS_D, FORWARD_CLASS_E,
	FORWARD_CLASS_F, FORWARD_CLASSES };

/* Where the artefact stands. */
enum forward_where {
	FORWARD_IN_HEADER,
	FORWARD_IN_SENDER,    /* envelope sender */
	FORWARD_IN_STRUCTURE, /* of forward_structure.h; no rule of a file */
};

/* How its value must look. */
enum forward_test {
	FORWARD_TEST_PRESENT,
	FORWARD_TEST_EQUALS,    /* whole value, without regard to case */
	FORWARD_TEST_CONTAINS,  /* without regard to case */
	FORWARD_TEST_CAF,       /* envelope: user+caf_=local=domain@forwarder */
	FORWARD_TEST_SRS_PLUS,  /* envelope: local+SRS=hash=ts=domain=local@forwarder */
	FORWARD_TEST_SRS_BOUNCES, /* envelope: bounces+SRS=hash=ts@forwarder */
	FORWARD_TEST_SRS,       /* envelope: SRS0 or SRS1 */
};

/* How the forwarding mailbox, or the target, is read from the value. */
enum forward_take {
	FORWARD_TAKE_NOTHING,
	FORWARD_TAKE_ADDRESS,       /* the first address in the value */
	FORWARD_TAKE_LAST_ADDRESS,
	FORWARD_TAKE_CODED,         /* as the envelope scheme codes it */
};

enum forward_verdict { FORWARD_NONE, FORWARD_REDIRECT, FORWARD_RULE, FORWARD_MANUAL, FORWARD_JOURNAL, FORWARD_LIST,
	FORWARD_AUTO_REPLY };

const char *forward_verdict_name(enum forward_verdict); /* "redirect", "rule_forward", ... Static. */

struct forward_rule {
	char *name;                 /* unique in its file, e.g. "exchange-forwarding-loop" */
	char *platform;             /* for the sentence: "Exchange or Microsoft 365" */
	enum forward_where where;
	char *header;               /* field name when it stands in a header */
	enum forward_test test;
	char *value;                /* of EQUALS and CONTAINS */
	enum forward_class class;
	double weight;              /* 0 to 1; negative: that of its class */
	enum forward_take victim, target;
	enum forward_verdict verdict; /* the kind of forwarding it points at */
	bool alone;                 /* raises an alert by itself on a message to an outsider, whatever its weight */
	enum severity severity;     /* of the alert when nothing weightier is found */
	unsigned at_least;          /* so many headers of this name are needed; 0 and 1: one */
	char *with_header;          /* only together with a header of this name that names the same address; or NULL */
	bool reply_may_carry;       /* auto-replies carry it too: not evidence on a reply */
	unsigned line;              /* where its definition stands, for messages */
};

struct forward_rules {
	struct forward_rule *at;
	size_t len;
};

/* Frees the rules' strings and the array; the struct is empty afterwards. */
void forward_rules_clear(struct forward_rules *);

#endif
