/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/half.h"

#include <stdlib.h>

#include "support/check_main.h"

static struct half half, peer;

/* What the earlier test put aside goes with it. */
static void
anew(void)
{
	half_clear(&half);
	half_init(&half);
	half_init(&peer);
}

static void
begin(uint32_t base, uint64_t next)
{
	anew();
	half_begin(&half, base);
	half.next = next;
	half_set_acked(&half, 0);
}

START_TEST(test_distance_wraps)
{
	const uint32_t bases[] = { 0, 1, 0x7fffffff, 0x80000000, UINT32_MAX };
	const uint64_t nexts[] = { 0, 5, UINT32_MAX, UINT64_C(0x100000000), UINT64_C(0x300000007) };

	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < 5; k++) {
			uint32_t here = bases[i] + (uint32_t)nexts[k];

			begin(bases[i], nexts[k]);
			ck_assert_int_eq(half_distance(&half, here), 0);
			ck_assert_int_eq(half_distance(&half, here + 1), 1);
			ck_assert_int_eq(half_distance(&half, here - 1), -1);
			ck_assert_int_eq(half_distance(&half, here + 0x7fffffff), 0x7fffffff);
			ck_assert_int_eq(half_distance(&half, here + 0x80000000), INT64_C(-0x80000000));
		}
}
END_TEST

START_TEST(test_plausible)
{
	const int64_t megabyte = 1 << 20, least = 1 << 18;

	begin(0, 0);
	half_set_window(&half, 1000);
	ck_assert(half_is_plausible(&half, least));
	ck_assert(!half_is_plausible(&half, least + 1));
	ck_assert(half_is_plausible(&half, -least));
	ck_assert(!half_is_plausible(&half, -least - 1));
	half_set_window(&half, (3 << 20) + 1); /* as if it were 4 */
	ck_assert(half_is_plausible(&half, 4 * megabyte));
	ck_assert(!half_is_plausible(&half, 4 * megabyte + 1));
	half_set_acked(&half, 10); /* counted from the furthest that is known */
	ck_assert(half_is_plausible(&half, 4 * megabyte + 10));
	half_set_window(&half, UINT32_MAX);
	ck_assert(!half_is_plausible(&half, 1025 * megabyte));
}
END_TEST

START_TEST(test_acknowledge)
{
	uint64_t position;

	anew();
	ck_assert(half_acknowledge(&half, 77, &position));
	ck_assert_uint_eq(position, 0);
	ck_assert(half.expected);
	begin(100, 50);
	ck_assert(half_acknowledge(&half, 120, &position)); /* behind, but the furthest so far */
	ck_assert_uint_eq(position, 0);
	ck_assert_uint_eq(half_acked(&half), 20);
	ck_assert(half_acknowledge(&half, 110, &position));
	ck_assert_uint_eq(half_acked(&half), 20);
	ck_assert(half_acknowledge(&half, 160, &position));
	ck_assert_uint_eq(position, 60);
	ck_assert_uint_eq(half_acked(&half), 60);
	ck_assert(!half_acknowledge(&half, 160 + (1 << 19), &position));
	ck_assert_uint_eq(position, 0);
	ck_assert_uint_eq(half_acked(&half), 60);
	half_odd(&half)->fin = 70; /* the FIN itself is no octet */
	ck_assert(half_acknowledge(&half, 171, &position));
	ck_assert_uint_eq(position, 70);
	half_doubt(&half);
	ck_assert_uint_eq(half_acked(&half), 50);
	half_set_acked(&half, 70);
	half.odd->mark = 70;
	half.odd->owed = 65;
	half_doubt(&half);
	ck_assert_uint_eq(half_acked(&half), 65);
	ck_assert_uint_eq(half.odd->mark, 65);
}
END_TEST

START_TEST(test_stray)
{
	uint64_t position;

	begin(0, 0);
	for (uint32_t i = 0; i < 7; i++)
		ck_assert(!half_stray(&half, 900000000 + 10 * i, 10));
	ck_assert(half_stray(&half, 900000070, 10));
	for (uint32_t i = 0; i < 20; i++) /* each somewhere else */
		ck_assert(!half_stray(&half, i * 100000000, 10));
	ck_assert(!half_acknowledge(&half, 700000010, &position));
	ck_assert(!half_stray(&half, 300000000, 10));
	ck_assert(half_stray(&half, 700000000, 10));
	ck_assert(!half_stray(&half, 700000010, 10));
}
END_TEST

START_TEST(test_reset)
{
	anew();
	ck_assert(half_takes_reset(&half, &peer, 12345)); /* nothing is known */
	half.expected = true;
	half.base = 500;
	ck_assert(half_takes_reset(&half, &peer, 500));
	ck_assert(!half_takes_reset(&half, &peer, 500 + 65537));
	begin(500, 100);
	half_set_acked(&half, 90);
	peer.seen = true;
	ck_assert(half_takes_reset(&half, &peer, 600));
	ck_assert(half_takes_reset(&half, &peer, 600 + 65536));
	ck_assert(!half_takes_reset(&half, &peer, 600 + 65537));
	ck_assert(half_takes_reset(&half, &peer, 590));
	ck_assert(!half_takes_reset(&half, &peer, 589));
	half_set_window(&half, 1 << 17);
	ck_assert(half_takes_reset(&half, &peer, 600 + (1 << 17)));
	peer.seen = false;
	ck_assert(half_takes_reset(&half, &peer, 589));
}
END_TEST

START_TEST(test_differs)
{
	char text[300];

	begin(0, 0);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7);
	half_pass(&half, bytes_of(text, 200));
	for (size_t i = 0; i < 200; i++) { /* each octet counts */
		text[i]++;
		ck_assert(half_differs(&half, 0, bytes_of(text, 200)));
		text[i]--;
	}
	ck_assert(!half_differs(&half, 0, bytes_of(text, 200)));
	half_pass(&half, bytes_of(text + 200, 100));
	ck_assert(!half_differs(&half, 0, bytes_of(text, 300)));
	text[250]++;
	ck_assert(half_differs(&half, 0, bytes_of(text, 300)));
	ck_assert(half_differs(&half, 150, bytes_of(text + 150, 150)));
	ck_assert(!half_differs(&half, 201, bytes_of(text + 201, 99))); /* does not cover it: nobody can tell */
}
END_TEST

START_TEST(test_front)
{
	struct stretch new = { .at = 7, .len = 2, .octets = (const uint8_t *)"xy", .requires = 3, .arrival = 4 };
	struct front front;

	begin(0, 0);
	ck_assert(!half_front(&half).any);
	ck_assert_uint_eq(half_end(&half), 0);
	half_odd(&half)->fin = 9;
	half.odd->fin_requires = 2;
	front = half_front(&half);
	ck_assert(front.any);
	ck_assert_uint_eq(front.at, 9);
	ck_assert_uint_eq(front.requires, 2);
	ck_assert(segments_add(&half.odd->waiting, &new));
	front = half_front(&half);
	ck_assert_uint_eq(front.at, 7);
	ck_assert_uint_eq(front.requires, 3);
	ck_assert_uint_eq(front.arrival, 4);
	ck_assert_uint_eq(half_end(&half), 9);
	segments_clear(&half.odd->waiting);
	half.ended = true;
	ck_assert(!half_front(&half).any);
}
END_TEST

START_TEST(test_calm)
{
	struct stretch new = { .at = 7, .len = 2, .octets = (const uint8_t *)"xy" };

	begin(0, 0);
	ck_assert_ptr_eq(half_look(&half), &half_calm);
	ck_assert_ptr_nonnull(half_odd(&half));
	ck_assert(segments_add(&half.odd->waiting, &new));
	half_settle_down(&half);
	ck_assert_ptr_nonnull(half.odd);
	free(segments_pop(&half.odd->waiting));
	half_set_acked(&half, 1); /* a hole */
	half_settle_down(&half);
	ck_assert_ptr_nonnull(half.odd);
	half_skip(&half, 1);
	half_settle_down(&half);
	ck_assert_ptr_null(half.odd);
	half_odd(&half)->missing = 1; /* worth remembering */
	half_settle_down(&half);
	ck_assert_ptr_nonnull(half.odd);
	half_clear(&half);
	half_odd(&half)->fin = 20;
	half_settle_down(&half);
	ck_assert_uint_eq(half_fin(&half), 20);
	half.finished = true;
	half_settle_down(&half);
	ck_assert_ptr_null(half.odd);
	ck_assert_uint_eq(half_fin(&half), 1);
}
END_TEST

START_TEST(test_acknowledgements_stay_near)
{
	begin(0, 0);
	half_set_acked(&half, 10);
	half_skip(&half, UINT64_C(1) << 40);
	ck_assert_int_eq((int64_t)(half_acked(&half) - half.next), -(INT64_C(1) << 30));
	half_set_acked(&half, half.next + (UINT64_C(1) << 40));
	ck_assert_int_eq((int64_t)(half_acked(&half) - half.next), INT32_MAX);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, test_distance_wraps);
	tcase_add_test(tests, test_plausible);
	tcase_add_test(tests, test_acknowledge);
	tcase_add_test(tests, test_stray);
	tcase_add_test(tests, test_reset);
	tcase_add_test(tests, test_differs);
	tcase_add_test(tests, test_front);
	tcase_add_test(tests, test_calm);
	tcase_add_test(tests, test_acknowledgements_stay_near);
}

CHECK_MAIN("stream/half", add_tests)
