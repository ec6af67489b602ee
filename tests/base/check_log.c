/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "support/check_main.h"

/* Standard error, caught in a pipe between catch_stderr() and caught(). */
struct net {
	int real, read_end;
	char text[8192];
};

static void
catch_stderr(struct net *n)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	(void)fflush(stderr);
	n->real = dup(STDERR_FILENO);
	n->read_end = ends[0];
	ck_assert_int_ge(n->real, 0);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	(void)close(ends[1]);
}

static const char *
caught(struct net *n)
{
	size_t len = 0;
	ssize_t got;

	(void)fflush(stderr);
	(void)dup2(n->real, STDERR_FILENO);
	(void)close(n->real);
	while ((got = read(n->read_end, n->text + len, sizeof(n->text) - 1 - len)) > 0)
		len += (size_t)got;
	(void)close(n->read_end);
	n->text[len] = '\0';
	return n->text;
}

START_TEST(a_line_names_its_subsystem)
{
	struct net n;

	catch_stderr(&n);
	log_error("capture", "%s: %d frames", "eth0", 7);
	ck_assert_str_eq(caught(&n), "mailtapd: capture: eth0: 7 frames\n");
}
END_TEST

static void
say_all(void)
{
	log_error("a", "1");
	log_warning("b", "2");
	log_info("c", "3");
	log_debug("d", "4");
}

START_TEST(levels_are_kept)
{
	static const char *const wanted[] = {
		"mailtapd: a: 1\n",
		"mailtapd: a: 1\nmailtapd: b: 2\n",
		"mailtapd: a: 1\nmailtapd: b: 2\nmailtapd: c: 3\n",
		"mailtapd: a: 1\nmailtapd: b: 2\nmailtapd: c: 3\nmailtapd: d: 4\n",
	};
	static const enum log_level levels[] = { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
	struct net n;

	/* Before log_open(): up to information. */
	catch_stderr(&n);
	say_all();
	ck_assert_str_eq(caught(&n), wanted[2]);
	for (size_t i = 0; i < 4; i++) {
		log_open(LOG_TO_STDERR, levels[i]);
		catch_stderr(&n);
		say_all();
		ck_assert_str_eq(caught(&n), wanted[i]);
	}
	for (size_t i = 0; i < 4; i++) {
		log_set_level(levels[i]);
		catch_stderr(&n);
		say_all();
		ck_assert_str_eq(caught(&n), wanted[i]);
	}
	log_set_level(LOG_LEVEL_INFO);
}
END_TEST

START_TEST(the_system_log_keeps_standard_error_silent)
{
	struct net n;

	log_open(LOG_TO_SYSLOG, LOG_LEVEL_ERROR);
	catch_stderr(&n);
	log_error("test", "x");
	ck_assert_str_eq(caught(&n), "");
	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO);
}
END_TEST

START_TEST(a_line_is_one_line)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "plain \"text\" 100%", "plain \"text\" 100%" },
		{ "two\nlines\r\n", "two\\nlines\\r\\n" },
		{ "tab\tand\\", "tab\\tand\\\\" },
		{ "\x1b[31mred\x07\x7f", "\\033[31mred\\007\\177" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "\xe4 \xc0\xaf \xed\xa0\x80", "\\344 \\300\\257 \\355\\240\\200" },
		{ "\xe2\x82", "\\342\\202" },
		/* U+009B is what ESC [ is; U+00A0 is harmless. */
		{ "\xc2\x9b" "1m\xc2\x80\xc2\x9f\xc2\xa0", "\\302\\2331m\\302\\200\\302\\237\xc2\xa0" },
	};
	struct net n;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char want[256];

		catch_stderr(&n);
		log_info("test", "%s", cases[i].in);
		snprintf(want, sizeof(want), "mailtapd: test: %s\n", cases[i].out);
		ck_assert_str_eq(caught(&n), want);
	}
}
END_TEST

/* Every length around the ceiling, in octets, in characters of several octets and in escapes: never longer, never
 * within a character or an escape, and as long as possible. */
START_TEST(a_line_is_cut)
{
	static const struct {
		const char *unit, *shown;
	} cases[] = { { "x", "x" }, { "\xe2\x82\xac", "\xe2\x82\xac" }, { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "\x01", "\\001" }, { "\n", "\\n" } };
	static const size_t start = sizeof("mailtapd: ") - 1, head = sizeof("test: ") - 1;
	struct net n;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t unit = strlen(cases[i].unit), shown = strlen(cases[i].shown);

		for (size_t shift = 0; shift < 4; shift++) {
			char text[6000] = "-----";
			size_t len = shift, fits = (2048 - head - shift) / shown;
			const char *got;

			while (len + unit < sizeof(text)) {
				memcpy(text + len, cases[i].unit, unit);
				len += unit;
			}
			text[len] = '\0';
			catch_stderr(&n);
			log_info("test", "%s", text);
			got = caught(&n);
			ck_assert_uint_eq(strlen(got), start + head + shift + fits * shown + 1);
			ck_assert_ptr_eq(strchr(got, '\n'), got + strlen(got) - 1);
			ck_assert(text_is_utf8(bytes_str(got)));
			ck_assert_mem_eq(got + strlen(got) - 1 - shown, cases[i].shown, shown);
		}
	}
}
END_TEST

/* What comes after the cut is not squeezed in because it is small. */
START_TEST(a_cut_line_has_ended)
{
	char text[3000];
	struct net n;

	memset(text, '-', sizeof(text));
	memcpy(text + 2040, "\xe2\x82\xac" "abcdefgh", 12);
	catch_stderr(&n);
	log_info("test", "%s", text);
	ck_assert_uint_eq(strlen(caught(&n)), sizeof("mailtapd: test: ") - 1 + 2040 + 1);
}
END_TEST

START_TEST(errno_is_kept)
{
	struct net n;

	/* Standard error that cannot be written sets errno on the way. */
	catch_stderr(&n);
	(void)close(STDERR_FILENO);
	errno = ENOENT;
	say_all();
	log_set_level(LOG_LEVEL_DEBUG);
	say_all();
	log_set_level(LOG_LEVEL_INFO);
	ck_assert_int_eq(errno, ENOENT);
	(void)caught(&n);
}
END_TEST

START_TEST(fatal_ends_with_its_status)
{
	struct net n;
	int status = 0;
	pid_t child;

	catch_stderr(&n);
	child = fork();
	if (child == 0) {
		log_set_level(LOG_LEVEL_ERROR);
		log_fatal(78, "settings", "no %s", "file");
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_str_eq(caught(&n), "mailtapd: settings: no file\n");
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 78);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, a_line_names_its_subsystem);
	tcase_add_test(tests, levels_are_kept);
	tcase_add_test(tests, the_system_log_keeps_standard_error_silent);
	tcase_add_test(tests, a_line_is_one_line);
	tcase_add_test(tests, a_line_is_cut);
	tcase_add_test(tests, a_cut_line_has_ended);
	tcase_add_test(tests, errno_is_kept);
	tcase_add_test(tests, fatal_ends_with_its_status);
}

CHECK_MAIN("base/log", add_tests)
