/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/user_rules_yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/attack.h"
#include "detect/detector.h"
#include "settings/nearest.h"
#include "settings/rule_draft.h"

#define NAME_MAX_LEN 40
#define COUNT_MAX 1000000
#define SPAN_MAX (30 * 86400 * USEC_PER_SEC)

/* The word in a list of words, or -1 after a complaint that names them all. */
static int
take_word(struct rule_draft *d, const struct yaml_node *n, const char *key, const char *const *words, int count)
{
	const char *text = rule_draft_scalar(d, n);
	struct nearest near;
	char list[160];
	size_t used = 0;

	if (text == NULL)
		return -1;
	nearest_init(&near, text);
	for (int i = 0; i < count; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
		nearest_offer(&near, words[i]);
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i > 0 ? ", " : "", words[i]);
	}
	complain(d->complaints, n->file, n->line, n->column, "rule %s: %s: \"%.80s\" is none of %s%s%s%s",
	    rule_draft_called(d), key, text, list, near.word != NULL ? ": did you mean " : "",
	    near.word != NULL ? near.word : "", near.word != NULL ? "?" : "");
	return -1;
}

static bool
is_name(const char *text, struct refusal *why)
{
	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0' || text[0] == '-')
		return refuse(why, text, "is no name for a rule: write it with a to z, 0 to 9, - and _");
	if (strlen(text) > NAME_MAX_LEN)
		return refuse(why, text, "is too long: at most %d letters", NAME_MAX_LEN);
	for (size_t i = 0; detectors[i] != NULL; i++)
		if (strcmp(detectors[i]->rule->name, text) == 0)
			return refuse(why, text, "is a rule that is built in: give this one a name of its own");
	return true;
}

static void
take_name(struct rule_draft *d, const struct yaml_node *n)
{
	struct refusal why = { "" };

	if (rule_draft_text(d, n, false, &d->rule.name) && !is_name(d->rule.name, &why))
		rule_draft_refused(d, n, &why);
}

static void
take_on(struct rule_draft *d, const struct yaml_node *n)
{
	const char *words[OBSERVED_LOSS + 1];
	enum observation_kind kinds[OBSERVED_LOSS + 1], kind;
	size_t values = rule_draft_count(d, n, OBSERVED_LOSS + 1);
	int count = 0, found;

	for (kind = OBSERVED_SESSION; kind <= OBSERVED_LOSS; kind++) {
		words[count] = event_dataset_name(kind);
		kinds[count] = kind;
		count += words[count] != NULL;
	}
	for (size_t i = 0; i < values; i++) {
		const struct yaml_node *value = rule_draft_value(n, i);

		if (value->kind == YAML_SCALAR && !value->spoilt && event_dataset_find(value->value, &kind))
			d->rule.of |= EVENT_KIND(kind);
		else if ((found = take_word(d, value, "on", words, count)) >= 0)
			d->rule.of |= EVENT_KIND(kinds[found]);
	}
}

static void
take_id(struct rule_draft *d, const struct yaml_node *n)
{
	(void)rule_draft_text(d, n, false, &d->rule.id);
}

static void
take_description(struct rule_draft *d, const struct yaml_node *n)
{
	(void)rule_draft_text(d, n, false, &d->rule.description);
}

static void
take_enabled(struct rule_draft *d, const struct yaml_node *n)
{
	(void)rule_draft_bool(d, n, &d->rule.enabled);
}

static void
take_severity(struct rule_draft *d, const struct yaml_node *n)
{
	const char *words[SEVERITY_CRITICAL + 1];
	int found;

	for (int s = SEVERITY_LOW; s <= SEVERITY_CRITICAL; s++)
		words[s] = severity_name((enum severity)s);
	found = take_word(d, n, "severity", words, SEVERITY_CRITICAL + 1);
	if (found >= 0)
		d->rule.severity = (enum severity)found;
}

static void
take_technique(struct rule_draft *d, const struct yaml_node *n)
{
	size_t count = rule_draft_count(d, n, ALERT_TECHNIQUES);

	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *value = rule_draft_value(n, i);
		const char *text = rule_draft_scalar(d, value);
		const struct technique *t = text == NULL ? NULL : attack_find(text);
		struct nearest near;

		d->rule.alert.techniques[i] = t;
		if (text == NULL || t != NULL)
			continue;
		nearest_init(&near, text);
		for (size_t k = 0; attack_at(k) != NULL; k++)
			nearest_offer(&near, attack_at(k)->id);
		complain(d->complaints, value->file, value->line, value->column,
		    "rule %s: technique: \"%.40s\" is none of ATT&CK's that mail can be a sign of%s%s%s",
		    rule_draft_called(d), text, near.word != NULL ? ": did you mean " : ": write for example T1114.003",
		    near.word != NULL ? near.word : "", near.word != NULL ? "?" : "");
	}
}

static void
take_when(struct rule_draft *d, const struct yaml_node *n)
{
	rule_draft_condition(d, n, &d->rule.when);
}

static void
take_message(struct rule_draft *d, const struct yaml_node *n)
{
	char *text = NULL, what[160];
	const char *why;
	struct event_place place;

	if (!rule_draft_text(d, n, false, &text))
		return;
	if (!user_template_parse(text, &d->rule.message, what, sizeof(what), &why)) {
		if (what[0] == '\0')
			complain(d->complaints, n->file, n->line, n->column, "rule %s: message: %s",
			    rule_draft_called(d), why);
		else if (rule_draft_place(d, n, what, &place))
			event_place_clear(&place);
	}
	for (size_t i = 0; i < d->rule.message.len; i++) {
		const struct user_piece *p = &d->rule.message.pieces[i];

		if (p->kind == USER_PIECE_FIELD &&
		    rule_draft_place(d, n, event_place_text(&p->place, what, sizeof(what)), &place))
			event_place_clear(&place);
	}
	free(text);
}

static void
take_by(struct rule_draft *d, const struct yaml_node *n)
{
	size_t count = rule_draft_count(d, n, USER_RULE_KEYS);

	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *value = rule_draft_value(n, i);
		const char *path = rule_draft_scalar(d, value);

		if (path != NULL && rule_draft_place(d, value, path, &d->rule.by[d->rule.by_count]))
			d->rule.by_count++;
	}
}

static void
take_count(struct rule_draft *d, const struct yaml_node *n)
{
	const char *text = rule_draft_scalar(d, n);
	struct refusal why = { "" };
	uint64_t count;

	if (text == NULL)
		return;
	if (value_integer(text, &count, &why) &&
	    ((count >= 1 && count <= COUNT_MAX) || refuse(&why, text, "is out of range: write 1 to %d", COUNT_MAX)))
		d->rule.terms.count = count;
	else
		rule_draft_refused(d, n, &why);
}

static void
take_span(struct rule_draft *d, const struct yaml_node *n, usec_t least, usec_t *out)
{
	const char *text = rule_draft_scalar(d, n);
	struct refusal why = { "" };
	usec_t span;

	if (text == NULL)
		return;
	if (value_duration(text, &span, &why) &&
	    ((span >= least && span <= SPAN_MAX) ||
		refuse(&why, text, "is out of range: write %s to 30d", least > 0 ? "1s" : "0")))
		*out = span;
	else
		rule_draft_refused(d, n, &why);
}

static void
take_window(struct rule_draft *d, const struct yaml_node *n)
{
	take_span(d, n, USEC_PER_SEC, &d->rule.terms.window);
}

static void
take_cooldown(struct rule_draft *d, const struct yaml_node *n)
{
	take_span(d, n, 0, &d->rule.terms.cooldown);
}

static const struct {
	const char *key;
	void (*take)(struct rule_draft *, const struct yaml_node *);
	bool required;
} rule_keys[] = {
	{ "name", take_name, true }, /* first: it stands in the others' complaints */
	{ "on", take_on, true },     /* then what fields there are */
	{ "id", take_id, false },
	{ "description", take_description, true },
	{ "enabled", take_enabled, false },
	{ "severity", take_severity, false },
	{ "technique", take_technique, false },
	{ "when", take_when, true },
	{ "message", take_message, false },
	{ "by", take_by, false },
	{ "count", take_count, false },
	{ "window", take_window, false },
	{ "cooldown", take_cooldown, false },
};

#define RULE_KEYS (sizeof(rule_keys) / sizeof(rule_keys[0]))

static void
complain_of_key(struct rule_draft *d, const struct yaml_node *n)
{
	struct nearest near;

	nearest_init(&near, n->key);
	for (size_t i = 0; i < RULE_KEYS; i++) {
		if (strcmp(rule_keys[i].key, n->key) == 0)
			return;
		nearest_offer(&near, rule_keys[i].key);
	}
	complain(d->complaints, n->file, n->key_line, n->key_column, "rule %s: unknown key \"%.60s\"%s%s%s",
	    rule_draft_called(d), n->key, near.word != NULL ? ": did you mean \"" : ": mailtap-rules(5) lists them",
	    near.word != NULL ? near.word : "", near.word != NULL ? "\"?" : "");
}

/* What the keys must be together. */
static void
judge(struct rule_draft *d)
{
	const struct yaml_node *n = d->node;
	const char *wrong = NULL;

	for (size_t i = 0; i < RULE_KEYS; i++)
		if (rule_keys[i].required && !n->spoilt && yaml_child(n, rule_keys[i].key) == NULL)
			complain(d->complaints, n->file, n->line, n->column, "rule %s: \"%s\" is missing",
			    rule_draft_called(d), rule_keys[i].key);
	if (d->rule.terms.count > 1 && yaml_child(n, "window") == NULL && !n->spoilt)
		wrong = "counts without end: write \"window: 10m\"";
	else if (d->rule.terms.count == 1 && yaml_child(n, "window") != NULL)
		wrong = "has a window and counts nothing in it: write \"count: 2\" or more";
	if (wrong != NULL)
		complain(d->complaints, n->file, n->line, n->column, "rule %s %s", rule_draft_called(d), wrong);
}

/* What was not written. */
static bool
fill_in(struct rule_draft *d)
{
	static const char *const key[] = { "source.ip", "destination.ip" };
	struct user_rule *r = &d->rule;

	if (r->name == NULL || r->description == NULL)
		return true; /* complained of */
	if (r->id == NULL && asprintf(&r->id, "user-%s", r->name) < 0) {
		r->id = NULL;
		return false;
	}
	for (size_t i = 0; r->by_count == 0 && i < 2; i++)
		if (!event_place_find(key[i], &r->by[i]))
			return false;
	if (r->by_count == 0)
		r->by_count = 2;
	r->alert.name = r->name;
	r->alert.id = r->id;
	r->alert.description = r->description;
	r->alert.action = "rule-matched";
	return true;
}

static bool
read_rule(struct rule_draft *d)
{
	const struct yaml_node *n = d->node;

	d->rule = (struct user_rule){ .enabled = true,
		.severity = SEVERITY_MEDIUM,
		.terms = { .count = 1 },
		.line = n->line,
		.file = d->rules->files[d->rules->file_count - 1] };
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
	if (!fill_in(d))
		complain(
		    d->complaints, n->file, n->line, n->column, "rule %s: not enough memory", rule_draft_called(d));
	return true;
}

/* Names tell rules apart, also across files. */
static void
judge_name(const struct rule_draft *d)
{
	for (size_t i = 0; d->rule.name != NULL && i < d->rules->len; i++) {
		const struct user_rule *other = &d->rules->at[i];

		if (other->name == NULL || strcmp(other->name, d->rule.name) != 0)
			continue;
		complain(d->complaints, d->node->file, d->node->line, d->node->column,
		    "rule %s: another rule has this name (%s:%u): give it one of its own", d->rule.name, other->file,
		    other->line);
		return;
	}
}

/* Keeps the file's name for as long as the rules; false when memory is short. */
static bool
keep_file(struct user_rules *rules, const char *file)
{
	char **grown = reallocarray(rules->files, rules->file_count + 1, sizeof(char *));
	char *copy = strdup(file);

	if (grown != NULL)
		rules->files = grown;
	if (grown == NULL || copy == NULL) {
		free(copy);
		return false;
	}
	rules->files[rules->file_count++] = copy;
	return true;
}

void
user_rules_read(const struct yaml_node *list, struct user_rules *rules, struct complaints *c)
{
	struct user_rule *grown;

	if (list->len > USER_RULES_MAX - rules->len) {
		complain(c, list->file, list->line, list->column, "more than %d rules", USER_RULES_MAX);
		return;
	}
	grown = reallocarray(rules->at, rules->len + list->len + 1, sizeof(*grown));
	if (grown != NULL)
		rules->at = grown;
	if (grown == NULL || !keep_file(rules, list->file)) {
		complain(c, list->file, 0, 0, "not enough memory for its rules");
		return;
	}
	for (size_t i = 0; i < list->len; i++) {
		struct rule_draft d = { .complaints = c, .node = &list->children[i], .rules = rules };

		if (!read_rule(&d)) {
			user_rule_clear(&d.rule);
			continue;
		}
		judge_name(&d);
		rules->at[rules->len++] = d.rule;
	}
}
