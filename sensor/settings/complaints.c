/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/complaints.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct complaint {
	unsigned line, column;
	size_t ordinal; /* qsort is not stable */
	char *text;
};

static void
say(struct complaints *c, char *text)
{
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	if (c->say != NULL)
		c->say(c->arg, text);
}

/* Keeps text, which is then ours; false when there is no room for it. */
static bool
keep(struct complaints *c, unsigned line, unsigned column, char *text)
{
	struct complaint *grown;

	if (c->holds == 0)
		return false;
	grown = reallocarray(c->held, c->held_len + 1, sizeof(*grown));
	if (grown == NULL)
		return false;
	c->held = grown;
	c->held[c->held_len] = (struct complaint){ line, column, c->held_len, text };
	c->held_len++;
	return true;
}

void
complain(struct complaints *c, const char *file, unsigned line, unsigned column, const char *format, ...)
{
	char *what = NULL, *text = NULL, shortage[] = "not enough memory to say what is wrong";
	va_list args;
	int len;

	c->count++;
	va_start(args, format);
	len = vasprintf(&what, format, args);
	va_end(args);
	if (len < 0) {
		say(c, shortage);
		return;
	}
	len = line == 0 ? asprintf(&text, "%s: %s", file, what)
			: asprintf(&text, "%s:%u:%u: %s", file, line, column, what);
	if (len < 0) {
		say(c, what);
	} else if (!keep(c, line, column, text)) {
		say(c, text);
		free(text);
	}
	free(what);
}

void
complaints_hold(struct complaints *c)
{
	c->holds++;
}

static int
by_place(const void *one, const void *other)
{
	const struct complaint *a = one, *b = other;

	if (a->line != b->line)
		return a->line - 1 < b->line - 1 ? -1 : 1; /* line 0 wraps round to the end */
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

void
complaints_release(struct complaints *c)
{
	if (c->holds == 0 || --c->holds > 0)
		return;
	if (c->held_len > 1)
		qsort(c->held, c->held_len, sizeof(*c->held), by_place);
	for (size_t i = 0; i < c->held_len; i++) {
		say(c, c->held[i].text);
		free(c->held[i].text);
	}
	free(c->held);
	c->held = NULL;
	c->held_len = 0;
}
