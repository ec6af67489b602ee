/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"
#include "support/segments.h"

#define ROOM(len) ((len) / 4 * 3 + 3)

struct sample {
	const char *in;
	const char *out;
	bool sloppy;
};

static const struct sample samples[] = {
	/* RFC 4648 section 10 */
	{ "", "", false },
	{ "Zg==", "f", false },
	{ "Zm8=", "fo", false },
	{ "Zm9v", "foo", false },
	{ "Zm9vYg==", "foob", false },
	{ "Zm9vYmE=", "fooba", false },
	{ "Zm9vYmFy", "foobar", false },
	/* Without padding, and folded as mail folds it */
	{ "Zg", "f", false },
	{ "Zm8", "fo", false },
	{ "Zm9v\r\nYmFy\r\n", "foobar", false },
	{ " Z\tm9 v\nYg= =\r\n", "foob", false },
	{ "\r\n", "", false },
	/* Padding that is short or too long says no other thing */
	{ "Zg=", "f", false },
	{ "Zm8==", "fo", false },
	{ "Zm9v====", "foo", false },
	{ "=", "", false },
	/* What is not in the alphabet is skipped */
	{ "Zm9v*YmFy", "foobar", true },
	{ "Z-m_9.v", "foo", true },
	{ "Zm9v\x80\xff", "foo", true },
	{ "Zg==!", "f", true },
	/* Data after the end: several encodings one after the other */
	{ "Zg==Zm8=Zm9v", "ffofoo", true },
	{ "=Zm9v", "foo", true },
	/* A lone sextet holds no octet */
	{ "Z", "", true },
	{ "Zm9vZ", "foo", true },
	{ "Z=", "", true },
	{ "Zm9vZ=Zm9v", "foofoo", true },
};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

/* The whole of `in` in two pieces, each ending at an unmapped page; the output ends at one as well. */
static void
decode_in_two(const struct sample *s, size_t at)
{
	struct bytes in = bytes_str(s->in), want = bytes_str(s->out);
	struct guard first = guard_new(bytes_first(in, at)), second = guard_new(bytes_skip(in, at));
	uint8_t zeroes[64] = { 0 }, got[64], end[2];
	size_t n = 0, more;
	struct base64 b;
	struct guard *pieces[] = { &first, &second };

	base64_init(&b);
	for (int i = 0; i < 2; i++) {
		struct guard room = guard_new(bytes_of(zeroes, ROOM(pieces[i]->bytes.len)));

		more = base64_push(&b, pieces[i]->bytes, (uint8_t *)(uintptr_t)room.bytes.at);
		ck_assert_uint_le(more, room.bytes.len);
		memcpy(got + n, room.bytes.at, more);
		n += more;
		guard_free(&room);
	}
	more = base64_finish(&b, end);
	ck_assert_uint_le(more, 2);
	memcpy(got + n, end, more);
	n += more;
	ck_assert_msg(bytes_equal(bytes_of(got, n), want), "'%s' split at %zu", s->in, at);
	ck_assert_msg(b.sloppy == s->sloppy, "'%s' split at %zu", s->in, at);
	guard_free(&first);
	guard_free(&second);
}

START_TEST(a_sample_split_everywhere)
{
	for (size_t at = 0; at <= strlen(samples[_i].in); at++)
		decode_in_two(&samples[_i], at);
}
END_TEST

START_TEST(a_sample_octet_by_octet)
{
	const struct sample *s = &samples[_i];
	struct base64 b;
	uint8_t got[64];
	size_t n = 0;

	base64_init(&b);
	for (const char *c = s->in; *c != '\0'; c++)
		n += base64_push(&b, bytes_of(c, 1), got + n);
	n += base64_finish(&b, got + n);
	ck_assert(bytes_equal(bytes_of(got, n), bytes_str(s->out)));
	ck_assert_int_eq(b.sloppy, s->sloppy);
}
END_TEST

START_TEST(a_sample_at_once)
{
	const struct sample *s = &samples[_i];
	struct guard in = guard_new(bytes_str(s->in)), room;
	uint8_t zeroes[64] = { 0 };
	size_t len = 4711;
	bool clean;

	room = guard_new(bytes_of(zeroes, ROOM(in.bytes.len)));
	clean = base64_decode(in.bytes, (uint8_t *)(uintptr_t)room.bytes.at, &len);
	ck_assert_int_eq(clean, !s->sloppy);
	ck_assert(bytes_equal(bytes_first(room.bytes, len), bytes_str(s->out)));
	guard_free(&in);
	guard_free(&room);
}
END_TEST

START_TEST(encoding_is_that_of_the_rfc)
{
	for (size_t i = 0; i < 7; i++) {
		struct guard in = guard_new(bytes_str(samples[i].out));
		size_t room = (in.bytes.len + 2) / 3 * 4 + 1;
		uint8_t noise[64];
		struct guard out;

		memset(noise, 0xee, sizeof(noise));
		out = guard_new(bytes_of(noise, room));
		ck_assert_uint_eq(base64_encode(in.bytes, (char *)(uintptr_t)out.bytes.at), room - 1);
		ck_assert_str_eq((const char *)out.bytes.at, samples[i].in);
		guard_free(&in);
		guard_free(&out);
	}
}
END_TEST

/* Each octet's meaning, against the alphabet written out another way. */
START_TEST(every_octet_has_its_meaning)
{
	for (unsigned c = 0; c < 256; c++) {
		int sextet = c >= 'A' && c <= 'Z' ? (int)c - 'A' : c >= 'a' && c <= 'z' ? (int)c - 'a' + 26 :
		    c >= '0' && c <= '9' ? (int)c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
		bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
		uint8_t in[4] = { 'A', 'A', 'A', (uint8_t)c }, out[ROOM(4)];
		size_t len;
		bool clean = base64_decode(bytes_of(in, 4), out, &len);

		if (sextet >= 0) {
			ck_assert(clean);
			ck_assert_uint_eq(len, 3);
			ck_assert_uint_eq(out[2], (unsigned)sextet);
		} else {
			ck_assert_int_eq(clean, space || c == '=');
			ck_assert_uint_eq(len, 2);
		}
	}
}
END_TEST

START_TEST(all_octets_come_back)
{
	struct dice d = dice_new(3);
	uint8_t in[200], out[ROOM(272)];
	char text[272];
	size_t len, n;

	for (size_t size = 0; size <= sizeof(in); size++) {
		for (size_t i = 0; i < size; i++)
			in[i] = (uint8_t)dice_throw(&d, 256);
		n = base64_encode(bytes_of(in, size), text);
		ck_assert_uint_eq(n, strlen(text));
		ck_assert_uint_eq(n % 4, 0);
		ck_assert(base64_decode(bytes_of(text, n), out, &len));
		ck_assert(bytes_equal(bytes_of(out, len), bytes_of(in, size)));
	}
}
END_TEST

/* Any octets in any pieces fit into the promised room, and come out the same as at once. */
START_TEST(the_promised_room_is_enough)
{
	static const char some[] = "AAAQz9+/==== \r\n*";
	struct dice d = dice_new(4);

	for (int round = 0; round < 2000; round++) {
		uint8_t in[60], whole[ROOM(60)], pieces[120];
		size_t len = dice_throw(&d, 60), whole_len, n = 0;
		bool clean, wrong = false;
		struct base64 b;

		for (size_t i = 0; i < len; i++)
			in[i] = (uint8_t)some[dice_throw(&d, sizeof(some) - 1)];
		clean = base64_decode(bytes_of(in, len), whole, &whole_len);
		wrong |= whole_len > ROOM(len);
		base64_init(&b);
		for (size_t at = 0, piece; at < len; at += piece) {
			size_t more;

			piece = 1 + dice_throw(&d, 9);
			if (piece > len - at)
				piece = len - at;
			more = base64_push(&b, bytes_of(in + at, piece), pieces + n);
			wrong |= more > ROOM(piece);
			n += more;
		}
		n += base64_finish(&b, pieces + n);
		wrong |= !bytes_equal(bytes_of(whole, whole_len), bytes_of(pieces, n));
		wrong |= b.sloppy == clean;
		ck_assert_msg(!wrong, "round %d: %.*s", round, (int)len, (const char *)in);
	}
}
END_TEST

/* Long stretches are read many octets at once: the same comes out of them as octet by octet, in memory of just the size. */
START_TEST(long_stretches_are_read_alike)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct dice d = dice_new(5);

	for (int round = 0; round < 3000; round++) {
		uint8_t in[400], singly[ROOM(400) + 2], zeroes[ROOM(400)] = { 0 };
		size_t len = dice_throw(&d, sizeof(in)), line = 1 + dice_throw(&d, 100), n = 0, got;
		size_t lead = dice_throw(&d, 4);
		unsigned odd = round % 3 == 0 ? 0 : 1 + (unsigned)dice_throw(&d, 200);
		struct guard text, room;
		struct base64 one, many;

		for (size_t i = 0; i < len; i++) {
			in[i] = i % (line + 2) == line + 1 ? '\n' : i % (line + 2) == line ? '\r'
			    : (uint8_t)letters[dice_throw(&d, 64)];
			if (odd > 0 && dice_throw(&d, odd) == 0)
				in[i] = (uint8_t)dice_throw(&d, 256);
		}
		base64_init(&one);
		base64_init(&many);
		text = guard_new(bytes_of(in, len));
		room = guard_new(bytes_of(zeroes, ROOM(len)));
		/* Some sextets are there already. */
		for (size_t i = 0; i < lead; i++) {
			(void)base64_push(&one, BYTES("x"), singly);
			(void)base64_push(&many, BYTES("x"), singly);
		}
		for (size_t i = 0; i < len; i++)
			n += base64_push(&one, bytes_of(in + i, 1), singly + n);
		got = base64_push(&many, text.bytes, (uint8_t *)(uintptr_t)room.bytes.at);
		ck_assert_msg(bytes_equal(bytes_of(singly, n), bytes_first(room.bytes, got)) &&
		    one.sloppy == many.sloppy && one.ended == many.ended && one.sextets == many.sextets &&
		    one.bits == many.bits, "round %d: %.*s", round, (int)len, (const char *)in);
		guard_free(&text);
		guard_free(&room);
	}
}
END_TEST

START_TEST(after_the_end_it_is_as_new)
{
	struct base64 b;
	uint8_t out[8];

	base64_init(&b);
	ck_assert_uint_eq(base64_push(&b, BYTES("Zg=="), out), 1);
	ck_assert_uint_eq(base64_finish(&b, out), 0);
	ck_assert_uint_eq(base64_push(&b, BYTES("Zm8"), out), 0);
	ck_assert_uint_eq(base64_finish(&b, out), 2);
	ck_assert_mem_eq(out, "fo", 2);
	ck_assert(!b.sloppy);
	ck_assert_uint_eq(base64_push(&b, BYTES("Zm9vZ"), out), 3);
	ck_assert_uint_eq(base64_finish(&b, out), 0);
	ck_assert(b.sloppy);
	ck_assert_uint_eq(base64_push(&b, BYTES("Zm9v"), out), 3);
	ck_assert_uint_eq(base64_finish(&b, out), 0);
	ck_assert(b.sloppy);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, a_sample_split_everywhere, 0, (int)SAMPLES);
	tcase_add_loop_test(tests, a_sample_octet_by_octet, 0, (int)SAMPLES);
	tcase_add_loop_test(tests, a_sample_at_once, 0, (int)SAMPLES);
	tcase_add_test(tests, encoding_is_that_of_the_rfc);
	tcase_add_test(tests, every_octet_has_its_meaning);
	tcase_add_test(tests, all_octets_come_back);
	tcase_add_test(tests, the_promised_room_is_enough);
	tcase_add_test(tests, long_stretches_are_read_alike);
	tcase_add_test(tests, after_the_end_it_is_as_new);
}

CHECK_MAIN("base/base64", add_tests)
