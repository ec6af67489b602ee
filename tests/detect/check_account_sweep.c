/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "support/check_main.h"
#include "support/stand.h"

static void
setup(void)
{
	stand_open(&detector_account_sweep, NULL);
}

static void
read_account(const char *client, unsigned n)
{
	char account[32];

	snprintf(account, sizeof(account), "user%u", n);
	stand_read(client, "10.0.0.143", 143, account, stand.sessions++, 1);
	stand.now += USEC_PER_SEC;
}

START_TEST(fires_at_the_threshold)
{
	for (unsigned i = 0; i < 5; i++) {
		read_account("10.0.0.5", i);
		read_account("10.0.0.5", i);
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	read_account("10.0.0.5", 5);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(bell_last(&stand.bell)->reason,
	    "10.0.0.5 read mail of 6 accounts within 10 min, the latest user5 on 10.0.0.143:143, held against 6 "
	    "accounts; find "
	    "out who is at that host, and list it under roles if it is a webmail, backup or shared one.");
	ck_assert_str_eq(bell_last(&stand.bell)->key, "10.0.0.5");
	ck_assert_str_eq(bell_last(&stand.bell)->figure, "6");
	ck_assert_str_eq(bell_last(&stand.bell)->held_against, "at least 6 within 10 min");
	ck_assert_uint_eq(bell_last(&stand.bell)->events, 1);
	ck_assert_uint_eq(bell_last(&stand.bell)->users, 1);
	ck_assert_int_eq(bell_last(&stand.bell)->severity, SEVERITY_MEDIUM);
	/* More of the same is not said again, nor another severity reached at home. */
	for (unsigned i = 6; i < 40; i++)
		read_account("10.0.0.5", i);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
}
END_TEST

START_TEST(slow_sweeps_add_up)
{
	for (unsigned i = 0; i < 14; i++) {
		read_account("10.0.0.5", i);
		stand.now += STAND_HOUR;
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	read_account("10.0.0.5", 14);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(bell_last(&stand.bell)->held_against, "at least 15 within 1 d");
}
END_TEST

START_TEST(people_with_few_accounts_are_quiet)
{
	for (unsigned day = 0; day < 30; day++) {
		for (unsigned i = 0; i < 5; i++)
			read_account("10.0.0.5", i);
		stand.now += STAND_DAY;
	}
	/* Many clients, an account each. */
	for (unsigned i = 0; i < 200; i++) {
		char client[16];

		snprintf(client, sizeof(client), "10.0.1.%u", i);
		read_account(client, i);
	}
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(an_outsider_is_worse)
{
	for (unsigned i = 0; i < 12; i++)
		read_account("198.51.100.7", i);
	ck_assert_uint_eq(stand.bell.len, 2);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_int_eq(stand.bell.at[1].severity, SEVERITY_HIGH);
	ck_assert_uint_eq(stand.bell.at[1].count, 2);
}
END_TEST

START_TEST(addresses_of_a_v6_network_are_one_client)
{
	for (unsigned i = 0; i < 6; i++) {
		char client[32];

		snprintf(client, sizeof(client), "2001:db8:1:2::%x", i + 1);
		read_account(client, i);
	}
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(reports_count_as_well)
{
	for (unsigned i = 0; i < 6; i++) {
		char account[16];
		struct collection_report c = { .read_part = 1 };

		snprintf(account, sizeof(account), "user%u", i);
		c.account_text = bytes_str(account);
		stand_report("10.0.0.5", "10.0.0.143", 143, i, &c, SESSION_FIN);
		/* Who only looked read nothing. */
		c.read_part = 0;
		stand_report("10.0.0.6", "10.0.0.143", 143, 100 + i, &c, SESSION_FIN);
	}
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].key, "10.0.0.5");
}
END_TEST

START_TEST(roles_and_allowances_with_an_end)
{
	/* SCENE_NOON is 2023-11-14T22:13:20. */
	stand_set("roles.webmail=\"10.0.0.5 until 2023-11-14 because front end moves\"");
	stand_set("detect.account_sweep.allow=\"client 10.0.0.6 until 2023-11-14T22:30 because audit\"");
	stand_set("detect.allow=\"10.0.0.7 because it is allowed\"");
	for (unsigned i = 0; i < 8; i++) {
		read_account("10.0.0.5", i);
		read_account("10.0.0.6", i);
		read_account("10.0.0.7", i);
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 2 * STAND_HOUR;
	for (unsigned i = 0; i < 8; i++) {
		read_account("10.0.0.5", i);
		read_account("10.0.0.6", i);
		read_account("10.0.0.7", i);
	}
	ck_assert_uint_eq(stand.bell.len, 2);
	ck_assert_str_eq(stand.bell.at[0].key, "10.0.0.5");
	ck_assert_str_eq(stand.bell.at[1].key, "10.0.0.6");
}
END_TEST

START_TEST(survives_a_restart)
{
	for (unsigned i = 0; i < 5; i++)
		read_account("10.0.0.5", i);
	stand_restart();
	read_account("10.0.0.5", 0);
	ck_assert_uint_eq(stand.bell.len, 0);
	read_account("10.0.0.5", 5);
	ck_assert_uint_eq(stand.bell.len, 1);
	/* What was said is known as well. */
	stand_restart();
	read_account("10.0.0.5", 6);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, fires_at_the_threshold);
	tcase_add_test(tests, slow_sweeps_add_up);
	tcase_add_test(tests, people_with_few_accounts_are_quiet);
	tcase_add_test(tests, an_outsider_is_worse);
	tcase_add_test(tests, addresses_of_a_v6_network_are_one_client);
	tcase_add_test(tests, reports_count_as_well);
	tcase_add_test(tests, roles_and_allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/account_sweep", add_tests)
