/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/alert.h"

#include <stdio.h>
#include <string.h>

#include "support/check_main.h"
#include "support/observations.h"

#define DAY (86400 * USEC_PER_SEC)

static const struct alert_rule rule = { .name = "some_rule" }, other_rule = { .name = "other_rule" };
static struct bell bell;

static struct alert_book *
new_book(size_t keys)
{
	struct alert_limits limits = { .keys = keys, .forget = DAY };
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
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_uint_eq(bell.at[1].count, 1);
	ck_assert_int_eq(bell.at[1].first, SCENE_NOON + 3 * DAY + 1);
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

/* What the book keeps outlives it. */
static struct alert_book *
restart(struct alert_book *b, size_t keys)
{
	struct state_out out;
	struct alert_book *after = NULL;

	state_out_init(&out, 1 << 20);
	alert_book_save(b, &out);
	ck_assert(state_finish(&out));
	alert_book_free(b);
	after = new_book(keys);
	ck_assert_uint_eq(alert_book_load(after, buffer_bytes(&out.image)), 0);
	state_out_clear(&out);
	return after;
}

START_TEST(counts_outlive_a_restart)
{
	struct alert_book *b = new_book(16);

	for (int i = 0; i < 5; i++)
		raise_alert(b, "k", SEVERITY_MEDIUM, SCENE_NOON + i);
	b = restart(b, 16);
	for (int i = 5; i < 9; i++)
		raise_alert(b, "k", SEVERITY_MEDIUM, SCENE_NOON + i);
	ck_assert_uint_eq(bell.len, 0);
	raise_alert(b, "k", SEVERITY_MEDIUM, SCENE_NOON + 9);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_uint_eq(bell.at[0].count, 10);
	ck_assert_int_eq(bell.at[0].first, SCENE_NOON);
	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON + 10);
	ck_assert_uint_eq(bell.len, 2);
	alert_book_free(b);
}
END_TEST

static void
count_rule(void *arg, const char *name, uint64_t held_back)
{
	uint64_t *counts = arg;

	counts[strcmp(name, "some_rule") == 0 ? 0 : 1] += held_back;
}

START_TEST(what_is_held_back_counts_for_its_rule)
{
	struct alert_book *b = new_book(16);
	struct alert other = { .rule = &other_rule, .time = SCENE_NOON, .key_text = BYTES("k") };
	uint64_t counts[2] = { 0 };

	for (int i = 0; i < 12; i++)
		raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON);
	for (int i = 0; i < 3; i++)
		alert_book_raise(b, &other);
	alert_book_count(b, count_rule, counts);
	ck_assert_uint_eq(counts[0], 10);
	ck_assert_uint_eq(counts[1], 2);
	alert_book_free(b);
}
END_TEST

START_TEST(a_summary_waits_for_the_cooldown_and_a_rise_does_not)
{
	struct alert_limits limits = { .keys = 16, .forget = DAY, .cooldown = 100 };
	struct alert_book *b = new_book(16);

	alert_book_reload(b, &limits);
	for (int i = 0; i < 50; i++)
		raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON + i);
	ck_assert_uint_eq(bell.len, 1);
	raise_alert(b, "k", SEVERITY_HIGH, SCENE_NOON + 60);
	ck_assert_uint_eq(bell.len, 2);
	for (int i = 51; i < 120; i++)
		raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON + 159);
	ck_assert_uint_eq(bell.len, 2);
	raise_alert(b, "k", SEVERITY_LOW, SCENE_NOON + 160);
	ck_assert_uint_eq(bell.len, 3);
	ck_assert_uint_eq(bell.at[2].count, 121);
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
	tcase_add_test(tests, counts_outlive_a_restart);
	tcase_add_test(tests, what_is_held_back_counts_for_its_rule);
	tcase_add_test(tests, a_summary_waits_for_the_cooldown_and_a_rise_does_not);
}

CHECK_MAIN("detect/alert", add_tests)
