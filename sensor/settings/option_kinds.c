/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/option_kinds.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/nearest.h"

static void
put(struct buffer *out, const char *text)
{
	(void)buffer_append(out, bytes_str(text));
}

void
option_write_range(const struct option *o, struct buffer *out)
{
	char least[VALUE_TEXT_MAX], most[VALUE_TEXT_MAX];

	if (o->kind == OPTION_SIZE) {
		value_size_text(least, o->min);
		value_size_text(most, o->max);
	} else if (o->kind == OPTION_DURATION) {
		value_duration_text(least, (usec_t)o->min);
		value_duration_text(most, (usec_t)o->max);
	} else {
		snprintf(least, sizeof(least), "%" PRIu64, o->min);
		snprintf(most, sizeof(most), "%" PRIu64, o->max);
	}
	put(out, least);
	put(out, " to ");
	put(out, most);
	if (o->unit != NULL) {
		put(out, " ");
		put(out, o->unit);
	}
}

/* Whether the number may stand in the row. */
static bool
in_range(const struct option *o, const char *text, uint64_t number, struct refusal *why)
{
	struct buffer range;

	if (o->min == o->max || (number >= o->min && number <= o->max))
		return true;
	buffer_init(&range, 2 * VALUE_TEXT_MAX);
	option_write_range(o, &range);
	(void)refuse(why, text, "is out of range: write %.*s", (int)range.len, (const char *)range.at);
	buffer_clear(&range);
	return false;
}

static bool
read_bool(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	(void)o;
	return value_bool(text, &e->truth, why);
}

static void
write_bool(const struct option *o, const union element *e, struct buffer *out)
{
	(void)o;
	put(out, e->truth ? "true" : "false");
}

static bool
read_integer(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	for (const struct choice *c = o->choices; c != NULL && c->word != NULL; c++)
		if (strcmp(c->word, text) == 0) {
			e->number = c->value;
			return true;
		}
	return value_integer(text, &e->number, why) && in_range(o, text, e->number, why);
}

static void
write_integer(const struct option *o, const union element *e, struct buffer *out)
{
	char text[VALUE_TEXT_MAX];

	for (const struct choice *c = o->choices; c != NULL && c->word != NULL; c++)
		if (c->value == e->number) {
			put(out, c->word);
			return;
		}
	snprintf(text, sizeof(text), "%" PRIu64, e->number);
	put(out, text);
}

static bool
read_size(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	return value_size(text, &e->number, why) && in_range(o, text, e->number, why);
}

static void
write_size(const struct option *o, const union element *e, struct buffer *out)
{
	char text[VALUE_TEXT_MAX];

	(void)o;
	put(out, value_size_text(text, e->number));
}

static bool
read_duration(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	usec_t span;

	if (!value_duration(text, &span, why) || !in_range(o, text, (uint64_t)span, why))
		return false;
	e->number = (uint64_t)span;
	return true;
}

static void
write_duration(const struct option *o, const union element *e, struct buffer *out)
{
	char text[VALUE_TEXT_MAX];

	(void)o;
	put(out, value_duration_text(text, (usec_t)e->number));
}

static bool
read_ratio(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	if (!value_ratio(text, &e->ratio, why))
		return false;
	return (e->ratio >= (double)o->min && e->ratio <= (double)o->max) ||
	       refuse(why, text, "is out of range: write %" PRIu64 " to %" PRIu64 ", or 0%% to 100%%", o->min, o->max);
}

static void
write_ratio(const struct option *o, const union element *e, struct buffer *out)
{
	char text[VALUE_TEXT_MAX];

	(void)o;
	put(out, value_ratio_text(text, e->ratio));
}

/* A copy of the text in e; false when memory is short. */
static bool
own(const char *text, union element *e, struct refusal *why)
{
	e->text = strdup(text);
	return e->text != NULL || refuse(why, text, "finds no memory");
}

static bool
read_text(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	return value_is_text(text, why) && (o->check == NULL || o->check(text, why)) && own(text, e, why);
}

/* Words that YAML readers take for something else than text. */
static bool
is_reserved(const char *text)
{
	static const char *const words[] = { "null", "true", "false", "yes", "no", "on", "off", "y", "n" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

static void
write_escaped(const char *text, struct buffer *out)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			(void)buffer_append_octet(out, '\\');
		(void)buffer_append_octet(out, (uint8_t)*p);
	}
}

/* Plain where no reader of YAML can mistake it, else in double quotes. */
static void
write_text(const struct option *o, const union element *e, struct buffer *out)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-@";
	char first = e->text[0];

	(void)o;
	if ((ascii_is_alnum((uint8_t)first) || first == '/') && !ascii_is_digit((uint8_t)first) &&
	    e->text[strspn(e->text, safe)] == '\0' && !is_reserved(e->text)) {
		put(out, e->text);
		return;
	}
	(void)buffer_append_octet(out, '"');
	write_escaped(e->text, out);
	(void)buffer_append_octet(out, '"');
}

static const struct choice *
read_choice(const struct option *o, const char *text, struct refusal *why)
{
	struct buffer list;
	struct nearest nearest;

	nearest_init(&nearest, text);
	buffer_init(&list, 256);
	for (const struct choice *c = o->choices; c->word != NULL; c++) {
		if (strcmp(c->word, text) == 0) {
			buffer_clear(&list);
			return c;
		}
		nearest_offer(&nearest, c->word);
		put(&list, c == o->choices ? "" : c[1].word == NULL ? " or " : ", ");
		put(&list, c->word);
	}
	if (nearest.word != NULL)
		(void)refuse(why, text, "is not among the choices: did you mean %s? (%.*s)", nearest.word,
		    (int)list.len, (const char *)list.at);
	else
		(void)refuse(why, text, "is not among the choices: write %.*s", (int)list.len, (const char *)list.at);
	buffer_clear(&list);
	return NULL;
}

static bool
read_word(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	return read_choice(o, text, why) != NULL && own(text, e, why);
}

static bool
read_choice_number(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	const struct choice *c = read_choice(o, text, why);

	if (c != NULL)
		e->number = c->value;
	return c != NULL;
}

static void
write_choice_number(const struct option *o, const union element *e, struct buffer *out)
{
	for (const struct choice *c = o->choices; c->word != NULL; c++)
		if (c->value == e->number)
			put(out, c->word);
}

static bool
read_network(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	(void)o;
	return value_network(text, &e->network, why);
}

static void
write_network(const struct option *o, const union element *e, struct buffer *out)
{
	char text[VALUE_TEXT_MAX];

	(void)o;
	value_network_text(text, &e->network);
	put(out, e->network.address.family == 6 ? "\"" : "");
	put(out, text);
	put(out, e->network.address.family == 6 ? "\"" : "");
}

static bool
read_port(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	(void)o;
	return value_port(text, &e->port, why);
}

static void
write_port(const struct option *o, const union element *e, struct buffer *out)
{
	char text[VALUE_TEXT_MAX];

	(void)o;
	snprintf(text, sizeof(text), "%u", (unsigned)e->port);
	put(out, text);
}

static bool
read_number(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	uint64_t number;

	if (!value_integer(text, &number, why) || !in_range(o, text, number, why))
		return false;
	e->port = (uint16_t)number;
	return true;
}

/* Names compare in lower case and without the root's dot. */
static bool
read_name(const char *text, bool (*check)(const char *, struct refusal *), union element *e, struct refusal *why)
{
	size_t len = strlen(text);

	if (!value_is_text(text, why) || !own(text, e, why))
		return false;
	if (len > 1 && e->text[len - 1] == '.')
		e->text[--len] = '\0';
	text_lower((uint8_t *)e->text, len);
	if (check(e->text, why))
		return true;
	free(e->text);
	return false;
}

static bool
read_domain(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	(void)o;
	return read_name(text, value_is_domain, e, why);
}

static bool
read_mailbox(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	(void)o;
	return read_name(text, value_is_mailbox_or_domain, e, why);
}

static bool
read_allow(const struct option *o, const char *text, union element *e, struct refusal *why)
{
	return (o->check == NULL || o->check(text, why)) && allow_read(text, &e->allowance, why);
}

/* Always in quotes: it has blanks in it. */
static void
write_allow(const struct option *o, const union element *e, struct buffer *out)
{
	struct buffer text;

	(void)o;
	buffer_init(&text, 2 * VALUE_OCTETS_MAX);
	allow_write(&e->allowance, &text);
	if (buffer_append_octet(&text, '\0')) {
		(void)buffer_append_octet(out, '"');
		write_escaped((const char *)text.at, out);
		(void)buffer_append_octet(out, '"');
	}
	buffer_clear(&text);
}

static void
drop_allow(void *element)
{
	allow_clear(element);
}

const struct option_type option_types[OPTION_KINDS] = {
	[OPTION_BOOL] = { "boolean", false, false, 0, read_bool, write_bool, NULL },
	[OPTION_INTEGER] = { "integer", false, false, 0, read_integer, write_integer, NULL },
	[OPTION_SIZE] = { "size", false, false, 0, read_size, write_size, NULL },
	[OPTION_DURATION] = { "duration", false, false, 0, read_duration, write_duration, NULL },
	[OPTION_RATIO] = { "ratio", false, false, 0, read_ratio, write_ratio, NULL },
	[OPTION_TEXT] = { "text", false, true, 0, read_text, write_text, NULL },
	[OPTION_PATH] = { "path", false, true, 0, read_text, write_text, NULL },
	[OPTION_WORD] = { "choice", false, true, 0, read_word, write_text, NULL },
	[OPTION_CHOICE] = { "choice", false, false, 0, read_choice_number, write_choice_number, NULL },
	[OPTION_NETWORKS] = { "list of networks", true, false, sizeof(struct network), read_network, write_network, NULL },
	[OPTION_PORTS] = { "list of ports", true, false, sizeof(uint16_t), read_port, write_port, NULL },
	[OPTION_NUMBERS] = { "list of numbers", true, false, sizeof(uint16_t), read_number, write_port, NULL },
	[OPTION_DOMAINS] = { "list of domains", true, true, sizeof(char *), read_domain, write_text, NULL },
	[OPTION_MAILBOXES] = { "list of addresses or domains", true, true, sizeof(char *), read_mailbox, write_text, NULL },
	[OPTION_TEXTS] = { "list of texts", true, true, sizeof(char *), read_text, write_text, NULL },
	[OPTION_WORDS] = { "list of choices", true, true, sizeof(char *), read_word, write_text, NULL },
	[OPTION_ALLOW] = { "list of allowances", true, false, sizeof(struct allowance), read_allow, write_allow, drop_allow },
};
