/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/starttls.h"

#include "support/check_main.h"

START_TEST(masks)
{
	struct bytes original = BYTES("STARTTLS");

	ck_assert(starttls_is_masked(BYTES("XXXXXXXX"), original));
	ck_assert(starttls_is_masked(BYTES("XXXXXXXA"), original));
	ck_assert(starttls_is_masked(BYTES("XXXB"), BYTES("STLS")));
	ck_assert(!starttls_is_masked(BYTES("XXXXXXX"), original));
	ck_assert(!starttls_is_masked(BYTES("XXXXXXXXX"), original));
	ck_assert(!starttls_is_masked(BYTES("XXXXXXX1"), original));
	ck_assert(!starttls_is_masked(BYTES("XXXXXXAA"), original));
	ck_assert(!starttls_is_masked(original, original));
	ck_assert(!starttls_is_masked(bytes_of(NULL, 0), bytes_of(NULL, 0)));
	ck_assert(!starttls_is_masked(BYTES("X"), BYTES("S")));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, masks);
}

CHECK_MAIN("protocol/starttls", add_tests)
