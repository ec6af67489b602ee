/* SPDX-License-Identifier: Apache-2.0
 *
 * Each key of a rule, and what is said, with file, line and rule, of each that is wrong.
 */
#include "settings/user_rules_yaml.h"

#include <stdlib.h>
#include <unistd.h>

#include "detect/attack.h"
#include "detect/user_rules_of.h"
#include "support/check_main.h"

static struct heard heard;
static struct user_rules rules;

static bool
take(const char *text)
{
	return user_rules_take(text, "dir/f.yaml", &rules, &heard);
}

/* What is said of rules that are wrong. */
static const char *
wrong(const char *text)
{
	ck_assert_msg(!take(text), "%s", text);
	user_rules_clear(&rules);
	return heard.text;
}

START_TEST(every_key)
{
	const struct user_rule *r;

	ck_assert_msg(take("rules:\n"
			   "  - name: a-rule_1\n"
			   "    id: site-1\n"
			   "    description: What it says\n"
			   "    enabled: no\n"
			   "    severity: critical\n"
			   "    technique: [T1114.003, T1048]\n"
			   "    on: [session, mailtap.message]\n"
			   "    when:\n"
			   "      any:\n"
			   "        - {field: source.port, equals: [25, 587]}\n"
			   "        - not: {field: email.subject, matches: '^x'}\n"
			   "    message: 'by {source.ip}'\n"
			   "    by: [source.ip, mailtap.headers.X-A]\n"
			   "    count: 5\n"
			   "    window: 10m\n"
			   "    cooldown: 1h\n"
			   "  - {name: b, description: d, on: tls, when: [{field: source.ip, exists: yes}]}\n"),
	    "%s", heard.text);
	ck_assert_uint_eq(rules.len, 2);
	r = &rules.at[0];
	ck_assert_str_eq(r->alert.name, "a-rule_1");
	ck_assert_str_eq(r->alert.id, "site-1");
	ck_assert_str_eq(r->alert.description, "What it says");
	ck_assert_str_eq(r->alert.action, "rule-matched");
	ck_assert_str_eq(r->alert.techniques[0]->id, "T1114.003");
	ck_assert_str_eq(r->alert.techniques[1]->id, "T1048");
	ck_assert(!r->enabled && r->severity == SEVERITY_CRITICAL);
	ck_assert_uint_eq(r->of, EVENT_KIND(OBSERVED_SESSION) | EVENT_KIND(OBSERVED_MESSAGE));
	ck_assert(r->when.kind == USER_ANY && r->when.len == 2 && r->when.children[1].kind == USER_NOT);
	ck_assert(r->when.children[0].test == USER_EQUALS && r->when.children[0].operand_count == 2);
	ck_assert_uint_eq(r->message.len, 2);
	ck_assert_uint_eq(r->by_count, 2);
	ck_assert_str_eq(r->by[1].header, "X-A");
	ck_assert_uint_eq(r->terms.count, 5);
	ck_assert_int_eq(r->terms.window, 600 * USEC_PER_SEC);
	ck_assert_int_eq(r->terms.cooldown, 3600 * USEC_PER_SEC);
	ck_assert_str_eq(r->file, "dir/f.yaml");
	ck_assert_uint_eq(r->line, 2);
	/* The defaults. */
	r = &rules.at[1];
	ck_assert(r->enabled && r->severity == SEVERITY_MEDIUM && r->alert.techniques[0] == NULL);
	ck_assert_str_eq(r->alert.id, "user-b");
	ck_assert_uint_eq(r->by_count, 2);
	ck_assert_str_eq(r->by[0].field->path, "source.ip");
	ck_assert_str_eq(r->by[1].field->path, "destination.ip");
	ck_assert(r->terms.count == 1 && r->terms.window == 0 && r->terms.cooldown == 0);
	ck_assert_uint_eq(user_rules_enabled(&rules), 1);
	user_rules_clear(&rules);
}
END_TEST

START_TEST(all_errors_in_one_run)
{
	ck_assert_str_eq(wrong("rules:\n"
			       "  - name: Bad Name\n"
			       "    description: x\n"
			       "    on: mesage\n"
			       "    when: {field: email.subjct, equals: x}\n"
			       "  - name: two\n"
			       "    description: ''\n"
			       "    severity: hihg\n"
			       "    technique: [T1114.03, x]\n"
			       "    on: session\n"
			       "    whem: 1\n"
			       "    message: 'hi {source.ipp}'\n"
			       "    by: [user.nam]\n"
			       "    count: 2\n"
			       "    window: 1\n"
			       "  - name: auto_forward\n"
			       "    description: d\n"
			       "    on: [session]\n"
			       "    count: 2\n"
			       "    when: {any: [{field: source.port, equals: [1, b, [c]]}]}\n"
			       "  - plain\n"),
	    "dir/f.yaml:2:11: rule Bad Name: name: \"Bad Name\" is no name for a rule: write it with a to z, 0 to 9, - "
	    "and _\n"
	    "dir/f.yaml:4:9: rule Bad Name: on: \"mesage\" is none of session, message, login, script, tls, anomaly: "
	    "did "
	    "you mean message?\n"
	    "dir/f.yaml:5:19: rule Bad Name: there is no field \"email.subjct\": did you mean \"email.subject\"?\n"
	    "dir/f.yaml:6:5: rule two: \"when\" is missing\n"
	    "dir/f.yaml:7:18: rule two: description: \"\" is empty\n"
	    "dir/f.yaml:8:15: rule two: severity: \"hihg\" is none of low, medium, high, critical: did you mean high?\n"
	    "dir/f.yaml:9:17: rule two: technique: \"T1114.03\" is none of ATT&CK's that mail can be a sign of: did "
	    "you mean "
	    "T1114.003?\n"
	    "dir/f.yaml:9:27: rule two: technique: \"x\" is none of ATT&CK's that mail can be a sign of: write for "
	    "example "
	    "T1114.003\n"
	    "dir/f.yaml:11:5: rule two: unknown key \"whem\": did you mean \"when\"?\n"
	    "dir/f.yaml:12:14: rule two: there is no field \"source.ipp\": did you mean \"source.ip\"?\n"
	    "dir/f.yaml:13:10: rule two: there is no field \"user.nam\": did you mean \"user.name\"?\n"
	    "dir/f.yaml:15:13: rule two: window: \"1\" has no unit: write 1s for seconds, 1m for minutes or 1h for "
	    "hours\n"
	    "dir/f.yaml:16:5: rule auto_forward counts without end: write \"window: 10m\"\n"
	    "dir/f.yaml:16:11: rule auto_forward: name: \"auto_forward\" is a rule that is built in: give this one a "
	    "name "
	    "of its own\n"
	    "dir/f.yaml:20:51: rule auto_forward: equals: \"b\" is not a number: write 25, 0.8, 80% or 10MiB\n"
	    "dir/f.yaml:20:54: rule auto_forward: an entry takes one value\n"
	    "dir/f.yaml:21:5: a rule is made of keys and values: write \"- name: NAME\" and its other keys below\n");
}
END_TEST

#define WHEN(condition) "rules:\n- name: a\n  description: d\n  on: session\n  when: " condition "\n"

START_TEST(conditions_that_are_none)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ WHEN("x"), "dir/f.yaml:5:9: rule a: a condition is {field: FIELD, TEST: VALUE}" },
		{ WHEN("{}"), "dir/f.yaml:5:9: rule a: a condition is" },
		{ WHEN("{all: [{field: source.ip, exists: true}], any: []}"), "5:9: rule a: a condition is" },
		{ WHEN("{all: []}"), "5:15: rule a: \"all\" and \"any\" take a list of conditions, and at least one" },
		{ WHEN("[]"), "\"all\" and \"any\" take a list" },
		{ WHEN("{any: x}"), "\"all\" and \"any\" take a list" },
		{ WHEN("{not: [{field: source.ip, exists: true}]}"), "\"not\" takes one condition" },
		{ WHEN("{not: {field: source.ip, exist: true}}"),
		    "5:34: rule a: there is no test \"exist\": did you mean \"exists\"?" },
		{ WHEN("{field: source.ip}"), "a field without a test" },
		{ WHEN("{field: source.ip, exists: true, equals: 10.0.0.1}"),
		    "5:42: rule a: a second test of one field" },
		{ WHEN("{field: [a], exists: true}"), "\"field\" takes one value" },
		{ WHEN("{field: source.port, contains: 5}"), "5:30: rule a: \"contains\" is not for source.port, which "
							     "is a number: write one of equals, exists, <" },
		{ WHEN("{field: source.ip, <: 5}"),
		    "\"<\" is not for source.ip, which is an address: write one of equals, in, exists" },
		{ WHEN("{field: mailtap.tls, contains: x}"), "which is true or false: write one of equals, exists" },
		{ WHEN("{field: mailtap.banner, '>': 5}"),
		    "write one of equals, contains, starts, ends, matches, in, exists" },
		{ WHEN("{field: source.ip, equals: 10.0.0.1/8}"), "equals: \"10.0.0.1/8\" has bits beyond its prefix" },
		{ WHEN("{field: source.ip, equals: here}"), "equals: \"here\"" },
		{ WHEN("{field: source.ip, exists: maybe}"), "exists: \"maybe\" is neither true nor false" },
		{ WHEN("{field: mailtap.pcr, <: -0.9x}"), "<: \"-0.9x\" is not a number" },
		{ WHEN("{field: mailtap.pcr, <: [1, 2]}"), "\"<\" takes one value" },
		{ WHEN("{field: mailtap.pcr, <: 1.2.3}"), "\"1.2.3\" is not a number" },
		{ WHEN("{field: mailtap.pcr, <: ''}"), "\"\" is not a number" },
		{ WHEN("{field: mailtap.pcr, <: 0x10}"), "\"0x10\" is not a number" },
		{ WHEN("{field: mailtap.pcr, <: nan}"), "\"nan\" is not a number" },
		{ WHEN("{field: mailtap.banner, contains: ''}"), "contains: \"\" is empty: every text has that" },
		{ WHEN("{field: mailtap.banner, equals: []}"), "\"equals\" takes a value or a list of them" },
		{ WHEN("{field: mailtap.banner, equals: {a: b}}"), "\"equals\" takes a value or a list of them" },
		{ WHEN("{field: mailtap.banner, matches: 'a(b'}"),
		    "matches: \"a(b\" is not a regular expression: at its character 4, missing closing parenthesis" },
		{ WHEN("{field: mailtap.banner, matches: [a, '*']}"), "matches: \"*\" is not a regular expression" },
		{ WHEN("{field: network.protocol, equals: [SMTP, smpt]}"),
		    "equals: \"smpt\" is none of smtp, pop3, imap, managesieve, tls: did you mean smtp?" },
		{ WHEN("{field: source.ip, in: none.txt}"),
		    "5:32: rule a: in: the file dir/none.txt cannot be used: No such file or directory" },
		{ WHEN("{field: source.ip, in: [a, b]}"), "\"in\" takes one value" },
		{ WHEN("{field: source.ip, in: ''}"), "in: \"\" is empty" },
		{ WHEN("{field: email.subject, exists: true}"),
		    "email.subject is a field of message, and the rule is on session" },
		{ WHEN("{field: related.ip, exists: true}"),
		    "rules cannot ask for related.ip: it repeats other fields: ask for those" },
		{ WHEN("{field: whatever, exists: true}"),
		    "there is no field \"whatever\": mailtap-rules(5) lists them" },
		{ WHEN("{field: mailtap.headers.a b, exists: true}"), "mailtap.headers: \"a b\" is not the name" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(strstr(wrong(cases[i].text), cases[i].said) != NULL, "%s\n%s\nwanted %s", cases[i].text,
		    heard.text, cases[i].said);
}
END_TEST

#define RULE(more) "rules:\n- {name: a, description: d, on: tls, when: {field: source.ip, exists: true}, " more "}\n"

START_TEST(keys_that_are_wrong)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ RULE("count: 0, window: 1s"), "count: \"0\" is out of range: write 1 to 1000000" },
		{ RULE("count: 1000001, window: 1s"), "out of range" },
		{ RULE("count: 2, window: 31d"), "window: \"31d\" is out of range: write 1s to 30d" },
		{ RULE("count: 2, window: 0"), "window: \"0\" is out of range" },
		{ RULE("window: 5m"), "rule a has a window and counts nothing in it: write \"count: 2\" or more" },
		{ RULE("count: 2"), "rule a counts without end" },
		{ RULE("cooldown: 31d"), "cooldown: \"31d\" is out of range: write 0 to 30d" },
		{ RULE("enabled: [a]"), "\"enabled\" takes one value" },
		{ RULE("by: []"), "\"by\" takes a value or a list of them" },
		{ RULE("by: [source.ip, source.ip, source.ip, source.ip, source.ip, source.ip, source.ip]"),
		    "\"by\" takes at most 6 values" },
		{ RULE("technique: [T1114, T1114, T1114, T1114]"), "\"technique\" takes at most 3 values" },
		{ RULE("message: 'a {source.ip'"), "message: its braces do not match" },
		{ RULE("message: ''"), "message: \"\" is empty" },
		{ RULE("message: '{email.subject}'"), "email.subject is a field of message, and the rule is on tls" },
		{ RULE("message: '{related.ip}'"), "rules cannot ask for related.ip" },
		{ RULE("name: b"), "\"name\" stands here a second time" },
		{ "rules:\n- {name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddx, description: d, on: tls, when: {field: "
		  "source.ip, "
		  "exists: true}}\n",
		    "is too long: at most 40 letters" },
		{ "rules: [{}]\n", "rule (no name): \"name\" is missing" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(strstr(wrong(cases[i].text), cases[i].said) != NULL, "%s\n%s\nwanted %s", cases[i].text,
		    heard.text, cases[i].said);
}
END_TEST

START_TEST(the_same_name_twice)
{
	ck_assert_str_eq(wrong("rules:\n"
			       "- {name: a, description: d, on: tls, when: {field: source.ip, exists: true}}\n"
			       "- {name: a, description: d, on: tls, when: {field: source.ip, exists: true}}\n"),
	    "dir/f.yaml:3:3: rule a: another rule has this name (dir/f.yaml:2): give it one of its own\n");
}
END_TEST

START_TEST(a_bad_file_of_indicators)
{
	char path[] = "/tmp/check_rules_yaml.XXXXXX", text[512], said[1024];
	int fd = mkstemp(path);

	ck_assert_int_eq(dprintf(fd, "good.example\nbad one\n"), 21);
	close(fd);
	snprintf(text, sizeof(text), WHEN("{field: source.ip, in: %s}"), path);
	snprintf(said, sizeof(said),
	    "%s:2:1: \"bad one\" is no domain, mail address, address, network or hash\n"
	    "dir/f.yaml:5:32: rule a: in: the file %s cannot be used\n",
	    path, path);
	ck_assert_str_eq(wrong(text), said);
	unlink(path);
}
END_TEST

static void
note_header(void *arg, const char *name)
{
	char *all = arg;

	snprintf(all + strlen(all), 256 - strlen(all), "%s ", name);
}

START_TEST(headers_that_are_needed)
{
	char all[256] = "";

	ck_assert(take(
	    "rules:\n"
	    "- {name: a, description: d, on: message, by: mailtap.headers.X-By, message: '{mailtap.headers.X-Said}',\n"
	    "   when: {not: {any: [{field: mailtap.headers.X-Test, exists: true}]}}}\n"
	    "- {name: b, enabled: no, description: d, on: message, when: {field: mailtap.headers.X-Off, exists: "
	    "true}}\n"
	    "- {name: c, description: d, on: message, when: {field: mailtap.headers.value, equals: Forward}}\n"));
	user_rules_headers(&rules, note_header, all);
	ck_assert_str_eq(all, "X-Test X-By X-Said * ");
	user_rules_clear(&rules);
}
END_TEST

START_TEST(rules_have_a_ceiling)
{
	static char text[128 * (USER_RULES_MAX + 1)];
	size_t len = (size_t)snprintf(text, sizeof(text), "rules:\n");

	for (unsigned i = 0; i < USER_RULES_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "- {name: r%u, description: d, on: tls, when: {field: source.ip, exists: yes}}\n", i);
	ck_assert(take(text));
	ck_assert_uint_eq(rules.len, USER_RULES_MAX);
	user_rules_clear(&rules);
	snprintf(text + len, sizeof(text) - len, "- {name: more}\n");
	ck_assert_str_eq(wrong(text), "dir/f.yaml:2:1: more than 1000 rules\n");
}
END_TEST

/* Bad YAML in the middle of a rule: what comes before is judged, what it lacks is not. */
START_TEST(a_rule_that_breaks_off)
{
	ck_assert_str_eq(wrong("rules:\n  - name: a\n    on: tsl\n    when: {field: 'x\n"),
	    "dir/f.yaml:3:9: rule a: on: \"tsl\" is none of session, message, login, script, tls, anomaly: did you "
	    "mean tls?\n"
	    "dir/f.yaml:5:1: bad YAML while scanning a quoted scalar (line 4): found unexpected end of stream\n");
}
END_TEST

START_TEST(techniques)
{
	for (size_t i = 0; attack_at(i) != NULL; i++) {
		const struct technique *t = attack_at(i);

		ck_assert_ptr_eq(attack_find(t->id), t);
		ck_assert((strchr(t->id, '.') != NULL) == (t->sub_name != NULL));
		ck_assert_int_eq(strncmp(t->tactic_id, "TA00", 4), 0);
	}
	/* The table says what those of the built-in rules say. */
	ck_assert_str_eq(attack_find("T1114.003")->sub_name, technique_forwarding_rule.sub_name);
	ck_assert_str_eq(attack_find("T1114")->name, technique_email_collection.name);
	ck_assert_str_eq(attack_find("T1048")->tactic_id, technique_exfiltration.tactic_id);
	ck_assert_ptr_null(attack_find("T9999"));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, every_key);
	tcase_add_test(tests, all_errors_in_one_run);
	tcase_add_test(tests, conditions_that_are_none);
	tcase_add_test(tests, keys_that_are_wrong);
	tcase_add_test(tests, the_same_name_twice);
	tcase_add_test(tests, a_bad_file_of_indicators);
	tcase_add_test(tests, headers_that_are_needed);
	tcase_add_test(tests, rules_have_a_ceiling);
	tcase_add_test(tests, a_rule_that_breaks_off);
	tcase_add_test(tests, techniques);
}

CHECK_MAIN("settings/user_rules_yaml", add_tests)
