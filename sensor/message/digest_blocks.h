/* SPDX-License-Identifier: Apache-2.0
 *
 * digest_blocks: the compression functions of MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4), side by side in one loop.
 * MD5 is one long chain of dependent steps that leaves most of a processor idle; its SHA instructions fit into the gaps,
 * so that three digests cost hardly more than MD5 does alone.
 */
#ifndef MESSAGE_DIGEST_BLOCKS_H
#define MESSAGE_DIGEST_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_MD5 1U
#define DIGEST_SHA1 2U
#define DIGEST_SHA256 4U
#define DIGEST_KINDS 3

#define DIGEST_BLOCK 64

struct digest_chains {
	uint32_t md5[4], sha1[5], sha256[8];
};

/* Takes `count` blocks of 64 octets, not aligned, into the chains of its kinds. */
typedef void digest_blocks(struct digest_chains *, const uint8_t *blocks, size_t count);

/* The function for these kinds (bits of DIGEST_*, at least one); NULL when this processor cannot do it. */
digest_blocks *digest_blocks_of(unsigned kinds);

/* The same for blocks of two streams, `count` of each. */
typedef void digest_blocks_beside(struct digest_chains *, const uint8_t *blocks, struct digest_chains *beside,
    const uint8_t *blocks_beside, size_t count);

/* NULL as well for pairs of kinds that gain little, or that nobody asks for. */
digest_blocks_beside *digest_blocks_beside_of(unsigned kinds, unsigned beside);

void digest_chains_init(struct digest_chains *);

#endif
