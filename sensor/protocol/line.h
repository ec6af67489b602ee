/* SPDX-License-Identifier: Apache-2.0
 *
 * line: one line out of a stream of bytes in pieces, under a ceiling.
 */
#ifndef PROTOCOL_LINE_H
#define PROTOCOL_LINE_H

#include "base/buffer.h"

struct line {
	struct bytes whole; /* a complete line's text: where it was pushed from, if it came in one piece, else in `text` */
	struct buffer text; /* of a line that comes in pieces */
	size_t ceiling;
	uint64_t octets; /* of the line, without its end: may be more than text holds */
	uint8_t latest;  /* the octet pushed last */
	bool complete;   /* text is a whole line; the next push begins another */
	bool bare_lf;    /* it ended in LF without CR */
	bool cut;        /* its end was not kept */
	bool doubtful;   /* something is missing before it: its beginning may be the middle of a line */
};

void line_init(struct line *, size_t ceiling);
void line_clear(struct line *); /* memory given back */

/* Takes bytes up to and with the next LF; returns how many. complete says whether that was a line's end. */
size_t line_push(struct line *, struct bytes);

/* The line without its CRLF or LF, at most the ceiling; valid until the next push, and as long as what was pushed. */
struct bytes line_text(const struct line *);

/* Whether a line has begun and not ended. */
bool line_is_open(const struct line *);

/* Whether nothing is remembered that the next push would need: a line just begun serves as well. */
bool line_is_calm(const struct line *);

/* The open line ends here, though no LF came; a CR at its end is dropped. */
void line_end(struct line *);

/* Bytes were lost: what was open is no line, and what stands before the next LF may be none. */
void line_lost(struct line *);

/* What comes next begins a line, whatever came before. */
void line_begin(struct line *);

#endif
