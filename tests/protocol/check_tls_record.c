/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/tls_record.h"

#include <stdio.h>

#include "support/check_main.h"
#include "support/guard.h"

/* A handshake record of 4 octets, one of data with 6, an empty one, an alert. */
static const uint8_t stream[] = { 22, 3, 1, 0, 4, 'a', 'b', 'c', 'd', 23, 3, 3, 0, 6, 'e', 'f', 'g', 'h', 'i', 'j', 23, 3, 3, 0, 0,
	21, 3, 3, 0, 2, 'k', 'l' };
static const char whole[] = "22:4abcd; 23:6efghij; 23:0; 21:2kl; ";

static char line[256];
static size_t length;

static void
note(const struct tls_piece *p)
{
	if (p->begins)
		length += (size_t)snprintf(line + length, sizeof(line) - length, "%d:%u", (int)p->type, p->len);
	length += (size_t)snprintf(line + length, sizeof(line) - length, "%.*s", (int)p->body.len, (const char *)p->body.at);
	if (p->ends)
		length += (size_t)snprintf(line + length, sizeof(line) - length, "; ");
}

static enum tls_piece_kind
push(struct tls_records *r, struct bytes in)
{
	struct guard guard = guard_new(in);
	struct bytes rest = guard.bytes;
	struct tls_piece piece;
	enum tls_piece_kind kind;

	while ((kind = tls_records_next(r, &rest, &piece)) == TLS_PIECE)
		note(&piece);
	if (kind == TLS_PIECE_NONE)
		ck_assert_uint_eq(rest.len, 0);
	guard_free(&guard);
	return kind;
}

static void
begin(void)
{
	length = 0;
	line[0] = '\0';
}

START_TEST(split_anywhere)
{
	for (size_t first = 0; first <= sizeof(stream); first++) {
		for (size_t second = first; second <= sizeof(stream); second++) {
			struct tls_records r = { 0 };

			begin();
			ck_assert_int_eq(push(&r, bytes_of(stream, first)), TLS_PIECE_NONE);
			ck_assert_int_eq(push(&r, bytes_of(stream + first, second - first)), TLS_PIECE_NONE);
			ck_assert_int_eq(push(&r, bytes_of(stream + second, sizeof(stream) - second)), TLS_PIECE_NONE);
			ck_assert_str_eq(line, whole);
		}
	}
}
END_TEST

START_TEST(what_is_no_record)
{
	static const struct {
		uint8_t header[5];
		bool good;
	} cases[] = {
		{ { 19, 3, 1, 0, 1 }, false }, { { 24, 3, 1, 0, 1 }, false }, { { 20, 3, 1, 0, 1 }, true },
		{ { 23, 2, 1, 0, 1 }, false }, { { 23, 3, 5, 0, 1 }, false }, { { 23, 3, 4, 0, 1 }, true },
		{ { 23, 3, 3, 0x48, 0 }, true }, { { 23, 3, 3, 0x48, 1 }, false }, { { '2', '2', '0', ' ', 'm' }, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tls_records r = { 0 };

		begin();
		ck_assert_int_eq(push(&r, bytes_of(cases[i].header, 5)), cases[i].good ? TLS_PIECE_NONE : TLS_PIECE_BAD);
		ck_assert_int_eq(line[0] != '\0', cases[i].good);
	}
}
END_TEST

/* A gap inside of a record costs its octets; what reaches into a header, the thread. */
START_TEST(gaps)
{
	for (size_t at = 0; at < sizeof(stream); at++) {
		for (size_t len = 1; len <= 3 && at + len <= sizeof(stream); len++) {
			bool inside = (at >= 5 && at + len <= 9) || (at >= 14 && at + len <= 20) || (at >= 30 && at + len <= 32);
			bool ends = at + len == 9 || at + len == 20 || at + len == 32;
			struct tls_records r = { 0 };

			begin();
			ck_assert_int_eq(push(&r, bytes_of(stream, at)), TLS_PIECE_NONE);
			ck_assert_msg(tls_records_gap(&r, len) == inside, "at %zu, %zu", at, len);
			if (!inside)
				continue;
			ck_assert_int_eq(push(&r, bytes_of(stream + at + len, sizeof(stream) - at - len)), TLS_PIECE_NONE);
			ck_assert_uint_eq(length, sizeof(whole) - 1 - len - (ends ? 2 : 0));
		}
	}
}
END_TEST

START_TEST(data_at_first_sight)
{
	ck_assert(tls_record_is_data(BYTES("\x17")));
	ck_assert(tls_record_is_data(BYTES("\x17\x03\x03\x40\x00")));
	ck_assert(!tls_record_is_data(BYTES("\x17\x03\x04\x40\x00")));
	ck_assert(!tls_record_is_data(BYTES("\x17\x03\x03\x80\x00")));
	ck_assert(!tls_record_is_data(BYTES("\x16\x03\x03\x40\x00")));
	ck_assert(!tls_record_is_data(BYTES("\x17\x02")));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, split_anywhere);
	tcase_add_test(tests, what_is_no_record);
	tcase_add_test(tests, gaps);
	tcase_add_test(tests, data_at_first_sight);
}

CHECK_MAIN("protocol/tls_record", add_tests)
