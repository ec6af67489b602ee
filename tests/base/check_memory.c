/* SPDX-License-Identifier: Apache-2.0
 *
 * The account is what was taken and not given back, of this thread alone.
 */
#include "base/memory.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "support/check_main.h"

START_TEST(account)
{
	size_t before = memory_taken();
	char *a = memory_take(1000), *b = memory_take_zeroed(10, 100), *c;

	ck_assert_uint_ge(memory_taken() - before, 2000);
	ck_assert_uint_le(memory_taken() - before, 2100);
	for (int i = 0; i < 1000; i++)
		ck_assert(b[i] == 0);
	memset(a, 'a', 1000);
	c = memory_resize(a, 100000);
	ck_assert_uint_ge(memory_taken() - before, 101000);
	ck_assert(c[0] == 'a' && c[999] == 'a');
	c = memory_resize_array(c, 10, 10);
	ck_assert_uint_le(memory_taken() - before, 1300);
	memory_give_back(b);
	memory_give_back(c);
	memory_give_back(NULL);
	ck_assert_uint_eq(memory_taken(), before);
}
END_TEST

START_TEST(too_much)
{
	size_t before = memory_taken();
	void *a = memory_take(10);

	ck_assert_ptr_null(memory_resize_array(a, SIZE_MAX / 2, 3));
	ck_assert_ptr_null(memory_resize_array(NULL, 2, SIZE_MAX / 2 + 1));
	memory_give_back(a);
	ck_assert_uint_eq(memory_taken(), before);
}
END_TEST

START_TEST(failing)
{
	size_t before = memory_taken();
	void *a, *b;

	memory_fail_after(1);
	a = memory_take(10);
	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_null(memory_take(10));
	ck_assert_ptr_null(memory_take_zeroed(1, 10));
	ck_assert_ptr_null(memory_resize(a, 20)); /* and a is as it was */
	memory_fail_after(-1);
	b = memory_take(10);
	ck_assert_ptr_nonnull(b);
	memory_give_back(a);
	memory_give_back(b);
	ck_assert_uint_eq(memory_taken(), before);
}
END_TEST

static void *
elsewhere(void *arg)
{
	size_t *seen = arg;
	void *piece = memory_take(5000);

	*seen = memory_taken();
	memory_give_back(piece);
	return NULL;
}

START_TEST(each_thread_its_own)
{
	void *piece = memory_take(100000);
	size_t before = memory_taken(), seen = 0;
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, elsewhere, &seen), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_ge(seen, 5000);
	ck_assert_uint_lt(seen, 6000);
	ck_assert_uint_eq(memory_taken(), before);
	memory_give_back(piece);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, account);
	tcase_add_test(tests, too_much);
	tcase_add_test(tests, failing);
	tcase_add_test(tests, each_thread_its_own);
}

CHECK_MAIN("base/memory", add_tests)
