/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/yaml.h"

#include <stdlib.h>
#include <unistd.h>

#include "settings/heard.h"
#include "support/check_main.h"
#include "support/guard.h"

static struct heard heard;

/* Parses a copy that ends at an unmapped page. */
static struct yaml_node *
parse(struct bytes text)
{
	struct guard guard = guard_new(text);
	struct yaml_node *root = yaml_parse(guard.bytes, "f.yaml", heard_init(&heard));

	guard_free(&guard);
	return root;
}

START_TEST(a_tree_with_places)
{
	struct yaml_node *root = parse(BYTES("# note\n"
					     "a: 1\n"
					     "b:\n"
					     "  c: \"x y\"\n"
					     "  d: [p, 'q']\n"
					     "e:\n"
					     "- r\n"
					     "- s: t\n"
					     "g: ~\n"
					     "h: 'null'\n"));
	const struct yaml_node *b = yaml_child(root, "b"), *d = yaml_child(b, "d"), *e = yaml_child(root, "e");

	ck_assert_str_eq(heard.text, "");
	ck_assert_int_eq(root->kind, YAML_MAP);
	ck_assert_uint_eq(root->len, 5);
	ck_assert_ptr_null(yaml_child(root, "c"));
	ck_assert_ptr_null(yaml_child(yaml_child(root, "a"), "x"));
	ck_assert_str_eq(yaml_child(root, "a")->value, "1");
	ck_assert(!yaml_child(root, "a")->quoted && yaml_child(b, "c")->quoted);
	ck_assert_str_eq(yaml_child(b, "c")->value, "x y");
	ck_assert_uint_eq(b->key_line, 3);
	ck_assert_uint_eq(b->key_column, 1);
	ck_assert_uint_eq(b->line, 4);
	ck_assert_uint_eq(d->line, 5);
	ck_assert_uint_eq(d->column, 6);
	ck_assert_uint_eq(d->key_column, 3);
	ck_assert_uint_eq(d->children[1].column, 10);
	ck_assert_str_eq(d->children[1].value, "q");
	ck_assert_str_eq(d->children[0].file, "f.yaml");
	ck_assert_int_eq(e->kind, YAML_LIST);
	ck_assert_str_eq(yaml_child(&e->children[1], "s")->value, "t");
	ck_assert_int_eq(yaml_child(root, "g")->kind, YAML_NULL);
	ck_assert_int_eq(yaml_child(root, "h")->kind, YAML_SCALAR);
	yaml_node_free(root);
}
END_TEST

START_TEST(nothing_is_an_empty_map)
{
	static const char *const texts[] = { "", "\n", "# only a note\n", "---\n", "~\n", "--- null\n...\n", "{}\n",
		"\xef\xbb\xbf" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct yaml_node *root = parse(bytes_str(texts[i]));

		ck_assert_msg(root != NULL && root->kind == YAML_MAP && root->len == 0, "%zu", i);
		ck_assert_str_eq(heard.text, "");
		yaml_node_free(root);
	}
	yaml_node_free(NULL);
}
END_TEST

/* Each text has these complaints, and a tree when `has_tree`. */
static const struct {
	const char *text, *complaints;
	bool has_tree;
} wrong[] = {
	{ "a: 1\nb: 2\na: 3\n",
	    "f.yaml:3:1: \"a\" stands here a second time: it was given in line 1 already, remove one of "
	    "the two\n",
	    true },
	{ "a: {b: 1, b: 2}\n",
	    "f.yaml:1:11: \"b\" stands here a second time: it was given in line 1 already, remove one of "
	    "the two\n",
	    true },
	{ "a: &x 1\nb: *x\n",
	    "f.yaml:1:4: anchors (&x) are not read here: write the value out where it is meant\n"
	    "f.yaml:2:4: references (*x) are not read here: write the value out\n",
	    true },
	{ "a: !!str 1\n", "f.yaml:1:4: tags (tag:yaml.org,2002:str) are not read here: write the value alone\n", true },
	{ "a: &x {b: 1}\n", "f.yaml:1:4: anchors (&x) are not read here: write the value out where it is meant\n",
	    true },
	{ "- a\n- b\n", "f.yaml:1:1: a configuration is made of keys and values: write KEY: VALUE\n", false },
	{ "hello\n", "f.yaml:1:1: a configuration is made of keys and values: write KEY: VALUE\n", false },
	{ "a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document begins here: a file holds one\n", true },
	{ "? [a]\n: b\n", "f.yaml:1:3: a key must be a plain word\n", true },
	{ "a: \"x\\0y\"\n", "f.yaml:1:4: a value holds a NUL octet\n", true },
	{ "\"x\\0y\": 1\n", "f.yaml:1:1: a key holds a NUL octet\n", true },
	{ "a: 1\n\tb: 2\n",
	    "f.yaml:2:1: bad YAML while scanning a plain scalar (line 1): found a tab character that "
	    "violates indentation\n",
	    true },
	{ "a: [1, 2\nb: 3\n",
	    "f.yaml:2:2: bad YAML while parsing a flow sequence (line 1): did not find expected ',' or ']'\n", true },
	{ "a: 1\n b: 2\n", "f.yaml:2:3: bad YAML: mapping values are not allowed in this context\n", true },
	{ "a: 1\nb: \xff\n", "f.yaml:2:4: bad YAML: invalid leading UTF-8 octet: write plain UTF-8 text\n", true },
	{ "a: 1\nb: \x01\n", "f.yaml:2:4: bad YAML: control characters are not allowed: write plain UTF-8 text\n",
	    true },
	{ "a: 'x\n", "f.yaml:2:1: bad YAML while scanning a quoted scalar (line 1): found unexpected end of stream\n",
	    true },
};

START_TEST(what_is_wrong_is_said_with_its_place)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct yaml_node *root = parse(bytes_str(wrong[i].text));

		ck_assert_str_eq(heard.text, wrong[i].complaints);
		ck_assert_msg((root != NULL) == wrong[i].has_tree, "%zu", i);
		yaml_node_free(root);
	}
}
END_TEST

START_TEST(what_stands_before_bad_yaml_is_kept)
{
	struct yaml_node *root = parse(BYTES("a: 1\nb:\n  c: 2\n  d: [3,\ne: 'x\n"));
	const struct yaml_node *b = yaml_child(root, "b");

	ck_assert_str_eq(yaml_child(root, "a")->value, "1");
	ck_assert_str_eq(yaml_child(b, "c")->value, "2");
	ck_assert(root->spoilt && b->spoilt && yaml_child(b, "d")->spoilt && !yaml_child(b, "c")->spoilt);
	ck_assert_uint_eq(heard.complaints.count, 1);
	yaml_node_free(root);
}
END_TEST

/* `unit` written `times` times behind `before`. */
static struct yaml_node *
parse_many(const char *before, const char *unit, size_t times)
{
	size_t lead = strlen(before), len = strlen(unit);
	char *text = malloc(lead + len * times + 1);
	struct yaml_node *root;

	memcpy(text, before, lead + 1);
	for (size_t i = 0; i < times; i++)
		memcpy(text + lead + i * len, unit, len);
	root = yaml_parse(bytes_of(text, lead + len * times), "f.yaml", heard_init(&heard));
	free(text);
	return root;
}

START_TEST(everything_has_a_ceiling)
{
	struct yaml_node *root = parse_many("a: ", "[", 40);

	ck_assert_str_eq(heard.text, "f.yaml:1:35: nested deeper than 32 levels\n");
	yaml_node_free(root);
	root = parse_many("a: ", "[", 31);
	ck_assert_ptr_null(strstr(heard.text, "deeper"));
	yaml_node_free(root);
	root = parse_many("", "{a: ", 100000);
	ck_assert_ptr_nonnull(strstr(heard.text, "nested deeper than 32 levels\n"));
	yaml_node_free(root);
	root = parse_many("a:\n", "- b\n", 65536);
	ck_assert_ptr_nonnull(strstr(heard.text, ": the file holds more than 65536 values: split it\n"));
	yaml_node_free(root);
	root = parse_many("a:\n", "- b\n", 65533);
	ck_assert_str_eq(heard.text, "");
	ck_assert_uint_eq(yaml_child(root, "a")->len, 65533);
	yaml_node_free(root);
	root = parse_many("", "x", YAML_SIZE_MAX + 1);
	ck_assert_str_eq(heard.text, "f.yaml: larger than 1024 KiB: split it\n");
	ck_assert_ptr_null(root);
	root = parse_many("", "# \n", YAML_SIZE_MAX / 3);
	ck_assert_str_eq(heard.text, "");
	yaml_node_free(root);
}
END_TEST

START_TEST(keys_have_a_ceiling)
{
	static char text[16 * (YAML_KEYS_MAX + 1)];
	size_t len = 0;
	struct yaml_node *root;

	for (unsigned i = 0; i < YAML_KEYS_MAX + 1; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "k%u: 1\n", i);
	root = parse(bytes_of(text, len));
	ck_assert_str_eq(heard.text, "f.yaml:1001:1: more than 1000 keys in one place\n");
	ck_assert_uint_eq(root->len, 1000);
	yaml_node_free(root);
}
END_TEST

START_TEST(cut_anywhere)
{
	static const char whole[] =
	    "a: 1\nb:\n  - {c: \"x\", d: [1, 2]}\n  - e\n\"f\": |\n  text\n  more\ng: >-\n  folded\n";

	for (size_t len = 0; len < sizeof(whole); len++) {
		struct yaml_node *root = parse(bytes_of(whole, len));

		ck_assert_msg(root != NULL || heard.complaints.count > 0, "%zu", len);
		yaml_node_free(root);
	}
}
END_TEST

START_TEST(files)
{
	char path[] = "/tmp/check_yaml.XXXXXX", expected[128];
	int fd = mkstemp(path);
	struct yaml_node *root;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "a: [1]\n", 7), 7);
	root = yaml_read(path, heard_init(&heard));
	ck_assert_str_eq(heard.text, "");
	ck_assert_str_eq(yaml_child(root, "a")->file, path);
	yaml_node_free(root);
	ck_assert_int_eq(ftruncate(fd, YAML_SIZE_MAX + 1), 0);
	close(fd);
	ck_assert_ptr_null(yaml_read(path, heard_init(&heard)));
	snprintf(expected, sizeof(expected), "%s: larger than 1024 KiB: split it\n", path);
	ck_assert_str_eq(heard.text, expected);
	unlink(path);
	ck_assert_ptr_null(yaml_read("/tmp", heard_init(&heard)));
	ck_assert_str_eq(heard.text, "/tmp: is a directory: name the file itself\n");
	ck_assert_ptr_null(yaml_read("/nonexistent/x.yaml", heard_init(&heard)));
	ck_assert_str_eq(heard.text, "/nonexistent/x.yaml: cannot be read: No such file or directory\n");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, a_tree_with_places);
	tcase_add_test(tests, nothing_is_an_empty_map);
	tcase_add_test(tests, what_is_wrong_is_said_with_its_place);
	tcase_add_test(tests, what_stands_before_bad_yaml_is_kept);
	tcase_add_test(tests, everything_has_a_ceiling);
	tcase_add_test(tests, keys_have_a_ceiling);
	tcase_add_test(tests, cut_anywhere);
	tcase_add_test(tests, files);
}

CHECK_MAIN("settings/yaml", add_tests)
