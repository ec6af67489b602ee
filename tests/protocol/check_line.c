/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/line.h"

#include "support/check_main.h"
#include "support/guard.h"

/* All lines of the text, joined by "|", when it comes in pieces of `step` octets. */
static void
collect(struct bytes text, size_t step, size_t ceiling, struct buffer *out)
{
	struct line l;

	line_init(&l, ceiling);
	buffer_init(out, 10000);
	while (text.len > 0) {
		struct guard piece = guard_new(bytes_first(text, step));
		struct bytes rest = piece.bytes;

		while (rest.len > 0) {
			rest = bytes_skip(rest, line_push(&l, rest));
			if (!l.complete)
				continue;
			(void)buffer_append(out, line_text(&l));
			(void)buffer_append(out, l.cut ? BYTES("+|") : l.bare_lf ? BYTES("*|") : BYTES("|"));
		}
		text = bytes_skip(text, step);
		guard_free(&piece);
	}
	line_clear(&l);
}

START_TEST(lines_however_they_come)
{
	static const char text[] = "one\r\ntwo\n\r\n\nth\rree\r\nlonger than the ceiling\r\nrest";

	for (size_t step = 1; step < sizeof(text); step++) {
		struct buffer out;

		collect(bytes_of(text, sizeof(text) - 1), step, 12, &out);
		ck_assert_msg(bytes_equal(buffer_bytes(&out), BYTES("one|two*||*|th\rree|longer than +|")), "step %zu: %.*s",
		    step, (int)out.len, (const char *)out.at);
		buffer_clear(&out);
	}
}
END_TEST

START_TEST(behind_a_gap)
{
	struct line l;

	line_init(&l, 100);
	(void)line_push(&l, BYTES("lost be"));
	line_lost(&l);
	ck_assert_uint_eq(line_push(&l, BYTES("QUIT\r\nNOOP\r\n")), 6);
	ck_assert(l.complete && l.doubtful);
	ck_assert(bytes_equal(line_text(&l), BYTES("QUIT")));
	ck_assert_uint_eq(line_push(&l, BYTES("NOOP\r\n")), 6);
	ck_assert(l.complete && !l.doubtful);
	line_clear(&l);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, lines_however_they_come);
	tcase_add_test(tests, behind_a_gap);
}

CHECK_MAIN("protocol/line", add_tests)
