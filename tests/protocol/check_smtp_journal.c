/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_journal.h"

#include "support/check_main.h"

static struct smtp_report
read_journal(const struct smtp_journal *j, struct arena *arena)
{
	struct smtp_report r = { 0 };

	arena_init(arena);
	smtp_journal_report(j, &r, arena);
	return r;
}

static void
assert_text(struct bytes got, const char *want)
{
	ck_assert_msg(bytes_equal(got, bytes_str(want)), "%.*s, not %s", (int)got.len, (const char *)got.at, want);
}

START_TEST(nothing_noted)
{
	struct arena arena;
	struct smtp_report r = read_journal(NULL, &arena);

	ck_assert_uint_eq(r.commands.len, 0);
	ck_assert_uint_eq(r.reply_code_count, 0);
	ck_assert(!smtp_journal_has_offers(NULL));
	ck_assert_uint_eq(smtp_journal_text(NULL, SMTP_JOURNAL_HELO).len, 0);
	arena_clear(&arena);
}
END_TEST

/* Every form of an entry, mixed, and texts that come late and change. */
START_TEST(all_comes_back_in_order)
{
	static const char *const verbs[] = { "EHLO", "*", "?", ".", "XFORWARD", "HELO", "FOO", "", "X-A.VERY.LONG.WORD" };
	static const uint16_t codes[] = { 220, 599, 200, 255, 256, 354 };
	struct smtp_journal *j = NULL;
	struct arena arena;
	struct smtp_report r;

	smtp_journal_command(&j, bytes_str(verbs[0]), 100);
	smtp_journal_set(&j, SMTP_JOURNAL_HELO, BYTES("me"));
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		smtp_journal_code(&j, codes[i], 100);
	ck_assert(!smtp_journal_has_offers(j));
	smtp_journal_offer(&j, BYTES("PLAIN"), 8);
	ck_assert(smtp_journal_has_offers(j));
	smtp_journal_set(&j, SMTP_JOURNAL_GREETING, BYTES("mx.example ESMTP"));
	smtp_journal_refused(&j, BYTES("a@x"), 100);
	smtp_journal_set(&j, SMTP_JOURNAL_AUTH, BYTES("LOGIN"));
	for (size_t i = 1; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		smtp_journal_command(&j, bytes_str(verbs[i]), 100);
	smtp_journal_refused(&j, BYTES(""), 100);
	smtp_journal_offer(&j, BYTES("X-OWN"), 8);
	smtp_journal_offer(&j, BYTES("GSS-SPNEGO"), 8);
	smtp_journal_set(&j, SMTP_JOURNAL_HELO, BYTES("somebody.else.example"));
	smtp_journal_set(&j, SMTP_JOURNAL_HELO, BYTES("me"));
	smtp_journal_set(&j, SMTP_JOURNAL_AUTH, BYTES(""));
	r = read_journal(j, &arena);
	assert_text(r.banner_text, "mx.example ESMTP");
	assert_text(r.helo_text, "me");
	assert_text(r.auth, "");
	ck_assert_uint_eq(r.commands.len, sizeof(verbs) / sizeof(verbs[0]));
	for (size_t i = 0; i < r.commands.len; i++)
		assert_text(r.commands.at[i], verbs[i]);
	ck_assert_uint_eq(r.reply_code_count, sizeof(codes) / sizeof(codes[0]));
	for (size_t i = 0; i < r.reply_code_count; i++)
		ck_assert_uint_eq(r.reply_codes[i], codes[i]);
	ck_assert_uint_eq(r.auth_mechanisms.len, 3);
	assert_text(r.auth_mechanisms.at[0], "PLAIN");
	assert_text(r.auth_mechanisms.at[1], "X-OWN");
	assert_text(r.auth_mechanisms.at[2], "GSS-SPNEGO");
	ck_assert_uint_eq(r.rcpt_refused.len, 2);
	assert_text(r.rcpt_refused.at[0], "a@x");
	assert_text(r.rcpt_refused.at[1], "");
	ck_assert_uint_eq(r.commands.dropped + r.rcpt_refused.dropped + r.auth_mechanisms.dropped + r.reply_codes_dropped, 0);
	arena_clear(&arena);
	smtp_journal_free(j);
}
END_TEST

/* Thousands of them: what is past the ceiling is counted, and the first ones are kept. */
START_TEST(ceilings)
{
	struct smtp_journal *j = NULL;
	struct arena arena;
	struct smtp_report r;

	for (unsigned i = 0; i < 5000; i++) {
		smtp_journal_command(&j, i % 2 == 0 ? BYTES("NOOP") : BYTES("WORD"), 3000);
		smtp_journal_code(&j, (uint16_t)(200 + i % 400), 2000);
		smtp_journal_refused(&j, BYTES("nobody@example.org"), 7);
		smtp_journal_offer(&j, BYTES("X"), 0);
	}
	r = read_journal(j, &arena);
	ck_assert_uint_eq(r.commands.len, 3000);
	ck_assert_uint_eq(r.commands.dropped, 2000);
	assert_text(r.commands.at[2998], "NOOP");
	assert_text(r.commands.at[2999], "WORD");
	ck_assert_uint_eq(r.reply_code_count, 2000);
	ck_assert_uint_eq(r.reply_codes_dropped, 3000);
	ck_assert_uint_eq(r.reply_codes[1999], 200 + 1999 % 400);
	ck_assert_uint_eq(r.rcpt_refused.len, 7);
	ck_assert_uint_eq(r.rcpt_refused.dropped, 4993);
	ck_assert_uint_eq(r.auth_mechanisms.len, 0);
	ck_assert_uint_eq(r.auth_mechanisms.dropped, 5000);
	arena_clear(&arena);
	smtp_journal_free(j);
}
END_TEST

START_TEST(a_text_as_long_as_can_be)
{
	static uint8_t octets[70000];
	struct smtp_journal *j = NULL;

	memset(octets, 'x', sizeof(octets));
	smtp_journal_command(&j, BYTES("EHLO"), 1);
	smtp_journal_set(&j, SMTP_JOURNAL_HELO, bytes_of(octets, sizeof(octets)));
	ck_assert_uint_eq(smtp_journal_text(j, SMTP_JOURNAL_HELO).len, UINT16_MAX);
	smtp_journal_set(&j, SMTP_JOURNAL_GREETING, BYTES("short"));
	assert_text(smtp_journal_text(j, SMTP_JOURNAL_GREETING), "short");
	ck_assert_uint_eq(smtp_journal_text(j, SMTP_JOURNAL_HELO).at[0], 'x');
	smtp_journal_free(j);
}
END_TEST

/* Texts of all lengths come and go before thousands of entries: nothing behind them is disturbed. */
START_TEST(texts_that_change)
{
	static uint8_t octets[3000];
	struct smtp_journal *j = NULL;
	struct arena arena;
	struct smtp_report r;

	memset(octets, 'y', sizeof(octets));
	for (unsigned i = 0; i < 600; i++) {
		size_t len = i * 7919 % (i < 300 ? 60 : sizeof(octets));

		smtp_journal_set(&j, SMTP_JOURNAL_HELO, bytes_of(octets, len));
		smtp_journal_code(&j, (uint16_t)(200 + i % 400), 1000);
		smtp_journal_set(&j, SMTP_JOURNAL_GREETING, bytes_of(octets, (len + i) % 100));
		ck_assert_uint_eq(smtp_journal_text(j, SMTP_JOURNAL_HELO).len, len);
	}
	r = read_journal(j, &arena);
	ck_assert_uint_eq(r.reply_code_count, 600);
	for (unsigned i = 0; i < 600; i++)
		ck_assert_uint_eq(r.reply_codes[i], 200 + i % 400);
	arena_clear(&arena);
	smtp_journal_free(j);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, nothing_noted);
	tcase_add_test(tests, all_comes_back_in_order);
	tcase_add_test(tests, texts_that_change);
	tcase_add_test(tests, ceilings);
	tcase_add_test(tests, a_text_as_long_as_can_be);
}

CHECK_MAIN("protocol/smtp_journal", add_tests)
