/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/nearest.h"

#include <stdint.h>
#include <string.h>

#include "support/check_main.h"

START_TEST(distances)
{
	char longest[102];

	ck_assert_uint_eq(nearest_distance("", ""), 0);
	ck_assert_uint_eq(nearest_distance("snaplen", "snaplen"), 0);
	ck_assert_uint_eq(nearest_distance("Snap-Len", "snap_len"), 0);
	ck_assert_uint_eq(nearest_distance("snapln", "snaplen"), 1);
	ck_assert_uint_eq(nearest_distance("snaplenn", "snaplen"), 1);
	ck_assert_uint_eq(nearest_distance("snaplex", "snaplen"), 1);
	ck_assert_uint_eq(nearest_distance("snalpen", "snaplen"), 1);
	ck_assert_uint_eq(nearest_distance("kitten", "sitting"), 3);
	ck_assert_uint_eq(nearest_distance("", "abc"), 3);
	ck_assert_uint_eq(nearest_distance("abc", ""), 3);
	memset(longest, 'a', sizeof(longest));
	longest[100] = '\0';
	ck_assert_uint_eq(nearest_distance(longest, longest), 0);
	longest[100] = 'a';
	longest[101] = '\0';
	ck_assert_uint_eq(nearest_distance(longest, "a"), SIZE_MAX);
	ck_assert_uint_eq(nearest_distance("a", longest), SIZE_MAX);
}
END_TEST

START_TEST(the_nearest_wins)
{
	struct nearest n;

	nearest_init(&n, "retry_mni");
	nearest_offer(&n, "capture");
	ck_assert_ptr_null(n.word);
	nearest_offer(&n, "retry_max");
	ck_assert_str_eq(n.word, "retry_max");
	nearest_offer(&n, "retry_min");
	ck_assert_str_eq(n.word, "retry_min");
	nearest_offer(&n, "retry_mxx");
	ck_assert_str_eq(n.word, "retry_min");
	nearest_init(&n, "a");
	nearest_offer(&n, "b");
	ck_assert_ptr_null(n.word);
	nearest_offer(&n, "A");
	ck_assert_str_eq(n.word, "A");
	nearest_init(&n, "xyz");
	nearest_offer(&n, "max");
	ck_assert_ptr_null(n.word);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, distances);
	tcase_add_test(tests, the_nearest_wins);
}

CHECK_MAIN("settings/nearest", add_tests)
