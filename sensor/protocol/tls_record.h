/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_record: one direction of a TLS connection as records (RFC 8446 section 5.1, RFC 5246 section 6.2.1). What a record
 * holds is handed on as it comes, and nothing is kept of it but how much is still due: what is encrypted is stepped over.
 *
 * A gap inside a record costs its octets alone. One that swallows a header loses the thread, for good: where the next
 * record begins nobody can tell from octets that look random.
 */
#ifndef PROTOCOL_TLS_RECORD_H
#define PROTOCOL_TLS_RECORD_H

#include "base/bytes.h"

enum tls_content {
	TLS_CHANGE_CIPHER_SPEC = 20,
	TLS_ALERT = 21,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION_DATA = 23,
};

#define TLS_RECORD_HEADER 5
/* The longest record that is believed: 2^14 octets, and what ciphers and compression may add (RFC 5246 section 6.2.3). */
#define TLS_RECORD_MOST (16384 + 2048)

struct tls_records {
	uint16_t left;    /* octets due of the record under way */
	uint16_t len;     /* of all of it */
	uint8_t type;     /* of it: enum tls_content */
	uint8_t minor;    /* of its version */
	uint8_t header[TLS_RECORD_HEADER];
	uint8_t have;     /* octets of the next header */
};

enum tls_piece_kind {
	TLS_PIECE_NONE, /* all was used */
	TLS_PIECE,      /* a record, or a part of one */
	TLS_PIECE_BAD,  /* no record stands here: nothing of *in was used */
};

struct tls_piece {
	enum tls_content type;
	bool begins, ends; /* the record does, with this piece */
	uint16_t len;      /* of the whole record */
	uint8_t minor;     /* its version is 3.minor */
	struct bytes body; /* this part of it; a slice of what was pushed */
};

/* A direction at its beginning is all zeros. */

/* Takes what it can off *in. Ask again until it is TLS_PIECE_NONE. */
enum tls_piece_kind tls_records_next(struct tls_records *, struct bytes *in, struct tls_piece *out);

/* So many octets will never come. False when the thread is lost with them: push no more. */
bool tls_records_gap(struct tls_records *, uint64_t missing);

/* Whether encrypted data is under way or may begin here: a header of it, as far as it can be seen. At least one octet. */
bool tls_record_is_data(struct bytes in);

#endif
