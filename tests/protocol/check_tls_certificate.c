/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/tls_certificate.h"

#include <stdio.h>

#include "support/check_main.h"
#include "support/guard.h"
#include "support/hello.h"

static struct tls_report report;
static struct arena arena;

static void
read_body(struct bytes body)
{
	struct guard guard = guard_new(body);

	arena_clear(&arena);
	report = (struct tls_report){ 0 };
	tls_certificates_read(guard.bytes, &report, &arena);
	guard_free(&guard);
}

static void
assert_text(struct bytes got, const char *want)
{
	ck_assert_msg(bytes_equal(got, bytes_str(want)), "%.*s", (int)got.len, (const char *)got.at);
}

static void
assert_hex(const uint8_t *at, size_t len, const char *want)
{
	char text[3];

	for (size_t i = 0; i < len; i++) {
		(void)snprintf(text, sizeof(text), "%02x", at[i]);
		ck_assert_mem_eq(text, want + 2 * i, 2);
	}
}

START_TEST(one)
{
	const struct tls_certificate *c;
	struct buffer body;

	buffer_init(&body, 8192);
	hello_certificates(&body, bytes_of(hello_der, hello_der_len), 1);
	read_body(buffer_bytes(&body));
	ck_assert_uint_eq(report.certificate_count, 1);
	ck_assert(!report.certificates_cut);
	c = report.certificates;
	assert_text(c->subject_text, "CN=mail.example.org,O=Mail & Sons,C=DE");
	assert_text(c->issuer_text, "CN=mail.example.org,O=Mail & Sons,C=DE");
	assert_text(c->serial, "406590669496DDBB8F485C2009BD33485E66CE72");
	ck_assert(c->self_signed);
	ck_assert_uint_eq(c->names.len, 4);
	assert_text(c->names.at[0], "mail.example.org");
	assert_text(c->names.at[1], "imap.example.org");
	assert_text(c->names.at[2], "192.0.2.7");
	assert_text(c->names.at[3], "2001:db8::7");
	ck_assert_int_eq(c->not_before, 1795458222);
	ck_assert_int_eq(c->not_after, 1795458222 + 3650 * 86400);
	assert_hex(c->sha1, 20, HELLO_SHA1);
	assert_hex(c->sha256, 32, HELLO_SHA256);
	buffer_clear(&body);
	arena_clear(&arena);
}
END_TEST

START_TEST(more_than_are_kept)
{
	struct buffer body;

	buffer_init(&body, 65536);
	hello_certificates(&body, bytes_of(hello_der, hello_der_len), TLS_CHAIN_MAX + 3);
	read_body(buffer_bytes(&body));
	ck_assert_uint_eq(report.certificate_count, TLS_CHAIN_MAX);
	ck_assert_uint_eq(report.certificates_dropped, 3);
	buffer_clear(&body);
	arena_clear(&arena);
}
END_TEST

/* Cut anywhere: what came whole is read, and it is said. */
START_TEST(cut)
{
	struct buffer body;

	buffer_init(&body, 8192);
	hello_certificates(&body, bytes_of(hello_der, hello_der_len), 2);
	for (size_t len = 0; len < body.len; len++) {
		read_body(bytes_first(buffer_bytes(&body), len));
		ck_assert(report.certificates_cut);
		ck_assert_uint_eq(report.certificate_count, len >= 3 + 3 + hello_der_len ? 1 : 0);
	}
	buffer_clear(&body);
	arena_clear(&arena);
}
END_TEST

/* Each octet changed: it may be read or not, but its hashes are told, and texts are texts. */
START_TEST(hostile)
{
	static const uint8_t with[] = { 0x00, 0x30, 0x80, 0xff };
	struct buffer body;

	buffer_init(&body, 8192);
	hello_certificates(&body, bytes_of(hello_der, hello_der_len), 1);
	for (size_t i = 6; i < body.len; i++) {
		uint8_t was = body.at[i];

		for (size_t k = 0; k < sizeof(with); k++) {
			body.at[i] = with[k];
			read_body(buffer_bytes(&body));
			ck_assert_uint_eq(report.certificate_count, 1);
			ck_assert(report.certificates[0].subject_text.len <= TLS_NAME_MAX);
		}
		body.at[i] = was;
	}
	read_body(BYTES("\x00\x00\x06\x00\x00\x03\x30\x01\x00"));
	ck_assert_uint_eq(report.certificate_count, 1);
	ck_assert_uint_eq(report.certificates[0].subject_text.len, 0);
	ck_assert_int_eq(report.certificates[0].not_after, -1);
	buffer_clear(&body);
	arena_clear(&arena);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, one);
	tcase_add_test(tests, more_than_are_kept);
	tcase_add_test(tests, cut);
	tcase_add_test(tests, hostile);
}

CHECK_MAIN("protocol/tls_certificate", add_tests)
