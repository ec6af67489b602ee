/* SPDX-License-Identifier: Apache-2.0
 *
 * header: a block of header fields (RFC 5322 section 2.2, obsolete syntax too), pushed in pieces of any size, unfolded
 * and handed on field by field.
 *
 *	name [blanks] ":" value CRLF          a field
 *	(blank | tab) value CRLF              goes on with the value: the CRLF goes, the blanks stay
 *	CRLF                                  the end; bare LF will do
 *	anything else                         no field: the header has ended before it, as mail servers see it too
 *
 * A name with control or 8-bit octets makes its line void, not the header; so does an mbox "From " line at the start.
 */
#ifndef MESSAGE_HEADER_H
#define MESSAGE_HEADER_H

#include "base/buffer.h"

#define HEADER_NAME_MAX 128 /* longer is no name */

struct header_listener {
	/* Whether the value of this field is to be gathered. */
	bool (*wants)(void *arg, struct bytes name);
	/* A field that was wanted, unfolded; `cut` by the ceiling. Valid inside the call only. */
	void (*field)(void *arg, struct bytes name, struct bytes value, bool cut);
};

enum header_verdict {
	HEADER_GOES_ON,
	HEADER_ENDED,   /* the empty line has been taken */
	HEADER_IS_BODY, /* what comes next, header_undecided() before it, is no header field */
};

enum header_state {
	HEADER_LINE_START,
	HEADER_BLANK_CR,   /* CR at the start of a line */
	HEADER_NAME,
	HEADER_NAME_BLANK, /* blanks between name and colon */
	HEADER_MBOX,       /* in a "From " line, perhaps */
	HEADER_VALUE,
	HEADER_SKIP,       /* the rest of a line that says nothing */
};

struct header {
	const struct header_listener *listener;
	void *arg;
	enum header_state state;
	uint8_t line[HEADER_NAME_MAX]; /* start of a line until it is known for a field */
	size_t line_len, name_len;     /* name_len: without blanks before the colon */
	struct buffer name, value;     /* of the field that may still go on */
	bool pending;                  /* there is one */
	bool wanted;                   /* and its value is gathered */
	bool value_cut;
	bool bad_name;
	size_t ceiling, taken;         /* octets of the block */
	uint64_t lines;                /* of the block */
	unsigned fields;               /* well-formed ones in the block, 1 stands for more too */
	bool cut;                      /* octets past the ceiling were skipped */
};

/* The listener is borrowed. `ceiling`: octets of a block that are read into fields. */
void header_init(struct header *, const struct header_listener *, void *arg, size_t ceiling);
void header_clear(struct header *);

/* A new block begins. */
void header_begin(struct header *);

/* Takes octets and returns how many: all, unless the verdict is that the header is over. */
size_t header_push(struct header *, struct bytes, enum header_verdict *);

/* Octets taken that turned out not to be header; valid until the next call. */
struct bytes header_undecided(const struct header *);

/* Octets are missing here: the line they are in is lost, reading goes on with the next. */
void header_gap(struct header *);

/* No more comes: the last field is handed on. Afterwards header_undecided() may hold octets of the body. */
void header_finish(struct header *);

#endif
