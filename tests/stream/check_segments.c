/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/segments.h"

#include <string.h>

#include "support/check_main.h"
#include "support/segments.h"

static struct segments waiting;

static struct stretch
stretch(uint64_t at, const char *text)
{
	return (struct stretch){ .at = at, .len = (uint32_t)strlen(text), .octets = (const uint8_t *)text };
}

static void
add(uint64_t at, const char *text)
{
	struct stretch new = stretch(at, text);

	ck_assert(segments_add(&waiting, &new));
}

static struct addition
weigh(uint64_t at, const char *text)
{
	struct stretch new = stretch(at, text);

	return segments_weigh(&waiting, &new);
}

/* Takes the next piece out, which must be this. */
static void
expect(uint64_t at, const char *text)
{
	struct piece *p = segments_head(&waiting);

	ck_assert_ptr_nonnull(p);
	ck_assert_ptr_eq(segments_pop(&waiting), p);
	ck_assert_uint_eq(p->at, at);
	ck_assert_uint_eq(p->len, strlen(text));
	ck_assert_int_eq(memcmp(p->octets, text, p->len), 0);
	free(p);
}

START_TEST(test_sorted)
{
	add(30, "ccc");
	add(10, "aaa");
	add(20, "bbb");
	add(33, "ddd");
	ck_assert_uint_eq(segments_end(&waiting), 36);
	expect(10, "aaa");
	add(5, "0");
	expect(5, "0");
	expect(20, "bbb");
	expect(30, "ccc");
	expect(33, "ddd");
	ck_assert_ptr_null(segments_head(&waiting));
	ck_assert_uint_eq(segments_end(&waiting), 0);
}
END_TEST

START_TEST(test_first_copy_stays)
{
	struct addition a;

	add(10, "abc");
	add(20, "def");
	a = weigh(8, "xxabcxxxxxxxdefxx");
	ck_assert_uint_eq(a.fresh, 2 + 7 + 2);
	ck_assert_uint_eq(a.again, 6);
	ck_assert(!a.conflict);
	ck_assert_uint_eq(a.charge, 3 * (weigh(100, "").charge + weigh(100, "y").charge - 1) + 11);
	add(8, "xxabcxxxxxxxdefxx");
	a = weigh(12, "C");
	ck_assert(a.conflict);
	ck_assert_uint_eq(a.fresh, 0);
	ck_assert_uint_eq(a.charge, 0);
	expect(8, "xx");
	expect(10, "abc");
	expect(13, "xxxxxxx");
	expect(20, "def");
	expect(23, "xx");
	ck_assert_ptr_null(segments_head(&waiting));
}
END_TEST

START_TEST(test_hollow)
{
	struct stretch hollow = { .at = 10, .len = 5 };
	struct piece *p;

	ck_assert(segments_add(&waiting, &hollow));
	ck_assert(!weigh(8, "xxxxxxxxx").conflict);
	ck_assert_uint_eq(weigh(8, "xxxxxxxxx").again, 5);
	add(8, "xxxxxxxxx");
	hollow.at = 9;
	hollow.len = 7;
	ck_assert(!segments_weigh(&waiting, &hollow).conflict);
	expect(8, "xx");
	p = segments_pop(&waiting);
	ck_assert(p->hollow);
	ck_assert_uint_eq(p->len, 5);
	ck_assert_uint_eq(segments_charge(p), weigh(100, "1").charge - 1);
	free(p);
	segments_clear(&waiting);
	ck_assert_uint_eq(segments_end(&waiting), 0);
}
END_TEST

/* Against a plain array: whatever is added in whatever order, the first copy of each octet is what comes out. */
START_TEST(test_random_overlaps)
{
	for (unsigned seed = 0; seed < 60; seed++) {
		struct dice dice = dice_new(seed);
		int plain[1100];
		uint64_t last = 0;
		size_t charged = 0;

		memset(plain, 0xff, sizeof(plain));
		for (int i = 0; i < 200; i++) {
			uint8_t octets[80];
			struct stretch new = { .at = dice_throw(&dice, 1000), .len = 1 + dice_throw(&dice, 80) };
			struct addition a;
			uint32_t fresh = 0;
			bool conflict = false;

			new.octets = octets;
			for (uint32_t k = 0; k < new.len; k++) {
				int *first = &plain[new.at + k];

				octets[k] = (uint8_t)dice_throw(&dice, 3);
				conflict |= *first >= 0 && *first != octets[k];
				if (*first < 0) {
					*first = octets[k];
					fresh++;
				}
			}
			a = segments_weigh(&waiting, &new);
			if (a.fresh != fresh || a.again != new.len - fresh || a.conflict != conflict)
				ck_abort_msg("weighed wrong");
			charged += a.charge;
			ck_assert(segments_add(&waiting, &new));
		}
		for (struct piece *p; segments_head(&waiting) != NULL; free(p)) {
			p = segments_pop(&waiting);
			ck_assert_uint_ge(p->at, last);
			for (uint32_t k = 0; k < p->len; k++) {
				if (plain[p->at + k] != p->octets[k])
					ck_abort_msg("not the first copy");
				plain[p->at + k] = -1;
			}
			last = p->at + p->len;
			charged -= segments_charge(p);
		}
		for (size_t i = 0; i < 1100; i++)
			if (plain[i] >= 0)
				ck_abort_msg("octet lost");
		ck_assert_uint_eq(charged, 0);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, test_sorted);
	tcase_add_test(tests, test_first_copy_stays);
	tcase_add_test(tests, test_hollow);
	tcase_add_test(tests, test_random_overlaps);
}

CHECK_MAIN("stream/segments", add_tests)
