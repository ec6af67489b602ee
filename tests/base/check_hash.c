/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"

/* The vectors of the reference implementation: key 00..0f, message 00..(n-1). */
/* clang-format off */
static const uint64_t reference[64] = {
	UINT64_C(0x726fdb47dd0e0e31), UINT64_C(0x74f839c593dc67fd), UINT64_C(0x0d6c8009d9a94f5a),
	UINT64_C(0x85676696d7fb7e2d), UINT64_C(0xcf2794e0277187b7), UINT64_C(0x18765564cd99a68d),
	UINT64_C(0xcbc9466e58fee3ce), UINT64_C(0xab0200f58b01d137), UINT64_C(0x93f5f5799a932462),
	UINT64_C(0x9e0082df0ba9e4b0), UINT64_C(0x7a5dbbc594ddb9f3), UINT64_C(0xf4b32f46226bada7),
	UINT64_C(0x751e8fbc860ee5fb), UINT64_C(0x14ea5627c0843d90), UINT64_C(0xf723ca908e7af2ee),
	UINT64_C(0xa129ca6149be45e5), UINT64_C(0x3f2acc7f57c29bdb), UINT64_C(0x699ae9f52cbe4794),
	UINT64_C(0x4bc1b3f0968dd39c), UINT64_C(0xbb6dc91da77961bd), UINT64_C(0xbed65cf21aa2ee98),
	UINT64_C(0xd0f2cbb02e3b67c7), UINT64_C(0x93536795e3a33e88), UINT64_C(0xa80c038ccd5ccec8),
	UINT64_C(0xb8ad50c6f649af94), UINT64_C(0xbce192de8a85b8ea), UINT64_C(0x17d835b85bbb15f3),
	UINT64_C(0x2f2e6163076bcfad), UINT64_C(0xde4daaaca71dc9a5), UINT64_C(0xa6a2506687956571),
	UINT64_C(0xad87a3535c49ef28), UINT64_C(0x32d892fad841c342), UINT64_C(0x7127512f72f27cce),
	UINT64_C(0xa7f32346f95978e3), UINT64_C(0x12e0b01abb051238), UINT64_C(0x15e034d40fa197ae),
	UINT64_C(0x314dffbe0815a3b4), UINT64_C(0x027990f029623981), UINT64_C(0xcadcd4e59ef40c4d),
	UINT64_C(0x9abfd8766a33735c), UINT64_C(0x0e3ea96b5304a7d0), UINT64_C(0xad0c42d6fc585992),
	UINT64_C(0x187306c89bc215a9), UINT64_C(0xd4a60abcf3792b95), UINT64_C(0xf935451de4f21df2),
	UINT64_C(0xa9538f0419755787), UINT64_C(0xdb9acddff56ca510), UINT64_C(0xd06c98cd5c0975eb),
	UINT64_C(0xe612a3cb9ecba951), UINT64_C(0xc766e62cfcadaf96), UINT64_C(0xee64435a9752fe72),
	UINT64_C(0xa192d576b245165a), UINT64_C(0x0a8787bf8ecb74b2), UINT64_C(0x81b3e73d20b49b6f),
	UINT64_C(0x7fa8220ba3b2ecea), UINT64_C(0x245731c13ca42499), UINT64_C(0xb78dbfaf3a8d83bd),
	UINT64_C(0xea1ad565322a1a0b), UINT64_C(0x60e61c23a3795013), UINT64_C(0x6606d7e446282b93),
	UINT64_C(0x6ca4ecb15c5f91e1), UINT64_C(0x9f626da15c9625f3), UINT64_C(0xe51b38608ef25f57),
	UINT64_C(0x958a324ceb064572),
};
/* clang-format on */

static const struct hash_key reference_key = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };

START_TEST(agrees_with_the_reference)
{
	uint8_t message[64];

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	for (size_t len = 0; len < sizeof(message); len++) {
		struct guard g = guard_new(bytes_of(message, len));

		ck_assert_uint_eq(hash_bytes(&reference_key, g.bytes), reference[len]);
		guard_free(&g);
	}
}
END_TEST

START_TEST(reads_from_any_address)
{
	uint8_t room[80];

	for (size_t shift = 0; shift < 8; shift++) {
		for (size_t i = 0; i < 63; i++)
			room[shift + i] = (uint8_t)i;
		ck_assert_uint_eq(hash_bytes(&reference_key, bytes_of(room + shift, 63)), reference[63]);
	}
	ck_assert_uint_eq(hash_bytes(&reference_key, bytes_of(NULL, 0)), reference[0]);
}
END_TEST

START_TEST(random_keys_differ)
{
	struct hash_key a = hash_key_random(), b = hash_key_random();

	ck_assert(a.k0 != b.k0);
	ck_assert(a.k1 != b.k1);
	ck_assert_uint_ne(hash_bytes(&a, BYTES("x")), hash_bytes(&b, BYTES("x")));
}
END_TEST

/*
 * These texts go into published documents: another value is a break with every document that stands somewhere. They are what
 * OpenSSL's SIPHASH of 16 octets says of the space, a NUL and the thing, each word's octets turned round.
 */
START_TEST(an_identity_is_the_same_everywhere)
{
	static const struct {
		const char *space, *what, *text;
	} cases[] = {
		{ "mailtap", "", "777e05c8c10ba5d41494543ee0acf331" },
		{ "mailtap", "alice@example.org", "c645612c8ed6ab97f6f45c792956b936" },
		{ "session", "alice@example.org", "849e4604b86dee6a293c048ffc9bba41" },
	};
	char text[IDENTITY_TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct identity id = identity_of(bytes_str(cases[i].space), bytes_str(cases[i].what));

		ck_assert_ptr_eq(identity_text(text, id), text);
		ck_assert_str_eq(text, cases[i].text);
	}
}
END_TEST

START_TEST(identities_tell_apart)
{
	struct identity a = identity_of(BYTES("one"), BYTES("thing"));

	ck_assert(identity_equal(a, identity_of(BYTES("one"), BYTES("thing"))));
	ck_assert(!identity_equal(a, identity_of(BYTES("two"), BYTES("thing"))));
	ck_assert(!identity_equal(a, identity_of(BYTES("one"), BYTES("thinG"))));
	/* What ends the space and what begins the thing is not the same octet. */
	ck_assert(!identity_equal(a, identity_of(BYTES("onet"), BYTES("hing"))));
	/* The words are two, not one twice: equality asks for both. */
	ck_assert_uint_ne(a.word[0], a.word[1]);
	ck_assert(!identity_equal(a, (struct identity){ { a.word[0], a.word[1] + 1 } }));
	ck_assert(!identity_equal(a, (struct identity){ { a.word[0] + 1, a.word[1] } }));
}
END_TEST

START_TEST(identity_text_is_32_digits)
{
	struct identity id = { { UINT64_C(0x0123456789abcdef), UINT64_C(0x1) } };
	char text[IDENTITY_TEXT_MAX];

	ck_assert_str_eq(identity_text(text, id), "0123456789abcdef0000000000000001");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, agrees_with_the_reference);
	tcase_add_test(tests, reads_from_any_address);
	tcase_add_test(tests, random_keys_differ);
	tcase_add_test(tests, an_identity_is_the_same_everywhere);
	tcase_add_test(tests, identities_tell_apart);
	tcase_add_test(tests, identity_text_is_32_digits);
}

CHECK_MAIN("base/hash", add_tests)
