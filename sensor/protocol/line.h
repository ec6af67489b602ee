/* SPDX-License-Identifier: Apache-2.0
 *
 * line: one line out of a stream of bytes in pieces, under a ceiling.
 */
#ifndef PROTOCOL_LINE_H
#define PROTOCOL_LINE_H

#include "base/buffer.h"

struct line {
	struct buffer text;
	bool complete;  /* text is a whole line; the next push begins another */
	bool bare_lf;   /* it ended in LF without CR */
	bool cut;       /* its end was not kept */
	bool doubtful;  /* something was lost before it: it may be the rest of a line only */
};

void line_init(struct line *, size_t ceiling);
void line_clear(struct line *); /* memory given back */

/* Takes bytes up to and with the next LF; returns how many. complete says whether that was a line's end. */
size_t line_push(struct line *, struct bytes);

/* The line without its CRLF or LF; valid until the next push. */
struct bytes line_text(const struct line *);

/* Bytes were lost: what stands before the next LF may be a line or the rest of one. */
void line_lost(struct line *);

#endif
