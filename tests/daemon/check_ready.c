/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/ready.h"
#include "support/check_main.h"

static char directory[64], path[96];
static int manager;

static void
setup(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(directory, sizeof(directory), "/tmp/mailtap-ready-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/notify", directory);
	memcpy(at.sun_path, path, strlen(path));
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&at, sizeof(at)), 0);
}

static void
teardown(void)
{
	(void)close(manager);
	(void)unlink(path);
	(void)rmdir(directory);
}

static const char *
heard(void)
{
	static char text[512];
	ssize_t n = recv(manager, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

START_TEST(words)
{
	setenv("NOTIFY_SOCKET", path, 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	unsetenv("WATCHDOG_PID");
	ready_open();
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	ck_assert_int_eq(ready_watchdog_interval(), 10000000);
	ready_up("capturing");
	ck_assert_str_eq(heard(), "READY=1\nSTATUS=capturing");
	ready_status("redis is away");
	ck_assert_str_eq(heard(), "STATUS=redis is away");
	ready_watchdog();
	ck_assert_str_eq(heard(), "WATCHDOG=1");
	ready_reloading();
	ck_assert_int_eq(strncmp(heard(), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
	ready_stopping("bye");
	ck_assert_str_eq(heard(), "STOPPING=1\nSTATUS=bye");
}
END_TEST

START_TEST(nobody_listens)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	ready_open();
	ready_up("capturing");
	ck_assert_str_eq(heard(), "");
	ck_assert_int_eq(ready_watchdog_interval(), 0);
}
END_TEST

START_TEST(watchdog_of_another_process)
{
	setenv("WATCHDOG_USEC", "30000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	ready_open();
	ck_assert_int_eq(ready_watchdog_interval(), 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, words);
	tcase_add_test(tests, nobody_listens);
	tcase_add_test(tests, watchdog_of_another_process);
}

CHECK_MAIN("daemon/ready", add_tests)
