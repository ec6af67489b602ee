/* SPDX-License-Identifier: Apache-2.0 */
#include "message/url.h"

#include <string.h>

#include "base/text.h"
#include "support/check_main.h"
#include "support/guard.h"

#define LIMIT 4

static const struct {
	const char *text, *urls; /* separated by blanks; "+N": so many had no room */
} examples[] = {
	{ "", "" },
	{ "no web here: at all, http, http: http:/ http:// and ://x", "" },
	{ "http://a.example", "http://a.example" },
	{ "see http://a.example/b?c=d&e#f, or https://b.example.", "http://a.example/b?c=d&e#f https://b.example" },
	{ "<a href=\"HTTP://A.example/x\">y</a> <img src='ftp://b.example/y'>", "http://A.example/x ftp://b.example/y" },
	{ "(http://a.example/x) (http://b.example/x_(y))", "http://a.example/x http://b.example/x_(y)" },
	{ "ftps://a.example!? https://b.example... ", "ftps://a.example https://b.example" },
	{ "http://a.example http://a.example http://a.example", "http://a.example" },
	{ "http://1.x http://2.x http://3.x http://4.x http://5.x http://1.x", "http://1.x http://2.x http://3.x http://4.x +2" },
	{ "http::http://a.example", "http://a.example" },
	{ "http:http:///x http:/ /y", "http:///x" },
	{ "http://a.example/http://b.example", "http://a.example/http://b.example" },
	{ "gopher://a.example mailto:x@y file:///etc", "" },
	{ "http://caf\xc3\xa9.example http://bad\xff.example\r\n", "http://caf\xc3\xa9.example http://bad\xef\xbf\xbd.example" },
	{ "http://a.example\r\n/not/part", "http://a.example" },
	{ "http://.,;:", "" },
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static struct arena arena;
static struct values values;
static struct urls urls;

static void
setup(void)
{
	arena_init(&arena);
	values_init(&values, &arena, 2000);
	urls_init(&urls, &values, LIMIT);
	urls_begin(&urls);
}

static void
teardown(void)
{
	urls_clear(&urls);
	values_clear(&values);
	arena_clear(&arena);
}

static void
push(struct bytes in)
{
	struct guard g = guard_new(in);

	urls_push(&urls, g.bytes);
	guard_free(&g);
}

static void
ck_found(const char *want)
{
	struct buffer text;

	buffer_init(&text, 4096);
	for (size_t i = 0; i < urls.len; i++) {
		(void)buffer_append(&text, bytes_of(" ", i > 0));
		(void)buffer_append(&text, urls.at[i]);
	}
	if (urls.dropped > 0) {
		(void)buffer_append(&text, BYTES(" +"));
		(void)buffer_append_octet(&text, (uint8_t)('0' + urls.dropped));
	}
	(void)buffer_append_octet(&text, 0);
	ck_assert_str_eq((const char *)text.at, want);
	buffer_clear(&text);
}

START_TEST(whole_and_split_at_every_octet)
{
	struct bytes all = bytes_str(examples[_i].text);

	for (size_t at = 0; at <= all.len; at++) {
		push(bytes_first(all, at));
		push(bytes_skip(all, at));
		urls_end(&urls);
		ck_found(examples[_i].urls);
		teardown();
		setup();
	}
}
END_TEST

START_TEST(octet_by_octet)
{
	struct bytes all = bytes_str(examples[_i].text);

	for (size_t at = 0; at < all.len; at++)
		push(bytes_of(all.at + at, 1));
	urls_end(&urls);
	ck_found(examples[_i].urls);
}
END_TEST

/* What was being read is not joined with what comes behind the gap. */
START_TEST(gap_at_every_octet)
{
	struct bytes all = BYTES("x http://aaaa.example y https://bbbb.example z");

	for (size_t at = 0; at <= all.len; at++) {
		push(bytes_first(all, at));
		urls_begin(&urls);
		push(BYTES("cccc http://last.example"));
		urls_end(&urls);
		for (size_t i = 0; i < urls.len; i++)
			ck_assert(bytes_equal(urls.at[i], BYTES("http://aaaa.example")) ||
			    bytes_equal(urls.at[i], BYTES("https://bbbb.example")) ||
			    bytes_equal(urls.at[i], BYTES("http://last.example")));
		ck_assert_uint_eq(urls.len, 1 + (size_t)(at > 21) + (size_t)(at > 44));
		teardown();
		setup();
	}
}
END_TEST

START_TEST(endless_one_is_cut)
{
	push(BYTES("http://"));
	for (size_t n = 7; n < URL_MAX; n++)
		push(BYTES("a"));
	urls_end(&urls);
	ck_assert_uint_eq(urls.at[0].len, URL_MAX);
	ck_assert(!values.cut);
	push(BYTES("http://"));
	for (size_t n = 7; n <= 3 * URL_MAX; n++)
		push(BYTES("b"));
	urls_end(&urls);
	ck_assert_uint_eq(urls.at[1].len, URL_MAX);
	ck_assert(values.cut);
	ck_assert(bytes_ends_nocase(urls.at[1], BYTES("bb\xe2\x80\xa6")));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, whole_and_split_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, octet_by_octet, 0, (int)EXAMPLES);
	tcase_add_test(tests, gap_at_every_octet);
	tcase_add_test(tests, endless_one_is_cut);
}

CHECK_MAIN("message/url", add_tests)
