/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check_main.h"
#include "support/stand.h"

static struct stand_mail m;

static void
setup(void)
{
	stand_open(&detector_disguised_message, NULL);
}

static size_t
said_of(const char *name, const char *type)
{
	size_t before = alert_book_counters(stand.book).raised;

	stand_mail(&m, "ann@company.example", "bob@partner.example");
	stand_attach(&m, name, type, 3 << 20);
	stand_send(&m);
	return alert_book_counters(stand.book).raised - before;
}

START_TEST(content_contradicts_its_name)
{
	ck_assert_uint_eq(said_of("holiday.JPG", "application/zip; encrypted=yes"), 1);
	ck_assert_str_eq(stand.bell.at[0].reason,
	    "ann@company.example sent bob@partner.example an attachment of 3.0 MiB named holiday.JPG that is in truth "
	    "an "
	    "encrypted zip archive; ask the sender, and look what else that host packed.");
	ck_assert_str_eq(stand.bell.at[0].key, "ann@company.example > partner.example");
	ck_assert_str_eq(stand.bell.at[0].figure, "an encrypted zip archive");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_uint_eq(said_of("notes.txt", "application/vnd.rar"), 1);
	ck_assert_uint_eq(said_of("report.pdf", "application/vnd.ms-outlook-pst"), 1);
	ck_assert_uint_eq(said_of("report.docx", "application/x-7z-compressed"), 1);
	ck_assert_uint_eq(said_of("song.mp3", "application/mbox"), 1);
	ck_assert_uint_eq(said_of("table.xls", "application/vnd.microsoft.portable-executable"), 1);
}
END_TEST

START_TEST(what_goes_together)
{
	static const char *const pairs[][2] = { { "report.docx", "application/zip" },
		{ "report.doc", "application/zip" }, { "old.doc", "application/x-ole-storage" },
		{ "locked.xlsx", "application/x-ole-storage" }, { "a.zip", "application/zip" },
		{ "a.jar", "application/zip" }, { "image.png", "image/jpeg" }, { "report.pdf", "application/pdf" },
		{ "unknown.xyz", "application/zip" }, { "noextension", "application/zip" },
		{ "backup.7z", "application/x-7z-compressed" },
		{ "setup.exe", "application/vnd.microsoft.portable-executable" }, { "note.txt", NULL },
		{ "note.jpgx", "application/zip" }, { "a.jpg jpeg", "application/zip" } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		ck_assert_msg(said_of(pairs[i][0], pairs[i][1]) == 0, "%s", pairs[i][0]);
}
END_TEST

static size_t
said_of_subject(const char *to, const char *subject, unsigned attachments, bool thread)
{
	static struct bytes reference = { (const uint8_t *)"x@y", 3 };
	size_t before = alert_book_counters(stand.book).raised;

	stand_mail(&m, "ann@company.example", to);
	scene_subject(&m.scene, subject);
	for (unsigned i = 0; i < attachments; i++)
		stand_attach(&m, "report.pdf", "application/pdf", 1000);
	if (thread)
		m.scene.content.references = (struct slices){ &reference, 1, 0 };
	stand_send(&m);
	return alert_book_counters(stand.book).raised - before;
}

START_TEST(an_answer_to_nothing)
{
	ck_assert_uint_eq(said_of_subject("old@partner.example", "Re: offer", 1, false), 0);
	stand.now += 8 * STAND_DAY;
	ck_assert_uint_eq(said_of_subject("a@one.example", "Re: offer", 1, true), 0);
	ck_assert_uint_eq(said_of_subject("a@two.example", "Re: offer", 0, false), 0);
	ck_assert_uint_eq(said_of_subject("a@three.example", "Offer", 1, false), 0);
	ck_assert_uint_eq(said_of_subject("old@partner.example", "Re: offer", 1, false), 0);
	ck_assert_uint_eq(said_of_subject("a@four.example", "Re: offer", 1, false), 1);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_LOW);
	ck_assert_ptr_nonnull(
	    strstr(stand.bell.at[0].reason, "under the subject Re: offer, which answers or forwards nothing"));
	ck_assert_uint_eq(said_of_subject("a@five.example", "Fwd: offer", 2, false), 1);
}
END_TEST

/* As most programs forward: the subject, and a line before the text that is forwarded. */
START_TEST(a_forward_that_shows_what_it_forwards)
{
	ck_assert_uint_eq(said_of_subject("old@partner.example", "Re: offer", 1, false), 0);
	stand.now += 8 * STAND_DAY;
	for (int shown = 1; shown >= 0; shown--) {
		stand_mail(&m, "ann@company.example", shown ? "x@new.example" : "y@newer.example");
		scene_subject(&m.scene, "Fwd: offer");
		stand_attach(&m, "report.pdf", "application/pdf", 1000);
		if (shown)
			m.scene.content.separator = SEPARATOR_FORWARDED;
		stand_send(&m);
		ck_assert_uint_eq(stand.bell.len, !shown);
	}
}
END_TEST

START_TEST(allowances_with_an_end)
{
	stand_set("detect.disguised_message.allow=\"10.0.0.25 until 2023-11-14\"");
	ck_assert_uint_eq(said_of("holiday.jpg", "application/zip"), 0);
	stand.now += 2 * STAND_HOUR;
	ck_assert_uint_eq(said_of("holiday.jpg", "application/zip"), 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	(void)said_of_subject("old@partner.example", "offer", 1, false);
	stand.now += 8 * STAND_DAY;
	stand_restart();
	ck_assert_uint_eq(said_of_subject("old@partner.example", "Re: offer", 1, false), 0);
	ck_assert_uint_eq(said_of_subject("new@other.example", "Re: offer", 1, false), 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, content_contradicts_its_name);
	tcase_add_test(tests, what_goes_together);
	tcase_add_test(tests, an_answer_to_nothing);
	tcase_add_test(tests, a_forward_that_shows_what_it_forwards);
	tcase_add_test(tests, allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/disguised_message", add_tests)
