/* SPDX-License-Identifier: Apache-2.0
 *
 * event_field: the fields of the event documents (contract section 2) by their dotted paths, read straight from the
 * observation: user rules ask for a few of them on every event, and a document is made only for what is published.
 *
 * Lists, and what stands in a list of objects, give a value for each element: "email.attachments.file.name" gives the
 * name of each attachment. The table is the one source for rules and for the manual; a check compares it with
 * config/schema, and its values with the documents'.
 */
#ifndef DETECT_EVENT_FIELD_H
#define DETECT_EVENT_FIELD_H

#include "detect/forward_evidence.h"

enum event_field_kind { EVENT_TEXT, EVENT_NUMBER, EVENT_FLAG, EVENT_ADDRESS };

/* "text", "number", "true or false", "address". Static. */
const char *event_field_kind_name(enum event_field_kind);

/* Borrowed during the call of the visitor. */
struct event_value {
	enum event_field_kind kind;
	struct bytes text;	       /* EVENT_TEXT */
	double number;		       /* EVENT_NUMBER */
	bool flag;		       /* EVENT_FLAG */
	const struct address *address; /* EVENT_ADDRESS */
	const char *evidence;	       /* the kind of evidence it makes: "subject", "file", "user", or "field" */
};

/* Room for any value that is no text. */
#define EVENT_VALUE_TEXT_MAX 64

/* The value as a document would have it; out serves values that are no text. */
struct bytes event_value_text(const struct event_value *, char out[EVENT_VALUE_TEXT_MAX]);

/* One observation while its fields are asked for. The assessment of forwarding is made when it is first needed. */
struct event {
	const struct observation *o;
	const struct detector_context *context;
	bool assessed;
	struct forward_assessment forward;
};

/* Makes ready; leaves the assessment alone, which is large. */
void event_init(struct event *, const struct observation *, const struct detector_context *);

/* Hears each value; false: it has heard enough. */
typedef bool event_visitor(void *arg, const struct event_value *);

#define EVENT_KIND(k) (1u << (k))
#define EVENT_KINDS                                                                                                    \
	(EVENT_KIND(OBSERVED_SESSION) | EVENT_KIND(OBSERVED_MESSAGE) | EVENT_KIND(OBSERVED_LOGIN) |                    \
	    EVENT_KIND(OBSERVED_SCRIPT) | EVENT_KIND(OBSERVED_TLS) | EVENT_KIND(OBSERVED_ANOMALY))

/* A row of the table; what is below is event_field_rows.c's and event_field.c's business. */
struct event_field {
	const char *path;
	enum event_field_kind kind;
	unsigned of;	      /* bits EVENT_KIND() of the observations that may have it */
	const char *evidence; /* NULL: "field" */
	unsigned base, shape, each;
	size_t offset; /* in the base, or in each element */
	size_t when;   /* offset in the base of a bool that says whether it is there; EVENT_ALWAYS: no such */
	void (*get)(struct event *, event_visitor *, void *arg); /* instead of all that */
};

#define EVENT_ALWAYS ((size_t)-1)

/* Ends with a NULL path. */
extern const struct event_field event_fields[];

/* Paths of the documents that rules cannot ask for, and why. "*" at the end or at the beginning stands for anything.
 * Ends with a NULL path. */
struct event_unavailable {
	const char *path, *why;
};

extern const struct event_unavailable event_unavailable[];

/* The words that a text field can be, where they are few and known. Ends with a NULL path. */
#define EVENT_WORDS_MAX 8

struct event_words {
	const char *path;
	const char *words[EVENT_WORDS_MAX]; /* ends with NULL when fewer */
};

extern const struct event_words event_words[];

/* The row of the field, or NULL: it can be anything. */
const struct event_words *event_words_find(const struct event_field *);

/* What a rule names: a row, and of mailtap.headers.NAME the name. Owned by who made it. */
struct event_place {
	const struct event_field *field; /* NULL: none */
	char *header;			 /* or NULL */
};

/* Finds the row; *out is filled (the header's name is a copy) when the path is one. False when it is none; memory short
 * is none, too. */
bool event_place_find(const char *path, struct event_place *out);
void event_place_clear(struct event_place *);

/* The path, as it was found. Borrowed from `out` or the table. */
const char *event_place_text(const struct event_place *, char *out, size_t room);

/* Why rules cannot ask for this path, or NULL: it is none of a document. */
const char *event_field_unavailable(const char *path);

/* The name of a dataset without "mailtap.", and the observation it is of. NULL and false: none. */
const char *event_dataset_name(enum observation_kind);
bool event_dataset_find(const char *name, enum observation_kind *out);

/* Lets the visitor hear every value of the place; nothing when the event has none. */
void event_visit(struct event *, const struct event_place *, event_visitor *, void *arg);

#endif
