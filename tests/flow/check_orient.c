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

		orient_first(&f, &limits, &p);
		ck_assert_int_eq(f.orientation, rows[i].by);
		ck_assert_int_eq(endpoint_compare(&f.client, &p.source) == 0, rows[i].sender_is_client);
		ck_assert_int_eq(endpoint_compare(&f.server, &p.source) == 0, !rows[i].sender_is_client);
	}
}
END_TEST

START_TEST(test_all_is_traded)
{
	const struct flow_limits limits = { .guess = server_speaks };
	struct packet p = { .flags = TCP_ACK };
	struct flow f = { .client = talk_endpoint(1, 3000),
		.server = talk_endpoint(2, 2000),
		.orientation = ORIENTED_NOT_YET,
		.packets = { 1, 2 },
		.wire_bytes = { 3, 4 },
		.fin = { true, false },
		.initial_known = { false, true },
		.initial = { 5, 6 },
		.window_scale = { 7, 8 },
		.next = { 9, 10 },
		.acknowledges = { 11, 12 },
		.window = { 13, 14 },
		.sent = { true, false },
		.answered = { false, true },
		.client_is_low = true };

	p.source = f.client;
	p.destination = f.server;
	ck_assert_int_eq(orient_again(&f, &limits, &p, FROM_CLIENT), FROM_CLIENT);
	ck_assert_int_eq(f.orientation, ORIENTED_NOT_YET);
	p.payload = BYTES("220");
	ck_assert_int_eq(orient_again(&f, &limits, &p, FROM_CLIENT), FROM_SERVER);
	ck_assert_int_eq(f.orientation, ORIENTED_BY_PAYLOAD);
	ck_assert_uint_eq(f.client.port, 2000);
	ck_assert_uint_eq(f.server.port, 3000);
	ck_assert(!f.client_is_low);
	ck_assert(f.packets[0] == 2 && f.packets[1] == 1 && f.wire_bytes[0] == 4 && f.wire_bytes[1] == 3);
	ck_assert(!f.fin[0] && f.fin[1] && f.initial_known[0] && !f.initial_known[1]);
	ck_assert(f.initial[0] == 6 && f.initial[1] == 5 && f.window_scale[0] == 8 && f.window_scale[1] == 7);
	ck_assert(f.next[0] == 10 && f.next[1] == 9 && f.acknowledges[0] == 12 && f.acknowledges[1] == 11);
	ck_assert(f.window[0] == 14 && f.window[1] == 13 && !f.sent[0] && f.sent[1]);
	ck_assert(f.answered[0] && !f.answered[1]);
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
