/* SPDX-License-Identifier: Apache-2.0 */
#include "message/transfer.h"

#include "support/check_main.h"
#include "support/guard.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	enum transfer_encoding encoding;
	const char *encoded, *decoded;
	bool sloppy;
} examples[] = {
	{ ENCODING_IDENTITY, "any=20thing\r\n", "any=20thing\r\n", false },
	{ ENCODING_BASE64, "aGVsbG8=", "hello", false },
	{ ENCODING_BASE64, "aGVs\r\nbG8=\r\n", "hello", false },
	{ ENCODING_BASE64, "a G\tVsbG8", "hello", false },
	{ ENCODING_BASE64, "aGVs!bG8=", "hello", true },
	{ ENCODING_BASE64, "aGVsbG8=d29ybGQ=", "helloworld", true },
	{ ENCODING_BASE64, "", "", false },
	{ ENCODING_QUOTED_PRINTABLE, "hello", "hello", false },
	{ ENCODING_QUOTED_PRINTABLE, "h=65l=6C=6fo", "helloo", false },
	{ ENCODING_QUOTED_PRINTABLE, "hel=\r\nlo\r\n", "hello\r\n", false },
	{ ENCODING_QUOTED_PRINTABLE, "hel=\nlo\n", "hello\n", false },
	{ ENCODING_QUOTED_PRINTABLE, "hel= \t\r\nlo", "hello", false },
	{ ENCODING_QUOTED_PRINTABLE, "hel=", "hel", false },
	{ ENCODING_QUOTED_PRINTABLE, "hel= ", "hel", false },
	{ ENCODING_QUOTED_PRINTABLE, "hel=\r", "hel", false },
	/* blanks in a line stay, those at its end go, coded ones stay */
	{ ENCODING_QUOTED_PRINTABLE, "a \t b \t\r\nc=20\r\nd ", "a \t b\r\nc \r\nd", false },
	{ ENCODING_QUOTED_PRINTABLE, "a =\r\nb", "a b", false },
	/* what is no proper code stands for itself */
	{ ENCODING_QUOTED_PRINTABLE, "a=zb", "a=zb", true },
	{ ENCODING_QUOTED_PRINTABLE, "a=4zb", "a=4zb", true },
	{ ENCODING_QUOTED_PRINTABLE, "a= b", "a= b", true },
	{ ENCODING_QUOTED_PRINTABLE, "a==41", "a=A", true },
	{ ENCODING_QUOTED_PRINTABLE, "a=4", "a=4", true },
	{ ENCODING_QUOTED_PRINTABLE, "a=4=42", "a=4B", true },
	{ ENCODING_QUOTED_PRINTABLE, "a=\rb", "ab", false },
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

static size_t
decode_piece(struct transfer *t, struct bytes piece, uint8_t *out)
{
	struct guard g = guard_new(piece);
	uint8_t *room = malloc(TRANSFER_ROOM(piece.len)); /* to the octet, for the sanitizer to see */
	size_t n = transfer_push(t, g.bytes, room);

	ck_assert_uint_le(n, TRANSFER_ROOM(piece.len));
	memcpy(out, room, n);
	free(room);
	guard_free(&g);
	return n;
}

static void
ck_decoded(int example, size_t split)
{
	struct bytes all = bytes_str(examples[example].encoded), want = bytes_str(examples[example].decoded);
	uint8_t out[1024];
	struct transfer t;
	size_t n;

	transfer_init(&t, examples[example].encoding);
	n = decode_piece(&t, bytes_first(all, split), out);
	n += decode_piece(&t, bytes_skip(all, split), out + n);
	n += transfer_finish(&t, out + n);
	ck_assert_uint_eq(n, want.len);
	if (n > 0)
		ck_assert_mem_eq(out, want.at, n);
	ck_assert(t.sloppy == examples[example].sloppy);
}

START_TEST(whole_and_split_at_every_octet)
{
	for (size_t at = 0; at <= strlen(examples[_i].encoded); at++)
		ck_decoded(_i, at);
}
END_TEST

START_TEST(octet_by_octet)
{
	struct bytes all = bytes_str(examples[_i].encoded), want = bytes_str(examples[_i].decoded);
	uint8_t out[1024];
	struct transfer t;
	size_t n = 0;

	transfer_init(&t, examples[_i].encoding);
	for (size_t at = 0; at < all.len; at++)
		n += decode_piece(&t, bytes_of(all.at + at, 1), out + n);
	n += transfer_finish(&t, out + n);
	ck_assert(bytes_equal(bytes_of(out, n), want));
}
END_TEST

/* After a gap a whole quantum, or line, is read as if nothing had been before it. */
START_TEST(gap_at_every_octet)
{
	struct bytes all = bytes_str(examples[_i].encoded);
	struct bytes next = examples[_i].encoding == ENCODING_BASE64 ? BYTES("aGVsbG8=") : BYTES("hello");

	for (size_t at = 0; at <= all.len; at++) {
		uint8_t out[1024];
		struct transfer t;
		size_t n, before;

		transfer_init(&t, examples[_i].encoding);
		before = decode_piece(&t, bytes_first(all, at), out);
		transfer_gap(&t);
		n = before + decode_piece(&t, next, out + before);
		n += transfer_finish(&t, out + n);
		ck_assert(bytes_equal(bytes_of(out + before, n - before), BYTES("hello")));
		ck_assert(t.sloppy);
	}
}
END_TEST

/* More blanks than are remembered: content, and still within the room promised. */
START_TEST(endless_blanks)
{
	static uint8_t blanks[3 * QUOTED_BLANKS_MAX];
	uint8_t out[8 * QUOTED_BLANKS_MAX];
	struct transfer t;
	size_t n;

	memset(blanks, ' ', sizeof(blanks));
	transfer_init(&t, ENCODING_QUOTED_PRINTABLE);
	n = decode_piece(&t, BYTES("x"), out);
	n += decode_piece(&t, bytes_of(blanks, sizeof(blanks)), out + n);
	n += decode_piece(&t, BYTES("y="), out + n);
	n += decode_piece(&t, bytes_of(blanks, sizeof(blanks)), out + n);
	n += decode_piece(&t, BYTES("z"), out + n);
	n += transfer_finish(&t, out + n);
	ck_assert_uint_eq(n, 2 * sizeof(blanks) + 4);
	ck_assert_uint_eq(out[sizeof(blanks) + 2], '=');
}
END_TEST

START_TEST(names)
{
	ck_assert_int_eq(transfer_encoding_of(BYTES("base64")), ENCODING_BASE64);
	ck_assert_int_eq(transfer_encoding_of(BYTES("quoted-printable")), ENCODING_QUOTED_PRINTABLE);
	ck_assert_int_eq(transfer_encoding_of(BYTES("7bit")), ENCODING_IDENTITY);
	ck_assert_int_eq(transfer_encoding_of(BYTES("")), ENCODING_IDENTITY);
	ck_assert_int_eq(transfer_encoding_of(BYTES("base64x")), ENCODING_IDENTITY);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, whole_and_split_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, octet_by_octet, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, gap_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_test(tests, endless_blanks);
	tcase_add_test(tests, names);
}

CHECK_MAIN("message/transfer", add_tests)
