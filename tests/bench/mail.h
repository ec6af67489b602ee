/* SPDX-License-Identifier: Apache-2.0
 *
 * mail: messages as people send them: a few lines of text, often an HTML part beside it, now and then files.
 */
#ifndef BENCH_MAIL_H
#define BENCH_MAIL_H

#include <stdint.h>

#include "bench/random.h"
#include "bench/text.h"

struct mail_tally {
	uint64_t messages, attachments, attachment_octets;
	const char *folder; /* where each message and attachment is also written; NULL: nowhere */
};

struct mail_plan {
	unsigned attachments;
	uint32_t sizes[3]; /* octets before base64 */
	uint32_t lines;	   /* of text */
};

#define MAIL_MEAN UINT64_C(480000) /* about how many octets a message has */

struct mail_plan mail_plan(struct random *);

/* Writes the message with CRLF and without dots doubled. */
void mail_write(struct text *, struct random *, const struct mail_plan *, struct mail_tally *, uint64_t number);

#endif
