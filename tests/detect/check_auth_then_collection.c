/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "support/check_main.h"
#include "support/stand.h"

#define THIEF "198.51.100.7"
#define SERVER "10.0.0.143"

static void
setup(void)
{
	/* Beyond 32 different messages are estimated; a sharp test is below. */
	static const char *const sets[] = { "detect.auth_then_collection.messages=30", NULL };

	stand_open(&detector_auth_then_collection, sets);
}

static void
break_in(unsigned failures)
{
	for (unsigned i = 0; i < failures; i++)
		stand_login(THIEF, SERVER, "ann", LOGIN_FAILURE);
	stand_login(THIEF, SERVER, "ann", LOGIN_SUCCESS);
}

static void
read_messages(const char *client, const char *account, uint32_t from, uint32_t to)
{
	for (uint32_t uid = from; uid < to; uid++)
		stand_read(client, SERVER, 143, account, 9, uid);
}

START_TEST(failures_then_a_success_then_bulk_reading)
{
	break_in(10);
	read_messages(THIEF, "ann", 0, 29);
	read_messages(THIEF, "ann", 0, 29);
	ck_assert_uint_eq(stand.bell.len, 0);
	read_messages(THIEF, "ANN", 29, 30);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_CRITICAL);
	ck_assert_str_eq(stand.bell.at[0].key, "ann < 198.51.100.0/24");
	ck_assert_uint_eq(stand.bell.at[0].evidence_count, 2);
	/* The message, and the login. */
	ck_assert_uint_eq(stand.bell.at[0].events, 2);
	read_messages(THIEF, "ann", 50, 500);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
}
END_TEST

START_TEST(reports_count_as_well)
{
	struct collection_report c = { .account_text = BYTES("ann"), .read_whole = 29 };

	break_in(10);
	stand_report(THIEF, SERVER, 143, 9, &c, SESSION_LIVES);
	ck_assert_uint_eq(stand.bell.len, 0);
	c.read_whole = 700;
	stand_report(THIEF, SERVER, 143, 9, &c, SESSION_FIN);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "after 10 failures and read 700 messages of it"));
}
END_TEST

START_TEST(a_spray_that_found_one)
{
	for (unsigned i = 0; i < 10; i++) {
		char user[16];

		snprintf(user, sizeof(user), "user%u", i);
		stand_login(THIEF, SERVER, user, LOGIN_FAILURE);
	}
	break_in(0);
	read_messages("198.51.100.99", "ann", 0, 30);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(by_default_it_takes_fifty)
{
	stand_set("detect.auth_then_collection.messages=50");
	break_in(10);
	read_messages(THIEF, "ann", 0, 40);
	ck_assert_uint_eq(stand.bell.len, 0);
	read_messages(THIEF, "ann", 40, 65);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(too_few_failures)
{
	break_in(9);
	read_messages(THIEF, "ann", 0, 500);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(too_late)
{
	break_in(10);
	stand.now += 6 * STAND_HOUR + 1;
	read_messages(THIEF, "ann", 0, 500);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(the_owner_goes_on_reading)
{
	stand_login("10.0.1.5", SERVER, "ann", LOGIN_SUCCESS);
	break_in(10);
	read_messages("10.0.1.5", "ann", 0, 500);
	read_messages(THIEF, "bob", 0, 500);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(an_old_password_is_no_attack)
{
	stand_login(THIEF, SERVER, "ann", LOGIN_SUCCESS);
	break_in(500);
	read_messages(THIEF, "ann", 0, 500);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(allowances_with_an_end)
{
	stand_set("detect.auth_then_collection.allow=\"198.51.100.0/24 until 2023-11-14 because penetration test\"");
	break_in(10);
	read_messages(THIEF, "ann", 0, 100);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 2 * STAND_HOUR;
	read_messages(THIEF, "ann", 0, 1);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	for (unsigned i = 0; i < 10; i++)
		stand_login(THIEF, SERVER, "ann", LOGIN_FAILURE);
	stand_restart();
	break_in(0);
	read_messages(THIEF, "ann", 0, 20);
	stand_restart();
	read_messages(THIEF, "ann", 10, 29);
	ck_assert_uint_eq(stand.bell.len, 0);
	read_messages(THIEF, "ann", 29, 30);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, failures_then_a_success_then_bulk_reading);
	tcase_add_test(tests, reports_count_as_well);
	tcase_add_test(tests, a_spray_that_found_one);
	tcase_add_test(tests, by_default_it_takes_fifty);
	tcase_add_test(tests, too_few_failures);
	tcase_add_test(tests, too_late);
	tcase_add_test(tests, the_owner_goes_on_reading);
	tcase_add_test(tests, an_old_password_is_no_attack);
	tcase_add_test(tests, allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/auth_then_collection", add_tests)
