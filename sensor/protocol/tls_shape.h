/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_shape: what the sizes, directions and times of encrypted records tell of the mail inside.
 *
 *	client   c     c     c           c
 *	server     sss   sss   ssssssss    s
 *	         '--- turn --'
 *
 * A turn is a client's flight (records with none of the server's between them) and the server's burst that follows. A
 * client that fetches one message after the other repeats itself: "RETR 7", "DELE 7", "RETR 8", "DELE 8", ... The
 * turns of such a cycle have flights of the same size, but for the digit that a growing number gains at times, and
 * bursts of the same kind: a status, or more. So a turn that looks like the one `period` turns earlier stands for
 * 1/period of a message, if there is more than a status in the cycle. A message that is sent is one large flight,
 * whatever is said before it.
 *
 * Where flights of several records are usual the client does not wait for answers, and turns are no commands: then,
 * and where most of what came lies outside of any cycle, no number is told. What it costs: two hundred octets for each
 * connection.
 */
#ifndef PROTOCOL_TLS_SHAPE_H
#define PROTOCOL_TLS_SHAPE_H

#include "base/direction.h"
#include "observe/encryption.h"

#define TLS_SHAPE_PERIODS 4 /* turns of the longest cycle that is recognised */

struct tls_shape_turn {
	uint16_t flight; /* octets of its records; the largest number: that many or more */
	uint16_t burst;  /* of the answer's */
};

struct tls_shape {
	uint64_t record_bytes[2];
	uint64_t flight_bytes, burst_bytes;   /* of the turn under way */
	uint64_t cyclic_bytes;                /* of bursts inside of cycles */
	usec_t last;                          /* of the latest record */
	usec_t idle;
	uint32_t records[2];
	uint32_t turns, bursts;
	uint32_t slow;                        /* turns before which the client took its time */
	uint32_t crowded;                     /* records of the client that followed another without any of the server's */
	uint32_t wide;                        /* turns whose flight may hold more commands than one */
	uint32_t fetched_parts;               /* messages fetched, in twelfths */
	uint32_t cyclic_turns;
	uint32_t sent;
	uint32_t burst_sizes[ESTIMATE_SIZES];
	uint16_t idle_periods;
	uint16_t flight_records;              /* of the turn under way */
	struct tls_shape_turn recent[TLS_SHAPE_PERIODS]; /* the latest is turns % TLS_SHAPE_PERIODS */
	uint8_t run[TLS_SHAPE_PERIODS];       /* turns in a row that looked like the one so many (and one) before */
	bool answered : 1;                    /* the turn under way has a record of the server */
	bool lost : 1;                        /* records went unseen */
};

/* A shape at its beginning is all zeros. */

/* A record of application data begins; len: of the whole record. */
void tls_shape_record(struct tls_shape *, enum direction, uint16_t len, usec_t time);

/* What there was cannot be told any more. */
void tls_shape_lost(struct tls_shape *);

/* What can be told so far. `sends`: the server's port is one where mail is handed in; `fetches`: one where it is read;
 * where it is neither, or both, volume tells. */
void tls_shape_report(const struct tls_shape *, bool sends, bool fetches, struct estimate_report *);

#endif
