/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_evidence.h"

#include <math.h>
#include <string.h>

#include "detect/shipped_rules.h"
#include "support/check_main.h"
#include "support/observations.h"

static char *local[] = { (char[]){ "company.example" } };
static char *freemail[] = { (char[]){ "freemail.example" } };
static struct network home[1];
static struct forward_rules rules;
static struct site site;
static struct detect_settings settings;
static struct detector_context context;
static struct scene s;
static struct forward_assessment a;

static void
begin(void)
{
	scene_init(&s, "10.0.0.5", "198.51.100.25");
	scene_from(&s, "ivan@customer.example");
	scene_author(&s, "ivan@customer.example");
	scene_to(&s, "out@partner.example");
	s.content.to.dropped = 1; /* who is named is not known: no structure to wonder at */
}

static void
setup(void)
{
	home[0] = network_of("10.0.0.0/8");
	site = (struct site){ .home = { home, 1 }, .local_domains = names_of(local, 1) };
	settings = plain_settings();
	rules = shipped_rules();
	context = (struct detector_context){ .settings = &settings, .site = &site, .forward_rules = &rules };
	begin();
}

static void
teardown(void)
{
	forward_rules_clear(&rules);
}

static double
assess(void)
{
	memset(&a, 0xff, sizeof(a));
	forward_assess(&context, &s.session, &s.report, &a);
	return a.confidence;
}

#define ASSERT_NEAR(got, want) ck_assert_msg(fabs((got) - (want)) < 1e-9, "%f is not %f", (got), (want))

START_TEST(classes_combine_and_count_once)
{
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	ASSERT_NEAR(assess(), 0.90);
	scene_header(&s, "X-MS-Exchange-Inbox-Rules-Loop", "alice@company.example");
	ASSERT_NEAR(assess(), 0.90);
	ck_assert_uint_eq(a.artefact_count, 2);
	scene_from(&s, "alice+SRS=h=t=customer.example=ivan@company.example");
	ASSERT_NEAR(assess(), 1 - 0.1 * 0.25);
	scene_header(&s, "X-Forwarded-To", "out@partner.example");
	ASSERT_NEAR(assess(), 1 - 0.1 * 0.25 * 0.85);
	ck_assert(a.alone);
}
END_TEST

START_TEST(freemail_weighs_more_and_certainty_has_an_end)
{
	settings.auto_forward.freemail = names_of(freemail, 1);
	s.to[0] = BYTES("out@FreeMail.example");
	ASSERT_NEAR(assess(), 0.0);
	scene_header(&s, "X-MailFwdBy", "alice@company.example");
	ASSERT_NEAR(assess(), 0.25);
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	ASSERT_NEAR(assess(), 0.99);
}
END_TEST

START_TEST(a_mailbox_of_others_weighs_little)
{
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "erin@elsewhere.example;1");
	ASSERT_NEAR(assess(), 0.15);
	ck_assert_str_eq(a.victim, "erin@elsewhere.example");
	/* Ours is the victim then, wherever it stands. */
	scene_header(&s, "X-Sieve-Redirected-From", "dave@company.example");
	ASSERT_NEAR(assess(), 0.90);
	ck_assert_str_eq(a.victim, "dave@company.example");
	/* Without local_domains nobody knows. */
	begin();
	site.local_domains.len = 0;
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "erin@elsewhere.example;1");
	ASSERT_NEAR(assess(), 0.90);
}
END_TEST

START_TEST(a_forwarder_of_others_weighs_little)
{
	scene_from(&s, "SRS0=HHHH=TT=customer.example=ivan@forwarder.example");
	ASSERT_NEAR(assess(), 0.15);
	scene_from(&s, "SRS0=HHHH=TT=customer.example=ivan@company.example");
	ASSERT_NEAR(assess(), 0.50);
	scene_from(&s, "bounces+SRS=HHHH=TT@company.onmicrosoft.com");
	ASSERT_NEAR(assess(), 0.75);
	scene_from(&s, "bounces+SRS=HHHH=TT@elsewhere.example");
	ASSERT_NEAR(assess(), 0.15);
}
END_TEST

START_TEST(gmail_must_code_the_recipient)
{
	scene_from(&s, "grace+caf_=other=partner.example@company.example");
	ASSERT_NEAR(assess(), 0.15);
	ck_assert_str_eq(a.target, "out@partner.example");
	scene_from(&s, "grace+caf_=Out=Partner.example@company.example");
	ASSERT_NEAR(assess(), 0.90);
	ck_assert_str_eq(a.victim, "grace@company.example");
}
END_TEST

START_TEST(a_group_looks_like_microsofts_forward)
{
	scene_from(&s, "team+SRS=h=t=customer.example=ivan@company.example");
	ASSERT_NEAR(assess(), 0.75);
	scene_to(&s, "second@partner.example");
	ASSERT_NEAR(assess(), 0.15);
}
END_TEST

START_TEST(where_it_goes)
{
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	(void)assess();
	ck_assert(a.outward);
	ck_assert_str_eq(a.target, "out@partner.example");
	/* The outsider among the recipients. */
	s.to[0] = BYTES("bob@company.example");
	(void)assess();
	ck_assert(!a.outward);
	scene_to(&s, "out@partner.example");
	(void)assess();
	ck_assert(a.outward);
	ck_assert_str_eq(a.target, "out@partner.example");
	/* On its way out, inside. */
	s.session.server.address = network_of("10.0.0.25").address;
	(void)assess();
	ck_assert(a.outward);
	/* Without local_domains only the connection tells. */
	site.local_domains.len = 0;
	(void)assess();
	ck_assert(!a.outward);
	s.session.server.address = network_of("198.51.100.25").address;
	(void)assess();
	ck_assert(a.outward);
	ck_assert_str_eq(a.target, "bob@company.example");
	/* On its way in, or past us. */
	s.session.client.address = network_of("203.0.113.1").address;
	(void)assess();
	ck_assert(!a.outward);
	site.local_domains.len = 1;
	(void)assess();
	ck_assert(!a.outward);
	ck_assert_int_eq(a.verdict, FORWARD_REDIRECT);
	ck_assert_uint_eq(a.artefact_count, 1);
	/* To nobody: every recipient was refused. */
	begin();
	s.report.envelope.to.len = 0;
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	(void)assess();
	ck_assert(!a.outward);
	ck_assert_str_eq(a.target, "");
}
END_TEST

START_TEST(the_envelope_names_the_target)
{
	/* What a header says of the target counts only where the envelope agrees. */
	scene_header(&s, "X-Forwarded-To", "alice@company.example");
	(void)assess();
	ck_assert_str_eq(a.target, "out@partner.example");
	scene_to(&s, "second@partner.example");
	(void)assess();
	ck_assert_str_eq(a.target, "out@partner.example");
	scene_header(&s, "X-Forwarded-To", "Second@partner.example");
	(void)assess();
	ck_assert_str_eq(a.target, "second@partner.example");
	/* Without an envelope the header's word is all there is. */
	begin();
	s.report.transfer = TRANSFER_IMAP_FETCH;
	s.report.envelope = (struct smtp_envelope){ 0 };
	scene_header(&s, "X-Forwarded-To", "alice@company.example");
	(void)assess();
	ck_assert_str_eq(a.target, "alice@company.example");
	ck_assert(!a.outward);
}
END_TEST

START_TEST(approved_targets)
{
	char *approved[] = { (char[]){ "partner.example" } };

	settings.auto_forward.allow_targets = names_of(approved, 1);
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	(void)assess();
	ck_assert_str_eq(a.quiet_because, "the target is on the allow-list");
	/* Any other outsider is found, wherever it stands, and whatever a header says. */
	scene_to(&s, "out@freemail.example");
	scene_to(&s, "third@partner.example");
	scene_header(&s, "X-Forwarded-To", "third@partner.example");
	(void)assess();
	ck_assert_ptr_null(a.quiet_because);
	ck_assert_str_eq(a.target, "out@freemail.example");
}
END_TEST

START_TEST(approved_mailboxes)
{
	char *approved[] = { (char[]){ "alice@company.example" } };

	settings.auto_forward.allow_senders = names_of(approved, 1);
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	(void)assess();
	ck_assert_str_eq(a.quiet_because, "forwarding of this mailbox is approved");
	/* A partner's old mark does not undo that; another mailbox of ours does. */
	scene_header(&s, "X-MS-Exchange-Inbox-Rules-Loop", "erin@elsewhere.example");
	(void)assess();
	ck_assert_ptr_nonnull(a.quiet_because);
	scene_header(&s, "X-Sieve-Redirected-From", "dave@company.example");
	(void)assess();
	ck_assert_ptr_null(a.quiet_because);
}
END_TEST

START_TEST(replies_are_quiet)
{
	begin();
	scene_author(&s, "bob@company.example");
	scene_header(&s, "X-MS-Exchange-Inbox-Rules-Loop", "bob@company.example");
	scene_header(&s, "X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent");
	scene_header(&s, "Auto-Submitted", "auto-replied");
	ASSERT_NEAR(assess(), 0.0);
	ck_assert_int_eq(a.verdict, FORWARD_AUTO_REPLY);
	ck_assert_str_eq(a.quiet_because, "an automatic reply");
	ck_assert_uint_eq(a.artefact_count, 2);
	/* A mark that replies do not carry by themselves counts on. */
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "bob@company.example;1");
	ASSERT_NEAR(assess(), 0.90);
	ck_assert_ptr_null(a.quiet_because);
	ck_assert_int_eq(a.verdict, FORWARD_REDIRECT);
}
END_TEST

START_TEST(list_mail_is_quiet)
{
	scene_header(&s, "List-Id", "<users.lists.example>");
	scene_header(&s, "X-Forwarded-To", "users@lists.example");
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "erin@elsewhere.example;1");
	scene_from(&s, "SRS0=HHHH=TT=customer.example=ivan@elsewhere.example");
	ASSERT_NEAR(assess(), 0.0);
	ck_assert_int_eq(a.verdict, FORWARD_LIST);
	ck_assert_str_eq(a.quiet_because, "mailing list or bulk mail");
	/* One of our mailboxes that sends a list's mail on leaves a mark of its own. */
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	ck_assert(assess() > 0.85);
	ck_assert_ptr_null(a.quiet_because);
	ck_assert_str_eq(a.victim, "alice@company.example");
	/* So does Gmail, which codes this very recipient, also where it is not known what is ours. */
	begin();
	site.local_domains.len = 0;
	scene_header(&s, "List-Id", "<users.lists.example>");
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	ASSERT_NEAR(assess(), 0.30);
	ck_assert_ptr_nonnull(a.quiet_because);
	scene_from(&s, "grace+caf_=out=partner.example@company.example");
	ASSERT_NEAR(assess(), 0.90);
	ck_assert_ptr_null(a.quiet_because);
}
END_TEST

START_TEST(reports_and_refusals_are_quiet)
{
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	s.report.status = MESSAGE_REFUSED;
	(void)assess();
	ck_assert_str_eq(a.quiet_because, "the server refused it");
	s.report.status = MESSAGE_ACCEPTED;
	(void)assess();
	ck_assert_ptr_null(a.quiet_because);
	scene_from(&s, "");
	(void)assess();
	ck_assert_ptr_null(a.quiet_because);
	s.content.content_type = BYTES("multipart/report");
	(void)assess();
	ck_assert_str_eq(a.quiet_because, "a report about mail (null sender), not mail");
	ck_assert_int_eq(a.verdict, FORWARD_NONE);
}
END_TEST

START_TEST(verdicts)
{
	(void)assess();
	ck_assert_int_eq(a.verdict, FORWARD_NONE);
	ck_assert_uint_eq(a.hops, 0);
	scene_subject(&s, "Fwd: Minutes");
	(void)assess();
	ck_assert_int_eq(a.verdict, FORWARD_MANUAL);
	scene_header(&s, "List-Id", "<users.lists.example>");
	(void)assess();
	ck_assert_int_eq(a.verdict, FORWARD_LIST);
	begin();
	scene_author(&s, "bob@company.example");
	scene_header(&s, "Auto-Submitted", "auto-replied");
	(void)assess();
	ck_assert_int_eq(a.verdict, FORWARD_AUTO_REPLY);
	/* Written anew is told from sent on, a journal report from both. */
	begin();
	scene_header(&s, "X-MS-Exchange-Inbox-Rules-Loop", "alice@company.example");
	(void)assess();
	ck_assert_int_eq(a.verdict, FORWARD_REDIRECT);
	scene_header(&s, "X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent");
	(void)assess();
	ck_assert_int_eq(a.verdict, FORWARD_RULE);
	scene_header(&s, "X-MS-Journal-Report", "");
	(void)assess();
	ck_assert_int_eq(a.verdict, FORWARD_JOURNAL);
}
END_TEST

START_TEST(the_author_of_a_rule_forward_is_its_victim)
{
	scene_author(&s, "Bob@company.example");
	scene_header(&s, "X-MS-Exchange-Organization-AutoForwarded", "true");
	(void)assess();
	ck_assert_str_eq(a.victim, "bob@company.example");
	scene_author(&s, "bob@elsewhere.example");
	(void)assess();
	ck_assert_str_eq(a.victim, "");
	site.local_domains.len = 0;
	(void)assess();
	ck_assert_str_eq(a.victim, "bob@elsewhere.example");
}
END_TEST

START_TEST(hops_are_counted)
{
	for (unsigned i = 1; i <= 9; i++) {
		scene_header(&s, "X-MS-Exchange-Inbox-Rules-Loop", i == 1 ? "alice@company.example" : "bob@company.example");
		(void)assess();
		ck_assert_uint_eq(a.hops, i);
		ck_assert_uint_le(a.artefact_count, 4);
	}
	ck_assert_str_eq(a.victim, "alice@company.example");
}
END_TEST

/* A heap of marks that an outsider put there leaves room for the one that counts. */
START_TEST(the_heaviest_artefacts_are_kept)
{
	struct forward_rule many[FORWARD_ARTEFACTS + 3] = { { 0 } };
	struct forward_rules heap = { many, FORWARD_ARTEFACTS + 3 };
	char text[] = "n", header[] = "X-Heap";

	for (int i = 0; i < 40; i++)
		scene_header(&s, "X-MS-Exchange-ForwardingLoop", "erin@elsewhere.example;1");
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	ASSERT_NEAR(assess(), 0.90);
	ck_assert_str_eq(a.victim, "alice@company.example");
	ck_assert_uint_eq(a.hops, 41);
	/* More rules than room: the lightest give way. */
	for (size_t i = 0; i < heap.len; i++)
		many[i] = (struct forward_rule){ .name = text, .platform = text, .header = header, .weight = 0.01 * (double)(i + 1), .verdict = FORWARD_REDIRECT };
	context.forward_rules = &heap;
	scene_header(&s, "X-Heap", "1");
	ASSERT_NEAR(assess(), 0.01 * (double)heap.len);
	ck_assert_uint_eq(a.artefact_count, FORWARD_ARTEFACTS);
}
END_TEST

START_TEST(severity_is_that_of_what_counts)
{
	for (size_t i = 0; i < rules.len; i++)
		if (strcmp(rules.at[i].name, "auto-submitted-auto-forwarded") == 0)
			rules.at[i].severity = SEVERITY_CRITICAL;
	scene_header(&s, "X-MailFwdBy", "alice@company.example");
	scene_header(&s, "Auto-Submitted", "auto-forwarded");
	(void)assess();
	ck_assert(a.alone);
	ck_assert_int_eq(a.severity, SEVERITY_LOW);
	scene_header(&s, "X-Sieve-Action", "redirect");
	(void)assess();
	ck_assert_int_eq(a.severity, SEVERITY_CRITICAL);
}
END_TEST

START_TEST(addresses_that_are_no_text_are_not_kept)
{
	s.to[0] = bytes_of("a\033[2J@partner.example", 21);
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", "alice@company.example;1");
	(void)assess();
	ck_assert(a.outward);
	ck_assert_str_eq(a.target, "");
}
END_TEST

START_TEST(what_is_needed_is_asked_for)
{
	static const char *const needed[] = { "List-Id", "Precedence", "X-Mailman-*", "Auto-Submitted", "Sender",
		"X-MS-Exchange-Parent-Message-Id", "X-Forwarded-Message-Id" };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		bool there = false;

		for (size_t k = 0; forward_evidence_headers[k] != NULL; k++)
			there |= strcmp(forward_evidence_headers[k], needed[i]) == 0;
		ck_assert_msg(there, "%s", needed[i]);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, classes_combine_and_count_once);
	tcase_add_test(tests, freemail_weighs_more_and_certainty_has_an_end);
	tcase_add_test(tests, a_mailbox_of_others_weighs_little);
	tcase_add_test(tests, a_forwarder_of_others_weighs_little);
	tcase_add_test(tests, gmail_must_code_the_recipient);
	tcase_add_test(tests, a_group_looks_like_microsofts_forward);
	tcase_add_test(tests, where_it_goes);
	tcase_add_test(tests, the_envelope_names_the_target);
	tcase_add_test(tests, approved_targets);
	tcase_add_test(tests, approved_mailboxes);
	tcase_add_test(tests, replies_are_quiet);
	tcase_add_test(tests, list_mail_is_quiet);
	tcase_add_test(tests, reports_and_refusals_are_quiet);
	tcase_add_test(tests, verdicts);
	tcase_add_test(tests, the_author_of_a_rule_forward_is_its_victim);
	tcase_add_test(tests, hops_are_counted);
	tcase_add_test(tests, the_heaviest_artefacts_are_kept);
	tcase_add_test(tests, severity_is_that_of_what_counts);
	tcase_add_test(tests, addresses_that_are_no_text_are_not_kept);
	tcase_add_test(tests, what_is_needed_is_asked_for);
}

CHECK_MAIN("detect/forward_evidence", add_tests)
