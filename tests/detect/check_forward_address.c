/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_address.h"

#include <string.h>

#include "base/text.h"
#include "support/check_main.h"
#include "support/guard.h"

static const struct {
	const char *value, *first, *last;
} cases[] = {
	{ "alice@company.example", "alice@company.example", "alice@company.example" },
	{ "alice@company.example;0f6b4d1e-3c5a-4e8f-9a77-5d2b8c1e6f90", "alice@company.example", "alice@company.example" },
	{ "ForwardingHandled;12345", "", "" },
	{ "<bob@company.example>", "bob@company.example", "bob@company.example" },
	{ "\"Bob @ home\" <bob@company.example>", "bob@company.example", "bob@company.example" },
	{ "from a@x.example to b@y.example", "a@x.example", "b@y.example" },
	{ "a@x.example b@y.example, c@z.example", "a@x.example", "c@z.example" },
	{ "host.example: redirect/forwarder owner info@x.example -> out@y.example", "info@x.example", "out@y.example" },
	{ "smtp:alice+tag@company.example.", "alice+tag@company.example", "alice+tag@company.example" },
	{ "@,@@ a@ @b", "", "" },
	{ "a@b@c.example", "a@b", "a@b" },
	{ "10.0.0.1", "", "" },
	{ "@", "", "" },
	{ "a@.", "", "" },
	{ "", "", "" },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static void
expect(struct bytes got, const char *want)
{
	ck_assert_msg(bytes_equal(got, bytes_str(want)), "\"%.*s\" is not \"%s\"", (int)got.len, (const char *)got.at, want);
}

START_TEST(addresses_are_found)
{
	for (size_t i = 0; i < CASES; i++) {
		struct guard g = guard_new(bytes_str(cases[i].value));

		expect(forward_address_find(g.bytes, false), cases[i].first);
		expect(forward_address_find(g.bytes, true), cases[i].last);
		guard_free(&g);
	}
}
END_TEST

START_TEST(every_value_cut_at_every_octet)
{
	for (size_t i = 0; i < CASES; i++) {
		for (size_t len = 0; len <= strlen(cases[i].value); len++) {
			struct guard g = guard_new(bytes_of(cases[i].value, len));
			struct bytes first = forward_address_find(g.bytes, false);

			ck_assert(first.len == 0 || first.len >= 3);
			(void)forward_address_find(g.bytes, true);
			guard_free(&g);
		}
	}
}
END_TEST

static const char *
copy(struct bytes address)
{
	static char out[FORWARD_ADDRESS_MAX];

	memset(out, 'x', sizeof(out));
	forward_address_copy(out, address);
	ck_assert_ptr_nonnull(memchr(out, '\0', sizeof(out)));
	return out;
}

START_TEST(copies_are_lower_case_text)
{
	ck_assert_str_eq(copy(BYTES("Alice@Company.EXAMPLE")), "alice@company.example");
	ck_assert_str_eq(copy(BYTES("\xc3\xbc@b\xc3\xbc.example")), "\xc3\xbc@b\xc3\xbc.example");
	ck_assert_str_eq(copy(BYTES("a\xff@b.example")), "");
	ck_assert_str_eq(copy(BYTES("a\033[31m@b.example")), "");
	ck_assert_str_eq(copy(BYTES("a@b\0.example")), "");
	ck_assert_str_eq(copy(BYTES("a\x7f@b.example")), "");
	ck_assert_str_eq(copy(BYTES("@b.example")), "");
	ck_assert_str_eq(copy(BYTES("a@")), "");
	ck_assert_str_eq(copy(BYTES("a")), "");
	ck_assert_str_eq(copy(BYTES("")), "");
}
END_TEST

START_TEST(what_is_too_long_is_not_cut)
{
	char text[FORWARD_ADDRESS_MAX + 8];

	memset(text, 'a', sizeof(text));
	text[64] = '@';
	ck_assert_uint_eq(strlen(copy(bytes_of(text, FORWARD_ADDRESS_MAX - 1))), FORWARD_ADDRESS_MAX - 1);
	ck_assert_str_eq(copy(bytes_of(text, FORWARD_ADDRESS_MAX)), "");
	ck_assert_str_eq(copy(bytes_of(text, FORWARD_ADDRESS_MAX + 8)), "");
	text[64] = 'a';
	text[FORWARD_ADDRESS_MAX + 6] = '@';
	ck_assert_str_eq(copy(bytes_of(text, FORWARD_ADDRESS_MAX + 8)), "");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, addresses_are_found);
	tcase_add_test(tests, every_value_cut_at_every_octet);
	tcase_add_test(tests, copies_are_lower_case_text);
	tcase_add_test(tests, what_is_too_long_is_not_cut);
}

CHECK_MAIN("detect/forward_address", add_tests)
