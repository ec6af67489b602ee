/* SPDX-License-Identifier: Apache-2.0
 *
 * Records come out as they went in, in order, each in one piece, however they meet the end of the ring; a full ring takes
 * nothing and loses nothing; two threads at once agree.
 */
#include "base/ring.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "support/check_main.h"

/* A record: its number, its length, and octets that follow from the number. */
static bool
write_record(struct ring *r, uint32_t number, size_t len)
{
	for (int anew = 0; anew < 2; anew++) {
		size_t room = 0;
		uint8_t *at = ring_space(r, anew == 1, &room);

		if (at == NULL || room < len)
			continue;
		if ((uintptr_t)at % RING_ALIGNMENT != 0)
			abort();
		memset(at, (int)(number & 0xff), len);
		if (len >= 4)
			memcpy(at, &number, 4);
		ring_commit(r, len);
		return true;
	}
	return false;
}

static bool
read_record(struct ring *r, uint32_t number, size_t len)
{
	size_t got = 0;
	uint8_t *at = ring_front(r, &got);
	uint32_t found = number;
	bool right;

	if (at == NULL)
		return false;
	if (len >= 4)
		memcpy(&found, at, 4);
	right = got == len && found == number;
	for (size_t i = 4; right && i < len; i++)
		right = at[i] == (number & 0xff);
	if (!right)
		ck_abort_msg("record %u of %zu octets came as %u of %zu", number, len, found, got);
	ring_release(r);
	return true;
}

static size_t
length_of(uint32_t number)
{
	return 1 + number * 2654435761u % 900;
}

START_TEST(in_order)
{
	struct ring *r = ring_new(1);
	uint32_t written = 0, read = 0, full = 0;
	size_t len;

	ck_assert_uint_eq(ring_size(r), 4096); /* at least a page */
	ck_assert_ptr_null(ring_front(r, &len));
	while (read < 20000) {
		/* Now nearly full, now nearly empty. */
		unsigned burst = 1 + written / 50 % 9;

		while (burst-- > 0)
			if (write_record(r, written, length_of(written)))
				written++;
			else
				full++;
		for (burst = 1 + read / 70 % 6; burst > 0 && read_record(r, read, length_of(read)); burst--)
			read++;
		ck_assert_uint_le(ring_used(r), ring_size(r));
	}
	while (read < written)
		ck_assert(read_record(r, read, length_of(read))), read++;
	ck_assert_ptr_null(ring_front(r, &len));
	ck_assert_uint_eq(ring_used(r), 0);
	ck_assert_uint_gt(full, 0);
	ring_free(r);
}
END_TEST

START_TEST(half_always_fits_an_empty_ring)
{
	struct ring *r = ring_new(4096);
	size_t half = 4096 / 2 - RING_ALIGNMENT;

	for (uint32_t i = 0; i < 5000; i++) {
		ck_assert(write_record(r, i, i % 3 == 0 ? half : 1 + i % 700));
		ck_assert(read_record(r, i, i % 3 == 0 ? half : 1 + i % 700));
	}
	ring_free(r);
}
END_TEST

START_TEST(full)
{
	struct ring *r = ring_new(4096);
	uint32_t n = 0;

	while (write_record(r, n, 100))
		n++;
	ck_assert_uint_eq(n, 4096 / (112 + 16)); /* 100 octets take 112, and a head of 16 */
	ck_assert(!write_record(r, n, 100));
	for (uint32_t i = 0; i < n; i++)
		ck_assert(read_record(r, i, 100));
	ck_assert(write_record(r, n, 4096 - 16)); /* all of it, as it begins at the start again */
	ring_free(r);
}
END_TEST

#define RECORDS 100000u

static void *
writer(void *arg)
{
	for (uint32_t i = 0; i < RECORDS; i++)
		while (!write_record(arg, i, length_of(i)))
			(void)sched_yield();
	return NULL;
}

START_TEST(two_threads)
{
	struct ring *r = ring_new(16384);
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, writer, r), 0);
	for (uint32_t i = 0; i < RECORDS;)
		if (read_record(r, i, length_of(i)))
			i++;
		else
			(void)sched_yield();
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(ring_used(r), 0);
	ring_free(r);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, in_order);
	tcase_add_test(tests, half_always_fits_an_empty_ring);
	tcase_add_test(tests, full);
	tcase_add_test(tests, two_threads);
}

CHECK_MAIN("base/ring", add_tests)
