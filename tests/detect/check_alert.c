/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/alert.h"

#include <stdio.h>
#include <string.h>

#include "detect/state.h"
#include "support/check_main.h"
#include "support/observations.h"

#define HOUR (3600 * USEC_PER_SEC)
#define DAY (24 * HOUR)

static const struct alert_rule rule = { .name = "some_rule" }, other_rule = { .name = "other_rule" };
static struct bell bell;

static struct alert_book *
new_book(size_t keys)
{
	struct alert_limits limits = { .keys = keys, .forget = DAY, .window = HOUR, .span = DAY, .cases = 16 };
	struct alert_book *b = alert_book_new(&limits, bell_note, &bell);

	bell.len = 0;
	ck_assert_ptr_nonnull(b);
	return b;
}

static void
raise_alert(struct alert_book *b, const char *key, enum severity severity, usec_t time)
{
	struct alert a = { .rule = &rule, .severity = severity, .time = time, .key_text = bytes_str(key),
		.reason_text = BYTES("because") };

	alert_book_raise(b, &a);
}

START_TEST(severities_have_names)
{
	enum severity s = SEVERITY_LOW;

	ck_assert_str_eq(severity_name(SEVERITY_LOW), "low");
	ck_assert_str_eq(severity_name(SEVERITY_CRITICAL), "critical");
	ck_assert(severity_parse(BYTES("High"), &s));
	ck_assert_int_eq(s, SEVERITY_HIGH);
	ck_assert(!severity_parse(BYTES("highest"), &s));
	ck_assert(!severity_parse(BYTES(""), &s));
	ck_assert_int_eq(s, SEVERITY_HIGH);
}
END_TEST

START_TEST(said_at_once_then_at_powers_of_ten)
{
	static const uint64_t due[] = { 1, 10, 100, 1000, 10000 };
	struct alert_book *b = new_book(16);
	struct alert_book_counters n;

	for (int i = 0; i < 12345; i++)
		raise_alert(b, "k", SEVERITY_MEDIUM, SCENE_NOON + i);
	ck_assert_uint_eq(bell.len, 5);
	for (size_t i = 0; i < 5; i++) {
		ck_assert_uint_eq(bell.at[i].count, due[i]);
		ck_assert_int_eq(bell.at[i].first, SCENE_NOON);
		ck_assert_int_eq(bell.at[i].last, SCENE_NOON + (usec_t)due[i] - 1);
		ck_assert_str_eq(bell.at[i].key, "k");
		ck_assert_str_eq(bell.at[i].reason, "because");
	}
	n = alert_book_counters(b);
	ck_assert_uint_eq(n.raised, 12345);
	ck_assert_uint_eq(n.published, 5);
	ck_assert_uint_eq(n.held_back, 12340);
	ck_assert_uint_eq(n.forgotten, 0);
	alert_book_free(b);
}
END_TEST

START_TEST(a_rise_breaks_through_once)
{
	struct alert_book *b = new_book(16);

	raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON);
	raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 1);
	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_int_eq(bell.at[1].severity, SEVERITY_HIGH);
	ck_assert_uint_eq(bell.at[1].count, 3);
	/* What was said before, or less, is a repetition. */
	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON);
	raise_alert(b, "k", SEVERITY_MEDIUM, SCENE_NOON);
	raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 2);
	raise_alert(b, "k", SEVERITY_CRITICAL, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 3);
	/* The tenth is due all the same. */
	for (int i = 8; i <= 10; i++)
		raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 4);
	ck_assert_uint_eq(bell.at[3].count, 10);
	ck_assert_int_eq(bell.at[3].severity, SEVERITY_CRITICAL);
	alert_book_free(b);
}
END_TEST

START_TEST(a_rise_at_the_tenth_is_said_once)
{
	struct alert_book *b = new_book(16);

	for (int i = 1; i <= 9; i++)
		raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON);
	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 2);
	for (int i = 11; i <= 99; i++)
		raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 2);
	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 3);
	alert_book_free(b);
}
END_TEST

START_TEST(keys_and_rules_are_apart)
{
	struct alert_book *b = new_book(16);
	struct alert other = { .rule = &other_rule, .time = SCENE_NOON, .key_text = BYTES("k") };

	raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON);
	raise_alert(b, "l", SEVERITY_LOW, SCENE_NOON);
	alert_book_raise(b, &other);
	ck_assert_uint_eq(bell.len, 3);
	ck_assert(!identity_equal(bell.at[0].id, bell.at[1].id));
	ck_assert(!identity_equal(bell.at[0].id, bell.at[2].id));
	alert_book_free(b);
}
END_TEST

START_TEST(ids_are_stable)
{
	struct identity first[2][11];

	for (int run = 0; run < 2; run++) {
		struct alert_book *b = new_book(16);

		for (int i = 0; i < 10; i++)
			raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON + i);
		raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON + 10 + 2 * DAY);
		ck_assert_uint_eq(bell.len, 3);
		for (size_t i = 0; i < bell.len; i++)
			first[run][i] = bell.at[i].id;
		alert_book_free(b);
	}
	for (int i = 0; i < 3; i++)
		ck_assert(identity_equal(first[0][i], first[1][i]));
	ck_assert(!identity_equal(first[0][0], first[0][1]));
	/* The same count, begun at another time. */
	ck_assert(!identity_equal(first[0][0], first[0][2]));
}
END_TEST

START_TEST(a_silent_finding_starts_anew)
{
	struct alert_book *b = new_book(16);

	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON);
	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON + DAY);
	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON + 2 * DAY);
	ck_assert_uint_eq(bell.len, 1);
	raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON + 3 * DAY + 1);
	ck_assert_uint_eq(bell.len, 3);
	ck_assert_uint_eq(bell.at[1].count, 3);
	ck_assert_uint_eq(bell.at[2].count, 1);
	ck_assert_int_eq(bell.at[2].first, SCENE_NOON + 3 * DAY + 1);
	alert_book_free(b);
}
END_TEST

START_TEST(time_that_steps_back_does_no_harm)
{
	struct alert_book *b = new_book(16);

	raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON + 5);
	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_int_eq(bell.at[1].first, SCENE_NOON + 5);
	ck_assert_int_eq(bell.at[1].last, SCENE_NOON + 5);
	alert_book_free(b);
}
END_TEST

START_TEST(the_ceiling_holds_and_is_counted)
{
	struct alert_book *b = new_book(16);
	char key[16];

	for (int i = 0; i < 40; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		raise_alert(b, key, SEVERITY_LOW, SCENE_NOON + i);
	}
	ck_assert_uint_eq(bell.len, 40);
	ck_assert_uint_eq(alert_book_counters(b).forgotten, 24);
	raise_alert(b, "k39", SEVERITY_LOW, SCENE_NOON + 40);
	ck_assert_uint_eq(bell.len, 40);
	/* The one that was used longest ago gave way. */
	raise_alert(b, "k0", SEVERITY_LOW, SCENE_NOON + 41);
	ck_assert_uint_eq(bell.len, 41);
	ck_assert_uint_eq(alert_book_counters(b).forgotten, 25);
	alert_book_free(b);
	alert_book_free(NULL);
}
END_TEST

START_TEST(what_a_window_held_back_is_summed_up)
{
	struct alert_book *b = new_book(16);

	for (int i = 0; i < 4; i++)
		raise_alert(b, "k", SEVERITY_MEDIUM, SCENE_NOON + i);
	ck_assert_uint_eq(bell.len, 1);
	/* The window begins with the first that was held back. */
	alert_book_tick(b, SCENE_NOON + HOUR);
	ck_assert_uint_eq(bell.len, 1);
	alert_book_tick(b, SCENE_NOON + HOUR + 1);
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_uint_eq(bell.at[1].count, 4);
	ck_assert_int_eq(bell.at[1].first, SCENE_NOON);
	ck_assert_int_eq(bell.at[1].last, SCENE_NOON + 3);
	ck_assert_int_eq(bell.at[1].time, SCENE_NOON + HOUR + 1);
	ck_assert_int_eq(bell.at[1].severity, SEVERITY_MEDIUM);
	ck_assert_str_eq(bell.at[1].key, "k");
	ck_assert_str_eq(bell.at[1].reason, "Seen 3 times more, at last 2023-11-14T22:13:20Z: because");
	ck_assert_str_eq(bell.at[1].kind, "repetition");
	ck_assert_str_eq(bell.at[1].figure, "3 more");
	ck_assert_str_eq(bell.at[1].held_against, "1 when it was said last");
	ck_assert(!identity_equal(bell.at[0].id, bell.at[1].id));
	/* Once. */
	alert_book_tick(b, SCENE_NOON + 3 * HOUR);
	ck_assert_uint_eq(bell.len, 2);
	/* A new window. */
	raise_alert(b, "k", SEVERITY_MEDIUM, SCENE_NOON + 3 * HOUR);
	alert_book_tick(b, SCENE_NOON + 4 * HOUR);
	ck_assert_uint_eq(bell.len, 3);
	ck_assert_str_eq(bell.at[2].reason, "Seen once more, at last 2023-11-15T01:13:20Z: because");
	ck_assert_uint_eq(alert_book_counters(b).summaries, 2);
	ck_assert_uint_eq(alert_book_counters(b).published, 3);
	alert_book_free(b);
}
END_TEST

START_TEST(what_was_said_is_not_summed_up)
{
	struct alert_book *b = new_book(16);

	for (int i = 0; i < 10; i++)
		raise_alert(b, "k", SEVERITY_MEDIUM, SCENE_NOON + i);
	ck_assert_uint_eq(bell.len, 2);
	alert_book_flush(b);
	ck_assert_uint_eq(bell.len, 2);
	raise_alert(b, "k", SEVERITY_MEDIUM, SCENE_NOON + 10);
	alert_book_flush(b);
	ck_assert_uint_eq(bell.len, 3);
	ck_assert_uint_eq(bell.at[2].count, 11);
	alert_book_free(b);
}
END_TEST

/* Neither by the ceiling nor by age does a count get lost. */
START_TEST(what_gives_way_is_summed_up_before)
{
	struct alert_book *b = new_book(2);

	raise_alert(b, "a", SEVERITY_LOW, SCENE_NOON);
	raise_alert(b, "a", SEVERITY_LOW, SCENE_NOON);
	raise_alert(b, "b", SEVERITY_LOW, SCENE_NOON);
	raise_alert(b, "c", SEVERITY_LOW, SCENE_NOON);
	ck_assert_uint_eq(bell.len, 4);
	ck_assert_str_eq(bell.at[2].key, "a");
	ck_assert_uint_eq(bell.at[2].count, 2);
	raise_alert(b, "c", SEVERITY_LOW, SCENE_NOON);
	raise_alert(b, "d", SEVERITY_LOW, SCENE_NOON + 2 * DAY);
	ck_assert_uint_eq(bell.len, 6);
	ck_assert_str_eq(bell.at[4].key, "c");
	ck_assert_uint_eq(bell.at[4].count, 2);
	alert_book_free(b);
}
END_TEST

static void
hear_rule(void *arg, const char *name, uint64_t held_back)
{
	char *line = arg;
	size_t len = strlen(line);

	snprintf(line + len, 256 - len, "%s %llu;", name, (unsigned long long)held_back);
}

START_TEST(what_is_held_back_is_counted_by_rule)
{
	struct alert_book *b = new_book(16);
	struct alert other = { .rule = &other_rule, .time = SCENE_NOON, .key_text = BYTES("k") };
	char line[256] = "";

	for (int i = 0; i < 3; i++)
		raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON);
	for (int i = 0; i < 2; i++)
		alert_book_raise(b, &other);
	alert_book_count(b, hear_rule, line);
	ck_assert_str_eq(line, "some_rule 2;other_rule 1;");
	alert_book_free(b);
}
END_TEST

START_TEST(counts_survive_a_restart)
{
	struct alert_book *b = new_book(16);
	struct state_out out;
	char error[STATE_ERROR_MAX];

	for (int i = 0; i < 8; i++)
		raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON + i);
	ck_assert_uint_eq(bell.len, 1);
	state_out_init(&out, 1 << 20);
	alert_book_save(b, &out);
	ck_assert(state_finish(&out));
	alert_book_free(b);
	b = new_book(16);
	ck_assert(state_check(buffer_bytes(&out.image), error));
	ck_assert_uint_eq(alert_book_load(b, buffer_bytes(&out.image)), 0);
	raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON + 8);
	ck_assert_uint_eq(bell.len, 0);
	raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON + 9);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_uint_eq(bell.at[0].count, 10);
	ck_assert_int_eq(bell.at[0].first, SCENE_NOON);
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_HIGH);
	state_out_clear(&out);
	alert_book_free(b);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, severities_have_names);
	tcase_add_test(tests, said_at_once_then_at_powers_of_ten);
	tcase_add_test(tests, a_rise_breaks_through_once);
	tcase_add_test(tests, a_rise_at_the_tenth_is_said_once);
	tcase_add_test(tests, keys_and_rules_are_apart);
	tcase_add_test(tests, ids_are_stable);
	tcase_add_test(tests, a_silent_finding_starts_anew);
	tcase_add_test(tests, time_that_steps_back_does_no_harm);
	tcase_add_test(tests, the_ceiling_holds_and_is_counted);
	tcase_add_test(tests, what_a_window_held_back_is_summed_up);
	tcase_add_test(tests, what_was_said_is_not_summed_up);
	tcase_add_test(tests, what_gives_way_is_summed_up_before);
	tcase_add_test(tests, what_is_held_back_is_counted_by_rule);
	tcase_add_test(tests, counts_survive_a_restart);
}

CHECK_MAIN("detect/alert", add_tests)
