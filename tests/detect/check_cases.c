/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/cases.h"

#include <stdio.h>
#include <string.h>

#include "detect/techniques.h"
#include "support/check_main.h"
#include "support/stand.h"

#define HOUR (3600 * USEC_PER_SEC)
#define DAY (24 * HOUR)

static const struct alert_rule spray = { .name = "auth_spray", .techniques = { &technique_spraying } },
			       success = { .name = "auth_success_after_failures",
				       .techniques = { &technique_valid_accounts } },
			       bulk = { .name = "bulk_fetch", .techniques = { &technique_remote_collection } },
			       forward = { .name = "auto_forward", .techniques = { &technique_forwarding_rule } },
			       clear = { .name = "cleartext_credentials", .techniques = { &technique_sniffing } };

static struct bell bell;

static void
setup(void)
{
	stand_open(&detector_bulk_fetch, NULL);
}

static struct alert_book *
new_book(void)
{
	static const struct alert_limits limits = { .keys = 64, .forget = DAY, .span = DAY, .cases = 16 };
	struct alert_book *b = alert_book_new(&limits, bell_note, &bell);

	bell.len = 0;
	ck_assert_ptr_nonnull(b);
	return b;
}

/* `client`: last octet of the client's address; 0: no connection. */
static void
raise_alert(struct alert_book *b, const struct alert_rule *rule, unsigned client, const char *user,
    enum severity severity, usec_t time)
{
	static const unsigned risks[] = { 21, 47, 73, 99 };
	struct session session = { .client.address = { .family = 4, .ip = { 10, 0, 0, (uint8_t)client } } };
	struct bytes name = user == NULL ? bytes_of(NULL, 0) : bytes_str(user);
	char key[64];
	struct alert a = { .rule = rule,
		.severity = severity,
		.risk = risks[severity],
		.time = time,
		.session = client == 0 ? NULL : &session,
		.users = { &name, user != NULL, 0 },
		.reason_text = BYTES("Because.") };

	snprintf(key, sizeof(key), "%u %s", client, user == NULL ? "" : user);
	a.key_text = bytes_str(key);
	alert_book_raise(b, &a);
}

static bool
same_case(size_t a, size_t b)
{
	ck_assert_uint_lt(a, bell.len);
	ck_assert_uint_lt(b, bell.len);
	return identity_equal(bell.at[a].case_id, bell.at[b].case_id);
}

/* Spraying names no account, the success names both, the reading comes from elsewhere. */
START_TEST(one_story_with_rising_severity)
{
	struct alert_book *b = new_book();

	raise_alert(b, &spray, 9, NULL, SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &success, 9, "ann", SEVERITY_HIGH, SCENE_NOON + HOUR);
	raise_alert(b, &bulk, 77, "Ann", SEVERITY_HIGH, SCENE_NOON + 2 * HOUR);
	ck_assert_uint_eq(bell.len, 3);
	ck_assert(same_case(0, 1) && same_case(1, 2));
	ck_assert_uint_eq(bell.at[0].risk, 47);
	ck_assert_uint_eq(bell.at[1].risk, 86);
	ck_assert_uint_eq(bell.at[2].risk, 96);
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_int_eq(bell.at[1].severity, SEVERITY_HIGH);
	ck_assert_int_eq(bell.at[2].severity, SEVERITY_CRITICAL);
	ck_assert_str_eq(bell.at[0].reason, "Because.");
	ck_assert_str_eq(bell.at[2].reason, "Because. It belongs to one case with auth_spray (2023-11-14T22:13:20Z), "
					    "auth_success_after_failures (2023-11-14T23:13:20Z).");
	ck_assert_str_eq(bell.at[2].kind, "case");
	ck_assert_str_eq(bell.at[2].figure, "risk 96");
	ck_assert_str_eq(bell.at[2].held_against, "risk 73 of this finding alone");
	ck_assert_uint_eq(bell.at[2].events, 2);
	alert_book_free(b);
}
END_TEST

START_TEST(a_finding_alone_or_again_stays_what_it_is)
{
	struct alert_book *b = new_book();

	for (int i = 0; i < 10; i++)
		raise_alert(b, &bulk, 9, "ann", SEVERITY_MEDIUM, SCENE_NOON + i);
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_int_eq(bell.at[1].severity, SEVERITY_MEDIUM);
	ck_assert_uint_eq(bell.at[1].risk, 47);
	ck_assert(same_case(0, 1));
	alert_book_free(b);
}
END_TEST

/* What says nothing of an intruder lifts nothing and is not lifted. */
START_TEST(clear_text_adds_nothing)
{
	struct alert_book *b = new_book();

	raise_alert(b, &clear, 9, "ann", SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &bulk, 9, "ann", SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &clear, 8, "ann", SEVERITY_MEDIUM, SCENE_NOON);
	ck_assert(same_case(0, 1) && same_case(1, 2));
	for (size_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(bell.at[i].risk, 47);
		ck_assert_str_eq(bell.at[i].reason, "Because.");
	}
	alert_book_free(b);
}
END_TEST

/* A relay sends everybody's mail: forwards are of one case by the mailbox, not by the client. */
START_TEST(who_sends_for_all_makes_no_case)
{
	struct alert_book *b = new_book();

	raise_alert(b, &forward, 25, "ann@company.example", SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &forward, 25, "bob@company.example", SEVERITY_MEDIUM, SCENE_NOON);
	ck_assert(!same_case(0, 1));
	/* Webmail reads for everybody. */
	stand_set("roles.webmail=10.0.0.80");
	alert_book_settle(b, &stand.settings->site);
	raise_alert(b, &bulk, 80, "ann", SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &bulk, 80, "bob", SEVERITY_MEDIUM, SCENE_NOON);
	ck_assert(!same_case(2, 3));
	raise_alert(b, &bulk, 81, "cid", SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &bulk, 81, "dan", SEVERITY_MEDIUM, SCENE_NOON);
	ck_assert(same_case(4, 5));
	alert_book_free(b);
}
END_TEST

START_TEST(an_account_of_ours_with_and_without_its_domain)
{
	struct alert_book *b = new_book();

	alert_book_settle(b, &stand.settings->site);
	raise_alert(b, &bulk, 9, "ann", SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &forward, 25, "ann@company.example", SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &forward, 25, "ann@partner.example", SEVERITY_MEDIUM, SCENE_NOON);
	ck_assert(same_case(0, 1));
	ck_assert(!same_case(0, 2));
	alert_book_free(b);
}
END_TEST

START_TEST(a_case_is_over_when_silent)
{
	struct alert_book *b = new_book();

	raise_alert(b, &spray, 9, NULL, SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &success, 9, "ann", SEVERITY_HIGH, SCENE_NOON + DAY);
	raise_alert(b, &bulk, 9, "ann", SEVERITY_HIGH, SCENE_NOON + 2 * DAY + 1);
	ck_assert(same_case(0, 1));
	ck_assert(!same_case(1, 2));
	ck_assert_uint_eq(bell.at[2].risk, 73);
	alert_book_free(b);
}
END_TEST

START_TEST(about_nobody_is_no_case)
{
	struct alert_book *b = new_book();

	raise_alert(b, &spray, 0, NULL, SEVERITY_HIGH, SCENE_NOON);
	ck_assert_uint_eq(bell.at[0].case_id.word[0] | bell.at[0].case_id.word[1], 0);
	alert_book_free(b);
}
END_TEST

/* Two stories that turn out to be one go on under the older. */
START_TEST(the_older_case_goes_on)
{
	struct alert_book *b = new_book();

	raise_alert(b, &spray, 9, NULL, SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, &forward, 25, "ann", SEVERITY_MEDIUM, SCENE_NOON + 1);
	ck_assert(!same_case(0, 1));
	raise_alert(b, &success, 9, "ann", SEVERITY_MEDIUM, SCENE_NOON + 2);
	raise_alert(b, &bulk, 33, "ann", SEVERITY_MEDIUM, SCENE_NOON + 3);
	ck_assert(same_case(0, 2) && same_case(0, 3));
	alert_book_free(b);
}
END_TEST

START_TEST(cases_survive_a_restart)
{
	struct alert_book *b = new_book();
	struct state_out out;
	struct bell_alert first;
	char error[STATE_ERROR_MAX];

	raise_alert(b, &spray, 9, NULL, SEVERITY_MEDIUM, SCENE_NOON);
	first = bell.at[0];
	state_out_init(&out, 1 << 20);
	alert_book_save(b, &out);
	ck_assert(state_finish(&out));
	alert_book_free(b);
	b = new_book();
	ck_assert(state_check(buffer_bytes(&out.image), error));
	ck_assert_uint_eq(alert_book_load(b, buffer_bytes(&out.image)), 0);
	raise_alert(b, &success, 9, "ann", SEVERITY_HIGH, SCENE_NOON + 1);
	ck_assert(identity_equal(first.case_id, bell.at[0].case_id));
	ck_assert_uint_eq(bell.at[0].risk, 86);
	state_out_clear(&out);
	alert_book_free(b);
}
END_TEST

/* Ten thousand victims: as many cases as may be, and what gave way is counted. */
START_TEST(the_ceiling_holds)
{
	struct alert_book *b = new_book();
	char user[16];

	for (int i = 0; i < 10000; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		raise_alert(b, &forward, 25, user, SEVERITY_MEDIUM, SCENE_NOON);
	}
	/* 64 findings and 16 cases are remembered. */
	ck_assert_uint_eq(alert_book_counters(b).forgotten, 10000 - 64 + 10000 - 16);
	alert_book_free(b);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, stand_close);
	tcase_add_test(tests, one_story_with_rising_severity);
	tcase_add_test(tests, a_finding_alone_or_again_stays_what_it_is);
	tcase_add_test(tests, clear_text_adds_nothing);
	tcase_add_test(tests, who_sends_for_all_makes_no_case);
	tcase_add_test(tests, an_account_of_ours_with_and_without_its_domain);
	tcase_add_test(tests, a_case_is_over_when_silent);
	tcase_add_test(tests, about_nobody_is_no_case);
	tcase_add_test(tests, the_older_case_goes_on);
	tcase_add_test(tests, cases_survive_a_restart);
	tcase_add_test(tests, the_ceiling_holds);
}

CHECK_MAIN("detect/cases", add_tests)
