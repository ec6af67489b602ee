/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/baseline.h"

#include <math.h>
#include <stdlib.h>

#include "support/check_main.h"
#include "support/segments.h"

#define HOUR (3600 * USEC_PER_SEC)
#define START (INT64_C(1700000000) * USEC_PER_SEC)

static const struct baseline_shape by_median = {
	.method = BASELINE_MEDIAN, .ring = 16, .samples = 4, .learning = 24 * HOUR, .z = 3.5, .floor = 0.3
};
static const struct baseline_shape by_ewma = {
	.method = BASELINE_EWMA, .alpha = 0.1, .samples = 4, .learning = 24 * HOUR, .z = 3, .floor = 0.3
};

static struct identity
key(unsigned n)
{
	return identity_of(BYTES("key"), bytes_of(&n, sizeof(n)));
}

/* The middle of the values by counting, not by sorting. */
static double
naive_median(const double *at, size_t n)
{
	double low = NAN, high = NAN;

	for (size_t i = 0; i < n; i++) {
		size_t below = 0, same = 0;

		for (size_t j = 0; j < n; j++) {
			below += at[j] < at[i];
			same += at[j] == at[i];
		}
		if (below <= (n - 1) / 2 && (n - 1) / 2 < below + same)
			low = at[i];
		if (below <= n / 2 && n / 2 < below + same)
			high = at[i];
	}
	return (low + high) / 2;
}

START_TEST(the_median_agrees_with_a_naive_model)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct dice d = dice_new(seed);
		struct baselines *b = baselines_new(4, &by_median);
		double all[500], away[16];

		for (size_t i = 0; i < 500; i++) {
			double x = (double)(1 + dice_throw(&d, 1000)) * (double)(1 + dice_throw(&d, 1000));
			size_t n = i < 16 ? i : 16;
			struct baseline_view v = baselines_look(b, key(1), START + 25 * HOUR);

			if (n > 0) {
				const double *last = &all[i - n];
				double usual = naive_median(last, n), spread;

				for (size_t k = 0; k < n; k++)
					away[k] = fabs(last[k] - usual);
				spread = fmax(naive_median(away, n) / 0.6745, 0.3);
				ck_assert_msg(fabs(log1p(v.usual) - usual) < 1e-5, "%zu", i);
				ck_assert_msg(fabs(log1p(v.limit) - usual - 3.5 * spread) < 1e-4, "%zu", i);
			}
			ck_assert_int_eq(v.learnt, i >= 4);
			ck_assert_uint_eq(v.samples, i);
			baselines_teach(b, key(1), START, x);
			/* What teaches is capped at the limit. */
			all[i] = (double)(float)(i >= 4 ? fmin(log1p(x), log1p(v.limit)) : log1p(x));
		}
		baselines_free(b);
	}
}
END_TEST

START_TEST(the_weighted_mean_follows_the_formula)
{
	struct baselines *b = baselines_new(4, &by_ewma);
	double mean = log1p(1000), variance = 0;
	struct dice d = dice_new(7);

	baselines_teach(b, key(1), START, 1000);
	for (int i = 0; i < 200; i++) {
		double sample = 500 + dice_throw(&d, 1000), change = log1p(sample) - mean;
		struct baseline_view v;

		mean += 0.1 * change;
		variance = 0.9 * (variance + 0.1 * change * change);
		baselines_teach(b, key(1), START, sample);
		v = baselines_look(b, key(1), START);
		ck_assert(fabs(log1p(v.usual) - mean) < 1e-9);
		ck_assert(fabs(log1p(v.limit) - mean - 3 * fmax(sqrt(variance), 0.3)) < 1e-9);
	}
	baselines_free(b);
}
END_TEST

START_TEST(learning_takes_samples_and_time)
{
	struct baselines *b = baselines_new(4, &by_median);

	ck_assert_uint_eq(baselines_look(b, key(1), START).samples, 0);
	for (int i = 0; i < 3; i++)
		baselines_teach(b, key(1), START, 1000);
	ck_assert(!baselines_look(b, key(1), START + 48 * HOUR).learnt);
	baselines_teach(b, key(1), START + HOUR, 1000);
	ck_assert(!baselines_look(b, key(1), START + 24 * HOUR - 1).learnt);
	ck_assert(baselines_look(b, key(1), START + 24 * HOUR).learnt);
	ck_assert(!baselines_look(b, key(2), START + 24 * HOUR).learnt);
	baselines_free(b);
}
END_TEST

/* The spread of a key that is always the same is zero: the floor stands in. */
START_TEST(a_steady_key_has_a_floor)
{
	static const struct baseline_shape *const shapes[] = { &by_median, &by_ewma };

	for (int s = 0; s < 2; s++) {
		struct baselines *b = baselines_new(4, shapes[s]);
		struct baseline_view v;

		for (int i = 0; i < 100; i++)
			baselines_teach(b, key(1), START, 1e6);
		v = baselines_look(b, key(1), START);
		ck_assert(fabs(v.usual / 1e6 - 1) < 1e-3);
		ck_assert(fabs(v.limit / (1e6 * exp(shapes[s]->z * 0.3)) - 1) < 1e-3);
		baselines_free(b);
	}
}
END_TEST

/* One enormous sample, or many, move the limit by no more than the cap lets them. */
START_TEST(poison_is_capped)
{
	static const struct baseline_shape *const shapes[] = { &by_median, &by_ewma };

	for (int s = 0; s < 2; s++) {
		struct baselines *b = baselines_new(4, shapes[s]);
		double before;

		for (int i = 0; i < 50; i++)
			baselines_teach(b, key(1), START, 1e6);
		before = baselines_look(b, key(1), START).limit;
		baselines_teach(b, key(1), START, 1e15);
		ck_assert(baselines_look(b, key(1), START).limit < 1.5 * before);
		for (int i = 0; i < 2; i++)
			baselines_teach(b, key(1), START, 1e15);
		ck_assert(baselines_look(b, key(1), START).limit < 5 * before);
		baselines_free(b);
	}
}
END_TEST

START_TEST(frozen_while_packets_are_lost)
{
	struct baselines *b = baselines_new(4, &by_median);

	baselines_teach(b, key(1), START, 1000);
	baselines_freeze(b, START + HOUR);
	baselines_freeze(b, START);
	baselines_teach(b, key(1), START + HOUR - 1, 1);
	baselines_teach(b, key(2), START + HOUR - 1, 1);
	ck_assert_uint_eq(baselines_look(b, key(1), START).samples, 1);
	ck_assert_uint_eq(baselines_len(b), 1);
	ck_assert_uint_eq(baselines_untaught(b), 2);
	baselines_teach(b, key(1), START + HOUR, 1);
	ck_assert_uint_eq(baselines_look(b, key(1), START).samples, 2);
	baselines_free(b);
}
END_TEST

START_TEST(loss_of_every_kind)
{
	ck_assert(!baseline_loses(&(struct loss_report){ .frames = 100, .payload = 100, .observations = 100 }, 0.01));
	ck_assert(!baseline_loses(&(struct loss_report){ .frames = 99, .kernel_dropped = 1 }, 0.01));
	ck_assert(baseline_loses(&(struct loss_report){ .frames = 98, .kernel_dropped = 1 }, 0.01));
	ck_assert(baseline_loses(&(struct loss_report){ .frames = 98, .interface_dropped = 1 }, 0.01));
	ck_assert(baseline_loses(&(struct loss_report){ .frames = 98, .handover_dropped = 1 }, 0.01));
	ck_assert(baseline_loses(&(struct loss_report){ .observations = 98, .observations_lost = 1 }, 0.01));
	ck_assert(baseline_loses(&(struct loss_report){ .payload = 98, .payload_missing = 1 }, 0.01));
}
END_TEST

START_TEST(survives)
{
	struct baseline_shape other_ring = by_median;
	struct baselines *b = baselines_new(4, &by_median), *same = baselines_new(4, &by_median), *other;
	struct state_out out;
	struct state_in in;

	other_ring.ring = 18;
	other = baselines_new(4, &other_ring);
	for (int i = 0; i < 20; i++)
		baselines_teach(b, key(1), START, 1000 * i);
	baselines_freeze(b, START + HOUR);
	state_out_init(&out, 1 << 20);
	state_begin(&out, "baseline");
	baselines_save(b, &out);
	state_end(&out);
	ck_assert(state_finish(&out) && state_find(buffer_bytes(&out.image), "baseline", &in));
	ck_assert(baselines_load(same, &in));
	ck_assert(baselines_look(same, key(1), START).limit == baselines_look(b, key(1), START).limit);
	baselines_teach(same, key(1), START + 1, 5);
	ck_assert_uint_eq(baselines_untaught(same), 1);
	/* The place in the ring, too. */
	baselines_teach(same, key(1), START + HOUR, 1e9);
	baselines_teach(b, key(1), START + HOUR, 1e9);
	ck_assert(baselines_look(same, key(1), START).limit == baselines_look(b, key(1), START).limit);
	ck_assert(state_find(buffer_bytes(&out.image), "baseline", &in));
	ck_assert(!baselines_load(other, &in));
	ck_assert_uint_eq(baselines_len(other), 0);
	state_out_clear(&out);
	baselines_free(b);
	baselines_free(same);
	baselines_free(other);
	baselines_free(NULL);
}
END_TEST

START_TEST(ten_million_keys)
{
	unsigned keys = getenv("LONG") != NULL ? 10000000 : 100000;
	struct baselines *b = baselines_new(1000, &by_median);

	for (unsigned i = 0; i < keys; i++)
		baselines_teach(b, key(i), START + i, i);
	ck_assert_uint_eq(baselines_len(b), 1000);
	ck_assert_uint_eq(baselines_evicted(b), keys - 1000);
	ck_assert_uint_le(baselines_memory(b), 2048 + 1000 * baselines_entry_size(&by_median));
	baselines_free(b);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, the_median_agrees_with_a_naive_model);
	tcase_add_test(tests, the_weighted_mean_follows_the_formula);
	tcase_add_test(tests, learning_takes_samples_and_time);
	tcase_add_test(tests, a_steady_key_has_a_floor);
	tcase_add_test(tests, poison_is_capped);
	tcase_add_test(tests, frozen_while_packets_are_lost);
	tcase_add_test(tests, loss_of_every_kind);
	tcase_add_test(tests, survives);
	tcase_add_test(tests, ten_million_keys);
}

CHECK_MAIN("detect/baseline", add_tests)
