/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/word_list.h"

#include <string.h>

#include "base/memory.h"
#include "support/check_main.h"

static void
expect(const struct word_list *w, const char *const *words, size_t len, uint64_t dropped)
{
	struct arena arena;
	struct slices s;

	arena_init(&arena);
	s = word_list_slices(w, &arena);
	ck_assert_uint_eq(s.len, len);
	ck_assert_uint_eq(s.dropped, dropped);
	for (size_t i = 0; i < len; i++)
		ck_assert_msg(bytes_equal(s.at[i], bytes_str(words[i])), "%zu: %.*s", i, (int)s.at[i].len,
		    (const char *)s.at[i].at);
	arena_clear(&arena);
}

START_TEST(in_the_order_they_came)
{
	static const char *const words[] = { "USER", "", "PASS", "USER" };
	struct word_list w = { 0 };

	expect(&w, words, 0, 0);
	for (size_t i = 0; i < 4; i++)
		word_list_add(&w, bytes_str(words[i]), 4);
	expect(&w, words, 4, 0);
	word_list_add(&w, BYTES("QUIT"), 4);
	word_list_add(&w, BYTES("QUIT"), 4);
	expect(&w, words, 4, 2);
	word_list_clear(&w);
	expect(&w, words, 0, 0);
	word_list_add(&w, BYTES("USER"), 4);
	expect(&w, words, 1, 0);
	word_list_clear(&w);
}
END_TEST

START_TEST(long_words_are_cut)
{
	char text[WORD_MAX + 2], cut[WORD_MAX + 1];
	const char *const words[] = { cut, "end" };
	struct word_list w = { 0 };

	memset(text, 'x', sizeof(text));
	memset(cut, 'x', WORD_MAX);
	cut[WORD_MAX] = '\0';
	word_list_add(&w, bytes_of(text, sizeof(text)), 10);
	word_list_add(&w, BYTES("end"), 10);
	expect(&w, words, 2, 0);
	word_list_clear(&w);
}
END_TEST

START_TEST(many_words)
{
	struct word_list w = { 0 };
	struct arena arena;
	struct slices s;

	arena_init(&arena);
	for (uint32_t i = 0; i < 20000; i++)
		word_list_add(&w, bytes_of(&i, i % 5), 15000);
	s = word_list_slices(&w, &arena);
	ck_assert_uint_eq(s.len, 15000);
	ck_assert_uint_eq(s.dropped, 5000);
	for (uint32_t i = 0; i < 15000; i++)
		ck_assert(bytes_equal(s.at[i], bytes_of(&i, i % 5)));
	arena_clear(&arena);
	word_list_clear(&w);
}
END_TEST

START_TEST(memory_is_short)
{
	static const char *const words[] = { "one", "two" };
	struct word_list w = { 0 };
	struct arena arena;
	struct slices s;

	memory_fail_after(0);
	word_list_add(&w, BYTES("lost"), 10);
	memory_fail_after(-1);
	expect(&w, words, 0, 1);
	word_list_add(&w, BYTES("one"), 10);
	word_list_add(&w, BYTES("two"), 10);
	expect(&w, words, 2, 1);
	arena_init(&arena);
	memory_fail_after(0);
	s = word_list_slices(&w, &arena);
	memory_fail_after(-1);
	ck_assert_uint_eq(s.len, 0);
	ck_assert_uint_eq(s.dropped, 3);
	arena_clear(&arena);
	word_list_clear(&w);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, in_the_order_they_came);
	tcase_add_test(tests, long_words_are_cut);
	tcase_add_test(tests, many_words);
	tcase_add_test(tests, memory_is_short);
}

CHECK_MAIN("protocol/word_list", add_tests)
