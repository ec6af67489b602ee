/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdbool.h>
#include <time.h>

#include "support/check_main.h"

START_TEST(times_are_written)
{
	static const struct {
		usec_t time;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000000Z" },
		{ 1, "1970-01-01T00:00:00.000001Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
		{ -USEC_PER_SEC, "1969-12-31T23:59:59.000000Z" },
		{ INT64_C(1700000000) * USEC_PER_SEC + 123456, "2023-11-14T22:13:20.123456Z" },
		{ INT64_C(951782400) * USEC_PER_SEC, "2000-02-29T00:00:00.000000Z" },
		{ INT64_C(4107542399) * USEC_PER_SEC + 999999, "2100-02-28T23:59:59.999999Z" },
		{ INT64_C(4107542400) * USEC_PER_SEC, "2100-03-01T00:00:00.000000Z" },
		{ INT64_C(2147483648) * USEC_PER_SEC, "2038-01-19T03:14:08.000000Z" },
		{ INT64_C(-62167219200) * USEC_PER_SEC, "0000-01-01T00:00:00.000000Z" },
		{ INT64_C(-62167219200) * USEC_PER_SEC - 1, "0000-01-01T00:00:00.000000Z" },
		{ INT64_C(253402300799) * USEC_PER_SEC + 999999, "9999-12-31T23:59:59.999999Z" },
		{ INT64_C(253402300800) * USEC_PER_SEC, "9999-12-31T23:59:59.999999Z" },
		{ INT64_MIN, "0000-01-01T00:00:00.000000Z" },
		{ USEC_MAX, "9999-12-31T23:59:59.999999Z" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[CLOCK_TEXT_MAX];

		ck_assert_ptr_eq(clock_text(text, cases[i].time), text);
		ck_assert_str_eq(text, cases[i].text);
	}
}
END_TEST

/* The place where the sensor stands has no say. */
START_TEST(text_is_utc)
{
	char text[CLOCK_TEXT_MAX];

	ck_assert_int_eq(setenv("TZ", "XXX-5:30", 1), 0);
	tzset();
	ck_assert_str_eq(clock_text(text, 0), "1970-01-01T00:00:00.000000Z");
}
END_TEST

START_TEST(the_wall_clock_is_that_of_the_system)
{
	time_t before = time(NULL);
	usec_t now = clock_wall();
	time_t after = time(NULL);

	/* time() may lag behind by a tick of the kernel. */
	ck_assert_int_ge(now, (usec_t)before * USEC_PER_SEC);
	ck_assert_int_le(now, ((usec_t)after + 2) * USEC_PER_SEC);
}
END_TEST

START_TEST(the_monotonic_clock_goes_on)
{
	usec_t first = clock_monotonic(), last = first;
	bool back = false;

	ck_assert_int_gt(first, 0);
	for (int i = 0; i < 10000000 && last == first; i++) {
		last = clock_monotonic();
		back |= last < first;
	}
	ck_assert(!back);
	ck_assert_int_gt(last, first);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, times_are_written);
	tcase_add_test(tests, text_is_utc);
	tcase_add_test(tests, the_wall_clock_is_that_of_the_system);
	tcase_add_test(tests, the_monotonic_clock_goes_on);
}

CHECK_MAIN("base/clock", add_tests)
