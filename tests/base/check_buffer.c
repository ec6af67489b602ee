/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"

#include <string.h>

#include "support/check_main.h"

START_TEST(it_holds_what_it_was_given)
{
	struct buffer b;

	buffer_init(&b, 100);
	ck_assert_uint_eq(buffer_bytes(&b).len, 0);
	ck_assert_uint_eq(b.room, 0);
	ck_assert(buffer_append(&b, BYTES("abc")));
	ck_assert(buffer_append(&b, BYTES("")));
	ck_assert(buffer_append(&b, bytes_of(NULL, 0)));
	ck_assert(buffer_append_octet(&b, 0));
	ck_assert(buffer_append(&b, BYTES("d")));
	ck_assert(bytes_equal(buffer_bytes(&b), BYTES("abc\0d")));
	ck_assert(!b.cut);
	buffer_clear(&b);
}
END_TEST

/* Pieces of every size against every ceiling: the beginning of what was appended, no more than the ceiling, and the cut
 * is told at the call that caused it. */
START_TEST(the_ceiling_holds)
{
	uint8_t all[300];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)(i * 7);
	for (size_t ceiling = 0; ceiling < 200; ceiling += 1 + ceiling / 16) {
		for (size_t piece = 1; piece < 150; piece += 1 + piece / 4) {
			struct buffer b;
			size_t given = 0;
			bool wrong = false;

			buffer_init(&b, ceiling);
			while (given + piece <= sizeof(all)) {
				bool fits = given + piece <= ceiling;

				wrong |= buffer_append(&b, bytes_of(all + given, piece)) != fits;
				given += piece;
				wrong |= b.len != (given < ceiling ? given : ceiling);
				wrong |= b.cut != (given > ceiling);
				wrong |= b.room > ceiling;
			}
			wrong |= b.len > 0 && memcmp(b.at, all, b.len) != 0;
			ck_assert_msg(!wrong, "ceiling %zu, piece %zu", ceiling, piece);
			buffer_clear(&b);
		}
	}
}
END_TEST

START_TEST(reset_keeps_the_memory)
{
	struct buffer b;
	const uint8_t *at;

	buffer_init(&b, 4);
	ck_assert(!buffer_append(&b, BYTES("abcde")));
	ck_assert(b.cut);
	ck_assert(!buffer_append_octet(&b, 'x'));
	ck_assert(bytes_equal(buffer_bytes(&b), BYTES("abcd")));
	at = b.at;
	buffer_reset(&b);
	ck_assert(!b.cut);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_ptr_eq(b.at, at);
	ck_assert(buffer_append(&b, BYTES("wxyz")));
	ck_assert_ptr_eq(b.at, at);
	ck_assert(bytes_equal(buffer_bytes(&b), BYTES("wxyz")));
	buffer_clear(&b);
}
END_TEST

START_TEST(clear_gives_it_back_and_keeps_the_ceiling)
{
	struct buffer b;

	buffer_init(&b, 4);
	ck_assert(!buffer_append(&b, BYTES("abcde")));
	buffer_clear(&b);
	ck_assert_ptr_null(b.at);
	ck_assert_uint_eq(b.room, 0);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(b.ceiling, 4);
	ck_assert(!b.cut);
	ck_assert(buffer_append(&b, BYTES("abcd")));
	ck_assert(!buffer_append_octet(&b, 'e'));
	buffer_clear(&b);
	buffer_clear(&b);
}
END_TEST

/* Octet by octet: the memory grows by doubling, so that the number of moves is the logarithm of the size. */
START_TEST(growth_is_by_doubling)
{
	struct buffer b;
	size_t moves = 0, room = 0;

	buffer_init(&b, 1000000);
	for (size_t i = 0; i < 100000; i++) {
		if (!buffer_append_octet(&b, (uint8_t)i))
			ck_abort_msg("octet %zu", i);
		moves += b.room != room;
		room = b.room;
	}
	ck_assert_uint_le(moves, 16);
	ck_assert_uint_le(room, 2 * 100000 + 64);
	buffer_clear(&b);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, it_holds_what_it_was_given);
	tcase_add_test(tests, the_ceiling_holds);
	tcase_add_test(tests, reset_keeps_the_memory);
	tcase_add_test(tests, clear_gives_it_back_and_keeps_the_ceiling);
	tcase_add_test(tests, growth_is_by_doubling);
}

CHECK_MAIN("base/buffer", add_tests)
