/* SPDX-License-Identifier: Apache-2.0
 *
 * mailbox: what is observed of reading mailboxes (IMAP, POP3) and of the rules put on them (ManageSieve, and Sieve in
 * IMAP METADATA, RFC 6785). Borrowed and bounded like all of an observation.
 */
#ifndef OBSERVE_MAILBOX_H
#define OBSERVE_MAILBOX_H

#include "base/bytes.h"
#include "base/clock.h"
#include "observe/slices.h"

/* In which order bodies were asked for, by UID (or number, where no UID was seen). */
enum reading_order {
	ORDER_UNKNOWN, /* fewer than three */
	ORDER_ASCENDING,
	ORDER_DESCENDING,
	ORDER_MIXED,
};

/* "ascending", ...; NULL for ORDER_UNKNOWN. Static. */
const char *reading_order_name(enum reading_order);

/* A folder that was opened. POP3 has one, without a name. */
struct folder_report {
	struct bytes name_text;
	bool has_exists;
	uint64_t exists;       /* the most messages it was said to hold while it was open */
	uint64_t read_whole;   /* distinct messages whose body crossed whole */
	bool read_only;        /* EXAMINE, or [READ-ONLY] */
};

/* What was read of an account and done to it. Distinct messages: the same one read again counts once, as far as its
 * number or UID was seen. */
struct collection_report {
	struct bytes account_text;     /* user of the latest login that was not refused; empty: not seen */
	uint64_t read_whole;           /* distinct messages whose body crossed whole */
	uint64_t read_part;            /* distinct messages of which only a part of the body crossed (TOP, BODY[1], <0.n>) */
	uint64_t headers_only;         /* distinct messages of which a header, envelope or structure crossed and no body */
	uint64_t bodies;               /* bodies that crossed, whole or in part, repeated ones too */
	uint64_t body_bytes;           /* octets of them */
	uint64_t peeked;               /* of the bodies: without marking the message as read (PEEK, EXAMINE, POP3) */
	uint64_t exists;               /* messages in all the folders opened, or of STAT; 0 with !has_exists */
	bool has_exists;
	enum reading_order order;
	uint64_t widest;               /* most messages that one command asked bodies of; UINT64_MAX: to the end (n:*) */
	uint32_t folders_listed, folders_opened; /* distinct; opened counts what `folders` dropped, too */
	const struct folder_report *folders; /* those opened, in order of their first opening */
	size_t folder_count;
	uint32_t searches;             /* SEARCH, SORT, THREAD with words */
	uint32_t stored, appended, copied, deleted; /* messages or commands: STORE, APPEND, COPY and MOVE, EXPUNGE or DELE */
	usec_t idle;                   /* spent in IDLE */
	bool quit;                     /* LOGOUT, QUIT: it ended as the protocol wants it */
	struct bytes client_id_text;   /* IMAP ID: "name version (vendor)" as far as given; empty: none */
	const char *tool;              /* what ID or habits point at: "imapsync", ...; static; NULL: nothing. A label only. */
};

struct pop3_report {
	bool greeted;                  /* a +OK or -ERR greeting was seen */
	struct bytes banner_text;      /* after the status */
	struct slices commands;        /* keywords in upper case, in order */
	struct slices capabilities;    /* of the last CAPA */
	bool has_stat;
	uint64_t stat_messages, stat_octets;
	uint64_t list_entries, uidl_entries, retr, top, dele; /* entries and accepted commands */
	bool listed, uidl_listed;      /* a listing was begun, */
	bool list_whole, uidl_whole;   /* and the last one seen to its end */
};

struct imap_report {
	struct bytes banner_text;      /* after the status */
	bool preauth;
	struct slices capabilities;    /* of the last CAPABILITY, upper case */
	struct slices commands;        /* upper case, "UID FETCH" as one, in order */
	struct slices searches;        /* the words searched for (text, subject, from, ...), as text */
	uint64_t fetched;              /* body literals that crossed */
	bool compressed;               /* COMPRESS=DEFLATE came into force */
};

struct sieve_report {
	struct bytes banner_text;      /* IMPLEMENTATION of the greeting */
	struct slices capabilities;
	struct slices commands;
};

/* A Sieve script that was uploaded, checked or made active. */
enum script_action { SCRIPT_STORED, SCRIPT_ACTIVATED, SCRIPT_CHECKED };
enum script_outcome { SCRIPT_UNANSWERED, SCRIPT_ACCEPTED, SCRIPT_REFUSED };

const char *script_action_name(enum script_action);
const char *script_outcome_name(enum script_outcome);

/* Where a script sends mail. */
struct script_target {
	struct bytes address_text;     /* of redirect; or the name of the program of pipe */
	bool copy;                     /* :copy: the mailbox keeps its own */
	bool pipe;                     /* vnd.dovecot.pipe */
};

struct script_report {
	uint32_t ordinal;              /* of this session, from 0 */
	enum script_action action;
	enum script_outcome outcome;
	struct bytes name_text;        /* the script's name, or the mailbox and entry of METADATA */
	struct bytes account_text;     /* whose; empty: not seen */
	uint64_t bytes;                /* of the script; 0 for SCRIPT_ACTIVATED */
	bool complete;                 /* every octet of it was read */
	const struct script_target *targets;
	size_t target_count;
	uint64_t targets_dropped;
};

/* Which stored message a transferred body is. */
struct mailbox_item {
	struct bytes mailbox_text;     /* folder; empty for POP3 */
	struct bytes account_text;     /* whose mailbox; empty: not seen */
	bool has_uid;
	uint32_t uid;
	uint32_t number;               /* message sequence number; 0: not seen */
	struct bytes unique_text;      /* POP3 UIDL; empty: not seen */
	bool has_size;
	uint64_t size;                 /* what the server said it has (RFC822.SIZE, LIST, RETR's answer) */
	bool part;                     /* not the whole message: TOP, BODY[1], <0.n>, BODY[TEXT] */
	bool peek;                     /* read without marking it as read */
	const char *kind;              /* IMAP: "message", "header", "text", "part"; static; NULL: not IMAP */
	uint64_t literal;              /* IMAP: octets of the literal */
};

#endif
