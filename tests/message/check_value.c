/* SPDX-License-Identifier: Apache-2.0 */
#include "message/value.h"

#include "base/text.h"
#include "support/check_main.h"
#include "support/guard.h"

static struct arena arena;
static struct values values;

static void
setup(void)
{
	arena_init(&arena);
	values_init(&values, &arena, 12);
}

static void
teardown(void)
{
	values_clear(&values);
	arena_clear(&arena);
}

static const struct {
	const char *raw, *words, *plain, *lower;
} examples[] = {
	{ "", "", "", "" },
	{ " \t ", "", "", "" },
	{ " One Two\t", "One Two", "One Two", "one two" },
	{ "=?utf-8?q?A?=", "A", "=?utf-8?q\xe2\x80\xa6", "=?utf-8?q\xe2\x80\xa6" },
	{ "a\x01z", "a\xef\xbf\xbdz", "a\xef\xbf\xbdz", "a\xef\xbf\xbdz" },
	{ "\xe9t\xe9", "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
	{ "0123456789ab", "0123456789ab", "0123456789ab", "0123456789ab" },
	{ "0123456789abc", "012345678\xe2\x80\xa6", "012345678\xe2\x80\xa6", "012345678\xe2\x80\xa6" },
	{ "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xe2\x80\xa6",
	    "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xe2\x80\xa6", "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xe2\x80\xa6" },
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static void
ck_text(struct bytes text, const char *want)
{
	ck_assert(text_is_utf8(text));
	ck_assert(bytes_equal(text, bytes_str(want)));
}

START_TEST(becomes_text)
{
	struct guard g = guard_new(bytes_str(examples[_i].raw));
	struct bytes words = values_words(&values, g.bytes), plain = values_plain(&values, g.bytes);
	struct bytes lower = values_lower(&values, g.bytes);

	guard_free(&g);
	ck_text(words, examples[_i].words);
	ck_text(plain, examples[_i].plain);
	ck_text(lower, examples[_i].lower);
}
END_TEST

START_TEST(a_cut_is_remembered)
{
	(void)values_words(&values, BYTES("0123456789ab"));
	ck_assert(!values.cut);
	(void)values_words(&values, BYTES("0123456789abc"));
	ck_assert(values.cut);
	(void)values_words(&values, BYTES("x"));
	ck_assert(values.cut);
}
END_TEST

/* Far longer than the ceiling, and a ceiling that is too small for an ellipsis. */
START_TEST(memory_is_bounded)
{
	static uint8_t raw[100000];
	struct values tiny;

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = 0xe9;
	ck_assert_uint_le(values_words(&values, bytes_of(raw, sizeof(raw))).len, 12);
	ck_assert_uint_le(values.decoded.room, 64);
	values_init(&tiny, &arena, 0);
	ck_text(values_plain(&tiny, BYTES("abcde")), "a\xe2\x80\xa6");
	values_clear(&tiny);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, becomes_text, 0, (int)EXAMPLES);
	tcase_add_test(tests, a_cut_is_remembered);
	tcase_add_test(tests, memory_is_bounded);
}

CHECK_MAIN("message/value", add_tests)
