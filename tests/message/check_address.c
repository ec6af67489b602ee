/* SPDX-License-Identifier: Apache-2.0 */
#include "message/address.h"

#include "support/check_main.h"
#include "support/guard.h"

/* "name<address>" each, joined by "|". */
static void
read_list(struct buffer *out, struct bytes value)
{
	struct address_list list;

	buffer_init(out, 4096);
	address_list_init(&list, value, 100);
	while (address_list_next(&list)) {
		if (out->len > 0)
			(void)buffer_append(out, BYTES("|"));
		(void)buffer_append(out, buffer_bytes(&list.name));
		(void)buffer_append(out, BYTES("<"));
		(void)buffer_append(out, buffer_bytes(&list.address));
		(void)buffer_append(out, BYTES(">"));
	}
	address_list_clear(&list);
}

static const struct {
	const char *value, *list;
} examples[] = {
	{ "", "" },
	{ " , ,; ", "" },
	{ "a@x", "<a@x>" },
	{ " a@x , b@y ", "<a@x>|<b@y>" },
	{ "<a@x>", "<a@x>" },
	{ "Ann <a@x>", "Ann<a@x>" },
	{ "Ann B. Cee <a@x>", "Ann B. Cee<a@x>" },
	{ "\"Cee, Ann\" <a@x>, b@y", "Cee, Ann<a@x>|<b@y>" },
	{ "\"a \\\"b\\\" <c>\" <a@x>", "a \"b\" <c><a@x>" },
	{ "\"jam,abrakadabra.ch\" <mirjam@abrakadabra.ch>", "jam,abrakadabra.ch<mirjam@abrakadabra.ch>" },
	/* comments, nested, in odd places; the old form of a name */
	{ "a@x (Ann (A.) Cee)", "Ann (A.) Cee<a@x>" },
	{ "<d@dhl> (DHL)", "DHL<d@dhl>" },
	{ "a(one)@(two)x(three)", "one<a@x>" },
	{ "(c) Ann <a@x>", "Ann<a@x>" },
	{ "Ann <a(c)@x>", "Ann<a@x>" },
	/* groups */
	{ "\"Test Group\": a@x, <b@y>, \"c\" <c@z>;, d@w", "<a@x>|<b@y>|c<c@z>|<d@w>" },
	{ "undisclosed-recipients:;", "" },
	{ "A:a@x;B:b@y;", "<a@x>|<b@y>" },
	/* obsolete: blanks around dots and at signs, routes */
	{ "a . b @ x . y", "<a.b@x.y>" },
	{ "<a . b @ x . y>", "<a.b@x.y>" },
	{ "Ann <@r1,@r2:a@x>, b@y", "Ann<a@x>|<b@y>" },
	{ "<@r1:a@x>", "<a@x>" },
	/* quoted local parts and domain literals */
	{ "\"a b\"@x", "<\"a b\"@x>" },
	{ "\"a@b\"@x", "<\"a@b\"@x>" },
	{ "Ann <\"a,b\"@x>", "Ann<\"a,b\"@x>" },
	{ "a@[IPv6:2001:db8::1]", "<a@[IPv6:2001:db8::1]>" },
	{ "<a@[192.0.2.1]>", "<a@[192.0.2.1]>" },
	/* encoded words are one token, whatever is in them */
	{ "=?utf-8?q?Cee,_Ann?= <a@x>", "=?utf-8?q?Cee,_Ann?=<a@x>" },
	{ "=?utf-8?q?a?= =?utf-8?q?b?= <a@x>", "=?utf-8?q?a?= =?utf-8?q?b?=<a@x>" },
	/* no address, or no proper one */
	{ "root", "<root>" },
	{ "Ann Cee", "Ann Cee<>" },
	{ "Ann a@x", "Ann<a@x>" },
	{ "a@x Ann", "<a@x>" },
	{ "<>", "" },
	{ "Ann <>", "Ann<>" },
	{ "Ann <a@x", "Ann<a@x>" },
	{ "Ann <a@x, b@y", "Ann<a@x>|<b@y>" },
	{ "Ann <<a@x>>, b@y", "Ann<a@x>|<b@y>" },
	{ "Ann <a@x> Bob <b@y>", "Ann<a@x>|<b@y>" },
	{ "a@x; b@y", "<a@x>|<b@y>" },
	{ "mailto:a@x", "<a@x>" },
	{ "\"Ann <a@x>", "\"Ann<a@x>" },
	{ "(Ann <a@x>", "(Ann<a@x>" },
	{ "a@[x, b@y", "<a@[x>|<b@y>" },
	{ "a@b@c", "<a@b@c>" },
	{ "@", "<@>" },
	{ ">", "" },
	{ "\\", "<\\>" },
	{ "\"", "<\">" },
	{ "a@x\r\n\t, b@y", "<a@x>|<b@y>" },
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

START_TEST(reads)
{
	struct guard g = guard_new(bytes_str(examples[_i].value));
	struct buffer out;

	read_list(&out, g.bytes);
	(void)buffer_append_octet(&out, 0);
	ck_assert_str_eq((const char *)out.at, examples[_i].list);
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

		read_list(&out, g.bytes);
		ck_assert_uint_le(out.len, 4 * at);
		buffer_clear(&out);
		guard_free(&g);
	}
}
END_TEST

START_TEST(stays_below_the_ceiling)
{
	struct address_list list;

	address_list_init(&list, BYTES("aaaaaaaaaaaa <bbbbbbbbbbbb@x>, c@d"), 5);
	ck_assert(address_list_next(&list));
	ck_assert(bytes_equal(buffer_bytes(&list.address), BYTES("bbbbb")));
	ck_assert(bytes_equal(buffer_bytes(&list.name), BYTES("aaaaa")));
	ck_assert(list.address.cut);
	ck_assert(list.name.cut);
	ck_assert(address_list_next(&list));
	ck_assert(bytes_equal(buffer_bytes(&list.address), BYTES("c@d")));
	ck_assert(!list.address.cut);
	ck_assert(!address_list_next(&list));
	address_list_clear(&list);
}
END_TEST

/* Half a mebibyte of openings that nothing closes is read in one pass: this would take minutes otherwise. */
START_TEST(hopeless_openings_cost_nothing)
{
	static const char *const pieces[] = { "(", "\"", "[", "=?a?q?", "<", "(\"[=?a?b?<" };
	static uint8_t value[512 * 1024];
	struct bytes piece = bytes_str(pieces[_i]);
	struct address_list list;
	size_t count = 0;

	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = piece.at[i % piece.len];
	if (_i == 1)
		value[sizeof(value) - 1] = 'x'; /* an odd number of quotes */
	address_list_init(&list, bytes_of(value, sizeof(value)), 100);
	while (address_list_next(&list))
		count++;
	ck_assert_uint_le(count, sizeof(value));
	ck_assert_uint_eq(list.rest.len, 0);
	address_list_clear(&list);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, reads, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, cut_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_test(tests, stays_below_the_ceiling);
	tcase_add_loop_test(tests, hopeless_openings_cost_nothing, 0, 6);
}

CHECK_MAIN("message/address", add_tests)
