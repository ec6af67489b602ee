/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_path.h"

#include "support/check_main.h"
#include "support/guard.h"

START_TEST(paths)
{
	static const struct {
		const char *argument, *address; /* NULL: no path */
		bool routed, unbracketed;
	} cases[] = {
		{ "FROM:<a@x>", "a@x", false, false },
		{ "from: <a@x> SIZE=5 BODY=8BITMIME", "a@x", false, false },
		{ "FROM :<a@x>", "a@x", false, false },
		{ "FROM:a@x SIZE=5", "a@x", false, true },
		{ "FROM:<>", "", false, false },
		{ "FROM:", "", false, true },
		{ "FROM:<@r1,@r2:a@x>", "a@x", true, false },
		{ "FROM:<@r1>", "@r1", false, false },
		{ "FROM:<a@x SIZE=5", "a@x", false, false },
		{ "FROM:<\"a b\"@x SIZE=5", "\"a b\"@x", false, false },
		{ "FROM:Ann Other <a@x> SIZE=5", "a@x", false, true },
		{ "FROM:a@x>", "a@x", false, true },
		{ "FROM:a@x <b@y>", "a@x", false, true },
		{ "FROM:<j\xc3\xb6rg@x> SMTPUTF8", "j\xc3\xb6rg@x", false, false },
		{ "FROM:<\"a > \\\" b\"@x> SIZE=5", "\"a > \\\" b\"@x", false, false },
		{ "FROM:<a@x", "a@x", false, false },
		{ "FROM:< a@x >", "a@x", false, false },
		{ "FROM:<\"open", "\"open", false, false },
		{ "FROM:<\"open\\", "\"open\\", false, false },
		{ "FROM <a@x>", NULL, false, false },
		{ "TO:<a@x>", NULL, false, false },
		{ "FRO", NULL, false, false },
		{ "", NULL, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(bytes_str(cases[i].argument));
		struct smtp_path path = { 0 };
		bool found = smtp_path_read(g.bytes, BYTES("FROM"), &path);

		ck_assert_msg(found == (cases[i].address != NULL), "%s", cases[i].argument);
		if (found)
			ck_assert_msg(bytes_equal(path.address, bytes_str(cases[i].address)), "%s: %.*s", cases[i].argument,
			    (int)path.address.len, (const char *)path.address.at);
		ck_assert_msg(path.routed == cases[i].routed && path.unbracketed == cases[i].unbracketed, "%s", cases[i].argument);
		guard_free(&g);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, paths);
}

CHECK_MAIN("protocol/smtp_path", add_tests)
