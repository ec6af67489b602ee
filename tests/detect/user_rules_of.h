/* SPDX-License-Identifier: Apache-2.0
 *
 * user_rules_of: user rules compiled from the text of a rule file.
 */
#ifndef TESTS_DETECT_USER_RULES_OF_H
#define TESTS_DETECT_USER_RULES_OF_H

#include <check.h>

#include "settings/heard.h"
#include "settings/user_rules_yaml.h"

/* Reads what stands under "rules:". `name` is the file's; indicators stand beside it. False when there was a complaint;
 * the caller clears the rules. */
static inline bool
user_rules_take(const char *text, const char *name, struct user_rules *rules, struct heard *heard)
{
	struct yaml_node *root;
	const struct yaml_node *list;

	*rules = (struct user_rules){ 0 };
	heard_init(heard);
	complaints_hold(&heard->complaints);
	root = yaml_parse(bytes_str(text), name, &heard->complaints);
	list = root == NULL ? NULL : yaml_child(root, "rules");
	if (list != NULL && list->kind == YAML_LIST)
		user_rules_read(list, rules, &heard->complaints);
	yaml_node_free(root);
	complaints_release(&heard->complaints);
	return heard->complaints.count == 0 && list != NULL;
}

/* The same for rules that are right. */
static inline struct user_rules
user_rules_of(const char *text)
{
	static struct heard heard;
	struct user_rules rules;

	ck_assert_msg(user_rules_take(text, "mine.yaml", &rules, &heard), "%s\n%s", text, heard.text);
	return rules;
}

#endif
