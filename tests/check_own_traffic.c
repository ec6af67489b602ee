/* SPDX-License-Identifier: Apache-2.0
 *
 * The endpoints of the configured Redis, and of nothing else.
 */
#include "own_traffic.h"

#include <string.h>

#include "support/check_main.h"

static struct own_traffic
found(char *address, bool enabled)
{
	struct publish_settings publish = { .redis = { .enabled = enabled, .address = address } };
	struct own_traffic own = { .len = 99 };

	own_traffic_find(&own, &publish);
	return own;
}

START_TEST(addresses)
{
	struct own_traffic own = found((char[]){ "192.0.2.7:6380" }, true);
	char text[ENDPOINT_TEXT_MAX];
	bool loopback = false;

	ck_assert_uint_eq(own.len, 1);
	ck_assert_str_eq(endpoint_text(text, &own.at[0]), "192.0.2.7:6380");
	own = found((char[]){ "[2001:db8::7]:6379" }, true);
	ck_assert_uint_eq(own.len, 1);
	ck_assert_str_eq(endpoint_text(text, &own.at[0]), "[2001:db8::7]:6379");
	own = found((char[]){ "localhost:6379" }, true);
	ck_assert_uint_ge(own.len, 1);
	for (size_t i = 0; i < own.len; i++) {
		endpoint_text(text, &own.at[i]);
		loopback |= strcmp(text, "127.0.0.1:6379") == 0 || strcmp(text, "[::1]:6379") == 0;
	}
	ck_assert(loopback);
}
END_TEST

START_TEST(none)
{
	ck_assert_uint_eq(found((char[]){ "192.0.2.7:6380" }, false).len, 0);
	ck_assert_uint_eq(found((char[]){ "unix:/run/redis.sock" }, true).len, 0);
	ck_assert_uint_eq(found((char[]){ "no-such-host.invalid:6379" }, true).len, 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, addresses);
	tcase_add_test(tests, none);
}

CHECK_MAIN("own_traffic", add_tests)
