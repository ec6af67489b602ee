/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/pattern.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/check_main.h"
#include "support/guard.h"

static enum pattern_result
match(const char *pattern, struct bytes value)
{
	char error[128];
	size_t at;
	struct pattern *p = pattern_new(pattern, error, sizeof(error), &at);
	enum pattern_result result;
	struct guard guard;

	ck_assert_msg(p != NULL, "%s: %s at %zu", pattern, error, at);
	guard = guard_new(value);
	result = pattern_match(p, guard.bytes);
	guard_free(&guard);
	pattern_free(p);
	return result;
}

START_TEST(what_matches)
{
	const struct {
		const char *pattern;
		struct bytes value;
		enum pattern_result due;
	} cases[] = {
		{ "b+", BYTES("abbc"), PATTERN_MATCHES },
		{ "^b", BYTES("abbc"), PATTERN_MISSES },
		{ "B", BYTES("abbc"), PATTERN_MISSES },
		{ "(?i)B", BYTES("abbc"), PATTERN_MATCHES },
		{ "^$", BYTES(""), PATTERN_MATCHES },
		{ "^.$", BYTES("\xc3\xa9"), PATTERN_MATCHES },
		{ "(?i)^\xc3\x89$", BYTES("\xc3\xa9"), PATTERN_MATCHES },
		{ "a.b", BYTES("a\nb"), PATTERN_MATCHES },
		{ "b",
		    BYTES("\xff\xfe"
			  "b"),
		    PATTERN_MATCHES },
		{ "^.*b",
		    BYTES("\xff\xfe"
			  "b"),
		    PATTERN_MISSES },
		{ "a\\x{0}b", BYTES("a\0b"), PATTERN_MATCHES },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(match(cases[i].pattern, cases[i].value) == cases[i].due, "%zu: %s", i, cases[i].pattern);
}
END_TEST

START_TEST(what_cannot_be_compiled)
{
	static const struct {
		const char *pattern;
		size_t at;
	} cases[] = { { "a(b", 3 }, { "a[", 2 }, { "*", 0 }, { "a\\C", 3 }, { "\\", 1 } };
	char error[128];
	size_t at;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_ptr_null(pattern_new(cases[i].pattern, error, sizeof(error), &at));
		ck_assert_msg(at == cases[i].at, "%s: %s at %zu", cases[i].pattern, error, at);
		ck_assert_uint_gt(strlen(error), 5);
	}
}
END_TEST

/* Patterns that try one way after another on text made for it. */
START_TEST(work_has_a_ceiling)
{
	static const char *const patterns[] = { "(a+)+$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$" };
	static char text[PATTERN_TEXT_MAX];

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '!';
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		ck_assert_msg(match(patterns[i], bytes_of(text, sizeof(text))) == PATTERN_GIVES_UP, "%s", patterns[i]);
	/* An ordinary one is far from it. */
	ck_assert_int_eq(match("(?i)pass(word|phrase)s?\\b", bytes_of(text, sizeof(text))), PATTERN_MISSES);
	ck_assert_int_eq(match("a.*b.*c", bytes_of(text, 1000)), PATTERN_MISSES);
}
END_TEST

START_TEST(only_so_much_is_looked_at)
{
	static char text[PATTERN_TEXT_MAX + 1];

	memset(text, 'a', sizeof(text));
	text[PATTERN_TEXT_MAX] = 'z';
	ck_assert_int_eq(match("z", bytes_of(text, sizeof(text))), PATTERN_MISSES);
	text[PATTERN_TEXT_MAX - 1] = 'z';
	ck_assert_int_eq(match("z", bytes_of(text, sizeof(text))), PATTERN_MATCHES);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, what_matches);
	tcase_add_test(tests, what_cannot_be_compiled);
	tcase_add_test(tests, work_has_a_ceiling);
	tcase_add_test(tests, only_so_much_is_looked_at);
}

CHECK_MAIN("detect/pattern", add_tests)
