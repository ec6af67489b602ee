/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/allow.h"

#include "settings/allow_text.h"
#include "support/check_main.h"

static struct allowance kept[8];
static struct allow_list list;

static void
setup(void)
{
	list = (struct allow_list){ kept, 0 };
}

static void
teardown(void)
{
	for (size_t i = 0; i < list.len; i++)
		allow_clear(&kept[i]);
}

static void
allow(const char *text)
{
	struct refusal why;

	ck_assert_msg(allow_read(text, &kept[list.len], &why), "%s", why.text);
	list.len++;
}

static bool
covers(const char *client, const char *server, const char *who, usec_t time)
{
	struct address c, s;
	struct allow_subject subject = { .time = time, .client = &c, .server = &s };

	ck_assert(address_parse(bytes_str(client), &c) && address_parse(bytes_str(server), &s));
	subject.who[2] = bytes_str(who);
	return allow_find(&list, &subject) != NULL;
}

START_TEST(networks_of_either_side)
{
	allow("10.1.0.0/16");
	allow("client 10.2.0.0/16");
	allow("server 10.3.0.0/16");
	allow("2001:db8::/32");
	ck_assert(covers("10.1.2.3", "192.0.2.1", "", 0));
	ck_assert(covers("192.0.2.1", "10.1.2.3", "", 0));
	ck_assert(covers("10.2.2.3", "192.0.2.1", "", 0));
	ck_assert(!covers("192.0.2.1", "10.2.2.3", "", 0));
	ck_assert(covers("192.0.2.1", "10.3.2.3", "", 0));
	ck_assert(!covers("10.3.2.3", "192.0.2.1", "", 0));
	ck_assert(covers("2001:db8::1", "192.0.2.1", "", 0));
	ck_assert(!covers("192.0.2.2", "192.0.2.1", "", 0));
	ck_assert_ptr_null(allow_find(&list, &(struct allow_subject){ .time = 0 }));
}
END_TEST

START_TEST(names)
{
	allow("Ann@Example.org");
	allow("partner.example");
	allow("backup");
	ck_assert(covers("192.0.2.2", "192.0.2.1", "ANN@example.org", 0));
	ck_assert(!covers("192.0.2.2", "192.0.2.1", "joann@example.org", 0));
	ck_assert(covers("192.0.2.2", "192.0.2.1", "bob@partner.example", 0));
	ck_assert(covers("192.0.2.2", "192.0.2.1", "bob@mail.partner.example", 0));
	ck_assert(!covers("192.0.2.2", "192.0.2.1", "bob@badpartner.example", 0));
	ck_assert(covers("192.0.2.2", "192.0.2.1", "Backup", 0));
	ck_assert(!covers("192.0.2.2", "192.0.2.1", "backup2", 0));
	ck_assert(!covers("192.0.2.2", "192.0.2.1", "", 0));
}
END_TEST

START_TEST(from_and_until)
{
	const usec_t day = 86400 * USEC_PER_SEC, begins = INT64_C(1795824000) * USEC_PER_SEC; /* 2026-11-28 */

	allow("10.1.2.3 from 2026-11-28 until 2026-11-29");
	ck_assert(!covers("10.1.2.3", "192.0.2.1", "", begins - 1));
	ck_assert(covers("10.1.2.3", "192.0.2.1", "", begins));
	ck_assert(covers("10.1.2.3", "192.0.2.1", "", begins + 2 * day - 1));
	ck_assert(!covers("10.1.2.3", "192.0.2.1", "", begins + 2 * day));
	ck_assert(allow_has_address(&list, &kept[0].network.address, begins));
	ck_assert(!allow_has_address(&list, &kept[0].network.address, begins + 2 * day));
	allow("10.1.2.4 until 2026-11-28T18:30");
	ck_assert(covers("10.1.2.4", "192.0.2.1", "", begins + day * 37 / 48 - 1));
	ck_assert(!covers("10.1.2.4", "192.0.2.1", "", begins + day * 37 / 48));
	ck_assert(covers("10.1.2.4", "192.0.2.1", "", 0));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, networks_of_either_side);
	tcase_add_test(tests, names);
	tcase_add_test(tests, from_and_until);
}

CHECK_MAIN("detect/allow", add_tests)
