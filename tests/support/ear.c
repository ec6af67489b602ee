/* SPDX-License-Identifier: Apache-2.0 */
#include "support/ear.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(struct ear *, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
say(struct ear *e, const char *format, ...)
{
	va_list values;
	int n;

	va_start(values, format);
	n = vsnprintf(e->line + e->len, sizeof(e->line) - e->len, format, values);
	va_end(values);
	if (n < 0 || (size_t)n >= sizeof(e->line) - e->len)
		abort();
	e->len += (size_t)n;
}

/* A new word, unless the last one goes on. */
static bool
goes_on(struct ear *e, enum direction from, bool data, bool gap)
{
	bool same = e->of == from && ((data && e->in_data) || (gap && e->in_gap));

	e->of = from;
	e->in_data = data;
	e->in_gap = gap;
	if (!same && e->len > 0)
		say(e, " ");
	return same;
}

static char
letter(enum direction from)
{
	return from == FROM_CLIENT ? 'C' : 'S';
}

static void
on_data(void *arg, enum direction from, struct bytes b, usec_t time)
{
	struct ear *e = arg;

	(void)time;
	if (goes_on(e, from, true, false))
		e->len--;
	else
		say(e, "%c[", letter(from));
	say(e, "%.*s]", (int)b.len, (const char *)b.at);
	e->heard += b.len;
	if (e->stream != NULL && e->heard >= e->mute_at)
		stream_mute(e->stream);
}

static void
on_gap(void *arg, enum direction from, uint64_t missing, usec_t time)
{
	struct ear *e = arg;

	(void)time;
	if (!goes_on(e, from, false, true)) {
		e->gap = 0;
		e->gap_at = e->len;
	}
	e->gap += missing;
	e->len = e->gap_at;
	say(e, "%c-%" PRIu64, letter(from), e->gap);
}

static void
on_end(void *arg, enum direction from, enum stream_end end, usec_t time)
{
	struct ear *e = arg;

	(void)time;
	goes_on(e, from, false, false);
	say(e, "%c%c", letter(from), ".!~"[end]);
}

static void
on_oddity(void *arg, enum direction from, enum stream_oddity kind, uint64_t position, usec_t time)
{
	struct ear *e = arg;

	(void)time;
	(void)position;
	goes_on(e, from, false, false);
	say(e, "%c?%c", letter(from), "cwm"[kind]);
}

const struct stream_reader ear_reader = { on_data, on_gap, on_end, on_oddity };
