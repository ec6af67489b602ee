/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_reply.h"

#include "support/check_main.h"
#include "support/guard.h"

START_TEST(lines)
{
	static const struct {
		const char *line;
		int code; /* 0: no reply */
		bool last;
		const char *text;
	} cases[] = {
		{ "250 OK", 250, true, "OK" },
		{ "250-mx greets you", 250, false, "mx greets you" },
		{ "354", 354, true, "" },
		{ "250 ", 250, true, "" },
		{ "599 x", 599, true, "x" },
		{ "200 x", 200, true, "x" },
		{ "199 x", 0, false, NULL },
		{ "600 x", 0, false, NULL },
		{ "25", 0, false, NULL },
		{ "", 0, false, NULL },
		{ "2500 x", 0, false, NULL },
		{ "250x", 0, false, NULL },
		{ "+OK", 0, false, NULL },
		{ "2 5 0", 0, false, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(bytes_str(cases[i].line));
		struct smtp_reply_line r;

		ck_assert_msg(smtp_reply_read(g.bytes, &r) == (cases[i].code != 0), "%s", cases[i].line);
		if (cases[i].code != 0) {
			ck_assert_int_eq(r.code, cases[i].code);
			ck_assert(r.last == cases[i].last);
			ck_assert(bytes_equal(r.text, bytes_str(cases[i].text)));
		}
		guard_free(&g);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, lines);
}

CHECK_MAIN("protocol/smtp_reply", add_tests)
