/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_rules.h"

#include <stdlib.h>
#include <string.h>

#include "support/check_main.h"

START_TEST(verdicts_have_the_contract_names)
{
	static const char *const names[] = { "none", "redirect", "rule_forward", "manual_forward", "journal", "list",
		"auto_reply" };

	for (unsigned v = FORWARD_NONE; v <= FORWARD_AUTO_REPLY; v++)
		ck_assert_str_eq(forward_verdict_name((enum forward_verdict)v), names[v]);
}
END_TEST

/* Leaks are what this one fails by. */
START_TEST(clearing_frees_all_and_leaves_nothing)
{
	struct forward_rules rules = { .at = calloc(2, sizeof(struct forward_rule)), .len = 2 };

	rules.at[0] = (struct forward_rule){ .name = strdup("a"), .platform = strdup("b"), .header = strdup("c"),
		.value = strdup("d"), .with_header = strdup("e") };
	forward_rules_clear(&rules);
	ck_assert_ptr_null(rules.at);
	ck_assert_uint_eq(rules.len, 0);
	forward_rules_clear(&rules);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, verdicts_have_the_contract_names);
	tcase_add_test(tests, clearing_frees_all_and_leaves_nothing);
}

CHECK_MAIN("detect/forward_rules", add_tests)
