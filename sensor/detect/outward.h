/* SPDX-License-Identifier: Apache-2.0
 *
 * outward: mail that leaves the organisation: sent by SMTP from home_networks to somebody outside local_domains (without
 * those: to a server outside home_networks), and not refused.
 */
#ifndef DETECT_OUTWARD_H
#define DETECT_OUTWARD_H

#include "detect/kit.h"
#include "detect/sentence.h"

struct outward {
	struct bytes sender;       /* of the envelope, else the author; may be empty */
	struct bytes target;       /* the first outside recipient; empty when none was seen */
	struct bytes domain;       /* its domain */
	size_t targets;            /* outside recipients */
	bool freemail;             /* one of them is at a public mail provider */
	size_t attachments;
	size_t messages;           /* attached, as message/rfc822 or .eml, .msg */
	uint64_t bytes;            /* of all attachments */
	struct bytes who[ALLOW_WHO]; /* sender and targets, for allowances */
};

/* False when it does not leave. Slices are borrowed from the report. */
bool outward_read(const struct detector_context *, const struct observation *, struct outward *);

/* Notes the message, by its id or content; true when it was seen before: on its way through several servers it is one
 * message. */
bool outward_repeats(struct first_seen *, const struct observation *);

/* Appends "ann@example.org sent bob@partner.example and 2 others ". */
void outward_write(struct sentence *, const struct outward *);

/* "ann@example.org > partner.example" */
void outward_write_key(struct sentence *, const struct outward *);

/* What stands after the last dot of a file name; empty when there is none. */
struct bytes outward_extension(struct bytes name);

#endif
