/* SPDX-License-Identifier: Apache-2.0
 *
 * Each query as it stands in the alert, letter by letter.
 */
#include "publish/pivot.h"

#include <stdlib.h>

#include "support/check_main.h"
#include "support/observations.h"

#define TIMES " and @timestamp >= \"2023-11-14T21:58:20.000000Z\" and @timestamp <= \"2023-11-14T22:29:20.000000Z\""
#define FILES                                                                                                          \
	"event.code:10 and file.extension:(edb or eml or emlx or ics or mbox or msg or oft or ost or pst or tnef or "  \
	"vcf)"
#define CMDLETS                                                                                                        \
	"event.code:4104 and powershell.file.script_block_text:(*InboxRule* or *TransportRule* or *Set-Mailbox* or "   \
	"*Get-Mailbox* or *MailboxPermission* or *JournalRule* or *MailboxExportRequest* or *Search-Mailbox* or "      \
	"*ComplianceSearch* or *ForwardingSmtpAddress*)"
#define PORTS "destination.port:(25 or 110 or 143 or 465 or 587 or 993 or 995)"

static json_t *pivot;
static struct session session;
static struct network home[2];
static const struct site site = { .home = { home, 2 } };

static void
setup(void)
{
	pivot = json_object();
	home[0] = network_of("10.0.0.0/8");
	home[1] = network_of("fd00::/8");
}

static void
teardown(void)
{
	json_decref(pivot);
}

static void
between(const char *client, uint16_t from, const char *server, uint16_t to)
{
	session = (struct session){ .client = { .port = from }, .server = { .port = to }, .addresses_only = to == 0 };
	ck_assert(address_parse(bytes_str(client), &session.client.address));
	ck_assert(address_parse(bytes_str(server), &session.server.address));
	pivot_put(pivot, &site, &session, SCENE_NOON, SCENE_NOON + 60 * USEC_PER_SEC);
}

static const char *
query(const char *key)
{
	const char *text = json_string_value(json_object_get(pivot, key));

	return text != NULL ? text : "";
}

START_TEST(a_connection)
{
	between("10.0.0.5", 41000, "198.51.100.25", 993);
	ck_assert_str_eq(
	    query("arkime"), "ip.src == 10.0.0.5 && port.src == 41000 && ip.dst == 198.51.100.25 && port.dst == 993");
	ck_assert_str_eq(
	    query("zeek"), "id.orig_h==10.0.0.5 and id.orig_p==41000 and id.resp_h==198.51.100.25 and id.resp_p==993");
	ck_assert_int_eq(strncmp(query("kql_network"), "network.community_id:\"1:", 24), 0);
	ck_assert_str_eq(query("kql_network") + strlen("network.community_id:\"1:") + 29, TIMES);
	ck_assert_str_eq(query("arkime_inventory"), "ip.src == 10.0.0.5 && port.dst == [25,110,143,465,587,993,995]");
	ck_assert_str_eq(query("kql_inventory"), PORTS " and source.ip:\"10.0.0.5\"" TIMES);
	ck_assert_str_eq(query("kql_file_access"), FILES " and host.ip:\"10.0.0.5\"" TIMES);
	ck_assert_str_eq(query("kql_powershell"), CMDLETS " and host.ip:\"10.0.0.5\"" TIMES);
	ck_assert_uint_eq(json_object_size(pivot), 7);
}
END_TEST

/* The tuple of the Community ID specification's own example. */
START_TEST(the_community_id)
{
	between("192.0.2.10", 49152, "198.51.100.25", 993);
	ck_assert_str_eq(query("kql_network"), "network.community_id:\"1:aOVvSRYesdpgEYhh0OZ7CziwDoI=\"" TIMES);
}
END_TEST

START_TEST(ipv6)
{
	between("fd00::5", 41000, "2001:db8::25", 143);
	ck_assert_str_eq(
	    query("arkime"), "ip.src == fd00::5 && port.src == 41000 && ip.dst == 2001:db8::25 && port.dst == 143");
	ck_assert_str_eq(
	    query("zeek"), "id.orig_h==fd00::5 and id.orig_p==41000 and id.resp_h==2001:db8::25 and id.resp_p==143");
	ck_assert_str_eq(query("kql_inventory"), PORTS " and source.ip:\"fd00::5\"" TIMES);
	ck_assert_str_eq(query("kql_file_access"), FILES " and host.ip:\"fd00::5\"" TIMES);
}
END_TEST

/* Whose logs there are: the host at home. */
START_TEST(from_outside)
{
	between("203.0.113.9", 41000, "10.0.0.25", 143);
	ck_assert_str_eq(
	    query("arkime"), "ip.src == 203.0.113.9 && port.src == 41000 && ip.dst == 10.0.0.25 && port.dst == 143");
	ck_assert_str_eq(query("arkime_inventory"), "ip.dst == 10.0.0.25 && port.dst == [25,110,143,465,587,993,995]");
	ck_assert_str_eq(query("kql_inventory"), PORTS " and destination.ip:\"10.0.0.25\"" TIMES);
	ck_assert_str_eq(query("kql_file_access"), FILES " and host.ip:\"10.0.0.25\"" TIMES);
	ck_assert_str_eq(query("kql_powershell"), CMDLETS " and host.ip:\"10.0.0.25\"" TIMES);
}
END_TEST

START_TEST(addresses_alone)
{
	between("10.0.0.5", 0, "198.51.100.25", 0);
	ck_assert_str_eq(query("arkime"), "ip.src == 10.0.0.5 && ip.dst == 198.51.100.25");
	ck_assert_str_eq(query("zeek"), "id.orig_h==10.0.0.5 and id.resp_h==198.51.100.25");
	ck_assert_str_eq(query("kql_network"), "source.ip:\"10.0.0.5\" and destination.ip:\"198.51.100.25\"" TIMES);
}
END_TEST

START_TEST(no_connection)
{
	pivot_put(pivot, &site, NULL, SCENE_NOON, SCENE_NOON + 60 * USEC_PER_SEC);
	ck_assert_str_eq(query("arkime_inventory"), "port.dst == [25,110,143,465,587,993,995]");
	ck_assert_str_eq(query("kql_inventory"), PORTS TIMES);
	ck_assert_str_eq(query("kql_file_access"), FILES TIMES);
	ck_assert_str_eq(query("kql_powershell"), CMDLETS TIMES);
	ck_assert_uint_eq(json_object_size(pivot), 4);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_connection);
	tcase_add_test(tests, the_community_id);
	tcase_add_test(tests, ipv6);
	tcase_add_test(tests, from_outside);
	tcase_add_test(tests, addresses_alone);
	tcase_add_test(tests, no_connection);
}

CHECK_MAIN("publish/pivot", add_tests)
