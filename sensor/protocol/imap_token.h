/* SPDX-License-Identifier: Apache-2.0
 *
 * imap_token: the words of an IMAP line (RFC 9051 section 9): atoms, quoted strings, parentheses. What stands in brackets
 * belongs to its atom: BODY[HEADER.FIELDS (TO CC)]<0.100> is one word.
 */
#ifndef PROTOCOL_IMAP_TOKEN_H
#define PROTOCOL_IMAP_TOKEN_H

#include "base/bytes.h"

enum imap_token_kind { IMAP_END, IMAP_ATOM, IMAP_STRING, IMAP_OPEN, IMAP_CLOSE };

struct imap_token {
	enum imap_token_kind kind;
	struct bytes text; /* of a string: between the quotes, as it was written */
};

/* The next word; *rest moves on behind it. */
struct imap_token imap_token_next(struct bytes *rest);

/* The text of a quoted string without its backslashes into out (text.len octets at least); returns how many. */
size_t imap_token_unquote(struct bytes text, uint8_t *out);

/* Steps over a list whose "(" was just taken, however deep. */
void imap_token_skip_list(struct bytes *rest);

#endif
