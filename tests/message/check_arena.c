/* SPDX-License-Identifier: Apache-2.0 */
#include "message/arena.h"

#include "support/check_main.h"

#include <string.h>

START_TEST(copies_stay_where_they_are)
{
	struct bytes kept[3000];
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < 3000; i++) {
		uint8_t octets[64];

		memset(octets, (int)(i & 0xff), sizeof(octets));
		kept[i] = arena_copy(&a, bytes_of(octets, i % 64 + 1));
	}
	for (size_t i = 0; i < 3000; i++) {
		ck_assert_uint_eq(kept[i].len, i % 64 + 1);
		for (size_t k = 0; k < kept[i].len; k++)
			ck_assert_uint_eq(kept[i].at[k], i & 0xff);
	}
	ck_assert(!a.failed);
	arena_clear(&a);
}
END_TEST

START_TEST(large_and_empty_ones)
{
	static uint8_t large[100000];
	struct arena a;
	struct bytes kept;

	memset(large, 'x', sizeof(large));
	arena_init(&a);
	kept = arena_copy(&a, bytes_of(large, sizeof(large)));
	ck_assert_uint_eq(kept.len, sizeof(large));
	ck_assert_mem_eq(kept.at, large, sizeof(large));
	ck_assert_uint_eq(arena_copy(&a, bytes_of(NULL, 0)).len, 0);
	ck_assert_uint_eq(arena_copy(&a, BYTES("small")).len, 5);
	ck_assert(!a.failed);
	arena_clear(&a);
	ck_assert_ptr_null(a.newest);
}
END_TEST

/* Room lies as pointers want it, whatever was kept before it, and does not lie in anything else. */
START_TEST(room_for_elements)
{
	struct arena a;
	size_t *last = NULL;

	arena_init(&a);
	for (size_t i = 1; i < 200; i++) {
		struct bytes copy = arena_copy(&a, bytes_first(BYTES("odd octets"), i % 10));
		size_t *room = arena_room(&a, i, sizeof(*room));

		ck_assert_uint_eq((uintptr_t)room % sizeof(void *), 0);
		for (size_t k = 0; k < i; k++)
			room[k] = i;
		if (last != NULL)
			ck_assert_uint_eq(last[i - 2], i - 1);
		ck_assert(bytes_equal(copy, bytes_first(BYTES("odd octets"), i % 10)));
		last = room;
	}
	ck_assert(!a.failed);
	ck_assert_ptr_null(arena_room(&a, 0, 8));
	ck_assert_ptr_null(arena_room(&a, SIZE_MAX / 2, 8));
	ck_assert(a.failed);
	arena_clear(&a);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, copies_stay_where_they_are);
	tcase_add_test(tests, room_for_elements);
	tcase_add_test(tests, large_and_empty_ones);
}

CHECK_MAIN("message/arena", add_tests)
