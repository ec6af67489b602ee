/* SPDX-License-Identifier: Apache-2.0 */
#include "message/word.h"

#include "support/check_main.h"
#include "support/guard.h"

static const struct {
	const char *raw, *text;
} examples[] = {
	{ "", "" },
	{ "plain text", "plain text" },
	{ "=?utf-8?Q?caf=C3=A9?=", "caf\xc3\xa9" },
	{ "=?UTF-8?q?a_b=5Fc?=", "a b_c" },
	{ "=?utf-8?B?Y2Fmw6k=?=", "caf\xc3\xa9" },
	{ "=?utf-8?b?Y2Fmw6k?=", "caf\xc3\xa9" },
	{ "=?iso-8859-1?Q?caf=E9?= au lait", "caf\xc3\xa9 au lait" },
	{ "=?us-ascii*en?q?hi?=", "hi" },
	/* blanks between words vanish, other blanks stay */
	{ "a =?utf-8?q?b?= =?utf-8?q?c?= d", "a bc d" },
	{ "=?utf-8?q?b?=\t  =?iso-8859-1?q?c?=", "bc" },
	{ "=?utf-8?q?b?= x =?utf-8?q?c?=", "b x c" },
	{ "=?utf-8?q?b?==?utf-8?q?c?=", "bc" },
	{ "(=?utf-8?q?b?=)", "(b)" },
	{ "=?utf-8?q?b_?= =?utf-8?q?c?=", "b c" },
	/* a character split over words, B and Q mixed */
	{ "=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "caf\xc3\xa9" },
	{ "=?utf-8?B?w6nD?= =?utf-8?Q?=A9?=", "\xc3\xa9\xc3\xa9" },
	{ "=?gb2312?B?suLK?= =?gb2312?B?1A==?=", "\xe6\xb5\x8b\xe8\xaf\x95" },
	/* charsets that change state are read word by word */
	{ "=?iso-2022-jp?B?GyRCJUYbKEI=?= =?iso-2022-jp?B?GyRCJTkbKEI=?=", "\xe3\x83\x86\xe3\x82\xb9" },
	{ "=?utf-7?Q?caf+AOk-?=", "caf\xc3\xa9" },
	{ "=?utf-7?B?Y2FmK0FPay0=?=", "caf\xc3\xa9" },
	{ "=?iso-2022-jp?Q?=1B$B%F=1B(B?=", "\xe3\x83\x86" },
	/* the charsets that mail uses, B and Q; a character of two octets split over two words */
	{ "=?koi8-r?B?4Q==?= =?windows-1251?Q?=C0?=", "\xd0\x90\xd0\x90" },
	{ "=?big5?B?tPo=?= =?big5?Q?=B8=D5?=", "\xe6\xb8\xac\xe8\xa9\xa6" },
	{ "=?gb18030?Q?=81=32?= =?gb18030?Q?=90=39?=", "\xe0\xae\x95" },
	{ "=?shift_jis?Q?=83?= =?Shift_JIS?Q?=65?=", "\xe3\x83\x86" },
	{ "=?euc-kr?Q?=C7=D1?=", "\xed\x95\x9c" },
	/* an unknown charset: as raw octets would be read */
	{ "=?x-no-such?Q?caf=C3=A9?=", "caf\xc3\xa9" },
	{ "=?x-no-such?Q?caf=E9?=", "caf\xc3\xa9" },
	{ "=?us-ascii?Q?caf=E9?=", "caf\xc3\xa9" },
	/* what is none stands as it is */
	{ "=?utf-8?x?abc?=", "=?utf-8?x?abc?=" },
	{ "=?utf-8?q?abc", "=?utf-8?q?abc" },
	{ "=?utf-8?q?abc?", "=?utf-8?q?abc?" },
	{ "=??q?abc?=", "=??q?abc?=" },
	{ "=?utf-8?q", "=?utf-8?q" },
	{ "=?", "=?" },
	{ "a =?= b", "a =?= b" },
	{ "=?utf-8?q?\?=", "" },
	/* sloppy Q: blanks and question marks inside, a bad "=" */
	{ "=?utf-8?q?how are you?\?=", "how are you?" },
	{ "=?utf-8?q?50=25 =zz =4?=", "50% =zz =4" },
	/* raw octets: UTF-8, else windows-1252, else a switch to JIS */
	{ "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "What\x92s \x80", "What\xe2\x80\x99s \xe2\x82\xac" },
	{ "\x1b$B%F\x1b(B", "\xe3\x83\x86" },
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

START_TEST(decodes)
{
	struct guard g = guard_new(bytes_str(examples[_i].raw));
	struct buffer out;

	buffer_init(&out, 1000);
	word_decode(&out, g.bytes);
	(void)buffer_append_octet(&out, 0);
	ck_assert_str_eq((const char *)out.at, examples[_i].text);
	buffer_clear(&out);
	guard_free(&g);
}
END_TEST

/* Cut anywhere, at an unmapped page, it ends and stays within what it was given. */
START_TEST(cut_at_every_octet)
{
	struct bytes all = bytes_str(examples[_i].raw);

	for (size_t at = 0; at <= all.len; at++) {
		struct guard g = guard_new(bytes_first(all, at));
		struct buffer out;

		buffer_init(&out, 1000);
		word_decode(&out, g.bytes);
		ck_assert_uint_le(out.len, 3 * at);
		buffer_clear(&out);
		guard_free(&g);
	}
}
END_TEST

START_TEST(stays_below_the_ceiling)
{
	struct buffer out;

	buffer_init(&out, 5);
	word_decode(&out, BYTES("=?utf-8?q?0123456789?= and more"));
	ck_assert_uint_eq(out.len, 5);
	ck_assert(out.cut);
	buffer_clear(&out);
}
END_TEST

START_TEST(length_of_a_word)
{
	bool endless = false;

	ck_assert_uint_eq(word_length(BYTES("=?a?q?b,c?= d"), &endless), 11);
	ck_assert_uint_eq(word_length(BYTES(" =?a?q?b?="), &endless), 0);
	ck_assert_uint_eq(word_length(BYTES("=?a?x?b?="), &endless), 0);
	ck_assert(!endless);
	ck_assert_uint_eq(word_length(BYTES("=?a?q?b"), &endless), 0);
	ck_assert(endless);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, decodes, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, cut_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_test(tests, stays_below_the_ceiling);
	tcase_add_test(tests, length_of_a_word);
}

CHECK_MAIN("message/word", add_tests)
