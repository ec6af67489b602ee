/* SPDX-License-Identifier: Apache-2.0
 *
 * Each tunnel carries the same segment, alone and in others; each frame is also tried cut at every octet, ending at an
 * unmapped page, and with each octet changed; and what is not to be opened stays shut.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "decode/decode.h"
#include "support/check_main.h"
#include "support/guard.h"

enum { ETHERNET = 1 };

#define MACS "\1\2\3\4\5\6\7\10\11\12\13\14"
#define SEGMENT "\x13\x88\0\x19\0\0\0\1\0\0\0\2\x50\x18\x01\0\0\0\0\0EHLO"
/* The packet in the tunnel, 44 octets or, with IPv6, 64. */
#define INNER4 "\x45\0\0\x2c\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2" SEGMENT
#define INNER6                                                                                                         \
	"\x60\0\0\0\0\x18\6\x40\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2" SEGMENT
#define INNER_FRAME MACS "\x08\0" INNER4
/* An outer IPv4 header: total length and protocol. */
#define OUTER(total, protocol) MACS "\x08\0\x45\0" total "\0\1\x40\0\x40" protocol "\0\0\x0a\0\0\1\x0a\0\0\2"
#define UDP(port, length) "\xc0\0" port length "\0\0"
#define BOTH(literal) literal, sizeof(literal) - 1

static const struct {
	const char *what;
	uint32_t tunnels; /* that are opened on the way */
	int family;
	const char *bytes;
	size_t len;
} frames[] = {
	{ "MPLS", 1 << TUNNEL_MPLS, 4, BOTH(MACS "\x88\x47\0\0\1\x40" INNER4) },
	{ "MPLS, two labels, IPv6", 1 << TUNNEL_MPLS, 6, BOTH(MACS "\x88\x47\0\0\0\x40\0\0\1\x40" INNER6) },
	{ "MPLS multicast", 1 << TUNNEL_MPLS, 4, BOTH(MACS "\x88\x48\0\0\1\x40" INNER4) },
	{ "MPLS with control word", 1 << TUNNEL_MPLS, 4, BOTH(MACS "\x88\x47\0\0\1\x40\0\0\0\0" INNER_FRAME) },
	{ "MPLS with a frame", 1 << TUNNEL_MPLS, 4, BOTH(MACS "\x88\x47\0\0\1\x40\xaa\2\3\4\5\6\7\10\11\12\13\14\x08\0" INNER4) },
	{ "MPLS in IP", 1 << TUNNEL_MPLS, 4, BOTH(OUTER("\0\x44", "\x89") "\0\0\1\x40" INNER4) },
	{ "PPPoE", 1 << TUNNEL_PPPOE, 4, BOTH(MACS "\x88\x64\x11\0\0\1\0\x2e\0\x21" INNER4) },
	{ "PPPoE, padded", 1 << TUNNEL_PPPOE, 6, BOTH(MACS "\x88\x64\x11\0\0\1\0\x42\0\x57" INNER6 "\0\0\0") },
	{ "PPPoE, short protocol", 1 << TUNNEL_PPPOE, 4, BOTH(MACS "\x88\x64\x11\0\0\1\0\x2d\x21" INNER4) },
	{ "GRE", 1 << TUNNEL_GRE, 4, BOTH(OUTER("\0\x44", "\x2f") "\0\0\x08\0" INNER4) },
	{ "GRE, checksum, key and sequence", 1 << TUNNEL_GRE, 4,
	    BOTH(OUTER("\0\x50", "\x2f") "\xb0\0\x08\0\1\2\0\0\0\0\0\7\0\0\0\1" INNER4) },
	{ "GRE with a frame", 1 << TUNNEL_GRE, 4, BOTH(OUTER("\0\x52", "\x2f") "\0\0\x65\x58" INNER_FRAME) },
	{ "GRE with MPLS", 1 << TUNNEL_GRE | 1 << TUNNEL_MPLS, 4, BOTH(OUTER("\0\x48", "\x2f") "\0\0\x88\x47\0\0\1\x40" INNER4) },
	{ "PPTP", 1 << TUNNEL_PPTP, 4,
	    BOTH(OUTER("\0\x54", "\x2f") "\x30\x81\x88\x0b\0\x30\0\7\0\0\0\1\0\0\0\1" "\xff\x03\0\x21" INNER4) },
	{ "ERSPAN I", 1 << TUNNEL_GRE | 1 << TUNNEL_ERSPAN, 4, BOTH(OUTER("\0\x52", "\x2f") "\0\0\x88\xbe" INNER_FRAME) },
	{ "ERSPAN II", 1 << TUNNEL_GRE | 1 << TUNNEL_ERSPAN, 4,
	    BOTH(OUTER("\0\x5e", "\x2f") "\x10\0\x88\xbe\0\0\0\1" "\x10\x64\0\1\0\0\0\2" INNER_FRAME) },
	{ "ERSPAN III", 1 << TUNNEL_GRE | 1 << TUNNEL_ERSPAN, 4,
	    BOTH(OUTER("\0\x62", "\x2f") "\x10\0\x22\xeb\0\0\0\1" "\x20\x64\0\1\0\0\0\0\0\0\0\0" INNER_FRAME) },
	{ "ERSPAN III with more, IP alone", 1 << TUNNEL_GRE | 1 << TUNNEL_ERSPAN, 4,
	    BOTH(OUTER("\0\x5c", "\x2f") "\x10\0\x22\xeb\0\0\0\1" "\x20\x64\0\1\0\0\0\0\0\0\x08\1\0\0\0\0\0\0\0\0" INNER4) },
	{ "VXLAN", 1 << TUNNEL_VXLAN, 4,
	    BOTH(OUTER("\0\x5e", "\x11") UDP("\x12\xb5", "\0\x4a") "\x08\0\0\0\0\0\1\0" INNER_FRAME) },
	{ "VXLAN, Linux port, tagged inside", 1 << TUNNEL_VXLAN, 4,
	    BOTH(OUTER("\0\x62", "\x11") UDP("\x21\x18", "\0\x4e") "\x08\0\0\0\0\0\1\0" MACS "\x81\0\0\7\x08\0" INNER4) },
	{ "Geneve", 1 << TUNNEL_GENEVE, 4,
	    BOTH(OUTER("\0\x5e", "\x11") UDP("\x17\xc1", "\0\x4a") "\0\0\x65\x58\0\0\1\0" INNER_FRAME) },
	{ "Geneve with an option", 1 << TUNNEL_GENEVE, 6,
	    BOTH(OUTER("\0\x6c", "\x11") UDP("\x17\xc1", "\0\x58") "\2\0\x86\xdd\0\0\1\0\0\1\0\1\1\2\3\4" INNER6) },
	{ "GTP-U", 1 << TUNNEL_GTP, 4, BOTH(OUTER("\0\x50", "\x11") UDP("\x08\x68", "\0\x3c") "\x30\xff\0\x2c\0\0\0\1" INNER4) },
	{ "GTP-U with an extension", 1 << TUNNEL_GTP, 4,
	    BOTH(OUTER("\0\x58", "\x11") UDP("\x08\x68", "\0\x44") "\x34\xff\0\x34\0\0\0\1\0\0\0\x85\1\0\0\0" INNER4) },
	{ "Teredo", 1 << TUNNEL_TEREDO, 6, BOTH(OUTER("\0\x5c", "\x11") UDP("\x0d\xd8", "\0\x48") INNER6) },
	{ "Teredo with both headers", 1 << TUNNEL_TEREDO, 6,
	    BOTH(OUTER("\0\x71", "\x11") UDP("\x0d\xd8", "\0\x5d") "\0\1\0\0\1\2\3\4\5\6\7\10\0" "\0\0\1\2\3\4\5\6" INNER6) },
	{ "IP in IP", 1 << TUNNEL_IPIP, 4, BOTH(OUTER("\0\x40", "\4") INNER4) },
	{ "6in4", 1 << TUNNEL_IPIP, 6, BOTH(OUTER("\0\x54", "\x29") INNER6) },
	{ "4in6", 1 << TUNNEL_IPIP, 4,
	    BOTH(MACS "\x86\xdd\x60\0\0\0\0\x2c\4\x40\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2" INNER4) },
	{ "EtherIP", 1 << TUNNEL_ETHERIP, 4, BOTH(OUTER("\0\x50", "\x61") "\x30\0" INNER_FRAME) },
	{ "802.1ah", 1 << TUNNEL_PBB, 4, BOTH(MACS "\x88\xe7\0\0\0\1" INNER_FRAME) },
	{ "802.1ah behind a B-TAG", 1 << TUNNEL_PBB, 4, BOTH(MACS "\x88\xa8\0\7\x88\xe7\0\0\0\1" INNER_FRAME) },
	{ "802.1BR", 1 << TUNNEL_ETAG, 4, BOTH(MACS "\x89\x3f\0\1\2\3\4\5\x08\0" INNER4) },
	{ "VN-Tag, then VLAN", 1 << TUNNEL_VNTAG, 4, BOTH(MACS "\x89\x26\0\1\2\3\x81\0\0\7\x08\0" INNER4) },
	{ "FabricPath", 1 << TUNNEL_FABRICPATH, 4, BOTH(MACS "\x89\x03\0\1" INNER_FRAME) },
	{ "NSH", 1 << TUNNEL_NSH, 4, BOTH(MACS "\x89\x4f\x0f\xc2\2\1\0\0\1\1" INNER4) },
	{ "NSH with a frame", 1 << TUNNEL_NSH, 4, BOTH(MACS "\x89\x4f\x0f\xc3\2\3\0\0\1\1\0\0\0\0" INNER_FRAME) },
	{ "VXLAN in VXLAN in GRE", 1 << TUNNEL_VXLAN | 1 << TUNNEL_GRE, 4,
	    BOTH(OUTER("\0\xaa", "\x2f") "\0\0\x08\0" "\x45\0\0\x92\0\1\x40\0\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2"
		 UDP("\x12\xb5", "\0\x7e") "\x08\0\0\0\0\0\1\0" OUTER("\0\x5e", "\x11") UDP("\x12\xb5", "\0\x4a")
		 "\x08\0\0\0\0\0\1\0" INNER_FRAME) },
};

#define FRAMES (sizeof(frames) / sizeof(frames[0]))

static struct decode_limits limits;
static struct decode_counters counters;

static enum decode_result
decode(struct bytes data, uint32_t wire_len, struct packet *p)
{
	struct frame f = { .data = data, .wire_len = wire_len, .link_type = ETHERNET };
	struct decoder *d = decoder_new(&limits);
	enum decode_result r;

	memset(p, 0xa5, sizeof(*p));
	r = decode_frame(d, &f, p);
	counters = decode_counters(d);
	decoder_free(d);
	return r;
}

static void
setup(void)
{
	limits = (struct decode_limits){ .tunnels = (1u << TUNNELS) - 1,
		.fragments = { .max = 4, .memory = 1 << 17, .timeout = USEC_PER_SEC } };
}

static bool
carries_segment(const struct packet *p, int family)
{
	char text[ENDPOINT_TEXT_MAX];

	return bytes_equal(p->payload, BYTES("EHLO")) && p->sequence == 1 &&
	       strcmp(endpoint_text(text, &p->source), family == 4 ? "192.0.2.1:5000" : "[2001:db8::1]:5000") == 0 &&
	       strcmp(endpoint_text(text, &p->destination), family == 4 ? "198.51.100.2:25" : "[2001:db8::2]:25") == 0;
}

START_TEST(the_inner_packet_is_told)
{
	uint32_t met = 0;

	for (size_t i = 0; i < FRAMES; i++) {
		struct guard g = guard_new(bytes_of(frames[i].bytes, frames[i].len));
		struct packet p;
		enum decode_result r = decode(g.bytes, (uint32_t)frames[i].len, &p);
		unsigned opened = 0;

		ck_assert_msg(r == DECODE_TCP, "%s: %s", frames[i].what, decode_result_name(r));
		ck_assert_msg(carries_segment(&p, frames[i].family), "%s: another segment", frames[i].what);
		for (int t = 0; t < TUNNELS; t++) {
			ck_assert_msg((counters.tunnels[t] > 0) == ((frames[i].tunnels >> t & 1) != 0), "%s: %s", frames[i].what,
			    tunnel_name((enum tunnel)t));
			opened += (unsigned)counters.tunnels[t];
		}
		ck_assert_uint_eq(p.tunnels, opened);
		met |= frames[i].tunnels;
		guard_free(&g);
	}
	ck_assert_uint_eq(met, (1u << TUNNELS) - 1);
}
END_TEST

START_TEST(cut_at_every_octet)
{
	for (size_t i = 0; i < FRAMES; i++)
		for (size_t n = 0; n < frames[i].len; n++) {
			struct guard g = guard_new(bytes_of(frames[i].bytes, n));
			struct packet p;

			if (decode(g.bytes, (uint32_t)frames[i].len, &p) == DECODE_TCP && strstr(frames[i].what, "padded") == NULL)
				ck_assert_msg(p.payload.len + p.payload_cut == 4 && p.payload.len < 4, "%s cut at %zu", frames[i].what, n);
			guard_free(&g);
		}
}
END_TEST

START_TEST(changed_at_every_octet)
{
	for (size_t i = 0; i < FRAMES; i++)
		for (size_t n = 12; n < frames[i].len; n++) {
			static const uint8_t values[] = { 0, 1, 4, 6, 0x11, 0x2f, 0x40, 0x45, 0x60, 0x7f, 0x80, 0x81, 0x88, 0xfe, 0xff };
			struct guard g = guard_new(bytes_of(frames[i].bytes, frames[i].len));

			for (size_t v = 0; v < sizeof(values); v++) {
				struct packet p;

				((uint8_t *)(uintptr_t)g.bytes.at)[n] = values[v];
				if (decode(g.bytes, (uint32_t)frames[i].len, &p) == DECODE_TCP)
					ck_assert_uint_le(p.payload.len, frames[i].len);
			}
			guard_free(&g);
		}
}
END_TEST

/* Without its kind nothing is opened; with it alone, all that needs no other. */
START_TEST(only_what_is_wanted)
{
	for (size_t i = 0; i < FRAMES; i++)
		for (int t = 0; t < TUNNELS; t++) {
			struct packet p;
			enum decode_result r;

			limits.tunnels = ((1u << TUNNELS) - 1) & ~(1u << t);
			r = decode(bytes_of(frames[i].bytes, frames[i].len), (uint32_t)frames[i].len, &p);
			if ((frames[i].tunnels >> t & 1) != 0)
				ck_assert_msg(r == DECODE_NOT_TCP || r == DECODE_NOT_IP, "%s without %s: %s", frames[i].what,
				    tunnel_name((enum tunnel)t), decode_result_name(r));
			else
				ck_assert_int_eq(r, DECODE_TCP);
		}
}
END_TEST

START_TEST(names)
{
	uint32_t wanted = 0;

	for (int t = 0; t < TUNNELS; t++) {
		uint32_t one = 0;

		ck_assert(tunnel_want(bytes_str(tunnel_name((enum tunnel)t)), &one));
		ck_assert_uint_eq(one, 1u << t);
		ck_assert_uint_gt(strlen(tunnel_help((enum tunnel)t)), 10);
	}
	ck_assert(tunnel_want(BYTES("all"), &wanted));
	ck_assert_uint_eq(wanted, (1u << TUNNELS) - 1);
	ck_assert(!tunnel_want(BYTES("vx"), &wanted));
	ck_assert(!tunnel_want(BYTES(""), &wanted));
}
END_TEST

/* The filter of each kind lets its frames through, and no plain segment. */
START_TEST(filters)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535);

	for (size_t i = 0; i < FRAMES; i++) {
		uint32_t outermost = strstr(frames[i].what, "in GRE") != NULL ? 1u << TUNNEL_GRE : frames[i].tunnels;
		char *text = tunnel_filter(outermost);
		struct pcap_pkthdr h = { .caplen = (bpf_u_int32)frames[i].len, .len = (bpf_u_int32)frames[i].len };
		static const char plain[] = MACS "\x08\0" INNER4;
		struct bpf_program program;
		struct bytes frame = bytes_of(frames[i].bytes, frames[i].len);

		/* Tags are libpcap's own business: filter.c says everything anew behind them. */
		ck_assert_msg(pcap_compile(dead, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0, "%s", pcap_geterr(dead));
		if (strstr(frames[i].what, "B-TAG") == NULL)
			ck_assert_msg(pcap_offline_filter(&program, &h, frame.at) != 0, "%s: %s", frames[i].what, text);
		h.caplen = h.len = sizeof(plain) - 1;
		ck_assert_int_eq(pcap_offline_filter(&program, &h, (const uint8_t *)plain), 0);
		pcap_freecode(&program);
		free(text);
	}
	ck_assert_ptr_null(tunnel_filter(0));
	pcap_close(dead);
}
END_TEST

/* What only looks like a tunnel stays what it was. */
START_TEST(no_tunnels)
{
	static const struct {
		const char *what;
		const char *bytes;
		size_t len;
	} cases[] = {
		{ "VXLAN without its flag", BOTH(OUTER("\0\x5e", "\x11") UDP("\x12\xb5", "\0\x4a") "\0\0\0\0\0\0\1\0" INNER_FRAME) },
		{ "Geneve of another version", BOTH(OUTER("\0\x5e", "\x11") UDP("\x17\xc1", "\0\x4a") "\x40\0\x65\x58\0\0\1\0" INNER_FRAME) },
		{ "GTP control", BOTH(OUTER("\0\x50", "\x11") UDP("\x08\x68", "\0\x3c") "\x30\1\0\x2c\0\0\0\1" INNER4) },
		{ "GTP extensions without end", BOTH(OUTER("\0\x58", "\x11") UDP("\x08\x68", "\0\x44") "\x34\xff\0\x34\0\0\0\1\0\0\0\x85\0\0\0\1" INNER4) },
		{ "PPTP acknowledgement", BOTH(OUTER("\0\x20", "\x2f") "\x20\x81\x88\x0b\0\0\0\7\0\0\0\1") },
		{ "GRE of another version", BOTH(OUTER("\0\x44", "\x2f") "\0\2\x08\0" INNER4) },
		{ "Teredo that is too short", BOTH(OUTER("\0\x24", "\x11") UDP("\x0d\xd8", "\0\x10") "\x60\0\0\0\0\x18\6\x40") },
		{ "EtherIP of another version", BOTH(OUTER("\0\x50", "\x61") "\x20\0" INNER_FRAME) },
		{ "PPPoE with something else", BOTH(MACS "\x88\x64\x11\0\0\1\0\x06\xc0\x21\1\1\0\4") },
		{ "labels without end", BOTH(MACS "\x88\x47" "\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40"
			"\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40\0\0\0\x40") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g = guard_new(bytes_of(cases[i].bytes, cases[i].len));
		struct packet p;
		enum decode_result r = decode(g.bytes, (uint32_t)cases[i].len, &p);

		ck_assert_msg(r == DECODE_NOT_TCP || r == DECODE_NOT_IP, "%s: %s", cases[i].what, decode_result_name(r));
		guard_free(&g);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, the_inner_packet_is_told);
	tcase_add_test(tests, cut_at_every_octet);
	tcase_add_test(tests, changed_at_every_octet);
	tcase_add_test(tests, only_what_is_wanted);
	tcase_add_test(tests, names);
	tcase_add_test(tests, filters);
	tcase_add_test(tests, no_tunnels);
}

CHECK_MAIN("decode/tunnel", add_tests)
