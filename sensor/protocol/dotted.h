/* SPDX-License-Identifier: Apache-2.0
 *
 * dotted: a multi-line answer that ends in a dot alone on its line (RFC 1939 section 3): dots unstuffed, handed on in runs
 * as long as they come. Lines end in LF, mostly after CR.
 */
#ifndef PROTOCOL_DOTTED_H
#define PROTOCOL_DOTTED_H

#include "base/bytes.h"

enum dotted_state { DOTTED_START, DOTTED_TEXT, DOTTED_DOT, DOTTED_DOT_CR };

/* All zero: the first line begins. */
struct dotted {
	enum dotted_state state;
	uint8_t latest; /* of the text: the octet before what comes next */
};

/* Takes octets up to the end of the answer; returns how many (the dot and its line end too). *ended says whether that was
 * the end. `take` gets the text; NULL: nobody wants it. */
size_t dotted_push(struct dotted *, struct bytes, void (*take)(void *arg, struct bytes), void *arg, bool *ended);

/* Octets were lost: the next line end is firm ground. */
void dotted_lost(struct dotted *);

#endif
