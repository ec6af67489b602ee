/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/draft.h"

#include <stdarg.h>
#include <stdio.h>

/* event.risk_score, by severity. */
static const unsigned risks[] = {
	[SEVERITY_LOW] = 21, [SEVERITY_MEDIUM] = 47, [SEVERITY_HIGH] = 73, [SEVERITY_CRITICAL] = 99
};

void
draft_begin(struct draft *d, const struct alert_rule *rule, enum severity severity, const struct observation *o)
{
	struct observation event = *o;

	d->alert = (struct alert){
		.rule = rule, .severity = severity, .risk = risks[severity], .time = o->time, .session = o->session
	};
	sentence_clear(&d->reason);
	sentence_clear(&d->key);
	d->exhibit_count = 0;
	d->event_count = 0;
	if (o->kind == OBSERVED_VOLUME) {
		/* No event of its own: that of its session will come. */
		event = (struct observation){ .kind = OBSERVED_SESSION, .session = o->session };
		d->alert.traffic[FROM_CLIENT].bytes = o->volume->total[FROM_CLIENT];
		d->alert.traffic[FROM_SERVER].bytes = o->volume->total[FROM_SERVER];
	} else if (o->kind == OBSERVED_SESSION) {
		d->alert.traffic[FROM_CLIENT] = o->report->traffic[FROM_CLIENT];
		d->alert.traffic[FROM_SERVER] = o->report->traffic[FROM_SERVER];
	}
	if (o->kind != OBSERVED_LOSS)
		draft_event(d, observation_id(&event));
}

struct exhibit *
draft_exhibit(struct draft *d, const char *kind)
{
	struct exhibit *x;

	if (d->exhibit_count < DRAFT_EXHIBITS)
		d->exhibit_count++;
	x = &d->exhibits[d->exhibit_count - 1];
	x->kind = kind;
	sentence_clear(&x->seen);
	sentence_clear(&x->figure);
	sentence_clear(&x->held_against);
	return x;
}

void
draft_figure(struct draft *d, const char *kind, const char *seen, const char *held_against, const char *format, ...)
{
	struct exhibit *x = draft_exhibit(d, kind);
	char text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sentence_add(&x->seen, "%s", seen);
	sentence_add(&x->figure, "%s", text);
	sentence_add(&x->held_against, "%s", held_against);
}

static void
add_name(struct slices *list, struct bytes *room, struct bytes name)
{
	for (size_t i = 0; i < list->len; i++)
		if (bytes_equal_nocase(room[i], name))
			return;
	list->at = room;
	if (name.len > 0 && list->len < DRAFT_NAMES)
		room[list->len++] = name;
}

void
draft_user(struct draft *d, struct bytes name)
{
	add_name(&d->alert.users, d->users, name);
}

void
draft_host(struct draft *d, struct bytes name)
{
	add_name(&d->alert.hosts, d->hosts, name);
}

void
draft_event(struct draft *d, struct identity event)
{
	if (d->event_count < DRAFT_EVENTS)
		d->events[d->event_count++] = event;
}

void
draft_raise(struct draft *d, struct alert_book *book)
{
	struct evidence evidence[DRAFT_EXHIBITS];

	for (size_t i = 0; i < d->exhibit_count; i++)
		evidence[i] = (struct evidence){ .kind = d->exhibits[i].kind,
			.seen_text = sentence_bytes(&d->exhibits[i].seen),
			.figure_text = sentence_bytes(&d->exhibits[i].figure),
			.held_against_text = sentence_bytes(&d->exhibits[i].held_against),
			.events = d->events,
			.event_count = d->event_count };
	d->alert.key_text = sentence_bytes(&d->key);
	d->alert.reason_text = sentence_bytes(&d->reason);
	d->alert.evidence = evidence;
	d->alert.evidence_count = d->exhibit_count;
	alert_book_raise(book, &d->alert);
}
