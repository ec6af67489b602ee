/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/spread.h"

#include <stdlib.h>

#include "support/check_main.h"
#include "support/segments.h"

#define SPAN (60 * USEC_PER_SEC)
#define SLOT (SPAN / SPREAD_SLOTS)
#define START (INT64_C(1700000000) * USEC_PER_SEC)

static struct identity
number(const char *space, unsigned n)
{
	return identity_of(bytes_str(space), bytes_of(&n, sizeof(n)));
}

#define KEY(n) number("key", n)
#define THING(n) number("thing", n)

/* What was added, kept whole: the naive model. */
struct addition {
	unsigned key, thing;
	usec_t time;
};

#define ADDITIONS 800
#define THINGS 25
static struct addition log_of[ADDITIONS];

static uint64_t
naive(size_t n, unsigned k, usec_t now)
{
	bool had[THINGS] = { false };
	uint64_t count = 0;

	for (size_t i = 0; i < n; i++)
		if (log_of[i].key == k && log_of[i].time / SLOT > now / SLOT - SPREAD_SLOTS && !had[log_of[i].thing]) {
			had[log_of[i].thing] = true;
			count++;
		}
	return count;
}

START_TEST(agrees_with_a_naive_model)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct dice d = dice_new(seed);
		struct spread *s = spread_new(64, SPAN);
		usec_t now = START;

		for (size_t i = 0; i < ADDITIONS; i++) {
			struct addition *a = &log_of[i];
			uint64_t before;
			bool grew;

			now += (usec_t)dice_throw(&d, 4) * (usec_t)dice_throw(&d, 2000) * USEC_PER_MSEC;
			if (dice_throw(&d, 50) == 0)
				now += (usec_t)dice_throw(&d, 100) * USEC_PER_SEC;
			*a = (struct addition){ dice_throw(&d, 3), dice_throw(&d, THINGS), now };
			before = naive(i, a->key, now);
			ck_assert_uint_eq(spread_count(s, KEY(a->key), now), before);
			ck_assert_uint_eq(
			    spread_add(s, KEY(a->key), now, THING(a->thing), &grew), naive(i + 1, a->key, now));
			ck_assert_int_eq(grew, naive(i + 1, a->key, now) > before);
			if (dice_throw(&d, 10) == 0)
				spread_expire(s, now);
		}
		spread_free(s);
	}
}
END_TEST

START_TEST(what_is_old_is_out)
{
	struct spread *s = spread_new(4, SPAN);
	bool grew;

	ck_assert_uint_eq(spread_add(s, KEY(1), START, THING(1), &grew), 1);
	ck_assert(grew);
	ck_assert_uint_eq(spread_add(s, KEY(1), START + SLOT, THING(2), NULL), 2);
	ck_assert_uint_eq(spread_count(s, KEY(1), START + 3 * SLOT), 2);
	ck_assert_uint_eq(spread_count(s, KEY(1), START + 4 * SLOT), 1);
	ck_assert_uint_eq(spread_count(s, KEY(1), START + 5 * SLOT), 0);
	/* Time that steps back adds to the newest slot. */
	ck_assert_uint_eq(spread_add(s, KEY(1), START - SLOT, THING(3), NULL), 3);
	spread_expire(s, START + 2 * SPAN + SLOT);
	ck_assert_uint_eq(spread_len(s), 0);
	ck_assert_uint_eq(spread_count(s, KEY(1), START), 0);
	spread_free(s);
	spread_free(NULL);
}
END_TEST

START_TEST(survives)
{
	struct spread *s = spread_new(8, SPAN), *same = spread_new(8, SPAN), *other = spread_new(8, 2 * SPAN);
	struct state_out out;
	struct state_in in;

	for (unsigned i = 0; i < 100; i++)
		(void)spread_add(s, KEY(i % 3), START + i, THING(i), NULL);
	state_out_init(&out, 1 << 20);
	state_begin(&out, "spread");
	spread_save(s, &out);
	state_end(&out);
	ck_assert(state_finish(&out));
	ck_assert(state_find(buffer_bytes(&out.image), "spread", &in));
	ck_assert(spread_load(same, &in));
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_eq(spread_count(same, KEY(i), START + 100), spread_count(s, KEY(i), START + 100));
	ck_assert(state_find(buffer_bytes(&out.image), "spread", &in));
	ck_assert(!spread_load(other, &in));
	ck_assert_uint_eq(spread_len(other), 0);
	state_out_clear(&out);
	spread_free(s);
	spread_free(same);
	spread_free(other);
}
END_TEST

START_TEST(the_ceiling_holds)
{
	unsigned keys = getenv("LONG") != NULL ? 10000000 : 100000;
	struct spread *s = spread_new(1000, SPAN);

	for (unsigned i = 0; i < keys; i++)
		ck_assert_uint_eq(spread_add(s, KEY(i), START + i, THING(i), NULL), 1);
	ck_assert_uint_eq(spread_len(s), 1000);
	ck_assert_uint_eq(spread_evicted(s), keys - 1000);
	ck_assert_uint_le(spread_memory(s), 2048 + 1000 * spread_entry_size());
	spread_free(s);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, agrees_with_a_naive_model);
	tcase_add_test(tests, what_is_old_is_out);
	tcase_add_test(tests, survives);
	tcase_add_test(tests, the_ceiling_holds);
}

CHECK_MAIN("detect/spread", add_tests)
