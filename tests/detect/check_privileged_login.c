/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check_main.h"
#include "support/stand.h"

#define SERVER "10.0.0.143"

static void
setup(void)
{
	static const char *const sets[] = { "detect.privileged_login.accounts=[root, admin@company.example]", NULL };

	stand_open(&detector_privileged_login, sets);
}

START_TEST(the_first_time_from_each_network)
{
	stand_login("10.0.1.5", SERVER, "root", LOGIN_SUCCESS);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "The listed account root logged in on 10.0.0.143:143 from 10.0.1.5, "
						  "for the first time from 10.0.1.0/24; ask its "
						  "owner.");
	ck_assert_str_eq(stand.bell.at[0].key, "root < 10.0.1.0/24");
	ck_assert_str_eq(stand.bell.at[0].figure, "10.0.1.0/24");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	stand_login("10.0.1.99", SERVER, "ROOT", LOGIN_SUCCESS);
	ck_assert_uint_eq(stand.bell.len, 1);
	stand_login("198.51.100.7", SERVER, "root", LOGIN_SUCCESS);
	ck_assert_uint_eq(stand.bell.len, 2);
	ck_assert_int_eq(stand.bell.at[1].severity, SEVERITY_HIGH);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[1].reason, "which is outside home_networks"));
}
END_TEST

START_TEST(which_accounts)
{
	stand_login("10.0.1.5", SERVER, "rooter", LOGIN_SUCCESS);
	stand_login("10.0.1.5", SERVER, "admin", LOGIN_SUCCESS);
	stand_login("10.0.1.5", SERVER, "admin@other.example", LOGIN_SUCCESS);
	stand_login("10.0.1.5", SERVER, "", LOGIN_SUCCESS);
	stand_login("10.0.1.5", SERVER, "root", LOGIN_FAILURE);
	stand_login("10.0.1.5", SERVER, "root", LOGIN_UNKNOWN);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand_login("10.0.1.5", SERVER, "Admin@Company.example", LOGIN_SUCCESS);
	stand_login("10.0.1.5", SERVER, "root@anywhere.example", LOGIN_SUCCESS);
	stand_login("10.0.1.5", SERVER, "COMPANY\\root", LOGIN_SUCCESS);
	ck_assert_uint_eq(stand.bell.len, 3);
	/* Nothing listed, nothing to do. */
	stand_set("detect.privileged_login.accounts=[]");
	ck_assert(!stand.row->enabled(&stand.settings->detect));
}
END_TEST

START_TEST(allowances_with_an_end)
{
	stand_set("detect.privileged_login.allow=\"client 10.0.1.0/24 until 2023-11-14\"");
	stand_login("10.0.1.5", SERVER, "root", LOGIN_SUCCESS);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 2 * STAND_HOUR;
	stand_login("10.0.1.5", SERVER, "root", LOGIN_SUCCESS);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	stand_login("10.0.1.5", SERVER, "root", LOGIN_SUCCESS);
	stand_restart();
	stand_login("10.0.1.5", SERVER, "root", LOGIN_SUCCESS);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, the_first_time_from_each_network);
	tcase_add_test(tests, which_accounts);
	tcase_add_test(tests, allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/privileged_login", add_tests)
