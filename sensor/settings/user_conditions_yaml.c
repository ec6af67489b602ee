/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree of conditions of a user rule:
 *
 *	- {field: destination.port, equals: [25, 587]}      a test
 *	- all: [CONDITION, ...]    any: [...]    not: CONDITION
 *
 * and a list of conditions alone means all of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/nearest.h"
#include "settings/rule_draft.h"

#define OPERANDS_MAX 1000

#define ON(k) (1u << (k))

/* The words of a test, and the kinds of fields that it is for. */
static const struct {
	const char *key;
	enum user_test test;
	unsigned kinds;
} tests[] = {
	{ "equals", USER_EQUALS, ON(EVENT_TEXT) | ON(EVENT_NUMBER) | ON(EVENT_FLAG) | ON(EVENT_ADDRESS) },
	{ "contains", USER_CONTAINS, ON(EVENT_TEXT) },
	{ "starts", USER_STARTS, ON(EVENT_TEXT) },
	{ "ends", USER_ENDS, ON(EVENT_TEXT) },
	{ "matches", USER_MATCHES, ON(EVENT_TEXT) },
	{ "in", USER_IN, ON(EVENT_TEXT) | ON(EVENT_ADDRESS) },
	{ "exists", USER_EXISTS, ON(EVENT_TEXT) | ON(EVENT_NUMBER) | ON(EVENT_FLAG) | ON(EVENT_ADDRESS) },
	{ "<", USER_LESS, ON(EVENT_NUMBER) },
	{ "<=", USER_AT_MOST, ON(EVENT_NUMBER) },
	{ ">", USER_MORE, ON(EVENT_NUMBER) },
	{ ">=", USER_AT_LEAST, ON(EVENT_NUMBER) },
};

#define TESTS (sizeof(tests) / sizeof(tests[0]))

static void
say(struct rule_draft *d, const struct yaml_node *n, const char *what)
{
	if (!n->spoilt)
		complain(d->complaints, n->file, n->line, n->column, "rule %s: %s", rule_draft_called(d), what);
}

/* --- operands --- */

static bool
ends(const char *text, const char *end)
{
	return bytes_ends_nocase(bytes_str(text), bytes_str(end));
}

/* 0.8, -3, 10MiB, 80%; of a span, 10m: in the unit of the field. */
static bool
take_number(const char *text, const char *path, double *out, struct refusal *why)
{
	struct refusal unused = { "" };
	uint64_t octets;
	usec_t span;

	if (text[0] != '\0' && text[strspn(text, "-0123456789.")] == '\0') {
		char *end;

		*out = strtod(text, &end);
		if (*end == '\0' && strlen(text) <= 20)
			return true;
	}
	if (strcmp(path, "event.duration") == 0 && value_duration(text, &span, &unused)) {
		*out = (double)span * 1000;
		return true;
	}
	if (ends(path, "_seconds") && value_duration(text, &span, &unused)) {
		*out = (double)span / 1e6;
		return true;
	}
	if (value_size(text, &octets, &unused)) {
		*out = (double)octets;
		return true;
	}
	return value_ratio(text, out, &unused) || refuse(why, text, "is not a number: write 25, 0.8, 80%% or 10MiB");
}

static bool
take_pattern(struct user_operand *o, struct refusal *why)
{
	char error[200];
	size_t at;

	o->pattern = pattern_new(o->text, error, sizeof(error), &at);
	return o->pattern != NULL ||
	       refuse(why, o->text, "is not a regular expression: at its character %zu, %s", at + 1, error);
}

/* Of a field that is one of a few words, another word is a slip. */
static bool
is_word(const struct event_field *f, const char *text, struct refusal *why)
{
	const struct event_words *known = event_words_find(f);
	struct nearest near;
	char list[160];
	size_t used = 0;

	if (known == NULL)
		return true;
	nearest_init(&near, text);
	for (size_t i = 0; i < EVENT_WORDS_MAX && known->words[i] != NULL; i++) {
		if (bytes_equal_nocase(bytes_str(known->words[i]), bytes_str(text)))
			return true;
		nearest_offer(&near, known->words[i]);
		if (used < sizeof(list))
			used += (size_t)snprintf(
			    list + used, sizeof(list) - used, "%s%s", i > 0 ? ", " : "", known->words[i]);
	}
	return refuse(why, text, "is none of %s%s%s%s", list, near.word != NULL ? ": did you mean " : "",
	    near.word != NULL ? near.word : "", near.word != NULL ? "?" : "");
}

/* What the text means for this test of this field. */
static bool
take_meaning(const struct user_condition *c, struct user_operand *o, struct refusal *why)
{
	if (c->test == USER_EXISTS)
		return value_bool(o->text, &o->flag, why);
	if (c->test == USER_MATCHES)
		return take_pattern(o, why);
	switch (c->place.field->kind) {
	case EVENT_NUMBER:
		return take_number(o->text, c->place.field->path, &o->number, why);
	case EVENT_FLAG:
		return value_bool(o->text, &o->flag, why);
	case EVENT_ADDRESS:
		return value_network(o->text, &o->network, why);
	case EVENT_TEXT:
		break;
	}
	if (c->test == USER_EQUALS)
		return is_word(c->place.field, o->text, why);
	return o->text[0] != '\0' || refuse(why, o->text, "is empty: every text has that");
}

static void
take_operands(struct rule_draft *d, const struct yaml_node *n, struct user_condition *c)
{
	bool one = c->test == USER_EXISTS || c->place.field->kind == EVENT_FLAG || c->test >= USER_LESS;
	size_t count = one ? rule_draft_scalar(d, n) != NULL : rule_draft_count(d, n, OPERANDS_MAX);
	struct refusal why = { "" };

	if (count == 0)
		return;
	c->operands = calloc(count, sizeof(*c->operands));
	if (c->operands == NULL) {
		say(d, n, "not enough memory");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *value = rule_draft_value(n, i);
		struct user_operand *o = &c->operands[c->operand_count++];

		if (rule_draft_text(d, value, true, &o->text) && !take_meaning(c, o, &why)) {
			if (value->key != NULL)
				rule_draft_refused(d, value, &why);
			else
				complain(d->complaints, value->file, value->line, value->column, "rule %s: %s: %s",
				    rule_draft_called(d), n->key, why.text);
		}
	}
}

/* --- indicators --- */

struct listening {
	struct rule_draft *d;
	const struct yaml_node *node;
	const char *path;
	unsigned said;
};

/* What is wrong with the file is said of its own lines, and once of the rule's. */
static void
hear(void *arg, unsigned line, const char *what)
{
	struct listening *l = arg;

	if (l->said++ == 0)
		complain(l->d->complaints, l->node->file, l->node->line, l->node->column,
		    "rule %s: in: the file %.200s cannot be used%s%s", rule_draft_called(l->d), l->path,
		    line == 0 ? ": " : "", line == 0 ? what : "");
	if (line > 0)
		complain(l->d->complaints, l->path, line, 1, "%s", what);
}

/* Relative to the rule file's directory. Newly allocated; NULL when memory is short. */
static char *
placed(const struct yaml_node *n)
{
	const char *slash = strrchr(n->file, '/');
	char *whole = NULL;

	if (n->value[0] == '/' || slash == NULL)
		return strdup(n->value);
	if (asprintf(&whole, "%.*s%s", (int)(slash - n->file + 1), n->file, n->value) < 0)
		return NULL;
	return whole;
}

/* The indicators of a file, each file once; NULL after a complaint. */
static struct indicators *
indicators_of(struct rule_draft *d, const struct yaml_node *n, const char *path)
{
	struct user_rules *rules = d->rules;
	struct listening listening = { .d = d, .node = n, .path = path };
	struct indicators **grown, *made;

	for (size_t i = 0; i < rules->indicators_len; i++)
		if (strcmp(indicators_path(rules->indicators[i]), path) == 0)
			return rules->indicators[i];
	grown = reallocarray(rules->indicators, rules->indicators_len + 1, sizeof(struct indicators *));
	if (grown == NULL) {
		say(d, n, "not enough memory");
		return NULL;
	}
	rules->indicators = grown;
	made = indicators_new(path, hear, &listening);
	if (made != NULL)
		grown[rules->indicators_len++] = made;
	return made;
}

static void
take_file(struct rule_draft *d, const struct yaml_node *n, struct user_condition *c)
{
	char *path;

	if (!rule_draft_text(d, n, false, &c->file))
		return;
	path = placed(n);
	if (path != NULL)
		c->indicators = indicators_of(d, n, path);
	else
		say(d, n, "not enough memory");
	free(path);
}

/* --- tests --- */

static void
list_tests(enum event_field_kind kind, char *out, size_t room)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < TESTS && used < room; i++)
		if ((tests[i].kinds & ON(kind)) != 0)
			used += (size_t)snprintf(out + used, room - used, "%s%s", used > 0 ? ", " : "", tests[i].key);
}

static void
take_test(struct rule_draft *d, const struct yaml_node *n, size_t index, struct user_condition *c)
{
	enum event_field_kind kind = c->place.field->kind;
	char list[128];

	c->test = tests[index].test;
	if ((tests[index].kinds & ON(kind)) == 0) {
		list_tests(kind, list, sizeof(list));
		complain(d->complaints, n->file, n->key_line, n->key_column,
		    "rule %s: \"%s\" is not for %s, which is %s%s: write one of %s", rule_draft_called(d), n->key,
		    c->place.field->path,
		    kind == EVENT_ADDRESS ? "an "
		    : kind == EVENT_FLAG  ? ""
					  : "a ",
		    event_field_kind_name(kind), list);
	} else if (c->test == USER_IN) {
		take_file(d, n, c);
	} else {
		take_operands(d, n, c);
	}
}

static void
say_unknown(struct rule_draft *d, const struct yaml_node *n)
{
	struct nearest near;

	nearest_init(&near, n->key);
	for (size_t i = 0; i < TESTS; i++)
		nearest_offer(&near, tests[i].key);
	nearest_offer(&near, "field");
	complain(d->complaints, n->file, n->key_line, n->key_column, "rule %s: there is no test \"%.60s\"%s%s%s",
	    rule_draft_called(d), n->key, near.word != NULL ? ": did you mean \"" : ": mailtap-rules(5) lists them",
	    near.word != NULL ? near.word : "", near.word != NULL ? "\"?" : "");
}

static size_t
test_of(const char *key)
{
	size_t i = 0;

	while (i < TESTS && strcmp(tests[i].key, key) != 0)
		i++;
	return i;
}

static void
read_test(struct rule_draft *d, const struct yaml_node *n, struct user_condition *c)
{
	const struct yaml_node *field = yaml_child(n, "field"), *test = NULL;
	const char *path = rule_draft_scalar(d, field);
	bool found = path != NULL && rule_draft_place(d, field, path, &c->place);

	c->kind = USER_TEST;
	for (size_t i = 0; i < n->len; i++) {
		const struct yaml_node *child = &n->children[i];

		if (strcmp(child->key, "field") == 0)
			continue;
		if (test_of(child->key) == TESTS) {
			say_unknown(d, child);
			test = child;
		} else if (test != NULL) {
			complain(d->complaints, child->file, child->key_line, child->key_column,
			    "rule %s: a second test of one field: write two conditions below \"all\" or \"any\"",
			    rule_draft_called(d));
		} else {
			test = child;
			if (found)
				take_test(d, child, test_of(child->key), c);
		}
	}
	if (test == NULL)
		say(d, n, "a field without a test: write for example {field: network.protocol, equals: smtp}");
}

/* --- the tree --- */

static void
read_children(
    struct rule_draft *d, const struct yaml_node *list, enum user_condition_kind kind, struct user_condition *c)
{
	c->kind = kind;
	if (list->kind != YAML_LIST || list->len == 0) {
		say(d, list, "\"all\" and \"any\" take a list of conditions, and at least one");
		return;
	}
	c->children = calloc(list->len, sizeof(*c->children));
	if (c->children == NULL) {
		say(d, list, "not enough memory");
		return;
	}
	for (size_t i = 0; i < list->len; i++)
		rule_draft_condition(d, &list->children[i], &c->children[c->len++]);
}

static void
read_not(struct rule_draft *d, const struct yaml_node *n, struct user_condition *c)
{
	c->kind = USER_NOT;
	c->children = calloc(1, sizeof(*c->children));
	if (c->children == NULL) {
		say(d, n, "not enough memory");
		return;
	}
	c->len = 1;
	if (n->kind == YAML_LIST)
		say(d, n, "\"not\" takes one condition: write \"not: {any: [...]}\" for none of several");
	else
		rule_draft_condition(d, n, c->children);
}

void
rule_draft_condition(struct rule_draft *d, const struct yaml_node *n, struct user_condition *out)
{
	const struct yaml_node *all = yaml_child(n, "all"), *any = yaml_child(n, "any"), *not = yaml_child(n, "not");

	if (n->kind == YAML_LIST) {
		read_children(d, n, USER_ALL, out);
	} else if (yaml_child(n, "field") != NULL) {
		read_test(d, n, out);
	} else if (n->kind != YAML_MAP || n->len != 1 || (all == NULL && any == NULL && not == NULL)) {
		say(d, n, "a condition is {field: FIELD, TEST: VALUE}, {all: [...]}, {any: [...]} or {not: CONDITION}");
	} else if (not != NULL) {
		read_not(d, not, out);
	} else {
		read_children(d, all != NULL ? all : any, all != NULL ? USER_ALL : USER_ANY, out);
	}
}
