/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/orient.h"

#include "support/check_main.h"
#include "support/segments.h"

static const uint16_t ports[] = { 25, 143 };

static enum speaker
server_speaks(struct bytes payload)
{
	return payload.len > 0 ? SPEAKER_SERVER : SPEAKER_UNKNOWN;
}

START_TEST(test_first_packet)
{
	static const struct {
		uint16_t source, destination;
		uint8_t flags;
		const char *payload;
		bool guess;
		enum flow_orientation by;
		bool sender_is_client;
	} rows[] = {
		{ 25, 4000, TCP_SYN, "", true, ORIENTED_BY_SYN, true },
		{ 4000, 25, TCP_SYN | TCP_ACK, "", true, ORIENTED_BY_SYN, false },
		{ 4000, 25, TCP_ACK, "x", true, ORIENTED_BY_PORT, true },
		{ 143, 4000, TCP_ACK, "", true, ORIENTED_BY_PORT, false },
		/* a client on a port that means something else, or on one of mail's own */
		{ 53, 25, TCP_SYN, "", true, ORIENTED_BY_SYN, true },
		{ 53, 25, TCP_ACK, "x", true, ORIENTED_BY_PORT, true },
		{ 25, 53, TCP_ACK, "x", true, ORIENTED_BY_PORT, false },
		{ 25, 143, TCP_SYN, "", true, ORIENTED_BY_SYN, true },
		{ 143, 25, TCP_ACK, "x", true, ORIENTED_BY_PAYLOAD, false }, /* both are: neither tells */
		{ 3000, 4000, TCP_ACK, "x", true, ORIENTED_BY_PAYLOAD, false },
		{ 3000, 4000, TCP_ACK, "x", false, ORIENTED_BY_PAYLOAD, true },
		{ 80, 4000, TCP_ACK, "x", false, ORIENTED_BY_PAYLOAD, false }, /* nobody can tell: a well-known port */
		{ 4000, 80, TCP_ACK, "x", false, ORIENTED_BY_PAYLOAD, true },
		{ 80, 81, TCP_ACK, "x", false, ORIENTED_BY_PAYLOAD, true },
		{ 3000, 4000, TCP_ACK, "", true, ORIENTED_NOT_YET, false },
		{ 4000, 3000, TCP_ACK, "", true, ORIENTED_NOT_YET, true },
		{ 3000, 3000, TCP_ACK, "", true, ORIENTED_NOT_YET, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct flow_limits limits = {
			.server_ports = ports, .server_port_count = 2, .guess = rows[i].guess ? server_speaks : NULL
		};
		struct packet p = { .source = talk_endpoint(1, rows[i].source),
			.destination = talk_endpoint(2, rows[i].destination),
			.flags = rows[i].flags,
			.payload = bytes_str(rows[i].payload) };
		struct flow f = { 0 };

		ck_assert_int_eq(orient_first(&f, &limits, &p), rows[i].sender_is_client);
		ck_assert_int_eq(f.orientation, rows[i].by);
	}
}
END_TEST

START_TEST(test_all_is_traded)
{
	const struct flow_limits limits = { .guess = server_speaks };
	struct packet p = { .flags = TCP_ACK };
	struct flow f = { .orientation = ORIENTED_NOT_YET,
		.packets = { { { 1, 1, 1 } }, { { 2, 2, 2 } } },
		.wire_bytes = { { { 3, 3, 3 } }, { { 4, 4, 4 } } },
		.side = { { .window = 13, .fin = true, .initial_known = false, .sent = true, .window_scale = 7, .answered = false },
		    { .window = 14, .fin = false, .initial_known = true, .sent = false, .window_scale = 8, .answered = true } },
		.initial = { 5, 6 },
		.next = { 9, 10 },
		.acknowledges = { 11, 12 },
		.client_is_low = true };

	p.source = talk_endpoint(1, 3000);
	p.destination = talk_endpoint(2, 2000);
	ck_assert_int_eq(orient_again(&f, &limits, &p, FROM_CLIENT), FROM_CLIENT);
	ck_assert_int_eq(f.orientation, ORIENTED_NOT_YET);
	p.payload = BYTES("220");
	ck_assert_int_eq(orient_again(&f, &limits, &p, FROM_CLIENT), FROM_SERVER);
	ck_assert_int_eq(f.orientation, ORIENTED_BY_PAYLOAD);
	ck_assert(!f.client_is_low);
	ck_assert(flow_packets(&f, FROM_CLIENT) == UINT64_C(0x200020002));
	ck_assert(flow_packets(&f, FROM_SERVER) == UINT64_C(0x100010001));
	ck_assert(flow_wire_bytes(&f, FROM_CLIENT) == UINT64_C(0x400040004));
	ck_assert(flow_wire_bytes(&f, FROM_SERVER) == UINT64_C(0x300030003));
	ck_assert(!f.side[0].fin && f.side[1].fin && f.side[0].initial_known && !f.side[1].initial_known);
	ck_assert(f.initial[0] == 6 && f.initial[1] == 5 && f.side[0].window_scale == 8 && f.side[1].window_scale == 7);
	ck_assert(f.next[0] == 10 && f.next[1] == 9 && f.acknowledges[0] == 12 && f.acknowledges[1] == 11);
	ck_assert(f.side[0].window == 14 && f.side[1].window == 13 && !f.side[0].sent && f.side[1].sent);
	ck_assert(f.side[0].answered && !f.side[1].answered);
	ck_assert_int_eq(orient_again(&f, &limits, &p, FROM_CLIENT), FROM_CLIENT); /* once */
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, test_first_packet);
	tcase_add_test(tests, test_all_is_traded);
}

CHECK_MAIN("flow/orient", add_tests)
