/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check_main.h"
#include "support/stand.h"

#define MIB (UINT64_C(1) << 20)

static struct stand_mail m;

static void
setup(void)
{
	stand_open(&detector_large_attachment, NULL);
}

static size_t
said_of(const char *to, unsigned attachments, uint64_t size)
{
	size_t before = alert_book_counters(stand.book).raised;

	stand_mail(&m, "ann@company.example", to);
	for (unsigned i = 0; i < attachments; i++)
		stand_attach(&m, "report.pdf", "application/pdf", size);
	stand_send(&m);
	return alert_book_counters(stand.book).raised - before;
}

START_TEST(one_large_message)
{
	ck_assert_uint_eq(said_of("bob@partner.example", 2, 10 * MIB - 1), 0);
	ck_assert_uint_eq(said_of("bob@other.example", 2, 10 * MIB), 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "ann@company.example sent bob@other.example 20.0 MiB of attachments "
						  "in one message, held against 20.0 MiB; ask the "
						  "sender what it is.");
	ck_assert_str_eq(stand.bell.at[0].key, "ann@company.example > other.example");
	ck_assert_str_eq(stand.bell.at[0].figure, "20.0 MiB");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_LOW);
}
END_TEST

START_TEST(less_is_much_to_a_public_provider)
{
	ck_assert_uint_eq(said_of("bob@gmail.com", 1, 10 * MIB - 1), 0);
	ck_assert_uint_eq(said_of("bob@gmail.com", 1, 10 * MIB), 1);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "to a public mail provider"));
}
END_TEST

START_TEST(less_is_much_to_a_stranger)
{
	ck_assert_uint_eq(said_of("bob@partner.example", 1, 12 * MIB), 0);
	stand.now += 8 * STAND_DAY;
	ck_assert_uint_eq(said_of("bob@partner.example", 1, 12 * MIB), 0);
	ck_assert_uint_eq(said_of("eve@stranger.example", 1, 12 * MIB), 1);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "to a domain that the sender never mailed before"));
	ck_assert_uint_eq(said_of("eve@stranger.example", 1, 12 * MIB), 0);
}
END_TEST

START_TEST(pieces_add_up)
{
	for (int i = 0; i < 5; i++) {
		ck_assert_uint_eq(said_of("bob@partner.example", 1, 9 * MIB), 0);
		stand.now += STAND_HOUR;
	}
	ck_assert_uint_eq(said_of("bob@partner.example", 1, 9 * MIB), 1);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "54.0 MiB of attachments, all messages to that domain"));
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "within 1 d, held against 50.0 MiB"));
	ck_assert_uint_eq(said_of("bob@partner.example", 1, 9 * MIB), 0);
	ck_assert_uint_eq(said_of("bob@third.example", 1, 9 * MIB), 0);
}
END_TEST

/* Who mails a partner 60 MiB every day for weeks is said at the beginning, and not for ever. */
START_TEST(what_is_usual_between_two_is_learnt)
{
	for (int day = 0; day < 30; day++) {
		for (int i = 0; i < 6; i++) {
			(void)said_of("bob@partner.example", 1, 10 * MIB);
			stand.now += STAND_HOUR;
		}
		stand.now += 18 * STAND_HOUR;
		if (day == 15)
			stand.bell.len = 0;
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	ck_assert_uint_gt(alert_book_counters(stand.book).raised, 0);
	/* But far more than that is. */
	for (int i = 0; i < 60 && stand.bell.len == 0; i++)
		(void)said_of("bob@partner.example", 1, 12 * MIB);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_ptr_nonnull(strstr(stand.bell.at[0].reason, "which is the most that is usual there"));
}
END_TEST

START_TEST(many)
{
	ck_assert_uint_eq(said_of("bob@partner.example", 39, 10), 0);
	ck_assert_uint_eq(said_of("bob@partner.example", 40, 10), 1);
	ck_assert_str_eq(stand.bell.at[0].figure, "40");
	stand_mail(&m, "ann@company.example", "bob@partner.example");
	for (int i = 0; i < 9; i++)
		stand_attach(&m, "mail.eml", NULL, 1000);
	stand_send(&m);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
	stand_attach(&m, "mail.msg", NULL, 1000);
	stand_send(&m);
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 2);
	ck_assert_int_eq(bell_last(&stand.bell)->severity, SEVERITY_MEDIUM);
	ck_assert_ptr_nonnull(strstr(bell_last(&stand.bell)->reason, "10 messages as attachments"));
}
END_TEST

START_TEST(ordinary_mail_is_quiet)
{
	for (int i = 0; i < 500; i++) {
		ck_assert_uint_eq(said_of("bob@partner.example", 1, MIB / 2), 0);
		ck_assert_uint_eq(said_of("carl@company.example", 1, 40 * MIB), 0);
		ck_assert_uint_eq(said_of("eve@gmail.com", 0, 0), 0);
		stand.now += STAND_HOUR / 2;
	}
}
END_TEST

START_TEST(one_message_through_several_servers)
{
	ck_assert_uint_eq(said_of("bob@partner.example", 2, 10 * MIB), 1);
	stand_show(scene_message(&m.scene));
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
}
END_TEST

START_TEST(allowances_with_an_end)
{
	stand_set("detect.large_attachment.allow=[\"ann@company.example until 2023-11-14 because she mails films\"]");
	ck_assert_uint_eq(said_of("bob@partner.example", 2, 20 * MIB), 0);
	stand.now += 2 * STAND_HOUR;
	ck_assert_uint_eq(said_of("bob@partner.example", 2, 20 * MIB), 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	for (int i = 0; i < 5; i++)
		ck_assert_uint_eq(said_of("bob@partner.example", 1, 9 * MIB), 0);
	stand_restart();
	ck_assert_uint_eq(said_of("bob@partner.example", 1, 9 * MIB), 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, one_large_message);
	tcase_add_test(tests, less_is_much_to_a_public_provider);
	tcase_add_test(tests, less_is_much_to_a_stranger);
	tcase_add_test(tests, pieces_add_up);
	tcase_add_test(tests, what_is_usual_between_two_is_learnt);
	tcase_add_test(tests, many);
	tcase_add_test(tests, ordinary_mail_is_quiet);
	tcase_add_test(tests, one_message_through_several_servers);
	tcase_add_test(tests, allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/large_attachment", add_tests)
