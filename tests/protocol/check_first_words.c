/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/first_words.h"

#include <string.h>

#include "protocol/smtp.h"
#include "protocol/tls.h"
#include "support/check_main.h"

START_TEST(stretches_in_order)
{
	static const struct {
		enum direction from;
		const char *text;
	} want[] = { { FROM_SERVER, "220 mx" }, { FROM_CLIENT, "EHLO" }, { FROM_SERVER, "2" } };
	struct first_words *w = first_words_new();
	struct bytes rest, stretch;
	enum direction from;
	unsigned at = 0, n = 0;

	ck_assert_uint_eq(first_words_keep(w, FROM_SERVER, BYTES("220 ")), 4);
	ck_assert_uint_eq(first_words_keep(w, FROM_SERVER, BYTES("mx")), 2);
	ck_assert_uint_eq(first_words_keep(w, FROM_CLIENT, BYTES("EHLO")), 4);
	ck_assert_uint_eq(first_words_keep(w, FROM_SERVER, BYTES("2")), 1);
	for (; first_words_next(w, &at, &rest, &from, &stretch); n++) {
		ck_assert_uint_lt(n, 3);
		ck_assert_int_eq(from, want[n].from);
		ck_assert(bytes_equal(stretch, bytes_str(want[n].text)));
	}
	ck_assert_uint_eq(n, 3);
	first_words_free(w);
}
END_TEST

START_TEST(only_so_much_is_kept)
{
	static uint8_t octets[FIRST_WORDS_MAX];
	struct first_words *w = first_words_new();

	ck_assert_uint_eq(first_words_keep(w, FROM_CLIENT, bytes_of(octets, 1000)), 1000);
	ck_assert_uint_eq(first_words_keep(w, FROM_CLIENT, bytes_of(octets, 1000)), FIRST_WORDS_MAX - 1000);
	first_words_free(w);
	w = first_words_new();
	for (unsigned i = 0; i < FIRST_WORDS_STRETCHES; i++)
		ck_assert_uint_eq(first_words_keep(w, i % 2 == 0 ? FROM_CLIENT : FROM_SERVER, BYTES("x")), 1);
	ck_assert_uint_eq(first_words_keep(w, FROM_CLIENT, BYTES("x")), 0);
	ck_assert_uint_eq(first_words_keep(w, FROM_SERVER, BYTES("x")), 1);
	first_words_free(w);
}
END_TEST

static const struct {
	const char *client, *server;
	const struct protocol *by_port, *row;
	enum spoken spoken;
} cases[] = {
	{ "", "", &protocol_smtp, &protocol_smtp, SPOKEN_KNOWN },
	{ "", "", NULL, NULL, SPOKEN_UNKNOWN },
	{ "", "220 mx ESMTP\r\n", NULL, &protocol_smtp, SPOKEN_KNOWN },
	{ "", "220 files\r\n", NULL, NULL, SPOKEN_UNCLEAR },
	{ "", "220 files\r\n", &protocol_smtp, &protocol_smtp, SPOKEN_KNOWN },
	{ "EHLO me\r\n", "220 files\r\n", NULL, &protocol_smtp, SPOKEN_KNOWN },
	{ "\x01\x02\x03", "", NULL, NULL, SPOKEN_UNKNOWN },
	{ "\x01\x02\x03", "", &protocol_smtp, NULL, SPOKEN_UNKNOWN },
	{ "\x16\x03\x01\x01\x01\x01", "", &protocol_smtp, &protocol_tls, SPOKEN_KNOWN },
	{ "EHLO me\r\n", "", &protocol_tls, &protocol_smtp, SPOKEN_KNOWN },
};

START_TEST(what_is_spoken)
{
	struct bytes said[2] = { bytes_str(cases[_i].client), bytes_str(cases[_i].server) };
	struct first_words *w = first_words_new();
	const struct protocol *row = NULL;

	ck_assert_int_eq(first_words_judge(said, cases[_i].by_port, &row), cases[_i].spoken);
	ck_assert_ptr_eq(row, cases[_i].row);
	/* The same in pieces, by turns. */
	for (size_t at = 0; at < 4; at++) {
		size_t len = at == 3 ? SIZE_MAX : 1;

		(void)first_words_keep(w, FROM_CLIENT, bytes_first(bytes_skip(said[0], at), len));
		(void)first_words_keep(w, FROM_SERVER, bytes_first(bytes_skip(said[1], at), len));
	}
	ck_assert_int_eq(first_words_judge_kept(w, cases[_i].by_port, &row), cases[_i].spoken);
	ck_assert_ptr_eq(row, cases[_i].row);
	first_words_free(w);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, stretches_in_order);
	tcase_add_test(tests, only_so_much_is_kept);
	tcase_add_loop_test(tests, what_is_spoken, 0, (int)(sizeof(cases) / sizeof(cases[0])));
}

CHECK_MAIN("protocol/first_words", add_tests)
