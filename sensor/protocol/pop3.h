/* SPDX-License-Identifier: Apache-2.0
 *
 * pop3: one POP3 dialogue (RFC 1939, 2449, 2595, 5034). What its files share.
 *
 *	client --> pop3_client: commands --> the queue of those that await a reply, oldest first
 *	                                              |
 *	server --> pop3_server: replies, matched -----'--> what the reply brings: lists, messages
 *
 * A gap: in a message, it is incomplete and goes on; in a line, the line is lost. When replies were lost, what is awaited is
 * given up with the client's next command, who has heard them. A reply to a command that was not seen shows by its next
 * line whether more than one line belongs to it.
 */
#ifndef PROTOCOL_POP3_H
#define PROTOCOL_POP3_H

#include "protocol/anomaly.h"
#include "protocol/collection.h"
#include "protocol/dotted.h"
#include "protocol/line.h"
#include "protocol/sasl.h"
#include "protocol/starttls.h"
#include "protocol/stored.h"
#include "protocol/word_list.h"

/* Octets kept of the greeting. */
#define POP3_TEXT_MAX 512

enum pop3_verb {
	POP3_UNKNOWN,
	POP3_USER,
	POP3_PASS,
	POP3_APOP,
	POP3_AUTH,
	POP3_AUTH_LIST, /* AUTH without an argument: which mechanisms are there */
	POP3_STAT,
	POP3_LIST,
	POP3_UIDL,
	POP3_RETR,
	POP3_TOP,
	POP3_DELE,
	POP3_NOOP,
	POP3_RSET,
	POP3_QUIT,
	POP3_CAPA,
	POP3_STLS,
	POP3_UTF8,
	POP3_LANG,
	POP3_VERBS
};

/* A command whose reply has not come. */
struct pop3_pending {
	uint8_t verb;
	bool has_argument, has_number;
	uint32_t number;
};

/* The unique names of messages 1, 2, 3 and so on. */
struct pop3_uidls {
	struct word_list list;
	uint32_t number, at; /* of the one that was looked for last: most look for the next */
};

struct pop3_queue {
	struct pop3_pending *at; /* ring */
	size_t room, first, len;
};

enum pop3_answer {
	POP3_ONE_LINE,
	POP3_MANY_LINES, /* up to the dot */
	POP3_PERHAPS,    /* a reply came to nobody knows what: the next line tells */
};

/* What is needed while an exchange is under way. */
struct pop3_busy {
	struct line command, reply, entry;
	struct pop3_queue queue;
	enum pop3_answer answer;
	struct pop3_pending head; /* the command that many lines answer */
	struct dotted dotted;
	bool lossy;               /* part of the answer was lost: its end may have been, too */
	struct stored stored;
	bool has_size;
	uint64_t size;            /* of the message, as the reply says */
	struct buffer user;       /* of USER */
	struct sasl sasl;
};

struct pop3 {
	const struct protocol_context *context;
	struct pop3_busy *busy;   /* NULL: nothing is under way */
	struct collection *collection; /* NULL: nothing was read yet */
	struct word_list commands, capabilities;
	struct pop3_uidls uidls;
	struct bytes banner;      /* owned */
	uint64_t stat_messages, stat_octets;
	uint32_t list_entries, uidl_entries, retr, top, dele, fetched;
	uint32_t logins, messages;
	uint32_t strange[2];      /* by direction: lines in a row that are not POP3 */
	struct anomalies anomalies;
	struct starttls_offers offers;
	bool greeted : 1;         /* the greeting is over */
	bool has_banner : 1, has_stat : 1;
	bool known : 1;           /* it is POP3: a command or a reply was */
	bool in_auth : 1;         /* the client's lines answer challenges */
	bool authenticated : 1;
	bool quit : 1, starts_tls : 1, started_tls : 1, done : 1;
	bool doubtful : 1;        /* replies were lost */
	bool listed : 1, list_whole : 1, uidl_listed : 1, uidl_whole : 1;
};

/* --- pop3.c --- */
void pop3_say(struct pop3 *, enum anomaly, enum direction, usec_t time);

/* Made on the first use; NULL when memory is short. */
struct collection *pop3_collection(struct pop3 *);

/* Tells how a login ended, and forgets what was known of it. */
void pop3_login(struct pop3 *, struct bytes mechanism, bool cleartext, enum login_outcome, usec_t time);

/* --- pop3_client.c --- */
void pop3_client_push(struct pop3 *, struct bytes, usec_t time);
void pop3_client_lost(struct pop3 *);

/* The oldest command awaiting a reply; false when there is none. */
bool pop3_queue_take(struct pop3_queue *, struct pop3_pending *);

/* --- pop3_server.c --- */

/* Returns how many octets were used: all but what follows the reply that agrees to TLS. */
size_t pop3_server_push(struct pop3 *, struct bytes, usec_t time);
void pop3_server_lost(struct pop3 *, uint64_t missing);

/* No more comes. */
void pop3_server_finish(struct pop3 *, usec_t time);

/* The client goes on: an answer whose end was lost is over. */
void pop3_server_overtaken(struct pop3 *, usec_t time);

/* A reply that never came. */
void pop3_unanswered(struct pop3 *, const struct pop3_pending *, usec_t time);

extern const struct protocol protocol_pop3;

#endif
