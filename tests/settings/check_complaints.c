/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/complaints.h"

#include "settings/heard.h"
#include "support/check_main.h"

static struct heard heard;

START_TEST(said_at_once)
{
	struct complaints *c = heard_init(&heard);

	complain(c, "a.yaml", 3, 7, "%s is %d", "x", 5);
	ck_assert_str_eq(heard.text, "a.yaml:3:7: x is 5\n");
	complain(c, "a.yaml", 0, 0, "is\tnot\nthere");
	ck_assert_str_eq(heard.text, "a.yaml:3:7: x is 5\na.yaml: is?not?there\n");
	ck_assert_uint_eq(c->count, 2);
}
END_TEST

START_TEST(held_ones_come_in_file_order)
{
	struct complaints *c = heard_init(&heard);

	complaints_hold(c);
	complain(c, "f", 0, 0, "last");
	complain(c, "f", 12, 1, "d");
	complain(c, "f", 2, 9, "b");
	complaints_hold(c);
	complain(c, "f", 2, 1, "a");
	complaints_release(c);
	complain(c, "f", 2, 9, "c");
	ck_assert_str_eq(heard.text, "");
	ck_assert_uint_eq(c->count, 5);
	complaints_release(c);
	ck_assert_str_eq(heard.text, "f:2:1: a\nf:2:9: b\nf:2:9: c\nf:12:1: d\nf: last\n");
	complaints_release(c);
	complain(c, "f", 1, 1, "e");
	ck_assert_ptr_nonnull(strstr(heard.text, "last\nf:1:1: e\n"));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, said_at_once);
	tcase_add_test(tests, held_ones_come_in_file_order);
}

CHECK_MAIN("settings/complaints", add_tests)
