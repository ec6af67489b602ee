/* SPDX-License-Identifier: Apache-2.0
 *
 * draft: an alert in the making: its sentence, its key and its evidence are written piece by piece, and then it is
 * raised. Large: on the stack of whoever raises, and nowhere else.
 */
#ifndef DETECT_DRAFT_H
#define DETECT_DRAFT_H

#include "detect/alert.h"
#include "detect/sentence.h"

#define DRAFT_EXHIBITS 6
#define DRAFT_NAMES 4
#define DRAFT_EVENTS 8

/* Texts of one piece of evidence. */
struct exhibit {
	const char *kind;
	struct sentence seen, figure, held_against;
};

struct draft {
	struct alert alert;
	struct sentence reason, key;
	struct exhibit exhibits[DRAFT_EXHIBITS];
	size_t exhibit_count;
	struct identity events[DRAFT_EVENTS]; /* that all the evidence rests on */
	size_t event_count;
	struct bytes users[DRAFT_NAMES], hosts[DRAFT_NAMES];
};

/* About this observation: its time, its session, and the event that is published of it. */
void draft_begin(struct draft *, const struct alert_rule *, enum severity, const struct observation *);

/* One more piece of evidence; `kind` is static. At the ceiling the last one is written anew. */
struct exhibit *draft_exhibit(struct draft *, const char *kind);

/* The same with its three texts; printf's `format` makes the figure. */
void draft_figure(struct draft *, const char *kind, const char *seen, const char *held_against, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* For related.user and related.hosts; borrowed until it is raised. Empty ones are left out. */
void draft_user(struct draft *, struct bytes);
void draft_host(struct draft *, struct bytes);

/* One more event that it rests on. */
void draft_event(struct draft *, struct identity);

void draft_raise(struct draft *, struct alert_book *);

#endif
