/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "support/check_main.h"
#include "support/stand.h"

#define MIB (UINT64_C(1) << 20)
#define SERVER "10.0.0.143"

static unsigned session;

static void
setup(void)
{
	stand_open(&detector_mailbox_download, NULL);
	session = 0;
}

/* In a connection of its own. */
static void
draw(const char *client, uint64_t octets)
{
	stand_volume(client, SERVER, 993, session++, octets, 1000);
}

/* Ten days in which some people draw 1 to 2 MiB in each of eight hours. */
static void
ordinary_days(unsigned people)
{
	for (unsigned day = 0; day < 10; day++) {
		for (unsigned hour = 0; hour < 8; hour++) {
			for (unsigned i = 0; i < people; i++) {
				char client[16];

				snprintf(client, sizeof(client), "10.0.1.%u", i);
				draw(client, MIB + (i * 7919 + hour * 104729 + day * 1299709) % MIB);
			}
			stand.now += STAND_HOUR;
		}
		stand.now += 16 * STAND_HOUR;
	}
}

START_TEST(nothing_learnt_has_its_own_floor)
{
	for (int i = 0; i < 249; i++)
		draw("10.0.0.5", MIB);
	ck_assert_uint_eq(stand.bell.len, 0);
	draw("10.0.0.5", MIB);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "10.0.0.5 drew 250.0 MiB from the mail server 10.0.0.143 within 1 h; "
						  "what is usual there is not known yet: a first "
						  "synchronisation looks the same, ask the user of that host.");
	ck_assert_str_eq(stand.bell.at[0].key, "10.0.0.5 < 10.0.0.143");
	ck_assert_str_eq(stand.bell.at[0].kind, "volume");
	ck_assert_str_eq(stand.bell.at[0].held_against, "at least 250.0 MiB");
	ck_assert_uint_eq(stand.bell.at[0].evidence_count, 3);
	for (int i = 0; i < 500; i++)
		draw("10.0.0.5", MIB);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
}
END_TEST

START_TEST(ordinary_days_are_quiet)
{
	ordinary_days(20);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(far_more_than_it_and_its_peers)
{
	ordinary_days(20);
	/* Limits are about 11.6 times 1.5 MiB of its own, and less of the peers: the floor of 25 MiB decides. */
	draw("10.0.1.3", 24 * MIB);
	ck_assert_uint_eq(stand.bell.len, 0);
	draw("10.0.1.3", 2 * MIB);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "usual for it are at most"));
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "for that server's clients at most"));
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	draw("10.0.1.3", 500 * MIB);
	ck_assert_int_eq(bell_last(&stand.bell)->severity, SEVERITY_HIGH);
}
END_TEST

/* Who always draws much is held against himself; a new client against the others. */
START_TEST(both_baselines_count)
{
	for (unsigned day = 0; day < 10; day++) {
		for (unsigned hour = 0; hour < 8; hour++) {
			draw("10.0.2.1", 60 * MIB);
			stand.now += STAND_HOUR;
		}
		stand.now += 16 * STAND_HOUR;
	}
	stand.now -= 10 * STAND_DAY;
	ordinary_days(20);
	ck_assert_uint_eq(stand.bell.len, 0);
	draw("10.0.2.1", 90 * MIB);
	ck_assert_uint_eq(stand.bell.len, 0);
	draw("10.0.2.2", 90 * MIB);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_ptr_null(strstr(stand.bell.at[0].reason, "usual for it"));
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "server's clients at most"));
}
END_TEST

/* 1 MiB every three minutes, in one connection, for days: no hour is conspicuous. */
START_TEST(one_long_connection_adds_up)
{
	bool said = false;

	ordinary_days(20);
	for (unsigned i = 0; i < 20 * 48 && !said; i++) {
		stand_volume("10.0.1.3", SERVER, 993, 1000000, MIB, 10);
		stand.now += STAND_HOUR / 20;
		said = stand.bell.len > 0;
	}
	ck_assert(said);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "in one connection"));
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "drew 250.0 MiB"));
}
END_TEST

/* A week of ordinary use in one connection is a week of ordinary use. */
START_TEST(one_long_connection_of_ordinary_use_is_quiet)
{
	ordinary_days(20);
	for (unsigned i = 0; i < 24 * 14; i++) {
		stand_volume("10.0.1.3", SERVER, 993, 1000000, 3 * MIB / 2, 10);
		stand.now += STAND_HOUR;
	}
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(slow_poison_does_not_teach)
{
	uint64_t amount = 2 * MIB;

	ordinary_days(20);
	/* Ten times as much from one hour to the next teaches no more than the limit each time. */
	for (unsigned hour = 0; hour < 3; hour++) {
		amount *= 10;
		draw("10.0.1.3", amount);
		stand.now += STAND_HOUR;
	}
	ck_assert_uint_ge(stand.bell.len, 1);
}
END_TEST

START_TEST(frozen_while_packets_are_lost)
{
	struct loss_report loss = { .frames = 100, .kernel_dropped = 50 };
	struct observation o = { .kind = OBSERVED_LOSS };

	o.loss = &loss;
	for (unsigned i = 0; i < 300; i++) {
		stand_show(o);
		draw("10.0.1.3", MIB);
		stand.now += STAND_HOUR;
	}
	/* Twelve days, and nothing learnt: the floor is the other one. */
	draw("10.0.1.3", 200 * MIB);
	ck_assert_uint_eq(stand.bell.len, 0);
	draw("10.0.1.3", 50 * MIB);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(a_shared_address_has_no_peers)
{
	ordinary_days(20);
	stand_set("roles.webmail=10.0.3.1");
	draw("10.0.3.1", 800 * MIB);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(only_mail)
{
	struct session s = stand_session("10.0.0.5", SERVER, 443, 1);
	struct volume_report v = { .bytes = { 10, 900 * MIB }, .total = { 10, 900 * MIB } };
	struct observation o = { .kind = OBSERVED_VOLUME, .session = &s };

	v.bytes[FROM_SERVER] = v.total[FROM_SERVER] = 900 * MIB;
	o.volume = &v;
	s.mail_port = false;
	s.protocol = MAIL_TLS;
	stand_show(o);
	ck_assert_uint_eq(stand.bell.len, 0);
	s.protocol = MAIL_IMAP;
	stand_show(o);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(roles_and_allowances_with_an_end)
{
	stand_set("roles.backup=\"10.0.0.5 until 2023-11-14 because nightly\"");
	stand_set("detect.mailbox_download.allow=\"server 10.0.0.143 until 2023-11-14\"");
	draw("10.0.0.5", 900 * MIB);
	draw("10.0.0.6", 900 * MIB);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 2 * STAND_HOUR;
	draw("10.0.0.5", 900 * MIB);
	draw("10.0.0.6", 900 * MIB);
	ck_assert_uint_eq(stand.bell.len, 2);
}
END_TEST

START_TEST(survives_a_restart)
{
	ordinary_days(20);
	draw("10.0.1.3", 20 * MIB);
	stand_restart();
	draw("10.0.1.3", 4 * MIB);
	ck_assert_uint_eq(stand.bell.len, 0);
	draw("10.0.1.3", 2 * MIB);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "usual for it are at most"));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, nothing_learnt_has_its_own_floor);
	tcase_add_test(tests, ordinary_days_are_quiet);
	tcase_add_test(tests, far_more_than_it_and_its_peers);
	tcase_add_test(tests, both_baselines_count);
	tcase_add_test(tests, one_long_connection_adds_up);
	tcase_add_test(tests, one_long_connection_of_ordinary_use_is_quiet);
	tcase_add_test(tests, slow_poison_does_not_teach);
	tcase_add_test(tests, frozen_while_packets_are_lost);
	tcase_add_test(tests, a_shared_address_has_no_peers);
	tcase_add_test(tests, only_mail);
	tcase_add_test(tests, roles_and_allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/mailbox_download", add_tests)
