/* SPDX-License-Identifier: Apache-2.0
 *
 * The vectors that the authors of the methods give, and hellos of our own.
 */
#include "protocol/tls_fingerprint.h"

#include <string.h>

#include "base/memory.h"
#include "support/check_main.h"
#include "support/hello.h"

#define ROOM(name) struct buffer name; buffer_init(&name, 8192)

static void
put_numbers(struct buffer *out, const uint16_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		(void)buffer_append_octet(out, (uint8_t)(list[i] >> 8));
		(void)buffer_append_octet(out, (uint8_t)list[i]);
	}
}

/* A list as it stands in an extension: its length before it. */
static void
put_list(struct buffer *out, const uint16_t *list, size_t count, unsigned octets)
{
	if (octets == 2)
		(void)buffer_append_octet(out, (uint8_t)(count * 2 >> 8));
	(void)buffer_append_octet(out, (uint8_t)(count * 2));
	put_numbers(out, list, count);
}

/* A hello as of a browser of 2023, with values of GREASE strewn in. */
static void
browser_extensions(struct buffer *out, bool sni)
{
	static const uint16_t plain[] = { 0x0a0a, 0x0005, 0x000b, 0x0012, 0x0015, 0x0017, 0x001b, 0x0023, 0x002d, 0x0033, 0x4469,
		0xff01, 0xfafa };
	static const uint16_t versions[] = { 0x3a3a, 0x0304, 0x0303 };
	static const uint16_t signatures[] = { 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601 };
	static const uint16_t groups[] = { 0x8a8a, 29, 23, 24 };
	ROOM(data);

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		hello_extension(out, plain[i], bytes_of(NULL, 0));
	put_list(&data, versions, 3, 1);
	hello_extension(out, TLS_EXT_VERSIONS, buffer_bytes(&data));
	buffer_reset(&data);
	put_list(&data, signatures, 8, 2);
	hello_extension(out, TLS_EXT_SIGNATURES, buffer_bytes(&data));
	buffer_reset(&data);
	put_list(&data, groups, 4, 2);
	hello_extension(out, TLS_EXT_GROUPS, buffer_bytes(&data));
	hello_extension(out, TLS_EXT_ALPN, BYTES("\x00\x0c\x02h2\x08http/1.1"));
	if (sni)
		hello_extension(out, TLS_EXT_SERVER_NAME, BYTES("\x00\x06\x00\x00\x03" "a.b"));
	buffer_clear(&data);
}

static void
browser_hello(struct buffer *body, struct tls_hello *h)
{
	static const uint16_t ciphers[] = { 0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
		0xc014, 0x009c, 0x009d, 0x002f, 0x0035 };
	ROOM(list);
	ROOM(extensions);

	put_numbers(&list, ciphers, sizeof(ciphers) / sizeof(ciphers[0]));
	browser_extensions(&extensions, true);
	hello_client(body, &(struct hello){ .version = 0x0303, .ciphers = buffer_bytes(&list),
	    .extensions = buffer_bytes(&extensions) });
	ck_assert(tls_client_hello_read(buffer_bytes(body), h));
	buffer_clear(&list);
	buffer_clear(&extensions);
}

START_TEST(ja4_of_the_authors)
{
	char text[JA4_TEXT_MAX];
	struct tls_hello h;
	ROOM(body);

	browser_hello(&body, &h);
	tls_ja4(&h, text);
	ck_assert_str_eq(text, "t13d1516h2_8daaf6152771_e5627efa2ab1");
	buffer_clear(&body);
}
END_TEST

START_TEST(ja4_parts)
{
	static const uint16_t one[] = { 0x002f };
	char text[JA4_TEXT_MAX];
	struct tls_hello h = { .version = 0x0301 };
	ROOM(list);
	ROOM(extensions);

	tls_ja4(&h, text);
	ck_assert_str_eq(text, "t10i000000_000000000000_000000000000");
	h.version = 0x0300;
	tls_ja4(&h, text);
	ck_assert_mem_eq(text, "ts3i", 4);
	h.version = 0x7f1c;
	tls_ja4(&h, text);
	ck_assert_mem_eq(text, "t00i", 4);
	/* Counts end at 99; SNI and ALPN count, but are not hashed. */
	for (int i = 0; i < 120; i++)
		put_numbers(&list, one, 1);
	h.ciphers = buffer_bytes(&list);
	hello_extension(&extensions, TLS_EXT_SERVER_NAME, bytes_of(NULL, 0));
	hello_extension(&extensions, TLS_EXT_ALPN, bytes_of(NULL, 0));
	h.extensions = buffer_bytes(&extensions);
	h.has_server_name = true;
	tls_ja4(&h, text);
	ck_assert_mem_eq(text, "t00d990200_", 11);
	ck_assert_str_eq(text + 24, "000000000000");
	h.ssl2 = true;
	tls_ja4(&h, text);
	ck_assert_str_eq(text, "");
	buffer_clear(&list);
	buffer_clear(&extensions);
}
END_TEST

START_TEST(ja4_alpn)
{
	static const struct {
		struct bytes alpn;
		const char *two;
	} cases[] = {
		{ { (const uint8_t *)"\x02\xab\xcd", 3 }, "ad" }, { { (const uint8_t *)"\x02\x20\x61", 3 }, "21" },
		{ { (const uint8_t *)"\x02\x61\x20", 3 }, "60" }, { { (const uint8_t *)"\x04\x30\x31\xab\xcd", 5 }, "3d" },
		{ { (const uint8_t *)"\x08http/1.1\x02h2", 12 }, "h1" }, { { (const uint8_t *)"\x01x", 2 }, "xx" },
		{ { (const uint8_t *)"\x04imap", 5 }, "ip" }, { { (const uint8_t *)"", 0 }, "00" },
		{ { (const uint8_t *)"\x00", 1 }, "00" }, { { (const uint8_t *)"\x05imap", 5 }, "00" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char two[3] = "";

		tls_ja4_alpn(cases[i].alpn, two);
		ck_assert_str_eq(two, cases[i].two);
	}
}
END_TEST

START_TEST(ja3_of_the_authors)
{
	static const uint16_t ciphers[] = { 47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4 };
	static const uint16_t old[] = { 4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99 };
	static const uint16_t groups[] = { 23, 24, 25 };
	char text[JA3_TEXT_MAX];
	struct tls_hello h = { .legacy_version = 769 };
	ROOM(list);
	ROOM(extensions);
	ROOM(curves);

	put_numbers(&list, ciphers, 12);
	put_numbers(&curves, groups, 3);
	hello_extension(&extensions, 0, bytes_of(NULL, 0));
	hello_extension(&extensions, 10, bytes_of(NULL, 0));
	hello_extension(&extensions, 11, bytes_of(NULL, 0));
	h.ciphers = buffer_bytes(&list);
	h.extensions = buffer_bytes(&extensions);
	h.groups = buffer_bytes(&curves);
	h.point_formats = BYTES("\x00");
	tls_ja3(&h, text);
	ck_assert_str_eq(text, "ada70206e40642a3e4461f35503241d5");
	buffer_reset(&list);
	put_numbers(&list, old, 11);
	h = (struct tls_hello){ .legacy_version = 769, .ciphers = buffer_bytes(&list) };
	tls_ja3(&h, text);
	ck_assert_str_eq(text, "de350869b8c85de67a350c8d186f11e6");
	h.ssl2 = true;
	tls_ja3(&h, text);
	ck_assert_str_eq(text, "");
	buffer_clear(&list);
	buffer_clear(&extensions);
	buffer_clear(&curves);
}
END_TEST

/* "771,4865,51-43" */
START_TEST(ja3s)
{
	char text[JA3_TEXT_MAX];
	ROOM(extensions);
	struct tls_hello h = { .legacy_version = 771, .version = 772, .ciphers = BYTES("\x13\x01") };

	hello_extension(&extensions, 51, bytes_of(NULL, 0));
	hello_extension(&extensions, 43, BYTES("\x03\x04"));
	h.extensions = buffer_bytes(&extensions);
	tls_ja3s(&h, text);
	ck_assert_str_eq(text, "eb1d94daa7e0344597e756a1fb6e7054");
	buffer_clear(&extensions);
}
END_TEST

/* Without memory there is no fingerprint, and nothing else goes wrong. */
START_TEST(without_memory)
{
	struct tls_hello h;
	char text[JA4_TEXT_MAX];
	ROOM(body);

	browser_hello(&body, &h);
	for (long granted = 0; granted < 2; granted++) {
		memory_fail_after(granted);
		tls_ja4(&h, text);
		memory_fail_after(-1);
		ck_assert_str_eq(text, "");
	}
	buffer_clear(&body);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, ja4_of_the_authors);
	tcase_add_test(tests, ja4_parts);
	tcase_add_test(tests, ja4_alpn);
	tcase_add_test(tests, ja3_of_the_authors);
	tcase_add_test(tests, ja3s);
	tcase_add_test(tests, without_memory);
}

CHECK_MAIN("protocol/tls_fingerprint", add_tests)
