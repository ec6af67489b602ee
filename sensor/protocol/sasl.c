/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/sasl.h"

#include <string.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/text.h"

/* RFC 4422 section 3.1: a mechanism's name has at most 20 characters. */
#define NAME_MAX_OCTETS 20
#define USER_MAX 256

/* Responses longer than this (tokens of megabytes) are not looked into. */
#define RESPONSE_MAX 16384

static void
keep(struct buffer *to, struct bytes text)
{
	buffer_reset(to);
	(void)text_append(to, text, USER_MAX);
}

/* The value of `key` among parts that `separator` ends. */
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

/* A saslname (RFC 5801 section 4): "=2C" is a comma, "=3D" an equals sign. */
static void
keep_saslname(struct buffer *to, struct bytes name)
{
	struct buffer plain;

	buffer_init(&plain, USER_MAX);
	while (name.len > 0) {
		bool comma = bytes_starts_nocase(name, BYTES("=2C")), equals = bytes_starts_nocase(name, BYTES("=3D"));

		(void)buffer_append_octet(&plain, comma ? ',' : equals ? '=' : name.at[0]);
		name = bytes_skip(name, comma || equals ? 3 : 1);
	}
	keep(to, buffer_bytes(&plain));
	buffer_clear(&plain);
}

/* authzid NUL authcid NUL password (RFC 4616): the second is who logs in. With fewer NULs nobody knows which part is the
 * password. */
static void
read_plain(struct sasl *s, struct bytes r)
{
	struct bytes authzid, authcid;

	if (bytes_find(r, 0) == bytes_find_last(r, 0))
		return;
	authzid = bytes_split(&r, 0);
	authcid = bytes_split(&r, 0);
	keep(&s->user, authcid.len > 0 ? authcid : authzid);
}

static void
read_login(struct sasl *s, struct bytes r)
{
	if (s->responses == 1)
		keep(&s->user, r);
}

/* "user digest": a user's name may hold blanks, a digest not (RFC 2195). */
static void
read_cram(struct sasl *s, struct bytes r)
{
	size_t blank = bytes_find_last(r, ' ');

	if (blank != BYTES_NOWHERE)
		keep(&s->user, bytes_first(r, blank));
}

/* username="name" (RFC 2831 section 2.1.2), where a backslash quotes the next octet. */
static void
keep_quoted(struct buffer *to, struct bytes r, struct bytes key)
{
	size_t at = bytes_find_nocase(r, key);
	struct buffer plain;

	if (at == BYTES_NOWHERE)
		return;
	buffer_init(&plain, USER_MAX);
	for (at += key.len; at < r.len && r.at[at] != '"'; at++) {
		if (r.at[at] == '\\' && at + 1 < r.len)
			at++;
		(void)buffer_append_octet(&plain, r.at[at]);
	}
	keep(to, buffer_bytes(&plain));
	buffer_clear(&plain);
}

static void
read_digest(struct sasl *s, struct bytes r)
{
	if (s->responses != 1)
		return;
	keep_quoted(&s->user, r, BYTES("username=\""));
	keep_quoted(&s->domain, r, BYTES("realm=\""));
}

static void
read_xoauth2(struct sasl *s, struct bytes r)
{
	if (s->responses == 1)
		keep(&s->user, find_value(r, 1, BYTES("user=")));
}

/* n,a=user,^A... (RFC 7628 section 3.1): the header of RFC 5801 ends at the first ^A. */
static void
read_oauthbearer(struct sasl *s, struct bytes r)
{
	size_t header = bytes_find(r, 1);

	if (s->responses == 1 && header != BYTES_NOWHERE)
		keep_saslname(&s->user, find_value(bytes_first(r, header), ',', BYTES("a=")));
}

/* n,,n=user,r=... (RFC 5802 section 7). */
static void
read_scram(struct sasl *s, struct bytes r)
{
	if (s->responses == 1)
		keep_saslname(&s->user, find_value(r, ',', BYTES("n=")));
}

static void
read_external(struct sasl *s, struct bytes r)
{
	keep(&s->user, r);
}

/* The next code point of UTF-16LE; half a surrogate pair is given as it is, which no text can hold. */
static uint32_t
next_point(struct cursor *c)
{
	uint32_t high = cursor_le16(c);
	struct cursor ahead = *c;
	uint32_t low = cursor_le16(&ahead);

	if (high < 0xd800 || high > 0xdbff || ahead.failed || low < 0xdc00 || low > 0xdfff)
		return high;
	*c = ahead;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
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
		(void)text_append_point(&utf8, next_point(&c));
	keep(to, buffer_bytes(&utf8));
	buffer_clear(&utf8);
}

static void
read_ntlm(struct sasl *s, struct bytes r)
{
	enum { SIGNATURE = 8, AUTHENTICATE = 3, DOMAIN_FIELDS = 28, USER_FIELDS = 36, HOST_FIELDS = 44, FLAGS = 60,
		UNICODE = 1 };
	struct cursor c = cursor_of(r);
	bool wide;

	if (!bytes_equal(cursor_take(&c, SIGNATURE), BYTES("NTLMSSP\0")) || cursor_le32(&c) != AUTHENTICATE)
		return;
	c = cursor_of(bytes_skip(r, FLAGS));
	wide = (cursor_le32(&c) & UNICODE) != 0;
	if (c.failed)
		return;
	keep_ntlm(&s->domain, r, DOMAIN_FIELDS, wide);
	keep_ntlm(&s->user, r, USER_FIELDS, wide);
	keep_ntlm(&s->workstation, r, HOST_FIELDS, wide);
}

struct sasl_mechanism {
	const char *name;      /* what ends in "*" stands for all that begin so */
	unsigned secret_after; /* after so many responses the secret could be read; 0: never */
	void (*read)(struct sasl *, struct bytes response); /* NULL: nothing to find */
};

static const struct sasl_mechanism rows[] = {
	{ "PLAIN", 1, read_plain },
	{ "LOGIN", 2, read_login },
	{ "CRAM-*", 0, read_cram },
	{ "DIGEST-MD5", 0, read_digest },
	{ "NTLM", 0, read_ntlm },
	{ "XOAUTH2", 1, read_xoauth2 },
	{ "OAUTHBEARER", 1, read_oauthbearer },
	{ "SCRAM-*", 0, read_scram },
	{ "EXTERNAL", 0, read_external },
	{ "GSSAPI", 0, NULL },
	{ "GSS-SPNEGO", 0, NULL },
	{ "ANONYMOUS", 0, NULL },
	{ "OTP", 0, NULL },
	{ "SRP", 0, NULL },
	{ "KERBEROS_V*", 0, NULL },
};

static const struct sasl_mechanism *
find_row(struct bytes name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bytes row = bytes_str(rows[i].name);
		bool many = row.at[row.len - 1] == '*';

		if (many ? bytes_starts_nocase(name, bytes_first(row, row.len - 1)) : bytes_equal_nocase(name, row))
			return &rows[i];
	}
	return NULL;
}

/* What stands behind AUTH may be a secret by mistake. Only a mechanism we know, or what looks like a name as the standard
 * has it, in capitals, is repeated. */
static bool
is_name(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if ((word.at[i] < 'A' || word.at[i] > 'Z') && !ascii_is_digit(word.at[i]) && word.at[i] != '-' &&
		    word.at[i] != '_')
			return false;
	return word.len > 0;
}

void
sasl_init(struct sasl *s)
{
	*s = (struct sasl){ 0 };
	buffer_init(&s->name, NAME_MAX_OCTETS);
	buffer_init(&s->user, USER_MAX);
	buffer_init(&s->domain, USER_MAX);
	buffer_init(&s->workstation, USER_MAX);
}

void
sasl_clear(struct sasl *s)
{
	buffer_clear(&s->name);
	buffer_clear(&s->user);
	buffer_clear(&s->domain);
	buffer_clear(&s->workstation);
}

static uint8_t
ascii_upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 0x20) : c;
}

void
sasl_begin(struct sasl *s, struct bytes mechanism)
{
	sasl_clear(s);
	sasl_init(s);
	if (mechanism.len <= NAME_MAX_OCTETS)
		s->mechanism = find_row(mechanism);
	if (mechanism.len > NAME_MAX_OCTETS || (s->mechanism == NULL && !is_name(mechanism)))
		mechanism = BYTES("OTHER");
	for (size_t i = 0; i < mechanism.len; i++) {
		uint8_t c = ascii_upper(mechanism.at[i]);

		(void)buffer_append_octet(&s->name, c > ' ' && c < 0x7f ? c : '?');
	}
}

void
sasl_response(struct sasl *s, struct bytes base64)
{
	size_t len = 0, room = base64.len / 4 * 3 + 6;
	uint8_t *plain;

	s->responses++;
	base64 = bytes_trim(base64);
	if (base64.len == 0 || bytes_equal(base64, BYTES("=")))
		return;
	s->filled++;
	if (s->lossy || s->mechanism == NULL || s->mechanism->read == NULL || base64.len > RESPONSE_MAX)
		return;
	plain = memory_take(room);
	if (plain == NULL)
		return;
	(void)base64_decode(base64, plain, &len);
	if (len > 0)
		s->mechanism->read(s, bytes_of(plain, len));
	explicit_bzero(plain, room);
	memory_give_back(plain);
}

void
sasl_lost(struct sasl *s)
{
	s->lossy = true;
}

bool
sasl_secret_was_clear(const struct sasl *s)
{
	return s->mechanism != NULL && s->mechanism->secret_after > 0 && s->filled >= s->mechanism->secret_after;
}
