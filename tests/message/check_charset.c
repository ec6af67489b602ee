/* SPDX-License-Identifier: Apache-2.0 */
#include "message/charset.h"

#include "support/check_main.h"
#include "support/guard.h"

#include <pthread.h>

static const struct {
	const char *name, *octets, *text;
} examples[] = {
	{ "utf-8", "caf\xc3\xa9", "caf\xc3\xa9" },
	{ "US-ASCII", "plain", "plain" },
	{ "us-ascii", "caf\xe9", "caf\xc3\xa9" },
	{ "ISO-8859-1", "\xe9\x80", "\xc3\xa9\xe2\x82\xac" },
	{ "windows-1252", "\x92\x81", "\xe2\x80\x99\xef\xbf\xbd" },
	{ "iso-8859-2", "\xb1", "\xc4\x85" },
	{ "iso-8859-3", "\xa1", "\xc4\xa6" },
	{ "iso-8859-4", "\xb1", "\xc4\x85" },
	{ "iso-8859-6", "\xc7", "\xd8\xa7" },
	{ "iso-8859-8-i", "\xe0", "\xd7\x90" },
	{ "iso-8859-10", "\xa1", "\xc4\x84" },
	{ "iso-8859-11", "\xa1", "\xe0\xb8\x81" },
	{ "iso-8859-13", "\xe0", "\xc4\x85" },
	{ "iso-8859-14", "\xa1", "\xe1\xb8\x82" },
	{ "iso-8859-16", "\xa1", "\xc4\x84" },
	{ "windows-1253", "\xe1", "\xce\xb1" },
	{ "windows-874", "\xa1", "\xe0\xb8\x81" },
	{ "gbk", "\xb2\xe2", "\xe6\xb5\x8b" },
	{ "big5-hkscs", "\xb4\xfa", "\xe6\xb8\xac" },
	{ "cp932", "\x83\x65", "\xe3\x83\x86" },
	{ "uhc", "\xc7\xd1", "\xed\x95\x9c" },
	{ "iso-2022-kr", "\x1b$)C\x0eGQ\x0f", "\xed\x95\x9c" },
	{ "utf-16le", "\xac\x20", "\xe2\x82\xac" },
	{ "utf-7", "+2D3eAA-", "\xf0\x9f\x98\x80" },
	{ "iso-8859-5", "\xb0", "\xd0\x90" },
	{ "iso-8859-7", "\xe1", "\xce\xb1" },
	{ "iso-8859-8", "\xe0", "\xd7\x90" },
	{ "iso-8859-9", "\xf0", "\xc4\x9f" },
	{ "iso-8859-15", "\xa4", "\xe2\x82\xac" },
	{ "windows-1250", "\xb9", "\xc4\x85" },
	{ "windows-1251", "\xc0", "\xd0\x90" },
	{ "cp1253", "\xe1", "\xce\xb1" },
	{ "windows-1254", "\xfd", "\xc4\xb1" },
	{ "windows-1255", "\xe0", "\xd7\x90" },
	{ "windows-1256", "\xc7", "\xd8\xa7" },
	{ "windows-1257", "\xe0", "\xc4\x85" },
	{ "windows-1258", "\xd0", "\xc4\x90" },
	{ "koi8-r", "\xe1", "\xd0\x90" },
	{ "koi8-u", "\xa4", "\xd1\x94" },
	{ "gb2312", "\xb2\xe2\xca\xd4", "\xe6\xb5\x8b\xe8\xaf\x95" },
	{ "gb18030", "\x81\x32\x90\x39", "\xe0\xae\x95" },
	{ "big5", "\xb4\xfa\xb8\xd5", "\xe6\xb8\xac\xe8\xa9\xa6" },
	{ "shift_jis", "\x83\x65\x83\x58", "\xe3\x83\x86\xe3\x82\xb9" },
	{ "euc-jp", "\xa5\xc6\xa5\xb9", "\xe3\x83\x86\xe3\x82\xb9" },
	{ "iso-2022-jp", "\x1b$B%F%9\x1b(B", "\xe3\x83\x86\xe3\x82\xb9" },
	{ "euc-kr", "\xc7\xd1", "\xed\x95\x9c" },
	{ "ks_c_5601-1987", "\xc7\xd1", "\xed\x95\x9c" },
	{ "utf-7", "caf+AOk-", "caf\xc3\xa9" },
	{ "utf-16be", "\x20\xac", "\xe2\x82\xac" },
	{ "tis-620", "\xa1", "\xe0\xb8\x81" },
	/* what cannot be read becomes U+FFFD, and what follows is read */
	{ "shift_jis", "\x83", "\xef\xbf\xbd" },
	{ "koi8-r", "", "" },
	{ "big5",
	    "a\xff"
	    "b",
	    "a\xef\xbf\xbd"
	    "b" },
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static void
ck_converted(size_t i)
{
	struct guard g = guard_new(bytes_str(examples[i].octets));
	struct buffer out;

	buffer_init(&out, 1000);
	ck_assert(charset_append(&out, bytes_str(examples[i].name), g.bytes));
	(void)buffer_append_octet(&out, 0);
	ck_assert_str_eq((const char *)out.at, examples[i].text);
	buffer_clear(&out);
	guard_free(&g);
}

START_TEST(converts)
{
	ck_converted((size_t)_i);
}
END_TEST

/* More charsets than converters are kept, several times over. */
START_TEST(converts_all_in_turn)
{
	for (size_t round = 0; round < 3; round++)
		for (size_t i = 0; i < EXAMPLES; i++)
			ck_converted(i);
}
END_TEST

static void *
convert_all(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < EXAMPLES; i++)
		ck_converted(i);
	return NULL;
}

/* Each thread has its own, and gives them back when it ends: the sanitizer counts. */
START_TEST(threads_do_not_share)
{
	pthread_t threads[4];

	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, convert_all, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

START_TEST(unknown_names_are_refused)
{
	struct buffer out;

	buffer_init(&out, 100);
	ck_assert(!charset_append(&out, BYTES("iso-2022-cn-ext"), BYTES("abc")));
	ck_assert(!charset_append(&out, BYTES(""), BYTES("abc")));
	ck_assert(!charset_append(&out, BYTES("utf-8//TRANSLIT"), BYTES("abc")));
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

START_TEST(a_state_left_open_does_not_leak)
{
	struct buffer out;

	buffer_init(&out, 100);
	ck_assert(charset_append(&out, BYTES("iso-2022-jp"), BYTES("\x1b$B%F")));
	buffer_reset(&out);
	ck_assert(charset_append(&out, BYTES("iso-2022-jp"), BYTES("%F")));
	ck_assert(bytes_equal(buffer_bytes(&out), BYTES("%F")));
	buffer_clear(&out);
}
END_TEST

START_TEST(stays_below_the_ceiling)
{
	struct buffer out;

	buffer_init(&out, 3);
	(void)charset_append(&out, BYTES("koi8-r"), BYTES("\xe1\xe1\xe1\xe1"));
	ck_assert_uint_le(out.len, 3);
	ck_assert(out.cut);
	buffer_clear(&out);
}
END_TEST

START_TEST(stateful_ones_are_known)
{
	ck_assert(charset_is_stateful(BYTES("ISO-2022-JP")));
	ck_assert(charset_is_stateful(BYTES("utf-7")));
	ck_assert(!charset_is_stateful(BYTES("utf-8")));
	ck_assert(!charset_is_stateful(BYTES("no-such")));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, converts, 0, (int)EXAMPLES);
	tcase_add_test(tests, converts_all_in_turn);
	tcase_add_test(tests, threads_do_not_share);
	tcase_add_test(tests, unknown_names_are_refused);
	tcase_add_test(tests, a_state_left_open_does_not_leak);
	tcase_add_test(tests, stays_below_the_ceiling);
	tcase_add_test(tests, stateful_ones_are_known);
}

CHECK_MAIN("message/charset", add_tests)
