/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/texts.h"

#include "support/check_main.h"

START_TEST(copies_under_a_ceiling)
{
	struct texts t;
	char text[] = "first";

	texts_init(&t, 20);
	ck_assert(texts_add(&t, bytes_str(text)));
	text[0] = 'x';
	for (int i = 0; i < 30; i++)
		ck_assert(texts_add(&t, BYTES("more")) == (i < 19));
	ck_assert_uint_eq(t.len, 20);
	ck_assert_uint_eq(t.dropped, 11);
	ck_assert(bytes_equal(t.at[0], BYTES("first")));
	texts_remove(&t, 0);
	ck_assert(bytes_equal(t.at[0], BYTES("more")));
	ck_assert_uint_eq(texts_slices(&t).len, 19);
	ck_assert_uint_eq(texts_slices(&t).dropped, 11);
	texts_clear(&t);
	ck_assert_uint_eq(t.len, 0);
	ck_assert(texts_add(&t, BYTES("")));
	texts_clear(&t);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, copies_under_a_ceiling);
}

CHECK_MAIN("protocol/texts", add_tests)
