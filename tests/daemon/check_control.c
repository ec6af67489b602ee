/* SPDX-License-Identifier: Apache-2.0 */
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/control.h"
#include "support/check_main.h"

static struct event_base *base;
static struct control *control;
static char directory[64], path[96];
static unsigned asked;

static char *
answer(void *arg, const char *command, char *error, size_t error_room)
{
	(void)arg;
	asked++;
	if (strcmp(command, "status") == 0)
		return strdup("{\"fine\":true}");
	snprintf(error, error_room, "no such command");
	return NULL;
}

static void
setup(void)
{
	char error[256];

	asked = 0;
	snprintf(directory, sizeof(directory), "/tmp/mailtap-control-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/control.sock", directory);
	base = event_base_new();
	control = control_open(base, path, (uid_t)-1, (gid_t)-1, answer, NULL, error, sizeof(error));
	ck_assert_msg(control != NULL, "%s", error);
}

static void
teardown(void)
{
	control_close(control);
	event_base_free(base);
	ck_assert_int_ne(access(path, F_OK), 0); /* the socket is gone */
	ck_assert_int_eq(rmdir(directory), 0);
}

static int
client(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path, path, strlen(path));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void
turn(int rounds)
{
	for (int i = 0; i < rounds; i++)
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
}

/* Sends the text, returns what came back; "" nothing, "EOF" the connection was closed without a word. */
static const char *
talk(int fd, const char *text)
{
	static char reply[70000];
	ssize_t n;

	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
	turn(20);
	n = recv(fd, reply, sizeof(reply) - 1, 0);
	if (n == 0)
		return "EOF";
	reply[n > 0 ? n : 0] = '\0';
	return reply;
}

START_TEST(question_and_answer)
{
	int fd = client();

	ck_assert_str_eq(talk(fd, "{\"v\":1,\"command\":\"status\"}\n"), "{\"v\":1,\"ok\":true,\"status\":{\"fine\":true}}\n");
	ck_assert_str_eq(talk(fd, "{\"v\":1,\"command\":\"dance\"}\n"), "{\"v\":1,\"ok\":false,\"error\":\"no such command\"}\n");
	(void)close(fd);
	turn(5);
}
END_TEST

START_TEST(in_pieces_and_several_at_once)
{
	int fd = client();

	ck_assert_str_eq(talk(fd, "{\"v\":1,\"comm"), "");
	ck_assert_str_eq(talk(fd, "and\":\"status\"}\n{\"v\":1,\"command\":\"status\"}\n"),
	    "{\"v\":1,\"ok\":true,\"status\":{\"fine\":true}}\n{\"v\":1,\"ok\":true,\"status\":{\"fine\":true}}\n");
	(void)close(fd);
	turn(5);
}
END_TEST

START_TEST(nonsense_is_refused)
{
	static const char *const lines[] = { "\n", "hello\n", "[]\n", "{}\n", "{\"v\":2,\"command\":\"status\"}\n",
		"{\"v\":1,\"command\":7}\n", "{\"v\":1,\"command\":\"status\",\"command\":\"status\"}\n" };
	int fd = client();

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		ck_assert_msg(strstr(talk(fd, lines[i]), "\"ok\":false") != NULL, "%s", lines[i]);
	ck_assert_uint_eq(asked, 0);
	(void)close(fd);
	turn(5);
}
END_TEST

START_TEST(endless_line_is_shut_out)
{
	static char piece[1024];
	int fd = client();

	memset(piece, 'x', sizeof(piece));
	for (int i = 0; i <= CONTROL_LINE_MAX / (int)sizeof(piece); i++) {
		(void)send(fd, piece, sizeof(piece), MSG_NOSIGNAL);
		turn(2);
	}
	ck_assert_str_eq(talk(fd, ""), "EOF");
	(void)close(fd);
}
END_TEST

START_TEST(one_client_too_many)
{
	int fds[17];

	for (int i = 0; i < 17; i++) {
		fds[i] = client();
		turn(3);
	}
	ck_assert_str_eq(talk(fds[16], "{\"v\":1,\"command\":\"status\"}\n"), "EOF");
	ck_assert_ptr_nonnull(strstr(talk(fds[15], "{\"v\":1,\"command\":\"status\"}\n"), "fine"));
	for (int i = 0; i < 17; i++)
		(void)close(fds[i]);
	turn(40);
	fds[0] = client();
	ck_assert_ptr_nonnull(strstr(talk(fds[0], "{\"v\":1,\"command\":\"status\"}\n"), "fine"));
	(void)close(fds[0]);
	turn(5);
}
END_TEST

/* A client that asks and never reads costs a bounded buffer, and stops being listened to. */
START_TEST(client_that_does_not_read)
{
	int fd = client();

	for (int i = 0; i < 20000; i++) {
		static const char line[] = "{\"v\":1,\"command\":\"status\"}\n";

		(void)send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (i % 100 == 0)
			turn(1);
	}
	turn(50);
	ck_assert_uint_lt(asked, 20000);
	(void)close(fd);
	turn(5);
}
END_TEST

START_TEST(group_may_others_may_not)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0660);
}
END_TEST

START_TEST(living_socket_is_respected_stale_one_replaced)
{
	char error[256];
	struct control *second = control_open(base, path, (uid_t)-1, (gid_t)-1, answer, NULL, error, sizeof(error));
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char stale[104];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_ptr_null(second);
	ck_assert_ptr_nonnull(strstr(error, "another mailtapd"));
	snprintf(stale, sizeof(stale), "%s/stale", directory);
	memcpy(at.sun_path, stale, strlen(stale));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	(void)close(fd);
	second = control_open(base, stale, (uid_t)-1, (gid_t)-1, answer, NULL, error, sizeof(error));
	ck_assert_msg(second != NULL, "%s", error);
	control_close(second);
}
END_TEST

START_TEST(what_stands_there_is_not_removed)
{
	char error[256], file[104];
	int fd;

	snprintf(file, sizeof(file), "%s/file", directory);
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	(void)close(fd);
	ck_assert_ptr_null(control_open(base, file, (uid_t)-1, (gid_t)-1, answer, NULL, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "something else"));
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_ptr_null(
	    control_open(base, "/nonexistent/x", (uid_t)-1, (gid_t)-1, answer, NULL, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "create its directory"));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, question_and_answer);
	tcase_add_test(tests, in_pieces_and_several_at_once);
	tcase_add_test(tests, nonsense_is_refused);
	tcase_add_test(tests, endless_line_is_shut_out);
	tcase_add_test(tests, one_client_too_many);
	tcase_add_test(tests, client_that_does_not_read);
	tcase_add_test(tests, group_may_others_may_not);
	tcase_add_test(tests, living_socket_is_respected_stale_one_replaced);
	tcase_add_test(tests, what_stands_there_is_not_removed);
}

CHECK_MAIN("daemon/control", add_tests)
