/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/sentence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void
sentence_clear(struct sentence *s)
{
	s->len = 0;
	s->text[0] = '\0';
}

struct bytes
sentence_bytes(const struct sentence *s)
{
	return bytes_of(s->text, s->len);
}

static void
add_valid(struct sentence *s, struct bytes text)
{
	size_t room = SENTENCE_MAX - s->len;
	struct buffer fit;

	if (text.len == 0)
		return;
	if (text.len <= room) {
		memcpy(s->text + s->len, text.at, text.len);
		s->len += text.len;
	} else if (room >= 3) {
		buffer_init(&fit, room);
		(void)text_append(&fit, text, room);
		if (fit.len > 0)
			memcpy(s->text + s->len, fit.at, fit.len);
		s->len += fit.len;
		buffer_clear(&fit);
	}
	s->text[s->len] = '\0';
}

void
sentence_add(struct sentence *s, const char *format, ...)
{
	char text[SENTENCE_MAX];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n > 0)
		add_valid(s, bytes_of(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1));
}

void
sentence_add_wire(struct sentence *s, struct bytes text, size_t max)
{
	struct buffer safe;

	if (text.len == 0)
		return;
	buffer_init(&safe, max);
	(void)text_append(&safe, text, max);
	add_valid(s, buffer_bytes(&safe));
	buffer_clear(&safe);
}

void
sentence_add_size(struct sentence *s, uint64_t octets)
{
	static const char *const units[] = { "octets", "KiB", "MiB", "GiB", "TiB" };
	double value = (double)octets;
	size_t unit = 0;

	while (value >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		value /= 1024;
		unit++;
	}
	sentence_add(s, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

void
sentence_add_span(struct sentence *s, usec_t span)
{
	static const struct {
		usec_t span;
		const char *name;
	} units[] = { { 86400 * USEC_PER_SEC, "d" }, { 3600 * USEC_PER_SEC, "h" }, { 60 * USEC_PER_SEC, "min" },
		{ USEC_PER_SEC, "s" }, { USEC_PER_MSEC, "ms" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (span >= units[i].span && span % units[i].span == 0) {
			sentence_add(s, "%lld %s", (long long)(span / units[i].span), units[i].name);
			return;
		}
	}
	sentence_add(s, "%.1f s", (double)span / (double)USEC_PER_SEC);
}
