/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an answer of many lines ends, and what it says: whole, in two pieces cut anywhere, octet by octet, each ending at
 * an unmapped page.
 */
#include "protocol/dotted.h"

#include <string.h>

#include "base/buffer.h"
#include "support/check_main.h"
#include "support/guard.h"

static const struct {
	const char *in, *text;
	size_t used; /* 0: all of it, and no end */
} answers[] = {
	{ ".\r\n", "", 3 },
	{ ".\n", "", 2 },
	{ ".\r\n+OK\r\n", "", 3 },
	{ "one\r\n.\r\n", "one\r\n", 8 },
	{ "one\n.\n", "one\n", 6 },
	{ "one\r\n.\n-ERR", "one\r\n", 7 },
	{ "\r\n.\r\n", "\r\n", 5 },
	{ "a.b\r\nc.\r\n.\r\n", "a.b\r\nc.\r\n", 12 },
	{ "..\r\n.\r\n", ".\r\n", 7 },
	{ "...\r\n..x\r\n.\r\n", "..\r\n.x\r\n", 13 },
	{ ".x\r\n.\r\n", "x\r\n", 7 }, /* not stuffed as it should be: the dot goes all the same */
	{ ".\rx\r\n.\r\n", "\rx\r\n", 8 },
	{ ".\r.\r\n.\r\n", "\r.\r\n", 8 },
	{ "x\r.\r\n.\r\n", "x\r.\r\n", 8 }, /* a CR alone ends no line */
	{ "one\r\n", "one\r\n", 0 },
	{ "one\r\n.", "one\r\n", 0 },
	{ "one\r\n.\r", "one\r\n", 0 },
	{ "", "", 0 },
};
#define ANSWERS (sizeof(answers) / sizeof(answers[0]))

static void
keep(void *arg, struct bytes text)
{
	ck_assert_uint_gt(text.len, 0);
	ck_assert(buffer_append(arg, text));
}

/* Cut in two, and after that in pieces of so many octets. */
static void
read_answer(struct bytes in, size_t cut, size_t step, const char *text, size_t used, struct dotted d)
{
	struct buffer got;
	size_t n = 0;
	bool ended = false;

	buffer_init(&got, 1024);
	while (n < in.len && !ended) {
		struct bytes piece = bytes_first(bytes_skip(in, n), n < cut ? cut - n : step);
		size_t taken = dotted_push(&d, piece, keep, &got, &ended);

		ck_assert(ended || taken == piece.len);
		n += taken;
	}
	ck_assert_msg(ended == (used > 0) && n == (used > 0 ? used : in.len), "%.*s: %zu, ended %d", (int)in.len,
	    (const char *)in.at, n, ended);
	ck_assert_msg(bytes_equal(buffer_bytes(&got), bytes_str(text)), "%.*s cut at %zu: %.*s", (int)in.len,
	    (const char *)in.at, cut, (int)got.len, (const char *)got.at);
	buffer_clear(&got);
}

START_TEST(answers_in_pieces)
{
	struct guard g = guard_new(bytes_str(answers[_i].in));

	for (size_t cut = 0; cut <= g.bytes.len; cut++)
		read_answer(g.bytes, cut, SIZE_MAX, answers[_i].text, answers[_i].used, (struct dotted){ 0 });
	read_answer(g.bytes, 0, 1, answers[_i].text, answers[_i].used, (struct dotted){ 0 });
	guard_free(&g);
}
END_TEST

START_TEST(nobody_wants_it)
{
	struct dotted d = { 0 };
	bool ended = false;

	ck_assert_uint_eq(dotted_push(&d, BYTES("one\r\n..\r\n.\r\n+OK"), NULL, NULL, &ended), 12);
	ck_assert(ended);
}
END_TEST

/* What comes after a hole stands anywhere in a line: a dot there is text, and the line end is firm ground. */
START_TEST(after_a_hole)
{
	static const char *const before[] = { "", "on", "one\r", "one\r\n", "one\r\n.", "one\r\n.\r" };

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct dotted d = { 0 };
		bool ended;

		(void)dotted_push(&d, bytes_str(before[i]), NULL, NULL, &ended);
		dotted_lost(&d);
		read_answer(BYTES(".\r\n..y\r\n.\r\n"), 0, 1, ".\r\n.y\r\n", 11, d);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, answers_in_pieces, 0, (int)ANSWERS);
	tcase_add_test(tests, nobody_wants_it);
	tcase_add_test(tests, after_a_hole);
}

CHECK_MAIN("protocol/dotted", add_tests)
