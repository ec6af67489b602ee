/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/values.h"

#include <string.h>

#include "support/check_main.h"

static struct refusal why;

START_TEST(truth)
{
	static const char *const yes[] = { "true", "True", "yes", "on", "ON" }, *const no[] = { "false", "no", "off" };
	bool b;

	for (size_t i = 0; i < 5; i++)
		ck_assert(value_bool(yes[i], &b, &why) && b);
	for (size_t i = 0; i < 3; i++)
		ck_assert(value_bool(no[i], &b, &why) && !b);
	ck_assert(!value_bool("maybe", &b, &why));
	ck_assert_str_eq(why.text, "\"maybe\" is neither true nor false: write true or false");
	ck_assert(!value_bool("", &b, &why) && !value_bool("1", &b, &why));
}
END_TEST

START_TEST(integers)
{
	uint64_t n = 7;

	ck_assert(value_integer("0", &n, &why) && n == 0);
	ck_assert(value_integer("18446744073709551615", &n, &why) && n == UINT64_MAX);
	n = 7;
	ck_assert(!value_integer("18446744073709551616", &n, &why) && n == 7);
	ck_assert(!value_integer("-1", &n, &why) && !value_integer("+1", &n, &why) && !value_integer("0x10", &n, &why));
	ck_assert(!value_integer("", &n, &why) && !value_integer("1 ", &n, &why) && !value_integer("1e3", &n, &why));
	ck_assert(n == 7);
}
END_TEST

START_TEST(sizes)
{
	static const struct {
		const char *text;
		uint64_t octets;
		const char *written;
	} right[] = {
		{ "0", 0, "0" },
		{ "512", 512, "512" },
		{ "512B", 512, "512" },
		{ "64KiB", 65536, "64KiB" },
		{ "64 KiB", 65536, "64KiB" },
		{ "64MiB", 67108864, "64MiB" },
		{ "1024MiB", 1u << 30, "1GiB" },
		{ "2TiB", UINT64_C(2) << 40, "2TiB" },
		{ "1kB", 1000, "1000" },
		{ "1MB", 1000000, "1000000" },
		{ "8GB", UINT64_C(8000000000), "7812500KiB" },
		{ "1536KiB", 1572864, "1536KiB" },
		{ "9223372036854775807", INT64_MAX, "9223372036854775807" },
	};
	static const char *const wrong[] = { "", "KiB", "x", "-1", "1.5MiB", "1M", "1kib", "1Mib", "64  KiB", "1KiB ",
		"9223372036854775808", "8388608TiB", "99999999999999999999", "1KiBB", " 1" };
	char text[VALUE_TEXT_MAX];
	uint64_t n;

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		ck_assert_msg(value_size(right[i].text, &n, &why) && n == right[i].octets, "%s", right[i].text);
		ck_assert_str_eq(value_size_text(text, n), right[i].written);
		ck_assert(value_size(text, &n, &why) && n == right[i].octets);
	}
	n = 7;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!value_size(wrong[i], &n, &why) && n == 7, "%s", wrong[i]);
	ck_assert(!value_size("10M", &n, &why));
	ck_assert_ptr_nonnull(strstr(why.text, "\"10M\" has the unit \"M\", which is none: write KiB, MiB"));
	ck_assert(!value_size("1.5MiB", &n, &why) && strstr(why.text, "1536KiB") != NULL);
}
END_TEST

START_TEST(durations)
{
	static const struct {
		const char *text;
		usec_t span;
		const char *written;
	} right[] = {
		{ "0", 0, "0" },
		{ "0s", 0, "0" },
		{ "250us", 250, "250us" },
		{ "100ms", 100000, "100ms" },
		{ "1000ms", 1000000, "1s" },
		{ "90s", 90000000, "90s" },
		{ "10m", 600000000, "10m" },
		{ "60m", INT64_C(3600000000), "1h" },
		{ "24h", INT64_C(86400000000), "1d" },
		{ "30 d", INT64_C(2592000000000), "30d" },
	};
	static const char *const wrong[] = { "", "s", "10", "1.5s", "-1s", "10min", "10S", "106751992d", "1h30m",
		"00x" };
	char text[VALUE_TEXT_MAX];
	usec_t span;

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		ck_assert_msg(value_duration(right[i].text, &span, &why) && span == right[i].span, "%s", right[i].text);
		ck_assert_str_eq(value_duration_text(text, span), right[i].written);
		ck_assert(value_duration(text, &span, &why) && span == right[i].span);
	}
	span = 7;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!value_duration(wrong[i], &span, &why) && span == 7, "%s", wrong[i]);
	ck_assert(!value_duration("10", &span, &why));
	ck_assert_str_eq(why.text, "\"10\" has no unit: write 10s for seconds, 10m for minutes or 10h for hours");
	ck_assert(!value_duration("10min", &span, &why) && strstr(why.text, "write us, ms, s, m, h or d") != NULL);
}
END_TEST

START_TEST(ratios)
{
	static const struct {
		const char *text;
		double ratio;
		const char *written;
	} right[] = { { "0", 0, "0.0" }, { "1", 1, "1.0" }, { "0.8", 0.8, "0.8" }, { "80%", 0.8, "0.8" },
		{ "80.5%", 0.805, "0.805" }, { "0.000001", 0.000001, "0.000001" }, { "100%", 1, "1.0" },
		{ "12.345678%", 0.12345678, "0.12345678" } };
	static const char *const wrong[] = { "", "%", ".5", "5.", "-0.5", "0.8x", "0,8", "1e-1", "0.1234567", "8 0",
		"nan", "0.8%%", "1.2.3" };
	char text[VALUE_TEXT_MAX];
	double ratio;

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		ck_assert_msg(value_ratio(right[i].text, &ratio, &why), "%s", right[i].text);
		ck_assert_msg(ratio >= right[i].ratio && ratio <= right[i].ratio, "%s", right[i].text);
		ck_assert_str_eq(value_ratio_text(text, ratio), right[i].written);
	}
	ratio = 7;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!value_ratio(wrong[i], &ratio, &why) && ratio >= 7, "%s", wrong[i]);
}
END_TEST

START_TEST(ports_and_networks)
{
	static const struct {
		const char *text, *written;
	} right[] = { { "10.0.0.0/8", "10.0.0.0/8" }, { "192.0.2.7", "192.0.2.7/32" }, { "::1/128", "::1/128" },
		{ "2001:DB8::/32", "2001:db8::/32" }, { "0.0.0.0/0", "0.0.0.0/0" }, { "fe80::", "fe80::/128" } };
	static const char *const wrong[] = { "", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/", "example.org", "::/129",
		"1.2.3.4 ", "10.0.0.1/8", "2001:db8::1/64" };
	char text[VALUE_TEXT_MAX];
	struct network n;
	uint16_t port = 7;

	ck_assert(value_port("65535", &port, &why) && port == 65535);
	port = 7;
	ck_assert(
	    !value_port("0", &port, &why) && !value_port("65536", &port, &why) && !value_port("smtp", &port, &why));
	ck_assert_uint_eq(port, 7);
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		ck_assert_msg(value_network(right[i].text, &n, &why), "%s", right[i].text);
		ck_assert_str_eq(value_network_text(text, &n), right[i].written);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!value_network(wrong[i], &n, &why), "%s", wrong[i]);
	ck_assert(!value_network("10.1.2.3/8", &n, &why));
	ck_assert_str_eq(why.text, "\"10.1.2.3/8\" has bits beyond its prefix: write 10.0.0.0/8");
	ck_assert(!value_network("2001:db8::1/33", &n, &why) && strstr(why.text, "write 2001:db8::/33") != NULL);
}
END_TEST

START_TEST(names)
{
	static const char *const domains[] = { "example.org", "localhost", "a-b.example", "xn--bcher-kva.example",
		"b\xc3\xbc"
		"cher.example",
		"_dmarc.example.org" };
	static const char *const no_domains[] = { "", ".", "a..b", ".example.org", "*.example.org", "@example.org",
		"-a.example", "a-.example", "a b", "a@b", "a/b", "\xff.example", "example.org." };
	static const char *const mailboxes[] = { "example.org", "ann@example.org", "\"a@b\"@example.org",
		"ann+tag@example.org" };
	static const char *const no_mailboxes[] = { "", "@example.org", "ann@", "<ann@example.org>", "a b@example.org",
		"ann@-.org" };
	char label[70];

	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
		ck_assert_msg(value_is_domain(domains[i], &why), "%s", domains[i]);
	for (size_t i = 0; i < sizeof(no_domains) / sizeof(no_domains[0]); i++)
		ck_assert_msg(!value_is_domain(no_domains[i], &why), "%s", no_domains[i]);
	for (size_t i = 0; i < sizeof(mailboxes) / sizeof(mailboxes[0]); i++)
		ck_assert_msg(value_is_mailbox_or_domain(mailboxes[i], &why), "%s", mailboxes[i]);
	for (size_t i = 0; i < sizeof(no_mailboxes) / sizeof(no_mailboxes[0]); i++)
		ck_assert_msg(!value_is_mailbox_or_domain(no_mailboxes[i], &why), "%s", no_mailboxes[i]);
	memset(label, 'a', sizeof(label));
	label[63] = '\0';
	ck_assert(value_is_domain(label, &why));
	label[63] = 'a';
	label[64] = '\0';
	ck_assert(!value_is_domain(label, &why));
	ck_assert(
	    !value_is_domain("*.example.org", &why) && strstr(why.text, "write example.org, which covers") != NULL);
	ck_assert(value_is_field_name("X-Forwarded-To", &why) && value_is_field_name("X-Foo-*", &why));
	ck_assert(!value_is_field_name("", &why) && !value_is_field_name("Subject:", &why) &&
		  !value_is_field_name("a b", &why) && !value_is_field_name("\xc3\xa4", &why));
}
END_TEST

START_TEST(servers)
{
	static const char *const right[] = { "127.0.0.1:6379", "redis.example.org:1", "[::1]:6379",
		"unix:/run/redis.sock" };
	static const char *const wrong[] = { "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", ":6379",
		"::1:6379", "[::1]", "[1.2.3.4]:1", "[]:1", "unix:", "unix:run/redis.sock", "a b:1",
		"redis://host:6379" };
	char path[200] = "unix:/";

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		ck_assert_msg(value_is_server(right[i], &why), "%s", right[i]);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_msg(!value_is_server(wrong[i], &why), "%s", wrong[i]);
	memset(path + 6, 'a', 106);
	ck_assert(value_is_server(path, &why));
	memset(path + 6, 'a', 107);
	ck_assert(!value_is_server(path, &why));
}
END_TEST

START_TEST(text_is_plain)
{
	char many[VALUE_OCTETS_MAX + 2];

	ck_assert(value_is_text("", &why) && value_is_text("tcp port 25 and not host b\xc3\xa4r", &why));
	ck_assert(!value_is_text("a\nb", &why) && !value_is_text("a\x7f", &why) && !value_is_text("\xff", &why));
	memset(many, 'a', sizeof(many));
	many[VALUE_OCTETS_MAX] = '\0';
	ck_assert(value_is_text(many, &why));
	many[VALUE_OCTETS_MAX] = 'a';
	many[VALUE_OCTETS_MAX + 1] = '\0';
	ck_assert(!value_is_text(many, &why));
	/* What is repeated of it is cut between characters, and never long. */
	memset(many, '\xc3', sizeof(many));
	for (size_t i = 1; i < sizeof(many); i += 2)
		many[i] = '\xa4';
	many[400] = '\0';
	(void)refuse(&why, many, "is long");
	ck_assert(strlen(why.text) < 80 && strstr(why.text, "\xa4...\" is long") != NULL);
	(void)refuse(&why, many + 1, "is long");
	ck_assert(strstr(why.text, "\xa4...\" is long") != NULL);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, truth);
	tcase_add_test(tests, integers);
	tcase_add_test(tests, sizes);
	tcase_add_test(tests, durations);
	tcase_add_test(tests, ratios);
	tcase_add_test(tests, ports_and_networks);
	tcase_add_test(tests, names);
	tcase_add_test(tests, servers);
	tcase_add_test(tests, text_is_plain);
}

CHECK_MAIN("settings/values", add_tests)
