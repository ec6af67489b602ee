/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp: one SMTP or LMTP dialogue (RFC 5321, 2033, 2920, 3030, 3207, 4954). What its files share.
 *
 * The client's side (smtp_client.c) is always in one of these states; the server's side (smtp_server.c) matches each
 * reply with the command that caused it:
 *
 *	commands --DATA--> go-ahead --354--> content --dot--> commands
 *	    |                  '-refused--> commands (what came meanwhile are commands)
 *	    |--BDAT n--> chunk --n octets--> commands
 *	    '--AUTH--> commands, and a line is a response while the server has said 334
 *
 * A gap: in commands, the line it fell into is lost and replies outstanding are forgotten; in content or a chunk, the
 * message is incomplete; in replies, commands outstanding stay unanswered.
 */
#ifndef PROTOCOL_SMTP_H
#define PROTOCOL_SMTP_H

#include "protocol/anomaly.h"
#include "protocol/line.h"
#include "protocol/sasl.h"
#include "protocol/smtp_command.h"
#include "protocol/smtp_data.h"
#include "protocol/smtp_transaction.h"

/* Octets kept while it is not known whether they are content or commands. */
#define SMTP_HELD_MAX 65536

enum smtp_state {
	SMTP_STATE_COMMANDS,
	SMTP_STATE_GO_AHEAD, /* DATA was sent: the reply decides what follows */
	SMTP_STATE_CONTENT,
	SMTP_STATE_CHUNK,
};

enum smtp_awaited {
	SMTP_AWAITS_COMMAND,  /* the reply to a command of no consequence */
	SMTP_AWAITS_HELLO,
	SMTP_AWAITS_MAIL,
	SMTP_AWAITS_RCPT,
	SMTP_AWAITS_GO_AHEAD, /* to DATA */
	SMTP_AWAITS_CHUNK,
	SMTP_AWAITS_MESSAGE,  /* to the dot, or to the last chunk */
	SMTP_AWAITS_AUTH,
	SMTP_AWAITS_STARTTLS,
};

/* A command whose reply has not come. */
struct smtp_pending {
	enum smtp_awaited what;
	struct smtp_transaction *transaction; /* a use of it, or NULL */
	struct buffer address;                /* of MAIL and RCPT, of HELLO the argument */
	unsigned replies;                     /* LMTP: one per recipient follows the message */
	bool nested;                          /* MAIL inside a transaction */
};

struct smtp {
	struct protocol_context context;
	enum smtp_state state;
	struct line command, reply;
	struct smtp_data data;
	uint64_t chunk_left;
	bool chunk_last;
	struct buffer held;
	struct smtp_transaction *transaction; /* under way, or NULL */

	struct smtp_pending *pending;         /* ring */
	size_t pending_room, pending_first, pending_len;

	bool greeted, has_helo, client_spoke, server_spoke, lmtp, done, starttls_pending, lossy;
	bool authenticated, auth_challenged, auth_under_way;
	unsigned unknown_row;                 /* unknown commands in a row */
	unsigned known;                       /* commands that were known */
	uint16_t reply_code;                  /* of the multi-line reply under way; 0: none */
	bool starts_tls;                      /* the server just agreed */
	struct sasl sasl;

	/* for the report */
	uint16_t banner_code;
	struct buffer banner, helo, helo_given, last_reply;
	struct texts commands, mechanisms, rcpt_refused;
	uint16_t *codes;
	size_t code_count, code_room;
	uint64_t codes_dropped;
	bool starttls_offered, starttls_started;
	uint32_t messages, messages_sent, logins;
	struct anomalies anomalies;
};

/* Client bytes; server bytes. Returns how many were used: fewer than given only when the server agreed to TLS. */
void smtp_client_push(struct smtp *, struct bytes, usec_t time);
size_t smtp_server_push(struct smtp *, struct bytes, usec_t time);

/* Goes on with what was held, as content or as commands. */
void smtp_client_resume(struct smtp *, bool content, usec_t time);

/* The server says that content follows: what told so was lost. */
void smtp_client_begin_content(struct smtp *);

/* The content ended, or cannot be followed any more. */
void smtp_client_end_message(struct smtp *, usec_t time);

void smtp_client_lost(struct smtp *, uint64_t missing, usec_t time);
void smtp_server_lost(struct smtp *, usec_t time);

/* Notes that a reply is due. The transaction gets a user. NULL when too many are. Valid until the next call. */
struct smtp_pending *smtp_pending_add(struct smtp *, enum smtp_awaited, struct smtp_transaction *, usec_t time);
void smtp_pending_pop(struct smtp *);
void smtp_pending_clear(struct smtp *, usec_t time);

/* Tells of the transaction's message with the final reply given. */
void smtp_tell(struct smtp *, struct smtp_transaction *, uint16_t code, struct bytes reply_text, usec_t time);

void smtp_say(struct smtp *, enum anomaly, enum direction, usec_t time);

extern const struct protocol protocol_smtp;

#endif
