/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/forward_rules_yaml.h"

#include <stdlib.h>

#include "settings/builtin_rules.h"
#include "settings/heard.h"
#include "support/check_main.h"

static struct heard heard;
static struct forward_rules rules;

static bool
read_text(struct bytes text)
{
	struct yaml_node *root;
	bool fine;

	heard_init(&heard);
	complaints_hold(&heard.complaints);
	root = yaml_parse(text, "f.yaml", &heard.complaints);
	fine = root != NULL && forward_rules_read(root, &rules, &heard.complaints) && heard.complaints.count == 0;
	yaml_node_free(root);
	complaints_release(&heard.complaints);
	return fine;
}

/* What is said about one rule of which only some lines are given. */
static const char *
wrong(const char *text)
{
	ck_assert(!read_text(bytes_str(text)));
	forward_rules_clear(&rules);
	return heard.text;
}

START_TEST(every_key)
{
	const struct forward_rule *r;

	ck_assert(read_text(BYTES(
	    "forwarding:\n"
	    "  - name: one\n"
	    "    platform: A platform\n"
	    "    header: X-One\n"
	    "    value: {contains: \"a: b\"}\n"
	    "    class: B\n"
	    "    weight: 90%\n"
	    "    victim: address\n"
	    "    target: last_address\n"
	    "    verdict: rule_forward\n"
	    "    alone: true\n"
	    "    severity: critical\n"
	    "    replies_carry_it: yes\n"
	    "    at_least: 2\n"
	    "    with: X-Other\n"
	    "  - {name: two, platform: P, envelope: sender, value: {form: srs_plus}, class: F, verdict: journal,\n"
	    "     victim: coded}\n"
	    "  - {name: three, platform: P, header: X-Three, value: {equals: ''}, class: A, verdict: none}\n")));
	ck_assert_uint_eq(rules.len, 3);
	r = &rules.at[0];
	ck_assert_str_eq(r->name, "one");
	ck_assert_str_eq(r->platform, "A platform");
	ck_assert_str_eq(r->header, "X-One");
	ck_assert_str_eq(r->value, "a: b");
	ck_assert_str_eq(r->with_header, "X-Other");
	ck_assert(r->where == FORWARD_IN_HEADER && r->test == FORWARD_TEST_CONTAINS && r->class == FORWARD_CLASS_B);
	ck_assert(r->weight >= 0.9 && r->weight <= 0.9);
	ck_assert(r->victim == FORWARD_TAKE_ADDRESS && r->target == FORWARD_TAKE_LAST_ADDRESS);
	ck_assert(r->verdict == FORWARD_RULE && r->alone && r->severity == SEVERITY_CRITICAL && r->reply_may_carry);
	ck_assert_uint_eq(r->line, 2);
	ck_assert_uint_eq(r->at_least, 2);
	r = &rules.at[1];
	ck_assert(r->where == FORWARD_IN_SENDER && r->header == NULL && r->test == FORWARD_TEST_SRS_PLUS);
	ck_assert(r->value == NULL && r->victim == FORWARD_TAKE_CODED && r->target == FORWARD_TAKE_NOTHING);
	ck_assert(r->verdict == FORWARD_JOURNAL && r->class == FORWARD_CLASS_F);
	/* The defaults. */
	ck_assert(r->weight < 0 && !r->alone && r->severity == SEVERITY_MEDIUM && !r->reply_may_carry);
	ck_assert(r->at_least == 0 && r->with_header == NULL);
	ck_assert_uint_eq(r->line, 16);
	ck_assert(rules.at[2].test == FORWARD_TEST_EQUALS && rules.at[2].verdict == FORWARD_NONE);
	ck_assert_str_eq(rules.at[2].value, "");
	forward_rules_clear(&rules);
}
END_TEST

START_TEST(every_word)
{
	static const char *const classes[] = { "A", "B", "C", "D", "E", "F" };
	static const char *const verdicts[] = { "none", "redirect", "rule_forward", "manual_forward", "journal", "list",
		"auto_reply" };
	static const char *const severities[] = { "low", "medium", "high", "critical" };
	static const char *const forms[] = { "caf", "srs_plus", "srs_bounces", "srs" };
	static const char *const takes[] = { "nothing", "address", "last_address", "coded" };
	char text[512];

	for (size_t i = 0; i < 28; i++) {
		snprintf(text, sizeof(text),
		    "forwarding: [{name: a, platform: P, envelope: sender, value: {form: %s}, class: %s, "
		    "verdict: %s, severity: %s, victim: %s, target: %s}]",
		    forms[i % 4], classes[i % 6], verdicts[i % 7], severities[i % 4], takes[i % 4], takes[(i + 1) % 4]);
		ck_assert_msg(read_text(bytes_str(text)), "%s: %s", text, heard.text);
		ck_assert_uint_eq(rules.at[0].class, FORWARD_CLASS_A + i % 6);
		ck_assert_uint_eq(rules.at[0].verdict, FORWARD_NONE + i % 7);
		ck_assert_uint_eq(rules.at[0].severity, SEVERITY_LOW + i % 4);
		ck_assert_uint_eq(rules.at[0].test, FORWARD_TEST_CAF + i % 4);
		ck_assert_uint_eq(rules.at[0].victim, FORWARD_TAKE_NOTHING + i % 4);
		ck_assert_uint_eq(rules.at[0].target, FORWARD_TAKE_NOTHING + (i + 1) % 4);
		forward_rules_clear(&rules);
	}
}
END_TEST

START_TEST(several_errors_in_one_file)
{
	ck_assert_str_eq(wrong("forwarding:\n"
			       "  - name: one\n"
			       "    platform: P\n"
			       "    hedder: X-One\n"
			       "    class: G\n"
			       "    verdict: redirekt\n"
			       "    weight: 2\n"
			       "    alone: maybe\n"
			       "  - name: two\n"
			       "    platform: ''\n"
			       "    header: X-Two\n"
			       "    envelope: sender\n"
			       "    value: {contains: ''}\n"
			       "    class: A\n"
			       "    verdict: redirect\n"
			       "  - plain\n"
			       "  - name: one\n"
			       "    platform: P\n"
			       "    header: [a]\n"
			       "    value: {matches: x}\n"
			       "    class: A\n"
			       "    at_least: 0\n"
			       "    verdict: redirect\n"
			       "sieve: 1\n"),
	    "f.yaml:2:5: rule one says not where it looks: write \"header: NAME\" or \"envelope: sender\"\n"
	    "f.yaml:4:5: rule one: unknown key \"hedder\": did you mean \"header\"?\n"
	    "f.yaml:5:12: rule one: class: \"G\" is none of A, B, C, D, E, F\n"
	    "f.yaml:6:14: rule one: verdict: \"redirekt\" is none of none, redirect, rule_forward, manual_forward, "
	    "journal, "
	    "list, auto_reply: did you mean redirect?\n"
	    "f.yaml:7:13: rule one: weight: \"2\" is out of range: write 0 to 1\n"
	    "f.yaml:8:12: rule one: alone: \"maybe\" is neither true nor false: write true or false\n"
	    "f.yaml:9:5: rule two is about a header field or the envelope, not both: write two rules\n"
	    "f.yaml:10:15: rule two: platform: \"\" is empty\n"
	    "f.yaml:13:23: rule two: contains: \"\" is empty\n"
	    "f.yaml:16:5: a rule is made of keys and values: write \"- name: NAME\" and its other keys below\n"
	    "f.yaml:17:5: rule one: another rule has this name (line 2): give it one of its own\n"
	    "f.yaml:19:13: rule one: \"header\" takes one value\n"
	    "f.yaml:20:13: rule one: unknown test \"matches\": write contains, equals or form\n"
	    "f.yaml:22:15: rule one: at_least: \"0\" is out of range: write 1 to 100\n"
	    "f.yaml:24:1: unknown kind of rules \"sieve\": a rule file holds \"forwarding:\" or \"rules:\"\n");
}
END_TEST

#define START "forwarding: [{name: a, platform: P, class: A, verdict: redirect, "

START_TEST(keys_that_do_not_fit_together)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ START "envelope: sender}]", "would hold for every sender" },
		{ START "envelope: recipient, value: {form: caf}}]", "\"recipient\" is none of sender" },
		{ START "header: X-A, value: {form: caf}}]", "asks for a form in a header field" },
		{ START "header: X-A, victim: coded}]", "takes a coded address" },
		{ START "envelope: sender, value: {contains: x}, target: coded}]", "takes a coded address" },
		{ START "envelope: sender, value: {form: caf}, with: X-A}]",
		    "\"with\" and \"at_least\" are of header" },
		{ START "envelope: sender, value: {form: caf}, at_least: 2}]",
		    "\"with\" and \"at_least\" are of header" },
		{ START "header: X-A, value: {contains: a, equals: b}}]", "\"value\" takes one test" },
		{ START "header: X-A, value: {}}]", "\"value\" takes one test" },
		{ START "header: X-A, value: text}]", "\"value\" takes one test" },
		{ START "header: 'X-A:'}]", "is not the name of a header field" },
		{ START "header: X-A-*}]", "is about one header field" },
		{ START "header: X-A, with: 'a b'}]", "with: \"a b\" is not the name" },
		{ START "header: X-A, weight: -1}]", "is not a ratio" },
		{ START "header: X-A, name: b}]", "\"name\" stands here a second time" },
		{ "forwarding: {name: a}\n", "\"forwarding\" takes a list of rules" },
		{ "forwarding: a\n", "\"forwarding\" takes a list of rules" },
		{ "forwarding: [[a]]\n", "a rule is made of keys and values" },
		{ "forwarding: [{}]\n", "rule (no name): \"name\" is missing" },
		{ "forwarding: [{name: ~}]\n", "rule (no name): \"name\" takes one value" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(strstr(wrong(cases[i].text), cases[i].said) != NULL, "%s\n%s", cases[i].text, heard.text);
}
END_TEST

/* Bad YAML in the middle of a rule: what comes before is judged, what it lacks is not. */
START_TEST(a_rule_that_breaks_off)
{
	ck_assert_str_eq(wrong("forwarding:\n  - name: a\n    clas: A\n    platform: 'x\n"),
	    "f.yaml:3:5: rule a: unknown key \"clas\": did you mean \"class\"?\n"
	    "f.yaml:5:1: bad YAML while scanning a quoted scalar (line 4): found unexpected end of stream\n");
}
END_TEST

START_TEST(no_rules_are_fine)
{
	ck_assert(read_text(BYTES("")) && read_text(BYTES("forwarding:\n")) && read_text(BYTES("forwarding: []\n")));
	ck_assert_uint_eq(rules.len, 0);
	forward_rules_clear(&rules);
}
END_TEST

START_TEST(rules_have_a_ceiling)
{
	static char text[64 * (FORWARD_RULES_MAX + 1)];
	size_t len = (size_t)snprintf(text, sizeof(text), "forwarding:\n"), last = 0;

	for (unsigned i = 0; i < FORWARD_RULES_MAX + 1; i++) {
		last = len;
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "- {name: r%u, platform: P, header: A, class: A, verdict: list}\n", i);
	}
	ck_assert_str_eq(wrong(text), "f.yaml:2:1: more than 1000 rules\n");
	ck_assert(read_text(bytes_of(text, last)));
	ck_assert_uint_eq(rules.len, FORWARD_RULES_MAX);
	ck_assert(!read_text(BYTES(START "header: A}]")));
	ck_assert_uint_eq(rules.len, FORWARD_RULES_MAX);
	forward_rules_clear(&rules);
}
END_TEST

START_TEST(the_built_in_rules)
{
	static const char *const must[] = { "X-MS-Exchange-Organization-AutoForwarded", "X-MailFwdBy",
		"X-Forwarded-To" };
	unsigned found = 0;

	ck_assert_msg(read_text(builtin_rules()), "%s", heard.text);
	ck_assert_uint_gt(rules.len, 20);
	/* The three that every hunting guide names raise an alert each alone. */
	for (size_t i = 0; i < rules.len; i++)
		for (size_t j = 0; j < 3; j++)
			found +=
			    rules.at[i].header != NULL && strcmp(rules.at[i].header, must[j]) == 0 && rules.at[i].alone;
	ck_assert_uint_eq(found, 3);
	forward_rules_clear(&rules);
}
END_TEST

START_TEST(cut_anywhere)
{
	struct bytes whole = builtin_rules();

	for (size_t len = 0; len < whole.len; len += 97) {
		(void)read_text(bytes_first(whole, len));
		forward_rules_clear(&rules);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, every_key);
	tcase_add_test(tests, every_word);
	tcase_add_test(tests, several_errors_in_one_file);
	tcase_add_test(tests, keys_that_do_not_fit_together);
	tcase_add_test(tests, a_rule_that_breaks_off);
	tcase_add_test(tests, no_rules_are_fine);
	tcase_add_test(tests, rules_have_a_ceiling);
	tcase_add_test(tests, the_built_in_rules);
	tcase_add_test(tests, cut_anywhere);
}

CHECK_MAIN("settings/forward_rules", add_tests)
