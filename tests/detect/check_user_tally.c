/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/user_tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "support/check_main.h"

#define START (INT64_C(1700000000) * USEC_PER_SEC)
#define S(n) ((usec_t)(n)*USEC_PER_SEC)

static struct user_tally *tally;
static uint64_t sum;

static struct identity
key(unsigned n)
{
	return identity_of(BYTES("key"), bytes_of(&n, sizeof(n)));
}

static enum tally_result
add(unsigned n, usec_t at, uint64_t count, usec_t window, usec_t cooldown)
{
	struct user_tally_terms terms = { count, window, cooldown };

	return user_tally_add(tally, key(n), START + at, &terms, &sum);
}

static void
setup(void)
{
	tally = user_tally_new(100);
	ck_assert_ptr_nonnull(tally);
}

static void
teardown(void)
{
	user_tally_free(tally);
}

START_TEST(exactly_within_the_window)
{
	ck_assert_int_eq(add(1, S(0), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(1, S(30), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_uint_eq(sum, 2);
	/* Another key, and just too late for the first. */
	ck_assert_int_eq(add(2, S(31), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(1, S(60), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(1, S(90) - 1, 3, S(60), 0), TALLY_DUE);
	ck_assert_uint_eq(sum, 3);
	/* It begins anew. */
	ck_assert_int_eq(add(1, S(90), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_uint_eq(sum, 1);
}
END_TEST

START_TEST(cooldown)
{
	ck_assert_int_eq(add(1, S(0), 1, 0, S(100)), TALLY_DUE);
	ck_assert_int_eq(add(1, S(1), 1, 0, S(100)), TALLY_QUIET);
	ck_assert_int_eq(add(2, S(1), 1, 0, S(100)), TALLY_DUE);
	ck_assert_int_eq(add(1, S(100) - 1, 1, 0, S(100)), TALLY_QUIET);
	ck_assert_int_eq(add(1, S(100), 1, 0, S(100)), TALLY_DUE);
	/* What comes while it is quiet does not count. */
	ck_assert_int_eq(add(3, S(0), 2, S(60), S(10)), TALLY_COUNTED);
	ck_assert_int_eq(add(3, S(1), 2, S(60), S(10)), TALLY_DUE);
	ck_assert_int_eq(add(3, S(2), 2, S(60), S(10)), TALLY_QUIET);
	ck_assert_int_eq(add(3, S(11), 2, S(60), S(10)), TALLY_COUNTED);
	ck_assert_int_eq(add(3, S(12), 2, S(60), S(10)), TALLY_DUE);
	ck_assert_int_eq(add(4, 0, 1, 0, USEC_MAX), TALLY_DUE);
	ck_assert_int_eq(add(4, S(1000000000), 1, 0, USEC_MAX), TALLY_QUIET);
}
END_TEST

/* Against all times kept: exact up to TALLY_TIMES; above, what is younger than the window less a slot counts, and what
 * is older than the window does not. */
START_TEST(against_a_naive_model)
{
	static usec_t times[4000];

	for (uint64_t count = 2; count < 40; count += 5) {
		struct user_tally_terms terms = { count, S(120), 0 };
		struct identity k = key((unsigned)(1000 + count));
		uint32_t random = 1;
		size_t len = 0;
		usec_t now = START;

		for (int i = 0; i < 3000; i++) {
			uint64_t sure = 1, most = 1;
			enum tally_result result;

			random = random * 1664525u + 1013904223u;
			now += (usec_t)(random >> 8) % S(2 + 240 / (usec_t)count);
			for (size_t j = 0; j < len; j++) {
				sure += now - times[j] < S(120) - (count > TALLY_TIMES ? S(10) : 0);
				most += now - times[j] < S(120);
			}
			times[len++] = now;
			result = user_tally_add(tally, k, now, &terms, &sum);
			ck_assert_uint_ge(sum, sure);
			ck_assert_uint_le(sum, most);
			ck_assert_int_eq(result, sum >= count ? TALLY_DUE : TALLY_COUNTED);
			if (result == TALLY_DUE)
				len = 0;
		}
	}
}
END_TEST

START_TEST(time_that_steps_back)
{
	ck_assert_int_eq(add(1, S(100), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(1, S(50), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(1, S(101), 3, S(60), 0), TALLY_DUE);
	/* Far back: what was known is of another time, its cooldown too. */
	ck_assert_int_eq(add(2, S(100000), 1, 0, S(1000000)), TALLY_DUE);
	ck_assert_int_eq(add(2, S(99000), 1, 0, S(1000000)), TALLY_QUIET);
	ck_assert_int_eq(add(2, S(0), 1, 0, S(10)), TALLY_DUE);
	ck_assert_int_eq(add(2, S(5), 1, 0, S(10)), TALLY_QUIET);
	ck_assert_int_eq(add(3, -START, 20, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(3, -START - S(5), 20, S(60), 0), TALLY_COUNTED);
	ck_assert_uint_eq(sum, 2);
}
END_TEST

START_TEST(terms_that_change)
{
	for (int i = 0; i < 15; i++)
		ck_assert_int_eq(add(1, S(i), 20, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(1, S(15), 5, S(60), 0), TALLY_COUNTED);
	ck_assert_uint_eq(sum, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(add(1, S(16 + i), 5, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(1, S(20), 3, S(60), 0), TALLY_DUE);
	ck_assert_int_eq(add(1, S(21), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(1, S(22), 3, S(90), 0), TALLY_COUNTED);
	ck_assert_uint_eq(sum, 1);
}
END_TEST

START_TEST(keys_give_way_and_expire)
{
	for (unsigned i = 0; i < 250; i++)
		(void)add(i, S(i), 3, S(60), 0);
	ck_assert_uint_eq(user_tally_len(tally), 100);
	ck_assert_uint_eq(user_tally_evicted(tally), 150);
	user_tally_expire(tally, START + S(260));
	ck_assert_uint_eq(user_tally_len(tally), 50);
	user_tally_expire(tally, START + S(400));
	ck_assert_uint_eq(user_tally_len(tally), 0);
	ck_assert_int_eq(add(1, S(500), 1, 0, S(100)), TALLY_DUE);
	user_tally_expire(tally, START + S(600));
	ck_assert_uint_eq(user_tally_len(tally), 1);
	user_tally_expire(tally, START + S(601));
	ck_assert_uint_eq(user_tally_len(tally), 0);
}
END_TEST

START_TEST(kept_over_a_restart)
{
	struct state_out out;
	struct state_in in;
	struct user_tally *again = user_tally_new(100);
	struct bytes image;

	ck_assert_int_eq(add(1, S(0), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(1, S(1), 3, S(60), 0), TALLY_COUNTED);
	ck_assert_int_eq(add(2, S(2), 1, 0, S(100)), TALLY_DUE);
	state_out_init(&out, 1 << 20);
	state_begin(&out, "tally");
	user_tally_save(tally, &out);
	state_end(&out);
	ck_assert(state_finish(&out));
	image = buffer_bytes(&out.image);
	ck_assert(state_find(image, "tally", &in) && user_tally_load(again, &in));
	user_tally_free(tally);
	tally = again;
	ck_assert_uint_eq(user_tally_len(tally), 2);
	ck_assert_int_eq(add(2, S(3), 1, 0, S(100)), TALLY_QUIET);
	ck_assert_int_eq(add(1, S(4), 3, S(60), 0), TALLY_DUE);
	state_out_clear(&out);
	/* What cannot be a tally is refused, and nothing of it stays. */
	state_out_init(&out, 1 << 20);
	state_begin(&out, "tally");
	for (int i = 0; i < 40; i++)
		state_put_u64(&out, 3);
	state_end(&out);
	ck_assert(state_finish(&out));
	again = user_tally_new(100);
	ck_assert(state_find(buffer_bytes(&out.image), "tally", &in) && !user_tally_load(again, &in));
	ck_assert_uint_eq(user_tally_len(again), 0);
	user_tally_free(again);
	state_out_clear(&out);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, exactly_within_the_window);
	tcase_add_test(tests, cooldown);
	tcase_add_test(tests, against_a_naive_model);
	tcase_add_test(tests, time_that_steps_back);
	tcase_add_test(tests, terms_that_change);
	tcase_add_test(tests, keys_give_way_and_expire);
	tcase_add_test(tests, kept_over_a_restart);
}

CHECK_MAIN("detect/user_tally", add_tests)
