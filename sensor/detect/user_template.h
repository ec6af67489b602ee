/* SPDX-License-Identifier: Apache-2.0
 *
 * user_template: a sentence with places in it, "{source.ip} searched for {mailtap.imap.searches}", filled in from an
 * event. {{ and }} stand for the braces themselves; {count} and {window} for how often it came together within what
 * time.
 */
#ifndef DETECT_USER_TEMPLATE_H
#define DETECT_USER_TEMPLATE_H

#include "detect/event_field.h"
#include "detect/sentence.h"

enum user_piece_kind { USER_PIECE_TEXT, USER_PIECE_FIELD, USER_PIECE_COUNT, USER_PIECE_WINDOW };

struct user_piece {
	enum user_piece_kind kind;
	char *text;		  /* of USER_PIECE_TEXT */
	struct event_place place; /* of USER_PIECE_FIELD */
};

struct user_template {
	struct user_piece *pieces;
	size_t len;
};

#define USER_TEMPLATE_PIECES 64

/* Reads the text. False when a place is none: *what is the path in question, of at most `room` octets, or empty when
 * the braces do not match, there are too many places, or memory is short, which `why` says (static). *out is empty
 * then. */
bool user_template_parse(const char *text, struct user_template *out, char *what, size_t room, const char **why);

/* Values at most for one place; texts at most of one value. */
#define USER_PLACE_VALUES 5
#define USER_PLACE_TEXT 160

/* Adds the values of a place: "a, b, c, d, e and 3 more"; `none` when there is none. */
void user_place_write(const struct event_place *, struct event *, const char *none, struct sentence *);

void
user_template_write(const struct user_template *, struct event *, uint64_t count, usec_t window, struct sentence *);

void user_template_clear(struct user_template *);

#endif
