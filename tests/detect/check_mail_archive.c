/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check_main.h"
#include "support/stand.h"

static struct stand_mail m;

static void
setup(void)
{
	stand_open(&detector_mail_archive, NULL);
	stand_mail(&m, "ann@company.example", "bob@partner.example");
}

/* How many alerts a message with this attachment raises. */
static size_t
said_of(const char *name, const char *type)
{
	size_t before = alert_book_counters(stand.book).raised;

	stand_mail(&m, "ann@company.example", "bob@partner.example");
	stand_attach(&m, name, type, 1 << 20);
	stand_send(&m);
	return alert_book_counters(stand.book).raised - before;
}

START_TEST(by_content)
{
	stand_attach(&m, "holiday.jpg", "application/vnd.ms-outlook-pst", 5 << 20);
	stand_send(&m);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "ann@company.example sent bob@partner.example an Outlook store of "
						  "5.0 MiB, known by its content: holiday.jpg; find "
						  "out who packed a mailbox, and why.");
	ck_assert_str_eq(stand.bell.at[0].key, "ann@company.example > partner.example");
	ck_assert_str_eq(stand.bell.at[0].kind, "content");
	ck_assert_str_eq(stand.bell.at[0].figure, "5.0 MiB");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_HIGH);
	ck_assert_uint_eq(stand.bell.at[0].users, 2);
	ck_assert_uint_eq(said_of("x", "application/mbox"), 1);
	ck_assert_uint_eq(said_of("x", "application/vnd.lotus-notes"), 1);
}
END_TEST

START_TEST(by_name)
{
	stand_attach(&m, "Backup.PST", "application/zip; encrypted=yes", 1 << 20);
	stand_send(&m);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_str_eq(stand.bell.at[0].kind, "name");
	ck_assert_uint_eq(said_of("archive.ost.7z", NULL), 1);
	ck_assert_uint_eq(said_of("INBOX.mbox", NULL), 1);
}
END_TEST

START_TEST(what_is_none)
{
	ck_assert_uint_eq(said_of("report.pdf", "application/pdf"), 0);
	ck_assert_uint_eq(said_of("pst", NULL), 0);
	ck_assert_uint_eq(said_of("post", NULL), 0);
	ck_assert_uint_eq(said_of("archive.zip", "application/zip"), 0);
	ck_assert_uint_eq(said_of("letter.eml", NULL), 0);
	ck_assert_uint_eq(said_of("", NULL), 0);
}
END_TEST

START_TEST(only_what_leaves)
{
	stand_mail(&m, "ann@company.example", "carl@company.example");
	stand_attach(&m, "a.pst", NULL, 1);
	stand_send(&m);
	stand_mail(&m, "ann@company.example", "bob@partner.example");
	stand_attach(&m, "a.pst", NULL, 1);
	m.scene.report.status = MESSAGE_REFUSED;
	stand_send(&m);
	m.scene.report.status = MESSAGE_ACCEPTED;
	m.scene.report.transfer = TRANSFER_IMAP_FETCH;
	stand_send(&m);
	/* What comes in. */
	m.scene.report.transfer = TRANSFER_SMTP_DATA;
	m.scene.session.client.address = m.scene.session.server.address;
	stand_send(&m);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(one_message_through_several_servers)
{
	stand_attach(&m, "a.pst", NULL, 1);
	stand_send(&m);
	stand_show(scene_message(&m.scene));
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
	stand_send(&m);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 2);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(allowances_with_an_end)
{
	stand_set("detect.mail_archive.allow=[\"partner.example until 2023-11-14 because support case\"]");
	ck_assert_uint_eq(said_of("a.pst", NULL), 0);
	stand.now += 2 * STAND_HOUR;
	ck_assert_uint_eq(said_of("a.pst", NULL), 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	stand_attach(&m, "a.pst", NULL, 1);
	stand_send(&m);
	stand_restart();
	stand_show(scene_message(&m.scene));
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, by_content);
	tcase_add_test(tests, by_name);
	tcase_add_test(tests, what_is_none);
	tcase_add_test(tests, only_what_leaves);
	tcase_add_test(tests, one_message_through_several_servers);
	tcase_add_test(tests, allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/mail_archive", add_tests)
