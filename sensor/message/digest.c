/* SPDX-License-Identifier: Apache-2.0 */
#include "message/digest.h"

#include <openssl/evp.h>
#include <pthread.h>

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
	*d = (struct digest){ .kinds = kinds };
}

void
digest_clear(struct digest *d)
{
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		EVP_MD_CTX_free(d->contexts[i]);
	digest_init(d, d->kinds);
}

void
digest_begin(struct digest *d)
{
	d->running = false;
	d->failed = false;
}

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
run(struct digest *d)
{
	d->running = true;
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		if ((d->kinds & 1U << i) != 0 && !start(d, i))
			d->failed = true;
}

void
digest_push(struct digest *d, struct bytes b)
{
	if (d->kinds == 0 || b.len == 0)
		return;
	if (!d->running)
		run(d);
	if (d->failed)
		return;
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		if ((d->kinds & 1U << i) != 0 && EVP_DigestUpdate(d->contexts[i], b.at, b.len) != 1)
			d->failed = true;
}

bool
digest_finish(struct digest *d, uint8_t md5[16], uint8_t sha1[20], uint8_t sha256[32])
{
	uint8_t *out[DIGEST_KINDS] = { md5, sha1, sha256 };

	if (d->kinds == 0)
		return false;
	if (!d->running)
		run(d);
	d->running = false;
	if (d->failed)
		return false;
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		if ((d->kinds & 1U << i) != 0 && EVP_DigestFinal_ex(d->contexts[i], out[i], NULL) != 1)
			return false;
	return true;
}
