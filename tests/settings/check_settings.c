/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/settings.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/user_rule.h"
#include "settings/heard.h"
#include "settings/layer.h"
#include "support/check_main.h"

static struct heard heard;
static char folder[32];

static void
make_folder(void)
{
	char rules[64];

	memcpy(folder, "/tmp/check_settings.XXXXXX", 27);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(rules, sizeof(rules), "%s/rules", folder);
	ck_assert_int_eq(mkdir(rules, 0700), 0);
}

static void
remove_folder(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

/* Writes folder/name and returns its path, valid until the next call. */
static const char *
make_file(const char *name, const char *text)
{
	static char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	return path;
}

static struct settings *
load(const char *text, const char *const *sets, size_t count)
{
	return settings_load(text != NULL ? make_file("m.yaml", text) : NULL, sets, count, heard_init(&heard));
}

/* The complaints about this file, without the folder's name. */
static const char *
wrong(const char *text, const char *set)
{
	static char out[sizeof(heard.text)];
	size_t len = strlen(folder) + 1;
	char *to = out;

	ck_assert_ptr_null(load(text, &set, set != NULL));
	ck_assert_uint_gt(heard.complaints.count, 0);
	for (const char *at = heard.text; *at != '\0';) {
		if (strncmp(at, folder, len - 1) == 0 && at[len - 1] == '/')
			at += len;
		else
			*to++ = *at++;
	}
	*to = '\0';
	return out;
}

static char *
printed(const struct settings *s)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	settings_print(s, out);
	fclose(out);
	return text;
}

START_TEST(defaults)
{
	struct settings *s = settings_load(NULL, NULL, 0, heard_init(&heard));
	char host[256];

	ck_assert_str_eq(heard.text, "");
	gethostname(host, sizeof(host));
	ck_assert_str_eq(s->sensor_name, host);
	ck_assert_uint_eq(s->site.home.len, 9);
	ck_assert_uint_eq(s->site.local_domains.len, 0);
	ck_assert(s->capture.source.promiscuous && !s->capture.source.immediate);
	ck_assert_int_eq(s->capture.source.snaplen, 262144);
	ck_assert_ptr_null(s->capture.source.filter);
	ck_assert_str_eq(s->capture.filter, "");
	ck_assert_uint_eq(s->capture.port_count, 11);
	ck_assert_uint_eq(s->capture.ports[10], 4190);
	ck_assert_int_eq(s->flow.idle_timeout, 35 * 60 * USEC_PER_SEC);
	ck_assert_uint_eq(s->detect.upload_asymmetry.bytes, 10u << 20);
	ck_assert(s->detect.upload_asymmetry.pcr >= 0.8 && s->detect.upload_asymmetry.pcr <= 0.8);
	ck_assert_uint_eq(s->publish.file.what, PUBLISH_ALERTS);
	ck_assert(!s->publish.redis.enabled);
	ck_assert_str_eq(s->publish.redis.address, "127.0.0.1:6379");
	ck_assert_str_eq(s->daemon.control_path, "/run/mailtap/control.sock");
	ck_assert_uint_gt(s->detect.auto_forward.freemail.len, 50);
	ck_assert_uint_gt(s->forward_rules.len, 0);
	ck_assert_str_eq(s->rules_from, "built in");
	settings_free(s);
	settings_free(NULL);
}
END_TEST

START_TEST(the_later_layer_wins)
{
	const char *const sets[] = { "flow.max=2000", "flow.max=3000", "capture.interfaces=tap0,tap1" };
	struct settings *s = load("sensor_name: edge\n"
				  "capture:\n"
				  "flow:\n"
				  "  max: 1000\n"
				  "  idle_timeout: 1h\n"
				  "local_domains: Example.org\n"
				  "publish:\n"
				  "  redis: {events: [mailtap.session], prefix: \"a:b\"}\n",
	    sets, 3);
	char *text = printed(s);

	ck_assert_str_eq(heard.text, "");
	ck_assert_str_eq(s->sensor_name, "edge");
	ck_assert_uint_eq(s->flow.max, 3000);
	ck_assert_int_eq(s->flow.idle_timeout, 3600 * USEC_PER_SEC);
	ck_assert_str_eq(s->site.local_domains.at[0], "example.org");
	ck_assert_uint_eq(s->capture.interfaces.len, 2);
	ck_assert_str_eq(s->capture.interfaces.at[1], "tap1");
	ck_assert_str_eq(s->publish.redis.event_datasets[0], "mailtap.session");
	ck_assert_ptr_eq(strstr(text, "sensor_name: edge  # m.yaml:1\n"), text);
	ck_assert_ptr_nonnull(strstr(text, "\nlocal_domains: [example.org]  # m.yaml:6\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nflow:\n  max: 3000  # command line\n  max_embryonic: 100000  # default\n  idle_timeout: 1h  # m.yaml:5\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n  embryonic_timeout: 30s  # default\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n  interfaces: [tap0, tap1]  # command line\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n    prefix: \"a:b\"  # m.yaml:8\n"));
	ck_assert_ptr_nonnull(strstr(text, "\ndetect:\n  alerts:\n    keys: "));
	ck_assert_ptr_nonnull(strstr(text, "\n  upload_asymmetry:\n    enabled: true  # default\n"));
	free(text);
	settings_free(s);
}
END_TEST

/* What is printed says the same again when it is read. */
START_TEST(printed_settings_are_settings)
{
	const char *const sets[] = { "sensor_name=a \"quoted\\\" name # no comment", "capture.ports=25",
		"capture.interfaces=", "include=", "daemon.user=yes", "detect.upload_asymmetry.pcr=33.3%",
		"home_networks=[]", "detect.auto_forward.allow_senders=ann@example.org, example.com",
		"message.headers=X-*", "publish.file.what=all" };
	struct settings *once = load(NULL, sets, sizeof(sets) / sizeof(sets[0])), *again;
	char *first = printed(once), *second, *a, *b;

	ck_assert_str_eq(heard.text, "");
	again = load(first, NULL, 0);
	ck_assert_str_eq(heard.text, "");
	second = printed(again);
	a = first;
	b = second;
	for (size_t i = 0; i < option_count; i++) {
		size_t len = strcspn(a, "\n"), other = strcspn(b, "\n");
		const char *mark = memrchr(a, '#', len), *mark_b = memrchr(b, '#', other);

		if (mark != NULL) {
			ck_assert_int_eq(mark - a, mark_b - b);
			ck_assert_int_eq(strncmp(mark_b, "# m.yaml:", 9), 0);
			len = (size_t)(mark - a);
		}
		ck_assert_int_eq(memcmp(a, b, len), 0);
		a = strchr(a, '\n') + 1;
		b = strchr(b, '\n') + 1;
	}
	ck_assert_str_eq(once->sensor_name, "a \"quoted\\\" name # no comment");
	ck_assert_str_eq(again->sensor_name, once->sensor_name);
	free(first);
	free(second);
	settings_free(once);
	settings_free(again);
}
END_TEST

START_TEST(all_errors_in_one_run)
{
	ck_assert_str_eq(wrong("sensor_nam: x\n"
			       "capture:\n"
			       "  snaplen: lots\n"
			       "  ports: [25, smtp]\n"
			       "  snaplen: 1\n"
			       "  pcr: 0.5\n"
			       "flow: 3\n"
			       "capture.filter: tcp\n"
			       "stream:\n"
			       "  zzz: 1\n"
			       "detect:\n"
			       "  upload_asymmetry:\n"
			       "    window: 10\n"
			       "    pcr: 1.5\n",
			     "flow.mx=1"),
	    "m.yaml:1:1: unknown key \"sensor_nam\": did you mean \"sensor_name\"?\n"
	    "m.yaml:3:12: capture.snaplen: \"lots\" is not a size: write whole octets, or for example 64KiB, 10MiB or "
	    "2GiB\n"
	    "m.yaml:4:15: capture.ports: \"smtp\" is not a port: write a number from 1 to 65535\n"
	    "m.yaml:5:3: \"snaplen\" stands here a second time: it was given in line 3 already, remove one of the two\n"
	    "m.yaml:5:12: capture.snaplen: \"1\" is out of range: write 64 to 256KiB\n"
	    "m.yaml:6:3: unknown key \"capture.pcr\": did you mean \"detect.upload_asymmetry.pcr\"?\n"
	    "m.yaml:7:7: flow is a section: its keys stand below it, indented, each with its value\n"
	    "m.yaml:8:1: \"capture.filter\" is written nested: \"capture:\", and the rest below it, indented\n"
	    "m.yaml:10:3: unknown key \"stream.zzz\": known here are waiting_per_flow, waiting_total, reorder_packets, "
	    "reorder_time\n"
	    "m.yaml:13:13: detect.upload_asymmetry.window: \"10\" has no unit: write 10s for seconds, 10m for minutes "
	    "or 10h "
	    "for hours\n"
	    "m.yaml:14:10: detect.upload_asymmetry.pcr: \"1.5\" is out of range: write 0 to 1, or 0% to 100%\n"
	    "--set flow.mx=1: unknown key \"flow.mx\": did you mean \"flow.max\"?\n");
}
END_TEST

/* Bad YAML does not hide what is wrong above it, nor invent what is missing below. */
START_TEST(bad_yaml_and_more)
{
	ck_assert_str_eq(wrong("flow:\n  mx: 1\n  max: 'x\n", NULL),
	    "m.yaml:2:3: unknown key \"flow.mx\": did you mean \"flow.max\"?\n"
	    "m.yaml:4:1: bad YAML while scanning a quoted scalar (line 3): found unexpected end of stream\n");
	ck_assert_str_eq(
	    wrong("flow:\n  max: *x\n", NULL), "m.yaml:2:8: references (*x) are not read here: write the value out\n");
	ck_assert_str_eq(
	    wrong("- flow\n", NULL), "m.yaml:1:1: a configuration is made of keys and values: write KEY: VALUE\n");
}
END_TEST

START_TEST(the_command_line)
{
	ck_assert_str_eq(wrong(NULL, "flow.max"), "--set flow.max: no value: write --set flow.max=VALUE\n");
	ck_assert_str_eq(wrong(NULL, "flow=1"),
	    "--set flow=1: flow is a section: name one of its keys after a dot: max, max_embryonic, idle_timeout, embryonic_timeout, "
	    "closed_timeout, vlan_in_key, count_duplicates\n");
	ck_assert_str_eq(
	    wrong(NULL, "snaplen=1"), "--set snaplen=1: unknown key \"snaplen\": did you mean \"capture.snaplen\"?\n");
	ck_assert_str_eq(wrong(NULL, "=1"), "--set =1: unknown key \"\": mailtapd -t prints all of them\n");
	ck_assert_str_eq(wrong(NULL, ""), "--set : unknown key \"\": mailtapd -t prints all of them\n");
	ck_assert_str_eq(wrong(NULL, "home_networks=[10.0.0.1/8"),
	    "--set home_networks=[10.0.0.1/8: home_networks: a bracket is missing: write [A, B]\n");
	ck_assert_str_eq(
	    wrong(NULL, "home_networks=10.0.0.1/8"), "--set home_networks=10.0.0.1/8: home_networks: \"10.0.0.1/8\" "
						     "has bits beyond its prefix: write 10.0.0.0/8\n");
	ck_assert_ptr_null(settings_load("/nonexistent/m.yaml", NULL, 0, heard_init(&heard)));
	ck_assert_str_eq(heard.text, "/nonexistent/m.yaml: cannot be read: No such file or directory\n");
}
END_TEST

START_TEST(values_that_belong_together)
{
	ck_assert_str_eq(wrong("capture:\n  retry_max: 2s\n  retry_min: 3s\n", NULL),
	    "m.yaml:3:3: capture.retry_min must not be more than capture.retry_max: raise the latter, or lower the "
	    "former\n");
	ck_assert_str_eq(wrong("detect:\n  auto_forward: {confidence: 0.9}\n", NULL),
	    "m.yaml:2:18: detect.auto_forward.confidence must not be more than detect.auto_forward.confidence_high: "
	    "raise the "
	    "latter, or lower the former\n");
	ck_assert_str_eq(wrong("capture:\n  retry_max: 2s\n", "capture.retry_min=3s"),
	    "--set: capture.retry_min must not be more than capture.retry_max: raise the latter, or lower the "
	    "former\n");
	ck_assert_str_eq(wrong(NULL, "publish.redis.in_flight=10"),
	    "--set: publish.redis.batch_count must not be more than publish.redis.in_flight: raise the latter, or "
	    "lower the "
	    "former\n");
}
END_TEST

#define RULE(name, header)                                                                                             \
	"forwarding:\n  - {name: " name ", platform: P, header: " header ", class: A, verdict: redirect}\n"

START_TEST(rule_files)
{
	static const char text[] = "include: [rules/b.yaml, 'rules/*.yaml', 'none/*.yaml']\n";
	struct settings *s;
	char expected[128];

	make_file("rules/b.yaml", RULE("b", "X-B"));
	make_file("rules/a.yaml", RULE("a", "X-A"));
	make_file("rules/c.yml", "wrong");
	s = load(text, NULL, 0);
	ck_assert_str_eq(heard.text, "");
	ck_assert_uint_eq(s->forward_rules.len, 2);
	ck_assert_str_eq(s->forward_rules.at[0].name, "b");
	ck_assert_str_eq(s->forward_rules.at[1].header, "X-A");
	snprintf(expected, sizeof(expected), "%s/rules/b.yaml, %s/rules/a.yaml", folder, folder);
	ck_assert_str_eq(s->rules_from, expected);
	settings_free(s);
	/* The default pattern finds them too; none asked for, and none found, leave the built-in ones. */
	s = load("", NULL, 0);
	ck_assert_uint_eq(s->forward_rules.len, 2);
	ck_assert_str_eq(s->forward_rules.at[0].name, "a");
	settings_free(s);
	s = load("include: []\n", NULL, 0);
	ck_assert_str_eq(s->rules_from, "built in");
	settings_free(s);
	s = load("include: none/*.yaml\n", NULL, 0);
	ck_assert_str_eq(heard.text, "");
	ck_assert_str_eq(s->rules_from, "built in");
	settings_free(s);
}
END_TEST

static bool
wants(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->message.wanted_count; i++)
		if (bytes_equal_nocase(s->message.wanted[i], bytes_str(name)))
			return true;
	return false;
}

#define USER_RULE(name, more)                                                                                          \
	"rules:\n  - {name: " name ", description: d, on: message, when: {field: mailtap.headers.X-" name ", exists: true}" more "}\n"

/* Of both kinds, in one file or two; which are on; and the headers that they need. */
START_TEST(user_rules)
{
	struct settings *s;
	char set[128];
	const char *sets[] = { set };

	make_file("rules/a.yaml", USER_RULE("one", "") "forwarding: []\n");
	make_file("rules/b.yaml", USER_RULE("two", ", enabled: false"));
	s = load("", NULL, 0);
	ck_assert_str_eq(heard.text, "");
	ck_assert_uint_eq(s->detect.user_rules.rules->len, 2);
	ck_assert_uint_eq(user_rules_enabled(s->detect.user_rules.rules), 1);
	ck_assert_uint_eq(s->forward_rules.len, 0);
	ck_assert(wants(s, "X-one") && !wants(s, "X-two"));
	settings_free(s);
	s = load("detect: {user_rules: {enable: [t*o, none-*]}}\n", NULL, 0);
	ck_assert_str_eq(heard.text, "");
	ck_assert_uint_eq(user_rules_enabled(s->detect.user_rules.rules), 2);
	ck_assert(wants(s, "X-two"));
	settings_free(s);
	/* Rules and nothing on forwarding: that is as it is built in. */
	snprintf(set, sizeof(set), "include=%s/rules/b.yaml", folder);
	s = load("", sets, 1);
	ck_assert_uint_eq(s->detect.user_rules.rules->len, 1);
	ck_assert_uint_gt(s->forward_rules.len, 20);
	settings_free(s);
	ck_assert_str_eq(wrong("detect:\n  user_rules: {enable: [one, tow]}\n", NULL),
	    "m.yaml:2:16: detect.user_rules.enable: no rule has the name \"tow\": did you mean \"two\"?\n");
	make_file("rules/b.yaml", "rules: x\n");
	ck_assert_str_eq(wrong("", NULL),
	    "rules/b.yaml:1:8: \"rules\" takes a list of rules: begin each with \"- name: NAME\"\n");
}
END_TEST

START_TEST(rule_files_that_are_wrong)
{
	char expected[256], set[128];

	make_file("rules/a.yaml", RULE("a", "'X A'"));
	make_file("rules/b.yaml", "forwarding:\n  - name: a\n    naem: b\n");
	ck_assert_str_eq(wrong("flow: {max: 1}\n", NULL),
	    "m.yaml:1:13: flow.max: \"1\" is out of range: write 16 to 16000000 connections\n"
	    "rules/a.yaml:2:36: rule a: header: \"X A\" is not the name of a header field: write for example "
	    "X-Forwarded-To\n"
	    "rules/b.yaml:2:5: rule a: \"platform\" is missing\n"
	    "rules/b.yaml:2:5: rule a: \"class\" is missing\n"
	    "rules/b.yaml:2:5: rule a: \"verdict\" is missing\n"
	    "rules/b.yaml:2:5: rule a says not where it looks: write \"header: NAME\" or \"envelope: sender\"\n"
	    "rules/b.yaml:2:5: rule a: another rule has this name (line 2 of an earlier file): give it one of its own\n"
	    "rules/b.yaml:3:5: rule a: unknown key \"naem\": did you mean \"name\"?\n");
	ck_assert_str_eq(wrong("flow: {}\ninclude: rules/z.yaml\n", NULL),
	    "m.yaml:2:1: include: \"rules/z.yaml\" is not there: create it, or name another file\n");
	snprintf(set, sizeof(set), "include=%s/z.yaml", folder);
	snprintf(expected, sizeof(expected),
	    "--set include: include: \"%s/z.yaml\" is not there: create it, or name another "
	    "file\n",
	    folder);
	(void)wrong(NULL, set);
	ck_assert_str_eq(heard.text, expected);
}
END_TEST

START_TEST(headers_that_are_wanted)
{
	const char *const sets[] = { "message.headers=x-zz, X-Aa-*, LIST-ID, X-b" };
	struct settings *s;

	make_file("rules/a.yaml",
	    RULE("a", "X-B") "  - {name: b, platform: P, header: x-b, class: B, verdict: list}\n"
			     "  - {name: c, platform: P, envelope: sender, value: {form: caf}, class: B, "
			     "verdict: redirect}\n");
	s = load("", sets, 1);
	ck_assert_str_eq(heard.text, "");
	ck_assert(wants(s, "X-B") && wants(s, "X-ZZ") && wants(s, "X-AA-*") && wants(s, "List-Id"));
	ck_assert(!wants(s, "Subject-Nobody-Asked-For"));
	for (size_t i = 1; i < s->message.wanted_count; i++) {
		struct bytes a = s->message.wanted[i - 1], b = s->message.wanted[i];
		char x[256], y[256];

		snprintf(x, sizeof(x), "%.*s", (int)a.len, (const char *)a.at);
		snprintf(y, sizeof(y), "%.*s", (int)b.len, (const char *)b.at);
		ck_assert_msg(strcasecmp(x, y) < 0, "%s before %s", x, y);
	}
	settings_free(s);
}
END_TEST

static char differences[1024];

static void
note(void *arg, const char *path)
{
	size_t len = strlen(differences);

	(void)arg;
	snprintf(differences + len, sizeof(differences) - len, "%s ", path);
}

START_TEST(what_a_reload_leaves)
{
	struct settings *old =
	    load("flow: {max: 100}\nlocal_domains: a.example\npublish: {file: {path: /a}}\n", NULL, 0);
	struct settings *same = load("flow: {max: 100}\npublish: {file: {path: /b}}\n", NULL, 0);
	struct settings *new =
	    load("flow: {max: 101}\ncapture: {interfaces: [tap0]}\ndetect: {alerts: {keys: 20}}\n", NULL, 0);

	differences[0] = '\0';
	settings_differ(old, same, note, NULL);
	ck_assert_str_eq(differences, "");
	settings_differ(old, new, note, NULL);
	ck_assert_str_eq(differences, "capture.interfaces flow.max detect.alerts.keys publish.file.path ");
	differences[0] = '\0';
	settings_differ(new, old, note, NULL);
	ck_assert_str_eq(differences, "capture.interfaces flow.max detect.alerts.keys publish.file.path ");
	settings_free(old);
	settings_free(same);
	settings_free(new);
}
END_TEST

START_TEST(the_installed_configuration)
{
	struct settings *s = settings_load("config/mailtapd.yaml", NULL, 0, heard_init(&heard));

	ck_assert_str_eq(heard.text, "");
	ck_assert_ptr_nonnull(s);
	ck_assert_str_ne(s->rules_from, "built in");
	settings_free(s);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, make_folder, remove_folder);
	tcase_add_test(tests, defaults);
	tcase_add_test(tests, the_later_layer_wins);
	tcase_add_test(tests, printed_settings_are_settings);
	tcase_add_test(tests, all_errors_in_one_run);
	tcase_add_test(tests, bad_yaml_and_more);
	tcase_add_test(tests, the_command_line);
	tcase_add_test(tests, values_that_belong_together);
	tcase_add_test(tests, rule_files);
	tcase_add_test(tests, user_rules);
	tcase_add_test(tests, rule_files_that_are_wrong);
	tcase_add_test(tests, headers_that_are_wanted);
	tcase_add_test(tests, what_a_reload_leaves);
	tcase_add_test(tests, the_installed_configuration);
}

CHECK_MAIN("settings/settings", add_tests)
