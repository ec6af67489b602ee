/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole frames of every link type; each is also tried cut at every octet, ending at an unmapped page, and with each
 * octet changed.
 */
#include <stdio.h>
#include <string.h>

#include "decode/decode.h"
#include "support/check_main.h"
#include "support/guard.h"

enum { ETHERNET = 1, RAW = 101, LOOPBACK = 0, LOOP = 108, COOKED = 113, COOKED2 = 276, IPV4_ONLY = 228, OPENBSD_RAW = 14 };

#define MACS "\1\2\3\4\5\6\7\10\11\12\13\14"
#define IP4(total) "\x45\0\0" total "\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2"
#define TCP "\x13\x88\0\x19\0\0\0\1\0\0\0\2\x50\x18\x01\0\0\0\0\0"
#define IP6(length, next) "\x60\0\0\0\0" length next "\x40"                                                              \
	"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"                                                                        \
	"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2"

#define BOTH(literal) literal, sizeof(literal) - 1

/* Frames that carry "EHLO" from port 5000 to port 25. */
static const struct {
	const char *what;
	int link_type;
	const char *bytes;
	size_t len;
	int family;
	unsigned vlans;
	uint16_t vlan;
} frames[] = {
	{ "Ethernet", ETHERNET, BOTH(MACS "\x08\0" IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "Ethernet, padded", ETHERNET, BOTH(MACS "\x08\0" IP4("\x2c") TCP "EHLO\0\0\0\0\0\0"), 4, 0, 0 },
	{ "802.1Q", ETHERNET, BOTH(MACS "\x81\0\x20\7\x08\0" IP4("\x2c") TCP "EHLO"), 4, 1, 7 },
	{ "QinQ", ETHERNET, BOTH(MACS "\x88\xa8\0\x64\x81\0\0\7\x08\0" IP4("\x2c") TCP "EHLO"), 4, 2, 100 },
	{ "QinQ, old type", ETHERNET, BOTH(MACS "\x91\0\0\x64\x81\0\0\7\x86\xdd" IP6("\x18", "\6") TCP "EHLO"), 6, 2, 100 },
	{ "LLC and SNAP", ETHERNET, BOTH(MACS "\0\x34\xaa\xaa\3\0\0\0\x08\0" IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "cooked", COOKED, BOTH("\0\0\0\1\0\6\1\2\3\4\5\6\0\0\x08\0" IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "cooked 2", COOKED2,
	    BOTH("\x08\0\0\0\0\0\0\3\0\1\0\6\1\2\3\4\5\6\0\0" IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "raw 4", RAW, BOTH(IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "raw 6", RAW, BOTH(IP6("\x18", "\6") TCP "EHLO"), 6, 0, 0 },
	{ "raw 4 of OpenBSD", OPENBSD_RAW, BOTH(IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "IPv4 only", IPV4_ONLY, BOTH(IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "loopback, little", LOOPBACK, BOTH("\2\0\0\0" IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "loopback, big", LOOPBACK, BOTH("\0\0\0\2" IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "loopback 6", LOOPBACK, BOTH("\x1e\0\0\0" IP6("\x18", "\6") TCP "EHLO"), 6, 0, 0 },
	{ "OpenBSD loop", LOOP, BOTH("\0\0\0\2" IP4("\x2c") TCP "EHLO"), 4, 0, 0 },
	{ "IPv4 options", RAW,
	    BOTH("\x46\0\0\x30\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2\1\1\1\0" TCP "EHLO"), 4, 0, 0 },
	{ "length 0 after offload", RAW, BOTH("\x45\0\0\0\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2" TCP "EHLO"), 4, 0, 0 },
	{ "hop by hop, destination, routing", RAW,
	    BOTH(IP6("\x38", "\0") "\x3c\0\1\4\0\0\0\0" "\x2b\1\1\14\0\0\0\0\0\0\0\0\0\0\0\0" "\6\0\0\0\0\0\0\0" TCP "EHLO"), 6,
	    0, 0 },
	{ "atomic fragment", RAW, BOTH(IP6("\x20", "\x2c") "\6\0\0\0\0\0\0\7" TCP "EHLO"), 6, 0, 0 },
	{ "authentication header", RAW,
	    BOTH(IP6("\x30", "\x33") "\6\4\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0" TCP "EHLO"), 6, 0, 0 },
	{ "TCP options", RAW,
	    BOTH("\x45\0\0\x38\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2"
		 "\x13\x88\0\x19\0\0\0\1\0\0\0\2\x80\x18\x01\0\0\0\0\0\2\4\5\xb4\1\3\3\7\1\1\1\0" "EHLO"), 4, 0, 0 },
};

#define FRAMES (sizeof(frames) / sizeof(frames[0]))

static const struct decode_limits limits = { .tunnels = (1u << TUNNELS) - 1,
	.fragments = { .max = 16, .memory = 1 << 20, .timeout = 30 * USEC_PER_SEC } };

static enum decode_result
decode_with(struct decoder *d, int link_type, struct bytes data, uint32_t wire_len, struct packet *p)
{
	struct frame f = { .data = data, .wire_len = wire_len, .link_type = link_type, .time = 77, .interface = 3 };

	memset(p, 0xa5, sizeof(*p));
	return decode_frame(d, &f, p);
}

/* With a decoder that knows of no frame before; so the payload is only good for frames without fragments. */
static enum decode_result
decode(int link_type, struct bytes data, uint32_t wire_len, struct packet *p)
{
	struct decoder *d = decoder_new(&limits);
	enum decode_result r = decode_with(d, link_type, data, wire_len, p);

	decoder_free(d);
	return r;
}

START_TEST(every_link_type)
{
	for (size_t i = 0; i < FRAMES; i++) {
		struct guard g = guard_new(bytes_of(frames[i].bytes, frames[i].len));
		struct packet p;
		enum decode_result r = decode(frames[i].link_type, g.bytes, (uint32_t)frames[i].len, &p);
		char text[ENDPOINT_TEXT_MAX];

		ck_assert_msg(r == DECODE_TCP, "%s: %s", frames[i].what, decode_result_name(r));
		ck_assert_msg(bytes_equal(p.payload, BYTES("EHLO")), "%s: payload", frames[i].what);
		ck_assert_uint_eq(p.payload_cut, 0);
		ck_assert_str_eq(endpoint_text(text, &p.source),
		    frames[i].family == 4 ? "192.0.2.1:5000" : "[2001:db8::1]:5000");
		ck_assert_str_eq(endpoint_text(text, &p.destination),
		    frames[i].family == 4 ? "198.51.100.2:25" : "[2001:db8::2]:25");
		ck_assert_uint_eq(p.sequence, 1);
		ck_assert_uint_eq(p.acknowledged, 2);
		ck_assert_uint_eq(p.flags, TCP_PSH | TCP_ACK);
		ck_assert_uint_eq(p.window, 256);
		ck_assert_uint_eq(p.vlans, frames[i].vlans);
		if (p.vlans > 0)
			ck_assert_uint_eq(p.vlan[0], frames[i].vlan);
		ck_assert_int_eq(p.time, 77);
		ck_assert_uint_eq(p.interface, 3);
		guard_free(&g);
	}
}
END_TEST

/* What the snap length cut off is known and said; cut inside a header is refused for that reason. */
START_TEST(cut_at_every_octet)
{
	for (size_t i = 0; i < FRAMES; i++) {
		for (size_t n = 0; n < frames[i].len; n++) {
			struct guard g = guard_new(bytes_of(frames[i].bytes, n));
			struct packet p;
			enum decode_result r = decode(frames[i].link_type, g.bytes, (uint32_t)frames[i].len, &p);

			if (r == DECODE_TCP && strstr(frames[i].what, "offload") == NULL &&
			    strstr(frames[i].what, "padded") == NULL && strstr(frames[i].what, "LLC") == NULL)
				ck_assert_uint_eq(p.payload.len + p.payload_cut, 4);
			if (r != DECODE_TCP && strstr(frames[i].what, "offload") == NULL)
				ck_assert_msg(r == DECODE_CUT_LINK || r == DECODE_CUT_IP || r == DECODE_CUT_TCP,
				    "%s cut at %zu: %s", frames[i].what, n, decode_result_name(r));
			guard_free(&g);
		}
	}
}
END_TEST

START_TEST(changed_at_every_octet)
{
	for (size_t i = 0; i < FRAMES; i++) {
		for (size_t n = 0; n < frames[i].len; n++) {
			struct guard g = guard_new(bytes_of(frames[i].bytes, frames[i].len));

			for (unsigned value = 0; value < 256; value++) {
				struct packet p;

				((uint8_t *)(uintptr_t)g.bytes.at)[n] = (uint8_t)value;
				if (decode(frames[i].link_type, g.bytes, (uint32_t)frames[i].len, &p) == DECODE_TCP)
					ck_assert_uint_le(p.payload.len, frames[i].len);
			}
			guard_free(&g);
		}
	}
}
END_TEST

static const struct {
	enum decode_result result;
	int link_type;
	const char *bytes;
	size_t len;
} refusals[] = {
	{ DECODE_UNKNOWN_LINK, 127, BOTH("\0\0\0\0") },
	{ DECODE_NOT_IP, ETHERNET, BOTH(MACS "\x08\6\0\1\x08\0") },
	{ DECODE_NOT_IP, ETHERNET, BOTH(MACS "\0\x10\x42\x42\3\0\0\0\0\0\0\0\0\0\0\0\0\0") },
	{ DECODE_NOT_IP, ETHERNET, BOTH(MACS "\0\x10\xaa\xaa\3\0\0\x0c\x20\0\0\0\0\0\0\0\0\0") },
	{ DECODE_NOT_IP, LOOPBACK, BOTH("\x63\0\0\0" IP4("\x2c") TCP) },
	{ DECODE_NOT_TCP, RAW, BOTH("\x45\0\0\x1c\0\1\x40\0\x40\x11\0\0\xc0\0\2\1\xc6\x33\x64\2\0\x35\0\x35\0\x08\0\0") },
	{ DECODE_NOT_TCP, RAW, BOTH(IP6("\0", "\x3b")) },
	{ DECODE_FRAGMENT, RAW, BOTH("\x45\0\0\x2c\0\1\x20\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2" TCP "EHLO") },
	{ DECODE_FRAGMENT, RAW, BOTH("\x45\0\0\x2c\0\1\0\2\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2" TCP "EHLO") },
	{ DECODE_FRAGMENT, RAW, BOTH(IP6("\x20", "\x2c") "\6\0\0\1\0\0\0\7" TCP "EHLO") },
	{ DECODE_TOO_MANY_TAGS, ETHERNET,
	    BOTH(MACS "\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x81\0\0\1\x08\0") },
	{ DECODE_TOO_MANY_HEADERS, RAW,
	    BOTH(IP6("\x68", "\x3c") "\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0"
		 "\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0"
		 "\x3c\0\1\4\0\0\0\0\x3c\0\1\4\0\0\0\0") },
	{ DECODE_TOO_MANY_TUNNELS, ETHERNET,
	    BOTH(MACS "\x89\x03\0\0" MACS "\x89\x03\0\0" MACS "\x89\x03\0\0" MACS "\x89\x03\0\0" MACS "\x89\x03\0\0" MACS
		 "\x89\x03\0\0" MACS "\x89\x03\0\0" MACS "\x89\x03\0\0" MACS "\x89\x03\0\0" MACS "\x08\0") },
	{ DECODE_CUT_TUNNEL, ETHERNET, BOTH(MACS "\x88\x47\0\0\1") },
	{ DECODE_CUT_LINK, ETHERNET, BOTH(MACS "\x08") },
	{ DECODE_CUT_LINK, ETHERNET, BOTH(MACS "\x81\0\0") },
	{ DECODE_CUT_IP, RAW, BOTH("") },
	{ DECODE_BAD_IP, RAW, BOTH("\x75\0\0\x2c\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2") },
	{ DECODE_BAD_IP, ETHERNET, BOTH(MACS "\x08\0\x44\0\0\x2c\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2") },
	{ DECODE_BAD_IP, RAW, BOTH("\x45\0\0\x13\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2") },
	{ DECODE_BAD_IP, RAW, BOTH(IP6("\x08", "\x3c") "\6\xff\1\4\0\0\0\0") },
	{ DECODE_ENCRYPTED_IP, RAW, BOTH(IP6("\x08", "\x32") "\0\0\0\1\0\0\0\1") },
	{ DECODE_CUT_TCP, RAW, BOTH(IP4("\x2c") "\x13\x88\0\x19") },
	{ DECODE_BAD_TCP, RAW, BOTH(IP4("\x2c") "\x13\x88\0\x19\0\0\0\1\0\0\0\2\x40\x18\x01\0\0\0\0\0EHLO") },
	{ DECODE_BAD_TCP, RAW, BOTH(IP4("\x2c") "\x13\x88\0\x19\0\0\0\1\0\0\0\2\xf0\x18\x01\0\0\0\0\0EHLO") },
};

START_TEST(every_refusal)
{
	/* Overlaps and checksums have tests of their own. */
	bool met[DECODE_RESULTS] = { [DECODE_TCP] = true, [DECODE_FRAGMENT_OVERLAP] = true, [DECODE_BAD_CHECKSUM] = true };

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct guard g = guard_new(bytes_of(refusals[i].bytes, refusals[i].len));
		struct packet p;
		enum decode_result r = decode(refusals[i].link_type, g.bytes, (uint32_t)refusals[i].len, &p);

		ck_assert_msg(r == refusals[i].result, "case %zu: %s", i, decode_result_name(r));
		met[r] = true;
		guard_free(&g);
	}
	for (int r = 0; r < DECODE_RESULTS; r++)
		ck_assert_msg(met[r], "no case for %s", decode_result_name((enum decode_result)r));
}
END_TEST

START_TEST(tcp_options)
{
	static const struct {
		const char *bytes;
		size_t len;
		unsigned mss, scale;
	} cases[] = {
		{ BOTH("\2\4\5\xb4\1\3\3\7\1\1\1\0"), 1460, 7 },
		{ BOTH("\3\3\x63\0\0\0\0\0\0\0\0\0"), 0, 14 },
		{ BOTH("\0\2\4\5\xb4\0\0\0\0\0\0\0"), 0, 255 },
		{ BOTH("\2\0\5\xb4\3\3\7\0\0\0\0\0"), 0, 255 },
		{ BOTH("\1\1\1\1\1\1\1\1\1\1\1\2"), 0, 255 },
		{ BOTH("\1\1\1\1\1\1\1\1\1\1\2\4"), 0, 255 },
		{ BOTH("\5\x0a\0\0\0\0\0\0\0\0\1\1"), 0, 255 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t frame[64];
		static const char head[] = "\x45\0\0\x34\0\1\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2"
					   "\x13\x88\0\x19\0\0\0\1\0\0\0\2\x80\2\x01\0\0\0\0\0";
		struct guard g;
		struct packet p;

		memcpy(frame, head, sizeof(head) - 1);
		memcpy(frame + sizeof(head) - 1, cases[i].bytes, cases[i].len);
		g = guard_new(bytes_of(frame, sizeof(head) - 1 + cases[i].len));
		ck_assert_int_eq(decode(RAW, g.bytes, 52, &p), DECODE_TCP);
		ck_assert_msg(p.mss == cases[i].mss && p.window_scale == cases[i].scale, "case %zu: %u %u", i,
		    (unsigned)p.mss, (unsigned)p.window_scale);
		guard_free(&g);
	}
}
END_TEST

/* The parts of a datagram, last first, and the segment in it; then one that contradicts another. */
START_TEST(fragments)
{
	static const char tail[] = "\x45\0\0\x24\0\x09\0\1\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2" "\0\0\0\2\x50\x18\x01\0\0\0\0\0EHLO";
	static const char head[] = "\x45\0\0\x1c\0\x09\x20\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2" "\x13\x88\0\x19\0\0\0\1";
	static const char other[] = "\x45\0\0\x1c\0\x09\x20\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2" "\x13\x88\0\x19\0\0\0\2";
	struct decoder *d = decoder_new(&limits);
	struct packet p;

	ck_assert_int_eq(decode_with(d, RAW, bytes_of(tail, sizeof(tail) - 1), 36, &p), DECODE_FRAGMENT);
	ck_assert_int_eq(decode_with(d, RAW, bytes_of(head, sizeof(head) - 1), 28, &p), DECODE_TCP);
	ck_assert(p.reassembled && p.source.port == 5000 && p.sequence == 1 && p.acknowledged == 2);
	ck_assert(bytes_equal(p.payload, BYTES("EHLO")));
	ck_assert_int_eq(decode_with(d, RAW, bytes_of(head, sizeof(head) - 1), 28, &p), DECODE_FRAGMENT);
	ck_assert_int_eq(decode_with(d, RAW, bytes_of(other, sizeof(other) - 1), 28, &p), DECODE_FRAGMENT_OVERLAP);
	ck_assert_int_eq(decode_with(d, RAW, bytes_of(tail, sizeof(tail) - 1), 36, &p), DECODE_FRAGMENT);
	ck_assert_uint_eq(decode_counters(d).fragments.overlaps, 1);
	ck_assert_uint_eq(decode_counters(d).fragments.datagrams, 1);
	decoder_free(d);
}
END_TEST

/* A datagram in parts whose inner packet is itself a part: what was put together must outlive the reading of it. */
START_TEST(a_fragment_in_fragments)
{
	uint8_t inner[20 + 64] = { 0x45, 0, 0, 84, 0, 7, 0x20, 0, 64, 6, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2 };
	struct decoder *d = decoder_new(&limits);

	for (uint8_t half = 0; half < 2; half++) {
		uint8_t outer[20 + 48] = { 0x45, 0, 0, 0, 0, 9, 0, 0, 64, 4, 0, 0, 3, 3, 3, 3, 4, 4, 4, 4 };
		size_t len = half == 0 ? 48 : sizeof(inner) - 48;
		struct guard g;
		struct packet p;

		outer[3] = (uint8_t)(20 + len);
		outer[6] = half == 0 ? 0x20 : 0;
		outer[7] = half == 0 ? 0 : 6;
		memcpy(outer + 20, inner + 48 * half, len);
		g = guard_new(bytes_of(outer, 20 + len));
		ck_assert_int_eq(decode_with(d, RAW, g.bytes, (uint32_t)(20 + len), &p), DECODE_FRAGMENT);
		guard_free(&g);
	}
	ck_assert_uint_eq(decode_counters(d).fragments.datagrams, 1);
	ck_assert_uint_eq(decode_counters(d).fragments.waiting, 1);
	decoder_free(d);
}
END_TEST

START_TEST(names_and_links)
{
	for (int r = 0; r < DECODE_RESULTS; r++) {
		ck_assert_ptr_nonnull(decode_result_name((enum decode_result)r));
		ck_assert_uint_gt(strlen(decode_result_help((enum decode_result)r)), 10);
	}
	ck_assert(decode_knows_link(ETHERNET));
	ck_assert(!decode_knows_link(127));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, every_link_type);
	tcase_add_test(tests, cut_at_every_octet);
	tcase_add_test(tests, changed_at_every_octet);
	tcase_add_test(tests, every_refusal);
	tcase_add_test(tests, tcp_options);
	tcase_add_test(tests, fragments);
	tcase_add_test(tests, a_fragment_in_fragments);
	tcase_add_test(tests, names_and_links);
}

CHECK_MAIN("decode/decode", add_tests)
