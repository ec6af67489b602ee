/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/window.h"

#include <string.h>

#include "support/check_main.h"
#include "support/segments.h"

#define SPAN (60 * USEC_PER_SEC)
#define SLOT (SPAN / WINDOW_SLOTS)
#define START (INT64_C(1700000000) * USEC_PER_SEC)

static struct identity
key(unsigned n)
{
	return identity_of(BYTES("key"), bytes_of(&n, sizeof(n)));
}

/* What was added, kept whole: the naive model. */
struct addition {
	unsigned key;
	usec_t time;
	uint64_t more[WINDOW_SUMS];
};

#define ADDITIONS 3000
static struct addition log_of[ADDITIONS];

/* What the window must say: all of the slots that end after now - SPAN, counted from a slot's beginning. */
static uint64_t
naive(size_t n, unsigned k, usec_t now, int which)
{
	int64_t newest = now / SLOT;
	uint64_t sum = 0;

	for (size_t i = 0; i <= n; i++)
		if (log_of[i].key == k && log_of[i].time / SLOT > newest - WINDOW_SLOTS)
			sum += log_of[i].more[which];
	return sum;
}

START_TEST(agrees_with_a_naive_model)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct dice d = dice_new(seed);
		struct window *w = window_new(64, SPAN);
		usec_t now = START;

		for (size_t i = 0; i < ADDITIONS / 4; i++) {
			uint64_t sums[WINDOW_SUMS];
			struct addition *a = &log_of[i];

			now += (usec_t)dice_throw(&d, 4) * (usec_t)dice_throw(&d, 2000) * USEC_PER_MSEC;
			if (dice_throw(&d, 50) == 0)
				now += (usec_t)dice_throw(&d, 100) * USEC_PER_SEC;
			*a = (struct addition){ dice_throw(&d, 5), now, { dice_throw(&d, 1000), dice_throw(&d, 10) } };
			window_sums(w, key(a->key), now, sums);
			ck_assert_uint_eq(sums[0], i == 0 ? 0 : naive(i - 1, a->key, now, 0));
			ck_assert(window_add(w, key(a->key), now, a->more, sums));
			ck_assert_uint_eq(sums[0], naive(i, a->key, now, 0));
			ck_assert_uint_eq(sums[1], naive(i, a->key, now, 1));
			if (dice_throw(&d, 10) == 0)
				window_expire(w, now);
		}
		window_free(w);
	}
}
END_TEST

START_TEST(what_is_old_is_out)
{
	struct window *w = window_new(4, SPAN);
	const uint64_t more[WINDOW_SUMS] = { 100, 1 };
	uint64_t sums[WINDOW_SUMS];

	ck_assert(window_add(w, key(1), START, more, sums));
	ck_assert(window_add(w, key(1), START + SPAN - SLOT, more, sums));
	ck_assert_uint_eq(sums[0], 200);
	ck_assert(window_add(w, key(1), START + SPAN, more, sums));
	ck_assert_uint_eq(sums[0], 200);
	ck_assert(window_add(w, key(1), START + 100 * SPAN, more, sums));
	ck_assert_uint_eq(sums[0], 100);
	ck_assert_uint_eq(sums[1], 1);
	window_free(w);
}
END_TEST

START_TEST(time_that_steps_back_counts_as_now)
{
	struct window *w = window_new(4, SPAN);
	const uint64_t more[WINDOW_SUMS] = { 1, 1 };
	uint64_t sums[WINDOW_SUMS];

	ck_assert(window_add(w, key(1), START, more, sums));
	ck_assert(window_add(w, key(1), START - 10 * SPAN, more, sums));
	ck_assert_uint_eq(sums[0], 2);
	ck_assert(window_add(w, key(1), -5, more, sums));
	ck_assert_uint_eq(sums[0], 3);
	window_free(w);
}
END_TEST

START_TEST(sums_do_not_wrap)
{
	struct window *w = window_new(4, SPAN);
	const uint64_t most[WINDOW_SUMS] = { UINT64_MAX, UINT64_MAX };
	uint64_t sums[WINDOW_SUMS], before = 0;

	for (int i = 0; i < 3 * WINDOW_SLOTS; i++) {
		ck_assert(window_add(w, key(1), START + i * SLOT, most, sums));
		ck_assert_uint_ge(sums[0], before);
		ck_assert_uint_gt(sums[0], UINT64_MAX / 64);
		before = sums[0];
	}
	window_free(w);
}
END_TEST

START_TEST(the_ceiling_holds_and_is_counted)
{
	struct window *w = window_new(16, SPAN);
	const uint64_t more[WINDOW_SUMS] = { 1, 1 };
	uint64_t sums[WINDOW_SUMS];

	for (unsigned i = 0; i < 100; i++) {
		ck_assert(window_add(w, key(i), START + i, more, sums));
		ck_assert_uint_le(window_len(w), 16);
		/* The first one is in use all the time. */
		ck_assert(window_add(w, key(0), START + i, more, sums));
		ck_assert_uint_eq(sums[0], i == 0 ? 2 : 2 + i);
	}
	ck_assert_uint_eq(window_len(w), 16);
	ck_assert_uint_eq(window_evicted(w), 100 - 16);
	window_expire(w, START + 99 + SPAN + SLOT);
	ck_assert_uint_eq(window_len(w), 2);
	window_expire(w, START + 100 + SPAN + SLOT);
	ck_assert_uint_eq(window_len(w), 0);
	ck_assert_uint_eq(window_evicted(w), 100 - 16);
	window_free(w);
	window_free(NULL);
}
END_TEST

START_TEST(survives)
{
	struct window *w = window_new(8, SPAN), *same = window_new(2, SPAN), *other = window_new(8, 2 * SPAN);
	const uint64_t more[WINDOW_SUMS] = { 100, 1 };
	uint64_t sums[WINDOW_SUMS];
	struct state_out out;
	struct state_in in;

	for (unsigned i = 0; i < 3; i++)
		ck_assert(window_add(w, key(i), START + i, more, sums));
	state_out_init(&out, 1 << 20);
	state_begin(&out, "window");
	window_save(w, &out);
	state_end(&out);
	ck_assert(state_finish(&out));
	ck_assert(state_find(buffer_bytes(&out.image), "window", &in));
	ck_assert(window_load(same, &in));
	/* Under a lower ceiling the latest come back. */
	ck_assert_uint_eq(window_len(same), 2);
	window_sums(same, key(0), START + 3, sums);
	ck_assert_uint_eq(sums[0], 0);
	window_sums(same, key(2), START + 3, sums);
	ck_assert_uint_eq(sums[0], 100);
	ck_assert(state_find(buffer_bytes(&out.image), "window", &in));
	ck_assert(!window_load(other, &in));
	ck_assert_uint_eq(window_len(other), 0);
	state_out_clear(&out);
	window_free(w);
	window_free(same);
	window_free(other);
}
END_TEST

START_TEST(ten_million_keys)
{
	unsigned keys = getenv("LONG") != NULL ? 10000000 : 100000;
	struct window *w = window_new(1000, SPAN);
	const uint64_t more[WINDOW_SUMS] = { 1, 1 };
	uint64_t sums[WINDOW_SUMS];

	for (unsigned i = 0; i < keys; i++)
		ck_assert(window_add(w, key(i), START + i, more, sums));
	ck_assert_uint_eq(window_len(w), 1000);
	ck_assert_uint_eq(window_evicted(w), keys - 1000);
	ck_assert_uint_le(window_memory(w), 2048 + 1000 * window_entry_size());
	window_free(w);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, survives);
	tcase_add_test(tests, ten_million_keys);
	tcase_add_test(tests, agrees_with_a_naive_model);
	tcase_add_test(tests, what_is_old_is_out);
	tcase_add_test(tests, time_that_steps_back_counts_as_now);
	tcase_add_test(tests, sums_do_not_wrap);
	tcase_add_test(tests, the_ceiling_holds_and_is_counted);
}

CHECK_MAIN("detect/window", add_tests)
