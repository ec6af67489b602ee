/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/received.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"

static bool
is(struct bytes got, const char *want)
{
	return bytes_equal(got, bytes_str(want));
}

START_TEST(trace_lines)
{
	struct received r = received_read(BYTES("from mail.partner.example (mail.partner.example [198.51.100.7]) by mx.company.example "
						"(Postfix (nested) for <no@where>) with ESMTPS id 4ABC for <alice@company.example>; "
						"Mon, 23 Nov 2026 17:28:10 +0100 (CET)"));

	ck_assert(is(r.from, "mail.partner.example"));
	ck_assert(is(r.by, "mx.company.example"));
	ck_assert(is(r.with, "ESMTPS"));
	ck_assert(is(r.recipient, "alice@company.example"));
	ck_assert(r.has_date);
	ck_assert_int_eq(r.date, INT64_C(1795451290) * USEC_PER_SEC);
	r = received_read(BYTES("by 2002:a05:6a10:1234:b0:5f7 with SMTP id x;Mon, 1 Jan 2024 00:00:00 GMT"));
	ck_assert(is(r.from, ""));
	ck_assert(is(r.by, "2002:a05:6a10:1234:b0:5f7"));
	ck_assert_int_eq(r.date, INT64_C(1704067200) * USEC_PER_SEC);
	r = received_read(BYTES("for bob@company.example"));
	ck_assert(is(r.recipient, "bob@company.example"));
	ck_assert(!r.has_date);
	r = received_read(BYTES("(((((from x by y"));
	ck_assert(is(r.from, ""));
}
END_TEST

static const struct {
	const char *text;
	int64_t seconds; /* -1: no date */
} dates[] = {
	{ "Thu, 1 Jan 1970 00:00:00 +0000", 0 },
	{ "1 Jan 1970 01:00 +0100", 0 },
	{ "Tue, 29 Feb 2000 23:59:60 -0000", 951868800 },
	{ "Mon, 23 Nov 26 17:28:10 +0100", 1795451290 },
	{ "Sun, 06 Nov 94 08:49:37 GMT", 784111777 },
	{ "Sat, 31 Dec 2050 23:59:59 -1200", 2556187199 },
	{ "Wed, (a comment) 1 (another) Mar 2023 00:00:00 +0000", 1677628800 },
	{ "yesterday", -1 },
	{ "", -1 },
	{ "Mon, 32 Nov 2026 17:28:10 +0100", -1 },
	{ "Mon, 23 Nuv 2026 17:28:10 +0100", -1 },
	{ "Mon, 23 Nov 2026 25:28:10 +0100", -1 },
	{ "Mon, 23 Nov 2026", -1 },
	{ "Mon, 23 Nov 99999 10:00:00", -1 },
};

START_TEST(mail_dates)
{
	usec_t date = 7;

	if (dates[_i].seconds < 0) {
		ck_assert_msg(!mail_date_read(bytes_str(dates[_i].text), &date), "%s", dates[_i].text);
		return;
	}
	ck_assert_msg(mail_date_read(bytes_str(dates[_i].text), &date), "%s", dates[_i].text);
	ck_assert_msg(date == dates[_i].seconds * USEC_PER_SEC, "%s is %lld", dates[_i].text, (long long)date / 1000000);
}
END_TEST

START_TEST(cut_anywhere)
{
	static const char line[] = "from a (b) by c with d id e for <f@g.example>; Mon, 23 Nov 2026 17:28:10 +0100";

	for (size_t len = 0; len < sizeof(line); len++) {
		struct guard g = guard_new(bytes_of(line, len));
		struct received r = received_read(g.bytes);

		ck_assert_uint_le(r.recipient.len, 12);
		guard_free(&g);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, trace_lines);
	tcase_add_loop_test(tests, mail_dates, 0, sizeof(dates) / sizeof(dates[0]));
	tcase_add_test(tests, cut_anywhere);
}

CHECK_MAIN("detect/received", add_tests)
