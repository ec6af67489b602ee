/* SPDX-License-Identifier: Apache-2.0
 *
 * Time goes on with the frames; a lone liar moves it nowhere, a crowd does, and a clock set back takes it along.
 */
#include "base/timeline.h"

#include "support/check_main.h"

#define NOON (INT64_C(1700000000) * USEC_PER_SEC)
#define HOUR (3600 * USEC_PER_SEC)

START_TEST(goes_on_and_never_back_a_little)
{
	struct timeline t = { 0 };

	ck_assert(!timeline_pass(&t, NOON));
	ck_assert_int_eq(t.now, NOON);
	ck_assert(!timeline_pass(&t, NOON + 5));
	ck_assert(!timeline_pass(&t, NOON + 3));
	ck_assert_int_eq(t.now, NOON + 5);
	ck_assert(!timeline_pass(&t, NOON + 5 + HOUR));
	ck_assert_int_eq(t.now, NOON + 5 + HOUR);
}
END_TEST

START_TEST(one_liar_is_not_believed)
{
	struct timeline t = { 0 };

	for (int i = 0; i < 100; i++) {
		ck_assert(!timeline_pass(&t, NOON + i));
		ck_assert(!timeline_pass(&t, INT64_MAX));
		ck_assert(!timeline_pass(&t, INT64_MIN));
		ck_assert(!timeline_pass(&t, NOON + 400 * 24 * HOUR));
		ck_assert_int_eq(t.now, NOON + i);
	}
	ck_assert_uint_eq(t.restarts, 0);
}
END_TEST

START_TEST(several_ahead_are)
{
	struct timeline t = { 0 };

	(void)timeline_pass(&t, NOON);
	for (int i = 1; i < TIMELINE_AHEAD; i++) {
		ck_assert(!timeline_pass(&t, NOON + 9 * HOUR + i));
		ck_assert_int_eq(t.now, NOON);
	}
	ck_assert(!timeline_pass(&t, NOON + 9 * HOUR));
	ck_assert_int_eq(t.now, NOON + 9 * HOUR + TIMELINE_AHEAD - 1);
}
END_TEST

START_TEST(many_behind_are)
{
	struct timeline t = { 0 };

	(void)timeline_pass(&t, NOON);
	for (int i = 1; i < TIMELINE_BACK; i++)
		ck_assert(!timeline_pass(&t, NOON - 9 * HOUR + i));
	ck_assert_int_eq(t.now, NOON);
	/* One that agrees with the old time begins the count anew. */
	ck_assert(!timeline_pass(&t, NOON - 1));
	for (int i = 1; i < TIMELINE_BACK; i++)
		ck_assert(!timeline_pass(&t, NOON - 9 * HOUR + i));
	ck_assert(timeline_pass(&t, NOON - 9 * HOUR));
	ck_assert_int_eq(t.now, NOON - 9 * HOUR + TIMELINE_BACK - 1);
	ck_assert_uint_eq(t.restarts, 1);
}
END_TEST

START_TEST(a_clock_set_back_is_believed_at_once)
{
	struct timeline t = { 0 };

	(void)timeline_pass(&t, NOON);
	ck_assert(!timeline_set(&t, NOON - HOUR));
	ck_assert_int_eq(t.now, NOON);
	ck_assert(timeline_set(&t, NOON - 2 * HOUR));
	ck_assert_int_eq(t.now, NOON - 2 * HOUR);
	ck_assert(!timeline_set(&t, NOON + 99 * HOUR));
	ck_assert_int_eq(t.now, NOON + 99 * HOUR);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, goes_on_and_never_back_a_little);
	tcase_add_test(tests, one_liar_is_not_believed);
	tcase_add_test(tests, several_ahead_are);
	tcase_add_test(tests, many_behind_are);
	tcase_add_test(tests, a_clock_set_back_is_believed_at_once);
}

CHECK_MAIN("base/timeline", add_tests)
