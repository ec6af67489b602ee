/* SPDX-License-Identifier: Apache-2.0 */
#include "message/field.h"

#include "message/content_text.h"
#include "support/check_main.h"
#include "support/guard.h"

static const struct bytes wanted[] = {
	{ (const uint8_t *)"ARC-*", 5 },
	{ (const uint8_t *)"List-Id", 7 },
	{ (const uint8_t *)"Subject", 7 },
	{ (const uint8_t *)"X-MS-*", 6 },
	{ (const uint8_t *)"X-Test", 6 },
};

static const struct message_limits limits = {
	.header_fields = 3,
	.value_bytes = 100,
	.addresses = 3,
	.received = 2,
	.wanted = wanted,
	.wanted_count = 5,
};

static struct arena arena;
static struct values values;
static struct message_content content;
static struct fields fields;

static void
setup(void)
{
	arena_init(&arena);
	values_init(&values, &arena, 100);
	content = (struct message_content){ 0 };
	fields_init(&fields, &limits, &values, &content);
}

static void
teardown(void)
{
	fields_clear(&fields);
	values_clear(&values);
	arena_clear(&arena);
}

static void
take(const char *name, const char *value)
{
	struct guard n = guard_new(bytes_str(name)), v = guard_new(bytes_str(value));

	if (fields_want(&fields, n.bytes))
		fields_take(&fields, n.bytes, v.bytes, false);
	guard_free(&n);
	guard_free(&v);
}

static void
ck_content(const char *want)
{
	struct buffer text;

	fields_finish(&fields);
	buffer_init(&text, CONTENT_TEXT_MAX);
	content_text(&text, &content);
	(void)buffer_append_octet(&text, 0);
	ck_assert_str_eq((const char *)text.at, want);
	buffer_clear(&text);
}

START_TEST(the_first_counts)
{
	take("From", "a@x");
	take("from", "b@x");
	take("Message-ID", " <1@x> ");
	take("MESSAGE-ID", "<2@x>");
	take("X-Mailer", "one");
	take("User-Agent", "two");
	take("Date", " Mon, 1 Jan ");
	take("Date", "Tue");
	take("Sender", "s@x");
	take("Sender", "t@x");
	ck_content("from_text=a@x\ndate=Mon, 1 Jan\nid=1@x\nagent=one\nfrom=<a@x>\nsender=<s@x>\n");
}
END_TEST

START_TEST(programs_of_either_kind)
{
	take("User-Agent", "one");
	take("X-Mailer", "two");
	ck_content("agent=one\n");
}
END_TEST

START_TEST(an_empty_first_one_counts_too)
{
	take("Date", "");
	take("Date", "Tue");
	ck_content("");
}
END_TEST

START_TEST(lists_add_up)
{
	take("To", "a@x");
	take("To", "B <b@x>");
	take("Cc", "c@x, =?utf-8?q?d=C3=A9?= <d@x>");
	take("Bcc", "e@x");
	take("Reply-To", "f@x");
	take("References", "<1@x>");
	take("References", "<2@x> <3@x>");
	take("Received", "from b by c;\tMon");
	take("Received", "from a by b");
	take("Received", "from mx");
	ck_content("to=<a@x>\nto=B<b@x>\ncc=<c@x>\ncc=d\xc3\xa9<d@x>\nbcc=<e@x>\nreply_to=<f@x>\n"
		   "reference=1@x\nreference=2@x\nreference=3@x\nreceived=from b by c;\tMon\nreceived=from a by b\n"
		   "received_dropped=1\nreceived_count=3\n");
}
END_TEST

START_TEST(lists_have_ceilings)
{
	take("To", "a@x, b@x, c@x, d@x");
	take("To", "e@x");
	take("References", "<1@x> <2@x> <3@x> <4@x>");
	ck_content("to=<a@x>\nto=<b@x>\nto=<c@x>\ndropped=2\n"
		   "reference=1@x\nreference=2@x\nreference=3@x\nreferences_dropped=1\ntruncated=6\n");
}
END_TEST

START_TEST(ids_in_odd_shapes)
{
	take("Message-ID", "1@x");
	take("In-Reply-To", "Your message of Monday <2@x> and <3@x>");
	take("References", "4@x 5@x");
	ck_content("id=1@x\nin_reply_to=2@x\nreference=4@x\nreference=5@x\n");
}
END_TEST

START_TEST(asked_for_by_name_and_prefix)
{
	take("arc-seal", "1");
	take("Subject", "=?utf-8?q?s?=");
	take("X-M", "no");
	take("X-Tests", "no");
	take("X-MS-", "2");
	ck_content("subject=s\narc-seal:=1\nSubject:=s\nX-MS-:=2\n");
	ck_assert(!fields_want(&fields, BYTES("ARC")));
	ck_assert(fields_want(&fields, BYTES("x-test")));
	ck_assert(fields_want(&fields, BYTES("LIST-ID")));
	ck_assert(!fields_want(&fields, BYTES("List-I")));
	ck_assert(!fields_want(&fields, BYTES("Comments")));
}
END_TEST

START_TEST(no_more_than_asked_for)
{
	take("X-Test", "1");
	take("X-Test", "2");
	take("X-Test", "3");
	take("X-Test", "4");
	ck_content("X-Test:=1\nX-Test:=2\nX-Test:=3\ntruncated=1\n");
}
END_TEST

START_TEST(a_cut_value_is_marked_and_its_last_address_dropped)
{
	fields_take(&fields, BYTES("To"), BYTES("a@x, b@x.exam"), true);
	ck_content("to=<a@x>\ndropped=1\ntruncated=6\n");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, the_first_counts);
	tcase_add_test(tests, programs_of_either_kind);
	tcase_add_test(tests, an_empty_first_one_counts_too);
	tcase_add_test(tests, lists_add_up);
	tcase_add_test(tests, lists_have_ceilings);
	tcase_add_test(tests, ids_in_odd_shapes);
	tcase_add_test(tests, asked_for_by_name_and_prefix);
	tcase_add_test(tests, no_more_than_asked_for);
	tcase_add_test(tests, a_cut_value_is_marked_and_its_last_address_dropped);
}

CHECK_MAIN("message/field", add_tests)
