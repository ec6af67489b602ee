/* SPDX-License-Identifier: Apache-2.0
 *
 * imap_scanner: one direction of IMAP (RFC 9051 section 4.3) as lines and the literals between their parts; knows nothing of
 * what they mean. A literal is passed on as it comes, by its length, whatever stands in it:
 *
 *	* 12 FETCH (BODY[] {3339} CRLF   text, and 3339 octets follow
 *	...3339 octets...                literal
 *	 UID 7) CRLF                     text: the line is whole
 */
#ifndef PROTOCOL_IMAP_SCANNER_H
#define PROTOCOL_IMAP_SCANNER_H

#include "protocol/line.h"

#define IMAP_MARKER_MAX 28 /* "~{18446744073709551615+}" and more */

struct imap_scanner {
	struct line line;
	uint8_t tail[IMAP_MARKER_MAX]; /* the end of the line so far: it may be longer than is kept */
	uint8_t tail_len;
	bool in_literal;
	bool synchronizing;            /* the literal waits for the other side's consent */
	bool continued;                /* a literal stood before: the line goes on */
	bool doubtful;                 /* something was lost since the last line that was sure */
	uint64_t literal_left, literal_size;
};

struct imap_listener {
	/* A part of a line, without its end and without the marker. `literal`: one of `size` octets follows, if the listener says
	 * that it is one (human text may look the same). Without it the line is whole. */
	bool (*text)(void *arg, struct bytes text, bool literal, uint64_t size);
	/* Octets of the literal; `last`: up to its end. An empty literal is told of once. */
	void (*literal)(void *arg, struct bytes octets, bool last);
	/* So many octets of it will never come; `last` as above. */
	void (*hole)(void *arg, uint64_t missing, bool last);
	/* What was open of the line is lost with what was not captured. */
	void (*broken)(void *arg);
};

void imap_scanner_init(struct imap_scanner *, size_t ceiling);
void imap_scanner_clear(struct imap_scanner *);

/* Takes octets up to the end of a line or of all that came; returns how many, so that its caller can stop at a line. */
size_t imap_scanner_push(struct imap_scanner *, struct bytes, const struct imap_listener *, void *arg);

void imap_scanner_gap(struct imap_scanner *, uint64_t missing, const struct imap_listener *, void *arg);

/* The literal that was announced will not come: the other side has refused it. */
void imap_scanner_refuse(struct imap_scanner *);

/* Whether nothing is under way. */
bool imap_scanner_is_calm(const struct imap_scanner *);

#endif
