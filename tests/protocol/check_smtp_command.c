/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_command.h"

#include "support/check_main.h"
#include "support/guard.h"

START_TEST(verbs)
{
	static const struct {
		const char *line;
		enum smtp_verb verb;
		const char *word, *argument;
	} cases[] = {
		{ "EHLO me", SMTP_EHLO, "EHLO", "me" },
		{ "ehlo  me \t", SMTP_EHLO, "ehlo", "me" },
		{ " QUIT", SMTP_QUIT, "QUIT", "" },
		{ "MAIL FROM:<a@x>", SMTP_MAIL, "MAIL", "FROM:<a@x>" },
		{ "BDAT\t5 LAST", SMTP_BDAT, "BDAT", "5 LAST" },
		{ "HELO me", SMTP_HELO, "HELO", "me" },
		{ "LHLO me", SMTP_LHLO, "LHLO", "me" },
		{ "RCPT TO:<b@y>", SMTP_RCPT, "RCPT", "TO:<b@y>" },
		{ "DATA", SMTP_DATA, "DATA", "" },
		{ "RSET", SMTP_RSET, "RSET", "" },
		{ "NOOP", SMTP_NOOP, "NOOP", "" },
		{ "VRFY bob", SMTP_VRFY, "VRFY", "bob" },
		{ "EXPN all", SMTP_EXPN, "EXPN", "all" },
		{ "HELP", SMTP_HELP, "HELP", "" },
		{ "AUTH PLAIN", SMTP_AUTH, "AUTH", "PLAIN" },
		{ "STARTTLS", SMTP_STARTTLS, "STARTTLS", "" },
		{ "ETRN x", SMTP_ETRN, "ETRN", "x" },
		{ "TURN", SMTP_TURN, "TURN", "" },
		{ "ATRN x", SMTP_ATRN, "ATRN", "x" },
		{ "SEND FROM:<a>", SMTP_SEND, "SEND", "FROM:<a>" },
		{ "SOML FROM:<a>", SMTP_SOML, "SOML", "FROM:<a>" },
		{ "SAML FROM:<a>", SMTP_SAML, "SAML", "FROM:<a>" },
		{ "XCLIENT a=b", SMTP_XCLIENT, "XCLIENT", "a=b" },
		{ "XFORWARD a=b", SMTP_XFORWARD, "XFORWARD", "a=b" },
		{ "QUITE", SMTP_UNKNOWN, "QUITE", "" },
		{ "QUI", SMTP_UNKNOWN, "QUI", "" },
		{ "", SMTP_UNKNOWN, "", "" },
		{ "   ", SMTP_UNKNOWN, "", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(bytes_str(cases[i].line));
		struct smtp_command c = smtp_command_read(g.bytes);

		ck_assert_msg(c.verb == cases[i].verb, "%s", cases[i].line);
		ck_assert(bytes_equal(c.word, bytes_str(cases[i].word)));
		ck_assert(bytes_equal(c.argument, bytes_str(cases[i].argument)));
		guard_free(&g);
	}
	for (int v = SMTP_UNKNOWN + 1; v < SMTP_VERBS; v++)
		ck_assert_int_eq(smtp_command_read(bytes_str(smtp_verb_name((enum smtp_verb)v))).verb, v);
}
END_TEST

START_TEST(chunks)
{
	uint64_t size = 7;
	bool last = false;

	ck_assert(smtp_chunk_read(BYTES("0 LAST"), &size, &last) && size == 0 && last);
	ck_assert(smtp_chunk_read(BYTES("86 last"), &size, &last) && size == 86 && last);
	ck_assert(smtp_chunk_read(BYTES("9223372036854775807"), &size, &last) && size == INT64_MAX && !last);
	ck_assert(!smtp_chunk_read(BYTES("9223372036854775808"), &size, &last));
	ck_assert(!smtp_chunk_read(BYTES("18446744073709551617 LAST"), &size, &last));
	ck_assert(!smtp_chunk_read(BYTES(""), &size, &last));
	ck_assert(!smtp_chunk_read(BYTES("LAST"), &size, &last));
	ck_assert(!smtp_chunk_read(BYTES("-5"), &size, &last));
	ck_assert(!smtp_chunk_read(BYTES("0x10"), &size, &last));
	ck_assert(smtp_chunk_read(BYTES("7\tLAST"), &size, &last) && size == 7 && last);
	ck_assert(!smtp_chunk_read(BYTES("10 FIRST"), &size, &last));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, verbs);
	tcase_add_test(tests, chunks);
}

CHECK_MAIN("protocol/smtp_command", add_tests)
