/* SPDX-License-Identifier: Apache-2.0
 *
 * digest: MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4) over one stream, several at once. Contexts are made when they
 * are first needed and used again for the next stream.
 */
#ifndef MESSAGE_DIGEST_H
#define MESSAGE_DIGEST_H

#include "base/bytes.h"

#define DIGEST_MD5 1U
#define DIGEST_SHA1 2U
#define DIGEST_SHA256 4U
#define DIGEST_KINDS 3

struct evp_md_ctx_st;

struct digest {
	unsigned kinds; /* bits of DIGEST_* */
	bool running, failed;
	struct evp_md_ctx_st *contexts[DIGEST_KINDS];
};

/* Allocates nothing. kinds may be 0: then all that follows does nothing. */
void digest_init(struct digest *, unsigned kinds);
void digest_clear(struct digest *);

/* A new stream; what was hashed of an unfinished one is forgotten. */
void digest_begin(struct digest *);

void digest_push(struct digest *, struct bytes);

/* Writes the hashes of the kinds asked for (the others may be NULL). False, and nothing of use written, when there are
 * none, memory was short, or the library refuses one of them. */
bool digest_finish(struct digest *, uint8_t md5[16], uint8_t sha1[20], uint8_t sha256[32]);

#endif
