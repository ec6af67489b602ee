/* SPDX-License-Identifier: Apache-2.0 */
#include "base/endpoint.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"

static struct address
address(const char *text)
{
	struct address a = { 0 };

	ck_assert_msg(address_parse(bytes_str(text), &a), "%s", text);
	return a;
}

START_TEST(addresses_are_read_and_written)
{
	/* The written form is that of RFC 5952 */
	static const struct {
		const char *in, *out;
		uint8_t family;
	} cases[] = {
		{ "0.0.0.0", "0.0.0.0", 4 },
		{ "192.0.2.1", "192.0.2.1", 4 },
		{ "255.255.255.255", "255.255.255.255", 4 },
		{ "::", "::", 6 },
		{ "::1", "::1", 6 },
		{ "2001:DB8::1", "2001:db8::1", 6 },
		{ "2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1", 6 },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", 6 },
		{ "2001:db8:0:0:1:0:0:0", "2001:db8:0:0:1::", 6 },
		{ "fe80::", "fe80::", 6 },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.1", 6 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 6 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(bytes_str(cases[i].in));
		struct address a = { 0 };
		char text[ADDRESS_TEXT_MAX];

		ck_assert_msg(address_parse(g.bytes, &a), "%s", cases[i].in);
		ck_assert_uint_eq(a.family, cases[i].family);
		ck_assert_ptr_eq(address_text(text, &a), text);
		ck_assert_str_eq(text, cases[i].out);
		guard_free(&g);
	}
}
END_TEST

START_TEST(what_is_no_address_is_refused)
{
	const struct bytes cases[] = {
		BYTES(""),
		BYTES("1"),
		BYTES("1.2.3"),
		BYTES("1.2.3.4.5"),
		BYTES("1.2.3.256"),
		BYTES("1.2.3.04"),
		BYTES("1.2.3.0x4"),
		BYTES("1.2.3.-4"),
		BYTES(" 1.2.3.4"),
		BYTES("1.2.3.4 "),
		BYTES("1.2.3.4\n"),
		BYTES("1.2.3.4\0"),
		BYTES("1.2.3.4\0.example.org"),
		BYTES("1.2.3.4:25"),
		BYTES("1.2.3.4/32"),
		BYTES("example.org"),
		BYTES(":"),
		BYTES(":::"),
		BYTES("1::2::3"),
		BYTES("1:2:3:4:5:6:7"),
		BYTES("1:2:3:4:5:6:7:8:9"),
		BYTES("12345::"),
		BYTES("::g"),
		BYTES("[::1]"),
		BYTES("fe80::1%eth0"),
		BYTES("::1.2.3"),
		BYTES("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2550"),
		BYTES("00000000000000000000000000000000000000000000000000000000000000000001::"),
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(cases[i]);
		struct address a;
		struct network n;
		uint8_t before[sizeof(a)], network_before[sizeof(n)];

		memset(&a, 0xa5, sizeof(a));
		memcpy(before, &a, sizeof(a));
		memset(&n, 0xa5, sizeof(n));
		memcpy(network_before, &n, sizeof(n));
		ck_assert_msg(!address_parse(g.bytes, &a), "case %zu", i);
		ck_assert_mem_eq(&a, before, sizeof(a));
		if (bytes_find(cases[i], '/') == BYTES_NOWHERE) {
			ck_assert_msg(!network_parse(g.bytes, &n), "case %zu", i);
			ck_assert_mem_eq(&n, network_before, sizeof(n));
		}
		guard_free(&g);
	}
}
END_TEST

START_TEST(octets_make_an_address)
{
	const uint8_t ip[16] = { 192, 0, 2, 7, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	struct address v4 = address_v4(ip), v6 = address_v6(ip), none = { 0 };
	struct address parsed = address("192.0.2.7");
	char text[ADDRESS_TEXT_MAX];

	/* IPv4 leaves the rest zero, so that it equals what was read from text. */
	ck_assert_int_eq(address_compare(&v4, &parsed), 0);
	ck_assert_str_eq(address_text(text, &v6), "c000:207:506:708:90a:b0c:d0e:f10");
	ck_assert_str_eq(address_text(text, &none), "?");
}
END_TEST

START_TEST(the_order_is_total)
{
	static const struct {
		const char *address;
		uint16_t port;
	} rising[] = {
		{ "0.0.0.0", 0 },
		{ "0.0.0.0", 1 },
		{ "0.0.0.1", 0 },
		{ "10.0.0.1", 65535 },
		{ "200.0.0.1", 25 },
		{ "200.0.0.1", 256 },
		{ "::", 0 },
		{ "::1", 0 },
		{ "::1", 25 },
		{ "ff00::", 1 },
	};
	const size_t count = sizeof(rising) / sizeof(rising[0]);

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			struct endpoint a = { address(rising[i].address), rising[i].port };
			struct endpoint b = { address(rising[j].address), rising[j].port };
			int order = endpoint_compare(&a, &b), addresses = address_compare(&a.address, &b.address);
			bool same = strcmp(rising[i].address, rising[j].address) == 0;

			ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
			ck_assert_int_eq((addresses > 0) - (addresses < 0), same ? 0 : (i > j) - (i < j));
		}
	}
}
END_TEST

START_TEST(endpoints_are_written)
{
	struct endpoint a = { address("192.0.2.1"), 25 }, b = { address("2001:db8::1"), 65535 }, none = { 0 };
	struct endpoint longest = { address("1111:2222:3333:4444:5555:6666:7777:8888"), 12345 };
	char text[ENDPOINT_TEXT_MAX];

	ck_assert_ptr_eq(endpoint_text(text, &a), text);
	ck_assert_str_eq(text, "192.0.2.1:25");
	ck_assert_str_eq(endpoint_text(text, &b), "[2001:db8::1]:65535");
	ck_assert_str_eq(endpoint_text(text, &longest), "[1111:2222:3333:4444:5555:6666:7777:8888]:12345");
	ck_assert_str_eq(endpoint_text(text, &none), "?:0");
}
END_TEST

START_TEST(networks_are_read)
{
	static const struct {
		const char *in;
		bool good;
		uint8_t prefix;
	} cases[] = {
		{ "0.0.0.0/0", true, 0 },
		{ "10.0.0.0/8", true, 8 },
		{ "10.128.0.0/9", true, 9 },
		{ "192.0.2.128/25", true, 25 },
		{ "192.0.2.1/32", true, 32 },
		{ "192.0.2.1", true, 32 },
		{ "::/0", true, 0 },
		{ "2001:db8::/32", true, 32 },
		{ "fe80::/10", true, 10 },
		{ "2001:db8::1/128", true, 128 },
		{ "2001:db8::1", true, 128 },
		{ "8000::/1", true, 1 },
		/* bits beyond the prefix */
		{ "10.0.0.1/8", false, 0 },
		{ "10.128.0.0/8", false, 0 },
		{ "192.0.2.1/31", false, 0 },
		{ "128.0.0.0/0", false, 0 },
		{ "2001:db8::1/127", false, 0 },
		{ "2001:db8::/28", false, 0 },
		{ "::1/0", false, 0 },
		/* malformed */
		{ "10.0.0.0/33", false, 0 },
		{ "::/129", false, 0 },
		{ "::/256", false, 0 },
		{ "10.0.0.0/", false, 0 },
		{ "10.0.0.0/-8", false, 0 },
		{ "10.0.0.0/+8", false, 0 },
		{ "10.0.0.0/8/8", false, 0 },
		{ "10.0.0.0/8 ", false, 0 },
		{ "10.0.0.0/255.0.0.0", false, 0 },
		{ "10.0.0.0/4294967304", false, 0 },
		{ "10.0.0.0/18446744073709551624", false, 0 },
		{ "10/8", false, 0 },
		{ "/8", false, 0 },
		{ "/", false, 0 },
		{ "", false, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(bytes_str(cases[i].in));
		struct network n;

		memset(&n, 0xa5, sizeof(n));
		ck_assert_msg(network_parse(g.bytes, &n) == cases[i].good, "%s", cases[i].in);
		ck_assert_uint_eq(n.prefix, cases[i].good ? cases[i].prefix : 0xa5);
		guard_free(&g);
	}
}
END_TEST

START_TEST(networks_hold_addresses)
{
	static const struct {
		const char *network, *address;
		bool has;
	} cases[] = {
		{ "0.0.0.0/0", "255.1.2.3", true },
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/8", "9.255.255.255", false },
		{ "192.0.2.128/25", "192.0.2.128", true },
		{ "192.0.2.128/25", "192.0.2.255", true },
		{ "192.0.2.128/25", "192.0.2.127", false },
		{ "192.0.2.128/25", "192.0.3.128", false },
		{ "172.16.0.0/12", "172.31.255.255", true },
		{ "172.16.0.0/12", "172.32.0.0", false },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.0", false },
		{ "2001:db8::/32", "2001:db8:ffff::1", true },
		{ "2001:db8::/32", "2001:db9::", false },
		{ "fe80::/10", "febf::1", true },
		{ "fe80::/10", "fec0::1", false },
		{ "::1", "::1", true },
		{ "::1", "::", false },
		/* One family holds nothing of the other. */
		{ "0.0.0.0/0", "::", false },
		{ "::/0", "0.0.0.0", false },
		{ "10.0.0.0/8", "a00::", false },
		{ "::/0", "ffff::", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address a = address(cases[i].address);
		struct network n = { 0 };

		ck_assert(network_parse(bytes_str(cases[i].network), &n));
		ck_assert_msg(network_has(&n, &a) == cases[i].has, "%s in %s", cases[i].address, cases[i].network);
	}
}
END_TEST

START_TEST(no_address_is_nowhere)
{
	struct address none = { 0 };
	struct network any, blank = { 0 };

	ck_assert(network_parse(BYTES("0.0.0.0/0"), &any));
	ck_assert(!network_has(&any, &none));
	ck_assert(network_parse(BYTES("::/0"), &any));
	ck_assert(!network_has(&any, &none));
	ck_assert(!network_has(&blank, &none));
}
END_TEST

START_TEST(lists_hold_addresses)
{
	struct network at[3] = { 0 };
	struct networks list = { at, 3 }, none = { NULL, 0 };
	struct address a = address("192.0.2.9"), b = address("::9"), c = address("192.0.3.9");

	ck_assert(network_parse(BYTES("10.0.0.0/8"), &at[0]));
	ck_assert(network_parse(BYTES("::/64"), &at[1]));
	ck_assert(network_parse(BYTES("192.0.2.0/24"), &at[2]));
	ck_assert(networks_have(&list, &a));
	ck_assert(networks_have(&list, &b));
	ck_assert(!networks_have(&list, &c));
	ck_assert(!networks_have(&none, &a));
	list.len = 2;
	ck_assert(!networks_have(&list, &a));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, addresses_are_read_and_written);
	tcase_add_test(tests, what_is_no_address_is_refused);
	tcase_add_test(tests, octets_make_an_address);
	tcase_add_test(tests, the_order_is_total);
	tcase_add_test(tests, endpoints_are_written);
	tcase_add_test(tests, networks_are_read);
	tcase_add_test(tests, networks_hold_addresses);
	tcase_add_test(tests, no_address_is_nowhere);
	tcase_add_test(tests, lists_hold_addresses);
}

CHECK_MAIN("base/endpoint", add_tests)
