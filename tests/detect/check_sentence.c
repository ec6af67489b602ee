/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/sentence.h"

#include <string.h>

#include "base/text.h"
#include "support/check_main.h"

static struct sentence s;

static const char *
size(uint64_t octets)
{
	sentence_clear(&s);
	sentence_add_size(&s, octets);
	return s.text;
}

static const char *
span(usec_t t)
{
	sentence_clear(&s);
	sentence_add_span(&s, t);
	return s.text;
}

START_TEST(sizes_and_spans)
{
	ck_assert_str_eq(size(0), "0 octets");
	ck_assert_str_eq(size(1023), "1023 octets");
	ck_assert_str_eq(size(1024), "1.0 KiB");
	ck_assert_str_eq(size(12u << 20), "12.0 MiB");
	ck_assert_str_eq(size(UINT64_C(3) << 40), "3.0 TiB");
	ck_assert_str_eq(size(UINT64_C(2048) << 40), "2048.0 TiB");
	ck_assert_str_eq(span(3600 * USEC_PER_SEC), "1 h");
	ck_assert_str_eq(span(90 * USEC_PER_SEC), "90 s");
	ck_assert_str_eq(span(48 * 3600 * USEC_PER_SEC), "2 d");
	ck_assert_str_eq(span(5 * USEC_PER_MSEC), "5 ms");
	ck_assert_str_eq(span(1), "0.0 s");
}
END_TEST

START_TEST(pieces_are_put_together)
{
	sentence_clear(&s);
	sentence_add(&s, "%d of ", 3);
	sentence_add_wire(&s, BYTES("a\xff\x01z"), 100);
	sentence_add_wire(&s, bytes_of(NULL, 0), 100);
	sentence_add(&s, "%s", "");
	ck_assert_str_eq(s.text, "3 of a\xef\xbf\xbd\xef\xbf\xbdz");
	ck_assert_uint_eq(sentence_bytes(&s).len, strlen(s.text));
}
END_TEST

START_TEST(wire_text_is_cut_with_an_ellipsis)
{
	sentence_clear(&s);
	sentence_add_wire(&s, BYTES("0123456789"), 8);
	ck_assert_str_eq(s.text, "01234\xe2\x80\xa6");
}
END_TEST

START_TEST(the_ceiling_holds_at_every_length)
{
	for (size_t filled = SENTENCE_MAX - 12; filled <= SENTENCE_MAX; filled++) {
		sentence_clear(&s);
		while (s.len < filled)
			sentence_add(&s, "x");
		for (int i = 0; i < 3; i++) {
			sentence_add_wire(&s, BYTES("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc"), 100);
			ck_assert_uint_le(s.len, SENTENCE_MAX);
			ck_assert_uint_eq(strlen(s.text), s.len);
			ck_assert(text_is_utf8(sentence_bytes(&s)));
		}
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, sizes_and_spans);
	tcase_add_test(tests, pieces_are_put_together);
	tcase_add_test(tests, wire_text_is_cut_with_an_ellipsis);
	tcase_add_test(tests, the_ceiling_holds_at_every_length);
}

CHECK_MAIN("detect/sentence", add_tests)
