/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/user_template.h"

#include <stdio.h>
#include <string.h>

#include "detect/event_cases.h"
#include "support/check_main.h"

static struct event_case x;
static struct site site;
static struct detector_context context = { .site = &site };

static const char *
written(const char *text, enum observation_kind kind)
{
	static struct sentence s;
	struct observation o;
	struct user_template t;
	struct event e;
	char what[64];
	const char *why;

	event_case_init(&x);
	o = event_case_of(&x, kind);
	event_init(&e, &o, &context);
	ck_assert_msg(user_template_parse(text, &t, what, sizeof(what), &why), "%s: %s %s", text, what, why);
	sentence_clear(&s);
	user_template_write(&t, &e, 25, 600 * USEC_PER_SEC, &s);
	user_template_clear(&t);
	return s.text;
}

START_TEST(filled_in)
{
	ck_assert_str_eq(written("", OBSERVED_LOGIN), "");
	ck_assert_str_eq(written("plain", OBSERVED_LOGIN), "plain");
	ck_assert_str_eq(written("{source.ip}", OBSERVED_LOGIN), "10.0.0.5");
	ck_assert_str_eq(written("a{source.port}{destination.port}b", OBSERVED_LOGIN), "a50000143b");
	ck_assert_str_eq(written("{{{user.name}}} {{x}}", OBSERVED_LOGIN), "{carol} {x}");
	ck_assert_str_eq(written("{count} in {window}", OBSERVED_LOGIN), "25 in 10 min");
	ck_assert_str_eq(written("{mailtap.envelope.to}", OBSERVED_MESSAGE), "first, second@out.example");
	ck_assert_str_eq(
	    written("{mailtap.estimate.burst_sizes}", OBSERVED_SESSION), "200, 201, 202, 203, 204 and 7 more");
	ck_assert_str_eq(written("[{email.subject}]", OBSERVED_LOGIN), "[(none)]");
	ck_assert_str_eq(written("{mailtap.headers.X-Forwarded-To}", OBSERVED_MESSAGE), "second@out.example");
	ck_assert_str_eq(written("{mailtap.cleartext} {mailtap.pcr}", OBSERVED_LOGIN), "true (none)");
	ck_assert_str_eq(written("{mailtap.pcr}", OBSERVED_SESSION), "0.5");
	ck_assert_str_eq(written("100 %s %n {user.name}", OBSERVED_LOGIN), "100 %s %n carol");
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *text, *what;
	} cases[] = { { "{", "" }, { "a}", "" }, { "a{b", "" }, { "{source.ipp}", "source.ipp" }, { "{}", "" },
		{ "x {user.name} {no.such} {nor.this}", "no.such" }, { "{source.ip", "" } };
	struct user_template t;
	char what[64], many[4096] = "", wide[200];
	const char *why;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(!user_template_parse(cases[i].text, &t, what, sizeof(what), &why), "%s", cases[i].text);
		ck_assert_msg(strcmp(what, cases[i].what) == 0, "%s: %s", cases[i].text, what);
		ck_assert(t.pieces == NULL && t.len == 0);
	}
	for (int i = 0; i < USER_TEMPLATE_PIECES + 1; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), "{source.ip}");
	ck_assert(!user_template_parse(many, &t, what, sizeof(what), &why));
	ck_assert_str_eq(why, "it has too many places");
	memset(wide, 'a', sizeof(wide));
	wide[0] = '{';
	wide[198] = '}';
	wide[199] = '\0';
	ck_assert(!user_template_parse(wide, &t, what, sizeof(what), &why));
	ck_assert_str_eq(what, "");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, filled_in);
	tcase_add_test(tests, refused);
}

CHECK_MAIN("detect/user_template", add_tests)
