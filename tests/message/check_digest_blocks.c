/* SPDX-License-Identifier: Apache-2.0 */
#include "message/digest_blocks.h"

#include "support/check_main.h"
#include "support/guard.h"

#include <string.h>

/* "abc", padded (RFC 1321 section 3, FIPS 180-4 section 5.1.1): only the place of the length is not the same. */
static void
make_block(uint8_t block[DIGEST_BLOCK], bool little)
{
	memset(block, 0, DIGEST_BLOCK);
	memcpy(block, "abc\x80", 4);
	block[little ? 56 : 63] = 24;
}

static const uint32_t md5_of_abc[] = { 0x98500190, 0xb04fd23c, 0x7d3f96d6, 0x727fe128 };
static const uint32_t sha1_of_abc[] = { 0xa9993e36, 0x4706816a, 0xba3e2571, 0x7850c26c, 0x9cd0d89d };
static const uint32_t sha256_of_abc[] = { 0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3, 0x96177a9c,
	0xb410ff61, 0xf20015ad };

/* Each combination changes the chains of its kinds and no other; a block may end where the memory does. */
START_TEST(each_combination)
{
	unsigned kinds = (unsigned)_i;
	digest_blocks *blocks = digest_blocks_of(kinds);
	struct digest_chains fresh;
	uint8_t block[DIGEST_BLOCK];

	if (blocks == NULL)
		return; /* not on this processor */
	digest_chains_init(&fresh);
	for (int little = 0; little < 2; little++) {
		struct digest_chains c = fresh;
		struct guard g;

		make_block(block, little == 1);
		g = guard_new(bytes_of(block, sizeof(block)));
		blocks(&c, g.bytes.at, 1);
		guard_free(&g);
		if ((kinds & DIGEST_MD5) == 0)
			ck_assert_mem_eq(c.md5, fresh.md5, sizeof(c.md5));
		else if (little == 1)
			ck_assert_mem_eq(c.md5, md5_of_abc, sizeof(c.md5));
		if ((kinds & DIGEST_SHA1) == 0)
			ck_assert_mem_eq(c.sha1, fresh.sha1, sizeof(c.sha1));
		else if (little == 0)
			ck_assert_mem_eq(c.sha1, sha1_of_abc, sizeof(c.sha1));
		if ((kinds & DIGEST_SHA256) == 0)
			ck_assert_mem_eq(c.sha256, fresh.sha256, sizeof(c.sha256));
		else if (little == 0)
			ck_assert_mem_eq(c.sha256, sha256_of_abc, sizeof(c.sha256));
	}
}
END_TEST

START_TEST(no_kind_no_function)
{
	ck_assert(digest_blocks_of(0) == NULL);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, each_combination, 1, 8);
	tcase_add_test(tests, no_kind_no_function);
}

CHECK_MAIN("message/digest_blocks", add_tests)
