/* SPDX-License-Identifier: Apache-2.0
 *
 * Settings as people see them: the effective configuration, and what a reload cannot change.
 */
#include <stdio.h>
#include <string.h>

#include "detect/user_rule.h"
#include "settings/layer.h"

#define VALUE_MAX (4u << 20) /* a list may be long; no list is longer */

/* The section lines that stand above `path` and did not stand above `before`. */
static void
print_sections(FILE *out, const char *path, const char *before)
{
	size_t same = 0;

	for (size_t i = 0; path[i] != '\0' && path[i] == before[i]; i++)
		if (path[i] == '.')
			same = i + 1;
	for (const char *word = path + same, *dot; (dot = strchr(word, '.')) != NULL; word = dot + 1) {
		int depth = 0;

		for (const char *p = path; p < word; p++)
			depth += *p == '.';
		fprintf(out, "%*s%.*s:\n", depth * 2, "", (int)(dot - word), word);
	}
}

/* A comment ends with its line, whatever a file's name may hold. */
static void
print_comment(FILE *out, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		putc(text.at[i] < ' ' || text.at[i] == 0x7f ? '?' : text.at[i], out);
	putc('\n', out);
}

static void
print_option(FILE *out, const struct settings *s, const struct option *o)
{
	struct buffer value, origin;
	const char *word = o->path;
	int depth = 0;

	for (const char *p = o->path; *p != '\0'; p++) {
		if (*p == '.') {
			depth++;
			word = p + 1;
		}
	}
	buffer_init(&value, VALUE_MAX);
	buffer_init(&origin, 4096);
	(void)option_text(o, s, &value);
	layer_origin(s, o, &origin);
	fprintf(out, "%*s%s: %.*s  # ", depth * 2, "", word, (int)value.len, (const char *)value.at);
	print_comment(out, buffer_bytes(&origin));
	buffer_clear(&value);
	buffer_clear(&origin);
}

void
settings_print(const struct settings *s, void *stdio_file)
{
	FILE *out = stdio_file;
	const char *before = "";

	for (size_t i = 0; i < option_count; i++) {
		print_sections(out, options[i].path, before);
		print_option(out, s, &options[i]);
		before = options[i].path;
	}
	fprintf(out, "# %zu forwarding rules, %zu user rules (%zu on): ", s->forward_rules.len,
	    s->detect.user_rules.rules != NULL ? s->detect.user_rules.rules->len : 0,
	    s->detect.user_rules.rules != NULL ? user_rules_enabled(s->detect.user_rules.rules) : 0);
	print_comment(out, bytes_str(s->rules_from));
}

/* Whether the texts say that one of the two has no value. */
static bool
one_is_empty(const struct buffer *a, const struct buffer *b)
{
	return bytes_equal(buffer_bytes(a), BYTES("\"\"")) || bytes_equal(buffer_bytes(b), BYTES("\"\""));
}

void
settings_differ(
    const struct settings *running, const struct settings *fresh, void (*say)(void *arg, const char *path), void *arg)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option *o = &options[i];
		struct buffer old, new;

		if (o->reload == OPTION_ON_RELOAD)
			continue;
		buffer_init(&old, VALUE_MAX);
		buffer_init(&new, VALUE_MAX);
		(void)option_text(o, running, &old);
		(void)option_text(o, fresh, &new);
		if (!bytes_equal(buffer_bytes(&old), buffer_bytes(&new)) &&
		    (o->reload == OPTION_AT_START || one_is_empty(&old, &new)))
			say(arg, o->path);
		buffer_clear(&old);
		buffer_clear(&new);
	}
}
