/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/site.h"

#include "support/check_main.h"
#include "support/observations.h"

static struct network networks[2];
static char *domains[] = { (char[]){ "company.example" }, (char[]){ "xn--bcher-kva.example" } };

static struct site
make_site(void)
{
	networks[0] = network_of("10.0.0.0/8");
	networks[1] = network_of("fd00::/8");
	return (struct site){ .home = { networks, 2 }, .local_domains = names_of(domains, 2) };
}

static enum site_direction
direction(const char *client, const char *server)
{
	struct site site = make_site();
	struct scene s;

	scene_init(&s, client, server);
	return site_direction(&site, &s.session.client.address, &s.session.server.address);
}

START_TEST(directions)
{
	ck_assert_int_eq(direction("10.1.1.1", "198.51.100.1"), SITE_OUTBOUND);
	ck_assert_int_eq(direction("198.51.100.1", "10.1.1.1"), SITE_INBOUND);
	ck_assert_int_eq(direction("10.1.1.1", "10.2.2.2"), SITE_INTERNAL);
	ck_assert_int_eq(direction("10.1.1.1", "fd00::1"), SITE_INTERNAL);
	ck_assert_int_eq(direction("2001:db8::1", "198.51.100.1"), SITE_EXTERNAL);
	ck_assert_str_eq(site_direction_name(SITE_INBOUND), "inbound");
	ck_assert_str_eq(site_direction_name(SITE_OUTBOUND), "outbound");
	ck_assert_str_eq(site_direction_name(SITE_INTERNAL), "internal");
	ck_assert_str_eq(site_direction_name(SITE_EXTERNAL), "external");
}
END_TEST

START_TEST(mailboxes)
{
	struct site site = make_site();

	ck_assert_int_eq(site_mailbox(&site, BYTES("a@company.example")), SITE_MAILBOX_LOCAL);
	ck_assert_int_eq(site_mailbox(&site, BYTES("a@COMPANY.Example.")), SITE_MAILBOX_LOCAL);
	ck_assert_int_eq(site_mailbox(&site, BYTES("a@sub.company.example")), SITE_MAILBOX_LOCAL);
	ck_assert_int_eq(site_mailbox(&site, BYTES("a@xn--bcher-kva.example")), SITE_MAILBOX_LOCAL);
	ck_assert_int_eq(site_mailbox(&site, BYTES("a@notcompany.example")), SITE_MAILBOX_OUTSIDE);
	ck_assert_int_eq(site_mailbox(&site, BYTES("a@company.example.evil.example")), SITE_MAILBOX_OUTSIDE);
	ck_assert_int_eq(site_mailbox(&site, BYTES("a@example")), SITE_MAILBOX_OUTSIDE);
	ck_assert_int_eq(site_mailbox(&site, BYTES("\"b@company.example\"@evil.example")), SITE_MAILBOX_OUTSIDE);
	ck_assert_int_eq(site_mailbox(&site, BYTES("postmaster")), SITE_MAILBOX_UNKNOWN);
	ck_assert_int_eq(site_mailbox(&site, BYTES("a@")), SITE_MAILBOX_UNKNOWN);
	ck_assert_int_eq(site_mailbox(&site, BYTES("")), SITE_MAILBOX_UNKNOWN);
	site.local_domains.len = 0;
	ck_assert_int_eq(site_mailbox(&site, BYTES("a@company.example")), SITE_MAILBOX_UNKNOWN);
}
END_TEST

START_TEST(lists_of_mailboxes)
{
	char *texts[] = { (char[]){ "boss@company.example" }, (char[]){ "partner.example" } };
	struct names list = names_of(texts, 2), none = { 0 };

	ck_assert(names_have_mailbox(&list, BYTES("Boss@Company.example")));
	ck_assert(!names_have_mailbox(&list, BYTES("x@company.example")));
	ck_assert(!names_have_mailbox(&list, BYTES("bigboss@company.example")));
	ck_assert(!names_have_mailbox(&list, BYTES("boss@company.example.evil.example")));
	ck_assert(names_have_mailbox(&list, BYTES("x@partner.example")));
	ck_assert(names_have_mailbox(&list, BYTES("x@sub.partner.example")));
	ck_assert(!names_have_mailbox(&list, BYTES("x@otherpartner.example")));
	ck_assert(!names_have_mailbox(&list, BYTES("partner.example")));
	ck_assert(!names_have_mailbox(&list, BYTES("")));
	ck_assert(!names_have_mailbox(&none, BYTES("x@partner.example")));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, directions);
	tcase_add_test(tests, mailboxes);
	tcase_add_test(tests, lists_of_mailboxes);
}

CHECK_MAIN("detect/site", add_tests)
