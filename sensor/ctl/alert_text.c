/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/alert_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

/* A terminal obeys control characters: none of the wire's may reach it. */
static void
print_safe(struct bytes text)
{
	struct buffer safe;

	buffer_init(&safe, 65536);
	(void)text_append(&safe, text, 65536);
	if (safe.len > 0)
		(void)fwrite(safe.at, 1, safe.len, stdout);
	buffer_clear(&safe);
}

static struct bytes
text_of(const json_t *value)
{
	return json_is_string(value) ? bytes_of(json_string_value(value), json_string_length(value))
				     : bytes_of(NULL, 0);
}

static void
print_text(const json_t *value)
{
	print_safe(text_of(value));
}

static const json_t *
dig(const json_t *object, const char *first, const char *second, const char *third)
{
	const json_t *at = json_object_get(object, first);

	at = second == NULL ? at : json_object_get(at, second);
	return third == NULL ? at : json_object_get(at, third);
}

/* "SEEN (FIGURE; held against WHAT)", as far as there is any of it. */
static void
print_evidence(const json_t *event)
{
	const json_t *list = dig(event, "mailtap", "alert", "evidence");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i), *figure = json_object_get(e, "figure"),
			     *against = json_object_get(e, "held_against");

		fputs("    ", stdout);
		print_text(json_object_get(e, "seen"));
		fputs(figure != NULL || against != NULL ? " (" : "", stdout);
		print_text(figure);
		if (against != NULL) {
			fputs(figure != NULL ? "; held against " : "held against ", stdout);
			print_text(against);
		}
		puts(figure != NULL || against != NULL ? ")" : "");
	}
}

static void
print_pivots(const json_t *event)
{
	json_t *pivot = json_object_get(json_object_get(event, "mailtap"), "pivot"), *value;
	const char *key;

	json_object_foreach(pivot, key, value)
	{
		printf("    %-16s ", key);
		print_text(value);
		putchar('\n');
	}
}

static void
print_for_person(const struct ctl *c, const json_t *event, bool full)
{
	static const char *const colours[] = { "\033[36m", "\033[33m", "\033[31m", "\033[1;31m" };
	enum severity severity = SEVERITY_LOW;
	const json_t *count = dig(event, "mailtap", "alert", "count");

	(void)severity_parse(text_of(dig(event, "mailtap", "severity", NULL)), &severity);
	print_safe(bytes_first(text_of(json_object_get(event, "@timestamp")), 19));
	printf("  %s%-8s%s  ", c->colour ? colours[severity] : "", severity_name(severity), c->colour ? "\033[0m" : "");
	print_text(dig(event, "rule", "name", NULL));
	if (json_integer_value(count) > 1)
		printf("  (%lld times)", (long long)json_integer_value(count));
	fputs("  ", stdout);
	print_text(dig(event, "event", "id", NULL));
	fputs("\n  ", stdout);
	print_text(dig(event, "event", "reason", NULL));
	putchar('\n');
	print_evidence(event);
	if (full)
		print_pivots(event);
}

void
alert_text_print(const struct ctl *c, struct bytes document, bool full)
{
	json_t *event = c->json ? NULL : json_loadb((const char *)document.at, document.len, 0, NULL);

	if (event != NULL) {
		print_for_person(c, event, full);
		if (full) {
			char *whole = json_dumps(event, JSON_INDENT(2) | JSON_ENSURE_ASCII);

			puts(whole != NULL ? whole : "");
			free(whole);
		}
		json_decref(event);
	} else {
		(void)fwrite(document.at, 1, document.len, stdout);
		putchar('\n');
	}
	(void)fflush(stdout);
}
