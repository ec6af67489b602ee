/* SPDX-License-Identifier: Apache-2.0 */
#include "message/parameter.h"

#include "support/check_main.h"
#include "support/guard.h"

#include <stdio.h>

static const struct {
	const char *value, *text; /* of "name"; NULL: there is none */
} examples[] = {
	{ "a/b", NULL },
	{ "a/b; name=x", "x" },
	{ "a/b;name=x;other=y", "x" },
	{ "a/b; NAME = \"x y\" ; other=y", "x y" },
	{ "a/b; other=\"; name=no\"; name=yes", "yes" },
	{ "a/b; name=first; name=second", "first" },
	{ "a/b; name=", "" },
	{ "a/b; name", NULL },
	{ "a/b; named=x", NULL },
	{ "a/b; =x; name=y", "y" },
	{ "name=x", "x" }, /* no value before it */
	/* quotes: a path keeps its backslashes, an open end is the end */
	{ "a/b; name=\"a \\\"b\\\" \\\\ c:\\d\"", "a \"b\" \\ c:\\d" },
	{ "a/b; name=\"open; other=x", "open; other=x" },
	{ "a/b; name=\"x\"junk; other=y", "x" },
	{ "a/b; name=my file (1).txt; other=y", "my file (1).txt" },
	/* RFC 2231 */
	{ "a/b; name*=utf-8''caf%C3%A9", "caf\xc3\xa9" },
	{ "a/b; name*=iso-8859-1'fr'caf%E9", "caf\xc3\xa9" },
	{ "a/b; name=plain; name*=utf-8''caf%C3%A9", "caf\xc3\xa9" },
	{ "a/b; name*=caf%C3%A9", "caf\xc3\xa9" },
	{ "a/b; name*=x-none''caf%E9", "caf\xc3\xa9" },
	{ "a/b; name*=utf-8''a%2", "a%2" },
	{ "a/b; name*0=ab; name*1=\"c d\"", "abc d" },
	{ "a/b; name*1=b; name*0=a", "ab" },
	{ "a/b; name*0*=utf-8''caf%C3; name*1*=%A9; name*2=%20x", "caf\xc3\xa9%20x" },
	{ "a/b; name*0=a; name*2=c", "a" },
	{ "a/b; name*1=b", NULL },
	{ "a/b; name*x=b", NULL },
	{ "a/b; name*0=a; name*0=b", "a" },
	{ "a/b; name*99999999999999999999=a", NULL },
	/* RFC 2047 where it should not be */
	{ "a/b; name=\"=?utf-8?q?caf=C3=A9?=\"", "caf\xc3\xa9" },
	{ "a/b; name==?utf-8?B?Y2Fmw6k=?=", "caf\xc3\xa9" },
	{ "a/b; name*0=\"=?utf-8?q?ca\"; name*1=\"f=C3=A9?=\"", "caf\xc3\xa9" },
	{ "a/b; name=\"caf\xe9\"", "caf\xc3\xa9" },
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

START_TEST(reads)
{
	struct guard g = guard_new(bytes_str(examples[_i].value));
	struct buffer out;

	buffer_init(&out, 1000);
	ck_assert(parameter_text(g.bytes, BYTES("name"), &out) == (examples[_i].text != NULL));
	if (examples[_i].text != NULL) {
		(void)buffer_append_octet(&out, 0);
		ck_assert_str_eq((const char *)out.at, examples[_i].text);
	}
	buffer_clear(&out);
	guard_free(&g);
}
END_TEST

START_TEST(cut_at_every_octet)
{
	struct bytes all = bytes_str(examples[_i].value);

	for (size_t at = 0; at <= all.len; at++) {
		struct guard g = guard_new(bytes_first(all, at));
		struct buffer out;

		buffer_init(&out, 1000);
		(void)parameter_text(g.bytes, BYTES("name"), &out);
		ck_assert_uint_le(out.len, 3 * at);
		buffer_clear(&out);
		guard_free(&g);
	}
}
END_TEST

START_TEST(octets_are_not_decoded)
{
	struct buffer out;

	buffer_init(&out, 1000);
	ck_assert(parameter_octets(BYTES("a/b; b=\"=?utf-8?q?x?=\""), BYTES("b"), &out));
	ck_assert(bytes_equal(buffer_bytes(&out), BYTES("=?utf-8?q?x?=")));
	buffer_clear(&out);
}
END_TEST

START_TEST(more_sections_than_are_followed)
{
	struct buffer value, out;

	buffer_init(&value, 100000);
	buffer_init(&out, 100000);
	(void)buffer_append(&value, BYTES("a/b"));
	for (unsigned i = 0; i < 300; i++) {
		char section[32];

		(void)snprintf(section, sizeof(section), "; n*%u=x", i);
		(void)buffer_append(&value, bytes_str(section));
	}
	ck_assert(parameter_text(buffer_bytes(&value), BYTES("n"), &out));
	ck_assert_uint_eq(out.len, 256);
	ck_assert(out.cut);
	buffer_clear(&value);
	buffer_clear(&out);
}
END_TEST

START_TEST(head)
{
	ck_assert(bytes_equal(parameter_head(BYTES(" text/plain ; a=b")), BYTES("text/plain")));
	ck_assert(bytes_equal(parameter_head(BYTES("text/plain(comment);")), BYTES("text/plain")));
	ck_assert(bytes_equal(parameter_head(BYTES("text/plain charset=x")), BYTES("text/plain")));
	ck_assert(bytes_equal(parameter_head(BYTES("inline")), BYTES("inline")));
	ck_assert_uint_eq(parameter_head(BYTES("filename=x")).len, 0);
	ck_assert_uint_eq(parameter_head(BYTES("")).len, 0);
	ck_assert_uint_eq(parameter_head(BYTES(";")).len, 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, reads, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, cut_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_test(tests, octets_are_not_decoded);
	tcase_add_test(tests, more_sections_than_are_followed);
	tcase_add_test(tests, head);
}

CHECK_MAIN("message/parameter", add_tests)
