/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "support/check_main.h"
#include "support/stand.h"

#define CLIENT "10.0.0.5"
#define SERVER "10.0.0.143"

static void
setup(void)
{
	stand_open(&detector_bulk_fetch, NULL);
}

/* Messages `from` to `to` - 1 in one session. */
static void
read_messages(const char *client, uint16_t port, unsigned session, uint32_t from, uint32_t to)
{
	for (uint32_t uid = from; uid < to; uid++)
		stand_read(client, SERVER, port, "ann", session, uid);
}

START_TEST(fires_at_the_count_while_it_runs)
{
	/* So many are an estimate, but no more than passed. */
	read_messages(CLIENT, 143, 1, 0, 199);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand_set("detect.bulk_fetch.messages=20");
	read_messages(CLIENT, 143, 2, 0, 19);
	/* The same ones again are no others. */
	read_messages(CLIENT, 143, 2, 0, 19);
	ck_assert_uint_eq(stand.bell.len, 0);
	read_messages(CLIENT, 143, 2, 19, 20);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].rule, "bulk_fetch");
	ck_assert_str_eq(stand.bell.at[0].key, "ann @ " SERVER);
	ck_assert_str_eq(stand.bell.at[0].reason, "10.0.0.5 read 20 messages of the account ann on 10.0.0.143:143 in "
						  "one session, held against 20 messages in one "
						  "session; ask the owner which program reads there.");
	ck_assert_str_eq(stand.bell.at[0].figure, "20");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	/* Once per session. */
	read_messages(CLIENT, 143, 2, 20, 100);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
	read_messages(CLIENT, 143, 3, 0, 20);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 2);
}
END_TEST

START_TEST(fires_by_the_hundreds_by_default)
{
	read_messages(CLIENT, 143, 1, 0, 300);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, " read about "));
}
END_TEST

START_TEST(many_short_sessions_add_up)
{
	for (unsigned i = 0; i < 60; i++) {
		read_messages(CLIENT, 143, 100 + i, i * 15, i * 15 + 15);
		stand.now += STAND_HOUR / 4;
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	for (unsigned i = 60; i < 90; i++) {
		read_messages(CLIENT, 143, 100 + i, i * 15, i * 15 + 15);
		stand.now += STAND_HOUR / 8;
	}
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].held_against, "1000 messages within 1 d");
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
}
END_TEST

START_TEST(ordinary_reading_is_quiet)
{
	for (unsigned day = 0; day < 20; day++) {
		for (unsigned hour = 0; hour < 8; hour++) {
			struct folder_report inbox = {
				.name_text = BYTES("INBOX"), .has_exists = true, .exists = 3000, .read_whole = 15
			};
			struct collection_report c = { .account_text = BYTES("ann"),
				.read_whole = 15,
				.bodies = 15,
				.folders = &inbox,
				.folder_count = 1,
				.has_exists = true,
				.exists = 3000 };
			unsigned session = day * 10 + hour;

			read_messages(CLIENT, 143, session, session * 15, session * 15 + 15);
			stand_report(CLIENT, SERVER, 143, session, &c, SESSION_FIN);
			stand.now += STAND_HOUR;
		}
		stand.now += 16 * STAND_HOUR;
	}
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

static struct collection_report
copied(struct folder_report *folder, uint64_t exists, uint64_t read)
{
	*folder = (struct folder_report){
		.name_text = BYTES("Sent"), .has_exists = true, .exists = exists, .read_whole = read
	};
	return (struct collection_report){ .account_text = BYTES("ann"),
		.read_whole = read,
		.bodies = read,
		.peeked = read,
		.has_exists = true,
		.exists = exists,
		.order = ORDER_ASCENDING,
		.widest = UINT64_MAX,
		.folders_listed = 4,
		.folders_opened = 4,
		.folders = folder,
		.folder_count = 1,
		.client_id_text = BYTES("imapsync 2.229"),
		.tool = "imapsync" };
}

START_TEST(coverage_of_a_folder)
{
	struct folder_report f;
	struct collection_report c = copied(&f, 100, 89);

	stand_report(CLIENT, SERVER, 143, 1, &c, SESSION_LIVES);
	c = copied(&f, 99, 99);
	stand_report(CLIENT, SERVER, 143, 2, &c, SESSION_FIN);
	ck_assert_uint_eq(stand.bell.len, 0);
	c = copied(&f, 100, 90);
	stand_report(CLIENT, SERVER, 143, 1, &c, SESSION_LIVES);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].kind, "coverage");
	ck_assert_str_eq(stand.bell.at[0].figure, "90 of 100");
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "90 % of Sent"));
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "it looks like imapsync"));
	/* Coverage, habits, program. */
	ck_assert_uint_eq(stand.bell.at[0].evidence_count, 3);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	/* Reported on again, it is the same. */
	stand_report(CLIENT, SERVER, 143, 1, &c, SESSION_FIN);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
}
END_TEST

START_TEST(a_copying_outsider_is_worse)
{
	struct folder_report f;
	struct collection_report c = copied(&f, 500, 500);

	stand_report("198.51.100.9", SERVER, 143, 1, &c, SESSION_FIN);
	ck_assert_int_eq(bell_last(&stand.bell)->severity, SEVERITY_HIGH);
	/* One who files, answers and waits is a person. */
	c = (struct collection_report){ .account_text = BYTES("bob"),
		.read_whole = 250,
		.bodies = 300,
		.stored = 3,
		.headers_only = 4000,
		.order = ORDER_MIXED,
		.idle = STAND_HOUR };
	stand_report("198.51.100.9", SERVER, 143, 2, &c, SESSION_FIN);
	ck_assert_int_eq(bell_last(&stand.bell)->severity, SEVERITY_MEDIUM);
}
END_TEST

START_TEST(pop3_that_deletes_is_how_it_was_meant)
{
	struct folder_report f = { .has_exists = true, .exists = 300, .read_whole = 300 };
	struct collection_report c = { .account_text = BYTES("ann"),
		.read_whole = 300,
		.bodies = 300,
		.has_exists = true,
		.exists = 300,
		.deleted = 300,
		.folders = &f,
		.folder_count = 1 };

	read_messages(CLIENT, 110, 1, 0, 300);
	stand_report(CLIENT, SERVER, 110, 1, &c, SESSION_FIN);
	ck_assert_uint_eq(stand.bell.len, 0);
	c.deleted = 0;
	read_messages(CLIENT, 110, 2, 0, 300);
	stand_report(CLIENT, SERVER, 110, 2, &c, SESSION_FIN);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(pop3_by_a_new_client)
{
	struct collection_report c = {
		.account_text = BYTES("ann"), .read_whole = 25, .bodies = 25, .has_exists = true, .exists = 25
	};

	/* While it is learnt, nobody is new. */
	stand_report("10.1.0.5", SERVER, 110, 1, &c, SESSION_FIN);
	stand.now += 8 * STAND_DAY;
	stand_report("10.1.0.9", SERVER, 110, 2, &c, SESSION_FIN);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand_restart();
	c.deleted = 1;
	stand_report("10.2.0.5", SERVER, 110, 3, &c, SESSION_FIN);
	c.deleted = 0;
	c.read_whole = 19;
	stand_report("10.3.0.5", SERVER, 110, 4, &c, SESSION_FIN);
	ck_assert_uint_eq(stand.bell.len, 0);
	c.read_whole = 25;
	stand_report("10.4.0.5", SERVER, 110, 5, &c, SESSION_FIN);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "and deleted none"));
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "a first synchronisation looks the same"));
}
END_TEST

START_TEST(roles_and_allowances_with_an_end)
{
	stand_set("roles.migration=\"10.0.0.5 from 2023-11-14 until 2023-11-14\"");
	stand_set("detect.bulk_fetch.allow=bob");
	read_messages(CLIENT, 143, 1, 0, 300);
	for (uint32_t uid = 0; uid < 300; uid++)
		stand_read("10.0.0.6", SERVER, 143, "Bob", 2, uid);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += 2 * STAND_HOUR;
	read_messages(CLIENT, 143, 3, 0, 300);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

/* The account's owner is not blamed for what the backup read. */
START_TEST(what_a_backup_reads_does_not_add_up)
{
	stand_set("roles.backup=10.0.0.99");
	read_messages("10.0.0.99", 143, 1, 0, 990);
	read_messages(CLIENT, 143, 2, 2000, 2060);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(survives_a_restart)
{
	read_messages(CLIENT, 143, 1, 0, 150);
	stand_restart();
	read_messages(CLIENT, 143, 1, 0, 150);
	ck_assert_uint_eq(stand.bell.len, 0);
	read_messages(CLIENT, 143, 1, 150, 300);
	ck_assert_uint_eq(stand.bell.len, 1);
	stand_restart();
	read_messages(CLIENT, 143, 1, 300, 310);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(the_ceiling_holds)
{
	stand_set("detect.memory=1MiB");
	for (unsigned i = 0; i < 5000; i++)
		stand_read(CLIENT, SERVER, 143, "ann", i, 7);
	ck_assert_uint_gt(stand.row->forgotten(stand.self), 4000);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, fires_at_the_count_while_it_runs);
	tcase_add_test(tests, fires_by_the_hundreds_by_default);
	tcase_add_test(tests, many_short_sessions_add_up);
	tcase_add_test(tests, ordinary_reading_is_quiet);
	tcase_add_test(tests, coverage_of_a_folder);
	tcase_add_test(tests, a_copying_outsider_is_worse);
	tcase_add_test(tests, pop3_that_deletes_is_how_it_was_meant);
	tcase_add_test(tests, pop3_by_a_new_client);
	tcase_add_test(tests, roles_and_allowances_with_an_end);
	tcase_add_test(tests, what_a_backup_reads_does_not_add_up);
	tcase_add_test(tests, survives_a_restart);
	tcase_add_test(tests, the_ceiling_holds);
}

CHECK_MAIN("detect/bulk_fetch", add_tests)
