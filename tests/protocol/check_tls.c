/* SPDX-License-Identifier: Apache-2.0
 *
 * Handshakes made by hand, each with all that must be observed of it: played whole, split at every octet, octet by octet,
 * ending at an unmapped page; and with each octet missing, after which nothing may be said that is not so.
 */
#include "protocol/tls.h"

#include <stdio.h>

#include "base/memory.h"
#include "support/check_main.h"
#include "support/hello.h"
#include "support/script.h"

enum content { CHANGE = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };
enum handshake_type { CLIENT_HELLO = 1, SERVER_HELLO = 2, TICKET = 4, CERTIFICATE = 11, HELLO_DONE = 14, CLIENT_KEY = 16 };

/* A conversation under construction, as the text of a script. */
static struct buffer text, body, part, extensions;
static uint8_t filling[2048];

static void
begin(void)
{
	buffer_init(&text, 1 << 20);
	buffer_init(&body, 1 << 16);
	buffer_init(&part, 1 << 16);
	buffer_init(&extensions, 1 << 16);
}

static void
say(char who, struct bytes octets)
{
	char hex[8];

	(void)snprintf(hex, sizeof(hex), "%c| ", who);
	(void)buffer_append(&text, bytes_str(hex));
	for (size_t i = 0; i < octets.len; i++) {
		(void)snprintf(hex, sizeof(hex), "\\x%02x", octets.at[i]);
		(void)buffer_append(&text, bytes_str(hex));
	}
	(void)buffer_append_octet(&text, '\n');
}

static void
record(char who, enum content type, struct bytes content)
{
	struct buffer out;

	buffer_init(&out, 1 << 16);
	hello_record(&out, (uint8_t)type, content);
	say(who, buffer_bytes(&out));
	buffer_clear(&out);
}

static void
data(char who, size_t len)
{
	record(who, DATA, bytes_of(filling, len));
}

/* What is in `body` as a message in a record of its own. */
static void
message(char who, enum handshake_type type)
{
	buffer_reset(&part);
	hello_message(&part, (uint8_t)type, buffer_bytes(&body));
	record(who, HANDSHAKE, buffer_bytes(&part));
	buffer_reset(&body);
}

static void
client_hello(uint16_t best, struct bytes session_id)
{
	buffer_reset(&extensions);
	hello_extension(&extensions, 0, BYTES("\x00\x07\x00\x00\x04mail"));
	hello_extension(&extensions, 16, BYTES("\x00\x05\x04imap"));
	if (best == 0x0304)
		hello_extension(&extensions, 43, BYTES("\x02\x03\x04"));
	hello_client(&body, &(struct hello){ .version = 0x0303, .session_id = session_id, .ciphers = BYTES("\x13\x01\xc0\x2f"),
	    .extensions = buffer_bytes(&extensions) });
	message('C', CLIENT_HELLO);
}

static void
server_hello_12(struct bytes session_id, const char *random_end)
{
	hello_server(&body, &(struct hello){ .version = 0x0303, .session_id = session_id, .ciphers = BYTES("\xc0\x2f"),
	    .random_end = random_end, .random_end_len = random_end == NULL ? 0 : 8 });
	message('S', SERVER_HELLO);
}

static void
server_hello_13(bool key, bool retry)
{
	buffer_reset(&extensions);
	hello_extension(&extensions, 43, BYTES("\x03\x04"));
	hello_extension(&extensions, 51, BYTES("\x00\x1d\x00\x00"));
	if (key)
		hello_extension(&extensions, 41, BYTES("\x00\x00"));
	hello_server(&body, &(struct hello){ .version = 0x0303, .ciphers = BYTES("\x13\x01"), .extensions = buffer_bytes(&extensions),
	    .random_end = (const char *)hello_retry, .random_end_len = retry ? 32 : 0 });
	message('S', SERVER_HELLO);
}

static void
finish_12(void)
{
	message('C', CLIENT_KEY);
	record('C', CHANGE, BYTES("\x01"));
	record('C', HANDSHAKE, bytes_of(filling, 40));
	record('S', CHANGE, BYTES("\x01"));
	record('S', HANDSHAKE, bytes_of(filling, 40));
}

/* With each octet missing once: at most one handshake is said, and it never says more than the whole one. */
static void
play_gaps(const struct script *script, bool established)
{
	for (size_t gap = 0; gap < script->bytes.len; gap++) {
		struct script_play play = SCRIPT_WHOLE;
		struct recorder r;
		const char *told;
		unsigned handshakes;

		play.gap = gap;
		recorder_init(&r);
		script_run(script, &protocol_tls, &play, &r);
		told = recorder_text(&r);
		handshakes = strncmp(told, "tls ", 4) == 0;
		while ((told = strstr(told, "\ntls ")) != NULL) {
			handshakes++;
			told++;
		}
		ck_assert_msg(handshakes <= 1, "gap at %zu: %s", gap, recorder_text(&r));
		ck_assert(established || strstr(recorder_text(&r), "established") == NULL);
		recorder_clear(&r);
	}
}

#define REPORT "report none\n"

static void
expect(const char *expected)
{
	struct script_case c = { .name = "tls", .expected = expected, .play = SCRIPT_WHOLE };
	struct script script;

	(void)buffer_append_octet(&text, 0);
	c.script = (const char *)text.at;
	script_assert(&c, &protocol_tls);
	script_read(&script, c.script);
	play_gaps(&script, strstr(expected, "established") != NULL);
	script_clear(&script);
	buffer_clear(&text);
	buffer_clear(&body);
	buffer_clear(&part);
	buffer_clear(&extensions);
}

/* The fingerprints were computed from the texts of the methods, by another program. */
#define EXPECT_13 \
	"tls TLS 1.3 cipher=1301 sni=[mail] ja3=336f5f33f4497e06a9cd5231997c3982 ja3s=f4febc55ea12b31ae17cfb7e614afda8 ja4=t13d0203ip_c1929292aa6b_b9a491fefe05 established\n" REPORT
#define EXPECT_13_RETRIED \
	"tls TLS 1.3 cipher=1301 sni=[mail] ja3=336f5f33f4497e06a9cd5231997c3982 ja3s=fcb2d4d0991292272fcb1e464eedfd43 ja4=t13d0203ip_c1929292aa6b_b9a491fefe05 resumed retried established\n" REPORT
#define EXPECT_13_REFUSED \
	"tls TLS 1.3 cipher=1301 sni=[mail] ja3=336f5f33f4497e06a9cd5231997c3982 ja3s=f4febc55ea12b31ae17cfb7e614afda8 ja4=t13d0203ip_c1929292aa6b_b9a491fefe05\n" REPORT
#define EXPECT_12 \
	"tls TLS 1.2 cipher=c02f sni=[mail] ja3=49cbdc1ae4567ba59ab722a6eed4184d ja3s=174e7e4992a63f6d419626d97363adb8 ja4=t12d0202ip_c1929292aa6b_000000000000 subject=[CN=mail.example.org,O=Mail & Sons,C=DE] established\n" REPORT
#define EXPECT_DOWNGRADED \
	"tls TLS 1.2 cipher=c02f sni=[mail] ja3=336f5f33f4497e06a9cd5231997c3982 ja3s=174e7e4992a63f6d419626d97363adb8 ja4=t13d0203ip_c1929292aa6b_b9a491fefe05 downgrade established\n" REPORT
#define EXPECT_12_RESUMED \
	"tls TLS 1.2 cipher=c02f sni=[mail] ja3=49cbdc1ae4567ba59ab722a6eed4184d ja3s=174e7e4992a63f6d419626d97363adb8 ja4=t12d0202ip_c1929292aa6b_000000000000 resumed established\n" REPORT
#define EXPECT_ALERT \
	"tls TLS 1.2 cipher=0000 sni=[mail] ja3=49cbdc1ae4567ba59ab722a6eed4184d ja3s= ja4=t12d0202ip_c1929292aa6b_000000000000 alert=2,40,server\n" REPORT
#define EXPECT_WARNING \
	"tls TLS 1.2 cipher=c02f sni=[mail] ja3=49cbdc1ae4567ba59ab722a6eed4184d ja3s=174e7e4992a63f6d419626d97363adb8 ja4=t12d0202ip_c1929292aa6b_000000000000 established alert=1,112,server\n" REPORT
#define EXPECT_NOT \
	"anomaly not_tls server\n" \
	"tls TLS 1.2 cipher=0000 sni=[mail] ja3=49cbdc1ae4567ba59ab722a6eed4184d ja3s= ja4=t12d0202ip_c1929292aa6b_000000000000\n" REPORT

START_TEST(tls13)
{
	begin();
	client_hello(0x0304, bytes_of(NULL, 0));
	server_hello_13(false, false);
	record('S', CHANGE, BYTES("\x01"));
	data('S', 900);
	record('C', CHANGE, BYTES("\x01"));
	data('C', 53);
	data('S', 255);
	expect(EXPECT_13);
}
END_TEST

START_TEST(tls13_resumed_after_another_hello)
{
	begin();
	client_hello(0x0304, bytes_of(NULL, 0));
	server_hello_13(false, true);
	record('C', CHANGE, BYTES("\x01"));
	client_hello(0x0304, bytes_of(NULL, 0));
	server_hello_13(true, false);
	data('S', 200);
	data('C', 69);
	expect(EXPECT_13_RETRIED);
}
END_TEST

/* The client did not like what it got: what it says under encryption is too short for a Finished. */
START_TEST(tls13_refused_by_the_client)
{
	begin();
	client_hello(0x0304, bytes_of(NULL, 0));
	server_hello_13(false, false);
	data('S', 900);
	data('C', 19);
	expect(EXPECT_13_REFUSED);
}
END_TEST

START_TEST(tls12)
{
	begin();
	client_hello(0x0303, BYTES("id"));
	server_hello_12(BYTES("other"), "DOWNGRD\x01");
	hello_certificates(&body, bytes_of(hello_der, hello_der_len), 1);
	message('S', CERTIFICATE);
	message('S', HELLO_DONE);
	finish_12();
	data('C', 40);
	expect(EXPECT_12);
}
END_TEST

/* Memory runs out at each allocation in turn: less is said, nothing is lost, and nothing breaks. */
START_TEST(without_memory)
{
	static const struct protocol_limits limits = { .observations = 5 };
	struct session session = { .protocol = MAIL_TLS };
	struct recorder r;
	struct protocol_context context = { .session = &session, .limits = &limits, .observe = recorder_observe,
		.observe_arg = &r };
	struct buffer server, client;
	size_t used, opened = 0;

	begin();
	buffer_init(&server, 1 << 16);
	buffer_init(&client, 1 << 16);
	hello_extension(&extensions, 0, BYTES("\x00\x07\x00\x00\x04mail"));
	hello_extension(&extensions, 16, BYTES("\x00\x05\x04imap"));
	hello_client(&body, &(struct hello){ .version = 0x0303, .ciphers = BYTES("\xc0\x2f"), .extensions = buffer_bytes(&extensions) });
	hello_message(&part, CLIENT_HELLO, buffer_bytes(&body));
	hello_record(&client, HANDSHAKE, buffer_bytes(&part));
	buffer_reset(&body);
	buffer_reset(&part);
	hello_certificates(&body, bytes_of(hello_der, hello_der_len), 1);
	hello_message(&part, CERTIFICATE, buffer_bytes(&body));
	hello_record(&server, HANDSHAKE, buffer_bytes(&part));
	for (long granted = 0; granted < 40; granted++) {
		void *parser;

		recorder_init(&r);
		(void)buffer_append(&r.text, BYTES("\n")); /* its room is not part of the game */
		memory_fail_after(granted);
		parser = protocol_tls.open(&context);
		if (parser != NULL) {
			opened++;
			for (size_t i = 0; i < client.len; i++)
				(void)protocol_tls.data(parser, FROM_CLIENT, bytes_of(client.at + i, 1), 1, &used);
			for (size_t i = 0; i < server.len; i++)
				(void)protocol_tls.data(parser, FROM_SERVER, bytes_of(server.at + i, 1), 1, &used);
			protocol_tls.finish(parser, 2);
			protocol_tls.close(parser);
		}
		memory_fail_after(-1);
		recorder_clear(&r);
	}
	ck_assert_uint_ge(opened, 38);
	buffer_clear(&server);
	buffer_clear(&client);
	buffer_clear(&text);
	buffer_clear(&body);
	buffer_clear(&part);
	buffer_clear(&extensions);
}
END_TEST

START_TEST(downgraded)
{
	begin();
	client_hello(0x0304, bytes_of(NULL, 0));
	server_hello_12(bytes_of(NULL, 0), "DOWNGRD\x01");
	message('S', HELLO_DONE);
	finish_12();
	expect(EXPECT_DOWNGRADED);
}
END_TEST

START_TEST(tls12_resumed)
{
	begin();
	client_hello(0x0303, BYTES("the same"));
	server_hello_12(BYTES("the same"), NULL);
	record('S', CHANGE, BYTES("\x01"));
	record('S', HANDSHAKE, bytes_of(filling, 40));
	record('C', CHANGE, BYTES("\x01"));
	record('C', HANDSHAKE, bytes_of(filling, 40));
	data('C', 40);
	expect(EXPECT_12_RESUMED);
}
END_TEST

/* By a ticket that no session id betrays. */
START_TEST(tls12_resumed_by_ticket)
{
	begin();
	client_hello(0x0303, bytes_of(NULL, 0));
	server_hello_12(bytes_of(NULL, 0), NULL);
	(void)buffer_append(&body, bytes_of(filling, 100));
	message('S', TICKET);
	record('S', CHANGE, BYTES("\x01"));
	record('C', CHANGE, BYTES("\x01"));
	expect(EXPECT_12_RESUMED);
}
END_TEST

/* A hello in five records, one of them empty. */
START_TEST(hello_in_pieces)
{
	struct bytes rest;

	begin();
	hello_extension(&extensions, 0, BYTES("\x00\x07\x00\x00\x04mail"));
	hello_extension(&extensions, 16, BYTES("\x00\x05\x04imap"));
	hello_client(&body, &(struct hello){ .version = 0x0303, .ciphers = BYTES("\x13\x01\xc0\x2f"),
	    .extensions = buffer_bytes(&extensions) });
	hello_message(&part, CLIENT_HELLO, buffer_bytes(&body));
	rest = buffer_bytes(&part);
	record('C', HANDSHAKE, bytes_first(rest, 1));
	record('C', HANDSHAKE, bytes_first(bytes_skip(rest, 1), 4));
	record('C', HANDSHAKE, bytes_of(NULL, 0));
	record('C', HANDSHAKE, bytes_first(bytes_skip(rest, 5), 30));
	record('C', HANDSHAKE, bytes_skip(rest, 35));
	buffer_reset(&body);
	record('S', ALERT, BYTES("\x02\x28"));
	expect(EXPECT_ALERT);
}
END_TEST

START_TEST(warning)
{
	begin();
	client_hello(0x0303, bytes_of(NULL, 0));
	record('S', ALERT, BYTES("\x01\x70"));
	server_hello_12(BYTES("new"), NULL);
	message('S', HELLO_DONE);
	finish_12();
	expect(EXPECT_WARNING);
}
END_TEST

START_TEST(sslv2_form)
{
	static const uint8_t hello[] = { 0x80, 31, 1, 3, 1, 0, 6, 0, 0, 0, 16, 0, 0, 4, 1, 0, 0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
		13, 14, 15, 16 };

	begin();
	say('C', bytes_of(hello, sizeof(hello)));
	server_hello_12(bytes_of(NULL, 0), NULL);
	message('S', HELLO_DONE);
	finish_12();
	expect("tls TLS 1.2 cipher=c02f sni=[] ja3= ja3s=174e7e4992a63f6d419626d97363adb8 ja4= established\n" REPORT);
}
END_TEST

START_TEST(not_tls)
{
	begin();
	client_hello(0x0303, bytes_of(NULL, 0));
	say('S', BYTES("220 mx ESMTP\r\n"));
	expect(EXPECT_NOT);
}
END_TEST

/* Picked up in the middle: what comes first may be the inside of a record, and is nothing to be said of. */
START_TEST(midstream)
{
	struct script_case c = { .name = "midstream", .script = "C| \\x17\\x03\\x03\\x00\\x20\nS| inside of a record\n",
		.expected = REPORT, .play = SCRIPT_WHOLE };

	c.play.midstream = true;
	script_assert(&c, &protocol_tls);
}
END_TEST

static void
add_tests(TCase *tests)
{
	for (size_t i = 0; i < sizeof(filling); i++)
		filling[i] = (uint8_t)(i * 31 + 7);
	tcase_add_test(tests, tls13);
	tcase_add_test(tests, tls13_resumed_after_another_hello);
	tcase_add_test(tests, tls13_refused_by_the_client);
	tcase_add_test(tests, tls12);
	tcase_add_test(tests, without_memory);
	tcase_add_test(tests, downgraded);
	tcase_add_test(tests, tls12_resumed);
	tcase_add_test(tests, tls12_resumed_by_ticket);
	tcase_add_test(tests, hello_in_pieces);
	tcase_add_test(tests, warning);
	tcase_add_test(tests, sslv2_form);
	tcase_add_test(tests, not_tls);
	tcase_add_test(tests, midstream);
}

CHECK_MAIN("protocol/tls", add_tests)
