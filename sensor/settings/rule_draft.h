/* SPDX-License-Identifier: Apache-2.0
 *
 * rule_draft: a user rule while it is read, and how its values are taken and complained of: "file:line:column: rule
 * NAME: what, and what would be right". Private to user_*_yaml.c.
 */
#ifndef SETTINGS_RULE_DRAFT_H
#define SETTINGS_RULE_DRAFT_H

#include "detect/user_rule.h"
#include "settings/values.h"
#include "settings/yaml.h"

#define RULE_TEXT_MAX 1024

struct rule_draft {
	struct user_rule rule;
	struct user_rules *rules; /* that it will be one of: they own the indicators */
	struct complaints *complaints;
	const struct yaml_node *node; /* the rule */
};

/* What the rule is called in complaints. */
const char *rule_draft_called(const struct rule_draft *);

/* "rule NAME: KEY: " and the refusal, at the value. */
void rule_draft_refused(struct rule_draft *, const struct yaml_node *, const struct refusal *);

/* The scalar of a node; NULL after a complaint. */
const char *rule_draft_scalar(struct rule_draft *, const struct yaml_node *);

/* How many values a node has that is one value or a list of them, and each of them. 0 after a complaint. */
size_t rule_draft_count(struct rule_draft *, const struct yaml_node *, size_t max);
const struct yaml_node *rule_draft_value(const struct yaml_node *, size_t index);

/* Readers of whole values: false after a complaint. */
bool rule_draft_text(struct rule_draft *, const struct yaml_node *, bool may_be_empty, char **out);
bool rule_draft_bool(struct rule_draft *, const struct yaml_node *, bool *out);

/* A field that events of the rule have: the rule's `of` must be there already. */
bool rule_draft_place(struct rule_draft *, const struct yaml_node *, const char *path, struct event_place *out);

/* Reads a tree of conditions into *out; what was read before a complaint is there to be cleared. */
void rule_draft_condition(struct rule_draft *, const struct yaml_node *, struct user_condition *out);

#endif
