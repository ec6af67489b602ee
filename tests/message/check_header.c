/* SPDX-License-Identifier: Apache-2.0 */
#include "message/header.h"

#include "support/check_main.h"
#include "support/guard.h"

#include <string.h>

/* What the header said, as "name=value|" each, then the verdict, then what is body. */
struct notes {
	struct buffer text;
};

static bool
wants(void *arg, struct bytes name)
{
	(void)arg;
	return !bytes_starts_nocase(name, BYTES("skip"));
}

static void
note(void *arg, struct bytes name, struct bytes value, bool cut)
{
	struct notes *n = arg;

	(void)buffer_append(&n->text, name);
	(void)buffer_append(&n->text, cut ? BYTES("~") : BYTES("="));
	(void)buffer_append(&n->text, value);
	(void)buffer_append(&n->text, BYTES("|"));
}

static const struct header_listener listener = { .wants = wants, .field = note };

#define CEILING 64

/* Pushes a piece; false when the header is over, and then the rest has been noted as body. */
static bool
push(struct header *h, struct notes *n, struct bytes piece)
{
	enum header_verdict verdict;
	size_t taken = header_push(h, piece, &verdict);

	if (verdict == HEADER_GOES_ON) {
		ck_assert_uint_eq(taken, piece.len);
		return true;
	}
	(void)buffer_append(&n->text, verdict == HEADER_ENDED ? BYTES("END|") : BYTES("BODY|"));
	if (verdict == HEADER_IS_BODY)
		(void)buffer_append(&n->text, header_undecided(h));
	(void)buffer_append(&n->text, bytes_skip(piece, taken));
	return false;
}

/* Two pieces, with a gap between them when asked. */
static void
read_pieces(struct notes *n, struct bytes first, struct bytes second, bool gap)
{
	struct header h;

	buffer_init(&n->text, 4096);
	header_init(&h, &listener, n, CEILING);
	header_begin(&h);
	if (push(&h, n, first)) {
		if (gap)
			header_gap(&h);
		if (push(&h, n, second)) {
			header_finish(&h);
			(void)buffer_append(&n->text, BYTES("STOP|"));
			(void)buffer_append(&n->text, header_undecided(&h));
		}
	} else {
		(void)buffer_append(&n->text, second);
	}
	header_clear(&h);
}

static void
ck_notes(struct notes *n, const char *want)
{
	(void)buffer_append_octet(&n->text, 0);
	ck_assert_str_eq((const char *)n->text.at, want);
	buffer_clear(&n->text);
}

static const struct {
	const char *octets, *notes;
} examples[] = {
	{ "A: 1\r\nB:2\r\n\r\nbody", "A= 1|B=2|END|body" },
	{ "A: 1\nB:2\n\nbody", "A= 1|B=2|END|body" },
	{ "A: 1\r\r\nB: 2\r\r\n\r\r\nbody", "A= 1|B= 2|END|body" },
	{ "A:\r\n\r\n", "A=|END|" },
	{ "\r\nbody", "END|body" },
	{ "\nbody", "END|body" },
	{ "A: 1\r\n 2\r\n\t3\r\n \r\n4 :\r\n\r\n", "A= 1 2\t3 |4=|END|" },
	{ "A : 1\r\n\r\n", "A= 1|END|" },
	{ "A: 1\r\nSkip: 2\r\n more\r\nB: 3\r\n\r\n", "A= 1|B= 3|END|" },
	{ "no header here", "BODY|no header here" },
	{ "nocolon\r\nB: 2\r\n", "BODY|nocolon\r\nB: 2\r\n" },
	{ "A: 1\r\nno colon\r\nB: 2\r\n", "A= 1|BODY|no colon\r\nB: 2\r\n" },
	{ "A: 1\r\nnocolon\r\nB: 2\r\n", "A= 1|BODY|nocolon\r\nB: 2\r\n" },
	{ " A: 1\r\n", "BODY| A: 1\r\n" },
	{ ": 1\r\nA: 1\r\n", "BODY|: 1\r\nA: 1\r\n" },
	{ "A: 1\r\n: 2\r\nB: 3\r\n\r\n", "A= 1|B= 3|END|" },
	{ "A: 1\r\nB\x01: 2\r\n more\r\nC: 3\r\n\r\n", "A= 1|C= 3|END|" },
	{ "A: 1\r\nB\xe9: 2\r\nC: 3\r\n\r\n", "A= 1|C= 3|END|" },
	{ "\xe9: 1\r\n", "BODY|\xe9: 1\r\n" },
	{ "A: 1\r\n\rB: 2\r\n\r\n", "A= 1|END|" },
	{ "From a@x Mon Jan  1 10:00:00 2024\r\nA: 1\r\n\r\n", "A= 1|END|" },
	{ ">From a@x Mon Jan  1 10:00:00 2024\r\nA: 1\r\n\r\n", "A= 1|END|" },
	{ "From here on\r\nA: 1\r\n", "BODY|From here on\r\nA: 1\r\n" },
	{ "A: 1", "A= 1|STOP|" },
	{ "A: 1\r", "A= 1|STOP|" },
	{ "A: 1\r\nB", "A= 1|STOP|B" },
	{ "A: 1\r\n\r", "A= 1|STOP|\r" },
	/* the ceiling of 64 octets: the field in it is cut, those after it skipped, the end found */
	{ "A: 45678901234567890123456789012345678901234567890123456789012345678\r\nB: 2\r\n\r\nbody",
	    "A~ 4567890123456789012345678901234567890123456789012345678901234|END|body" },
};

#define EXAMPLES (sizeof(examples) / sizeof(examples[0]))

START_TEST(whole_at_the_end_of_a_page)
{
	struct guard g = guard_new(bytes_str(examples[_i].octets));
	struct notes n;

	read_pieces(&n, g.bytes, bytes_of(NULL, 0), false);
	guard_free(&g);
	ck_notes(&n, examples[_i].notes);
}
END_TEST

START_TEST(split_at_every_octet)
{
	struct bytes all = bytes_str(examples[_i].octets);

	for (size_t at = 0; at <= all.len; at++) {
		struct guard first = guard_new(bytes_first(all, at)), second = guard_new(bytes_skip(all, at));
		struct notes n;

		read_pieces(&n, first.bytes, second.bytes, false);
		ck_notes(&n, examples[_i].notes);
		guard_free(&first);
		guard_free(&second);
	}
}
END_TEST

/* Whatever the gap takes, no value comes out that joins what stood on its two sides. */
START_TEST(gap_at_every_octet)
{
	struct bytes all = BYTES("A: aaaaaaaa\r\n aaaa\r\nB: bbbbbbbb\r\nC: cccccccc\r\n\r\n");

	for (size_t lost = 1; lost < 20; lost++) {
		for (size_t at = 0; at + lost <= all.len; at++) {
			struct guard rest = guard_new(bytes_skip(all, at + lost));
			struct notes n;

			read_pieces(&n, bytes_first(all, at), rest.bytes, true);
			(void)buffer_append_octet(&n.text, 0);
			ck_assert_ptr_null(strstr((const char *)n.text.at, "ab"));
			ck_assert_ptr_null(strstr((const char *)n.text.at, "bc"));
			if (at + lost < 21) /* C and the line before it are whole */
				ck_assert_ptr_nonnull(strstr((const char *)n.text.at, "C= cccccccc|END|"));
			if (at >= 21) /* so is A, and it is known for whole */
				ck_assert_ptr_nonnull(strstr((const char *)n.text.at, "A= aaaaaaaa aaaa|"));
			buffer_clear(&n.text);
			guard_free(&rest);
		}
	}
}
END_TEST

START_TEST(ceilings_are_known)
{
	struct bytes name = BYTES("NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN"
				  "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN");
	enum header_verdict verdict;
	struct notes n;
	struct header h;

	buffer_init(&n.text, 4096);
	header_init(&h, &listener, &n, 1000);
	header_begin(&h);
	ck_assert_uint_eq(name.len, HEADER_NAME_MAX);
	(void)header_push(&h, name, &verdict);
	ck_assert_int_eq(verdict, HEADER_GOES_ON);
	(void)header_push(&h, BYTES("N"), &verdict);
	ck_assert_int_eq(verdict, HEADER_IS_BODY);
	ck_assert(bytes_equal(header_undecided(&h), name));

	header_begin(&h);
	(void)header_push(&h, BYTES("A: 1\r\n\r\n"), &verdict);
	ck_assert_int_eq(verdict, HEADER_ENDED);
	ck_assert_uint_eq(h.fields, 1);
	ck_assert(!h.cut);
	header_clear(&h);

	header_init(&h, &listener, &n, 6);
	header_begin(&h);
	(void)header_push(&h, BYTES("A: 1\r\nB: 2\r\n\r\n"), &verdict);
	ck_assert(h.cut);
	header_clear(&h);
	buffer_clear(&n.text);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, whole_at_the_end_of_a_page, 0, (int)EXAMPLES);
	tcase_add_loop_test(tests, split_at_every_octet, 0, (int)EXAMPLES);
	tcase_add_test(tests, gap_at_every_octet);
	tcase_add_test(tests, ceilings_are_known);
}

CHECK_MAIN("message/header", add_tests)
