/* SPDX-License-Identifier: Apache-2.0
 *
 * protocol: the seam between a connection's bytes and the parser of what is spoken there.
 *
 * A parser never fails: what it cannot read it observes as lost, and seeks firm ground. It hears bytes in order and
 * gaps, of both directions, and says what it saw to the observer. It keeps nothing it was not given a ceiling for.
 */
#ifndef PROTOCOL_PROTOCOL_H
#define PROTOCOL_PROTOCOL_H

#include "message/arena.h"
#include "message/message.h"
#include "observe/observation.h"

enum parser_verdict {
	PARSER_CONTINUES,
	PARSER_STARTS_TLS, /* the server has agreed to TLS: the next client bytes decide whether it comes */
	PARSER_SKIMS,      /* goes on; but of what comes only lengths matter now: nobody need compare copies */
	PARSER_IS_ANOTHERS, /* done, and not with these bytes: they may be what another protocol answers */
	PARSER_IS_DONE,    /* nothing more to learn from this connection: count only */
};

/* How well a first stretch of bytes fits. */
enum recognition {
	RECOGNISED_NOT,   /* it cannot be this */
	RECOGNISED_MAYBE, /* too short, or possible */
	RECOGNISED_LIKELY,
	RECOGNISED_SURE,
};

struct protocol_limits {
	size_t line;             /* octets kept of a command or reply line */
	size_t commands;         /* verbs and reply codes kept for the session's report, each */
	size_t recipients;       /* forward paths kept per message */
	size_t unknown_commands; /* after so many in a row without a known one the parser gives up */
	size_t pending;          /* commands awaiting their reply */
	size_t folders;          /* kept of those that are opened in a session */
	size_t ranges;           /* of messages met in a folder */
	size_t uidls;            /* unique names kept of a POP3 mailbox's messages */
	uint64_t inflate_ratio;  /* octets out for one in, above which a compressed connection is read no more */
	size_t observations;     /* anomalies said per session; more are counted */
};

struct protocol_context {
	const struct session *session;
	const struct protocol_limits *limits;
	const struct message_limits *message_limits;
	bool starttls; /* while a parser is opened: it continues a clear dialogue */
	observer *observe;
	void *observe_arg;
};

struct protocol {
	enum mail_protocol id;
	const char *name;       /* mail_protocol_name(id) */
	const char *help;       /* one sentence for `mailtapctl` and the manual */
	const uint16_t *ports;  /* server ports it usually stands on; ends with 0 */

	/* Whether bytes that `from` sent first look like this protocol. At most the first 256 octets matter. */
	enum recognition (*recognises)(enum direction from, struct bytes first);

	/* The parser's state, or NULL when memory is short. The context is borrowed for its life. */
	void *(*open)(const struct protocol_context *);

	/* Bytes in order. Returns how many were used in *used (all of them with PARSER_CONTINUES, PARSER_SKIMS, PARSER_IS_ANOTHERS and PARSER_IS_DONE). */
	enum parser_verdict (*data)(void *self, enum direction, struct bytes, usec_t time, size_t *used);
	enum parser_verdict (*gap)(void *self, enum direction, uint64_t missing, usec_t time);

	/* No more bytes will come (either side's end was seen, or the flow ended): whatever was under way is observed as
	 * incomplete. Called once before report and close. */
	void (*finish)(void *self, usec_t time);

	/* Fills what the parser knows of the session into the report; slices stay valid until the next call on self, and as
	 * long as the arena. */
	void (*report)(const void *self, struct session_report *, struct arena *);

	void (*close)(void *self);
};

/* The table: one row per protocol, ends with an entry whose name is NULL. */
extern const struct protocol *const protocols[];

/* The row that names this server port, or NULL. */
const struct protocol *protocol_by_port(uint16_t port);

/* The row that fits bytes first sent by `from` best, at least as RECOGNISED_LIKELY; NULL when none does. *how may be
 * NULL; else it gets the best recognition met, also when NULL is returned. */
const struct protocol *protocol_by_content(enum direction from, struct bytes first, enum recognition *how);

/* Who sends such a first payload: for a connection whose beginning was not seen. */
enum speaker protocol_speaker(struct bytes payload);

/* All ports of all rows into out (at most room); returns how many there are. */
size_t protocol_ports(uint16_t *out, size_t room);

#endif
