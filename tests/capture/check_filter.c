/* SPDX-License-Identifier: Apache-2.0
 *
 * The filter is compiled and run over frames made by hand: what mail may travel in passes, everything else does not.
 */
#include "capture/filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "support/check_main.h"

static const uint16_t ports[] = { 25, 993 };

/* An Ethernet frame: so many tags, IPv4 or IPv6, a protocol, ports, a fragment field. */
static size_t
make(uint8_t out[128], int tags, int version, uint8_t protocol, uint16_t from, uint16_t to, uint16_t fragment)
{
	size_t n = 12;

	memset(out, 0, 128);
	for (int i = 0; i < tags; i++) {
		out[n++] = i == 0 && tags == 2 ? 0x88 : 0x81;
		out[n++] = i == 0 && tags == 2 ? 0xa8 : 0x00;
		out[n++] = 0;
		out[n++] = 7;
	}
	out[n++] = version == 4 ? 0x08 : 0x86;
	out[n++] = version == 4 ? 0x00 : 0xdd;
	if (version == 4) {
		out[n] = 0x45;
		out[n + 3] = 60;
		out[n + 6] = (uint8_t)(fragment >> 8);
		out[n + 7] = (uint8_t)fragment;
		out[n + 9] = protocol;
		n += 20;
	} else {
		out[n] = 0x60;
		out[n + 5] = 40;
		out[n + 6] = fragment != 0 ? 44 : protocol;
		n += 40;
		if (fragment != 0) {
			out[n] = protocol;
			n += 8;
		}
	}
	out[n] = (uint8_t)(from >> 8);
	out[n + 1] = (uint8_t)from;
	out[n + 2] = (uint8_t)(to >> 8);
	out[n + 3] = (uint8_t)to;
	out[n + 12] = 0x50;
	return n + 40;
}

START_TEST(what_passes)
{
	char *text = filter_for_ports(ports, 2, NULL);
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535);
	struct bpf_program program;

	ck_assert_ptr_nonnull(text);
	ck_assert_msg(pcap_compile(dead, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0, "%s", pcap_geterr(dead));
	for (int tags = 0; tags <= 2; tags++) {
		for (int version = 4; version <= 6; version += 2) {
			static const struct {
				uint8_t protocol;
				uint16_t from, to, fragment;
				bool passes;
			} cases[] = {
				{ 6, 50000, 25, 0, true }, { 6, 25, 50000, 0, true }, { 6, 50000, 993, 0, true },
				{ 6, 50000, 80, 0, false }, { 17, 50000, 25, 0, false }, { 6, 50000, 26, 0, false },
				{ 6, 1, 2, 0x2000, true }, { 6, 1, 2, 0x0010, true },
			};

			for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
				uint8_t frame[128];
				size_t len = make(frame, tags, version, cases[i].protocol, cases[i].from, cases[i].to,
				    cases[i].fragment);
				struct pcap_pkthdr h = { .caplen = (bpf_u_int32)len, .len = (bpf_u_int32)len };

				ck_assert_msg((pcap_offline_filter(&program, &h, frame) != 0) == cases[i].passes,
				    "%d tags, IPv%d, case %zu", tags, version, i);
			}
		}
	}
	pcap_freecode(&program);
	pcap_close(dead);
	free(text);
}
END_TEST

START_TEST(link_types_without_tags)
{
	static const int links[] = { DLT_RAW, DLT_LINUX_SLL, DLT_NULL };
	char *text = filter_for_ports(ports, 2, NULL), *plain = filter_without_vlan(text);

	ck_assert_ptr_nonnull(plain);
	ck_assert_ptr_null(strstr(plain, "vlan"));
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		pcap_t *dead = pcap_open_dead(links[i], 65535);
		struct bpf_program program;

		ck_assert_msg(pcap_compile(dead, &program, plain, 1, PCAP_NETMASK_UNKNOWN) == 0, "%s", pcap_geterr(dead));
		pcap_freecode(&program);
		pcap_close(dead);
	}
	ck_assert_ptr_null(filter_without_vlan("tcp port 25"));
	free(plain);
	free(text);
}
END_TEST

START_TEST(checks)
{
	char error[256] = "";

	ck_assert(filter_check("tcp port 25", error, sizeof(error)));
	ck_assert(!filter_check("tcp porrt 25", error, sizeof(error)));
	ck_assert_uint_gt(strlen(error), 0);
	ck_assert_ptr_null(filter_for_ports(ports, 0, NULL));
}
END_TEST

/* What is asked for besides passes behind tags too, and the link types without tags still understand the rest. */
START_TEST(something_more)
{
	char *text = filter_for_ports(ports, 2, "udp port 4789 or ip proto 47"), error[256], *plain = filter_without_vlan(text);
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535);
	struct bpf_program program;

	ck_assert_msg(filter_check(text, error, sizeof(error)), "%s", error);
	ck_assert_int_eq(pcap_compile(dead, &program, text, 1, PCAP_NETMASK_UNKNOWN), 0);
	for (int tags = 0; tags <= 2; tags++) {
		uint8_t frame[128];
		struct pcap_pkthdr h = { .caplen = 128, .len = 128 };

		make(frame, tags, 4, 17, 50000, 4789, 0);
		ck_assert_int_ne(pcap_offline_filter(&program, &h, frame), 0);
		make(frame, tags, 4, 47, 0, 0, 0);
		ck_assert_int_ne(pcap_offline_filter(&program, &h, frame), 0);
		make(frame, tags, 4, 6, 50000, 25, 0);
		ck_assert_int_ne(pcap_offline_filter(&program, &h, frame), 0);
		make(frame, tags, 4, 17, 50000, 53, 0);
		ck_assert_int_eq(pcap_offline_filter(&program, &h, frame), 0);
	}
	ck_assert_ptr_nonnull(strstr(plain, "udp port 4789"));
	ck_assert_ptr_null(strstr(plain, "vlan"));
	pcap_freecode(&program);
	pcap_close(dead);
	free(text);
	free(plain);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, what_passes);
	tcase_add_test(tests, link_types_without_tags);
	tcase_add_test(tests, something_more);
	tcase_add_test(tests, checks);
}

CHECK_MAIN("capture/filter", add_tests)
