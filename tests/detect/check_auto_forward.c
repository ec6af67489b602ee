/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detectors.h"

#include <string.h>

#include "detect/shipped_rules.h"
#include "support/check_main.h"
#include "support/observations.h"

static char *local[] = { (char[]){ "company.example" } };
static struct network home[1];
static struct forward_rules rules;
static struct site site;
static struct detect_settings settings;
static struct alert_book *book;
static struct bell bell;
static void *detector;
static struct scene s;

static void
setup(void)
{
	struct detector_context context = { .settings = &settings, .site = &site, .forward_rules = &rules };

	home[0] = network_of("10.0.0.0/8");
	site = (struct site){ .home = { home, 1 }, .local_domains = names_of(local, 1) };
	settings = plain_settings();
	rules = shipped_rules();
	bell.len = 0;
	book = alert_book_new(&settings.alerts, bell_note, &bell);
	context.alerts = book;
	detector = detector_auto_forward.open(&context);
	ck_assert_ptr_nonnull(detector);
	scene_init(&s, "10.0.0.5", "198.51.100.25");
	scene_from(&s, "ivan@customer.example");
	scene_to(&s, "bob@freemail.example");
}

static void
teardown(void)
{
	detector_auto_forward.close(detector);
	alert_book_free(book);
	forward_rules_clear(&rules);
}

static void
send_message(void)
{
	struct observation o = scene_message(&s);

	detector_auto_forward.observe(detector, &o);
}

static void
forward_for(const char *loop)
{
	s.content.header_count = 0;
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", loop);
	send_message();
}

START_TEST(says_whose_where_to_and_why)
{
	forward_for("Alice@company.example;0f6b4d1e");
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].rule, "auto_forward");
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_HIGH);
	ck_assert_uint_eq(bell.at[0].risk, 90);
	ck_assert_str_eq(bell.at[0].key, "alice@company.example > bob@freemail.example");
	ck_assert_str_eq(bell.at[0].reason,
	    "Mail for alice@company.example is forwarded automatically to bob@freemail.example: header"
	    " X-MS-Exchange-ForwardingLoop names alice@company.example (mailbox forwarding of Exchange or Microsoft 365),"
	    " confidence 0.90.");
	ck_assert_str_eq(bell.at[0].kind, "header");
	ck_assert_str_eq(bell.at[0].seen, "X-MS-Exchange-ForwardingLoop: Alice@company.example;0f6b4d1e");
	ck_assert_str_eq(bell.at[0].figure, "weight 0.90 (exchange-forwarding-loop)");
	ck_assert_str_eq(bell.at[0].held_against, "confidence 0.90, alert from 0.50 on");
	ck_assert_uint_eq(bell.at[0].events, 1);
	ck_assert_uint_eq(bell.at[0].users, 2);
}
END_TEST

START_TEST(repeats_aggregate_by_mailbox_and_target)
{
	for (int i = 0; i < 100; i++)
		forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 3);
	ck_assert_uint_eq(bell.at[1].count, 10);
	ck_assert_uint_eq(bell.at[2].count, 100);
	forward_for("dave@company.example;1");
	ck_assert_uint_eq(bell.len, 4);
	s.to[0] = BYTES("other@freemail.example");
	forward_for("dave@company.example;1");
	ck_assert_uint_eq(bell.len, 5);
}
END_TEST

START_TEST(a_rise_of_severity_breaks_through)
{
	scene_header(&s, "X-MailFwdBy", "alice@company.example");
	send_message();
	send_message();
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_LOW);
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_int_eq(bell.at[1].severity, SEVERITY_HIGH);
	ck_assert_uint_eq(bell.at[1].count, 3);
}
END_TEST

/* Every hunting guide names these three: each is enough, whoever wrote it. */
START_TEST(the_three_headers_always_raise_an_alert)
{
	static const struct {
		const char *name, *value;
		enum severity severity;
	} cases[] = { { "X-MS-Exchange-Organization-AutoForwarded", "true", SEVERITY_MEDIUM },
		{ "X-MailFwdBy", "anything at all", SEVERITY_LOW }, { "X-MailFwdBy", "", SEVERITY_LOW },
		{ "x-mailfwdby", "erin@elsewhere.example", SEVERITY_LOW },
		{ "X-Forwarded-To", "bob@freemail.example", SEVERITY_LOW }, { "X-Forwarded-To", "x", SEVERITY_LOW } };

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *name = cases[i / 2].name;

		teardown();
		setup();
		/* With local_domains and without. */
		site.local_domains.len = i % 2;
		scene_header(&s, name, cases[i / 2].value);
		send_message();
		ck_assert_msg(bell.len == 1, "%s", name);
		ck_assert_int_eq(bell.at[0].severity, cases[i / 2].severity);
		ck_assert(strncasecmp(bell.at[0].seen, name, strlen(name)) == 0);
	}
	ck_assert_str_eq(bell.at[0].held_against,
	    "confidence 0.15 is below 0.50, but this sign always raises an alert on mail to an outsider");
}
END_TEST

START_TEST(just_below_is_silent)
{
	scene_from(&s, "SRS0=HHHH=TT=customer.example=ivan@company.example");
	settings.auto_forward.confidence = 0.51;
	send_message();
	ck_assert_uint_eq(bell.len, 0);
	settings.auto_forward.confidence = 0.50;
	send_message();
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_str_eq(bell.at[0].kind, "envelope");
	ck_assert_str_eq(bell.at[0].key, "? > bob@freemail.example");
	ck_assert_str_eq(bell.at[0].reason,
	    "Mail for a mailbox that is not named is forwarded automatically to bob@freemail.example: the envelope sender"
	    " is coded (a forwarder with sender rewriting (SRS)), confidence 0.50.");
	settings.auto_forward.confidence_high = 0.50;
	send_message();
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_int_eq(bell.at[1].severity, SEVERITY_HIGH);
}
END_TEST

START_TEST(what_does_not_go_out_is_silent)
{
	s.to[0] = BYTES("carol@company.example");
	forward_for("alice@company.example;1");
	s.to[0] = BYTES("carol@sub.company.example");
	forward_for("alice@company.example;1");
	s.to[0] = BYTES("bob@freemail.example");
	s.session.client.address = network_of("203.0.113.9").address;
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 0);
	/* On its way out it is found on the inner leg already, and both legs are one finding. */
	s.session.client.address = network_of("10.0.0.5").address;
	s.session.server.address = network_of("10.0.0.25").address;
	forward_for("alice@company.example;1");
	s.session.server.address = network_of("198.51.100.25").address;
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_uint_eq(alert_book_counters(book).raised, 2);
}
END_TEST

START_TEST(allow_lists)
{
	char *targets[] = { (char[]){ "freemail.example" } }, *senders[] = { (char[]){ "alice@company.example" } };

	settings.auto_forward.allow_targets = names_of(targets, 1);
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 0);
	settings.auto_forward.allow_targets.len = 0;
	settings.auto_forward.allow_senders = names_of(senders, 1);
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 0);
	forward_for("dave@company.example;1");
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(excuses_are_silent)
{
	scene_header(&s, "List-Id", "<x.lists.example>");
	scene_header(&s, "X-Forwarded-To", "bob@freemail.example");
	send_message();
	s.content.header_count = 0;
	scene_header(&s, "Auto-Submitted", "auto-replied");
	scene_header(&s, "X-MS-Exchange-Inbox-Rules-Loop", "alice@company.example");
	scene_author(&s, "alice@company.example");
	send_message();
	s.content.header_count = 0;
	scene_from(&s, "");
	s.content.content_type = BYTES("multipart/report");
	scene_header(&s, "X-MS-Exchange-Organization-AutoForwarded", "true");
	send_message();
	ck_assert_uint_eq(bell.len, 0);
}
END_TEST

START_TEST(the_status_is_said)
{
	s.report.status = MESSAGE_REFUSED;
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 0);
	s.report.status = MESSAGE_INCOMPLETE;
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_ptr_nonnull(strstr(bell.at[0].reason, "; the message was not seen to its end."));
	s.report.status = MESSAGE_UNANSWERED;
	forward_for("dave@company.example;1");
	ck_assert_ptr_nonnull(strstr(bell.at[1].reason, "; the server's answer was not seen."));
}
END_TEST

START_TEST(only_mail_that_is_sent)
{
	static const enum message_transfer others[] = { TRANSFER_IMAP_FETCH, TRANSFER_IMAP_APPEND, TRANSFER_POP3_RETR,
		TRANSFER_POP3_TOP };
	struct observation o = scene_volume(&s, 1, 1);

	detector_auto_forward.observe(detector, &o);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		s.report.transfer = others[i];
		forward_for("alice@company.example;1");
	}
	ck_assert_uint_eq(bell.len, 0);
	s.report.transfer = TRANSFER_SMTP_BDAT;
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(evidence_that_does_not_count_is_not_shown)
{
	scene_author(&s, "alice@company.example");
	scene_header(&s, "Auto-Submitted", "auto-replied");
	scene_header(&s, "X-MS-Exchange-Inbox-Rules-Loop", "alice@company.example");
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	send_message();
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_uint_eq(bell.at[0].evidence_count, 1);
	ck_assert_str_eq(bell.at[0].seen, "X-MS-Exchange-ForwardingLoop: alice@company.example;1");
}
END_TEST

START_TEST(a_site_rule_may_ask_for_more)
{
	struct forward_rule own = { .name = (char[]){ "own" }, .platform = (char[]){ "our gateway" },
		.header = (char[]){ "X-Own" }, .class = FORWARD_CLASS_B, .weight = -1, .verdict = FORWARD_REDIRECT,
		.severity = SEVERITY_CRITICAL };
	struct forward_rules only = { &own, 1 };
	struct detector_context context = { .settings = &settings, .site = &site, .forward_rules = &only, .alerts = book };

	detector_auto_forward.reload(detector, &context);
	scene_header(&s, "x-own", "1");
	send_message();
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_CRITICAL);
	ck_assert_ptr_nonnull(strstr(bell.at[0].reason, ": header x-own is set (our gateway), confidence 0.75."));
}
END_TEST

START_TEST(an_allowance_ends)
{
	struct allowance a[1] = { { .who = (char[]){ "freemail.example" }, .from = ALLOW_ALWAYS, .until = SCENE_NOON + 3600 * USEC_PER_SEC, .reason = (char[]){ "" } } };


	settings.auto_forward.allow = (struct allow_list){ a, 1 };
	s.time = SCENE_NOON;
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 0);
	s.time = SCENE_NOON + 3600 * USEC_PER_SEC;
	forward_for("alice@company.example;1");
	ck_assert_uint_eq(bell.len, 1);
	settings.auto_forward.allow.len = 0;
	settings.allow = (struct allow_list){ a, 1 };
	s.time = SCENE_NOON;
	forward_for("dave@company.example;1");
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, says_whose_where_to_and_why);
	tcase_add_test(tests, repeats_aggregate_by_mailbox_and_target);
	tcase_add_test(tests, a_rise_of_severity_breaks_through);
	tcase_add_test(tests, the_three_headers_always_raise_an_alert);
	tcase_add_test(tests, just_below_is_silent);
	tcase_add_test(tests, what_does_not_go_out_is_silent);
	tcase_add_test(tests, allow_lists);
	tcase_add_test(tests, excuses_are_silent);
	tcase_add_test(tests, the_status_is_said);
	tcase_add_test(tests, only_mail_that_is_sent);
	tcase_add_test(tests, evidence_that_does_not_count_is_not_shown);
	tcase_add_test(tests, a_site_rule_may_ask_for_more);
	tcase_add_test(tests, an_allowance_ends);
}

CHECK_MAIN("detect/auto_forward", add_tests)
