/* SPDX-License-Identifier: Apache-2.0
 *
 * config/rules/forwarding.yaml, row by row.
 */
#include "detect/forward_evidence.h"

#include <string.h>

#include "detect/forward_cases.h"
#include "detect/shipped_rules.h"
#include "support/check_main.h"
#include "support/observations.h"

static char *domains[] = { (char[]){ "company.example" } };
static struct network home[1];
static struct forward_rules rules;
static struct site site;
static struct detect_settings settings;
static struct scene scene;

static struct detector_context
setup(void)
{
	home[0] = network_of("10.0.0.0/8");
	site = (struct site){ .home = { home, 1 }, .local_domains = names_of(domains, 1) };
	settings = plain_settings();
	if (rules.len == 0)
		rules = shipped_rules();
	return (struct detector_context){ .settings = &settings, .site = &site, .forward_rules = &rules };
}

static void
write_message(const struct forward_case_message *m)
{
	scene_init(&scene, "10.0.0.5", "198.51.100.25");
	scene_from(&scene, m->sender != NULL ? m->sender : "boss@partner.example");
	scene_to(&scene, "out@freemail.example");
	for (size_t i = 0; i < CASE_HEADERS && m->headers[i][0] != NULL; i++)
		scene_header(&scene, m->headers[i][0], m->headers[i][1]);
}

/* Whether an artefact of this rule counts. */
static bool
found(const struct forward_assessment *a, const char *rule)
{
	for (size_t i = 0; i < a->artefact_count; i++)
		if (strcmp(a->artefacts[i].rule->name, rule) == 0 && a->artefacts[i].weight > 0)
			return true;
	return false;
}

static void
alerts_of(struct bell *bell)
{
	struct observation o = scene_message(&scene);
	struct judge *j = judge_new(&settings, &site, &rules, bell_note, bell);

	bell->len = 0;
	judge_observe(j, &o);
	judge_free(j);
}

START_TEST(every_row_has_its_case)
{
	(void)setup();
	for (size_t i = 0; i < rules.len; i++) {
		unsigned cases = 0;

		for (size_t k = 0; k < FORWARD_CASES; k++)
			cases += strcmp(forward_cases[k].rule, rules.at[i].name) == 0;
		ck_assert_msg(cases == 1, "%s has %u cases in forward_cases.h", rules.at[i].name, cases);
	}
	ck_assert_uint_eq(rules.len, FORWARD_CASES);
	forward_rules_clear(&rules);
}
END_TEST

START_TEST(every_row_matches_what_it_must)
{
	struct detector_context context = setup();
	struct forward_assessment a;
	static struct bell bell;

	for (size_t i = 0; i < FORWARD_CASES; i++) {
		const struct forward_case *c = &forward_cases[i];

		write_message(&c->match);
		forward_assess(&context, &scene.session, &scene.report, &a);
		ck_assert_msg(found(&a, c->rule), "%s", c->rule);
		ck_assert_msg(a.verdict == c->verdict, "%s: %s", c->rule, forward_verdict_name(a.verdict));
		ck_assert_msg(strcmp(a.victim, c->victim) == 0, "%s: %s", c->rule, a.victim);
		ck_assert_str_eq(a.target, "out@freemail.example");
		ck_assert(a.outward && a.quiet_because == NULL);
		ck_assert_uint_ge(a.hops, 1);
		alerts_of(&bell);
		ck_assert_msg(bell.len == (c->alert == NO_ALERT ? 0 : 1), "%s", c->rule);
		if (c->alert != NO_ALERT)
			ck_assert_msg((int)bell_last(&bell)->severity == c->alert, "%s: %s, confidence %.2f", c->rule,
			    severity_name(bell_last(&bell)->severity), a.confidence);
	}
	forward_rules_clear(&rules);
}
END_TEST

START_TEST(no_row_matches_what_it_must_not)
{
	struct detector_context context = setup();
	struct forward_assessment a;

	for (size_t i = 0; i < FORWARD_CASES; i++) {
		write_message(&forward_cases[i].other);
		forward_assess(&context, &scene.session, &scene.report, &a);
		ck_assert_msg(!found(&a, forward_cases[i].rule), "%s", forward_cases[i].rule);
	}
	forward_rules_clear(&rules);
}
END_TEST

/* The same message on its way in is information, never an alert. */
START_TEST(no_row_raises_an_alert_inbound)
{
	struct detector_context context = setup();
	struct forward_assessment a;
	static struct bell bell;

	for (size_t i = 0; i < FORWARD_CASES; i++) {
		write_message(&forward_cases[i].match);
		scene.session.client.address = network_of("198.51.100.7").address;
		forward_assess(&context, &scene.session, &scene.report, &a);
		ck_assert(found(&a, forward_cases[i].rule));
		ck_assert(!a.outward);
		alerts_of(&bell);
		ck_assert_msg(bell.len == 0, "%s", forward_cases[i].rule);
	}
	forward_rules_clear(&rules);
}
END_TEST

START_TEST(decoys_are_nothing)
{
	struct detector_context context = setup();
	struct forward_assessment a;
	static struct bell bell;

	for (size_t i = 0; i <= FORWARD_DECOYS; i++) {
		write_message(&(struct forward_case_message){ 0 });
		/* Each alone, and at last all together. */
		for (size_t k = 0; k < FORWARD_DECOYS; k++)
			if (i == k || i == FORWARD_DECOYS)
				scene_header(&scene, forward_decoys[k][0], forward_decoys[k][1]);
		forward_assess(&context, &scene.session, &scene.report, &a);
		ck_assert_msg(a.artefact_count == 0, "%s", a.artefact_count > 0 ? a.artefacts[0].rule->name : "");
		ck_assert(a.verdict == FORWARD_NONE || a.verdict == FORWARD_MANUAL);
		alerts_of(&bell);
		ck_assert_uint_eq(bell.len, 0);
	}
	forward_rules_clear(&rules);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, every_row_has_its_case);
	tcase_add_test(tests, every_row_matches_what_it_must);
	tcase_add_test(tests, no_row_matches_what_it_must_not);
	tcase_add_test(tests, no_row_raises_an_alert_inbound);
	tcase_add_test(tests, decoys_are_nothing);
}

CHECK_MAIN("detect/forward_table", add_tests)
