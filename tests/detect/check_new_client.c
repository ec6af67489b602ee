/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "support/check_main.h"
#include "support/stand.h"

#define SERVER "10.0.0.143"

static void
setup(void)
{
	stand_open(&detector_new_client, NULL);
}

static void
login(const char *client, const char *user)
{
	stand_login(client, SERVER, user, LOGIN_SUCCESS);
}

static void
handshake(const char *client, const char *server, uint16_t port, const char *ja4)
{
	struct session s = stand_session(client, server, port, stand.sessions++);
	struct tls_report tls = { .established = true };
	struct observation o = { .kind = OBSERVED_TLS, .session = &s };

	snprintf(tls.ja4, sizeof(tls.ja4), "%s", ja4);
	o.tls = &tls;
	stand_show(o);
}

/* Ann at her desk for so many days. */
static void
at_the_desk(unsigned days)
{
	for (unsigned i = 0; i < days; i++) {
		login("10.0.1.5", "ann");
		stand.now += STAND_DAY;
	}
}

START_TEST(an_account_from_a_new_network)
{
	at_the_desk(8);
	login("10.0.1.77", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
	login("198.51.100.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "The account ann is used by 198.51.100.7, on 10.0.0.143:143, with "
						  "the network 198.51.100.0/24, never seen with it in "
						  "8 days and 9 uses; ask whether the client is new.");
	ck_assert_str_eq(stand.bell.at[0].key, "ann < 198.51.100.0/24");
	ck_assert_str_eq(stand.bell.at[0].kind, "network");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	login("198.51.100.8", "ann");
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
	/* At home it weighs less; and so soon after it is not said. */
	login("10.0.2.5", "ann");
	ck_assert_uint_eq(stand.bell.len, 1);
	at_the_desk(3);
	login("10.0.3.5", "ann");
	ck_assert_uint_eq(stand.bell.len, 2);
	ck_assert_int_eq(stand.bell.at[1].severity, SEVERITY_LOW);
}
END_TEST

START_TEST(learning_is_quiet)
{
	at_the_desk(6);
	login("198.51.100.7", "ann");
	/* A new account is no new client. */
	stand.now += 10 * STAND_DAY;
	login("198.51.100.7", "bob");
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(learning_nothing_is_not_quiet)
{
	stand_set("detect.learning=0");
	stand_set("detect.new_client.settled=0");
	login("10.0.1.5", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
	login("198.51.100.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

/* A month of new networks every day: said once, when it begins. */
START_TEST(who_travels_is_said_once)
{
	at_the_desk(10);
	for (unsigned i = 0; i < 30; i++) {
		char client[20];

		snprintf(client, sizeof(client), "198.51.%u.7", i);
		login(client, "ann");
		stand.now += STAND_DAY;
	}
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(a_new_program)
{
	struct collection_report c = { .account_text = BYTES("ann"), .client_id_text = BYTES("Thunderbird 115") };

	for (unsigned i = 0; i < 10; i++) {
		stand_report("10.0.1.5", SERVER, 143, i, &c, SESSION_FIN);
		stand.now += STAND_DAY;
	}
	c.client_id_text = bytes_of(NULL, 0);
	stand_report("10.0.1.5", SERVER, 143, 11, &c, SESSION_FIN);
	ck_assert_uint_eq(stand.bell.len, 0);
	c.client_id_text = BYTES("imapsync 2.229");
	stand_report("10.0.1.5", SERVER, 143, 12, &c, SESSION_FIN);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].key, "ann < imapsync 2.229");
	ck_assert_str_eq(stand.bell.at[0].figure, "imapsync 2.229");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_LOW);
}
END_TEST

START_TEST(a_new_fingerprint_on_a_server)
{
	for (unsigned i = 0; i < 10; i++) {
		handshake("10.0.1.5", SERVER, 993, "t13d1516h2_8daaf6152771_e5627efa2ab1");
		handshake("10.0.1.5", "203.0.113.9", 993, "t13d1516h2_8daaf6152771_e5627efa2ab1");
		handshake("10.0.1.5", "10.0.0.25", 25, "t13d1516h2_8daaf6152771_e5627efa2ab1");
		stand.now += STAND_DAY;
	}
	/* The world's servers, and an MX, see what they see. */
	handshake("10.0.1.5", "203.0.113.9", 993, "t12d0000h0_000000000000_000000000000");
	handshake("10.0.1.5", "10.0.0.25", 25, "t12d0000h0_000000000000_000000000000");
	ck_assert_uint_eq(stand.bell.len, 0);
	handshake("10.0.1.5", SERVER, 993, "t12d0000h0_000000000000_000000000000");
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].key, "10.0.0.143 < t12d0000h0_000000000000_000000000000");
	handshake("10.9.1.5", SERVER, 993, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	ck_assert_uint_eq(stand.bell.len, 2);
	ck_assert_str_eq(stand.bell.at[1].key, "10.0.0.143 < 10.9.1.0/24");
	ck_assert_int_eq(stand.bell.at[1].severity, SEVERITY_LOW);
}
END_TEST

START_TEST(roles_and_allowances_with_an_end)
{
	stand_set("roles.migration=10.0.7.0/24");
	stand_set("detect.new_client.allow=\"ann until 2023-11-24 because she travels\"");
	at_the_desk(8);
	for (unsigned i = 0; i < 8; i++) {
		login("10.0.1.6", "bob");
		login("10.0.1.7", "cleo");
	}
	stand.now += 2 * STAND_DAY;
	login("198.51.100.7", "ann");
	login("10.0.7.1", "bob");
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 6 * STAND_DAY;
	login("198.51.101.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

/* Neither is a network that only a backup came from the owner's, nor does it unsettle. */
START_TEST(a_backup_teaches_nothing)
{
	stand_set("roles.backup=10.0.9.9");
	login("10.0.9.9", "ann");
	stand.now += 6 * STAND_DAY;
	login("10.0.1.5", "ann");
	stand.now += 2 * STAND_DAY;
	login("10.0.1.6", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 6 * STAND_DAY;
	login("10.0.9.9", "ann");
	login("198.51.100.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	at_the_desk(8);
	stand_restart();
	login("10.0.1.5", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
	login("198.51.100.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 1);
	stand_restart();
	login("198.51.100.7", "ann");
	login("198.51.102.7", "ann");
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, an_account_from_a_new_network);
	tcase_add_test(tests, learning_is_quiet);
	tcase_add_test(tests, learning_nothing_is_not_quiet);
	tcase_add_test(tests, who_travels_is_said_once);
	tcase_add_test(tests, a_new_program);
	tcase_add_test(tests, a_new_fingerprint_on_a_server);
	tcase_add_test(tests, roles_and_allowances_with_an_end);
	tcase_add_test(tests, a_backup_teaches_nothing);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/new_client", add_tests)
