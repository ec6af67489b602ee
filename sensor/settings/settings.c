/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "detect/forward_evidence.h"
#include "detect/user_rule.h"
#include "settings/allow_text.h"
#include "settings/layer.h"
#include "settings/rule_files.h"

/* Of limits.memory the detectors' tables may have at most this part. */
#define DETECTORS_PART 16

/* Options whose values must stand in this order. */
static const struct {
	const char *lower, *upper;
} ordered[] = {
	{ "capture.retry_min", "capture.retry_max" },
	{ "stream.waiting_per_flow", "stream.waiting_total" },
	{ "detect.auto_forward.confidence", "detect.auto_forward.confidence_high" },
	{ "publish.redis.batch_count", "publish.redis.in_flight" },
	{ "publish.redis.retry_min", "publish.redis.retry_max" },
};

/* The value of a numeric option. */
static double
number_of(const struct settings *s, const struct option *o)
{
	const char *at = (const char *)s + o->offset;
	uint64_t wide;
	uint32_t narrow;
	double ratio;

	if (o->kind == OPTION_RATIO) {
		memcpy(&ratio, at, sizeof(ratio));
		return ratio;
	}
	if (o->width == sizeof(narrow)) {
		memcpy(&narrow, at, sizeof(narrow));
		return narrow;
	}
	memcpy(&wide, at, sizeof(wide));
	return (double)wide;
}

/* Said where the one of the two stands that was given last. */
static void
complain_of_order(
    const struct settings *s, const struct option *lower, const struct option *upper, struct complaints *c)
{
	const struct option_origin *a = layer_origin_of(s, lower), *b = layer_origin_of(s, upper);
	const struct option_origin *later = !b->command_line && (a->command_line || a->line > b->line) ? a : b;
	const char *file = later->command_line ? "--set" : s->file;

	complain(c, file, later->line, later->column,
	    "%s must not be more than %s: raise the latter, or lower the former", lower->path, upper->path);
}

static void
judge_order(const struct settings *s, struct complaints *c)
{
	for (size_t i = 0; i < sizeof(ordered) / sizeof(ordered[0]); i++) {
		const struct option *lower = option_find(ordered[i].lower), *upper = option_find(ordered[i].upper);

		if (number_of(s, lower) > number_of(s, upper))
			complain_of_order(s, lower, upper, c);
	}
}

/* A small limits.memory is for connections first. */
static void
limit_detectors(struct settings *s)
{
	if (s->detect.memory > s->memory / DETECTORS_PART)
		s->detect.memory = s->memory / DETECTORS_PART;
}

/* The host name stands in for a name that was not given. */
static bool
name_sensor(struct settings *s)
{
	char host[256];

	if (s->sensor_name[0] != '\0')
		return true;
	if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0')
		memcpy(host, "mailtap", sizeof("mailtap"));
	host[sizeof(host) - 1] = '\0';
	free(s->sensor_name);
	s->sensor_name = strdup(host);
	return s->sensor_name != NULL;
}

static int
by_name(const void *one, const void *other)
{
	const struct bytes *a = one, *b = other;

	for (size_t i = 0; i < a->len && i < b->len; i++) {
		int order = ascii_lower(a->at[i]) - ascii_lower(b->at[i]);

		if (order != 0)
			return order;
	}
	return (a->len > b->len) - (a->len < b->len);
}

struct name_list {
	struct bytes *at;
	size_t len, room;
};

static void
count_name(void *arg, const char *name)
{
	(void)name;
	((struct name_list *)arg)->room++;
}

static void
add_name(void *arg, const char *name)
{
	struct name_list *list = arg;

	if (list->len < list->room)
		list->at[list->len++] = bytes_str(name);
}

/* Header fields that the message parser is to hand on: what the rules look at, what the judgement of forwarding needs
 * besides, and what the operator asked for. Sorted, each once. */
static bool
want_headers(struct settings *s)
{
	struct name_list list = { .room = 2 * s->forward_rules.len + s->message_headers.len };
	size_t kept = 0;
	struct bytes *names;

	for (size_t i = 0; forward_evidence_headers[i] != NULL; i++)
		list.room++;
	user_rules_headers(s->detect.user_rules.rules, count_name, &list);
	list.at = names = calloc(list.room + 1, sizeof(*names));
	if (names == NULL)
		return false;
	for (size_t i = 0; i < s->forward_rules.len; i++) {
		const struct forward_rule *r = &s->forward_rules.at[i];

		if (r->header != NULL)
			add_name(&list, r->header);
		if (r->with_header != NULL)
			add_name(&list, r->with_header);
	}
	for (size_t i = 0; forward_evidence_headers[i] != NULL; i++)
		add_name(&list, forward_evidence_headers[i]);
	for (size_t i = 0; i < s->message_headers.len; i++)
		add_name(&list, s->message_headers.at[i]);
	user_rules_headers(s->detect.user_rules.rules, add_name, &list);
	qsort(names, list.len, sizeof(*names), by_name);
	for (size_t i = 0; i < list.len; i++)
		if (kept == 0 || by_name(&names[kept - 1], &names[i]) != 0)
			names[kept++] = names[i];
	s->wanted_headers = names;
	s->message.wanted = names;
	s->message.wanted_count = kept;
	return true;
}

static void
read_file(struct settings *s, const char *path, struct complaints *c)
{
	struct yaml_node *root;

	complaints_hold(c);
	root = yaml_read(path, c);
	if (root != NULL)
		(void)layer_file(s, root, c);
	yaml_node_free(root);
	complaints_release(c);
}

struct settings *
settings_load(const char *path, const char *const *sets, size_t set_count, struct complaints *c)
{
	struct settings *s = calloc(1, sizeof(*s));
	unsigned before = c->count;

	if (s != NULL) {
		s->origins = calloc(option_count, sizeof(*s->origins));
		s->file = strdup(path != NULL ? path : "");
	}
	if (s == NULL || s->origins == NULL || s->file == NULL || !layer_defaults(s, c))
		goto short_of_memory;
	if (path != NULL)
		read_file(s, path, c);
	for (size_t i = 0; i < set_count; i++)
		(void)layer_set(s, sets[i], c);
	if (c->count == before)
		judge_order(s, c);
	limit_detectors(s);
	(void)rule_files_read(s, c);
	if (c->count == before && name_sensor(s) && want_headers(s) && s->rules_from != NULL)
		return s;
	if (c->count > before) {
		settings_free(s);
		return NULL;
	}
short_of_memory:
	complain(c, "settings", 0, 0, "not enough memory");
	settings_free(s);
	return NULL;
}

void
settings_free(struct settings *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < option_count; i++)
		option_clear(&options[i], s);
	forward_rules_clear(&s->forward_rules);
	if (s->detect.user_rules.rules != NULL)
		user_rules_clear(s->detect.user_rules.rules);
	free(s->detect.user_rules.rules);
	free(s->wanted_headers);
	free(s->origins);
	free(s->file);
	free(s->rules_from);
	free(s);
}

void
settings_expired(const struct settings *s, usec_t now, void (*say)(void *arg, const char *path, const char *allowance),
    void *arg)
{
	for (size_t i = 0; i < option_count; i++) {
		struct allow_list list;

		if (options[i].kind != OPTION_ALLOW)
			continue;
		memcpy(&list.at, (const char *)s + options[i].offset, sizeof(list.at));
		memcpy(&list.len, (const char *)s + options[i].len_offset, sizeof(list.len));
		for (size_t k = 0; k < list.len; k++) {
			struct buffer text;

			if (list.at[k].until > now)
				continue;
			buffer_init(&text, VALUE_OCTETS_MAX + VALUE_TEXT_MAX);
			allow_write(&list.at[k], &text);
			if (buffer_append_octet(&text, '\0'))
				say(arg, options[i].path, (const char *)text.at);
			buffer_clear(&text);
		}
	}
}

bool
settings_on_command_line(const struct settings *s, const char *path)
{
	return layer_origin_of(s, option_find(path))->command_line;
}
