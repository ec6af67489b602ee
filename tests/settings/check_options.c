/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/options.h"

#include <ctype.h>
#include <stdlib.h>

#include "settings/heard.h"
#include "support/check_main.h"

static struct heard heard;
static struct settings scratch;

/* What option_text says, NUL-terminated; valid until the next call. */
static const char *
text_of(const struct option *o, const struct settings *s)
{
	static char text[65536];
	struct buffer out;

	buffer_init(&out, sizeof(text) - 1);
	ck_assert(option_text(o, s, &out));
	memcpy(text, out.at, out.len);
	text[out.len] = '\0';
	buffer_clear(&out);
	return text;
}

/* What the option `path` is after reading the text; the complaints when it was refused. */
static const char *
taken(const char *path, const char *text)
{
	const struct option *o = option_find(path);
	static char kept[65536];
	const char *result = heard.text;

	memset(&scratch, 0, sizeof(scratch));
	ck_assert_msg(o != NULL, "%s", path);
	if (option_take_text(o, &scratch, text, "P", heard_init(&heard))) {
		ck_assert_str_eq(heard.text, "");
		snprintf(kept, sizeof(kept), "%s", text_of(o, &scratch));
		result = kept;
	}
	option_clear(o, &scratch);
	return result;
}

START_TEST(every_row_is_sound)
{
	for (size_t i = 0; i < option_count; i++) {
		const struct option *o = &options[i];
		const char *once = taken(o->path, o->standard);
		char again[65536];

		ck_assert_str_eq(heard.text, "");
		snprintf(again, sizeof(again), "%s", once);
		ck_assert_str_eq(taken(o->path, again), again);
		ck_assert_msg(
		    strlen(o->help) > 10 && o->help[strlen(o->help) - 1] == '.' && isupper(o->help[0]), "%s", o->path);
		ck_assert_msg(
		    o->path[strspn(o->path, "abcdefghijklmnopqrstuvwxyz0123456789_.")] == '\0', "%s", o->path);
		ck_assert_msg(o->offset + o->width <= sizeof(struct settings), "%s", o->path);
		ck_assert_msg(option_is_list(o) == (o->len_offset != 0), "%s", o->path);
		ck_assert_msg(o->min <= o->max && o->kind < OPTION_KINDS, "%s", o->path);
		ck_assert_ptr_eq(option_find(o->path), o);
		ck_assert_msg(!option_is_section(o->path), "%s", o->path);
		if (o->kind == OPTION_INTEGER || o->kind == OPTION_SIZE || o->kind == OPTION_DURATION)
			ck_assert_msg(o->max > o->min && (o->width == 8 || (o->width == 4 && o->max <= INT32_MAX)),
			    "%s", o->path);
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(options[j].offset != o->offset, "%s and %s", o->path, options[j].path);
	}
}
END_TEST

/* The options of a section stand together, so that it is printed once. */
START_TEST(sections_stand_together)
{
	for (size_t i = 1; i < option_count; i++) {
		const char *before = options[i - 1].path, *path = options[i].path;

		for (const char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
			size_t len = (size_t)(dot - path) + 1;

			if (strncmp(before, path, len) == 0)
				continue;
			for (size_t j = 0; j < i; j++)
				ck_assert_msg(strncmp(options[j].path, path, len) != 0, "%s after %s", path, before);
		}
	}
	ck_assert(option_is_section("detect") && option_is_section("detect.alerts"));
	ck_assert(!option_is_section("") && !option_is_section("det") && !option_is_section("detect."));
	ck_assert_ptr_null(option_find("detect"));
	ck_assert_ptr_null(option_find(""));
}
END_TEST

START_TEST(scalars)
{
	ck_assert_str_eq(taken("capture.promiscuous", "off"), "false");
	ck_assert_str_eq(taken("capture.snaplen", " 64KiB "), "64KiB");
	ck_assert_str_eq(taken("capture.batch", "17"), "17");
	ck_assert_str_eq(taken("flow.idle_timeout", "90m"), "90m");
	ck_assert_str_eq(taken("detect.upload_asymmetry.pcr", "75%"), "0.75");
	ck_assert_str_eq(taken("daemon.user", "'nobody'"), "nobody");
	ck_assert_str_eq(taken("daemon.user", ""), "\"\"");
	ck_assert_str_eq(taken("daemon.user", "yes"), "\"yes\"");
	ck_assert_str_eq(taken("daemon.user", "a \"b\\"), "\"a \\\"b\\\\\"");
	ck_assert_str_eq(taken("daemon.log.level", "debug"), "debug");
	ck_assert_str_eq(taken("publish.file.what", "all"), "all");
	ck_assert_str_eq(taken("publish.file.path", "/var/log/mailtap/a b.json"), "\"/var/log/mailtap/a b.json\"");
	ck_assert_str_eq(taken("publish.redis.address", "[::1]:6379"), "\"[::1]:6379\"");
}
END_TEST

START_TEST(refused_scalars)
{
	ck_assert_str_eq(taken("capture.promiscuous", "2"),
	    "P: capture.promiscuous: \"2\" is neither true nor false: write true or false\n");
	ck_assert_str_eq(
	    taken("capture.snaplen", "63"), "P: capture.snaplen: \"63\" is out of range: write 64 to 256KiB\n");
	ck_assert_str_eq(
	    taken("capture.snaplen", "257KiB"), "P: capture.snaplen: \"257KiB\" is out of range: write 64 to 256KiB\n");
	ck_assert_str_eq(
	    taken("flow.max", "15"), "P: flow.max: \"15\" is out of range: write 16 to 16000000 connections\n");
	ck_assert_str_eq(
	    taken("capture.retry_min", "9ms"), "P: capture.retry_min: \"9ms\" is out of range: write 10ms to 1h\n");
	ck_assert_str_eq(taken("detect.auto_forward.confidence", "110%"),
	    "P: detect.auto_forward.confidence: \"110%\" is out of range: write 0 to 1, or 0% to 100%\n");
	ck_assert_str_eq(taken("daemon.log.level", "warn"),
	    "P: daemon.log.level: \"warn\" is not among the choices: write error, warning, info or debug\n");
	ck_assert_str_eq(taken("daemon.log.level", "Debg"),
	    "P: daemon.log.level: \"Debg\" is not among the choices: did you "
	    "mean debug? (error, warning, info or debug)\n");
	ck_assert_str_eq(taken("publish.redis.address", "localhost"),
	    "P: publish.redis.address: \"localhost\" is not an address: write host:port, [2001:db8::1]:port or "
	    "unix:/path/of/the/socket\n");
	ck_assert_str_eq(
	    taken("publish.redis.prefix", ""), "P: publish.redis.prefix: \"\" is empty: write for example mailtap\n");
	ck_assert_ptr_nonnull(strstr(taken("daemon.control.path", "run/c.sock"), "write an absolute path"));
	ck_assert_ptr_nonnull(strstr(taken("capture.filter", "syntax error ("), "is not a pcap filter"));
	ck_assert_ptr_nonnull(strstr(taken("daemon.user", "a\nb"), "control character"));
}
END_TEST

START_TEST(lists)
{
	ck_assert_str_eq(taken("capture.ports", "25, 587"), "[25, 587]");
	ck_assert_str_eq(taken("capture.ports", "[25,587]"), "[25, 587]");
	ck_assert_str_eq(taken("capture.ports", "[ 25, 587, ]"), "[25, 587]");
	ck_assert_str_eq(taken("capture.ports", "25"), "[25]");
	ck_assert_str_eq(taken("capture.ports", "[]"), "[]");
	ck_assert_str_eq(taken("capture.ports", ""), "[]");
	ck_assert_str_eq(taken("home_networks", "[10.0.0.0/8, \"fd00::/8\"]"), "[10.0.0.0/8, \"fd00::/8\"]");
	ck_assert_str_eq(taken("local_domains", "Example.ORG., example.com"), "[example.org, example.com]");
	ck_assert_str_eq(taken("detect.auto_forward.allow_targets", "Ann@Example.org, example.com"),
	    "[ann@example.org, example.com]");
	ck_assert_str_eq(taken("message.headers", "X-A, X-B-*"), "[X-A, \"X-B-*\"]");
	ck_assert_str_eq(taken("include", "\"a,b.yaml\", [c]*.yaml"), "[\"a,b.yaml\", \"[c]*.yaml\"]");
	ck_assert_str_eq(
	    taken("publish.redis.events", "mailtap.session,mailtap.message"), "[mailtap.session, mailtap.message]");
}
END_TEST

START_TEST(refused_lists)
{
	ck_assert_str_eq(taken("capture.ports", "25, smtp, 0"),
	    "P: capture.ports: \"smtp\" is not a port: write a number from 1 to 65535\n"
	    "P: capture.ports: \"0\" is not a port: write a number from 1 to 65535\n");
	ck_assert_str_eq(taken("capture.ports", "[25"), "P: capture.ports: a bracket is missing: write [A, B]\n");
	ck_assert_str_eq(taken("capture.ports", "25]"), "P: capture.ports: a bracket is missing: write [A, B]\n");
	ck_assert_str_eq(
	    taken("capture.ports", "25,,26"), "P: capture.ports: an element of the list is empty: write [A, B]\n");
	ck_assert_ptr_nonnull(strstr(taken("publish.redis.events", "mailtap.sesion"), "did you mean mailtap.session?"));
	ck_assert_ptr_nonnull(strstr(taken("capture.interfaces", "\"\""), "is not an interface"));
	ck_assert_ptr_nonnull(strstr(taken("local_domains", "*.example.org"), "write example.org"));
}
END_TEST

/* The option read from a file's text "k: ..." . */
static const char *
from_file(const char *path, const char *yaml)
{
	const struct option *o = option_find(path);
	static char kept[4096];
	struct yaml_node *root;

	memset(&scratch, 0, sizeof(scratch));
	heard_init(&heard);
	root = yaml_parse(bytes_str(yaml), "f", &heard.complaints);
	kept[0] = '\0';
	if (root != NULL && option_take(o, &scratch, &root->children[0], &heard.complaints))
		snprintf(kept, sizeof(kept), "%s", text_of(o, &scratch));
	option_clear(o, &scratch);
	yaml_node_free(root);
	return heard.len > 0 ? heard.text : kept;
}

START_TEST(shapes_in_a_file)
{
	ck_assert_str_eq(from_file("capture.ports", "k: 25\n"), "[25]");
	ck_assert_str_eq(from_file("capture.ports", "k:\n- 25\n- 26\n"), "[25, 26]");
	ck_assert_str_eq(from_file("capture.ports", "k: 25, 26\n"),
	    "f:1:4: capture.ports takes a list: write [A, B], in brackets\n");
	ck_assert_str_eq(from_file("include", "k: 'a,b'\n"), "[\"a,b\"]");
	ck_assert_str_eq(from_file("capture.ports", "k:\n"),
	    "f:1:3: capture.ports has no value: write [] for none (list of ports), or remove the key\n");
	ck_assert_str_eq(from_file("daemon.user", "k: ~\n"),
	    "f:1:4: daemon.user has no value: write \"\" for none (text), or remove the key\n");
	ck_assert_str_eq(from_file("flow.max", "k: null\n"),
	    "f:1:4: flow.max has no value: write one (integer), or remove the key\n");
	ck_assert_str_eq(from_file("flow.max", "k: [1]\n"), "f:1:4: flow.max takes one value (integer), not a list\n");
	ck_assert_str_eq(
	    from_file("flow.max", "k: {a: 1}\n"), "f:1:4: flow.max takes a value (integer), not keys below it\n");
	ck_assert_str_eq(from_file("capture.ports", "k: [25, [26], {a: 1}, ~, x]\n"),
	    "f:1:9: capture.ports takes one value (list of ports), not a list of lists\n"
	    "f:1:15: capture.ports takes a value (list of ports), not keys below it\n"
	    "f:1:23: capture.ports has no value: write [] for none (list of ports), or remove the key\n"
	    "f:1:26: capture.ports: \"x\" is not a port: write a number from 1 to 65535\n");
	ck_assert_str_eq(from_file("capture.ports", "k: {a: 1}\n"),
	    "f:1:4: capture.ports takes a value (list of ports), not keys below it\n");
	ck_assert_str_eq(from_file("daemon.user", "k: \"x\\0y\"\n"), "f:1:4: a value holds a NUL octet\n");
}
END_TEST

START_TEST(what_was_there_before)
{
	const struct option *ports = option_find("capture.ports"), *user = option_find("daemon.user");
	struct complaints *c = heard_init(&heard);

	memset(&scratch, 0, sizeof(scratch));
	ck_assert(option_take_text(ports, &scratch, "25, 26", "P", c));
	ck_assert(!option_take_text(ports, &scratch, "27, x", "P", c));
	ck_assert_str_eq(text_of(ports, &scratch), "[25, 26]");
	ck_assert(option_take_text(ports, &scratch, "28", "P", c));
	ck_assert_str_eq(text_of(ports, &scratch), "[28]");
	ck_assert(option_take_text(user, &scratch, "a", "P", c) && option_take_text(user, &scratch, "b", "P", c));
	ck_assert(!option_take_text(user, &scratch, "\x01", "P", c));
	ck_assert_str_eq(scratch.daemon.user, "b");
	option_clear(ports, &scratch);
	option_clear(user, &scratch);
	option_clear(user, &scratch);
	ck_assert_ptr_null(scratch.capture.ports);
	ck_assert_ptr_null(scratch.daemon.user);
	ck_assert_uint_eq(scratch.capture.port_count, 0);
}
END_TEST

START_TEST(a_list_has_a_ceiling)
{
	static char text[3 * 4100];

	for (size_t i = 0; i < 4097; i++)
		memcpy(text + 3 * i, "25,", 4);
	ck_assert_str_eq(taken("capture.ports", text), "P: capture.ports is too long: at most 4096 elements\n");
	text[3 * 4096] = '\0';
	ck_assert_uint_eq(strlen(taken("capture.ports", text)), 4096 * 4);
}
END_TEST

/* A file with its white space made single blanks, and the signs of comments too if asked for. The caller frees. */
static char *
normalised(const char *path, bool comments)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 20), *out = text;
	int octet, before = '\n';

	ck_assert_msg(f != NULL, "%s: run this from the project's root", path);
	while ((octet = getc(f)) != EOF && out - text < (1 << 20) - 1) {
		if (isspace(octet) || (comments && octet == '#'))
			octet = ' ';
		if (octet != ' ' || before != ' ')
			*out++ = (char)octet;
		before = octet;
	}
	fclose(f);
	return text;
}

START_TEST(the_manual_says_what_the_table_says)
{
	char *manual = normalised("man/mailtapd.yaml.5", false);
	const char *at = manual;
	size_t entries = 0, rules;

	for (size_t i = 0; i < option_count; i++) {
		char *expected = NULL;
		struct buffer facts;

		buffer_init(&facts, 65536);
		ck_assert(option_facts(&options[i], &facts));
		ck_assert_int_gt(asprintf(&expected, ".It Ic %s (%.*s) %s ", options[i].path, (int)facts.len,
				     (const char *)facts.at, options[i].help),
		    0);
		at = strstr(at, expected);
		ck_assert_msg(at != NULL, "man/mailtapd.yaml.5 lacks, or has elsewhere:\n%s", expected);
		free(expected);
		buffer_clear(&facts);
	}
	/* And no entry that is none. */
	rules = (size_t)(strstr(manual, ".Sh RULE FILES") - manual);
	for (at = manual; (at = strstr(at, ".It Ic ")) != NULL && (size_t)(at - manual) < rules; at++)
		entries++;
	ck_assert_uint_eq(entries, option_count);
	free(manual);
}
END_TEST

/* Each key's comment begins with the table's help. */
START_TEST(the_configuration_explains_itself)
{
	char *file = normalised("config/mailtapd.yaml", true);
	const char *at = file;

	for (size_t i = 0; i < option_count; i++) {
		const char *dot = strrchr(options[i].path, '.');
		char *key = NULL;

		at = strstr(at, options[i].help);
		ck_assert_msg(at != NULL, "config/mailtapd.yaml lacks, or has elsewhere, above %s:\n# %s",
		    options[i].path, options[i].help);
		ck_assert_int_gt(asprintf(&key, " %s: ", dot != NULL ? dot + 1 : options[i].path), 0);
		at = strstr(at, key);
		ck_assert_msg(at != NULL, "config/mailtapd.yaml lacks %s below its help", options[i].path);
		free(key);
	}
	free(file);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, every_row_is_sound);
	tcase_add_test(tests, sections_stand_together);
	tcase_add_test(tests, scalars);
	tcase_add_test(tests, refused_scalars);
	tcase_add_test(tests, lists);
	tcase_add_test(tests, refused_lists);
	tcase_add_test(tests, shapes_in_a_file);
	tcase_add_test(tests, what_was_there_before);
	tcase_add_test(tests, a_list_has_a_ceiling);
	tcase_add_test(tests, the_manual_says_what_the_table_says);
	tcase_add_test(tests, the_configuration_explains_itself);
}

CHECK_MAIN("settings/options", add_tests)
