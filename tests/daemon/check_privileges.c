/* SPDX-License-Identifier: Apache-2.0
 *
 * Run as root the drop is done for real, in the forked test; otherwise only what an ordinary user can see is checked.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon/privileges.h"
#include "support/check_main.h"

START_TEST(who)
{
	struct privileges p = { 0, 0 };
	char error[256] = "";

	ck_assert(privileges_find("nobody", "", &p, error, sizeof(error)));
	ck_assert_uint_eq(p.uid, getpwnam("nobody")->pw_uid);
	ck_assert_uint_eq(p.gid, getpwnam("nobody")->pw_gid);
	ck_assert(privileges_find("nobody", "daemon", &p, error, sizeof(error)));
	ck_assert_uint_eq(p.gid, getgrnam("daemon")->gr_gid);
	ck_assert(!privileges_find("no-such-user-here", NULL, &p, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "no-such-user-here"));
	ck_assert(!privileges_find(NULL, "no-such-group-here", &p, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "no-such-group-here"));
	ck_assert(!privileges_find("root", NULL, &p, error, sizeof(error)));
}
END_TEST

static void
assert_status_line(const char *line)
{
	FILE *f = fopen("/proc/self/status", "r");
	char text[256];
	bool found = false;

	ck_assert_ptr_nonnull(f);
	while (!found && fgets(text, sizeof(text), f) != NULL)
		found = strcmp(text, line) == 0;
	fclose(f);
	ck_assert_msg(found, "not in /proc/self/status: %s", line);
}

START_TEST(drop_keeps_capture_only)
{
	struct privileges p;
	char error[256] = "";

	if (geteuid() != 0)
		return;
	ck_assert(privileges_find("nobody", NULL, &p, error, sizeof(error)));
	ck_assert_msg(privileges_drop(&p, true, error, sizeof(error)), "%s", error);
	ck_assert_uint_eq(geteuid(), p.uid);
	ck_assert_int_ne(setuid(0), 0);
	ck_assert_int_ne(seteuid(0), 0);
	ck_assert_int_ne(setgid(0), 0);
	ck_assert_int_eq(getgroups(0, NULL), 0);
	assert_status_line("CapPrm:\t0000000000002000\n");
	assert_status_line("CapEff:\t0000000000002000\n");
	ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L), 1);
}
END_TEST

START_TEST(drop_of_everything)
{
	struct privileges p;
	char error[256] = "";

	if (geteuid() != 0)
		return;
	ck_assert(privileges_find("nobody", NULL, &p, error, sizeof(error)));
	ck_assert_msg(privileges_drop(&p, false, error, sizeof(error)), "%s", error);
	assert_status_line("CapPrm:\t0000000000000000\n");
	assert_status_line("CapEff:\t0000000000000000\n");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, who);
	tcase_add_test(tests, drop_keeps_capture_only);
	tcase_add_test(tests, drop_of_everything);
}

CHECK_MAIN("daemon/privileges", add_tests)
