/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/expire.h"

#include "base/timeline.h"

#include "support/check_main.h"

/* Times in the unit in which a flow keeps when it was used. */
#define UNITS(n) ((n) * FLOW_USED_UNIT)

static const struct flow_limits limits = {
	.idle_timeout = UNITS(100), .embryonic_timeout = UNITS(30), .closed_timeout = UNITS(5)
};

START_TEST(test_rank)
{
	static const enum flow_worth said[] = { FLOW_WORTH_PLAIN, FLOW_WORTH_MAIL };

	for (int i = 0; i < 2; i++) {
		struct flow f = { .worth = said[i] };

		f.phase = FLOW_SYN;
		ck_assert_int_eq(expire_rank(&f), FLOW_WORTH_EMBRYO);
		f.phase = FLOW_ANSWERED;
		ck_assert_int_eq(expire_rank(&f), FLOW_WORTH_EMBRYO);
		f.phase = FLOW_ESTABLISHED;
		ck_assert_int_eq(expire_rank(&f), said[i]);
		f.phase = FLOW_CLOSING;
		ck_assert_int_eq(expire_rank(&f), FLOW_WORTH_PLAIN);
		f.phase = FLOW_CLOSED;
		ck_assert_int_eq(expire_rank(&f), FLOW_WORTH_DONE);
	}
}
END_TEST

START_TEST(test_age)
{
	ck_assert_int_eq(expire_age(7, 5), 2);
	ck_assert_int_eq(expire_age(5, 7), 0);
	ck_assert_int_eq(expire_age(INT64_MAX, INT64_MIN), USEC_MAX);
	ck_assert_int_eq(expire_age(INT64_MIN, INT64_MAX), 0);
}
END_TEST

START_TEST(test_due)
{
	static const struct {
		enum flow_phase phase;
		usec_t patience;
	} rows[] = { { FLOW_SYN, 30 }, { FLOW_ANSWERED, 30 }, { FLOW_ESTABLISHED, 100 }, { FLOW_CLOSING, 100 },
		{ FLOW_CLOSED, 5 } };

	for (size_t i = 0; i < 5; i++) {
		struct flow f = { .phase = rows[i].phase, .worth = FLOW_WORTH_MAIL, .used = { { 1000 } } };

		ck_assert(!expire_is_due(&limits, &f, UNITS(1000 + rows[i].patience) - 1));
		ck_assert(expire_is_due(&limits, &f, UNITS(1000 + rows[i].patience)));
		ck_assert(!expire_is_due(&limits, &f, 0));
	}
}
END_TEST

START_TEST(test_next)
{
	struct map *map = map_new(sizeof(int), sizeof(struct flow), 10, NULL, NULL);
	struct flow *flows[4];

	ck_assert_ptr_nonnull(map);
	ck_assert_ptr_null(expire_next(map, &limits, INT64_MAX));
	for (int i = 0; i < 4; i++) {
		flows[i] = map_put(map, &i, i < 2 ? FLOW_WORTH_MAIL : FLOW_WORTH_DONE, 0, NULL);
		ck_assert_ptr_nonnull(flows[i]);
		flows[i]->phase = i < 2 ? FLOW_ESTABLISHED : FLOW_CLOSED;
		flows[i]->worth = FLOW_WORTH_MAIL;
		flow_wide_set(&flows[i]->used, (uint64_t)(1000 + i));
	}
	ck_assert_ptr_null(expire_next(map, &limits, UNITS(1006)));
	ck_assert_ptr_eq(expire_next(map, &limits, UNITS(1007)), flows[2]);
	map_remove(map, flows[2]);
	ck_assert_ptr_eq(expire_next(map, &limits, UNITS(5000)), flows[3]);
	map_remove(map, flows[3]);
	ck_assert_ptr_null(expire_next(map, &limits, UNITS(1099)));
	ck_assert_ptr_eq(expire_next(map, &limits, UNITS(1100)), flows[0]);
	/* Time was set back: what was used in the future that is no more goes too, but for an hour. */
	ck_assert_ptr_null(expire_next(map, &limits, UNITS(1000) - TIMELINE_FAR));
	ck_assert_ptr_eq(expire_next(map, &limits, UNITS(1000) - TIMELINE_FAR - 1), flows[0]);
	map_free(map);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, test_rank);
	tcase_add_test(tests, test_age);
	tcase_add_test(tests, test_due);
	tcase_add_test(tests, test_next);
}

CHECK_MAIN("flow/expire", add_tests)
