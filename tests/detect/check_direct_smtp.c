/* SPDX-License-Identifier: Apache-2.0 */
#include "support/check_main.h"
#include "support/stand.h"

#define OUTSIDE "198.51.100.25"

static void
setup(void)
{
	stand_open(&detector_direct_smtp, NULL);
}

/* A dialogue without a message; its server greets with 220. */
static void
talk(const char *client, const char *server, uint16_t port)
{
	struct session s = stand_session(client, server, port, stand.sessions++);
	struct session_report r = { .end = SESSION_FIN, .is_smtp = true };
	struct observation o = { .kind = OBSERVED_SESSION, .session = &s };

	r.smtp.banner_code = 220;
	r.traffic[FROM_CLIENT].bytes = 100;
	o.report = &r;
	stand_show(o);
}

static void
learn(void)
{
	talk("10.0.0.99", "10.0.0.98", 25);
	stand.now += 2 * STAND_DAY;
}

START_TEST(a_workstation)
{
	learn();
	talk("10.0.1.5", OUTSIDE, 25);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason,
	    "10.0.1.5, which takes no mail and is not listed as a mail server, speaks SMTP to 198.51.100.25:25 "
	    "outside; find "
	    "out which program there mails, or list it under roles.mail_servers.");
	ck_assert_str_eq(stand.bell.at[0].key, "10.0.1.5");
	ck_assert_str_eq(stand.bell.at[0].figure, "198.51.100.25:25");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	/* It is one finding, however often it does so. */
	for (int i = 0; i < 8; i++)
		talk("10.0.1.5", "203.0.113.25", 25);
	ck_assert_uint_eq(stand.bell.len, 1);
	talk("10.0.1.6", OUTSIDE, 587);
	ck_assert_uint_eq(stand.bell.len, 2);
	ck_assert_int_eq(stand.bell.at[1].severity, SEVERITY_LOW);
}
END_TEST

START_TEST(while_it_runs)
{
	struct scene s;

	learn();
	scene_init(&s, "10.0.1.5", OUTSIDE);
	s.report.ordinal = UINT32_MAX;
	stand_show(scene_message(&s));
	ck_assert_uint_eq(stand.bell.len, 1);
	stand_show(scene_message(&s));
	ck_assert_uint_eq(alert_book_counters(stand.book).raised, 1);
}
END_TEST

START_TEST(submission_in_tls)
{
	struct session s = stand_session("10.0.1.5", OUTSIDE, 465, 1);
	struct tls_report tls = { .established = true };
	struct observation o = { .kind = OBSERVED_TLS, .session = &s };

	learn();
	o.tls = &tls;
	stand_show(o);
	ck_assert_uint_eq(stand.bell.len, 1);
	s = stand_session("10.0.1.7", OUTSIDE, 993, 1);
	stand_show(o);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(mail_servers_are_known_by_taking_mail)
{
	learn();
	talk("198.51.100.1", "10.0.0.25", 25);
	talk("10.0.0.25", OUTSIDE, 25);
	talk("10.0.1.5", "10.0.0.25", 25);
	talk("198.51.100.1", "203.0.113.25", 25);
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(who_always_did_goes_on)
{
	talk("10.0.1.9", OUTSIDE, 25);
	learn();
	for (int i = 0; i < 30; i++) {
		talk("10.0.1.9", OUTSIDE, 25);
		stand.now += STAND_DAY;
	}
	ck_assert_uint_eq(stand.bell.len, 0);
}
END_TEST

START_TEST(learning_nothing_says_all)
{
	stand_set("detect.direct_smtp.learning=0");
	talk("10.0.1.9", OUTSIDE, 25);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(roles_and_allowances_with_an_end)
{
	stand_set("roles.mail_servers=10.0.0.26");
	stand_set("detect.direct_smtp.allow=\"10.0.1.5 until 2023-11-16 because printer\"");
	learn();
	talk("10.0.0.26", OUTSIDE, 25);
	talk("10.0.1.5", OUTSIDE, 25);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand.now += STAND_DAY;
	talk("10.0.1.5", OUTSIDE, 25);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

START_TEST(survives_a_restart)
{
	talk("10.0.1.9", OUTSIDE, 25);
	talk("198.51.100.1", "10.0.0.25", 25);
	learn();
	stand_restart();
	talk("10.0.1.9", OUTSIDE, 25);
	talk("10.0.0.25", OUTSIDE, 25);
	ck_assert_uint_eq(stand.bell.len, 0);
	/* The learning time was over. */
	talk("10.0.1.5", OUTSIDE, 25);
	ck_assert_uint_eq(stand.bell.len, 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, a_workstation);
	tcase_add_test(tests, while_it_runs);
	tcase_add_test(tests, submission_in_tls);
	tcase_add_test(tests, mail_servers_are_known_by_taking_mail);
	tcase_add_test(tests, who_always_did_goes_on);
	tcase_add_test(tests, learning_nothing_says_all);
	tcase_add_test(tests, roles_and_allowances_with_an_end);
	tcase_add_test(tests, survives_a_restart);
}

CHECK_MAIN("detect/direct_smtp", add_tests)
