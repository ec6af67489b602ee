/* SPDX-License-Identifier: Apache-2.0
 *
 * The line is found in every language and charset it is written in, however the text is cut; a quoted one, one inside a
 * sentence, an attached or an enclosed one is none.
 */
#include "message/separator.h"

#include <string.h>

#include "message/message.h"
#include "support/check_main.h"
#include "support/guard.h"

static const struct {
	const char *text;
	bool html;
	enum body_separator want;
} examples[] = {
	{ "FYI\r\n\r\n---------- Forwarded message ---------\r\nFrom: A\r\n", false, SEPARATOR_FORWARDED },
	{ "-------- Forwarded Message --------\n", false, SEPARATOR_FORWARDED },
	{ "----- Forwarded Message -----\n", false, SEPARATOR_FORWARDED },
	{ "-------- Weitergeleitete Nachricht --------\n", false, SEPARATOR_FORWARDED },
	{ "---------- Message transféré ---------\n", false, SEPARATOR_FORWARDED },
	{ "---------- Message transf\xe9r\xe9 ---------\n", false, SEPARATOR_FORWARDED },
	{ "Début du message réexpédié :\n", false, SEPARATOR_FORWARDED },
	{ "D\351but du message r\351exp\351di\351 :\n", false, SEPARATOR_FORWARDED },
	{ "-------- Пересылаемое сообщение --------\n", false, SEPARATOR_FORWARDED },
	{ "---------- 转发的消息 ---------\n", false, SEPARATOR_FORWARDED },
	{ "Begin forwarded message:\n", false, SEPARATOR_FORWARDED },
	{ "Anfang der weitergeleiteten Nachricht:", false, SEPARATOR_FORWARDED },
	{ "________________________________\nFrom: A\n", false, SEPARATOR_UNDERSCORES },
	{ "________________________________\n---------- Forwarded message ---------", false, SEPARATOR_FORWARDED },
	{ "<div dir=\"ltr\" class=\"gmail_attr\">---------- Forwarded message ---------<br>From: A", true, SEPARATOR_FORWARDED },
	{ "<div>Begin forwarded message:</div>", true, SEPARATOR_FORWARDED },
	{ "<div>---------- Forwarded message ---------<br>", false, SEPARATOR_NONE },
	{ "> ---------- Forwarded message ---------\n", false, SEPARATOR_NONE },
	{ "I saw ---------- Forwarded message --------- there\n", false, SEPARATOR_NONE },
	{ "---- Forwarded message ----\n", false, SEPARATOR_NONE },
	{ "---------- Forwarded messages of the week ---------\n", false, SEPARATOR_NONE },
	{ "-----Original Message-----\n", false, SEPARATOR_NONE },
	{ "Begin forwarded message: see below\n", false, SEPARATOR_NONE },
	{ "_______________________________\n", false, SEPARATOR_NONE },
	{ "________________________________x\n", false, SEPARATOR_NONE },
	{ "---------- \xc3\xa9\xc3\xa9 ---------\n", false, SEPARATOR_NONE },
	{ "\n\n\n", false, SEPARATOR_NONE },
	{ "", false, SEPARATOR_NONE },
};
#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

START_TEST(whole_split_and_guarded)
{
	const char *text = examples[_i].text;
	struct guard g = guard_new(bytes_str(text));

	for (size_t cut = 0; cut <= strlen(text); cut++) {
		struct separator s;

		separator_init(&s, examples[_i].html);
		separator_push(&s, bytes_first(g.bytes, cut));
		separator_push(&s, bytes_skip(g.bytes, cut));
		ck_assert_msg(separator_finish(&s) == examples[_i].want, "%s cut at %zu", text, cut);
	}
	guard_free(&g);
}
END_TEST

START_TEST(long_lines_and_late_ones)
{
	static const char line[] = "---------- Forwarded message ---------\n";
	struct separator s;
	char blanks[SEPARATOR_LINE_MAX];

	memset(blanks, ' ', sizeof(blanks));
	separator_init(&s, false);
	separator_push(&s, bytes_of(blanks, sizeof(blanks)));
	separator_push(&s, bytes_str(line));
	ck_assert_int_eq(separator_finish(&s), SEPARATOR_NONE);
	separator_init(&s, false);
	for (size_t n = 0; n < SEPARATOR_SCANNED_MAX; n += 4)
		separator_push(&s, BYTES("abc\n"));
	separator_push(&s, bytes_str(line));
	ck_assert_int_eq(separator_finish(&s), SEPARATOR_NONE);
}
END_TEST

static const struct message_limits limits = { .header_bytes = 65536, .header_fields = 50, .value_bytes = 500,
	.addresses = 20, .parts = 20, .nesting = 5 };

static enum body_separator
of_message(const char *text)
{
	struct message *m = message_new(&limits);
	enum body_separator found;

	ck_assert_ptr_nonnull(m);
	message_push(m, bytes_str(text));
	found = message_finish(m)->separator;
	message_free(m);
	return found;
}

#define LINE "---------- Forwarded message ---------\r\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"

START_TEST(in_a_message)
{
	ck_assert_int_eq(of_message("Subject: x\r\n\r\nFYI\r\n" LINE), SEPARATOR_FORWARDED);
	ck_assert_int_eq(of_message("Content-Transfer-Encoding: base64\r\n\r\n"
				    "LS0tLS0tLS0tLSBGb3J3YXJkZWQgbWVzc2FnZSAtLS0tLS0tLS0K\r\n"), SEPARATOR_FORWARDED);
	ck_assert_int_eq(of_message(MIXED "Content-Type: text/plain\r\n\r\n" LINE "--b--\r\n"), SEPARATOR_FORWARDED);
	ck_assert_int_eq(of_message(MIXED "Content-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: text/html\r\n\r\n"
				    "<b>" LINE "<br>\r\n--b--\r\n"), SEPARATOR_FORWARDED);
	/* Attached, enclosed, or no text. */
	ck_assert_int_eq(of_message(MIXED "Content-Type: text/plain; name=a.txt\r\n\r\n" LINE "--b--\r\n"), SEPARATOR_NONE);
	ck_assert_int_eq(of_message(MIXED "Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\n" LINE "--b--\r\n"),
	    SEPARATOR_NONE);
	ck_assert_int_eq(of_message("Content-Type: application/octet-stream\r\n\r\n" LINE), SEPARATOR_NONE);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, whole_split_and_guarded, 0, (int)EXAMPLES);
	tcase_add_test(tests, long_lines_and_late_ones);
	tcase_add_test(tests, in_a_message);
}

CHECK_MAIN("message/separator", add_tests)
