/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/draft.h"

#include "support/check_main.h"
#include "support/observations.h"

static const struct alert_rule rule = {
	.name = "model", .id = "mailtap-9999", .description = "Said.", .action = "said"
};
static const struct alert_limits limits = { .keys = 16, .forget = USEC_MAX };
static struct bell bell;
static struct alert_book *book;
static struct draft d;

static void
setup(void)
{
	bell.len = 0;
	book = alert_book_new(&limits, bell_note, &bell);
}

static void
teardown(void)
{
	alert_book_free(book);
}

START_TEST(what_is_written_is_raised)
{
	struct scene s;
	struct observation o;

	scene_init(&s, "10.0.0.5", "198.51.100.25");
	o = scene_message(&s);
	draft_begin(&d, &rule, SEVERITY_HIGH, &o);
	sentence_add(&d.reason, "Because.");
	sentence_add(&d.key, "key");
	draft_figure(&d, "messages", "seen", "at least 3", "%d", 5);
	draft_user(&d, BYTES("ann"));
	draft_user(&d, BYTES("ANN"));
	draft_user(&d, bytes_of(NULL, 0));
	draft_user(&d, BYTES("bob"));
	draft_event(&d, (struct identity){ { 1, 2 } });
	draft_raise(&d, book);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].rule, "model");
	ck_assert_str_eq(bell.at[0].reason, "Because.");
	ck_assert_str_eq(bell.at[0].key, "key");
	ck_assert_str_eq(bell.at[0].kind, "messages");
	ck_assert_str_eq(bell.at[0].seen, "seen");
	ck_assert_str_eq(bell.at[0].figure, "5");
	ck_assert_str_eq(bell.at[0].held_against, "at least 3");
	ck_assert_uint_eq(bell.at[0].risk, 73);
	ck_assert_uint_eq(bell.at[0].users, 2);
	ck_assert_uint_eq(bell.at[0].events, 2);
	ck_assert_int_eq(bell.at[0].time, o.time);
}
END_TEST

/* A volume is no event: that of its session will come. */
START_TEST(what_it_rests_on)
{
	struct scene s;
	struct observation o, session, nothing = { .kind = OBSERVED_LOSS, .time = SCENE_NOON };

	scene_init(&s, "10.0.0.5", "198.51.100.25");
	o = scene_volume(&s, 100, 200);
	session = (struct observation){ .kind = OBSERVED_SESSION, .session = &s.session };
	draft_begin(&d, &rule, SEVERITY_LOW, &o);
	ck_assert_uint_eq(d.event_count, 1);
	ck_assert(identity_equal(d.events[0], observation_id(&session)));
	ck_assert_uint_eq(d.alert.traffic[FROM_SERVER].bytes, 200);
	draft_begin(&d, &rule, SEVERITY_LOW, &nothing);
	ck_assert_uint_eq(d.event_count, 0);
	ck_assert_ptr_null(d.alert.session);
}
END_TEST

START_TEST(ceilings)
{
	struct observation nothing = { .kind = OBSERVED_LOSS, .time = SCENE_NOON };
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };

	draft_begin(&d, &rule, SEVERITY_LOW, &nothing);
	for (int i = 0; i < 20; i++) {
		draft_figure(&d, "kind", "seen", "", "%d", i);
		draft_event(&d, (struct identity){ { 1, 2 } });
		draft_host(&d, bytes_str(names[i % 6]));
	}
	draft_raise(&d, book);
	ck_assert_uint_eq(bell.at[0].evidence_count, DRAFT_EXHIBITS);
	ck_assert_uint_eq(bell.at[0].events, DRAFT_EVENTS);
	ck_assert_uint_eq(d.alert.hosts.len, DRAFT_NAMES);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_is_written_is_raised);
	tcase_add_test(tests, what_it_rests_on);
	tcase_add_test(tests, ceilings);
}

CHECK_MAIN("detect/draft", add_tests)
