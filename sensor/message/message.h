/* SPDX-License-Identifier: Apache-2.0
 *
 * message: a push parser for one Internet message (RFC 5322, MIME RFC 2045 to 2049), in pieces of any size.
 *
 *	octets --> header (unfold) --> fields asked for, addresses, words decoded
 *	       \-> part (MIME tree) --> transfer decoding --> sizes and hashes
 *
 * It keeps what limits allow and no body. A gap inside makes it incomplete; parsing goes on after it as far as it can
 * be trusted.
 */
#ifndef MESSAGE_MESSAGE_H
#define MESSAGE_MESSAGE_H

#include "observe/observation.h"

struct message_limits {
	size_t header_bytes;   /* octets of a header block read into fields; what lies beyond is skipped */
	size_t header_fields;  /* fields asked for that are kept */
	size_t value_bytes;    /* octets of text kept of one value */
	size_t addresses;      /* mailboxes kept per address header */
	size_t received;       /* fields Received that are kept; more are counted; 0: all are only counted */
	size_t parts;          /* parts listed */
	size_t nesting;        /* depth of multiparts and enclosed messages */
	uint64_t hash_bytes;   /* octets of a part's content that are hashed; longer parts are marked */
	size_t urls;           /* web addresses in text that are kept; 0: they are not looked for */
	bool hash_message;     /* SHA-1 and SHA-256 of the message as transferred */
	bool hash_attachments; /* MD5 and SHA-256 of parts' content */
	bool hash_sha1;        /* SHA-1 of parts' content too */
	/* Names of header fields to hand on whole (top-level header only): sorted without regard to case, borrowed.
	 * A name that ends in "*" asks for all that begin so. */
	const struct bytes *wanted;
	size_t wanted_count;
};

struct message;

/* NULL when memory is short. limits are borrowed for the message's life. */
struct message *message_new(const struct message_limits *);

/* The next octets of the message as transferred: dots unstuffed, the final CRLF of DATA included. */
void message_push(struct message *, struct bytes);

/* `missing` octets of it will never come; 0: nobody knows how many. The parts that are open are incomplete, the message
 * is not hashed. To be called as well before message_finish() when the end of the message was not seen. */
void message_gap(struct message *, uint64_t missing);

/* No more comes. What was found; owned by the message, valid until message_free(). Call once. */
const struct message_content *message_finish(struct message *);

void message_free(struct message *); /* NULL is fine */

#endif
