/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"

static const struct bytes nothing = { NULL, 0 };

START_TEST(slices_are_made)
{
	struct bytes b = bytes_str("abc");

	ck_assert_uint_eq(b.len, 3);
	ck_assert_mem_eq(b.at, "abc", 3);
	ck_assert_uint_eq(bytes_str(NULL).len, 0);
	ck_assert_uint_eq(bytes_str("").len, 0);
	ck_assert_uint_eq(BYTES("a\0b").len, 3);
	ck_assert_uint_eq(bytes_of("xyz", 2).len, 2);
}
END_TEST

START_TEST(slices_compare)
{
	static const struct {
		const char *a, *b;
		bool equal, nocase;
		int order;
	} cases[] = {
		{ "", "", true, true, 0 },
		{ "a", "", false, false, 1 },
		{ "abc", "abc", true, true, 0 },
		{ "abc", "aBc", false, true, 1 },
		{ "abc", "abd", false, false, -1 },
		{ "ab", "abc", false, false, -1 },
		{ "b", "abc", false, false, 1 },
		{ "z\xc3\x84", "Z\xc3\xa4", false, false, 1 }, /* only ASCII has cases */
		{ "@", "`", false, false, -1 },                /* the neighbours of A and a have none */
		{ "[", "{", false, false, -1 },
		{ "\x7f", "\x80", false, false, -1 }, /* octets are unsigned */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes a = bytes_str(cases[i].a), b = bytes_str(cases[i].b);
		int order = bytes_compare(a, b), back = bytes_compare(b, a);

		ck_assert_int_eq(bytes_equal(a, b), cases[i].equal);
		ck_assert_int_eq(bytes_equal_nocase(a, b), cases[i].nocase);
		ck_assert_int_eq((order > 0) - (order < 0), cases[i].order);
		ck_assert_int_eq((back > 0) - (back < 0), -cases[i].order);
	}
	ck_assert(bytes_equal(nothing, BYTES("")));
	ck_assert(bytes_equal_nocase(nothing, nothing));
	ck_assert_int_eq(bytes_compare(nothing, BYTES("")), 0);
	ck_assert_int_lt(bytes_compare(nothing, BYTES("a")), 0);
}
END_TEST

START_TEST(starts_and_ends)
{
	ck_assert(bytes_starts(BYTES("RCPT TO"), BYTES("RCPT")));
	ck_assert(bytes_starts(BYTES("RCPT"), BYTES("RCPT")));
	ck_assert(bytes_starts(BYTES("RCPT"), nothing));
	ck_assert(bytes_starts(nothing, nothing));
	ck_assert(!bytes_starts(BYTES("rcpt"), BYTES("RCPT")));
	ck_assert(!bytes_starts(BYTES("RCP"), BYTES("RCPT")));
	ck_assert(bytes_starts_nocase(BYTES("rCpT to"), BYTES("RCPT")));
	ck_assert(!bytes_starts_nocase(BYTES("rcp"), BYTES("RCPT")));
	ck_assert(!bytes_starts_nocase(BYTES("rcqt"), BYTES("RCPT")));
	ck_assert(bytes_ends_nocase(BYTES("mx.Example.ORG"), BYTES(".example.org")));
	ck_assert(bytes_ends_nocase(BYTES("x"), nothing));
	ck_assert(!bytes_ends_nocase(BYTES("example.org"), BYTES(".example.org")));
	ck_assert(!bytes_ends_nocase(BYTES("example.org."), BYTES("example.org")));
}
END_TEST

START_TEST(octets_and_words_are_found)
{
	struct bytes b = BYTES("one,Two,three");

	ck_assert_uint_eq(bytes_find(b, ','), 3);
	ck_assert_uint_eq(bytes_find_last(b, ','), 7);
	ck_assert_uint_eq(bytes_find(b, 'o'), 0);
	ck_assert_uint_eq(bytes_find_last(b, 'e'), 12);
	ck_assert_uint_eq(bytes_find(b, ';'), BYTES_NOWHERE);
	ck_assert_uint_eq(bytes_find_last(b, ';'), BYTES_NOWHERE);
	ck_assert_uint_eq(bytes_find(nothing, 0), BYTES_NOWHERE);
	ck_assert_uint_eq(bytes_find_last(nothing, 0), BYTES_NOWHERE);
	ck_assert_uint_eq(bytes_find_nocase(b, BYTES("tWO")), 4);
	ck_assert_uint_eq(bytes_find_nocase(b, BYTES("THREE")), 8);
	ck_assert_uint_eq(bytes_find_nocase(b, BYTES("three!")), BYTES_NOWHERE);
	ck_assert_uint_eq(bytes_find_nocase(b, BYTES("one,Two,three,")), BYTES_NOWHERE);
	ck_assert_uint_eq(bytes_find_nocase(b, nothing), 0);
	ck_assert_uint_eq(bytes_find_nocase(nothing, nothing), 0);
	ck_assert_uint_eq(bytes_find_nocase(nothing, BYTES("a")), BYTES_NOWHERE);
	ck_assert_uint_eq(bytes_find_nocase(BYTES("aab"), BYTES("ab")), 1);
}
END_TEST

START_TEST(slices_are_cut)
{
	struct bytes b = BYTES("abcdef");

	ck_assert(bytes_equal(bytes_skip(b, 0), b));
	ck_assert(bytes_equal(bytes_skip(b, 2), BYTES("cdef")));
	ck_assert_uint_eq(bytes_skip(b, 6).len, 0);
	ck_assert_ptr_eq(bytes_skip(b, 7).at, b.at + 6);
	ck_assert_uint_eq(bytes_skip(b, SIZE_MAX).len, 0);
	ck_assert_ptr_null(bytes_skip(nothing, 3).at);
	ck_assert(bytes_equal(bytes_first(b, 2), BYTES("ab")));
	ck_assert(bytes_equal(bytes_first(b, SIZE_MAX), b));
	ck_assert_uint_eq(bytes_first(b, 0).len, 0);
	ck_assert(bytes_equal(bytes_trim(BYTES(" \t\r\n a b\n\r\t ")), BYTES("a b")));
	ck_assert(bytes_equal(bytes_trim(BYTES("\va\v")), BYTES("\va\v")));
	ck_assert_uint_eq(bytes_trim(BYTES(" \r\n")).len, 0);
	ck_assert_uint_eq(bytes_trim(nothing).len, 0);
}
END_TEST

START_TEST(slices_are_split)
{
	struct bytes rest = BYTES("a,,bc,");

	ck_assert(bytes_equal(bytes_split(&rest, ','), BYTES("a")));
	ck_assert(bytes_equal(bytes_split(&rest, ','), BYTES("")));
	ck_assert(bytes_equal(rest, BYTES("bc,")));
	ck_assert(bytes_equal(bytes_split(&rest, ','), BYTES("bc")));
	ck_assert_uint_eq(rest.len, 0);
	ck_assert_uint_eq(bytes_split(&rest, ',').len, 0);
	rest = BYTES("whole");
	ck_assert(bytes_equal(bytes_split(&rest, ','), BYTES("whole")));
	ck_assert_uint_eq(rest.len, 0);
	rest = nothing;
	ck_assert_uint_eq(bytes_split(&rest, ',').len, 0);
}
END_TEST

START_TEST(decimals_are_read)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool good;
		uint64_t value;
	} cases[] = {
		{ "0", 0, true, 0 },
		{ "1", 0, false, 0 },
		{ "00000000000000000000000000007", 7, true, 7 },
		{ "255", 255, true, 255 },
		{ "256", 255, false, 0 },
		{ "260", 255, false, 0 },
		{ "2550", 255, false, 0 },
		{ "9", 5, false, 0 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "18446744073709551620", UINT64_MAX, false, 0 },
		{ "99999999999999999999999999", UINT64_MAX, false, 0 },
		{ "", UINT64_MAX, false, 0 },
		{ "-1", UINT64_MAX, false, 0 },
		{ "+1", UINT64_MAX, false, 0 },
		{ " 1", UINT64_MAX, false, 0 },
		{ "1 ", UINT64_MAX, false, 0 },
		{ "1/", UINT64_MAX, false, 0 },
		{ "1:", UINT64_MAX, false, 0 },
		{ "0x1", UINT64_MAX, false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(bytes_str(cases[i].text));
		uint64_t value = 4711;

		ck_assert_msg(bytes_decimal(g.bytes, cases[i].max, &value) == cases[i].good, "'%s'", cases[i].text);
		ck_assert_uint_eq(value, cases[i].good ? cases[i].value : 4711);
		guard_free(&g);
	}
}
END_TEST

START_TEST(octets_have_their_classes)
{
	for (unsigned c = 0; c < 256; c++) {
		uint8_t octet = (uint8_t)c;
		bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';

		ck_assert_uint_eq(ascii_lower(octet), upper ? c + ('a' - 'A') : c);
		ck_assert_int_eq(ascii_is_digit(octet), digit);
		ck_assert_int_eq(ascii_is_alnum(octet), upper || lower || digit);
		ck_assert_int_eq(ascii_is_blank(octet), c == ' ' || c == '\t');
	}
}
END_TEST

START_TEST(a_cursor_reads_both_orders)
{
	struct guard g = guard_new(BYTES("\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10"));
	struct cursor c = cursor_of(g.bytes);

	ck_assert_uint_eq(cursor_u8(&c), 0x01);
	ck_assert_uint_eq(cursor_be16(&c), 0x2345);
	ck_assert_uint_eq(cursor_be24(&c), 0x6789ab);
	ck_assert_uint_eq(cursor_le16(&c), 0xefcd);
	ck_assert_uint_eq(cursor_be32(&c), UINT32_C(0xfedcba98));
	ck_assert_uint_eq(cursor_le32(&c), UINT32_C(0x10325476));
	ck_assert(!c.failed);
	ck_assert_uint_eq(c.left.len, 0);
	ck_assert_uint_eq(cursor_take(&c, 0).len, 0);
	ck_assert(!c.failed);
	ck_assert_uint_eq(cursor_u8(&c), 0);
	ck_assert(c.failed);
	guard_free(&g);
}
END_TEST

/* Each read, with one octet too few: zero, failed, and failed for good though a shorter read would have fitted. */
static uint32_t
read_one(struct cursor *c, int which)
{
	switch (which) {
	case 0:
		return cursor_u8(c);
	case 1:
		return cursor_be16(c);
	case 2:
		return cursor_le16(c);
	case 3:
		return cursor_be24(c);
	case 4:
		return cursor_be32(c);
	case 5:
		return cursor_le32(c);
	case 6:
		return (uint32_t)cursor_take(c, 5).len;
	default:
		cursor_skip(c, 6);
		return 0;
	}
}

START_TEST(a_cursor_stays_failed)
{
	static const size_t sizes[] = { 1, 2, 2, 3, 4, 4, 5, 6 };
	struct guard g = guard_new(bytes_of("\xff\xff\xff\xff\xff\xff\xff", sizes[_i] - 1));
	struct cursor c = cursor_of(g.bytes);

	ck_assert_uint_eq(read_one(&c, _i), 0);
	ck_assert(c.failed);
	ck_assert_uint_eq(c.left.len, 0);
	for (int again = 0; again < 8; again++)
		ck_assert_uint_eq(read_one(&c, again), 0);
	ck_assert_uint_eq(cursor_take(&c, 0).len, 0);
	ck_assert(c.failed);
	guard_free(&g);
}
END_TEST

START_TEST(a_cursor_takes_and_skips)
{
	struct cursor c = cursor_of(BYTES("abcdef"));

	cursor_skip(&c, 1);
	ck_assert(bytes_equal(cursor_take(&c, 3), BYTES("bcd")));
	ck_assert(bytes_equal(c.left, BYTES("ef")));
	ck_assert_uint_eq(cursor_take(&c, SIZE_MAX).len, 0);
	ck_assert(c.failed);
	c = cursor_of(BYTES("ab"));
	cursor_skip(&c, 2);
	ck_assert(!c.failed);
	cursor_skip(&c, 1);
	ck_assert(c.failed);
	c = cursor_of(nothing);
	ck_assert_uint_eq(cursor_be32(&c), 0);
	ck_assert(c.failed);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, slices_are_made);
	tcase_add_test(tests, slices_compare);
	tcase_add_test(tests, starts_and_ends);
	tcase_add_test(tests, octets_and_words_are_found);
	tcase_add_test(tests, slices_are_cut);
	tcase_add_test(tests, slices_are_split);
	tcase_add_test(tests, decimals_are_read);
	tcase_add_test(tests, octets_have_their_classes);
	tcase_add_test(tests, a_cursor_reads_both_orders);
	tcase_add_loop_test(tests, a_cursor_stays_failed, 0, 8);
	tcase_add_test(tests, a_cursor_takes_and_skips);
}

CHECK_MAIN("base/bytes", add_tests)
