/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/user_template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
user_template_clear(struct user_template *t)
{
	for (size_t i = 0; i < t->len; i++) {
		free(t->pieces[i].text);
		event_place_clear(&t->pieces[i].place);
	}
	free(t->pieces);
	*t = (struct user_template){ 0 };
}

/* Octets up to the next brace that is not doubled. */
static size_t
literal_length(const char *at)
{
	size_t len = 0;

	while (at[len] != '\0') {
		bool brace = at[len] == '{' || at[len] == '}';

		if (brace && at[len + 1] != at[len])
			break;
		len += brace ? 2 : 1;
	}
	return len;
}

/* The text with doubled braces made single; NULL when memory is short. */
static char *
literal(const char *at, size_t len)
{
	char *out = malloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; out != NULL && i < len; i++) {
		out[n++] = at[i];
		i += at[i] == '{' || at[i] == '}';
	}
	if (out != NULL)
		out[n] = '\0';
	return out;
}

/* The piece for what stands between braces; false when it is none. */
static bool
place_piece(const char *name, struct user_piece *p)
{
	*p = (struct user_piece){ .kind = USER_PIECE_FIELD };
	if (strcmp(name, "count") == 0)
		p->kind = USER_PIECE_COUNT;
	else if (strcmp(name, "window") == 0)
		p->kind = USER_PIECE_WINDOW;
	else
		return event_place_find(name, &p->place);
	return true;
}

static bool
add_literal(struct user_template *t, const char *at, size_t len)
{
	t->pieces[t->len] = (struct user_piece){ .kind = USER_PIECE_TEXT, .text = literal(at, len) };
	return t->pieces[t->len++].text != NULL;
}

bool
user_template_parse(const char *text, struct user_template *out, char *what, size_t room, const char **why)
{
	const char *at = text;
	size_t len;

	what[0] = '\0';
	*why = "not enough memory";
	*out = (struct user_template){ .pieces = calloc(USER_TEMPLATE_PIECES, sizeof(struct user_piece)) };
	while (out->pieces != NULL && *at != '\0') {
		if (out->len + 2 > USER_TEMPLATE_PIECES) {
			*why = "it has too many places";
			goto wrong;
		}
		len = literal_length(at);
		if (len > 0 && !add_literal(out, at, len))
			goto wrong;
		at += len;
		if (*at == '\0')
			return true;
		len = strcspn(at, "}");
		*why = "its braces do not match: write {FIELD} for a place, and {{ or }} for a brace";
		if (*at == '}' || at[len] == '\0' || len > room)
			goto wrong;
		snprintf(what, room, "%.*s", (int)(len - 1), at + 1);
		if (!place_piece(what, &out->pieces[out->len]))
			goto wrong;
		out->len++;
		what[0] = '\0';
		at += len + 1;
	}
	if (out->pieces != NULL)
		return true;
wrong:
	user_template_clear(out);
	return false;
}

/* --- filling in --- */

struct writing {
	struct sentence *s;
	size_t heard;
};

static bool
write_value(void *arg, const struct event_value *v)
{
	char out[EVENT_VALUE_TEXT_MAX];
	struct writing *w = arg;

	w->heard++;
	if (w->heard <= USER_PLACE_VALUES) {
		sentence_add(w->s, "%s", w->heard > 1 ? ", " : "");
		sentence_add_wire(w->s, event_value_text(v, out), USER_PLACE_TEXT);
	}
	return true;
}

void
user_place_write(const struct event_place *place, struct event *e, const char *none, struct sentence *s)
{
	struct writing w = { .s = s };

	event_visit(e, place, write_value, &w);
	if (w.heard == 0)
		sentence_add(s, "%s", none);
	else if (w.heard > USER_PLACE_VALUES)
		sentence_add(s, " and %zu more", w.heard - USER_PLACE_VALUES);
}

void
user_template_write(const struct user_template *t, struct event *e, uint64_t count, usec_t window, struct sentence *s)
{
	for (size_t i = 0; i < t->len; i++) {
		const struct user_piece *p = &t->pieces[i];

		switch (p->kind) {
		case USER_PIECE_TEXT:
			sentence_add_wire(s, bytes_str(p->text), SENTENCE_MAX);
			break;
		case USER_PIECE_FIELD:
			user_place_write(&p->place, e, "(none)", s);
			break;
		case USER_PIECE_COUNT:
			sentence_add(s, "%llu", (unsigned long long)count);
			break;
		case USER_PIECE_WINDOW:
			sentence_add_span(s, window);
			break;
		}
	}
}
