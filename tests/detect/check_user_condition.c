/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/user_condition.h"

#include <stdio.h>
#include <string.h>

#include "detect/event_cases.h"
#include "detect/shipped_rules.h"
#include "detect/user_rules_of.h"
#include "support/check_main.h"

static struct event_case x;
static struct forward_rules forward;
static struct detect_settings settings;
static struct network home[1];
static struct site site = { .home = { home, 1 } };
static struct detector_context context = { .settings = &settings, .site = &site, .forward_rules = &forward };
static struct user_verdict verdict;
static struct event event;

static void
setup(void)
{
	event_case_init(&x);
	settings = plain_settings();
	forward = shipped_rules();
	home[0] = network_of("10.0.0.0/8");
}

static void
teardown(void)
{
	forward_rules_clear(&forward);
}

/* Whether the condition holds for the event of this kind. */
static bool
holds(enum observation_kind kind, const char *condition)
{
	struct observation o = event_case_of(&x, kind);
	struct user_rules rules;
	char text[2048];
	bool result;

	snprintf(text, sizeof(text), "rules:\n- name: a\n  description: d\n  on: %s\n  when: %s\n",
	    event_dataset_name(kind), condition);
	rules = user_rules_of(text);
	event_init(&event, &o, &context);
	result = user_condition_holds(&rules.at[0].when, &event, &verdict);
	for (size_t i = 0; i < verdict.count; i++)
		verdict.proofs[i].test = NULL; /* goes with the rules */
	user_rules_clear(&rules);
	return result;
}

START_TEST(each_test)
{
	static const struct {
		enum observation_kind kind;
		const char *condition;
		bool due;
	} cases[] = {
		/* text, without regard to case */
		{ OBSERVED_MESSAGE, "{field: email.subject, equals: wire THE money}", true },
		{ OBSERVED_MESSAGE, "{field: email.subject, equals: wire the}", false },
		{ OBSERVED_MESSAGE, "{field: email.subject, equals: [a, b, Wire the money]}", true },
		{ OBSERVED_MESSAGE, "{field: email.subject, contains: 'E MON'}", true },
		{ OBSERVED_MESSAGE, "{field: email.subject, contains: [x, the]}", true },
		{ OBSERVED_MESSAGE, "{field: email.subject, contains: xyz}", false },
		{ OBSERVED_MESSAGE, "{field: email.subject, starts: WIRE}", true },
		{ OBSERVED_MESSAGE, "{field: email.subject, starts: ire}", false },
		{ OBSERVED_MESSAGE, "{field: email.subject, ends: MONEY}", true },
		{ OBSERVED_MESSAGE, "{field: email.subject, ends: mone}", false },
		{ OBSERVED_MESSAGE, "{field: email.subject, matches: '^Wire.*y$'}", true },
		{ OBSERVED_MESSAGE, "{field: email.subject, matches: '^wire'}", false },
		{ OBSERVED_MESSAGE, "{field: email.subject, matches: [no, '(?i)^wire']}", true },
		{ OBSERVED_MESSAGE, "{field: mailtap.headers.x-other, equals: ''}", true },
		{ OBSERVED_MESSAGE, "{field: mailtap.headers.x-none, equals: ''}", false },
		/* one value of several is enough */
		{ OBSERVED_MESSAGE, "{field: mailtap.envelope.to, equals: second@out.example}", true },
		{ OBSERVED_MESSAGE, "{field: email.attachments.file.extension, equals: pst}", true },
		/* numbers */
		{ OBSERVED_MESSAGE, "{field: email.attachments.file.size, equals: 4KiB}", true },
		{ OBSERVED_MESSAGE, "{field: email.attachments.file.size, '>=': 4096}", true },
		{ OBSERVED_MESSAGE, "{field: email.attachments.file.size, '>': 4096}", false },
		{ OBSERVED_MESSAGE, "{field: email.attachments.file.size, <: 12}", false },
		{ OBSERVED_MESSAGE, "{field: email.attachments.file.size, <=: 12}", true },
		{ OBSERVED_MESSAGE, "{field: email.attachments.file.size, <: 13}", true },
		{ OBSERVED_SESSION, "{field: source.port, equals: [1, 2]}", false },
		{ OBSERVED_SESSION, "{field: mailtap.pcr, equals: 0.5}", true },
		{ OBSERVED_SESSION, "{field: mailtap.pcr, equals: 50%}", true },
		{ OBSERVED_SESSION, "{field: mailtap.pcr, '>': -0.5}", true },
		{ OBSERVED_SESSION, "{field: mailtap.pcr, <: -0.5}", false },
		{ OBSERVED_SESSION, "{field: event.duration, equals: 90s}", true },
		{ OBSERVED_SESSION, "{field: event.duration, equals: 90000000000}", true },
		{ OBSERVED_SESSION, "{field: mailtap.collection.idle_seconds, '>': 2s}", true },
		{ OBSERVED_SESSION, "{field: mailtap.collection.idle_seconds, '>': 3s}", false },
		{ OBSERVED_SESSION, "{field: mailtap.smtp.reply_codes, equals: 550}", true },
		/* flags */
		{ OBSERVED_LOGIN, "{field: mailtap.cleartext, equals: yes}", true },
		{ OBSERVED_LOGIN, "{field: mailtap.cleartext, equals: false}", false },
		/* addresses and networks */
		{ OBSERVED_LOGIN, "{field: source.ip, equals: 10.0.0.5}", true },
		{ OBSERVED_LOGIN, "{field: source.ip, equals: [192.0.2.0/24, 10.0.0.0/24]}", true },
		{ OBSERVED_LOGIN, "{field: source.ip, equals: 10.0.0.0/30}", false },
		{ OBSERVED_LOGIN, "{field: destination.ip, equals: 2001:db8::/64}", true },
		/* being there */
		{ OBSERVED_LOGIN, "{field: mailtap.workstation, exists: true}", true },
		{ OBSERVED_LOGIN, "{field: mailtap.workstation, exists: false}", false },
		{ OBSERVED_MESSAGE, "{field: user.name, exists: true}", false },
		{ OBSERVED_MESSAGE, "{field: user.name, exists: false}", true },
		{ OBSERVED_MESSAGE, "{field: user.name, contains: a}", false },
		{ OBSERVED_MESSAGE, "{field: email.attachments.file.hash.md5, exists: true}", true },
		/* what is worked out */
		{ OBSERVED_MESSAGE, "{field: mailtap.forward.confidence, '>': 0}", true },
		{ OBSERVED_TLS, "{field: network.direction, equals: outbound}", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(holds(cases[i].kind, cases[i].condition) == cases[i].due, "%s", cases[i].condition);
}
END_TEST

#define T "{field: mailtap.cleartext, equals: true}"
#define F "{field: mailtap.cleartext, equals: false}"
#define NONE "{field: user.domain, equals: nobody}"

START_TEST(trees)
{
	static const struct {
		const char *condition;
		bool due;
		size_t proofs;
	} cases[] = {
		{ "{all: [" T ", " T "]}", true, 2 },
		{ "{all: [" T ", " F "]}", false, 0 },
		{ "{any: [" F ", " T "]}", true, 1 },
		{ "{any: [" T ", " T "]}", true, 1 },
		{ "{any: [" F ", " NONE "]}", false, 0 },
		{ "{not: " F "}", true, 0 },
		{ "{not: " T "}", false, 0 },
		{ "{not: {not: " T "}}", true, 0 },
		{ "[" T ", " T ", " T "]", true, 3 },
		{ "[" T ", {not: {any: [" F ", " NONE "]}}]", true, 1 },
		{ "{all: [{any: [{all: [" T ", " F "]}, {all: [" T ", " T "]}]}, {not: " NONE "}]}", true, 2 },
		{ "{any: [{all: [" T ", " T ", " F "]}, " T "]}", true, 1 },
		{ "[" T "," T "," T "," T "," T "," T "," T "," T "]", true, USER_PROOFS },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(holds(OBSERVED_LOGIN, cases[i].condition) == cases[i].due, "%s", cases[i].condition);
		ck_assert_msg(
		    !cases[i].due || verdict.count == cases[i].proofs, "%s: %zu", cases[i].condition, verdict.count);
	}
}
END_TEST

START_TEST(proofs)
{
	ck_assert(holds(OBSERVED_MESSAGE,
	    "[{field: email.subject, contains: wire}, {field: source.ip, exists: true},"
	    " {field: email.attachments.file.name, ends: .pst}, {field: user.name, exists: false}]"));
	ck_assert_uint_eq(verdict.count, 3);
	ck_assert_str_eq(verdict.proofs[0].evidence, "subject");
	ck_assert_int_eq(strncmp(verdict.proofs[0].seen, "Wire the money", verdict.proofs[0].len), 0);
	ck_assert_uint_eq(verdict.proofs[0].len, 14);
	ck_assert_str_eq(verdict.proofs[1].evidence, "field");
	ck_assert_int_eq(strncmp(verdict.proofs[1].seen, "10.0.0.5", verdict.proofs[1].len), 0);
	ck_assert_str_eq(verdict.proofs[2].evidence, "file");
}
END_TEST

/* Bad UTF-8 becomes good, and what is long is cut. */
START_TEST(proofs_are_bounded)
{
	static char text[4000];

	memset(text, 0xff, sizeof(text));
	text[0] = 'a';
	x.content.subject_text = bytes_of(text, sizeof(text));
	ck_assert(holds(OBSERVED_MESSAGE, "{field: email.subject, starts: a}"));
	ck_assert_uint_le(verdict.proofs[0].len, USER_PROOF_MAX);
	ck_assert_uint_gt(verdict.proofs[0].len, USER_PROOF_MAX - 8);
	ck_assert_int_eq(memcmp(verdict.proofs[0].seen, "a\xef\xbf\xbd", 4), 0);
}
END_TEST

START_TEST(a_pattern_that_gives_up)
{
	static char text[PATTERN_TEXT_MAX];

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '!';
	x.content.subject_text = bytes_of(text, sizeof(text));
	ck_assert(!holds(OBSERVED_MESSAGE, "{field: email.subject, matches: '(a+)+$'}"));
	ck_assert_uint_eq(verdict.gave_up, 1);
	ck_assert(holds(
	    OBSERVED_MESSAGE, "{any: [{field: email.subject, matches: '(a+)+$'}, {field: email.subject, ends: '!'}]}"));
	ck_assert_uint_eq(verdict.gave_up, 1);
	ck_assert(holds(OBSERVED_MESSAGE, "{field: email.subject, matches: '^a'}"));
	ck_assert_uint_eq(verdict.gave_up, 0);
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(user_test_name(USER_EQUALS), "equals");
	ck_assert_str_eq(user_test_name(USER_AT_LEAST), ">=");
	ck_assert_str_eq(user_test_name(USER_IN), "in");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, each_test);
	tcase_add_test(tests, trees);
	tcase_add_test(tests, proofs);
	tcase_add_test(tests, proofs_are_bounded);
	tcase_add_test(tests, a_pattern_that_gives_up);
	tcase_add_test(tests, names);
}

CHECK_MAIN("detect/user_condition", add_tests)
