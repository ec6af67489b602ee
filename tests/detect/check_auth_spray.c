/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "support/check_main.h"
#include "support/stand.h"

#define SERVER "10.0.0.143"

static void
setup(void)
{
	stand_open(&detector_auth_spray, NULL);
}

static void
login(const char *client, unsigned user, enum login_outcome outcome)
{
	char name[16];

	snprintf(name, sizeof(name), "user%u", user);
	stand_login(client, SERVER, name, outcome);
}

START_TEST(fires_at_the_threshold)
{
	for (unsigned i = 0; i < 9; i++) {
		login("198.51.100.7", i, LOGIN_FAILURE);
		login("198.51.100.7", i, LOGIN_FAILURE);
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	/* Another address of the same network. */
	login("198.51.100.200", 9, LOGIN_FAILURE);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "Logins to 10 accounts on 10.0.0.143:143 failed from 198.51.100.0/24 "
						  "within 1 h, the latest to user9, held against "
						  "10 accounts; block the network, and look for a success after it.");
	ck_assert_str_eq(stand.bell.at[0].key, "198.51.100.0/24 > 10.0.0.143");
	ck_assert_str_eq(stand.bell.at[0].figure, "10");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	for (unsigned i = 10; i < 30; i++)
		login("198.51.100.7", i, LOGIN_FAILURE);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 2);
	ck_assert_int_eq(bell_last(&stand.bell)->severity, SEVERITY_HIGH);
}
END_TEST

/* Four attempts an hour, each from another address, for days: only the server shows it. */
START_TEST(a_slow_spray_shows_on_the_server)
{
	unsigned i = 0;

	for (; i < 300 && stand.bell.len == 0; i++) {
		char client[20];

		snprintf(client, sizeof(client), "198.%u.%u.7", 18 + i / 250, i % 250);
		login(client, i, LOGIN_FAILURE);
		stand.now += STAND_HOUR / 2;
		stand.row->tick(stand.self, stand.now);
	}
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].key, "* > 10.0.0.143");
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "networks that never had their passwords"));
	/* Exact up to 32; HyperLogLog's standard error beyond is 6.5 %. */
	ck_assert_uint_ge(i, 42);
	ck_assert_uint_le(i, 60);
}
END_TEST

/* A week in which 500 people mistype now and then, and come in at the second attempt. */
START_TEST(slips_are_quiet)
{
	for (unsigned day = 0; day < 7; day++) {
		for (unsigned i = 0; i < 150; i++) {
			unsigned person = (day * 150 + i) % 500;
			char client[20];

			snprintf(client, sizeof(client), "10.%u.%u.7", 1 + person / 250, person % 250);
			login(client, person, LOGIN_FAILURE);
			stand.now += 60 * USEC_PER_SEC;
			login(client, person, LOGIN_SUCCESS);
			stand.row->tick(stand.self, stand.now);
		}
		stand.now += 20 * STAND_HOUR;
	}
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

/* Telephones with old passwords: of clients that had the right one once. */
START_TEST(old_passwords_are_quiet)
{
	for (unsigned i = 0; i < 100; i++)
		login("10.0.1.5", i, LOGIN_SUCCESS);
	for (unsigned day = 0; day < 7; day++) {
		for (unsigned i = 0; i < 100; i++)
			login("10.0.1.5", i, LOGIN_FAILURE);
		stand.now += STAND_DAY;
		stand.row->tick(stand.self, stand.now);
	}
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(roles_and_allowances_with_an_end)
{
	stand_set("roles.nat=\"198.51.100.0/24 until 2023-11-14\"");
	stand_set("detect.auth_spray.allow=203.0.113.0/24");
	for (unsigned i = 0; i < 40; i++) {
		login("198.51.100.7", i, LOGIN_FAILURE);
		login("203.0.113.7", i + 100, LOGIN_FAILURE);
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 2 * STAND_HOUR;
	for (unsigned i = 0; i < 12; i++)
		login("198.51.100.7", i, LOGIN_FAILURE);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	for (unsigned i = 0; i < 9; i++)
		login("198.51.100.7", i, LOGIN_FAILURE);
	stand_restart();
	login("198.51.100.7", 8, LOGIN_FAILURE);
	ck_assert_uint_eq(stand.bell.len, 0);
	login("198.51.100.7", 9, LOGIN_FAILURE);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, fires_at_the_threshold);
	tcase_add_test(tests, a_slow_spray_shows_on_the_server);
	tcase_add_test(tests, slips_are_quiet);
	tcase_add_test(tests, old_passwords_are_quiet);
	tcase_add_test(tests, roles_and_allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/auth_spray", add_tests)
