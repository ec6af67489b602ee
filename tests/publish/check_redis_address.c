/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis_address.h"

#include <string.h>

#include "support/check_main.h"

START_TEST(addresses)
{
	static const struct {
		const char *text, *host;
		unsigned port;
	} cases[] = {
		{ "127.0.0.1:6379", "127.0.0.1", 6379 },
		{ "redis.example:1", "redis.example", 1 },
		{ "[::1]:65535", "::1", 65535 },
		{ "unix:/run/redis/redis.sock", "/run/redis/redis.sock", 0 },
		{ "::1:6379", NULL, 0 },
		{ "host", NULL, 0 },
		{ "host:", NULL, 0 },
		{ "host:0", NULL, 0 },
		{ "host:65536", NULL, 0 },
		{ ":6379", NULL, 0 },
		{ "[]:6379", NULL, 0 },
		{ "unix:relative", NULL, 0 },
		{ "", NULL, 0 },
	};
	char longest[400];
	struct redis_address a;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool fine = redis_address_parse(cases[i].text, &a);

		ck_assert_msg(fine == (cases[i].host != NULL), "%s", cases[i].text);
		if (!fine)
			continue;
		ck_assert_str_eq(a.host, cases[i].host);
		ck_assert_uint_eq(a.port, cases[i].port);
	}
	memset(longest, 'h', sizeof(longest));
	memcpy(longest + REDIS_HOST_MAX, ":1", 3);
	ck_assert(!redis_address_parse(longest, &a));
	memcpy(longest + REDIS_HOST_MAX - 1, ":1", 3);
	ck_assert(redis_address_parse(longest, &a));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, addresses);
}

CHECK_MAIN("publish/redis_address", add_tests)
