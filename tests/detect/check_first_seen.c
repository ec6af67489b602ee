/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/first_seen.h"

#include <stdlib.h>

#include "support/check_main.h"
#include "support/segments.h"

#define DAY (86400 * USEC_PER_SEC)
#define START (INT64_C(1700000000) * USEC_PER_SEC)

static struct identity
thing(unsigned n)
{
	return identity_of(BYTES("thing"), bytes_of(&n, sizeof(n)));
}

#define THINGS 20

/* Against a list of all that was ever said. */
START_TEST(agrees_with_a_naive_model)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct dice d = dice_new(seed);
		struct first_seen *f = first_seen_new(THINGS, 10 * DAY);
		struct seen naive[THINGS] = { { 0 } };
		usec_t now = START;

		for (unsigned i = 0; i < 3000; i++) {
			unsigned n = dice_throw(&d, THINGS);
			struct seen *want = &naive[n], got;

			now += (usec_t)dice_throw(&d, 20) * (DAY / 24);
			if (want->times > 0 && now - want->last > 10 * DAY)
				*want = (struct seen){ 0 };
			ck_assert_int_eq(first_seen_find(f, thing(n), now) != NULL, want->times > 0);
			got = first_seen_note(f, thing(n), now);
			ck_assert_uint_eq(got.times, want->times);
			ck_assert_int_eq(got.first, want->first);
			ck_assert_int_eq(got.last, want->last);
			if (want->times++ == 0)
				want->first = now;
			want->last = now;
			if (dice_throw(&d, 10) == 0)
				first_seen_expire(f, now);
		}
		ck_assert_int_ge(first_seen_since(f), START);
		first_seen_free(f);
	}
}
END_TEST

START_TEST(silence_makes_new)
{
	struct first_seen *f = first_seen_new(4, DAY);

	ck_assert_int_eq(first_seen_since(f), USEC_MAX);
	ck_assert_uint_eq(first_seen_note(f, thing(1), START).times, 0);
	ck_assert_uint_eq(first_seen_note(f, thing(1), START + DAY).times, 1);
	ck_assert_ptr_nonnull(first_seen_find(f, thing(1), START + 2 * DAY));
	ck_assert_ptr_null(first_seen_find(f, thing(1), START + 2 * DAY + 1));
	ck_assert_uint_eq(first_seen_note(f, thing(1), START + 2 * DAY + 1).times, 0);
	first_seen_find(f, thing(1), START + 2 * DAY + 1)->mark = 7;
	ck_assert_uint_eq(first_seen_note(f, thing(1), START + 2 * DAY + 2).mark, 7);
	first_seen_expire(f, START + 3 * DAY + 3);
	ck_assert_uint_eq(first_seen_len(f), 0);
	ck_assert_int_eq(first_seen_since(f), START);
	first_seen_free(f);
	first_seen_free(NULL);
}
END_TEST

START_TEST(survives)
{
	struct first_seen *f = first_seen_new(8, DAY), *same = first_seen_new(8, DAY);
	struct state_out out;
	struct state_in in;

	for (unsigned i = 0; i < 20; i++)
		(void)first_seen_note(f, thing(i % 10), START + i);
	state_out_init(&out, 1 << 20);
	state_begin(&out, "seen");
	first_seen_save(f, &out);
	state_end(&out);
	ck_assert(state_finish(&out) && state_find(buffer_bytes(&out.image), "seen", &in));
	ck_assert(first_seen_load(same, &in));
	ck_assert_uint_eq(first_seen_len(same), 8);
	ck_assert_int_eq(first_seen_since(same), START);
	for (unsigned i = 0; i < 10; i++) {
		const struct seen *a = first_seen_find(f, thing(i), START + 20);
		const struct seen *b = first_seen_find(same, thing(i), START + 20);

		ck_assert_int_eq(a == NULL, b == NULL);
		ck_assert(a == NULL || memcmp(a, b, sizeof(*a)) == 0);
	}
	state_out_clear(&out);
	first_seen_free(f);
	first_seen_free(same);
}
END_TEST

START_TEST(ten_million_things)
{
	unsigned things = getenv("LONG") != NULL ? 10000000 : 200000;
	struct first_seen *f = first_seen_new(1000, DAY);

	for (unsigned i = 0; i < things; i++)
		ck_assert_uint_eq(first_seen_note(f, thing(i), START + i).times, 0);
	ck_assert_uint_eq(first_seen_len(f), 1000);
	ck_assert_uint_eq(first_seen_evicted(f), things - 1000);
	ck_assert_uint_le(first_seen_memory(f), 2048 + 1000 * first_seen_entry_size());
	first_seen_free(f);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, agrees_with_a_naive_model);
	tcase_add_test(tests, silence_makes_new);
	tcase_add_test(tests, survives);
	tcase_add_test(tests, ten_million_things);
}

CHECK_MAIN("detect/first_seen", add_tests)
