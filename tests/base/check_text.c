/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"
#include "support/segments.h"

#define BAD "\xef\xbf\xbd"
#define CUT "\xe2\x80\xa6"

START_TEST(sequences_are_told_from_bad_octets)
{
	static const struct {
		const char *in;
		size_t len;
	} cases[] = {
		{ "a", 1 },
		{ "\x7f", 1 },
		{ "\xc2\x80", 2 },         /* U+0080, the first of two octets */
		{ "\xdf\xbf", 2 },         /* U+07FF, the last */
		{ "\xe0\xa0\x80", 3 },     /* U+0800 */
		{ "\xed\x9f\xbf", 3 },     /* U+D7FF, before the surrogates */
		{ "\xee\x80\x80", 3 },     /* U+E000, after them */
		{ "\xef\xbf\xbf", 3 },     /* U+FFFF */
		{ "\xf0\x90\x80\x80", 4 }, /* U+10000 */
		{ "\xf4\x8f\xbf\xbf", 4 }, /* U+10FFFF, the last of all */
		/* overlong */
		{ "\xc0\x80", 0 },
		{ "\xc0\xaf", 0 },
		{ "\xc1\xbf", 0 },
		{ "\xe0\x80\x80", 0 },
		{ "\xe0\x9f\xbf", 0 },
		{ "\xf0\x80\x80\x80", 0 },
		{ "\xf0\x8f\xbf\xbf", 0 },
		/* surrogates */
		{ "\xed\xa0\x80", 0 },
		{ "\xed\xbf\xbf", 0 },
		/* past the end */
		{ "\xf4\x90\x80\x80", 0 },
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xf8\x88\x80\x80\x80", 0 },
		{ "\xfe", 0 },
		{ "\xff", 0 },
		/* lone tails, and heads with a wrong or missing tail */
		{ "\x80", 0 },
		{ "\xbf", 0 },
		{ "\xc3", 0 },
		{ "\xc3(", 0 },
		{ "\xe2\x82", 0 },
		{ "\xe2(\xa1", 0 },
		{ "\xe2\x82(", 0 },
		{ "\xe2\x82\xc0", 0 },
		{ "\xf0\x9f\x98", 0 },
		{ "\xf0(\x98\x80", 0 },
		{ "\xf0\x9f(\x80", 0 },
		{ "\xf0\x9f\x98(", 0 },
	};

	ck_assert_uint_eq(text_sequence(bytes_of(NULL, 0)), 0);
	ck_assert(text_is_utf8(bytes_of(NULL, 0)));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(bytes_str(cases[i].in));

		ck_assert_msg(text_sequence(g.bytes) == cases[i].len, "case %zu", i);
		ck_assert_int_eq(text_is_utf8(g.bytes), cases[i].len > 0);
		/* Of a sequence cut short nothing is left, and nothing behind it is read. */
		for (size_t n = 1; n < cases[i].len; n++) {
			struct guard part = guard_new(bytes_first(g.bytes, n));

			ck_assert_uint_eq(text_sequence(part.bytes), 0);
			guard_free(&part);
		}
		guard_free(&g);
	}
	ck_assert(text_is_utf8(BYTES("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z")));
	ck_assert(!text_is_utf8(BYTES("a\xc3\xa4\xe2\x82z")));
	ck_assert_uint_eq(text_sequence(BYTES("\0")), 1);
}
END_TEST

/* All code points there and back; what lies between them is replaced. */
START_TEST(every_point_is_written)
{
	struct buffer b;
	size_t bad = 0, wrong = 0;

	buffer_init(&b, 4);
	for (uint32_t point = 0; point <= 0x110010; point++) {
		size_t want = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

		buffer_reset(&b);
		wrong += !text_append_point(&b, point);
		if (bytes_equal(buffer_bytes(&b), BYTES(BAD)) && point != 0xfffd)
			bad++;
		else
			wrong += b.len != want || text_sequence(buffer_bytes(&b)) != want;
	}
	ck_assert_uint_eq(bad, 0x800 + 0x11);
	ck_assert_uint_eq(wrong, 0);
	buffer_reset(&b);
	ck_assert(text_append_point(&b, UINT32_MAX));
	ck_assert(bytes_equal(buffer_bytes(&b), BYTES(BAD)));
	buffer_reset(&b);
	ck_assert(text_append_point(&b, 0x20ac));
	ck_assert(bytes_equal(buffer_bytes(&b), BYTES("\xe2\x82\xac")));
	buffer_reset(&b);
	ck_assert(text_append_point(&b, 0x1f600));
	ck_assert(bytes_equal(buffer_bytes(&b), BYTES("\xf0\x9f\x98\x80")));
	buffer_reset(&b);
	ck_assert(text_append_point(&b, 0xe4));
	ck_assert(bytes_equal(buffer_bytes(&b), BYTES("\xc3\xa4")));
	buffer_clear(&b);
}
END_TEST

START_TEST(a_point_fits_or_is_left_out)
{
	static const uint32_t points[] = { 'a', 0xe4, 0x20ac, 0x1f600, 0xd800 };
	static const size_t sizes[] = { 1, 2, 3, 4, 3 };

	for (size_t i = 0; i < 5; i++) {
		for (size_t ceiling = 0; ceiling < 6; ceiling++) {
			struct buffer b;
			bool fits = sizes[i] <= ceiling;

			buffer_init(&b, ceiling);
			ck_assert_int_eq(text_append_point(&b, points[i]), fits);
			ck_assert_uint_eq(b.len, fits ? sizes[i] : 0);
			ck_assert_int_eq(b.cut, !fits);
			buffer_clear(&b);
		}
	}
}
END_TEST

START_TEST(bad_octets_are_replaced)
{
	const struct {
		struct bytes in;
		const char *out;
	} cases[] = {
		{ BYTES(""), "" },
		{ BYTES("plain \x7e text\t."), "plain ~ text\t." },
		{ BYTES("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ BYTES("a\0b"), "a" BAD "b" },
		{ BYTES("a\r\nb\x1b[0m"), "a" BAD BAD "b" BAD "[0m" },
		{ BYTES("\xff"), BAD },
		{ BYTES("\xe4rger"), BAD "rger" },
		{ BYTES("\xc0\xaf"), BAD BAD },
		{ BYTES("\xed\xa0\x80"), BAD BAD BAD },
		{ BYTES("x\xe2\x82"), "x" BAD BAD },
		{ BYTES("\xe2\x82\xc3\xa4"), BAD BAD "\xc3\xa4" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(cases[i].in);
		struct buffer b;

		buffer_init(&b, 1000);
		ck_assert(text_append(&b, g.bytes, 100));
		ck_assert_msg(bytes_equal(buffer_bytes(&b), bytes_str(cases[i].out)), "case %zu: %.*s", i, (int)b.len,
		    (const char *)b.at);
		ck_assert(!b.cut);
		buffer_clear(&b);
		guard_free(&g);
	}
}
END_TEST

/* The longest run of whole characters (each bad octet a character) that leaves room for the ellipsis: found by trying
 * each one. */
static size_t
longest_cut(struct bytes clean, size_t max)
{
	size_t best = 0;

	for (size_t n = 0; n <= clean.len && n + 3 <= max; n++)
		if (text_is_utf8(bytes_first(clean, n)))
			best = n;
	return best;
}

static void
cut_at(struct bytes in, struct bytes clean, size_t max, size_t ceiling)
{
	size_t limit = max < ceiling - 2 ? max : ceiling - 2, kept = longest_cut(clean, limit);
	bool fits = clean.len <= limit;
	struct bytes got;
	struct buffer b;

	buffer_init(&b, ceiling);
	ck_assert(buffer_append(&b, BYTES("->")));
	ck_assert_int_eq(text_append(&b, in, max), fits);
	got = buffer_bytes(&b);
	ck_assert(bytes_starts(got, BYTES("->")));
	got = bytes_skip(got, 2);
	ck_assert_uint_le(got.len, limit);
	if (fits) {
		ck_assert(bytes_equal(got, clean));
	} else if (limit >= 3) {
		ck_assert_uint_eq(got.len, kept + 3);
		ck_assert(bytes_starts(got, bytes_first(clean, kept)));
		ck_assert(bytes_equal(bytes_skip(got, kept), BYTES(CUT)));
	} else {
		ck_assert_uint_eq(got.len, 0);
	}
	ck_assert(text_is_utf8(got));
	/* `cut` is for what the buffer had no room for. */
	ck_assert_int_eq(b.cut, !fits && ceiling - 2 < max);
	buffer_clear(&b);
}

START_TEST(text_is_cut_between_characters)
{
	const struct {
		struct bytes in, clean;
	} cases[] = {
		{ BYTES("abcdefghij"), BYTES("abcdefghij") },
		{ BYTES("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"), BYTES("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f") },
		{ BYTES("a\xe2\x82\xac\xf0\x9f\x98\x80zz"), BYTES("a\xe2\x82\xac\xf0\x9f\x98\x80zz") },
		{ BYTES("\xff\x01g\xc0\xaf"), BYTES(BAD BAD "g" BAD BAD) },
		{ BYTES("\xf0\x9f\x98\x80\xf0\x9f\x98"), BYTES("\xf0\x9f\x98\x80" BAD BAD BAD) },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t max = 3; max <= cases[i].clean.len + 2; max++)
			for (size_t ceiling = 2; ceiling <= cases[i].clean.len + 5; ceiling++)
				cut_at(cases[i].in, cases[i].clean, max, ceiling);
}
END_TEST

START_TEST(any_octets_become_bounded_utf8)
{
	struct dice d = dice_new(6);

	for (int round = 0; round < 3000; round++) {
		uint8_t in[40];
		size_t len = dice_throw(&d, sizeof(in)), max = 3 + dice_throw(&d, 60);
		struct buffer b;
		bool whole, wrong;

		for (size_t i = 0; i < len; i++)
			in[i] = (uint8_t)(dice_throw(&d, 2) ? 0x80 + dice_throw(&d, 128) : dice_throw(&d, 128));
		buffer_init(&b, 1000);
		whole = text_append(&b, bytes_of(in, len), max);
		wrong = b.len > max || !text_is_utf8(buffer_bytes(&b)) ||
		    whole == (b.len >= 3 && bytes_equal(bytes_skip(buffer_bytes(&b), b.len - 3), BYTES(CUT)));
		ck_assert_msg(!wrong, "round %d", round);
		buffer_clear(&b);
	}
}
END_TEST

START_TEST(escapes_are_readable)
{
	uint8_t all[256];
	struct buffer b;

	buffer_init(&b, 4096);
	text_append_escaped(&b, BYTES("C:\\x y\r\n\t\x1b[1m\0\x7f\xc3\xa4~"));
	ck_assert(bytes_equal(buffer_bytes(&b), BYTES("C:\\\\x y\\r\\n\\t\\033[1m\\000\\177\\303\\244~")));
	buffer_reset(&b);
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	text_append_escaped(&b, bytes_of(all, sizeof(all)));
	/* Of 95 printable octets the backslash is doubled, three have letters, the rest is four octets each. */
	ck_assert_uint_eq(b.len, 94 + 2 + 3 * 2 + (256 - 95 - 3) * 4);
	for (size_t i = 0; i < b.len; i++)
		ck_assert(b.at[i] >= 0x20 && b.at[i] < 0x7f);
	buffer_clear(&b);
}
END_TEST

START_TEST(an_escape_is_never_halved)
{
	for (size_t ceiling = 0; ceiling < 10; ceiling++) {
		static const size_t kept[] = { 0, 1, 1, 3, 3, 3, 3, 7, 7, 7 };
		struct buffer b;

		buffer_init(&b, ceiling);
		text_append_escaped(&b, BYTES("a\n\x80\xff"));
		ck_assert(bytes_equal(buffer_bytes(&b), bytes_first(BYTES("a\\n\\200\\377"), kept[ceiling])));
		ck_assert(b.cut);
		buffer_clear(&b);
	}
}
END_TEST

START_TEST(letters_become_small)
{
	uint8_t text[] = "AZ az 09 @[`{ \xc3\x84";

	text_lower(text, sizeof(text) - 1);
	ck_assert_str_eq((const char *)text, "az az 09 @[`{ \xc3\x84");
	text_lower(NULL, 0);
}
END_TEST

START_TEST(plain_text)
{
	ck_assert(text_is_plain(BYTES("")));
	ck_assert(text_is_plain(BYTES(" ~\t\x7f")));
	ck_assert(!text_is_plain(BYTES("a\r")));
	ck_assert(!text_is_plain(BYTES("a\0")));
	ck_assert(!text_is_plain(BYTES("caf\xc3\xa9")));
}
END_TEST

/* Plain stretches are taken at once: the cut falls where it does octet by octet, at whatever length and room. */
START_TEST(a_long_plain_value_is_cut_alike)
{
	static const char value[] = "plain text, \xc3\xa9 and some more of it";

	for (size_t max = 3; max < sizeof(value) + 3; max++) {
		struct buffer out;
		bool whole = sizeof(value) - 1 <= max;

		buffer_init(&out, 100);
		ck_assert_int_eq(text_append(&out, bytes_of(value, sizeof(value) - 1), max), whole);
		ck_assert_uint_le(out.len, max);
		if (whole) {
			ck_assert(bytes_equal(buffer_bytes(&out), bytes_of(value, sizeof(value) - 1)));
		} else {
			/* Nothing longer would have left room for the ellipsis; only the two octets of a letter may. */
			ck_assert_uint_ge(out.len + 1, max);
			ck_assert_mem_eq(out.at + out.len - 3, "\xe2\x80\xa6", 3);
			ck_assert_mem_eq(out.at, value, out.len - 3);
		}
		buffer_clear(&out);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, plain_text);
	tcase_add_test(tests, a_long_plain_value_is_cut_alike);
	tcase_add_test(tests, sequences_are_told_from_bad_octets);
	tcase_add_test(tests, every_point_is_written);
	tcase_add_test(tests, a_point_fits_or_is_left_out);
	tcase_add_test(tests, bad_octets_are_replaced);
	tcase_add_test(tests, text_is_cut_between_characters);
	tcase_add_test(tests, any_octets_become_bounded_utf8);
	tcase_add_test(tests, escapes_are_readable);
	tcase_add_test(tests, an_escape_is_never_halved);
	tcase_add_test(tests, letters_become_small);
}

CHECK_MAIN("base/text", add_tests)
