/* SPDX-License-Identifier: Apache-2.0 */
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "publish/lines.h"
#include "support/check_main.h"

static struct event_base *base;

static void
turn(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		struct timeval nap = { .tv_usec = 10000 };

		(void)event_base_loopexit(base, &nap);
		(void)event_base_loop(base, 0);
	}
}

static size_t
drain_pipe(int fd, char *out, size_t room)
{
	size_t n = 0;
	ssize_t got;

	while (n < room && (got = read(fd, out + n, room - n)) > 0)
		n += (size_t)got;
	return n;
}

static void
open_pipe(int ends[2])
{
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
}

START_TEST(lines_arrive_whole_and_in_order)
{
	struct lines *l;
	char text[64] = "";
	int ends[2];

	base = event_base_new();
	open_pipe(ends);
	l = lines_new(base, ends[1], "pipe", 1000);
	ck_assert_int_eq(lines_put(l, BYTES("one")), SINK_TAKEN);
	ck_assert_int_eq(lines_put(l, BYTES("two")), SINK_TAKEN);
	ck_assert(!lines_drained(l));
	turn(5);
	ck_assert(lines_drained(l));
	ck_assert_uint_eq(drain_pipe(ends[0], text, sizeof(text)), 8);
	ck_assert_mem_eq(text, "one\ntwo\n", 8);
	ck_assert_uint_eq(lines_counters(l).published, 2);
	lines_free(l);
	(void)close(ends[0]);
	event_base_free(base);
}
END_TEST

/* A reader that does not read holds nobody up: the ceiling refuses, counted, and what was taken arrives whole. */
START_TEST(slow_reader)
{
	static char line[1000], text[1 << 20];
	struct lines *l;
	unsigned taken = 0, refused = 0;
	size_t got = 0;
	int ends[2];

	base = event_base_new();
	open_pipe(ends);
	memset(line, 'x', sizeof(line));
	l = lines_new(base, ends[1], "pipe", 200000);
	for (int i = 0; i < 500; i++) {
		if (lines_put(l, bytes_of(line, sizeof(line))) == SINK_TAKEN)
			taken++;
		else
			refused++;
	}
	ck_assert_uint_gt(taken, 150);
	ck_assert_uint_gt(refused, 100);
	ck_assert_uint_eq(lines_counters(l).refused, refused);
	ck_assert_uint_le(lines_counters(l).waiting_bytes, 200000);
	for (int i = 0; i < 200 && !lines_drained(l); i++) {
		got += drain_pipe(ends[0], text + got, sizeof(text) - got);
		turn(1);
	}
	got += drain_pipe(ends[0], text + got, sizeof(text) - got);
	ck_assert_uint_eq(got, taken * (sizeof(line) + 1));
	for (size_t i = 0; i < got; i++)
		ck_assert_int_eq(text[i], i % (sizeof(line) + 1) == sizeof(line) ? '\n' : 'x');
	ck_assert_uint_eq(lines_counters(l).published, taken);
	lines_free(l);
	(void)close(ends[0]);
	event_base_free(base);
}
END_TEST

START_TEST(reader_gone)
{
	struct lines *l;
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	open_pipe(ends);
	l = lines_new(base, ends[1], "pipe", 1000);
	(void)close(ends[0]);
	ck_assert_int_eq(lines_put(l, BYTES("one")), SINK_TAKEN);
	turn(5);
	ck_assert(lines_drained(l));
	ck_assert_uint_eq(lines_counters(l).refused, 1);
	ck_assert(!lines_counters(l).connected);
	ck_assert_int_eq(lines_put(l, BYTES("two")), SINK_REFUSED);
	lines_free(l);
	event_base_free(base);
}
END_TEST

/* A full disk: what was taken waits; a new file takes over what waits. */
START_TEST(full_disk_then_another_file)
{
	struct lines *l;
	char path[] = "/tmp/mailtap-lines-XXXXXX", text[16] = "";
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC), fd = mkstemp(path);

	base = event_base_new();
	ck_assert_int_ge(full, 0);
	ck_assert_int_ge(fd, 0);
	l = lines_new(base, full, "/dev/full", 1000);
	ck_assert_int_eq(lines_put(l, BYTES("one")), SINK_TAKEN);
	turn(5);
	ck_assert(!lines_drained(l));
	ck_assert_uint_ge(lines_counters(l).errors, 1);
	lines_move(l, dup(fd));
	turn(120);
	ck_assert(lines_drained(l));
	ck_assert_int_eq(pread(fd, text, sizeof(text), 0), 4);
	ck_assert_str_eq(text, "one\n");
	lines_free(l);
	(void)close(fd);
	(void)unlink(path);
	event_base_free(base);
}
END_TEST

START_TEST(written_at_the_end)
{
	struct lines *l;
	char text[16] = "";
	int ends[2];

	base = event_base_new();
	open_pipe(ends);
	l = lines_new(base, ends[1], "pipe", 1000);
	(void)lines_put(l, BYTES("one"));
	lines_free(l);
	ck_assert_uint_eq(drain_pipe(ends[0], text, sizeof(text)), 4);
	(void)close(ends[0]);
	event_base_free(base);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, lines_arrive_whole_and_in_order);
	tcase_add_test(tests, slow_reader);
	tcase_add_test(tests, reader_gone);
	tcase_add_test(tests, full_disk_then_another_file);
	tcase_add_test(tests, written_at_the_end);
}

CHECK_MAIN("publish/lines", add_tests)
