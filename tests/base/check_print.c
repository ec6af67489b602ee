/* SPDX-License-Identifier: Apache-2.0
 *
 * The same octets have one print wherever they lie; any change of one octet, any swap, any other length has another.
 */
#include "base/print.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"

static uint8_t text[4000];

static void
fill(void)
{
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 7 + i / 256);
}

START_TEST(the_same_wherever_it_lies)
{
	fill();
	for (size_t len = 0; len < 2100; len += len < 100 ? 1 : 97) {
		uint8_t shifted[2200];
		uint32_t want = print_of(bytes_of(text, len));

		for (size_t by = 0; by < 9; by++) {
			memcpy(shifted + by, text, len);
			ck_assert_uint_eq(print_of(bytes_of(shifted + by, len)), want);
		}
	}
}
END_TEST

START_TEST(every_octet_counts)
{
	uint32_t want;

	fill();
	want = print_of(bytes_of(text, 3001));
	for (size_t i = 0; i < 3001; i++) {
		text[i] ^= 0x80;
		ck_assert_uint_ne(print_of(bytes_of(text, 3001)), want);
		text[i] ^= 0x80;
	}
	ck_assert_uint_eq(print_of(bytes_of(text, 3001)), want);
}
END_TEST

/* Texts that a plain sum takes for one. */
START_TEST(order_counts)
{
	static const size_t apart[] = { 1, 4, 8, 32, 64, 1024, 2048 };
	uint32_t want;

	fill();
	want = print_of(bytes_of(text, 3000));
	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
		uint8_t keep = text[96];

		text[96] = text[96 + apart[i]];
		text[96 + apart[i]] = keep;
		ck_assert_uint_ne(print_of(bytes_of(text, 3000)), want);
		text[96 + apart[i]] = text[96];
		text[96] = keep;
	}
	/* High bits that cancel where a sum or a product carries them out. */
	text[40] ^= 0x80;
	text[72] ^= 0x80;
	ck_assert_uint_ne(print_of(bytes_of(text, 3000)), want);
}
END_TEST

START_TEST(length_counts)
{
	static const uint8_t zeros[100];

	for (size_t len = 1; len < sizeof(zeros); len++)
		ck_assert_uint_ne(print_of(bytes_of(zeros, len)), print_of(bytes_of(zeros, len - 1)));
}
END_TEST

START_TEST(reads_no_further)
{
	fill();
	for (size_t len = 1; len < 200; len++) {
		struct guard g = guard_new(bytes_of(text, len));

		ck_assert_uint_eq(print_of(g.bytes), print_of(bytes_of(text, len)));
		guard_free(&g);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, the_same_wherever_it_lies);
	tcase_add_test(tests, every_octet_counts);
	tcase_add_test(tests, order_counts);
	tcase_add_test(tests, length_counts);
	tcase_add_test(tests, reads_no_further);
}

CHECK_MAIN("base/print", add_tests)
