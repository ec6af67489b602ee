/* SPDX-License-Identifier: Apache-2.0
 *
 * What is left for connections is what limits.memory says less what is there anyway; too little is said, with what takes it.
 */
#include "shares.h"

#include <string.h>

#include "support/check_main.h"

#define MIB ((size_t)1 << 20)

START_TEST(shares)
{
	struct settings s = { .memory = 1024 * MIB };
	char error[256] = "";
	size_t files, live, redis;

	s.capture.source.ring_size = 64 * MIB;
	s.capture.queue_size = 16 * MIB;
	s.publish.redis.queue_bytes = 100 * MIB;
	files = shares_for_connections(&s, 0, 0, error, sizeof(error));
	ck_assert_uint_eq(files, (1024 - 48) * MIB / 8 * 7);
	live = shares_for_connections(&s, 3, 2, error, sizeof(error));
	ck_assert_uint_eq(live, (1024 - 48 - 2 * 64 - 3 * 16 - 32) * MIB / 8 * 7);
	s.publish.redis.enabled = true;
	redis = shares_for_connections(&s, 3, 2, error, sizeof(error));
	ck_assert_uint_eq(redis, live - 100 * MIB / 8 * 7);
	ck_assert_str_eq(error, "");
	/* The detectors' tables, and their snapshot if there is one. */
	s.detect.memory = 10 * MIB;
	ck_assert_uint_eq(shares_for_connections(&s, 3, 2, error, sizeof(error)), redis - 10 * MIB / 8 * 7);
	s.state.path = (char[]){ "/state" };
	ck_assert_uint_eq(shares_for_connections(&s, 3, 2, error, sizeof(error)), redis - 20 * MIB / 8 * 7);
	s.detect.memory = 0;
	s.memory = 300 * MIB;
	ck_assert_uint_eq(shares_for_connections(&s, 3, 2, error, sizeof(error)), 0);
	ck_assert_msg(strstr(error, "limits.memory is 300MiB, and more than 380MiB are needed") != NULL &&
		strstr(error, "publish.redis.queue_bytes") != NULL, "%s", error);
	/* Each worker needs some, and what fragments may take comes on top. */
	s.publish.redis.enabled = false;
	s.memory = 48 * MIB + 20 * MIB;
	ck_assert_uint_eq(shares_for_connections(&s, 0, 0, error, sizeof(error)), 20 * MIB / 8 * 7);
	s.decode.fragments.memory = 10 * MIB;
	ck_assert_uint_eq(shares_for_connections(&s, 0, 0, error, sizeof(error)), 0);
	s.memory = (48 + 128 + 48 + 32) * MIB + 3 * 9 * MIB;
	ck_assert_uint_eq(shares_for_connections(&s, 3, 2, error, sizeof(error)), 0);
	s.memory = (48 + 128 + 48 + 32) * MIB + 3 * 16 * MIB;
	ck_assert_uint_ne(shares_for_connections(&s, 3, 2, error, sizeof(error)), 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, shares);
}

CHECK_MAIN("shares", add_tests)
