/* SPDX-License-Identifier: Apache-2.0
 *
 * A bell that was rung is readable until it is heard, however often it was rung; nothing rung for is ever missed.
 */
#include "base/bell.h"

#include <poll.h>
#include <pthread.h>

#include "support/check_main.h"

static bool
readable(const struct bell *b, int milliseconds)
{
	struct pollfd p = { .fd = b->descriptor, .events = POLLIN };

	return poll(&p, 1, milliseconds) == 1;
}

START_TEST(rung_and_heard)
{
	struct bell b;

	ck_assert(bell_init(&b));
	ck_assert(!readable(&b, 0));
	bell_ring(&b);
	bell_ring(&b);
	ck_assert(readable(&b, 0));
	bell_hear(&b);
	ck_assert(!readable(&b, 0));
	bell_hear(&b); /* harmless */
	bell_ring(&b);
	ck_assert(readable(&b, 0));
	bell_clear(&b);
	ck_assert_int_eq(b.descriptor, -1);
}
END_TEST

#define RINGS 100000

struct shared {
	struct bell bell;
	atomic_uint work;
};

static void *
ringer(void *arg)
{
	struct shared *s = arg;

	for (int i = 0; i < RINGS; i++) {
		atomic_fetch_add_explicit(&s->work, 1, memory_order_relaxed);
		bell_ring(&s->bell);
	}
	return NULL;
}

START_TEST(nothing_is_missed)
{
	struct shared s = { 0 };
	pthread_t thread;
	unsigned done = 0;

	ck_assert(bell_init(&s.bell));
	ck_assert_int_eq(pthread_create(&thread, NULL, ringer, &s), 0);
	while (done < RINGS) {
		/* Were a ring missed, this would wait until it fails. */
		ck_assert_msg(readable(&s.bell, 20000), "slept over work %u of %u", done, RINGS);
		bell_hear(&s.bell);
		done += atomic_exchange(&s.work, 0);
	}
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	bell_clear(&s.bell);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, rung_and_heard);
	tcase_add_test(tests, nothing_is_missed);
}

CHECK_MAIN("base/bell", add_tests)
