/* SPDX-License-Identifier: Apache-2.0 */
#include "message/digest.h"

#include "support/check_main.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *octets, *md5, *sha1, *sha256;
} examples[] = {
	{ "", "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "900150983cd24fb0d6963f7d28e17f72", "a9993e364706816aba3e25717850c26c9cd0d89d",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
};

static void
ck_hex(const uint8_t *at, size_t len, const char *want)
{
	char text[65];

	for (size_t i = 0; i < len; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", at[i]);
	ck_assert_str_eq(text, want);
}

static void
ck_digests(struct digest *d, size_t example)
{
	uint8_t md5[16], sha1[20], sha256[32];

	ck_assert(digest_finish(d, md5, sha1, sha256));
	ck_hex(md5, 16, examples[example].md5);
	ck_hex(sha1, 20, examples[example].sha1);
	ck_hex(sha256, 32, examples[example].sha256);
}

/* Whole, octet by octet, after a stream that was given up, and again; by blocks where this processor can, and by the
 * library. */
START_TEST(known_answers)
{
	struct digest d;

	digest_init(&d, DIGEST_MD5 | DIGEST_SHA1 | DIGEST_SHA256);
	if (_i == 1)
		d.blocks = NULL;
	for (size_t i = 0; i < 2; i++) {
		struct bytes octets = bytes_str(examples[i].octets);

		digest_begin(&d);
		digest_push(&d, octets);
		ck_digests(&d, i);
		digest_begin(&d);
		digest_push(&d, BYTES("given up"));
		digest_begin(&d);
		for (size_t at = 0; at < octets.len; at++)
			digest_push(&d, bytes_of(octets.at + at, 1));
		ck_digests(&d, i);
	}
	digest_clear(&d);
}
END_TEST

static uint64_t
next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* The library's answer, asked for at once. */
static void
ck_library_agrees(struct bytes octets, const char *name, const uint8_t *got, size_t got_len)
{
	uint8_t want[EVP_MAX_MD_SIZE];
	size_t len = 0;

	ck_assert_int_eq(EVP_Q_digest(NULL, name, NULL, octets.at, octets.len, want, &len), 1);
	ck_assert_uint_eq(len, got_len);
	ck_assert_mem_eq(got, want, len);
}

/* Any length, in pieces of any length, in every combination of kinds. */
START_TEST(as_the_library_has_it)
{
	static uint8_t octets[5000];
	uint64_t random = 0x9e3779b97f4a7c15;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)next_random(&random);
	for (unsigned round = 0; round < 400; round++) {
		size_t len = round < 200 ? round : next_random(&random) % sizeof(octets);
		size_t most = 1 + next_random(&random) % (round % 2 == 0 ? 100 : 3000);
		struct bytes whole = bytes_of(octets + next_random(&random) % (sizeof(octets) - len + 1), len);
		uint8_t md5[16], sha1[20], sha256[32];
		struct digest d;

		digest_init(&d, 1 + round % 7);
		if (_i == 1)
			d.blocks = NULL;
		digest_begin(&d);
		for (struct bytes rest = whole; rest.len > 0;) {
			struct bytes piece = bytes_first(rest, 1 + next_random(&random) % most);

			digest_push(&d, piece);
			rest = bytes_skip(rest, piece.len);
		}
		ck_assert(digest_finish(&d, md5, sha1, sha256));
		if ((d.kinds & DIGEST_MD5) != 0)
			ck_library_agrees(whole, "MD5", md5, sizeof(md5));
		if ((d.kinds & DIGEST_SHA1) != 0)
			ck_library_agrees(whole, "SHA1", sha1, sizeof(sha1));
		if ((d.kinds & DIGEST_SHA256) != 0)
			ck_library_agrees(whole, "SHA256", sha256, sizeof(sha256));
		digest_clear(&d);
	}
}
END_TEST

/* Two streams pushed side by side, each in pieces of its own, come out as each alone. */
START_TEST(side_by_side)
{
	static uint8_t octets[6000];
	uint64_t random = 0x2545f4914f6cdd1d;

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)next_random(&random);
	for (unsigned round = 0; round < 300; round++) {
		struct bytes left = bytes_of(octets, next_random(&random) % 6000);
		struct bytes right = bytes_of(octets, next_random(&random) % 6000), l = left, r = right;
		uint8_t md5[16], sha1[20], sha256[32];
		struct digest d, other;

		digest_init(&d, _i == 0 ? 5 + round % 3 : 7);
		digest_init(&other, round % 4 == 0 ? DIGEST_SHA256 : DIGEST_SHA1 | DIGEST_SHA256);
		if (_i == 1)
			other.blocks = NULL;
		while (l.len > 0 || r.len > 0) {
			struct bytes piece = bytes_first(l, next_random(&random) % 500);
			struct bytes due = bytes_first(r, next_random(&random) % 500);

			l = bytes_skip(l, piece.len);
			r = bytes_skip(r, due.len);
			digest_push_beside(&d, piece, &other, &due);
			digest_push(&other, due);
		}
		ck_assert(digest_finish(&d, md5, sha1, sha256));
		ck_library_agrees(left, "SHA256", sha256, sizeof(sha256));
		if ((d.kinds & DIGEST_MD5) != 0)
			ck_library_agrees(left, "MD5", md5, sizeof(md5));
		if ((d.kinds & DIGEST_SHA1) != 0)
			ck_library_agrees(left, "SHA1", sha1, sizeof(sha1));
		ck_assert(digest_finish(&other, NULL, sha1, sha256));
		ck_library_agrees(right, "SHA256", sha256, sizeof(sha256));
		if ((other.kinds & DIGEST_SHA1) != 0)
			ck_library_agrees(right, "SHA1", sha1, sizeof(sha1));
		digest_clear(&d);
		digest_clear(&other);
	}
}
END_TEST

START_TEST(only_what_is_asked_for)
{
	uint8_t md5[16], sha256[32];
	struct digest d;

	digest_init(&d, DIGEST_SHA256);
	digest_begin(&d);
	digest_push(&d, BYTES("abc"));
	ck_assert(digest_finish(&d, NULL, NULL, sha256));
	ck_hex(sha256, 32, examples[1].sha256);
	digest_clear(&d);
	digest_init(&d, DIGEST_MD5);
	digest_begin(&d);
	ck_assert(digest_finish(&d, md5, NULL, NULL));
	ck_hex(md5, 16, examples[0].md5);
	digest_clear(&d);
}
END_TEST

START_TEST(none_costs_nothing)
{
	struct digest d;

	digest_init(&d, 0);
	digest_begin(&d);
	digest_push(&d, BYTES("abc"));
	ck_assert(!digest_finish(&d, NULL, NULL, NULL));
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		ck_assert_ptr_null(d.contexts[i]);
	digest_clear(&d);
	digest_init(&d, DIGEST_MD5);
	d.blocks = NULL;
	digest_begin(&d);
	ck_assert_ptr_null(d.contexts[0]); /* made at the first octet */
	digest_clear(&d);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, known_answers, 0, 2);
	tcase_add_loop_test(tests, as_the_library_has_it, 0, 2);
	tcase_add_loop_test(tests, side_by_side, 0, 2);
	tcase_add_test(tests, only_what_is_asked_for);
	tcase_add_test(tests, none_costs_nothing);
}

CHECK_MAIN("message/digest", add_tests)
