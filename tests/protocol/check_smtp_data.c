/* SPDX-License-Identifier: Apache-2.0
 *
 * The end of DATA, and what is unstuffed, however the content is cut.
 */
#include "protocol/smtp_data.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"
#include "support/segments.h"

static const struct {
	const char *content;
	size_t used;      /* octets up to the end; 0: it does not end */
	uint64_t bytes;   /* of the message */
	bool smuggling;
} cases[] = {
	{ "a\r\n.\r\n", 6, 3, false },
	{ ".\r\n", 3, 0, false },
	{ ".\n", 2, 0, false },
	{ "a\n.\nb", 4, 2, false },
	{ "..\r\n.\r\n", 7, 3, false },
	{ ".a\r\n.\r\n", 7, 3, false },
	{ "a\r\n.b\r\n..c\r\n.\r\n", 15, 10, false },
	{ "a\r\n.\rb\r\n.\r\n", 11, 7, true },
	{ "a.\r\n.\r\n", 7, 4, false },
	{ "a\r\nb\n.\nc\r\n.\r\n", 13, 10, true },
	{ "a\r\nb\n.\r\nc\r\n.\r\n", 14, 11, true },
	{ "a\r\n.\nb", 5, 3, true },
	{ "a\r\nb\n..\r\n.\r\n", 12, 9, false },
	{ "a\r\nb\r.\r\n.\r\n", 11, 8, true },
	{ "a\r\nb\r.\rc\r\n.\r\n", 13, 10, true },
	{ "a\r\nb\r.c\r\n.\r\n", 12, 9, false },
	{ "a\r\nb\r\r\n.\r\n", 10, 7, false },
	{ "a\r\n.\r.\r\n.\r\n", 11, 7, true },
	{ "a\nb\r\n.\r\n", 8, 5, false },
	{ "a\nb\n.\r\n", 7, 4, true },
	{ ".\r\r\n.\r\n", 7, 3, true },
	{ "a\r\n@.\r\nb\r\n.\r\n", 13, 10, true },
	{ "a\r\nb@\r\n@@.\r\n.\r\n", 15, 12, true },
	{ "a\r\n@.x\r\n@@\r\n.\r\n", 15, 12, false },
	{ "a\r\n\n@..\r\n.\r\n", 12, 9, false },
	{ "@.\r\n.\r\n", 7, 4, true },
	{ "a\r\nb\r@.\r\n.\r\n", 12, 9, false },
	{ "no end\r\n", 0, 8, false },
	{ "a\r\n.", 0, 3, false },
};

static const struct message_limits limits = { .header_bytes = 1000, .header_fields = 5, .value_bytes = 100,
	.addresses = 5, .parts = 5, .nesting = 2 };
static const struct protocol_limits protocol_limits = { .recipients = 5 };

/* "@" stands for a NUL. */
static struct bytes
octets_of(const char *content, uint8_t *room)
{
	size_t len = strlen(content);

	for (size_t i = 0; i < len; i++)
		room[i] = content[i] == '@' ? 0 : (uint8_t)content[i];
	return bytes_of(room, len);
}

static void
try(size_t i, size_t step)
{
	uint8_t room[64];
	struct bytes rest = octets_of(cases[i].content, room);
	struct protocol_context context = { .limits = &protocol_limits, .message_limits = &limits };
	struct smtp_delivery *to = smtp_delivery_new(TRANSFER_SMTP_DATA, &context);
	struct smtp_data d;
	size_t used = 0;
	bool ended = false;

	smtp_data_init(&d);
	while (rest.len > 0 && !ended) {
		struct guard piece = guard_new(bytes_first(rest, step));
		struct bytes in = piece.bytes;

		while (in.len > 0 && !ended) {
			size_t n = smtp_data_push(&d, in, to, &ended);

			ck_assert_uint_gt(n, 0);
			used += n;
			in = bytes_skip(in, n);
		}
		rest = bytes_skip(rest, step);
		guard_free(&piece);
	}
	ck_assert_msg(ended == (cases[i].used != 0), "case %zu, step %zu", i, step);
	if (ended)
		ck_assert_msg(used == cases[i].used, "case %zu, step %zu: %zu used", i, step, used);
	ck_assert_msg(d.smuggling == cases[i].smuggling, "case %zu, step %zu", i, step);
	ck_assert_msg(message_finish(to->message)->bytes == cases[i].bytes, "case %zu, step %zu", i, step);
	smtp_delivery_drop(to);
}

START_TEST(ends_and_dots)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t step = 1; step < 20; step++)
			try(i, step);
}
END_TEST

/* Pushes the octets in pieces of at most `most`; what came of it into *d and *content. Returns how many were used. */
static size_t
push_pieces(struct bytes octets, size_t most, struct smtp_data *d, struct message_content *content)
{
	static const struct message_limits hashing = { .header_bytes = 1000, .header_fields = 5, .value_bytes = 100,
		.addresses = 5, .parts = 5, .nesting = 2, .hash_message = true };
	struct protocol_context context = { .limits = &protocol_limits, .message_limits = &hashing };
	struct smtp_delivery *to = smtp_delivery_new(TRANSFER_SMTP_DATA, &context);
	bool ended = false;
	size_t used = 0;

	smtp_data_init(d);
	while (used < octets.len && !ended)
		used += smtp_data_push(d, bytes_first(bytes_skip(octets, used), most), to, &ended);
	*content = *message_finish(to->message);
	smtp_delivery_drop(to);
	return ended ? used : 0;
}

/* Stretches of text are stepped over at once: that may not matter, whatever line ends and dots stand in them. */
START_TEST(any_content_in_any_pieces)
{
	struct dice dice = dice_new(6);

	for (int round = 0; round < 3000; round++) {
		static const char some[] = "\r\n\r\n\r\n..a\0";
		char text[48];
		size_t len = 0, most = 2 + dice_throw(&dice, 40), whole_used, single_used;
		struct message_content whole, single;
		struct smtp_data d, single_d;

		while (len < sizeof(text)) {
			if (len + 1 < sizeof(text) && dice_throw(&dice, 2) == 0) {
				text[len++] = '\r';
				text[len++] = '\n';
			} else {
				text[len++] = some[dice_throw(&dice, sizeof(some) - 1)];
			}
		}
		whole_used = push_pieces(bytes_of(text, len), most, &d, &whole);
		single_used = push_pieces(bytes_of(text, len), 1, &single_d, &single);
		ck_assert_msg(whole_used == single_used && d.smuggling == single_d.smuggling && d.bare == single_d.bare &&
		    d.state == single_d.state && whole.bytes == single.bytes, "round %d", round);
		ck_assert_mem_eq(whole.sha256, single.sha256, sizeof(whole.sha256));
	}
}
END_TEST

START_TEST(firm_ground_behind_a_gap)
{
	struct smtp_data d;
	bool ended;

	smtp_data_init(&d);
	(void)smtp_data_push(&d, BYTES("a\r\n"), NULL, &ended);
	smtp_data_lost(&d);
	/* A dot right behind the gap may stand in the middle of a line. */
	ck_assert_uint_eq(smtp_data_push(&d, BYTES(".\r\nb\r\n.\r\nQUIT"), NULL, &ended), 9);
	ck_assert(ended);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, ends_and_dots);
	tcase_add_test(tests, any_content_in_any_pieces);
	tcase_add_test(tests, firm_ground_behind_a_gap);
}

CHECK_MAIN("protocol/smtp_data", add_tests)
