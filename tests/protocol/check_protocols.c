/* SPDX-License-Identifier: Apache-2.0
 *
 * The table: every row is whole, ports and content find the right one.
 */
#include <string.h>

#include "protocol/protocol.h"
#include "support/check_main.h"

START_TEST(rows)
{
	uint16_t ports[64];
	size_t count = protocol_ports(ports, 64);

	ck_assert_uint_gt(count, 0);
	for (size_t i = 0; protocols[i] != NULL; i++) {
		const struct protocol *p = protocols[i];

		ck_assert_str_eq(p->name, mail_protocol_name(p->id));
		ck_assert_uint_gt(strlen(p->help), 5);
		ck_assert(p->recognises && p->open && p->data && p->gap && p->finish && p->report && p->close);
		for (const uint16_t *port = p->ports; *port != 0; port++)
			ck_assert_ptr_eq(protocol_by_port(*port), p); /* no port in two rows */
		ck_assert_int_eq(p->recognises(FROM_CLIENT, BYTES("\x01\x02\x03\x04\x05\x06")), RECOGNISED_NOT);
	}
	ck_assert_ptr_null(protocol_by_port(80));
	ck_assert_ptr_null(protocol_by_port(0));
}
END_TEST

START_TEST(by_content)
{
	enum recognition how;

	ck_assert_int_eq(protocol_by_content(FROM_SERVER, BYTES("220 mx ESMTP\r\n"), &how)->id, MAIL_SMTP);
	ck_assert_int_eq(how, RECOGNISED_SURE);
	ck_assert_int_eq(protocol_by_content(FROM_CLIENT, BYTES("\x16\x03\x01\x01\x00\x01\x00"), NULL)->id, MAIL_TLS);
	ck_assert_int_eq(protocol_by_content(FROM_SERVER, BYTES("\x16\x03\x03\x01\x00\x02\x00"), NULL)->id, MAIL_TLS);
	ck_assert_ptr_null(protocol_by_content(FROM_SERVER, BYTES("220 ftp\r\n"), &how));
	ck_assert_int_eq(how, RECOGNISED_MAYBE);
	ck_assert_ptr_null(protocol_by_content(FROM_CLIENT, BYTES("GET / HTTP/1.1\r\n"), &how));
	ck_assert_int_eq(how, RECOGNISED_NOT);
	ck_assert_ptr_null(protocol_by_content(FROM_SERVER, BYTES("HTTP/1.1 200 OK\r\n"), &how));
	ck_assert_int_eq(how, RECOGNISED_NOT);
}
END_TEST

START_TEST(tls_hello)
{
	static const struct {
		struct bytes first;
		enum recognition how;
	} cases[] = {
		{ { (const uint8_t *)"\x16", 1 }, RECOGNISED_MAYBE },
		{ { (const uint8_t *)"\x16\x03\x01\x02\x00", 5 }, RECOGNISED_MAYBE },
		{ { (const uint8_t *)"\x16\x03\x01\x02\x00\x01", 6 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"\x16\x03\x01\x02\x00\x02", 6 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"\x16\x04\x01\x02\x00\x01", 6 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"\x17\x03\x03\x02\x00\x01", 6 }, RECOGNISED_MAYBE },
		{ { (const uint8_t *)"\x17\x03\x03\xf0\x00\x01", 6 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"\x17\x03\x04\x02\x00\x01", 6 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"\x80\x2e\x01\x00\x02\x00", 6 }, RECOGNISED_LIKELY },
		{ { (const uint8_t *)"\x80\x2e\x01\x03\x01\x00", 6 }, RECOGNISED_LIKELY },
		{ { (const uint8_t *)"\x80\x2e\x02\x03\x01\x00", 6 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"EHLO me", 7 }, RECOGNISED_NOT },
	};
	const struct protocol *tls = protocol_by_port(993);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(tls->recognises(FROM_CLIENT, cases[i].first) == cases[i].how, "case %zu", i);
	ck_assert_int_eq(tls->recognises(FROM_SERVER, BYTES("\x15\x03\x01\x00\x02\x02\x28")), RECOGNISED_LIKELY);
}
END_TEST

START_TEST(who_speaks)
{
	ck_assert_int_eq(protocol_speaker(BYTES("220 mx ESMTP\r\n")), SPEAKER_SERVER);
	ck_assert_int_eq(protocol_speaker(BYTES("250 OK\r\n")), SPEAKER_SERVER);
	ck_assert_int_eq(protocol_speaker(BYTES("EHLO me\r\n")), SPEAKER_CLIENT);
	ck_assert_int_eq(protocol_speaker(BYTES("\x16\x03\x01\x02\x00\x01\x00")), SPEAKER_CLIENT);
	ck_assert_int_eq(protocol_speaker(BYTES("\x16\x03\x03\x02\x00\x02\x00")), SPEAKER_SERVER);
	ck_assert_int_eq(protocol_speaker(BYTES("\x01\x02\x03\x04\x05\x06\x07")), SPEAKER_UNKNOWN);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, rows);
	tcase_add_test(tests, by_content);
	tcase_add_test(tests, tls_hello);
	tcase_add_test(tests, who_speaks);
}

CHECK_MAIN("protocol/protocols", add_tests)
