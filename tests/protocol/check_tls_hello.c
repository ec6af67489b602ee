/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/tls_hello.h"

#include "support/check_main.h"
#include "support/guard.h"
#include "support/hello.h"

#define ROOM(name) struct buffer name; buffer_init(&name, 8192)

/* What a client of today offers, a post-quantum key share and all. */
static void
client_extensions(struct buffer *out)
{
	static uint8_t share[1300];

	hello_extension(out, 0x1a1a, bytes_of(NULL, 0));
	hello_extension(out, TLS_EXT_SERVER_NAME, BYTES("\x00\x13\x00\x00\x10mail.example.org"));
	hello_extension(out, TLS_EXT_GROUPS, BYTES("\x00\x06\x11\xec\x00\x1d\x00\x17"));
	hello_extension(out, TLS_EXT_POINT_FORMATS, BYTES("\x01\x00"));
	hello_extension(out, TLS_EXT_ALPN, BYTES("\x00\x05\x04imap"));
	hello_extension(out, TLS_EXT_SIGNATURES, BYTES("\x00\x04\x04\x03\x08\x04"));
	hello_extension(out, TLS_EXT_VERSIONS, BYTES("\x06\xfa\xfa\x03\x04\x03\x03"));
	hello_extension(out, TLS_EXT_SESSION_TICKET, BYTES("ticket"));
	hello_extension(out, TLS_EXT_KEY_SHARE, bytes_of(share, sizeof(share)));
	hello_extension(out, TLS_EXT_ENCRYPTED_HELLO, BYTES("\x00"));
	hello_extension(out, TLS_EXT_PRE_SHARED_KEY, BYTES("\x00"));
}

START_TEST(client)
{
	ROOM(extensions);
	ROOM(body);
	struct tls_hello h;
	struct guard guard;

	client_extensions(&extensions);
	hello_client(&body, &(struct hello){ .version = 0x0303, .session_id = BYTES("0123456789abcdef0123456789abcdef"),
	    .ciphers = BYTES("\x13\x01\xc0\x30"), .extensions = buffer_bytes(&extensions) });
	guard = guard_new(buffer_bytes(&body));
	ck_assert(tls_client_hello_read(guard.bytes, &h));
	ck_assert_uint_eq(h.legacy_version, 0x0303);
	ck_assert_uint_eq(h.version, 0x0304);
	ck_assert_uint_eq(h.session_id.len, 32);
	ck_assert_uint_eq(h.ciphers.len, 4);
	ck_assert(bytes_equal(h.server_name, BYTES("mail.example.org")));
	ck_assert(bytes_equal(h.alpn, BYTES("\x04imap")));
	ck_assert_uint_eq(h.groups.len, 6);
	ck_assert_uint_eq(tls_number(h.groups, 0), 4588);
	ck_assert_uint_eq(h.signatures.len, 4);
	ck_assert(h.has_server_name && h.has_alpn && h.has_ticket && h.has_key && h.has_encrypted_hello && !h.has_early_data);
	guard_free(&guard);
	/* Cut anywhere it is none, but where its extensions would begin: so were the first ones. */
	for (size_t len = 0; len < body.len; len++) {
		guard = guard_new(bytes_first(buffer_bytes(&body), len));
		ck_assert_msg(tls_client_hello_read(guard.bytes, &h) == (len == 2 + 32 + 33 + 6 + 2), "%zu", len);
		guard_free(&guard);
	}
	buffer_clear(&body);
	buffer_clear(&extensions);
}
END_TEST

/* What is malformed inside of one extension leaves that one out. */
START_TEST(bad_extensions)
{
	static const struct {
		uint16_t type;
		struct bytes data;
	} cases[] = {
		{ TLS_EXT_SERVER_NAME, { (const uint8_t *)"\x00\x09\x00\x00\x10mail", 9 } },
		{ TLS_EXT_SERVER_NAME, { (const uint8_t *)"\x00\x04\x01\x00\x01m", 6 } },
		{ TLS_EXT_GROUPS, { (const uint8_t *)"\x00\x08\x00\x1d", 4 } },
		{ TLS_EXT_VERSIONS, { (const uint8_t *)"\x03\x03\x04\x03\x03", 5 } },
		{ TLS_EXT_ALPN, { (const uint8_t *)"\x00", 1 } },
		{ TLS_EXT_SIGNATURES, { (const uint8_t *)"", 0 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ROOM(extensions);
		ROOM(body);
		struct tls_hello h;

		hello_extension(&extensions, cases[i].type, cases[i].data);
		hello_client(&body, &(struct hello){ .version = 0x0303, .ciphers = BYTES("\x13\x01"),
		    .extensions = buffer_bytes(&extensions) });
		ck_assert(tls_client_hello_read(buffer_bytes(&body), &h));
		ck_assert_uint_eq(h.server_name.len + h.groups.len + h.versions.len + h.alpn.len + h.signatures.len, 0);
		ck_assert_uint_eq(h.version, 0x0303);
		buffer_clear(&body);
		buffer_clear(&extensions);
	}
}
END_TEST

static bool
read_server(const struct hello *from, struct tls_hello *h, struct buffer *body)
{
	buffer_reset(body);
	hello_server(body, from);
	return tls_server_hello_read(buffer_bytes(body), h);
}

START_TEST(server)
{
	ROOM(extensions);
	ROOM(body);
	struct tls_hello h;
	struct hello from = { .version = 0x0303, .ciphers = BYTES("\x13\x02") };

	ck_assert(read_server(&from, &h, &body));
	ck_assert_uint_eq(h.version, 0x0303);
	ck_assert(!h.retry && !h.downgrade && !h.has_key);
	hello_extension(&extensions, TLS_EXT_VERSIONS, BYTES("\x03\x04"));
	hello_extension(&extensions, TLS_EXT_KEY_SHARE, BYTES("\x11\xec\x00\x00"));
	hello_extension(&extensions, TLS_EXT_PRE_SHARED_KEY, BYTES("\x00\x00"));
	from.extensions = buffer_bytes(&extensions);
	ck_assert(read_server(&from, &h, &body));
	ck_assert_uint_eq(h.version, 0x0304);
	ck_assert_uint_eq(h.group, 4588);
	ck_assert(h.has_key);
	from.random_end = (const char *)hello_retry;
	from.random_end_len = 32;
	ck_assert(read_server(&from, &h, &body));
	ck_assert(h.retry);
	from.random_end = "DOWNGRD\x01";
	from.random_end_len = 8;
	ck_assert(read_server(&from, &h, &body));
	ck_assert(h.downgrade && !h.retry);
	from.random_end = "DOWNGRD\x02";
	ck_assert(read_server(&from, &h, &body));
	ck_assert(!h.downgrade);
	for (size_t len = 0; len < body.len; len++) {
		struct guard guard = guard_new(bytes_first(buffer_bytes(&body), len));

		ck_assert(tls_server_hello_read(guard.bytes, &h) == (len == 2 + 32 + 1 + 3));
		guard_free(&guard);
	}
	buffer_clear(&body);
	buffer_clear(&extensions);
}
END_TEST

START_TEST(sslv2)
{
	static const uint8_t message[] = { 1, 3, 1, 0, 6, 0, 0, 0, 16, 0, 0, 4, 1, 0, 0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
		14, 15, 16 };
	struct tls_hello h;

	ck_assert(tls_ssl2_hello_read(bytes_of(message, sizeof(message)), &h));
	ck_assert(h.ssl2);
	ck_assert_uint_eq(h.version, 0x0301);
	ck_assert_uint_eq(h.ciphers.len, 6);
	for (size_t len = 0; len < sizeof(message); len++) {
		struct guard guard = guard_new(bytes_of(message, len));

		ck_assert(!tls_ssl2_hello_read(guard.bytes, &h));
		guard_free(&guard);
	}
}
END_TEST

START_TEST(grease)
{
	unsigned count = 0;

	for (uint32_t i = 0; i <= UINT16_MAX; i++)
		count += tls_is_grease((uint16_t)i);
	ck_assert_uint_eq(count, 16);
	ck_assert(tls_is_grease(0x0a0a) && tls_is_grease(0xfafa) && !tls_is_grease(0x0a1a) && !tls_is_grease(0x0b0b));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, client);
	tcase_add_test(tests, bad_extensions);
	tcase_add_test(tests, server);
	tcase_add_test(tests, sslv2);
	tcase_add_test(tests, grease);
}

CHECK_MAIN("protocol/tls_hello", add_tests)
