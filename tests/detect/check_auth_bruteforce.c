/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "support/check_main.h"
#include "support/stand.h"

#define SERVER "10.0.0.143"

static void
setup(void)
{
	stand_open(&detector_auth_bruteforce, NULL);
}

static void
guess(const char *client, const char *user, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		stand_login(client, SERVER, user, LOGIN_FAILURE);
}

START_TEST(fires_at_the_threshold)
{
	guess("198.51.100.7", "ann", 29);
	guess("198.51.100.7", "bob", 29);
	ck_assert_uint_eq(stand.bell.len, 0);
	guess("198.51.100.7", "ANN", 1);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "Logins failed 30 times within 1 h for the account ann on "
						  "10.0.0.143:143, from 198.51.100.7, held against 30; "
						  "somebody guesses the password: look for a success after it.");
	ck_assert_str_eq(stand.bell.at[0].key, "ann @ 10.0.0.143");
	ck_assert_str_eq(stand.bell.at[0].figure, "30");
	ck_assert_str_eq(stand.bell.at[0].held_against, "at least 30 within 1 h");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	guess("198.51.100.7", "ann", 200);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
	guess("198.51.100.7", "ann", 70);
	ck_assert_uint_eq(stand.bell.len, 2);
	ck_assert_int_eq(stand.bell.at[1].severity, SEVERITY_HIGH);
}
END_TEST

START_TEST(from_wherever)
{
	for (unsigned i = 0; i < 30; i++) {
		char client[20];

		snprintf(client, sizeof(client), "198.51.%u.7", i);
		guess(client, "ann", 1);
	}
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "from 30 networks, the latest from 198.51.29.7"));
}
END_TEST

START_TEST(slow_failures_do_not_add_up)
{
	for (unsigned i = 0; i < 300; i++) {
		guess("198.51.100.7", "ann", 1);
		stand.now += 3 * 60 * USEC_PER_SEC;
	}
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

/* A telephone with the old password, for days. */
START_TEST(a_known_client_is_borne)
{
	stand_login("10.0.1.5", SERVER, "ann", LOGIN_SUCCESS);
	for (unsigned i = 0; i < 60 * 48; i++) {
		guess("10.0.1.5", "ann", 1);
		stand.now += 60 * USEC_PER_SEC;
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	/* Its failures hide nobody else's. */
	guess("198.51.100.7", "ann", 30);
	ck_assert_uint_eq(stand.bell.len, 1);
	/* Too much is too much. */
	guess("10.0.1.5", "ann", 300);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 2);
}
END_TEST

START_TEST(a_known_client_alone_is_low)
{
	stand_login("10.0.1.5", SERVER, "ann", LOGIN_SUCCESS);
	guess("10.0.1.5", "ann", 299);
	ck_assert_uint_eq(stand.bell.len, 0);
	guess("10.0.1.5", "ann", 1);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_LOW);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "most likely it was not told a new one"));
}
END_TEST

START_TEST(without_a_name_the_client_counts)
{
	guess("198.51.100.7", "", 29);
	guess("198.51.99.7", "", 29);
	ck_assert_uint_eq(stand.bell.len, 0);
	guess("198.51.100.9", "", 1);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].key, "198.51.100.9 @ 10.0.0.143");
}
END_TEST

START_TEST(outcomes_that_are_no_failures)
{
	for (unsigned i = 0; i < 100; i++) {
		stand_login("198.51.100.7", SERVER, "ann", LOGIN_UNKNOWN);
		stand_login("198.51.100.7", SERVER, "ann", LOGIN_SUCCESS);
	}
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(allowances_with_an_end)
{
	stand_set("detect.auth_bruteforce.allow=[\"ann until 2023-11-14 because test account\", client 10.0.9.0/24]");
	guess("198.51.100.7", "ann", 100);
	guess("10.0.9.1", "bob", 100);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 2 * STAND_HOUR;
	guess("198.51.100.7", "ann", 100);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	stand_login("10.0.1.5", SERVER, "bob", LOGIN_SUCCESS);
	guess("198.51.100.7", "ann", 29);
	stand_restart();
	guess("10.0.1.5", "bob", 200);
	ck_assert_uint_eq(stand.bell.len, 0);
	guess("198.51.100.7", "ann", 1);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, fires_at_the_threshold);
	tcase_add_test(tests, from_wherever);
	tcase_add_test(tests, slow_failures_do_not_add_up);
	tcase_add_test(tests, a_known_client_is_borne);
	tcase_add_test(tests, a_known_client_alone_is_low);
	tcase_add_test(tests, without_a_name_the_client_counts);
	tcase_add_test(tests, outcomes_that_are_no_failures);
	tcase_add_test(tests, allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/auth_bruteforce", add_tests)
