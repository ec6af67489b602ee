/* SPDX-License-Identifier: Apache-2.0
 *
 * transfer: content transfer encodings (RFC 2045 section 6), decoded as they stream and as forgiving as readers of mail
 * are.
 */
#ifndef MESSAGE_TRANSFER_H
#define MESSAGE_TRANSFER_H

#include "base/base64.h"

enum transfer_encoding { ENCODING_IDENTITY, ENCODING_BASE64, ENCODING_QUOTED_PRINTABLE };

/* Where a line of quoted-printable stands. */
enum quoted_state {
	QUOTED_TEXT,
	QUOTED_EQUALS,     /* after "=" */
	QUOTED_HEX,        /* after "=" and a hexadecimal digit */
	QUOTED_SOFT_BLANK, /* after "=" and blanks */
	QUOTED_SOFT_CR,    /* after "=" [blanks] CR */
};

#define QUOTED_BLANKS_MAX 128

struct transfer {
	enum transfer_encoding encoding;
	bool sloppy;       /* something was not as the encoding has it */
	struct base64 base64;
	enum quoted_state state;
	uint8_t digit;     /* in QUOTED_HEX: as it was written */
	uint8_t blanks[QUOTED_BLANKS_MAX]; /* that end the line, or do not */
	size_t blank_count;
};

/* Octets that transfer_push() may write for a piece of `len`, and transfer_finish() for 0. */
#define TRANSFER_ROOM(len) ((len) + QUOTED_BLANKS_MAX + 8)

/* By the value of Content-Transfer-Encoding in lower case; identity for all that is not decoded here. */
enum transfer_encoding transfer_encoding_of(struct bytes name);

void transfer_init(struct transfer *, enum transfer_encoding);

/* Decodes all of `in` into out, which has TRANSFER_ROOM(in.len) octets; returns the octets written. */
size_t transfer_push(struct transfer *, struct bytes in, uint8_t *out);

/* Octets are missing here: what was begun is dropped and decoding starts afresh. */
void transfer_gap(struct transfer *);

/* What is still due at the end of the content. */
size_t transfer_finish(struct transfer *, uint8_t *out);

#endif
