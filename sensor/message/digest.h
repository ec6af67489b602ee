/* SPDX-License-Identifier: Apache-2.0
 *
 * digest: MD5, SHA-1 and SHA-256 over one stream, several at once. Where the processor can, they are computed side by
 * side (digest_blocks.h), else one after the other by the library; its contexts are made when they are first needed and
 * used again for the next stream.
 */
#ifndef MESSAGE_DIGEST_H
#define MESSAGE_DIGEST_H

#include "base/bytes.h"
#include "message/digest_blocks.h"

struct evp_md_ctx_st;

struct digest {
	unsigned kinds;        /* bits of DIGEST_* */
	digest_blocks *blocks; /* NULL: the library serves */
	bool running, failed;
	uint64_t octets;       /* of the stream so far */
	struct digest_chains chains;
	uint8_t rest[DIGEST_BLOCK]; /* the last octets % DIGEST_BLOCK: no whole block yet */
	struct evp_md_ctx_st *contexts[DIGEST_KINDS];
};

/* Allocates nothing. kinds may be 0: then all that follows does nothing. */
void digest_init(struct digest *, unsigned kinds);
void digest_clear(struct digest *);

/* A new stream; what was hashed of an unfinished one is forgotten. */
void digest_begin(struct digest *);

void digest_push(struct digest *, struct bytes);

/* The same, and as much of *due into `other`, taken off its front, as goes along for nothing: none at times. */
void digest_push_beside(struct digest *, struct bytes, struct digest *other, struct bytes *due);

/* Writes the hashes of the kinds asked for (the others may be NULL). False, and nothing of use written, when there are
 * none, memory was short, or the library refuses one of them. */
bool digest_finish(struct digest *, uint8_t md5[16], uint8_t sha1[20], uint8_t sha256[32]);

#endif
