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
	{ "cp437", "\x81", "\xc3\xbc" },
	{ "cp850", "\x9b", "\xc3\xb8" },
	{ "cp852", "\xa5", "\xc4\x85" },
	{ "cp866", "\x80", "\xd0\x90" },
	{ "macintosh", "\x8e", "\xc3\xa9" },
	{ "viscii", "\xd0", "\xc4\x90" },
	{ "euc-tw", "\xc4\xe3", "\xe4\xb8\xad" },
	{ "utf-16", "\xfe\xff\x20\xac", "\xe2\x82\xac" },
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

/* Names that stand for others. */
static const struct {
	const char *alias, *name;
} aliases[] = {
	{ "utf8", "utf-8" }, { "ascii", "us-ascii" }, { "ANSI_X3.4-1968", "us-ascii" }, { "iso8859-1", "iso-8859-1" },
	{ "ISO_8859-1", "iso-8859-1" }, { "latin1", "iso-8859-1" }, { "l1", "iso-8859-1" }, { "cp1252", "windows-1252" },
	{ "latin2", "iso-8859-2" }, { "latin5", "iso-8859-9" }, { "latin9", "iso-8859-15" }, { "cp1250", "windows-1250" },
	{ "cp1251", "windows-1251" }, { "cp1253", "windows-1253" }, { "cp1254", "windows-1254" }, { "cp1255", "windows-1255" },
	{ "cp1256", "windows-1256" }, { "cp1257", "windows-1257" }, { "cp1258", "windows-1258" }, { "cp874", "windows-874" },
	{ "tis-620", "windows-874" }, { "koi8-ru", "koi8-u" }, { "gb_2312-80", "gb18030" }, { "euc-cn", "gb18030" },
	{ "x-gbk", "gb18030" }, { "cp936", "gb18030" }, { "ms936", "gb18030" }, { "windows-936", "gb18030" }, { "cn-big5", "big5" },
	{ "cp950", "big5" }, { "shift-jis", "shift_jis" }, { "x-sjis", "shift_jis" }, { "sjis", "shift_jis" },
	{ "ms_kanji", "shift_jis" }, { "windows-31j", "shift_jis" }, { "x-euc-jp", "euc-jp" }, { "iso-2022-jp-1", "iso-2022-jp" },
	{ "iso-2022-jp-2", "iso-2022-jp" }, { "ks_c_5601", "euc-kr" }, { "ksc5601", "euc-kr" }, { "cp949", "euc-kr" },
	{ "windows-949", "euc-kr" }, { "unicode-1-1-utf-7", "utf-7" }, { "ibm437", "cp437" }, { "ibm850", "cp850" },
	{ "ibm852", "cp852" }, { "ibm866", "cp866" }, { "x-mac-roman", "macintosh" },
};

START_TEST(aliases_read_alike)
{
	static const char octets[] = "a+AOk- \xb4\xfa\xb8\xd5 \x1b$B%F\x1b(B";

	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		struct buffer one, other;

		buffer_init(&one, 1000);
		buffer_init(&other, 1000);
		ck_assert_msg(charset_append(&one, bytes_str(aliases[i].alias), bytes_str(octets)), "%s", aliases[i].alias);
		ck_assert_msg(charset_append(&other, bytes_str(aliases[i].name), bytes_str(octets)), "%s", aliases[i].name);
		ck_assert_msg(bytes_equal(buffer_bytes(&one), buffer_bytes(&other)), "%s", aliases[i].alias);
		buffer_clear(&one);
		buffer_clear(&other);
	}
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
	tcase_add_test(tests, aliases_read_alike);
	tcase_add_test(tests, threads_do_not_share);
	tcase_add_test(tests, unknown_names_are_refused);
	tcase_add_test(tests, a_state_left_open_does_not_leak);
	tcase_add_test(tests, stays_below_the_ceiling);
	tcase_add_test(tests, stateful_ones_are_known);
}

CHECK_MAIN("message/charset", add_tests)
