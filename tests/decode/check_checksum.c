/* SPDX-License-Identifier: Apache-2.0
 *
 * Right sums pass and each single changed octet fails; what offload leaves behind is not taken for wrong.
 */
#include "decode/checksum.h"

#include <string.h>

#include "decode/decode.h"
#include "support/check_main.h"

/* A real segment: 192.0.2.1:5000 > 198.51.100.2:25, "EHLO", its sums computed by hand below. */
static uint8_t packet[44] = { 0x45, 0, 0, 44, 0, 1, 0x40, 0, 0x40, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2, 0x13, 0x88, 0, 25, 0,
	0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 1, 0, 0, 0, 0, 0, 'E', 'H', 'L', 'O' };

static uint32_t
add(uint32_t sum, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)(at[i] << 8 | at[i + 1]);
	return sum;
}

static void
finish(uint32_t sum, uint8_t *field, bool complement)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	if (complement)
		sum = ~sum;
	field[0] = (uint8_t)(sum >> 8);
	field[1] = (uint8_t)sum;
}

static uint32_t
pseudo(void)
{
	return add(6 + 24, packet + 12, 8);
}

static void
setup(void)
{
	memset(packet + 10, 0, 2);
	memset(packet + 36, 0, 2);
	finish(add(0, packet, 20), packet + 10, true);
	finish(add(pseudo(), packet + 20, 24), packet + 36, true);
}

static enum decode_result
decode(bool verify, size_t captured)
{
	struct decode_limits limits = { .verify_checksums = verify, .fragments = { .max = 1, .memory = 65536 } };
	struct frame frame = { .data = bytes_of(packet, captured), .wire_len = 44, .link_type = 101 };
	struct decoder *d = decoder_new(&limits);
	struct packet p;
	enum decode_result r = decode_frame(d, &frame, &p);

	decoder_free(d);
	return r;
}

START_TEST(right_and_wrong)
{
	ck_assert_int_eq(decode(true, 44), DECODE_TCP);
	for (size_t i = 12; i < 44; i++) {
		packet[i] ^= 0x04;
		if (i != 32) /* the header's length, which is judged first */
			ck_assert_msg(decode(true, 44) == DECODE_BAD_CHECKSUM, "octet %zu", i);
		ck_assert_int_ne(decode(false, 44), DECODE_BAD_CHECKSUM);
		packet[i] ^= 0x04;
	}
	packet[8] ^= 1; /* the time to live is in IP's sum alone */
	ck_assert_int_eq(decode(true, 44), DECODE_BAD_CHECKSUM);
}
END_TEST

START_TEST(offload)
{
	/* The card finishes it: the sum of the pseudo header alone, or nothing. */
	finish(pseudo(), packet + 36, false);
	ck_assert_int_eq(decode(true, 44), DECODE_TCP);
	memset(packet + 36, 0, 2);
	ck_assert_int_eq(decode(true, 44), DECODE_TCP);
	memset(packet + 10, 0, 2);
	ck_assert_int_eq(decode(true, 44), DECODE_TCP);
}
END_TEST

START_TEST(not_whole)
{
	packet[43] ^= 1;
	ck_assert_int_eq(decode(true, 44), DECODE_BAD_CHECKSUM);
	ck_assert_int_eq(decode(true, 43), DECODE_TCP);
}
END_TEST

START_TEST(several_put_together)
{
	static uint8_t segment[3000];
	struct ip_inner ip = { .protocol = IP_TCP, .payload = { segment, sizeof(segment) } };
	struct packet p = { .source.address = address_v4(packet + 12), .destination.address = address_v4(packet + 16),
		.checksum = 0x1234 };

	ck_assert(checksum_tcp_is_right(&p, &ip));
	ip.payload.len = 1000;
	ck_assert(!checksum_tcp_is_right(&p, &ip));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, right_and_wrong);
	tcase_add_test(tests, offload);
	tcase_add_test(tests, not_whole);
	tcase_add_test(tests, several_put_together);
}

CHECK_MAIN("decode/checksum", add_tests)
