/* SPDX-License-Identifier: Apache-2.0
 *
 * The detectors that look at many forwards, or at both legs of one: each fires, does not fire just below, aggregates, respects
 * allowances with an end, and goes on after a restart.
 */
#include <stdio.h>
#include <string.h>

#include "support/check_main.h"
#include "support/stand.h"

static struct scene s;
static struct mailbox to[1];

/* A forward by Exchange of a mailbox of ours, to an outsider. */
static void
forward(const char *victim, const char *target)
{
	scene_init(&s, "10.0.0.25", "198.51.100.25");
	scene_from(&s, "ivan@customer.example");
	scene_author(&s, "ivan@customer.example");
	scene_to(&s, target);
	scene_header(&s, "X-MS-Exchange-ForwardingLoop", victim);
	s.session.id.word[1] = ++stand.sessions;
	stand_show(scene_message(&s));
}

/* A forward by hand. */
static void
forward_by_hand(const char *author)
{
	scene_init(&s, "10.0.0.25", "198.51.100.25");
	scene_from(&s, author);
	scene_author(&s, author);
	scene_to(&s, "friend@partner.example");
	scene_subject(&s, "Fwd: news");
	s.session.id.word[1] = ++stand.sessions;
	stand_show(scene_message(&s));
}

static void
mail(const char *client, const char *server, const char *target, const char *id, bool named)
{
	scene_init(&s, client, server);
	scene_from(&s, "ivan@customer.example");
	scene_author(&s, "ivan@customer.example");
	scene_to(&s, target);
	s.content.message_id = bytes_str(id);
	to[0].address = bytes_str(target);
	s.content.to = (struct mailboxes){ .at = to, .len = named };
	s.session.id.word[1] = ++stand.sessions;
	stand_show(scene_message(&s));
}

#define LOCAL "local_domains=[company.example]"
#define HOME "home_networks=[10.0.0.0/8]"

START_TEST(fan_in)
{
	static const char *const sets[] = { LOCAL, HOME, NULL };

	stand_open(&detector_forward_fan_in, sets);
	forward("alice@company.example", "out@evil.example");
	forward("alice@company.example", "out@evil.example");
	forward("bob@company.example", "out@evil.example");
	forward("carol@company.example", "other@evil.example");
	ck_assert_uint_eq(stand.bell.len, 0);
	stand_restart();
	forward("dave@company.example", "out@evil.example");
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "Mail for 3 mailboxes was forwarded automatically to out@evil.example within 7 d, "
						  "dave@company.example among them; look who set that up.");
	ck_assert_str_eq(stand.bell.at[0].key, "out@evil.example");
	forward("erin@company.example", "out@evil.example");
	ck_assert_uint_eq(stand.bell.len, 1);
	/* What is older than the window counts no more. */
	stand.now += 15 * 24 * STAND_HOUR;
	forward("frank@company.example", "out@evil.example");
	forward("grace@company.example", "out@evil.example");
	ck_assert_uint_eq(stand.bell.len, 1);
	stand_set("detect.forward_fan_in.allow=\"evil.example until 2024-01-01 because moved\"");
	forward("heidi@company.example", "out@evil.example");
	ck_assert_uint_eq(stand.bell.len, 1);
	stand.now += 60 * 24 * STAND_HOUR;
	for (int i = 0; i < 3; i++) {
		char victim[64];

		snprintf(victim, sizeof(victim), "user%d@company.example", i);
		forward(victim, "out@evil.example");
	}
	ck_assert_uint_eq(stand.bell.len, 2);
	stand_close();
}
END_TEST

START_TEST(ratio)
{
	static const char *const sets[] = { LOCAL, HOME, NULL };
	char victim[64];

	stand_open(&detector_forward_ratio, sets);
	/* Of those only who is forwarded as well counts. */
	for (int i = 0; i < 30; i++)
		forward_by_hand("zoe@company.example");
	forward_by_hand("user0@company.example");
	for (int i = 0; i < 9; i++) {
		snprintf(victim, sizeof(victim), "user%d@company.example", i % 3);
		forward(victim, "out@evil.example");
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	stand_restart();
	forward("user1@company.example", "out@evil.example");
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_msg(strstr(stand.bell.at[0].reason, "Of 3 mailboxes of company.example machines forwarded 10 messages to "
							   "outsiders within 1 d, and the people behind them 1:") != NULL, "%s",
	    stand.bell.at[0].reason);
	ck_assert_str_eq(stand.bell.at[0].key, "company.example");
	stand_close();
	/* Two mailboxes are two people. */
	stand_open(&detector_forward_ratio, sets);
	for (int i = 0; i < 40; i++) {
		snprintf(victim, sizeof(victim), "user%d@company.example", i % 2);
		forward(victim, "out@evil.example");
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	stand_close();
	/* Where people forward as well, it is a habit. */
	stand_open(&detector_forward_ratio, sets);
	for (int i = 0; i < 40; i++) {
		snprintf(victim, sizeof(victim), "user%d@company.example", i % 5);
		if (i % 4 == 0)
			forward_by_hand(victim);
		forward(victim, "out@evil.example");
	}
	ck_assert_uint_eq(stand.bell.len, 0);
	stand_close();
}
END_TEST

START_TEST(correlated)
{
	static const char *const sets[] = { LOCAL, HOME, NULL };

	stand_open(&detector_forward_correlated, sets);
	mail("198.51.100.7", "10.0.0.25", "alice@company.example", "1@customer.example", true);
	stand.now += 5 * USEC_PER_SEC;
	stand_restart();
	mail("10.0.0.25", "198.51.100.25", "out@evil.example", "1@customer.example", false);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "A message that came in for alice@company.example went out again to out@evil.example "
						  "5 s later: mail for that mailbox is redirected; ask its owner.");
	/* The same pair again is the same story. */
	mail("198.51.100.7", "10.0.0.25", "alice@company.example", "2@customer.example", true);
	mail("10.0.0.25", "198.51.100.25", "out@evil.example", "2@customer.example", false);
	ck_assert_uint_eq(stand.bell.len, 1);
	/* Somebody it was addressed to; a message nobody saw coming in; one of our own people's. */
	mail("198.51.100.7", "10.0.0.25", "bob@company.example", "3@customer.example", true);
	mail("10.0.0.25", "198.51.100.25", "carol@partner.example", "3@customer.example", true);
	mail("10.0.0.25", "198.51.100.25", "out@evil.example", "4@customer.example", false);
	mail("10.0.0.77", "10.0.0.25", "bob@company.example", "5@company.example", true);
	mail("10.0.0.25", "198.51.100.25", "out@evil.example", "5@company.example", false);
	ck_assert_uint_eq(stand.bell.len, 1);
	/* Too late. */
	mail("198.51.100.7", "10.0.0.25", "bob@company.example", "6@customer.example", true);
	stand.now += 16 * 60 * USEC_PER_SEC;
	mail("10.0.0.25", "198.51.100.25", "out@evil.example", "6@customer.example", false);
	ck_assert_uint_eq(stand.bell.len, 1);
	stand_set("detect.forward_correlated.allow=dave@company.example");
	mail("198.51.100.7", "10.0.0.25", "dave@company.example", "7@customer.example", true);
	mail("10.0.0.25", "198.51.100.25", "out@evil.example", "7@customer.example", false);
	ck_assert_uint_eq(stand.bell.len, 1);
	mail("198.51.100.7", "10.0.0.25", "erin@company.example", "8@customer.example", true);
	mail("10.0.0.25", "198.51.100.25", "out@evil.example", "8@customer.example", false);
	ck_assert_uint_eq(stand.bell.len, 2);
	stand_close();
}
END_TEST

static void
journal(const char *target)
{
	scene_init(&s, "10.0.0.25", "198.51.100.25");
	scene_from(&s, "journal@company.example");
	scene_author(&s, "journal@company.example");
	scene_to(&s, target);
	scene_header(&s, "X-MS-Journal-Report", "");
	s.session.id.word[1] = ++stand.sessions;
	stand_show(scene_message(&s));
}

START_TEST(journals)
{
	static const char *const sets[] = { LOCAL, HOME, "detect.journal_external.allow=archive.example", NULL };

	stand_open(&detector_journal_external, sets);
	journal("keep@archive.example");
	journal("archive@company.example");
	forward("alice@company.example", "out@evil.example");
	ck_assert_uint_eq(stand.bell.len, 0);
	journal("all@evil.example");
	journal("all@evil.example");
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_HIGH);
	ck_assert_str_eq(stand.bell.at[0].key, "all@evil.example");
	journal("more@evil.example");
	ck_assert_uint_eq(stand.bell.len, 2);
	stand_close();
}
END_TEST

static void
script(enum script_action action, enum script_outcome outcome, const char *target, bool pipe)
{
	struct script_target t = { .address_text = bytes_str(target), .copy = true, .pipe = pipe };
	struct script_report r = { .action = action, .outcome = outcome, .name_text = BYTES("mine"),
		.account_text = BYTES("alice"), .bytes = 50, .complete = true, .targets = &t, .target_count = 1 };
	struct session session = stand_session("10.0.1.5", "10.0.0.143", 4190, ++stand.sessions);

	stand_show((struct observation){ .kind = OBSERVED_SCRIPT, .session = &session, .script = &r });
}

START_TEST(rule_uploads)
{
	static const char *const sets[] = { LOCAL, HOME, NULL };

	stand_open(&detector_forward_rule_upload, sets);
	script(SCRIPT_STORED, SCRIPT_ACCEPTED, "bob@company.example", false);
	script(SCRIPT_CHECKED, SCRIPT_ACCEPTED, "out@evil.example", false);
	script(SCRIPT_STORED, SCRIPT_REFUSED, "out@evil.example", false);
	ck_assert_uint_eq(stand.bell.len, 0);
	script(SCRIPT_STORED, SCRIPT_ACCEPTED, "out@evil.example", false);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "alice uploaded the mail filter mine to 10.0.0.143:4190 from 10.0.1.5, which sends a copy "
						  "of mail to out@evil.example; ask its owner, and look at the filter.");
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_HIGH);
	script(SCRIPT_STORED, SCRIPT_UNANSWERED, "out@evil.example", false);
	ck_assert_uint_eq(stand.bell.len, 1);
	script(SCRIPT_STORED, SCRIPT_ACCEPTED, "thief@gmail.com", false);
	ck_assert_int_eq(stand.bell.at[1].severity, SEVERITY_CRITICAL);
	script(SCRIPT_STORED, SCRIPT_ACCEPTED, "exfil", true);
	ck_assert_uint_eq(stand.bell.len, 3);
	ck_assert_int_eq(stand.bell.at[2].severity, SEVERITY_MEDIUM);
	stand_set("detect.forward_rule_upload.allow=alice");
	script(SCRIPT_STORED, SCRIPT_ACCEPTED, "more@evil.example", false);
	ck_assert_uint_eq(stand.bell.len, 3);
	stand_close();
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, fan_in);
	tcase_add_test(tests, ratio);
	tcase_add_test(tests, correlated);
	tcase_add_test(tests, journals);
	tcase_add_test(tests, rule_uploads);
}

CHECK_MAIN("detect/forward_many", add_tests)
