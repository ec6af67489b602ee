/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/forward_rules_yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/nearest.h"
#include "settings/values.h"

#define RULE_TEXT_MAX 1024
#define AT_LEAST_MAX 100

/* One rule while it is read. */
struct draft {
	struct forward_rule rule;
	struct complaints *complaints;
	const struct yaml_node *node;
	bool has_header, has_envelope, has_form;
};

struct word {
	const char *word;
	unsigned value;
};

/* What the rule is called in complaints. */
static const char *
called(const struct draft *d)
{
	return d->rule.name != NULL ? d->rule.name : "(no name)";
}

static const struct word class_words[] = { { "A", FORWARD_CLASS_A }, { "B", FORWARD_CLASS_B }, { "C", FORWARD_CLASS_C },
	{ "D", FORWARD_CLASS_D }, { "E", FORWARD_CLASS_E }, { "F", FORWARD_CLASS_F }, { NULL, 0 } };
static const struct word take_words[] = { { "nothing", FORWARD_TAKE_NOTHING }, { "address", FORWARD_TAKE_ADDRESS },
	{ "last_address", FORWARD_TAKE_LAST_ADDRESS }, { "coded", FORWARD_TAKE_CODED }, { NULL, 0 } };
static const struct word form_words[] = { { "caf", FORWARD_TEST_CAF }, { "srs_plus", FORWARD_TEST_SRS_PLUS },
	{ "srs_bounces", FORWARD_TEST_SRS_BOUNCES }, { "srs", FORWARD_TEST_SRS }, { NULL, 0 } };

/* The scalar of a key; NULL after a complaint. */
static const char *
scalar(struct draft *d, const struct yaml_node *n)
{
	if (n->kind == YAML_SCALAR && !n->spoilt)
		return n->value;
	if (!n->spoilt)
		complain(
		    d->complaints, n->file, n->line, n->column, "rule %s: \"%s\" takes one value", called(d), n->key);
	return NULL;
}

static void
refused(struct draft *d, const struct yaml_node *n, const struct refusal *why)
{
	complain(d->complaints, n->file, n->line, n->column, "rule %s: %s: %s", called(d), n->key, why->text);
}

static void
take_word(struct draft *d, const struct yaml_node *n, const struct word *words, unsigned *out)
{
	const char *text = scalar(d, n);
	struct nearest near;
	struct refusal why = { "" };
	char list[128];
	size_t used = 0;

	if (text == NULL)
		return;
	nearest_init(&near, text);
	for (const struct word *w = words; w->word != NULL; w++) {
		if (strcmp(w->word, text) == 0) {
			*out = w->value;
			return;
		}
		nearest_offer(&near, w->word);
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", w == words ? "" : ", ", w->word);
	}
	(void)refuse(&why, text, "is none of %s%s%s%s", list, near.word != NULL ? ": did you mean " : "",
	    near.word != NULL ? near.word : "", near.word != NULL ? "?" : "");
	refused(d, n, &why);
}

/* A text, newly allocated, in *out. */
static void
take_text(struct draft *d, const struct yaml_node *n, bool may_be_empty, char **out)
{
	const char *text = scalar(d, n);
	struct refusal why = { "" };
	bool fine;

	if (text == NULL)
		return;
	fine = value_is_text(text, &why) &&
	       (strlen(text) <= RULE_TEXT_MAX || refuse(&why, text, "is too long: at most %d octets", RULE_TEXT_MAX)) &&
	       (may_be_empty || text[0] != '\0' || refuse(&why, text, "is empty"));
	if (fine) {
		free(*out);
		*out = strdup(text);
		fine = *out != NULL || refuse(&why, text, "finds no memory");
	}
	if (!fine)
		refused(d, n, &why);
}

static void
take_bool(struct draft *d, const struct yaml_node *n, bool *out)
{
	const char *text = scalar(d, n);
	struct refusal why = { "" };

	if (text != NULL && !value_bool(text, out, &why))
		refused(d, n, &why);
}

static void
take_name(struct draft *d, const struct yaml_node *n)
{
	take_text(d, n, false, &d->rule.name);
}

static void
take_platform(struct draft *d, const struct yaml_node *n)
{
	take_text(d, n, false, &d->rule.platform);
}

static void
take_field_name(struct draft *d, const struct yaml_node *n, char **out)
{
	struct refusal why = { "" };

	if (n->kind == YAML_SCALAR && !n->spoilt && !value_is_field_name(n->value, &why))
		refused(d, n, &why);
	else if (n->kind == YAML_SCALAR && strchr(n->value, '*') != NULL)
		complain(d->complaints, n->file, n->line, n->column,
		    "rule %s: a rule is about one header field: write one rule for each name", called(d));
	else
		take_text(d, n, false, out);
}

static void
take_header(struct draft *d, const struct yaml_node *n)
{
	d->has_header = true;
	d->rule.where = FORWARD_IN_HEADER;
	take_field_name(d, n, &d->rule.header);
}

static void
take_envelope(struct draft *d, const struct yaml_node *n)
{
	static const struct word words[] = { { "sender", FORWARD_IN_SENDER }, { NULL, 0 } };
	unsigned where = FORWARD_IN_SENDER;

	d->has_envelope = true;
	take_word(d, n, words, &where);
	d->rule.where = (enum forward_where)where;
}

static void
take_value(struct draft *d, const struct yaml_node *n)
{
	const struct yaml_node *test;
	unsigned form = FORWARD_TEST_PRESENT;

	if (n->spoilt)
		return;
	if (n->kind != YAML_MAP || n->len != 1) {
		complain(d->complaints, n->file, n->line, n->column,
		    "rule %s: \"value\" takes one test: write {contains: \"text\"}, {equals: \"text\"} or {form: caf}",
		    called(d));
		return;
	}
	test = &n->children[0];
	if (strcmp(test->key, "equals") == 0) {
		d->rule.test = FORWARD_TEST_EQUALS;
		take_text(d, test, true, &d->rule.value);
	} else if (strcmp(test->key, "contains") == 0) {
		d->rule.test = FORWARD_TEST_CONTAINS;
		take_text(d, test, false, &d->rule.value);
	} else if (strcmp(test->key, "form") == 0) {
		d->has_form = true;
		take_word(d, test, form_words, &form);
		d->rule.test = (enum forward_test)form;
	} else {
		complain(d->complaints, test->file, test->key_line, test->key_column,
		    "rule %s: unknown test \"%.60s\": write contains, equals or form", called(d), test->key);
	}
}

static void
take_class(struct draft *d, const struct yaml_node *n)
{
	unsigned letter = FORWARD_CLASS_A;

	take_word(d, n, class_words, &letter);
	d->rule.class = (enum forward_class)letter;
}

static void
take_weight(struct draft *d, const struct yaml_node *n)
{
	const char *text = scalar(d, n);
	struct refusal why = { "" };
	double weight;
	bool fine;

	if (text == NULL)
		return;
	fine = value_ratio(text, &weight, &why) && (weight <= 1 || refuse(&why, text, "is out of range: write 0 to 1"));
	if (fine)
		d->rule.weight = weight;
	else
		refused(d, n, &why);
}

static void
take_victim(struct draft *d, const struct yaml_node *n)
{
	unsigned take = FORWARD_TAKE_NOTHING;

	take_word(d, n, take_words, &take);
	d->rule.victim = (enum forward_take)take;
}

static void
take_target(struct draft *d, const struct yaml_node *n)
{
	unsigned take = FORWARD_TAKE_NOTHING;

	take_word(d, n, take_words, &take);
	d->rule.target = (enum forward_take)take;
}

static void
take_verdict(struct draft *d, const struct yaml_node *n)
{
	struct word words[FORWARD_AUTO_REPLY + 2] = { { NULL, 0 } };
	unsigned verdict = FORWARD_NONE;

	for (unsigned v = FORWARD_NONE; v <= FORWARD_AUTO_REPLY; v++)
		words[v] = (struct word){ forward_verdict_name((enum forward_verdict)v), v };
	take_word(d, n, words, &verdict);
	d->rule.verdict = (enum forward_verdict)verdict;
}

static void
take_alone(struct draft *d, const struct yaml_node *n)
{
	take_bool(d, n, &d->rule.alone);
}

static void
take_severity(struct draft *d, const struct yaml_node *n)
{
	struct word words[SEVERITY_CRITICAL + 2] = { { NULL, 0 } };
	unsigned severity = SEVERITY_MEDIUM;

	for (unsigned s = SEVERITY_LOW; s <= SEVERITY_CRITICAL; s++)
		words[s] = (struct word){ severity_name((enum severity)s), s };
	take_word(d, n, words, &severity);
	d->rule.severity = (enum severity)severity;
}

static void
take_at_least(struct draft *d, const struct yaml_node *n)
{
	const char *text = scalar(d, n);
	struct refusal why = { "" };
	uint64_t count = 0;

	if (text == NULL)
		return;
	if (value_integer(text, &count, &why) &&
	    ((count >= 1 && count <= AT_LEAST_MAX) ||
		refuse(&why, text, "is out of range: write 1 to %d", AT_LEAST_MAX)))
		d->rule.at_least = (unsigned)count;
	else
		refused(d, n, &why);
}

static void
take_with(struct draft *d, const struct yaml_node *n)
{
	take_field_name(d, n, &d->rule.with_header);
}

static void
take_replies(struct draft *d, const struct yaml_node *n)
{
	take_bool(d, n, &d->rule.reply_may_carry);
}

static const struct {
	const char *key;
	void (*take)(struct draft *, const struct yaml_node *);
	bool required;
} rule_keys[] = {
	{ "name", take_name, true }, /* first: it stands in the others' complaints */
	{ "platform", take_platform, true },
	{ "header", take_header, false },
	{ "envelope", take_envelope, false },
	{ "value", take_value, false },
	{ "class", take_class, true },
	{ "weight", take_weight, false },
	{ "victim", take_victim, false },
	{ "target", take_target, false },
	{ "verdict", take_verdict, true },
	{ "alone", take_alone, false },
	{ "severity", take_severity, false },
	{ "replies_carry_it", take_replies, false },
	{ "at_least", take_at_least, false },
	{ "with", take_with, false },
};

#define RULE_KEYS (sizeof(rule_keys) / sizeof(rule_keys[0]))

static void
complain_of_key(struct draft *d, const struct yaml_node *n)
{
	struct nearest near;

	nearest_init(&near, n->key);
	for (size_t i = 0; i < RULE_KEYS; i++) {
		if (strcmp(rule_keys[i].key, n->key) == 0)
			return;
		nearest_offer(&near, rule_keys[i].key);
	}
	complain(d->complaints, n->file, n->key_line, n->key_column, "rule %s: unknown key \"%.60s\"%s%s%s", called(d),
	    n->key, near.word != NULL ? ": did you mean \"" : ": mailtapd.yaml(5) lists those of a rule",
	    near.word != NULL ? near.word : "", near.word != NULL ? "\"?" : "");
}

/* What the keys must be together. */
static void
judge(struct draft *d)
{
	const struct yaml_node *n = d->node;
	bool coded = d->rule.victim == FORWARD_TAKE_CODED || d->rule.target == FORWARD_TAKE_CODED;
	const char *wrong = NULL;

	for (size_t i = 0; i < RULE_KEYS; i++)
		if (rule_keys[i].required && !n->spoilt && yaml_child(n, rule_keys[i].key) == NULL)
			complain(d->complaints, n->file, n->line, n->column, "rule %s: \"%s\" is missing", called(d),
			    rule_keys[i].key);
	if (d->has_header && d->has_envelope)
		wrong = "is about a header field or the envelope, not both: write two rules";
	else if (!d->has_header && !d->has_envelope && !n->spoilt)
		wrong = "says not where it looks: write \"header: NAME\" or \"envelope: sender\"";
	else if (d->has_header && d->has_form)
		wrong = "asks for a form in a header field: forms are of the envelope sender";
	else if (d->has_envelope && yaml_child(n, "value") == NULL && !n->spoilt)
		wrong = "would hold for every sender: write \"value: {form: ...}\" or \"value: {contains: ...}\"";
	else if (d->has_envelope && (d->rule.with_header != NULL || d->rule.at_least > 1))
		wrong = "is about the envelope: \"with\" and \"at_least\" are of header fields";
	else if (coded && !d->has_form && !n->spoilt)
		wrong = "takes a coded address, which only \"value: {form: ...}\" has";
	if (wrong != NULL)
		complain(d->complaints, n->file, n->line, n->column, "rule %s %s", called(d), wrong);
}

static void
clear(struct forward_rule *r)
{
	free(r->name);
	free(r->platform);
	free(r->header);
	free(r->value);
	free(r->with_header);
}

/* Reads one rule into the draft; false when it is none. */
static bool
read_rule(struct draft *d)
{
	const struct yaml_node *n = d->node;

	d->rule = (struct forward_rule){ .weight = -1, .severity = SEVERITY_MEDIUM, .line = n->line };
	if (n->kind != YAML_MAP) {
		if (!n->spoilt)
			complain(d->complaints, n->file, n->line, n->column,
			    "a rule is made of keys and values: write \"- name: NAME\" and its other keys below");
		return false;
	}
	for (size_t i = 0; i < RULE_KEYS; i++) {
		const struct yaml_node *child = yaml_child(n, rule_keys[i].key);

		if (child != NULL)
			rule_keys[i].take(d, child);
	}
	for (size_t i = 0; i < n->len; i++)
		complain_of_key(d, &n->children[i]);
	judge(d);
	return true;
}

/* Names tell rules apart, also across files; `first` is the first rule of this file. */
static void
judge_name(const struct draft *d, const struct forward_rules *rules, size_t first)
{
	for (size_t i = 0; d->rule.name != NULL && i < rules->len; i++) {
		const struct forward_rule *other = &rules->at[i];

		if (other->name == NULL || strcmp(other->name, d->rule.name) != 0)
			continue;
		complain(d->complaints, d->node->file, d->node->line, d->node->column,
		    "rule %s: another rule has this name (line %u%s): give it one of its own", d->rule.name,
		    other->line, i < first ? " of an earlier file" : "");
		return;
	}
}

static void
read_list(const struct yaml_node *list, struct forward_rules *rules, struct complaints *c)
{
	size_t first = rules->len;
	struct forward_rule *grown;

	if (list->len > FORWARD_RULES_MAX - rules->len) {
		complain(c, list->file, list->line, list->column, "more than %d rules", FORWARD_RULES_MAX);
		return;
	}
	grown = reallocarray(rules->at, rules->len + list->len + 1, sizeof(*grown));
	if (grown == NULL) {
		complain(c, list->file, 0, 0, "not enough memory for its rules");
		return;
	}
	rules->at = grown;
	for (size_t i = 0; i < list->len; i++) {
		struct draft d = { .complaints = c, .node = &list->children[i] };

		if (!read_rule(&d)) {
			clear(&d.rule);
			continue;
		}
		judge_name(&d, rules, first);
		rules->at[rules->len++] = d.rule;
	}
}

bool
forward_rules_read(const struct yaml_node *root, struct forward_rules *rules, struct complaints *c)
{
	unsigned before = c->count;

	for (size_t i = 0; i < root->len; i++) {
		const struct yaml_node *n = &root->children[i];

		if (strcmp(n->key, "rules") == 0)
			continue; /* user_rules_yaml.c */
		if (strcmp(n->key, "forwarding") != 0)
			complain(c, n->file, n->key_line, n->key_column,
			    "unknown kind of rules \"%.60s\": a rule file holds \"forwarding:\" or \"rules:\"", n->key);
		else if (n->kind == YAML_LIST)
			read_list(n, rules, c);
		else if (n->kind != YAML_NULL)
			complain(c, n->file, n->line, n->column,
			    "\"forwarding\" takes a list of rules: begin each with \"- name: NAME\"");
	}
	return c->count == before;
}
