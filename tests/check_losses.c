/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said about losses is what came and was missed since the last time, once per stretch of packet time.
 */
#include "losses.h"

#include "support/check_main.h"

struct heard {
	unsigned count;
	struct loss_report last;
	usec_t time;
};

static void
hear(void *arg, const struct observation *o)
{
	struct heard *h = arg;

	ck_assert_int_eq(o->kind, OBSERVED_LOSS);
	ck_assert_ptr_null(o->session);
	h->count++;
	h->last = *o->loss;
	h->time = o->time;
}

START_TEST(since_the_last_time)
{
	struct losses l = { 0 };
	struct heard h = { 0 };
	struct totals t = { 0 };

	losses_observe(&l, &t, true, hear, &h);
	ck_assert_uint_eq(h.count, 0); /* no packet yet */
	t.time = 1000 * USEC_PER_SEC;
	t.pipeline.frames = 100;
	t.capture.kernel_dropped = 7;
	losses_observe(&l, &t, false, hear, &h);
	ck_assert_uint_eq(h.count, 1);
	ck_assert_uint_eq(h.last.frames, 100);
	ck_assert_uint_eq(h.last.kernel_dropped, 7);
	ck_assert_int_eq(h.last.since, t.time);
	t.time += LOSSES_EVERY - 1;
	t.pipeline.frames = 300;
	losses_observe(&l, &t, false, hear, &h);
	ck_assert_uint_eq(h.count, 1);
	t.time += 1;
	t.capture.kernel_dropped = 0; /* the interface went away with its counters */
	t.capture.interface_dropped = 3;
	t.handover.dropped = 4;
	t.queue.lost = 5;
	t.pipeline.observations = 50;
	t.pipeline.payload_bytes = 6000;
	t.pipeline.gap_bytes = 60;
	losses_observe(&l, &t, false, hear, &h);
	ck_assert_uint_eq(h.count, 2);
	ck_assert_int_eq(h.time - h.last.since, LOSSES_EVERY);
	ck_assert_uint_eq(h.last.frames, 200);
	ck_assert_uint_eq(h.last.kernel_dropped, 0);
	ck_assert_uint_eq(h.last.interface_dropped, 3);
	ck_assert_uint_eq(h.last.handover_dropped, 4);
	ck_assert_uint_eq(h.last.observations_lost, 5);
	ck_assert_uint_eq(h.last.observations, 50);
	ck_assert_uint_eq(h.last.payload, 6000);
	ck_assert_uint_eq(h.last.payload_missing, 60);
	t.pipeline.frames = 301;
	losses_observe(&l, &t, true, hear, &h);
	ck_assert_uint_eq(h.count, 3);
	ck_assert_uint_eq(h.last.frames, 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, since_the_last_time);
}

CHECK_MAIN("losses", add_tests)
