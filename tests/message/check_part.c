/* SPDX-License-Identifier: Apache-2.0 */
#include "message/part.h"

#include "support/check_main.h"
#include "support/guard.h"

static struct arena arena;
static struct values values;

static void
setup(void)
{
	arena_init(&arena);
	values_init(&values, &arena, 100);
}

static void
teardown(void)
{
	values_clear(&values);
	arena_clear(&arena);
}

static struct part_header
header_of(const char *type)
{
	struct part_header h = { .content_type = BYTES("text/plain") };
	struct guard g = guard_new(bytes_str(type));

	part_header_take(&h, &values, BYTES("content-TYPE"), g.bytes);
	guard_free(&g);
	return h;
}

static const struct {
	const char *value, *type, *charset, *boundary, *name;
} types[] = {
	{ "text/plain", "text/plain", "", "", "" },
	{ " Text/HTML ; Charset=UTF-8", "text/html", "utf-8", "", "" },
	{ "text/html; charset=\"utf-8 \"; name=a", "text/html", "utf-8", "", "a" },
	{ "multipart/mixed; boundary=\"a b\"", "multipart/mixed", "", "a b", "" },
	{ "multipart/mixed; boundary=\"a \"", "multipart/mixed", "", "a", "" },
	{ "multipart/mixed; boundary=", "multipart/mixed", "", "", "" },
	{ "text/plain; boundary=b", "text/plain", "", "", "" }, /* only a multipart has one */
	{ "text", "text/plain", "", "", "" },
	{ "a/b/c", "text/plain", "", "", "" },
	{ "/b", "text/plain", "", "", "" },
	{ "a/", "text/plain", "", "", "" },
	{ "", "text/plain", "", "", "" },
};

START_TEST(content_type)
{
	struct part_header h = header_of(types[_i].value);

	ck_assert(bytes_equal(h.content_type, bytes_str(types[_i].type)));
	ck_assert(bytes_equal(h.charset, bytes_str(types[_i].charset)));
	ck_assert(bytes_equal(h.boundary, bytes_str(types[_i].boundary)));
	ck_assert(bytes_equal(h.type_name, bytes_str(types[_i].name)));
}
END_TEST

START_TEST(cut_at_every_octet)
{
	struct bytes all = bytes_str(types[_i].value);

	for (size_t at = 0; at <= all.len; at++) {
		struct guard g = guard_new(bytes_first(all, at));
		struct part_header h = { .content_type = BYTES("text/plain") };

		part_header_take(&h, &values, BYTES("Content-Type"), g.bytes);
		ck_assert_uint_gt(h.content_type.len, 0);
		guard_free(&g);
	}
}
END_TEST

START_TEST(the_first_of_each_field_counts)
{
	struct part_header h = header_of("a/b");

	part_header_take(&h, &values, BYTES("Content-Type"), BYTES("c/d"));
	part_header_take(&h, &values, BYTES("Content-Transfer-Encoding"), BYTES(" BASE64 "));
	part_header_take(&h, &values, BYTES("Content-Transfer-Encoding"), BYTES("7bit"));
	part_header_take(&h, &values, BYTES("Content-Disposition"), BYTES("attachment; filename=f"));
	part_header_take(&h, &values, BYTES("Content-Disposition"), BYTES("inline; filename=g"));
	ck_assert(bytes_equal(h.content_type, BYTES("a/b")));
	ck_assert(bytes_equal(h.encoding, BYTES("base64")));
	ck_assert(bytes_equal(h.file_name, BYTES("f")));
	ck_assert(h.says_attachment);
	ck_assert(part_header_wants(BYTES("content-disposition")));
	ck_assert(!part_header_wants(BYTES("content-id")));
}
END_TEST

static bool
says_attachment(const char *disposition, const char *type)
{
	struct part_header h = header_of(type);
	struct part_tree tree;
	size_t index;
	bool says;

	part_header_take(&h, &values, BYTES("Content-Disposition"), bytes_str(disposition));
	part_tree_init(&tree, 1, 1);
	(void)part_tree_add(&tree, &h, true, &index);
	says = tree.parts[index].is_attachment;
	part_tree_clear(&tree);
	return says;
}

START_TEST(attachment_or_not)
{
	ck_assert(says_attachment("attachment", "a/b"));
	ck_assert(says_attachment("Attachment; x=y", "a/b"));
	ck_assert(says_attachment("inline; filename=x", "a/b"));
	ck_assert(says_attachment("filename=x", "a/b"));
	ck_assert(says_attachment("inline", "a/b; name=x"));
	ck_assert(says_attachment("unheard-of", "a/b"));
	ck_assert(!says_attachment("inline", "a/b"));
	ck_assert(!says_attachment("", "a/b"));
}
END_TEST

START_TEST(names_of_the_disposition_come_first)
{
	struct part_header h = header_of("a/b; name=t");
	struct part_tree tree;
	size_t index;

	part_tree_init(&tree, 2, 1);
	(void)part_tree_add(&tree, &h, true, &index);
	ck_assert(bytes_equal(tree.parts[0].name_text, BYTES("t")));
	part_header_take(&h, &values, BYTES("Content-Disposition"), BYTES("inline; filename=d"));
	(void)part_tree_add(&tree, &h, true, &index);
	ck_assert(bytes_equal(tree.parts[1].name_text, BYTES("d")));
	part_tree_clear(&tree);
}
END_TEST

static bool
matches(const struct part_tree *tree, const char *line, size_t level, bool closes)
{
	struct guard g = guard_new(bytes_str(line));
	size_t found = 99;
	bool shut = false, matched = part_tree_match(tree, g.bytes, &found, &shut);

	guard_free(&g);
	return matched && found == level && shut == closes;
}

START_TEST(boundaries_of_open_levels)
{
	struct part_header a = header_of("multipart/mixed; boundary=a"), ab = header_of("multipart/mixed; boundary=ab");
	struct part_header m = header_of("message/rfc822");
	struct part_tree tree;
	size_t index, level;
	bool closes;

	part_tree_init(&tree, 10, 10);
	ck_assert_int_eq(part_tree_add(&tree, &a, true, &index), PART_MULTIPART);
	ck_assert_int_eq(part_tree_add(&tree, &m, true, &index), PART_MESSAGE);
	ck_assert_int_eq(part_tree_add(&tree, &ab, true, &index), PART_MULTIPART);
	ck_assert_uint_eq(tree.parts[2].depth, 2);
	ck_assert(matches(&tree, "--a", 0, false));
	ck_assert(matches(&tree, "--a--\r\n", 0, true));
	ck_assert(matches(&tree, "--a \t\r\n", 0, false));
	ck_assert(matches(&tree, "--ab\n", 2, false));
	ck_assert(matches(&tree, "--ab-- \n", 2, true));
	ck_assert(!part_tree_match(&tree, BYTES("--abc\n"), &level, &closes));
	ck_assert(!part_tree_match(&tree, BYTES("--a-\n"), &level, &closes));
	ck_assert(!part_tree_match(&tree, BYTES("--a--b\n"), &level, &closes));
	ck_assert(!part_tree_match(&tree, BYTES("-a\n"), &level, &closes));
	ck_assert(!part_tree_match(&tree, BYTES("--\n"), &level, &closes));
	ck_assert(!part_tree_match(&tree, BYTES(""), &level, &closes));
	ck_assert_uint_eq(part_tree_run(&tree, BYTES("--a\nb\n--ab\n")), 6);
	ck_assert_uint_eq(part_tree_run(&tree, BYTES("x--a\n-a\n--c\n--")), 12);
	ck_assert_uint_eq(part_tree_run(&tree, BYTES("x--a\n-a\n--c\n-")), 12);
	ck_assert_uint_eq(part_tree_run(&tree, BYTES("x--a\n-a\n--c\n-b")), 14);
	ck_assert_uint_eq(part_tree_run(&tree, BYTES("no dash\n")), 8);
	part_tree_gap(&tree);
	for (size_t i = 0; i < 3; i++)
		ck_assert(!tree.parts[i].complete);
	part_tree_clear(&tree);
}
END_TEST

START_TEST(ceilings)
{
	struct part_header a = header_of("multipart/mixed; boundary=a"), text = header_of("text/plain");
	struct part_tree tree;
	size_t index;

	part_tree_init(&tree, 2, 1);
	ck_assert_int_eq(part_tree_add(&tree, &a, true, &index), PART_MULTIPART);
	ck_assert_uint_eq(tree.truncated, 0);
	ck_assert_int_eq(part_tree_add(&tree, &a, true, &index), PART_LEAF);
	ck_assert_uint_eq(tree.truncated, TRUNCATED_NESTING);
	ck_assert(!tree.parts[index].complete);
	ck_assert(!tree.parts[index].is_branch);
	(void)part_tree_add(&tree, &text, true, &index);
	ck_assert_uint_eq(index, PART_NONE);
	ck_assert_uint_eq(tree.truncated, TRUNCATED_NESTING | TRUNCATED_PARTS);
	part_tree_gap(&tree);
	part_tree_clear(&tree);
}
END_TEST

START_TEST(types_that_enclose_a_message)
{
	static const struct {
		const char *type;
		enum part_kind kind;
	} cases[] = {
		{ "message/rfc822", PART_MESSAGE },
		{ "Message/Global", PART_MESSAGE },
		{ "message/news", PART_MESSAGE },
		{ "message/partial", PART_LEAF },
		{ "message/delivery-status", PART_LEAF },
		{ "message/external-body", PART_LEAF },
		{ "text/rfc822-headers", PART_LEAF },
		{ "multipart/mixed", PART_LEAF }, /* without a boundary */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct part_header h = header_of(cases[i].type);
		struct part_tree tree;
		size_t index;

		part_tree_init(&tree, 1, 1);
		ck_assert_msg(part_tree_add(&tree, &h, true, &index) == cases[i].kind, "%s", cases[i].type);
		part_tree_clear(&tree);
		part_header_take(&h, &values, BYTES("Content-Transfer-Encoding"), BYTES("base64"));
		ck_assert_msg(part_tree_add(&tree, &h, true, &index) == PART_LEAF, "%s", cases[i].type);
		part_tree_clear(&tree);
	}
}
END_TEST

/* A boundary longer than any line is none. */
START_TEST(overlong_boundary)
{
	struct buffer value;
	struct part_header h;

	buffer_init(&value, 4096);
	(void)buffer_append(&value, BYTES("multipart/mixed; boundary="));
	for (size_t i = 0; i < PART_BOUNDARY_MAX; i++)
		(void)buffer_append_octet(&value, 'x');
	h = (struct part_header){ 0 };
	part_header_take(&h, &values, BYTES("Content-Type"), buffer_bytes(&value));
	ck_assert_uint_eq(h.boundary.len, PART_BOUNDARY_MAX);
	(void)buffer_append_octet(&value, 'x');
	h = (struct part_header){ 0 };
	part_header_take(&h, &values, BYTES("Content-Type"), buffer_bytes(&value));
	ck_assert_uint_eq(h.boundary.len, 0);
	buffer_clear(&value);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, content_type, 0, (int)(sizeof(types) / sizeof(types[0])));
	tcase_add_loop_test(tests, cut_at_every_octet, 0, (int)(sizeof(types) / sizeof(types[0])));
	tcase_add_test(tests, the_first_of_each_field_counts);
	tcase_add_test(tests, attachment_or_not);
	tcase_add_test(tests, names_of_the_disposition_come_first);
	tcase_add_test(tests, boundaries_of_open_levels);
	tcase_add_test(tests, ceilings);
	tcase_add_test(tests, types_that_enclose_a_message);
	tcase_add_test(tests, overlong_boundary);
}

CHECK_MAIN("message/part", add_tests)
