/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "support/check_main.h"
#include "support/stand.h"

#define SERVER "10.0.0.143"

static void
setup(void)
{
	stand_open(&detector_auth_success_after_failures, NULL);
}

static void
guess(const char *client, const char *user, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		stand_login(client, SERVER, user, LOGIN_FAILURE);
}

static void
succeed(const char *client, const char *user)
{
	stand_login(client, SERVER, user, LOGIN_SUCCESS);
}

START_TEST(after_a_brute_force)
{
	guess("198.51.100.7", "ann", 19);
	guess("198.51.99.7", "bob", 20);
	succeed("198.51.100.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
	succeed("198.51.99.8", "bob");
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "198.51.99.8 logged in to the account bob on 10.0.0.143:143 after 20 "
						  "failures with 1 accounts from its network "
						  "198.51.99.0/24 within 1 d, held against 20 failures or 8 accounts: "
						  "take the password for found, change it and end "
						  "the account's sessions.");
	ck_assert_str_eq(stand.bell.at[0].key, "bob < 198.51.99.0/24");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_HIGH);
	ck_assert_str_eq(stand.bell.at[0].figure, "20");
	/* Once it has the password, it has it. */
	succeed("198.51.99.8", "bob");
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
}
END_TEST

START_TEST(after_a_spray)
{
	for (unsigned i = 0; i < 7; i++) {
		char user[16];

		snprintf(user, sizeof(user), "user%u", i);
		guess("198.51.100.7", user, 1);
	}
	succeed("198.51.100.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
	guess("198.51.100.7", "user7", 1);
	succeed("198.51.100.7", "bob");
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].key, "bob < 198.51.100.0/24");
}
END_TEST

/* Others fail at the account; its owner goes on logging in, and once somebody new does. */
START_TEST(the_account_of_a_brute_force)
{
	succeed("10.0.1.5", "ann");
	stand.now += 8 * STAND_DAY;
	succeed("10.0.1.5", "ann");
	for (unsigned i = 0; i < 30; i++) {
		char client[20];

		snprintf(client, sizeof(client), "198.51.%u.7", i);
		guess(client, "ann", 1);
	}
	succeed("10.0.1.5", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
	succeed("203.0.113.5", "ann");
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "after 30 failures at this account"));
}
END_TEST

/* While nobody's clients are known, the owner of an attacked account is one of them. */
START_TEST(an_account_that_is_not_known_yet)
{
	for (unsigned i = 0; i < 30; i++) {
		char client[20];

		snprintf(client, sizeof(client), "198.51.%u.7", i);
		guess(client, "ann", 1);
	}
	succeed("10.0.1.5", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
	/* But one of those who failed is none. */
	succeed("198.51.3.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

/* The telephone is told the new password at last. */
START_TEST(an_old_password_is_no_attack)
{
	succeed("10.0.1.5", "ann");
	guess("10.0.1.5", "ann", 500);
	succeed("10.0.1.5", "ann");
	succeed("10.0.1.6", "ann");
	succeed("10.0.1.6", "bob");
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(a_window_later_it_is_forgotten)
{
	guess("198.51.100.7", "ann", 30);
	stand.now += 26 * STAND_HOUR;
	succeed("198.51.100.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(roles_and_allowances_with_an_end)
{
	stand_set("roles.nat=198.51.100.0/24");
	stand_set("detect.auth_success_after_failures.allow=\"bob until 2023-11-14\"");
	guess("198.51.100.7", "x", 30);
	succeed("198.51.100.8", "ann");
	guess("198.51.99.7", "bob", 30);
	succeed("198.51.99.7", "bob");
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 2 * STAND_HOUR;
	guess("198.51.98.7", "bob", 30);
	succeed("198.51.98.7", "bob");
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	guess("198.51.100.7", "ann", 20);
	succeed("198.51.99.7", "bob");
	stand_restart();
	guess("198.51.99.7", "bob", 30);
	succeed("198.51.99.7", "bob");
	ck_assert_uint_eq(stand.bell.len, 0);
	succeed("198.51.100.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, after_a_brute_force);
	tcase_add_test(tests, after_a_spray);
	tcase_add_test(tests, the_account_of_a_brute_force);
	tcase_add_test(tests, an_account_that_is_not_known_yet);
	tcase_add_test(tests, an_old_password_is_no_attack);
	tcase_add_test(tests, a_window_later_it_is_forgotten);
	tcase_add_test(tests, roles_and_allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/auth_success_after_failures", add_tests)
