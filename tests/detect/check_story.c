/* SPDX-License-Identifier: Apache-2.0
 *
 * What is about one victim is one case, and what follows an earlier stage is graver and says so.
 */
#include "detect/story.h"

#include <stdio.h>

#include "support/check_main.h"
#include "support/observations.h"

#define DAY (86400 * USEC_PER_SEC)
#define MINUTE (60 * USEC_PER_SEC)

static const struct alert_limits limits = { .keys = 64, .forget = DAY };
static struct bell bell;
static struct alert_book *book;
static struct scene attacker, owner;

static void
setup(void)
{
	bell.len = 0;
	book = alert_book_new(&limits, bell_note, &bell);
	ck_assert_ptr_nonnull(book);
	scene_init(&attacker, "198.51.100.7", "10.0.0.25");
	scene_init(&owner, "10.0.0.77", "10.0.0.25");
}

static void
teardown(void)
{
	alert_book_free(book);
}

static const struct bell_alert *
say(const char *name, const char *account, enum severity severity, usec_t time, const struct scene *from)
{
	struct alert_rule rule = { .name = name };
	struct bytes user = bytes_str(account);
	char key[128];
	struct alert a = { .rule = &rule, .severity = severity, .risk = 50, .time = time, .session = &from->session,
		.reason_text = BYTES("Something happened."), .users = { .at = &user, .len = user.len > 0 ? 1 : 0 } };

	snprintf(key, sizeof(key), "%s %s", name, account);
	a.key_text = bytes_str(key);
	alert_book_raise(book, &a);
	return bell_last(&bell);
}

static void
restart(void)
{
	struct state_out out;

	state_out_init(&out, 1 << 20);
	alert_book_save(book, &out);
	ck_assert(state_finish(&out));
	alert_book_free(book);
	book = alert_book_new(&limits, bell_note, &bell);
	ck_assert_ptr_nonnull(book);
	ck_assert_uint_eq(alert_book_load(book, buffer_bytes(&out.image)), 0);
	state_out_clear(&out);
}

static void
tell_the_story(bool restarting)
{
	struct bell_alert spray, login, read;

	spray = *say("auth_spray", "carol@example.org", SEVERITY_MEDIUM, SCENE_NOON, &attacker);
	if (restarting)
		restart();
	login = *say("auth_success_after_failures", "ann@example.org", SEVERITY_MEDIUM, SCENE_NOON + MINUTE, &attacker);
	if (restarting)
		restart();
	read = *say("bulk_fetch", "Ann@example.org", SEVERITY_MEDIUM, SCENE_NOON + 2 * MINUTE, &attacker);
	ck_assert(!identity_equal(spray.case_id, (struct identity){ { 0 } }));
	ck_assert(identity_equal(spray.case_id, login.case_id));
	ck_assert(identity_equal(spray.case_id, read.case_id));
	ck_assert_int_eq(spray.severity, SEVERITY_MEDIUM);
	ck_assert_int_eq(login.severity, SEVERITY_HIGH);
	ck_assert_int_eq(read.severity, SEVERITY_CRITICAL);
	ck_assert_uint_eq(spray.risk, 50);
	ck_assert_uint_eq(login.risk, 75);
	ck_assert_uint_eq(read.risk, 88);
	ck_assert_str_eq(spray.reason, "Something happened.");
	ck_assert_str_eq(login.reason,
	    "Something happened; after password spraying by 198.51.100.7 at 2023-11-14T22:13:20.000000Z.");
	ck_assert_str_eq(read.reason,
	    "Something happened; after a login after failures by 198.51.100.7 at 2023-11-14T22:14:20.000000Z.");
	ck_assert_str_eq(login.kind, "case");
	ck_assert_uint_eq(login.events, 1);
}

START_TEST(one_story)
{
	tell_the_story(false);
}
END_TEST

START_TEST(one_story_over_restarts)
{
	tell_the_story(true);
}
END_TEST

START_TEST(others_are_apart)
{
	struct bell_alert spray = *say("auth_spray", "carol", SEVERITY_MEDIUM, SCENE_NOON, &attacker), other;

	other = *say("bulk_fetch", "ann", SEVERITY_MEDIUM, SCENE_NOON + MINUTE, &owner);
	ck_assert(!identity_equal(spray.case_id, other.case_id));
	ck_assert_int_eq(other.severity, SEVERITY_MEDIUM);
	/* The account that a spray happens to name last is not its victim. */
	other = *say("bulk_fetch", "carol", SEVERITY_MEDIUM, SCENE_NOON + MINUTE, &owner);
	ck_assert(!identity_equal(spray.case_id, other.case_id));
	ck_assert_uint_eq(other.evidence_count, 0);
}
END_TEST

START_TEST(a_gateway_joins_nobody)
{
	struct bell_alert one = *say("bulk_fetch", "ann", SEVERITY_HIGH, SCENE_NOON, &owner), two;

	two = *say("bulk_fetch", "bob", SEVERITY_HIGH, SCENE_NOON, &owner);
	ck_assert(!identity_equal(one.case_id, two.case_id));
}
END_TEST

START_TEST(what_is_slight_lifts_nothing)
{
	struct bell_alert a;

	(void)say("new_client", "ann", SEVERITY_LOW, SCENE_NOON, &owner);
	a = *say("bulk_fetch", "ann", SEVERITY_LOW, SCENE_NOON + MINUTE, &owner);
	ck_assert_int_eq(a.severity, SEVERITY_LOW);
	ck_assert_uint_eq(a.evidence_count, 1);
}
END_TEST

START_TEST(an_earlier_stage_is_not_lifted_by_a_later_one)
{
	struct bell_alert a;

	(void)say("bulk_fetch", "ann", SEVERITY_HIGH, SCENE_NOON, &owner);
	a = *say("new_client", "ann", SEVERITY_LOW, SCENE_NOON + MINUTE, &owner);
	ck_assert_int_eq(a.severity, SEVERITY_LOW);
	ck_assert_uint_eq(a.risk, 50);
	ck_assert_uint_eq(a.evidence_count, 0);
}
END_TEST

START_TEST(silence_ends_a_case)
{
	struct bell_alert spray = *say("auth_spray", "", SEVERITY_MEDIUM, SCENE_NOON, &attacker), later;

	later = *say("auth_success_after_failures", "ann", SEVERITY_MEDIUM, SCENE_NOON + DAY, &attacker);
	ck_assert(identity_equal(spray.case_id, later.case_id));
	later = *say("bulk_fetch", "ann", SEVERITY_MEDIUM, SCENE_NOON + 2 * DAY + 1, &attacker);
	ck_assert(!identity_equal(spray.case_id, later.case_id));
	ck_assert_int_eq(later.severity, SEVERITY_MEDIUM);
}
END_TEST

START_TEST(a_repetition_that_a_story_lifts_breaks_through)
{
	struct bell_alert a;

	(void)say("bulk_fetch", "ann", SEVERITY_MEDIUM, SCENE_NOON, &attacker);
	(void)say("bulk_fetch", "ann", SEVERITY_MEDIUM, SCENE_NOON, &attacker);
	ck_assert_uint_eq(bell.len, 1);
	(void)say("auth_success_after_failures", "ann", SEVERITY_HIGH, SCENE_NOON, &attacker);
	a = *say("bulk_fetch", "ann", SEVERITY_MEDIUM, SCENE_NOON, &attacker);
	ck_assert_uint_eq(bell.len, 3);
	ck_assert_int_eq(a.severity, SEVERITY_CRITICAL);
}
END_TEST

START_TEST(the_ceiling_holds)
{
	char account[16];

	for (int i = 0; i < 200; i++) {
		snprintf(account, sizeof(account), "user%d", i);
		(void)say("new_client", account, SEVERITY_LOW, SCENE_NOON, &owner);
		bell.len = 0;
	}
	/* Findings and cases. */
	ck_assert_uint_eq(alert_book_counters(book).forgotten, 2 * (200 - 64));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, one_story);
	tcase_add_test(tests, one_story_over_restarts);
	tcase_add_test(tests, others_are_apart);
	tcase_add_test(tests, a_gateway_joins_nobody);
	tcase_add_test(tests, what_is_slight_lifts_nothing);
	tcase_add_test(tests, an_earlier_stage_is_not_lifted_by_a_later_one);
	tcase_add_test(tests, silence_ends_a_case);
	tcase_add_test(tests, a_repetition_that_a_story_lifts_breaks_through);
	tcase_add_test(tests, the_ceiling_holds);
}

CHECK_MAIN("detect/story", add_tests)
