/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_excuse.h"

#include "support/check_main.h"
#include "support/observations.h"

static char *domains[] = { (char[]){ "company.example" } };
static struct scene s;

static void
begin(void)
{
	scene_init(&s, "10.0.0.5", "198.51.100.25");
	scene_from(&s, "bob@company.example");
	scene_to(&s, "erin@partner.example");
}

static bool
is_reply(bool domains_known)
{
	struct site site = { .local_domains = names_of(domains, domains_known ? 1 : 0) };

	return forward_is_auto_reply(&site, &s.content);
}

/* What Exchange writes on an out-of-office reply, and nothing else of it. */
static void
add_rule_marks(void)
{
	scene_header(&s, "X-MS-Exchange-Inbox-Rules-Loop", "bob@company.example");
	scene_header(&s, "x-ms-exchange-generated-message-source", "Mailbox Rules Agent");
	scene_header(&s, "x-ms-exchange-parent-message-id", "<parent@mx.partner.example>");
	scene_header(&s, "auto-submitted", "auto-generated");
}

START_TEST(replies_that_say_so)
{
	begin();
	ck_assert(!is_reply(true));
	scene_header(&s, "Auto-Submitted", "auto-generated");
	ck_assert(!is_reply(true));
	begin();
	scene_header(&s, "Auto-Submitted", "auto-replied; owner-email=x");
	ck_assert(is_reply(true));
	ck_assert(is_reply(false));
	begin();
	scene_subject(&s, "Automatic reply: Meeting");
	ck_assert(is_reply(true));
}
END_TEST

START_TEST(replies_of_exchange_rules)
{
	begin();
	scene_author(&s, "bob@company.example");
	add_rule_marks();
	ck_assert(!is_reply(true));
	s.content.in_reply_to = BYTES("another@mx.partner.example");
	ck_assert(!is_reply(true));
	s.content.in_reply_to = BYTES("parent@mx.partner.example");
	ck_assert(is_reply(true));
	ck_assert(is_reply(false));
	/* A forward may answer its parent too, but says what it is. */
	scene_subject(&s, "FW: Meeting");
	ck_assert(!is_reply(true));
	scene_subject(&s, "I: Riunione");
	ck_assert(!is_reply(true));
	scene_subject(&s, "RE: FW: Meeting");
	ck_assert(is_reply(true));
}
END_TEST

START_TEST(an_outsiders_reply_that_is_sent_on)
{
	begin();
	scene_author(&s, "erin@partner.example");
	scene_subject(&s, "Automatic reply: Meeting");
	scene_header(&s, "Auto-Submitted", "auto-replied");
	ck_assert(!is_reply(true));
	/* Without local_domains only the mailbox whose rule fired tells. */
	ck_assert(is_reply(false));
	scene_header(&s, "X-MS-Exchange-Inbox-Rules-Loop", "bob@company.example");
	ck_assert(!is_reply(false));
	scene_author(&s, "bob.alias@company.example");
	ck_assert(is_reply(false));
	ck_assert(is_reply(true));
}
END_TEST

START_TEST(list_mail)
{
	static const struct {
		const char *name, *value;
		bool list;
	} cases[] = { { "List-Id", "<users.lists.example>", true }, { "LIST-POST", "<mailto:x@y.example>", true },
		{ "List-Unsubscribe", "<https://x.example>", true }, { "Precedence", "list", true },
		{ "Precedence", "bulk", true }, { "Precedence", "first-class", false },
		{ "X-BeenThere", "users@lists.example", true }, { "X-Mailman-Version", "2.1", true },
		{ "X-Mailmanager", "x", false }, { "Errors-To", "users-bounces@lists.example", true },
		{ "Errors-To", "root@x.example", false }, { "Sender", "users <users-bounces@lists.example>", true },
		{ "Sender", "secretary@company.example", false }, { "List-Identity", "x", false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin();
		ck_assert(!forward_is_list_mail(&s.content));
		scene_header(&s, cases[i].name, cases[i].value);
		ck_assert_msg(forward_is_list_mail(&s.content) == cases[i].list, "%s: %s", cases[i].name, cases[i].value);
	}
}
END_TEST

START_TEST(reports)
{
	begin();
	s.content.content_type = BYTES("multipart/report");
	ck_assert(!forward_is_report(&s.report));
	scene_from(&s, "");
	ck_assert(forward_is_report(&s.report));
	s.report.envelope.has_sender = false;
	ck_assert(!forward_is_report(&s.report));
	s.report.envelope.has_sender = true;
	s.content.content_type = BYTES("text/plain");
	ck_assert(!forward_is_report(&s.report));
	/* On its way to the address that a forwarder made up for it. */
	scene_to(&s, "SRS0=HHHH=TT=partner.example=erin@company.example");
	ck_assert(forward_is_report(&s.report));
	scene_from(&s, "erin@partner.example");
	ck_assert(!forward_is_report(&s.report));
}
END_TEST

START_TEST(manual_forwards)
{
	begin();
	scene_subject(&s, "Minutes");
	ck_assert(!forward_is_manual(&s.content));
	scene_header(&s, "X-Forwarded-Message-Id", "<x@y.example>");
	ck_assert(forward_is_manual(&s.content));
	begin();
	scene_subject(&s, "WG: Protokoll");
	ck_assert(forward_is_manual(&s.content));
	scene_subject(&s, "I: Riunione");
	ck_assert(!forward_is_manual(&s.content));
	s.content.user_agent_text = BYTES("Microsoft Outlook 16.0");
	ck_assert(forward_is_manual(&s.content));
	s.content.user_agent_text = BYTES("");
	s.content.separator = SEPARATOR_UNDERSCORES;
	ck_assert(forward_is_manual(&s.content));
	scene_subject(&s, "Riunione");
	ck_assert(!forward_is_manual(&s.content));
	/* The line between a person's words and the forwarded message; an answer may hold it as well. */
	s.content.separator = SEPARATOR_FORWARDED;
	ck_assert(forward_is_manual(&s.content));
	scene_subject(&s, "Re: Riunione");
	ck_assert(!forward_is_manual(&s.content));
	scene_subject(&s, "Riunione");
	s.content.in_reply_to = BYTES("x@y.example");
	ck_assert(!forward_is_manual(&s.content));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, replies_that_say_so);
	tcase_add_test(tests, replies_of_exchange_rules);
	tcase_add_test(tests, an_outsiders_reply_that_is_sent_on);
	tcase_add_test(tests, list_mail);
	tcase_add_test(tests, reports);
	tcase_add_test(tests, manual_forwards);
}

CHECK_MAIN("detect/forward_excuse", add_tests)
