/* SPDX-License-Identifier: Apache-2.0
 *
 * separator: whether a text holds the line that mail programs put between what a person writes and the message he
 * forwards ("---------- Forwarded message ---------", "Begin forwarded message:"), in their languages. The line itself is
 * not kept, and nothing else of the text is.
 */
#ifndef MESSAGE_SEPARATOR_H
#define MESSAGE_SEPARATOR_H

#include "observe/observation.h"

/* Octets of a text that are looked at, and of a line that may be one. */
#define SEPARATOR_SCANNED_MAX ((size_t)64 * 1024)
#define SEPARATOR_LINE_MAX 160

struct separator {
	uint8_t line[SEPARATOR_LINE_MAX]; /* start of the line being read */
	size_t line_len;
	size_t scanned;
	bool html;   /* tags end a line as well */
	bool too_long; /* the line is none */
	enum body_separator found;
};

void separator_init(struct separator *, bool html);

/* The next octets of the text, decoded. */
void separator_push(struct separator *, struct bytes);

/* What was found; the text has ended. */
enum body_separator separator_finish(struct separator *);

#endif
