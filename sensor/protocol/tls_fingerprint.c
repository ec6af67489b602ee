/* SPDX-License-Identifier: Apache-2.0
 *
 * The texts that are hashed can be long, where somebody wants them to be: they go to the digest as they are made.
 */
#include "protocol/tls_fingerprint.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "message/digest.h"

#define JA4_HASH 12 /* hexadecimal digits kept of a SHA-256 */

struct hashed {
	struct digest digest;
	uint8_t text[256]; /* not yet pushed */
	size_t len;
	size_t items;      /* of the list under way */
};

static void
hashed_begin(struct hashed *h, unsigned kind)
{
	digest_init(&h->digest, kind);
	digest_begin(&h->digest);
	h->len = h->items = 0;
}

static void
put(struct hashed *h, const char *text, size_t len)
{
	if (h->len + len > sizeof(h->text)) {
		digest_push(&h->digest, bytes_of(h->text, h->len));
		h->len = 0;
	}
	memcpy(h->text + h->len, text, len);
	h->len += len;
}

static void
put_item(struct hashed *h, const char *format, char separator, unsigned value)
{
	char text[16];
	int n = snprintf(text, sizeof(text), format, value);

	if (h->items++ > 0)
		put(h, &separator, 1);
	put(h, text, (size_t)n);
}

static void
put_mark(struct hashed *h, char mark)
{
	put(h, &mark, 1);
	h->items = 0;
}

/* The first `digits` of the hash, in lower case, and a NUL. Empty when there is none. */
static void
hashed_end(struct hashed *h, char *out, size_t digits)
{
	uint8_t md5[16], sha256[32];
	bool is_md5 = h->digest.kinds == DIGEST_MD5;

	digest_push(&h->digest, bytes_of(h->text, h->len));
	out[0] = '\0';
	if (digest_finish(&h->digest, md5, NULL, sha256))
		for (size_t i = 0; i < digits / 2; i++)
			(void)snprintf(out + 2 * i, 3, "%02x", is_md5 ? md5[i] : sha256[i]);
	digest_clear(&h->digest);
}

/* --- JA3 --- */

static void
put_numbers(struct hashed *h, struct bytes list)
{
	for (size_t i = 0; i < list.len / 2; i++)
		if (!tls_is_grease(tls_number(list, i)))
			put_item(h, "%u", '-', tls_number(list, i));
}

static void
put_extensions(struct hashed *h, struct bytes extensions)
{
	struct bytes data;
	uint16_t type;

	while (extensions.len > 0 && tls_extension_next(&extensions, &type, &data))
		if (!tls_is_grease(type))
			put_item(h, "%u", '-', type);
}

void
tls_ja3(const struct tls_hello *c, char out[JA3_TEXT_MAX])
{
	struct hashed h;

	out[0] = '\0';
	if (c->ssl2)
		return;
	hashed_begin(&h, DIGEST_MD5);
	put_item(&h, "%u", '-', c->legacy_version);
	put_mark(&h, ',');
	put_numbers(&h, c->ciphers);
	put_mark(&h, ',');
	put_extensions(&h, c->extensions);
	put_mark(&h, ',');
	put_numbers(&h, c->groups);
	put_mark(&h, ',');
	for (size_t i = 0; i < c->point_formats.len; i++)
		put_item(&h, "%u", '-', c->point_formats.at[i]);
	hashed_end(&h, out, JA3_TEXT_MAX - 1);
}

void
tls_ja3s(const struct tls_hello *s, char out[JA3_TEXT_MAX])
{
	struct hashed h;

	hashed_begin(&h, DIGEST_MD5);
	put_item(&h, "%u", '-', s->legacy_version);
	put_mark(&h, ',');
	put_item(&h, "%u", '-', s->ciphers.len == 2 ? tls_number(s->ciphers, 0) : 0);
	put_mark(&h, ',');
	put_extensions(&h, s->extensions);
	hashed_end(&h, out, JA3_TEXT_MAX - 1);
}

/* --- JA4 --- */

struct sorted {
	uint16_t *at;
	size_t len;
	bool failed;
};

static int
by_value(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static struct sorted
sorted_room(size_t most)
{
	struct sorted s = { .at = memory_take_zeroed(most + 1, sizeof(uint16_t)) };

	s.failed = s.at == NULL;
	return s;
}

static struct sorted
sorted_numbers(struct bytes list)
{
	struct sorted s = sorted_room(list.len / 2);

	for (size_t i = 0; i < list.len / 2 && !s.failed; i++)
		if (!tls_is_grease(tls_number(list, i)))
			s.at[s.len++] = tls_number(list, i);
	if (s.len > 1)
		qsort(s.at, s.len, sizeof(*s.at), by_value);
	return s;
}

/* Those that are hashed; *count: those that are counted. */
static struct sorted
sorted_extensions(struct bytes rest, size_t *count)
{
	struct sorted s = sorted_room(rest.len / 4);
	struct bytes data;
	uint16_t type;

	*count = 0;
	while (!s.failed && rest.len > 0 && tls_extension_next(&rest, &type, &data)) {
		if (tls_is_grease(type))
			continue;
		++*count;
		if (type != TLS_EXT_SERVER_NAME && type != TLS_EXT_ALPN)
			s.at[s.len++] = type;
	}
	if (s.len > 1)
		qsort(s.at, s.len, sizeof(*s.at), by_value);
	return s;
}

/* The hash of the list, and of the signature algorithms behind it as they stood. */
static void
ja4_hash(const struct sorted *list, struct bytes signatures, char out[JA4_HASH + 1])
{
	struct hashed h;

	if (list->len == 0) {
		(void)snprintf(out, JA4_HASH + 1, "%012u", 0U);
		return;
	}
	hashed_begin(&h, DIGEST_SHA256);
	for (size_t i = 0; i < list->len; i++)
		put_item(&h, "%04x", ',', list->at[i]);
	if (signatures.len > 1)
		put_mark(&h, '_');
	for (size_t i = 0; i < signatures.len / 2; i++)
		put_item(&h, "%04x", ',', tls_number(signatures, i));
	hashed_end(&h, out, JA4_HASH);
}

void
tls_ja4_alpn(struct bytes alpn, char out[2])
{
	static const char digits[] = "0123456789abcdef";
	struct bytes name;
	uint8_t first, last;

	out[0] = out[1] = '0';
	if (!tls_alpn_next(&alpn, &name))
		return;
	first = name.at[0];
	last = name.at[name.len - 1];
	if (ascii_is_alnum(first) && ascii_is_alnum(last)) {
		out[0] = (char)first;
		out[1] = (char)last;
	} else {
		out[0] = digits[first >> 4];
		out[1] = digits[last & 15];
	}
}

static const char *
ja4_version(uint16_t version)
{
	static const char *const names[] = { "s3", "10", "11", "12", "13" };

	return version == 0x0002 ? "s2" : version >= 0x0300 && version <= 0x0304 ? names[version - 0x0300] : "00";
}

static unsigned
two_digits(size_t n)
{
	return n < 99 ? (unsigned)n : 99;
}

void
tls_ja4(const struct tls_hello *c, char out[JA4_TEXT_MAX])
{
	char b[JA4_HASH + 1], e[JA4_HASH + 1], alpn[2];
	struct sorted ciphers, extensions;
	size_t count = 0;

	out[0] = '\0';
	if (c->ssl2)
		return;
	ciphers = sorted_numbers(c->ciphers);
	extensions = sorted_extensions(c->extensions, &count);
	if (!ciphers.failed && !extensions.failed) {
		tls_ja4_alpn(c->alpn, alpn);
		ja4_hash(&ciphers, bytes_of(NULL, 0), b);
		ja4_hash(&extensions, c->signatures, e);
		if (b[0] != '\0' && e[0] != '\0')
			(void)snprintf(out, JA4_TEXT_MAX, "t%s%c%02u%02u%c%c_%s_%s", ja4_version(c->version),
			    c->has_server_name ? 'd' : 'i', two_digits(ciphers.len), two_digits(count), alpn[0], alpn[1], b, e);
	}
	memory_give_back(ciphers.at);
	memory_give_back(extensions.at);
}
