/* SPDX-License-Identifier: Apache-2.0
 *
 * A redirect without a marker is found by what does not fit; a Bcc, a relay, a list and a person's own mail are none.
 */
#include "detect/forward_evidence.h"

#include <math.h>
#include <string.h>

#include "detect/shipped_rules.h"
#include "support/check_main.h"
#include "support/observations.h"

static char *local[] = { (char[]){ "company.example" } };
static struct network home[1];
static struct forward_rules rules;
static struct site site;
static struct detect_settings settings;
static struct detector_context context;
static struct scene s;
static struct mailbox to[2];
static struct forward_structure found;

/* Mail of a customer to alice, on its way from our server to a mailbox elsewhere. */
static void
begin(void)
{
	scene_init(&s, "10.0.0.5", "198.51.100.25");
	scene_from(&s, "ivan@customer.example");
	scene_author(&s, "ivan@customer.example");
	scene_to(&s, "out@freemail.example");
	to[0] = (struct mailbox){ .address = BYTES("alice@company.example") };
	to[1] = (struct mailbox){ .address = BYTES("carol@third.example") };
	s.content.to = (struct mailboxes){ .at = to, .len = 2 };
	s.content.has_header = true;
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

static bool
look(void)
{
	return forward_structure_found(&site, &s.report, s.session.start, false, &found);
}

START_TEST(a_redirect_without_a_marker)
{
	struct forward_assessment a;

	ck_assert(look());
	ck_assert(found.elsewhere && found.was_ours && found.stranger && !found.travelled);
	ck_assert_str_eq(found.victim, "alice@company.example");
	ck_assert_str_eq(found.text.text, "written by ivan@customer.example to alice@company.example, sent on to "
					  "out@freemail.example, whom no header names");
	forward_assess(&context, &s.session, &s.report, &a);
	ck_assert_int_eq(a.verdict, FORWARD_REDIRECT);
	ck_assert_str_eq(a.victim, "alice@company.example");
	ck_assert_uint_eq(a.artefact_count, 1);
	ck_assert(fabs(a.artefacts[0].weight - 0.35) < 1e-9);
	/* With what a rewritten sender says, it is enough. */
	scene_from(&s, "SRS0=HHHH=TT=customer.example=ivan@company.example");
	forward_assess(&context, &s.session, &s.report, &a);
	ck_assert(a.confidence >= 0.675 - 1e-9);
}
END_TEST

START_TEST(where_the_header_leads)
{
	/* Its recipient is named: a relay, with or without a tag. */
	to[1].address = BYTES("Out@Freemail.example");
	ck_assert(!look());
	to[1].address = BYTES("out+news@freemail.example");
	ck_assert(!look());
	to[1].address = BYTES("outer@freemail.example");
	ck_assert(look());
	scene_header(&s, "Resent-To", "<out@freemail.example>");
	ck_assert(!look());
	/* More were named than are kept. */
	begin();
	s.content.to.dropped = 1;
	ck_assert(!look());
	/* No header at all says nothing. */
	begin();
	s.content.has_header = false;
	ck_assert(!look());
}
END_TEST

START_TEST(whose_mail_it_is)
{
	/* Our own people's Bcc. */
	s.content.from.at = &(struct mailbox){ .address = BYTES("bob@company.example") };
	ck_assert(!look());
	begin();
	ck_assert(!forward_structure_found(&site, &s.report, s.session.start, true, &found)); /* a list's */
	/* Without local domains nobody is a stranger. */
	site.local_domains.len = 0;
	ck_assert(!look());
}
END_TEST

START_TEST(who_was_meant)
{
	/* Nobody of ours in To: a trace names him. */
	s.content.to.len = 0;
	ck_assert(look());
	ck_assert(!found.was_ours);
	scene_header(&s, "Received", "from a.customer.example by mx.company.example for <Dave@company.example>; x");
	ck_assert(look());
	ck_assert_str_eq(found.victim, "dave@company.example");
	begin();
	s.content.to.len = 0;
	scene_header(&s, "Delivered-To", "erin@company.example");
	ck_assert(look());
	ck_assert_str_eq(found.victim, "erin@company.example");
	/* Several recipients, and none of ours meant: some Bcc of a stranger's. */
	begin();
	s.content.to.len = 0;
	scene_to(&s, "two@freemail.example");
	ck_assert(!look());
	s.content.to.len = 1;
	ck_assert(look());
}
END_TEST

START_TEST(travelled_before)
{
	scene_header(&s, "Received", "from b.customer.example by c.customer.example; x");
	scene_header(&s, "Received", "from a.customer.example by b.customer.example; x");
	scene_header(&s, "DKIM-Signature", "v=1; a=rsa-sha256; d=customer.example; s=x; b=abc");
	s.content.date_text = BYTES("Tue, 14 Nov 2023 22:13:00 +0000"); /* 20 seconds before the session */
	ck_assert(look());
	ck_assert(found.travelled);
	ck_assert_uint_eq(found.hops, 2);
	s.content.date_text = BYTES("Tue, 14 Nov 2023 20:13:00 +0000");
	ck_assert(look() && !found.travelled);
	s.content.date_text = BYTES("Tue, 14 Nov 2023 22:14:00 +0000");
	ck_assert(look() && !found.travelled);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_redirect_without_a_marker);
	tcase_add_test(tests, where_the_header_leads);
	tcase_add_test(tests, whose_mail_it_is);
	tcase_add_test(tests, who_was_meant);
	tcase_add_test(tests, travelled_before);
}

CHECK_MAIN("detect/forward_structure", add_tests)
