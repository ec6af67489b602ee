/* SPDX-License-Identifier: Apache-2.0
 *
 * The vectors are those of the Community ID specification's baseline, and one computed from its formula.
 */
#include "publish/community_id.h"
#include "support/check_main.h"

static const struct {
	const char *a;
	uint16_t a_port;
	const char *b;
	uint16_t b_port;
	const char *id;
} vectors[] = {
	{ "128.232.110.120", 34855, "66.35.250.204", 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "2001:470:e5bf:dead:4957:2174:e82c:4887", 63943, "2607:f8b0:400c:c03::1a", 25, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
	{ "192.0.2.10", 49152, "198.51.100.25", 993, "1:aOVvSRYesdpgEYhh0OZ7CziwDoI=" },
};

START_TEST(baseline)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct endpoint a = { .port = vectors[i].a_port }, b = { .port = vectors[i].b_port };
		char id[COMMUNITY_ID_MAX];

		ck_assert(address_parse(bytes_str(vectors[i].a), &a.address));
		ck_assert(address_parse(bytes_str(vectors[i].b), &b.address));
		ck_assert_str_eq(community_id(id, &a, &b), vectors[i].id);
		ck_assert_str_eq(community_id(id, &b, &a), vectors[i].id);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, baseline);
}

CHECK_MAIN("publish/community_id", add_tests)
