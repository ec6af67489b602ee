/* SPDX-License-Identifier: Apache-2.0
 *
 * dialogue: the talk of one connection: it picks the parser, swaps it at STARTTLS, and reports what was moved. Here the
 * bytes of the wire meet the parsers of mail, and nowhere else.
 *
 *	        port says    content agrees (or nothing speaks against it)
 *	held ------------------------------------------------------------> parsed --> counted
 *	  |     content says something else: said, and parsed as that       ^  |
 *	  |---------------------------------------------------------------- /  | STARTTLS agreed
 *	  |     nothing fits                                                   v
 *	  '--------------------> counted         ClientHello ------------ awaiting TLS
 *	                                           |        clear text goes on: parsed again
 *	                                           '--> parsed as TLS; what was said in the clear is kept for the report
 */
#ifndef DIALOGUE_H
#define DIALOGUE_H

#include "protocol/protocol.h"

struct dialogue_limits {
	const struct protocol_limits *protocol;
	const struct message_limits *message;
	uint64_t volume_step;   /* payload octets after which a living connection's volume is observed anew */
	usec_t session_update;  /* packet time between reports on a living connection; 0: none */
};

/* What the wire knows of the connection now. */
struct dialogue_wire {
	struct traffic traffic[2]; /* by enum direction */
	usec_t last;
	enum handshake_seen handshake;
};

/* What the first payload found the connection to be. */
struct dialogue_opening {
	struct endpoint client, server;
	usec_t start;
	uint16_t vlan;
	bool midstream;
	const char *interface; /* static for the run */
};

/* What the dialogues of a pipeline share. It outlives them, and is not moved. */
struct dialogues {
	const struct dialogue_limits *limits;
	/* Who talks: asked for when something is observed, so that it need not stand in each dialogue. */
	void (*describe)(const void *owner, struct dialogue_opening *);
	observer *observe;
	void *arg;

	/* Their own: */
	const struct dialogue *current; /* whose parser is at work */
	const struct dialogue *described; /* whose session this is; NULL: nobody's */
	struct session session;
	struct protocol_context context;
};

/* limits are borrowed. */
void dialogues_init(struct dialogues *, const struct dialogue_limits *,
    void (*describe)(const void *owner, struct dialogue_opening *), observer *, void *arg);

struct dialogue;

/* NULL when memory is short. `owner` is what describe() gets: it gives the same answer until dialogue_free(). */
struct dialogue *dialogue_new(struct dialogues *, const void *owner);

/* The same in `dialogue_size` octets of zeros, aligned for any object, that the caller keeps for it. Never fails.
 * dialogue_clear() ends it, and leaves the octets to the caller. */
extern const size_t dialogue_size;
struct dialogue *dialogue_init(void *room, struct dialogues *, const void *owner);
void dialogue_clear(struct dialogue *);

/* Bytes in order, or the word that some will never come. */
void dialogue_data(struct dialogue *, enum direction, struct bytes, usec_t time);
void dialogue_gap(struct dialogue *, enum direction, uint64_t missing, usec_t time);

/* Something odd below the dialogue, e.g. "segment_conflict" with a sentence; `name` is static. */
void dialogue_oddity(struct dialogue *, enum direction, const char *name, const char *sentence, uint64_t count,
    usec_t time);

/* When dialogue_account() has to be called again: after so many octets of payload, or at this time. */
struct dialogue_due {
	uint64_t octets;
	usec_t time;
};

/* After a packet: observes volume and, in between, the session, when due. */
struct dialogue_due dialogue_account(struct dialogue *, const struct dialogue_wire *, usec_t now);

/* Whether its bytes are still wanted, or counting is enough from now on. */
bool dialogue_listens(const struct dialogue *);

/* Whether only the lengths of what comes still matter, but for a few octets. */
bool dialogue_skims(const struct dialogue *);

/* Whether it is a mail conversation, as far as is known. */
bool dialogue_is_mail(const struct dialogue *);

/* The connection is over: what was under way is observed as incomplete, the last volume and the session are observed. */
void dialogue_end(struct dialogue *, const struct dialogue_wire *, enum session_end, usec_t now);

void dialogue_free(struct dialogue *); /* NULL is fine; observes nothing */

/* Octets held now, parsers not counted. */
size_t dialogue_memory(const struct dialogue *);

#endif
