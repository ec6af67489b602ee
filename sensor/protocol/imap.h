/* SPDX-License-Identifier: Apache-2.0
 *
 * imap: one IMAP dialogue (RFC 3501, 9051 and extensions in use). What its files share.
 *
 *	client --> scanner --> imap_client: commands ----> those in flight, by tag
 *	                                                      |
 *	server --> scanner --> imap_server: completions ------'
 *	                       imap_fetch: what crosses of messages --> message parser, collection
 *
 * The bodies of messages pass as literals and are read by nobody but the message parser. After COMPRESS=DEFLATE (RFC 4978)
 * each direction passes an inflater first.
 *
 * A gap: in a literal, its octets are counted off and the message is incomplete; in a line, the line is lost, and lines are
 * believed again once one fits. A completion whose command was not seen changes nothing.
 */
#ifndef PROTOCOL_IMAP_H
#define PROTOCOL_IMAP_H

#include "protocol/anomaly.h"
#include "protocol/collection.h"
#include "protocol/imap_scanner.h"
#include "protocol/inflater.h"
#include "protocol/sasl.h"
#include "protocol/sieve_script.h"
#include "protocol/starttls.h"
#include "protocol/stored.h"
#include "protocol/word_list.h"

#define IMAP_TEXT_MAX 1024   /* of a name of a folder, a user, the greeting */
#define IMAP_TAG_MAX 23      /* longer tags are told apart by their beginning */
#define IMAP_STRING_MAX 1024 /* a literal of a command that stands for a short string */
#define IMAP_APPENDS_MAX 8   /* messages of one APPEND that await its completion */

enum imap_verb {
	IMAP_UNKNOWN,
	IMAP_CAPABILITY,
	IMAP_LOGIN,
	IMAP_AUTHENTICATE,
	IMAP_STARTTLS,
	IMAP_ID,
	IMAP_SELECT,
	IMAP_EXAMINE,
	IMAP_LIST,
	IMAP_FETCH,
	IMAP_UID_FETCH,
	IMAP_SEARCH,   /* SORT and THREAD, with and without UID */
	IMAP_STORE,
	IMAP_COPY,     /* and MOVE */
	IMAP_EXPUNGE,
	IMAP_APPEND,
	IMAP_IDLE,
	IMAP_CLOSE_FOLDER,
	IMAP_COMPRESS,
	IMAP_SETMETADATA,
	IMAP_UNAUTHENTICATE,
	IMAP_LOGOUT,
	IMAP_OTHER,    /* known, and of no consequence here */
};

struct imap_tag {
	uint8_t text[IMAP_TAG_MAX];
	uint8_t len;
};

/* A command whose completion has not come. */
struct imap_pending {
	struct imap_tag tag;
	uint8_t verb;
	bool peeks;        /* FETCH: without marking messages as read */
};

struct imap_queue {
	struct imap_pending *at; /* in the order they were sent */
	size_t room, len;
};

/* A message out of a folder, until the line is whole that it stands in. */
struct imap_fetched {
	struct stored stored;
	enum imap_section { SECTION_NONE, SECTION_MESSAGE, SECTION_HEADER, SECTION_TEXT, SECTION_PART } section;
	bool partial;            /* "<n>": it begins at that octet of it */
	bool is_piece;           /* its octets go to `pieces` */
	uint64_t origin, size;   /* size: of the literal */
};

/* What is needed while an exchange is under way. */
struct imap_busy {
	struct imap_scanner from[2]; /* by enum direction */
	struct buffer command;       /* of the client: its line, short literals in quotes */
	bool literal_is_message;     /* the literal under way is one that is appended, */
	bool literal_is_script;      /* or a Sieve script, */
	bool literal_is_kept;        /* or goes into `command` */
	struct imap_queue queue;
	struct sasl sasl;
	struct imap_tag auth_tag;
	struct buffer user;          /* of LOGIN */
	struct buffer selecting;     /* name of the folder that was asked for */
	bool selects, selects_read_only;
	struct buffer append_folder;
	struct sieve_script *script; /* put into an annotation; its completion is awaited */
	struct buffer script_name;
	struct stored appended[IMAP_APPENDS_MAX];
	size_t append_count;
	/* Of the FETCH response under way. */
	uint32_t number, uid;
	bool has_size;
	uint64_t rfc822_size;
	bool in_fetch, saw_header;
	struct imap_fetched body;    /* the literal that comes, or came last */
	/* A message that is asked for piece by piece. */
	bool pieces_open;
	struct stored pieces;
	uint32_t pieces_uid, pieces_number;
	uint64_t pieces_next, asked; /* where the next piece begins; octets asked for at a time, 0: all */
	uint32_t list_lines;         /* folders that the LIST under way named */
};

struct imap {
	const struct protocol_context *context;
	struct imap_busy *busy;      /* NULL: nothing is under way */
	struct collection *collection;
	struct word_list commands, capabilities, searches;
	struct inflater *inflate[2]; /* NULL: not compressed */
	struct bytes banner;         /* owned */
	uint64_t fetched_literals;
	uint32_t fetched, appended, logins, messages, scripts;
	uint32_t strange;            /* lines in a row that are not IMAP */
	struct anomalies anomalies;
	struct starttls_offers offers;
	struct imap_tag idle_tag;
	usec_t idle_since;
	bool greeted : 1, known : 1, preauth : 1;
	bool in_auth : 1;            /* the client's lines answer challenges */
	bool authenticated : 1;
	bool idle_asked : 1, idling : 1;
	bool opaque[2];              /* compressed, and part of it is missing or bad */
	bool compressed : 1;
	bool starts_tls : 1, started_tls : 1, starts_deflate : 1, quit : 1, done : 1;
};

/* --- imap.c --- */
void imap_say(struct imap *, enum anomaly, enum direction, usec_t time);
struct collection *imap_collection(struct imap *); /* made on first use; NULL when memory is short */
void imap_login(struct imap *, struct bytes user, struct bytes mechanism, bool cleartext, enum login_outcome, usec_t time);

/* Copies a tag, as much as is kept of it. */
struct imap_tag imap_tag_of(struct bytes);
bool imap_tag_equal(const struct imap_tag *, const struct imap_tag *);

/* --- imap_client.c --- */
extern const struct imap_listener imap_client_listener; /* arg: struct imap_hearing */

/* Takes the command with this tag out of the queue; false when it is not known. */
bool imap_queue_take(struct imap_queue *, const struct imap_tag *, struct imap_pending *);

/* Tells of messages that were appended, with this status. */
void imap_appended(struct imap *, enum message_status, usec_t time);

/* --- imap_server.c --- */
extern const struct imap_listener imap_server_listener;

/* A command whose completion will not come. */
void imap_unanswered(struct imap *, const struct imap_pending *, usec_t time);

/* --- imap_fetch.c --- */

/* A part of a FETCH response: its words from here on. `literal`: octets follow that belong to its last word. */
void imap_fetch_words(struct imap *, struct bytes words, bool literal, uint64_t size, usec_t time);
void imap_fetch_literal(struct imap *, struct bytes octets, bool last);
void imap_fetch_hole(struct imap *, uint64_t missing, bool last);
void imap_fetch_end(struct imap *, usec_t time);     /* the line is whole */
void imap_fetch_broken(struct imap *, usec_t time);  /* or will not be */
void imap_fetch_close_pieces(struct imap *, bool whole, usec_t time);

/* --- imap_script.c --- */

/* SETMETADATA with these words is about to bring a literal. True when that is a Sieve script. */
bool imap_script_begin(struct imap *, struct bytes words);
void imap_script_tell(struct imap *, enum script_outcome, usec_t time);

/* --- imap_tools.c --- */

/* The client's ID as text, and the tool it points at. */
void imap_read_id(struct imap *, struct bytes words);

/* The tool that such tags point at, or NULL. */
const char *imap_tool_of_tag(struct bytes tag);

/* What a listener needs besides. */
struct imap_hearing {
	struct imap *imap;
	usec_t time;
};

extern const struct protocol protocol_imap;

#endif
