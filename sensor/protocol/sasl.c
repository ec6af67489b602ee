/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/sasl.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"

#define NAME_MAX_OCTETS 32
#define USER_MAX 256

/* Responses longer than this (tokens of megabytes) are not looked into. */
#define RESPONSE_MAX 16384

static const struct {
	struct bytes name;
	enum sasl_mechanism mechanism;
	bool cleartext;
} rows[] = {
	{ { (const uint8_t *)"PLAIN", 5 }, SASL_PLAIN, true },
	{ { (const uint8_t *)"LOGIN", 5 }, SASL_LOGIN, true },
	{ { (const uint8_t *)"CRAM-MD5", 8 }, SASL_CRAM_MD5, false },
	{ { (const uint8_t *)"DIGEST-MD5", 10 }, SASL_DIGEST_MD5, false },
	{ { (const uint8_t *)"NTLM", 4 }, SASL_NTLM, false },
	{ { (const uint8_t *)"XOAUTH2", 7 }, SASL_XOAUTH2, true },
	{ { (const uint8_t *)"OAUTHBEARER", 11 }, SASL_OAUTHBEARER, true },
	{ { (const uint8_t *)"GSSAPI", 6 }, SASL_GSSAPI, false },
	{ { (const uint8_t *)"EXTERNAL", 8 }, SASL_EXTERNAL, false },
};

void
sasl_init(struct sasl *s)
{
	*s = (struct sasl){ .mechanism = SASL_OTHER };
	buffer_init(&s->name, NAME_MAX_OCTETS);
	buffer_init(&s->user, USER_MAX);
	buffer_init(&s->domain, USER_MAX);
}

void
sasl_clear(struct sasl *s)
{
	buffer_clear(&s->name);
	buffer_clear(&s->user);
	buffer_clear(&s->domain);
}

void
sasl_begin(struct sasl *s, struct bytes mechanism)
{
	buffer_reset(&s->name);
	buffer_reset(&s->user);
	buffer_reset(&s->domain);
	s->mechanism = SASL_OTHER;
	s->cleartext = false;
	s->responses = 0;
	for (size_t i = 0; i < mechanism.len; i++) {
		uint8_t c = mechanism.at[i];

		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 0x20);
		(void)buffer_append_octet(&s->name, c > ' ' && c < 0x7f ? c : '?');
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (bytes_equal(buffer_bytes(&s->name), rows[i].name)) {
			s->mechanism = rows[i].mechanism;
			s->cleartext = rows[i].cleartext;
		}
	}
	if (bytes_starts(buffer_bytes(&s->name), BYTES("SCRAM-")))
		s->mechanism = SASL_SCRAM;
}

static void
keep(struct buffer *to, struct bytes text)
{
	buffer_reset(to);
	(void)text_append(to, text, USER_MAX);
}

/* authzid NUL authcid NUL password (RFC 4616): the second is who logs in, unless it is empty. */
static void
read_plain(struct sasl *s, struct bytes r)
{
	struct bytes authzid = bytes_split(&r, 0), authcid = bytes_split(&r, 0);

	keep(&s->user, authcid.len > 0 ? authcid : authzid);
}

/* The value of `key=` among parts that `separator` ends. */
static struct bytes
find_value(struct bytes r, uint8_t separator, struct bytes key)
{
	while (r.len > 0) {
		struct bytes part = bytes_split(&r, separator);

		if (bytes_starts(part, key))
			return bytes_skip(part, key.len);
	}
	return r;
}

/* NTLMSSP's third message ([MS-NLMP] 2.2.1.3): fields of length, room and offset; text in UTF-16LE when agreed. */
static void
keep_ntlm(struct buffer *to, struct bytes message, size_t at, bool wide)
{
	struct cursor c = cursor_of(bytes_skip(message, at));
	uint16_t len = cursor_le16(&c);
	uint32_t offset;
	struct bytes text;
	struct buffer utf8;

	(void)cursor_le16(&c);
	offset = cursor_le32(&c);
	if (c.failed || offset > message.len || len > message.len - offset)
		return;
	text = bytes_first(bytes_skip(message, offset), len);
	if (!wide) {
		keep(to, text);
		return;
	}
	buffer_init(&utf8, USER_MAX);
	c = cursor_of(text);
	while (c.left.len >= 2)
		(void)text_append_point(&utf8, cursor_le16(&c));
	keep(to, buffer_bytes(&utf8));
	buffer_clear(&utf8);
}

static void
read_ntlm(struct sasl *s, struct bytes r)
{
	enum { SIGNATURE = 8, DOMAIN_FIELDS = 28, USER_FIELDS = 36, FLAGS = 60 };
	struct cursor c = cursor_of(r);
	uint32_t kind, flags;

	if (!bytes_equal(cursor_take(&c, SIGNATURE), BYTES("NTLMSSP\0")))
		return;
	kind = cursor_le32(&c);
	c = cursor_of(bytes_skip(r, FLAGS));
	flags = cursor_le32(&c);
	if (kind != 3 || c.failed)
		return;
	keep_ntlm(&s->domain, r, DOMAIN_FIELDS, (flags & 1) != 0);
	keep_ntlm(&s->user, r, USER_FIELDS, (flags & 1) != 0);
}

static void
read_response(struct sasl *s, struct bytes r)
{
	struct bytes user = { 0 };

	switch (s->mechanism) {
	case SASL_PLAIN:
		if (s->user.len == 0)
			read_plain(s, r);
		return;
	case SASL_LOGIN:
		if (s->responses == 1)
			keep(&s->user, r);
		return;
	case SASL_NTLM:
		read_ntlm(s, r);
		return;
	case SASL_CRAM_MD5: /* "user digest": a user's name may hold blanks, a digest not (RFC 2195) */
		user = bytes_first(r, bytes_find_last(r, ' ') == BYTES_NOWHERE ? 0 : bytes_find_last(r, ' '));
		break;
	case SASL_DIGEST_MD5:
		user = find_value(r, ',', BYTES("username=\""));
		user = bytes_split(&user, '"');
		break;
	case SASL_XOAUTH2:
		user = find_value(r, 1, BYTES("user="));
		break;
	case SASL_OAUTHBEARER: /* n,a=user,^A... (RFC 7628, RFC 5801) */
		user = find_value(bytes_first(r, bytes_find(r, 1)), ',', BYTES("a="));
		break;
	case SASL_SCRAM: /* n,,n=user,r=... (RFC 5802) */
		user = s->responses == 1 ? find_value(r, ',', BYTES("n=")) : user;
		break;
	case SASL_EXTERNAL:
		user = r;
		break;
	case SASL_GSSAPI:
	case SASL_OTHER:
		break;
	}
	if (user.len > 0 && s->user.len == 0)
		keep(&s->user, user);
}

void
sasl_response(struct sasl *s, struct bytes base64)
{
	uint8_t *plain;
	size_t len = 0;

	s->responses++;
	base64 = bytes_trim(base64);
	if (base64.len > RESPONSE_MAX || bytes_equal(base64, BYTES("=")))
		return;
	plain = malloc(base64.len / 4 * 3 + 6);
	if (plain == NULL)
		return;
	(void)base64_decode(base64, plain, &len);
	read_response(s, bytes_of(plain, len));
	explicit_bzero(plain, base64.len / 4 * 3 + 6);
	free(plain);
}
