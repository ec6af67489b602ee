/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp: one SMTP or LMTP dialogue (RFC 5321, 2033, 2920, 3030, 3207, 4954). What its files share.
 *
 *	client --> smtp_client: commands, content --> smtp_pending: what awaits a reply, oldest first
 *	                                                   |
 *	server --> smtp_server: replies, matched --------> smtp_settle: what the server holds, what became of messages
 *
 * The client's side is always in one of these states:
 *
 *	commands --DATA--> go-ahead --354--> content --dot--> commands
 *	    |                  '-refused--> commands (what came meanwhile are commands)
 *	    |--BDAT n--> chunk --n octets--> commands
 *	    '--AUTH--> commands, and a line is a response while the exchange lasts
 *
 * Sender and recipients change only when a reply settles the command that named them, in the order of the commands; so
 * with pipelining the envelope is what the server makes of it. A command whose reply never comes is settled as taken.
 *
 * A gap: in commands, the line it fell into is lost; in content or a chunk, the message is incomplete; in replies, what
 * awaited one is settled without it as soon as it is clear that no reply will fit.
 */
#ifndef PROTOCOL_SMTP_H
#define PROTOCOL_SMTP_H

#include "protocol/anomaly.h"
#include "protocol/line.h"
#include "protocol/sasl.h"
#include "protocol/smtp_command.h"
#include "protocol/smtp_data.h"
#include "protocol/smtp_delivery.h"
#include "protocol/smtp_journal.h"
#include "protocol/smtp_reply.h"
#include "protocol/smtp_transaction.h"

/* Octets kept while it is not known whether they are content or commands. */
#define SMTP_HELD_MAX 65536

/* Octets of arguments that await their reply. */
#define SMTP_PENDING_OCTETS 65536

/* Messages that await their reply. */
#define SMTP_DELIVERIES_MAX 16

/* Octets kept of a greeting, of a reply, of HELO's argument. */
#define SMTP_TEXT_MAX 8192
#define SMTP_REPLY_MAX (SMTP_TEXT_MAX + 8)

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
	SMTP_AWAITS_CHUNK,    /* to a chunk that is not the last */
	SMTP_AWAITS_MESSAGE,  /* to the dot, or to the last chunk */
	SMTP_AWAITS_RESET,
	SMTP_AWAITS_AUTH,
	SMTP_AWAITS_STARTTLS,
	SMTP_AWAITS_TURN,
	SMTP_AWAITS_XCLIENT,
	SMTP_AWAITS_QUIT,
	SMTP_AWAITED
};

/* A command whose reply has not come. */
struct smtp_pending {
	enum smtp_awaited what;
	struct buffer argument;         /* of MAIL and RCPT the address, of HELO what it says */
	struct smtp_delivery *delivery; /* the message it begins, carries on, ends or breaks off; NULL: none */
};

struct smtp_queue {
	struct smtp_pending *at; /* ring */
	size_t room, first, len;
	size_t octets;           /* of arguments */
	unsigned deliveries;     /* messages in it whose end awaits a reply */
};

/* What is remembered of the dialogue while nothing is under way. */
struct smtp_kept {
	struct smtp_journal *journal;  /* for the report */
	uint32_t messages, messages_sent, logins;
	struct anomalies anomalies;
	uint16_t banner_code;          /* 0: no greeting was seen */
	uint16_t reply_code;           /* of the multi-line reply under way; 0: none */
	unsigned unknown_row : 14;     /* commands in a row that were not known */
	bool greeted : 1;              /* the server's greeting is over */
	bool client_spoke : 1, server_spoke : 1;
	bool unheard : 1;              /* the server cannot be heard: nothing is waited for */
	bool lossy : 1;                /* part of the dialogue was not seen */
	bool doubtful : 1;             /* replies were lost: what awaits one may have had it */
	bool lmtp : 1;
	bool sender_named : 1;         /* the client sent MAIL for the transaction it is in */
	bool turned : 1;               /* the sides have changed places */
	bool done : 1;
	bool known : 1;                /* a command was known */
	bool auth_seen : 1;            /* words that nobody knows may be secrets */
	bool authenticated : 1;
	bool has_helo : 1, helo_accepted : 1;
	bool starttls_offered : 1, starttls_started : 1;
};

#define SMTP_UNKNOWN_ROW_MAX 16383

/* A dialogue in which something is under way. */
struct smtp {
	const struct protocol_context *context;
	struct smtp_kept kept;
	enum smtp_state state;
	struct line command, reply;
	struct smtp_data data;
	uint64_t chunk_left;
	bool chunk_last;
	struct buffer held;
	struct smtp_delivery *delivery;      /* the message whose content comes, or came in chunks so far; NULL: none */
	struct smtp_transaction transaction; /* what the server holds */
	struct smtp_queue queue;
	bool starts_tls;                     /* the server just agreed */
	struct sasl sasl;
	bool auth_under_way, auth_challenged;
	struct smtp_reply_line last_reply;   /* while it is acted on */
};

/* The parser itself. Between two exchanges, and after the end, it is all there is. */
struct smtp_parser {
	const struct protocol_context *context;
	struct smtp *busy;     /* NULL: nothing is under way; else kept is there */
	struct smtp_kept kept;
};

/* --- smtp.c --- */
void smtp_say(struct smtp *, enum anomaly, enum direction, usec_t time);

/* Keeps what somebody sent, as text, for the report. */
void smtp_keep_text(struct smtp *, enum smtp_journal_text, struct bytes, usec_t time);

/* Tells of the message with this final reply; 0: none. */
void smtp_tell(struct smtp *, struct smtp_delivery *, uint16_t code, usec_t time);

/* How well bytes that a side sent first look like SMTP. */
enum recognition smtp_recognises(enum direction from, struct bytes first);

/* --- smtp_client.c --- */
void smtp_client_push(struct smtp *, struct bytes, usec_t time);

/* `missing` octets of the client will never come. */
void smtp_client_lost(struct smtp *, uint64_t missing, usec_t time);

/* Goes on with what was held, as content or as commands. */
void smtp_client_resume(struct smtp *, bool content, usec_t time);

/* Goes on with what was held as what it looks like: no reply will tell. */
void smtp_client_guess(struct smtp *, usec_t time);

/* The server says that content follows; the command that asked for it was lost. */
void smtp_client_begin_unasked(struct smtp *, usec_t time);

/* The server answers though nothing awaits a reply: an open line that ends in a bare CR is a whole one to it. */
void smtp_client_answered(struct smtp *, usec_t time);

/* The client's side goes on without having ended the message. */
void smtp_client_abandon(struct smtp *);

/* BDAT: so many octets follow. */
void smtp_client_begin_chunk(struct smtp *, uint64_t size, bool last, usec_t time);

/* --- smtp_action.c --- */

/* Lists a command for the report. */
void smtp_note_command(struct smtp *, struct bytes word);
void smtp_command_act(struct smtp *, const struct smtp_command *, usec_t time);

/* --- smtp_server.c --- */

/* Returns how many octets were used: fewer than given only when the server agreed to TLS, or to change places. */
size_t smtp_server_push(struct smtp *, struct bytes, usec_t time);
void smtp_server_lost(struct smtp *);

/* The reply that is acted on, code and text, into *out, which the caller initialised and clears. */
void smtp_put_reply(const struct smtp *, struct buffer *out);

/* Keeps it with the message: it decides if no other comes. */
void smtp_keep_reply(const struct smtp *, struct smtp_delivery *, uint16_t code);

/* --- smtp_pending.c --- */

/* A reply is due. The delivery gets a user. When too many are due they are all settled first. */
void smtp_pending_add(struct smtp *, enum smtp_awaited, struct bytes argument, struct smtp_delivery *, usec_t time);

struct smtp_pending *smtp_pending_first(struct smtp *); /* NULL: none */
struct smtp_pending *smtp_pending_last(struct smtp *);

/* Whether one of this kind is due, and how many are due before it. */
bool smtp_pending_find(const struct smtp *, enum smtp_awaited, size_t *before);

/* Takes the first one out; the caller clears it. There must be one. */
struct smtp_pending smtp_pending_take(struct smtp *);
void smtp_pending_clear(struct smtp_pending *);

void smtp_pending_forget(struct smtp *); /* all of them, without settling */
void smtp_pending_free(struct smtp *);

/* --- smtp_settle.c --- */

/* The first command that awaits a reply got this one (0: none will come). */
void smtp_settle_first(struct smtp *, uint16_t code, usec_t time);
void smtp_settle_all(struct smtp *, usec_t time);

/* The message gets the envelope as it stands at this moment, once. NULL is fine. */
void smtp_envelop(struct smtp *, struct smtp_delivery *);

/* --- smtp_login.c --- */
void smtp_login_begin(struct smtp *, struct bytes argument, usec_t time);
void smtp_login_response(struct smtp *, struct bytes line);

/* The exchange is over; 0: nobody knows how. Observes it. */
void smtp_login_end(struct smtp *, uint16_t code, usec_t time);

extern const struct protocol protocol_smtp;

#endif
