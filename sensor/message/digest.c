/* SPDX-License-Identifier: Apache-2.0 */
#include "message/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

/* MD5 and SHA-1 name files here, they protect nothing: a FIPS provider is not asked for them. */
static const struct {
	const char *name, *properties;
} algorithms[DIGEST_KINDS] = {
	{ "MD5", "-fips" },
	{ "SHA1", "-fips" },
	{ "SHA256", "" },
};

/* Looked up once for the process; NULL when the library has none. */
static EVP_MD *fetched[DIGEST_KINDS];
static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;

static void
fetch(void)
{
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		fetched[i] = EVP_MD_fetch(NULL, algorithms[i].name, algorithms[i].properties);
}

void
digest_init(struct digest *d, unsigned kinds)
{
	*d = (struct digest){ .kinds = kinds, .blocks = kinds == 0 ? NULL : digest_blocks_of(kinds) };
}

void
digest_clear(struct digest *d)
{
	for (size_t i = 0; i < DIGEST_KINDS; i++) {
		EVP_MD_CTX_free(d->contexts[i]);
		d->contexts[i] = NULL;
	}
	digest_begin(d);
}

void
digest_begin(struct digest *d)
{
	d->running = false;
	d->failed = false;
}

/* --- by the library --- */

static bool
start(struct digest *d, size_t i)
{
	if (pthread_once(&fetch_once, fetch) != 0 || fetched[i] == NULL)
		return false;
	if (d->contexts[i] == NULL)
		d->contexts[i] = EVP_MD_CTX_new();
	return d->contexts[i] != NULL && EVP_DigestInit_ex2(d->contexts[i], fetched[i], NULL) == 1;
}

static void
run_library(struct digest *d)
{
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		if ((d->kinds & 1U << i) != 0 && !start(d, i))
			d->failed = true;
}

static void
push_library(struct digest *d, struct bytes b)
{
	for (size_t i = 0; i < DIGEST_KINDS && !d->failed; i++)
		if ((d->kinds & 1U << i) != 0 && EVP_DigestUpdate(d->contexts[i], b.at, b.len) != 1)
			d->failed = true;
}

static bool
finish_library(struct digest *d, uint8_t *const out[DIGEST_KINDS])
{
	for (size_t i = 0; i < DIGEST_KINDS && !d->failed; i++)
		if ((d->kinds & 1U << i) != 0 && EVP_DigestFinal_ex(d->contexts[i], out[i], NULL) != 1)
			d->failed = true;
	return !d->failed;
}

/* --- by blocks --- */

static void
push_blocks(struct digest *d, struct bytes b)
{
	size_t held = d->octets % DIGEST_BLOCK;
	struct bytes head = bytes_first(b, held == 0 ? 0 : DIGEST_BLOCK - held);

	d->octets += b.len;
	if (head.len > 0) {
		memcpy(d->rest + held, head.at, head.len);
		if (held + head.len < DIGEST_BLOCK)
			return;
		d->blocks(&d->chains, d->rest, 1);
		b = bytes_skip(b, head.len);
	}
	if (b.len >= DIGEST_BLOCK)
		d->blocks(&d->chains, b.at, b.len / DIGEST_BLOCK);
	b = bytes_skip(b, b.len - b.len % DIGEST_BLOCK);
	if (b.len > 0)
		memcpy(d->rest, b.at, b.len);
}

static void
write_be32(uint8_t *out, const uint32_t *words, size_t count)
{
	for (size_t i = 0; i < 4 * count; i++)
		out[i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
}

static void
write_le32(uint8_t *out, const uint32_t *words, size_t count)
{
	for (size_t i = 0; i < 4 * count; i++)
		out[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
}

/* The stream ends with a bit, and its length in bits at the end of a block: the low octet first in MD5, last in the others.
 * So the last block, alone, is done once for each way. */
static void
finish_blocks(struct digest *d, uint8_t *const out[DIGEST_KINDS])
{
	uint64_t bits = d->octets * 8;
	size_t held = d->octets % DIGEST_BLOCK;
	uint8_t *length = d->rest + DIGEST_BLOCK - sizeof(bits);
	struct digest_chains big;

	d->rest[held++] = 0x80;
	memset(d->rest + held, 0, DIGEST_BLOCK - held);
	if (held > DIGEST_BLOCK - sizeof(bits)) {
		d->blocks(&d->chains, d->rest, 1);
		memset(d->rest, 0, DIGEST_BLOCK);
	}
	big = d->chains;
	for (size_t i = 0; i < sizeof(bits); i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	d->blocks(&big, d->rest, 1);
	for (size_t i = 0; i < sizeof(bits); i++)
		length[i] = (uint8_t)(bits >> 8 * i);
	if ((d->kinds & DIGEST_MD5) != 0) {
		d->blocks(&d->chains, d->rest, 1);
		write_le32(out[0], d->chains.md5, 4);
	}
	if ((d->kinds & DIGEST_SHA1) != 0)
		write_be32(out[1], big.sha1, 5);
	if ((d->kinds & DIGEST_SHA256) != 0)
		write_be32(out[2], big.sha256, 8);
}

static void
run(struct digest *d)
{
	d->running = true;
	d->octets = 0;
	digest_chains_init(&d->chains);
	if (d->blocks == NULL)
		run_library(d);
}

void
digest_push(struct digest *d, struct bytes b)
{
	if (d->kinds == 0 || b.len == 0)
		return;
	if (!d->running)
		run(d);
	if (d->blocks != NULL)
		push_blocks(d, b);
	else
		push_library(d, b);
}

/* Octets that make the last block of the stream whole. */
static size_t
lacking(const struct digest *d)
{
	return d->running ? (DIGEST_BLOCK - d->octets % DIGEST_BLOCK) % DIGEST_BLOCK : 0;
}

void
digest_push_beside(struct digest *d, struct bytes b, struct digest *other, struct bytes *due)
{
	size_t lack = lacking(d), lack_other = lacking(other), blocks, blocks_other;
	digest_blocks_beside *beside = NULL;

	if (d->blocks != NULL && other->blocks != NULL && b.len >= lack + DIGEST_BLOCK &&
	    due->len >= lack_other + DIGEST_BLOCK)
		beside = digest_blocks_beside_of(d->kinds, other->kinds);
	if (beside == NULL) {
		digest_push(d, b);
		return;
	}
	if (!d->running)
		run(d);
	if (!other->running)
		run(other);
	push_blocks(d, bytes_first(b, lack));
	push_blocks(other, bytes_first(*due, lack_other));
	b = bytes_skip(b, lack);
	*due = bytes_skip(*due, lack_other);
	blocks = b.len / DIGEST_BLOCK;
	blocks_other = due->len / DIGEST_BLOCK;
	if (blocks > blocks_other)
		blocks = blocks_other;
	beside(&d->chains, b.at, &other->chains, due->at, blocks);
	d->octets += blocks * DIGEST_BLOCK;
	other->octets += blocks * DIGEST_BLOCK;
	*due = bytes_skip(*due, blocks * DIGEST_BLOCK);
	push_blocks(d, bytes_skip(b, blocks * DIGEST_BLOCK));
}

bool
digest_finish(struct digest *d, uint8_t md5[16], uint8_t sha1[20], uint8_t sha256[32])
{
	uint8_t *const out[DIGEST_KINDS] = { md5, sha1, sha256 };

	if (d->kinds == 0)
		return false;
	if (!d->running)
		run(d);
	d->running = false;
	if (d->blocks == NULL)
		return finish_library(d, out);
	finish_blocks(d, out);
	return true;
}
