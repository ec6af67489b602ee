/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/sasl.h"

#include <string.h>

#include "base/base64.h"
#include "support/check_main.h"

/* Plays responses (as they are before base64) and compares who is found. */
static void
expect(const char *mechanism, const struct bytes *responses, size_t count, const char *user, const char *domain, bool clear)
{
	struct sasl s;

	sasl_init(&s);
	sasl_begin(&s, bytes_str(mechanism));
	for (size_t i = 0; i < count; i++) {
		char encoded[2048];

		(void)base64_encode(responses[i], encoded);
		sasl_response(&s, bytes_str(encoded));
	}
	ck_assert_msg(bytes_equal(buffer_bytes(&s.user), bytes_str(user)), "%s: user %.*s", mechanism, (int)s.user.len,
	    (const char *)s.user.at);
	ck_assert_msg(bytes_equal(buffer_bytes(&s.domain), bytes_str(domain)), "%s: domain %.*s", mechanism, (int)s.domain.len,
	    (const char *)s.domain.at);
	if (bytes_equal(bytes_str(domain), BYTES("DOM")))
		ck_assert(bytes_equal(buffer_bytes(&s.workstation), BYTES("D")));
	ck_assert_msg(sasl_secret_was_clear(&s) == clear, "%s", mechanism);
	sasl_clear(&s);
}

#define ONE(literal) &BYTES(literal), 1

START_TEST(mechanisms)
{
	const struct bytes login[] = { BYTES("alice"), BYTES("secret") };
	const struct bytes scram[] = { BYTES("n,,n=user,r=abc"), BYTES("c=biws,n=other,r=abc") };

	expect("PLAIN", ONE("\0alice\0secret"), "alice", "", true);
	expect("plain", ONE("admin\0alice\0secret"), "alice", "", true);
	expect("PLAIN", ONE("admin\0\0secret"), "admin", "", true);
	/* Without both NULs nobody knows which part is the password. */
	expect("PLAIN", ONE("alice"), "", "", true);
	expect("PLAIN", ONE("alice\0secret"), "", "", true);
	expect("PLAIN", NULL, 0, "", "", false);
	expect("LOGIN", ONE("alice"), "alice", "", false);
	expect("LOGIN", login, 2, "alice", "", true);
	expect("CRAM-MD5", ONE("a user b913a602c7eda7a495b4e6e7334d3890"), "a user", "", false);
	expect("CRAM-MD5", ONE("secret"), "", "", false);
	expect("DIGEST-MD5", ONE("charset=utf-8,username=\"chris\",realm=\"x\""), "chris", "x", false);
	expect("DIGEST-MD5", ONE("username=\"a,\\\"b\",response=1"), "a,\"b", "", false);
	expect("DIGEST-MD5", ONE("username=\"open"), "open", "", false);
	expect("XOAUTH2", ONE("user=eve@x\1auth=Bearer tok\1\1"), "eve@x", "", true);
	expect("OAUTHBEARER", ONE("n,a=eve@x,\1host=h\1auth=Bearer tok\1\1"), "eve@x", "", true);
	expect("OAUTHBEARER", ONE("n,a=eve@x,"), "", "", true);
	expect("SCRAM-SHA-1", scram, 2, "user", "", false);
	expect("SCRAM-SHA-256-PLUS", ONE("p=tls-unique,,n=a=2Cb=3Dc,r=x"), "a,b=c", "", false);
	expect("EXTERNAL", ONE("fred"), "fred", "", false);
	expect("GSSAPI", ONE("\x60\x82token"), "", "", false);
	expect("X-OWN", ONE("whatever"), "", "", false);
}
END_TEST

/* What stands where a mechanism should may be a secret. */
START_TEST(names)
{
	static const struct {
		const char *written, *name;
	} cases[] = {
		{ "plain", "PLAIN" },
		{ "X-OWN_2", "X-OWN_2" },
		{ "scram-sha-1", "SCRAM-SHA-1" },
		{ "gssapi", "GSSAPI" },
		{ "gss-spnego", "GSS-SPNEGO" },
		{ "anonymous", "ANONYMOUS" },
		{ "otp", "OTP" },
		{ "srp", "SRP" },
		{ "kerberos_v4", "KERBEROS_V4" },
		{ "xoauth3", "OTHER" },
		{ "AGFsaWNlAHNlY3JldA==", "OTHER" },
		{ "c2VjcmV0", "OTHER" },
		{ "SECRETSECRETSECRETSECRET", "OTHER" },
		{ "", "OTHER" },
	};
	struct sasl s;

	sasl_init(&s);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sasl_begin(&s, bytes_str(cases[i].written));
		ck_assert_msg(bytes_equal(buffer_bytes(&s.name), bytes_str(cases[i].name)), "%s", cases[i].written);
	}
	sasl_clear(&s);
}
END_TEST

/* A response too few, and the password would be taken for the name. */
START_TEST(behind_a_gap)
{
	struct sasl s;

	sasl_init(&s);
	sasl_begin(&s, BYTES("LOGIN"));
	sasl_lost(&s);
	sasl_response(&s, BYTES("c2VjcmV0"));
	ck_assert_uint_eq(s.user.len, 0);
	sasl_begin(&s, BYTES("LOGIN"));
	sasl_response(&s, BYTES("YWxpY2U="));
	ck_assert(bytes_equal(buffer_bytes(&s.user), BYTES("alice")));
	sasl_clear(&s);
}
END_TEST

/* The third message of NTLM: fields of length, room and offset, text in UTF-16LE. */
START_TEST(ntlm)
{
	uint8_t m[96] = "NTLMSSP\0\3";

	m[28] = 6;  /* domain: 6 octets at 64 */
	m[32] = 64;
	m[36] = 8;  /* user: 8 octets at 70 */
	m[40] = 70;
	m[44] = 2;  /* workstation: 2 octets at 64 */
	m[48] = 64;
	m[60] = 1;  /* unicode agreed */
	memcpy(m + 64, "D\0O\0M\0", 6);
	memcpy(m + 70, "j\0a\0c\0k\0", 8);
	expect("NTLM", &(struct bytes){ m, 78 }, 1, "jack", "DOM", false);
	m[70] = 0x3d, m[71] = 0xd8, m[72] = 0x00, m[73] = 0xde; /* a surrogate pair */
	expect("NTLM", &(struct bytes){ m, 78 }, 1, "\xf0\x9f\x98\x80" "ck", "DOM", false);
	m[72] = 'x', m[73] = 0; /* half of one */
	expect("NTLM", &(struct bytes){ m, 78 }, 1, "\xef\xbf\xbd" "xck", "DOM", false);
	m[60] = 0; /* octets of some code page */
	m[36] = 0;
	expect("NTLM", &(struct bytes){ m, 78 }, 1, "", "D\xef\xbf\xbdO\xef\xbf\xbdM\xef\xbf\xbd", false);
	m[60] = 1;
	m[36] = 8;
	m[40] = 200; /* past the end */
	expect("NTLM", &(struct bytes){ m, 78 }, 1, "", "DOM", false);
	m[8] = 1;    /* the first message */
	expect("NTLM", &(struct bytes){ m, 78 }, 1, "", "", false);
	for (size_t n = 0; n < 64; n++)
		expect("NTLM", &(struct bytes){ m, n }, 1, "", "", false);
}
END_TEST

START_TEST(hostile_responses)
{
	static uint8_t big[20000];
	struct sasl s;

	sasl_init(&s);
	sasl_begin(&s, BYTES("PLAIN"));
	memset(big, 'A', sizeof(big));
	sasl_response(&s, bytes_of(big, sizeof(big)));
	ck_assert_uint_eq(s.user.len, 0);
	sasl_response(&s, BYTES("="));
	sasl_response(&s, BYTES("!!!!"));
	ck_assert_uint_eq(s.responses, 3);
	sasl_begin(&s, bytes_of(big, 100));
	ck_assert(bytes_equal(buffer_bytes(&s.name), BYTES("OTHER")));
	sasl_clear(&s);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, mechanisms);
	tcase_add_test(tests, names);
	tcase_add_test(tests, behind_a_gap);
	tcase_add_test(tests, ntlm);
	tcase_add_test(tests, hostile_responses);
}

CHECK_MAIN("protocol/sasl", add_tests)
