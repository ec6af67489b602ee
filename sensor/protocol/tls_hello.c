/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/tls_hello.h"

#define RANDOM 32
#define SESSION_ID_MOST 32

/* --- lists --- */

bool
tls_extension_next(struct bytes *rest, uint16_t *type, struct bytes *data)
{
	struct cursor c = cursor_of(*rest);

	*type = cursor_be16(&c);
	*data = cursor_take(&c, cursor_be16(&c));
	if (c.failed) {
		*rest = bytes_of(NULL, 0);
		return false;
	}
	*rest = c.left;
	return true;
}

bool
tls_alpn_next(struct bytes *rest, struct bytes *name)
{
	struct cursor c = cursor_of(*rest);

	*name = cursor_take(&c, cursor_u8(&c));
	if (c.failed || name->len == 0) {
		*rest = bytes_of(NULL, 0);
		return false;
	}
	*rest = c.left;
	return true;
}

/* What a length of one or two octets at the front announces; empty unless it is all that the slice holds. */
static struct bytes
counted(struct bytes data, unsigned octets)
{
	struct cursor c = cursor_of(data);
	size_t len = octets == 1 ? cursor_u8(&c) : cursor_be16(&c);
	struct bytes list = cursor_take(&c, len);

	return c.failed || c.left.len > 0 ? bytes_of(NULL, 0) : list;
}

/* A list of numbers of two octets. */
static struct bytes
numbers(struct bytes data, unsigned octets)
{
	struct bytes list = counted(data, octets);

	return bytes_first(list, list.len & ~(size_t)1);
}

/* --- extensions --- */

/* RFC 6066 section 3. */
static struct bytes
host_name(struct bytes data)
{
	enum { HOST_NAME = 0 };
	struct cursor c = cursor_of(counted(data, 2));

	while (c.left.len > 0) {
		uint8_t type = cursor_u8(&c);
		struct bytes name = cursor_take(&c, cursor_be16(&c));

		if (!c.failed && type == HOST_NAME)
			return name;
	}
	return bytes_of(NULL, 0);
}

/* The best version of the list that somebody knows; 0: none. */
static uint16_t
best_version(struct bytes list)
{
	uint16_t best = 0;

	for (size_t i = 0; i < list.len / 2; i++) {
		uint16_t v = tls_number(list, i);

		if (!tls_is_grease(v) && v > best && v <= 0x0304)
			best = v;
	}
	return best;
}

static void
take_common(struct tls_hello *h, uint16_t type, struct bytes data)
{
	switch (type) {
	case TLS_EXT_SERVER_NAME:
		h->has_server_name = true;
		h->server_name = host_name(data);
		break;
	case TLS_EXT_ALPN:
		h->has_alpn = true;
		h->alpn = counted(data, 2);
		break;
	case TLS_EXT_POINT_FORMATS:
		h->point_formats = counted(data, 1);
		break;
	case TLS_EXT_PRE_SHARED_KEY:
		h->has_key = true;
		break;
	case TLS_EXT_SESSION_TICKET:
		h->has_ticket = data.len > 0;
		break;
	case TLS_EXT_EARLY_DATA:
		h->has_early_data = true;
		break;
	case TLS_EXT_ENCRYPTED_HELLO:
		h->has_encrypted_hello = true;
		break;
	default:
		break;
	}
}

static void
take_client(struct tls_hello *h, uint16_t type, struct bytes data)
{
	uint16_t best;

	take_common(h, type, data);
	if (type == TLS_EXT_GROUPS) {
		h->groups = numbers(data, 2);
	} else if (type == TLS_EXT_SIGNATURES) {
		h->signatures = numbers(data, 2);
	} else if (type == TLS_EXT_VERSIONS) {
		h->versions = numbers(data, 1);
		best = best_version(h->versions);
		if (best != 0)
			h->version = best;
	}
}

static void
take_server(struct tls_hello *h, uint16_t type, struct bytes data)
{
	struct cursor c = cursor_of(data);

	take_common(h, type, data);
	if (type == TLS_EXT_VERSIONS && data.len == 2)
		h->version = cursor_be16(&c);
	else if (type == TLS_EXT_KEY_SHARE)
		h->group = cursor_be16(&c);
}

/* The block of extensions at the end; a hello of old has none. False when it is malformed. */
static bool
read_extensions(struct cursor *c, struct tls_hello *h, void (*take)(struct tls_hello *, uint16_t, struct bytes))
{
	struct bytes rest, data;
	uint16_t type;

	if (c->left.len == 0)
		return true;
	h->has_extensions = true;
	h->extensions = cursor_take(c, cursor_be16(c));
	if (c->failed)
		return false;
	for (rest = h->extensions; rest.len > 0;) {
		if (!tls_extension_next(&rest, &type, &data))
			return false;
		take(h, type, data);
	}
	return true;
}

/* --- messages --- */

bool
tls_client_hello_read(struct bytes body, struct tls_hello *h)
{
	struct cursor c = cursor_of(body);

	*h = (struct tls_hello){ 0 };
	h->version = h->legacy_version = cursor_be16(&c);
	h->random = cursor_take(&c, RANDOM);
	h->session_id = cursor_take(&c, cursor_u8(&c));
	h->ciphers = cursor_take(&c, cursor_be16(&c));
	cursor_skip(&c, cursor_u8(&c)); /* compression methods */
	if (c.failed || h->session_id.len > SESSION_ID_MOST || h->ciphers.len % 2 != 0)
		return false;
	return read_extensions(&c, h, take_client);
}

bool
tls_server_hello_read(struct bytes body, struct tls_hello *h)
{
	static const uint8_t retry[RANDOM] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e,
		0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33,
		0x9c };
	struct cursor c = cursor_of(body);
	struct bytes last;

	*h = (struct tls_hello){ 0 };
	h->version = h->legacy_version = cursor_be16(&c);
	h->random = cursor_take(&c, RANDOM);
	h->session_id = cursor_take(&c, cursor_u8(&c));
	h->ciphers = cursor_take(&c, 2);
	cursor_skip(&c, 1); /* compression method */
	if (c.failed || h->session_id.len > SESSION_ID_MOST || !read_extensions(&c, h, take_server))
		return false;
	h->retry = bytes_equal(h->random, bytes_of(retry, sizeof(retry)));
	last = bytes_skip(h->random, RANDOM - 8);
	h->downgrade = bytes_starts(last, BYTES("DOWNGRD")) && last.at[7] <= 1;
	return true;
}

bool
tls_ssl2_hello_read(struct bytes message, struct tls_hello *h)
{
	enum { CLIENT_HELLO = 1, CIPHER = 3 };
	struct cursor c = cursor_of(message);
	uint8_t type = cursor_u8(&c);
	size_t ciphers, session_id, challenge;

	*h = (struct tls_hello){ .ssl2 = true };
	h->version = h->legacy_version = cursor_be16(&c);
	ciphers = cursor_be16(&c);
	session_id = cursor_be16(&c);
	challenge = cursor_be16(&c);
	h->ciphers = cursor_take(&c, ciphers);
	h->session_id = cursor_take(&c, session_id);
	h->random = cursor_take(&c, challenge);
	return !c.failed && type == CLIENT_HELLO && ciphers % CIPHER == 0 && session_id <= SESSION_ID_MOST;
}
