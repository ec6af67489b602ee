/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/distinct.h"

#include <math.h>

#include "support/check_main.h"

static struct identity
thing(unsigned n)
{
	return identity_of(BYTES("thing"), bytes_of(&n, sizeof(n)));
}

static struct distinct
things(unsigned from, unsigned to)
{
	struct distinct d = { 0 };

	for (unsigned i = from; i < to; i++)
		(void)distinct_add(&d, thing(i));
	return d;
}

START_TEST(exact_while_few)
{
	struct distinct d = { 0 };

	for (unsigned i = 0; i < DISTINCT_EXACT; i++) {
		ck_assert_uint_eq(distinct_count(&d), i);
		ck_assert(distinct_add(&d, thing(i)));
		for (unsigned again = 0; again <= i; again++)
			ck_assert(!distinct_add(&d, thing(again)));
	}
	ck_assert_uint_eq(distinct_count(&d), DISTINCT_EXACT);
	ck_assert(!d.estimates);
	(void)distinct_add(&d, thing(DISTINCT_EXACT));
	ck_assert(d.estimates);
	ck_assert_uint_ge(distinct_count(&d), DISTINCT_EXACT + 1);
}
END_TEST

/* Four standard errors; what is counted twice counts once. */
START_TEST(near_when_many)
{
	struct distinct d = { 0 };
	unsigned next = 100;

	for (unsigned i = 0; i < 300000; i++) {
		(void)distinct_add(&d, thing(i));
		(void)distinct_add(&d, thing(i / 2));
		if (i + 1 == next) {
			double error = ((double)distinct_count(&d) - next) / next;

			ck_assert_msg(fabs(error) < 4 * 1.04 / 16, "%u: %f", next, error);
			next += next / 2;
		}
	}
}
END_TEST

START_TEST(never_falls)
{
	struct distinct d = { 0 };
	uint64_t before = 0;

	for (unsigned i = 0; i < 5000; i++) {
		uint64_t now;

		(void)distinct_add(&d, thing(i));
		now = distinct_count(&d);
		/* The switch from one estimate to the other may step back a little. */
		ck_assert_uint_ge(now + before / 20, before);
		before = now;
	}
}
END_TEST

/* Merged is the same as added one by one, whatever the two sides are. */
START_TEST(merging_is_adding)
{
	static const unsigned sizes[] = { 0, 1, 20, DISTINCT_EXACT, DISTINCT_EXACT + 1, 1000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			struct distinct one = things(0, sizes[i]), other = things(10, 10 + sizes[j]);
			struct distinct both = things(0, sizes[i]);

			for (unsigned n = 10; n < 10 + sizes[j]; n++)
				(void)distinct_add(&both, thing(n));
			distinct_merge(&one, &other);
			ck_assert_uint_eq(distinct_count(&one), distinct_count(&both));
			distinct_merge(&one, &other);
			ck_assert_uint_eq(distinct_count(&one), distinct_count(&both));
			ck_assert(distinct_is_sound(&one));
		}
}
END_TEST

START_TEST(what_cannot_be_is_not_sound)
{
	struct distinct d = things(0, 3);

	ck_assert(distinct_is_sound(&d));
	d.exact = DISTINCT_EXACT + 1;
	ck_assert(!distinct_is_sound(&d));
	d = things(0, 100);
	ck_assert(distinct_is_sound(&d));
	d.of.registers[7] = 58;
	ck_assert(!distinct_is_sound(&d));
	d.of.registers[7] = 57;
	ck_assert(distinct_is_sound(&d));
	d.exact = 1;
	ck_assert(!distinct_is_sound(&d));
	d.exact = 0;
	d.estimates = 2;
	ck_assert(!distinct_is_sound(&d));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, exact_while_few);
	tcase_add_test(tests, near_when_many);
	tcase_add_test(tests, never_falls);
	tcase_add_test(tests, merging_is_adding);
	tcase_add_test(tests, what_cannot_be_is_not_sound);
}

CHECK_MAIN("detect/distinct", add_tests)
