/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames in, observations out: what the joined stages count, and what a flow costs before payload comes.
 */
#include "pipeline.h"

#include <string.h>

#include "capture/source.h"
#include "support/check_main.h"
#include "support/recorder.h"

static const struct protocol_limits protocol_limits = { .line = 4096, .commands = 100, .recipients = 50,
	.unknown_commands = 10, .pending = 50, .observations = 10 };
static const struct message_limits message_limits = { .header_bytes = 65536, .header_fields = 50, .value_bytes = 500,
	.addresses = 20, .parts = 20, .nesting = 5 };
static const uint16_t ports[] = { 25, 587 };
static struct recorder heard;
static const struct endpoint *own_servers;

static struct pipeline *
make(size_t flows)
{
	struct pipeline_settings s = {
		.flow = { .max = flows, .idle_timeout = 60 * USEC_PER_SEC, .embryonic_timeout = 5 * USEC_PER_SEC,
		    .closed_timeout = USEC_PER_SEC, .server_ports = ports, .server_port_count = 2 },
		.stream = { .waiting_per_flow = 65536, .waiting_total = 1 << 20, .reorder_packets = 64,
		    .reorder_time = USEC_PER_SEC / 2 },
		.dialogue = { .protocol = &protocol_limits, .message = &message_limits, .volume_step = 1 << 20 },
		.own = own_servers,
		.own_count = own_servers != NULL,
	};
	struct pipeline *p;

	recorder_init(&heard);
	p = pipeline_new(&s, recorder_observe, &heard);
	ck_assert_ptr_nonnull(p);
	return p;
}

/* A segment as a raw IPv4 frame. */
static void
send_segment(struct pipeline *p, usec_t time, bool to_server, uint16_t client_port, uint8_t flags, uint32_t sequence,
    uint32_t acknowledged, const char *payload)
{
	uint8_t b[1500] = { 0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0 };
	size_t n = strlen(payload), total = 40 + n;
	static const uint8_t ends[2][4] = { { 10, 0, 0, 1 }, { 192, 0, 2, 25 } };
	uint16_t from = to_server ? client_port : 25, to = to_server ? 25 : client_port;
	struct frame f = { .data = { b, total }, .wire_len = (uint32_t)total, .link_type = 101, .time = time };

	b[2] = (uint8_t)(total >> 8);
	b[3] = (uint8_t)total;
	memcpy(b + 12, ends[!to_server], 4);
	memcpy(b + 16, ends[to_server], 4);
	b[20] = (uint8_t)(from >> 8);
	b[21] = (uint8_t)from;
	b[22] = (uint8_t)(to >> 8);
	b[23] = (uint8_t)to;
	for (int i = 0; i < 4; i++) {
		b[24 + i] = (uint8_t)(sequence >> (24 - 8 * i));
		b[28 + i] = (uint8_t)(acknowledged >> (24 - 8 * i));
	}
	b[32] = 0x50;
	b[33] = flags;
	b[34] = 0xff;
	memcpy(b + 40, payload, n);
	pipeline_frame(p, &f);
}

START_TEST(a_capture_of_ours)
{
	struct capture_settings none = { .filter = NULL };
	char error[512];
	struct source *source = source_open_file("pcaps/ordinary.pcap", 0, &none, error, sizeof(error));
	struct pipeline *p = make(1000);
	struct pipeline_counters n;
	uint64_t frames = 0;

	ck_assert_msg(source != NULL, "%s", error);
	while (source_read(source, 10, pipeline_frame, p) == SOURCE_READY)
		;
	frames = source_counters(source).received;
	source_close(source);
	pipeline_finish(p);
	n = pipeline_counters(p);
	ck_assert_uint_eq(n.frames, frames);
	ck_assert_uint_eq(n.flow.opened, heard.sessions);
	ck_assert_uint_eq(n.flow.opened, n.flow.ended);
	ck_assert_uint_eq(n.connections_now, 0);
	ck_assert_uint_gt(heard.messages, 0);
	ck_assert_uint_eq(heard.messages, heard.whole);
	ck_assert_uint_eq(n.missing_bytes, 0);
	ck_assert_uint_eq(n.observations,
	    heard.sessions + heard.messages + heard.volumes + heard.anomalies + heard.logins);
	pipeline_free(p);
	recorder_clear(&heard);
}
END_TEST

/* SYNs cost an entry each, no connection, and give way to each other at the ceiling, not a conversation to them. */
START_TEST(syn_flood)
{
	struct pipeline *p = make(100);
	struct pipeline_counters n;

	send_segment(p, 1, true, 999, TCP_SYN, 100, 0, "");
	send_segment(p, 2, false, 999, TCP_SYN | TCP_ACK, 500, 101, "");
	send_segment(p, 3, false, 999, TCP_ACK, 501, 101, "220 mx ESMTP\r\n");
	for (int i = 0; i < 10000; i++)
		send_segment(p, 10 + i, true, (uint16_t)(1000 + i), TCP_SYN, 1, 0, "");
	n = pipeline_counters(p);
	ck_assert_uint_eq(n.connections_now, 1);
	ck_assert_uint_le(n.flows_now, 100);
	ck_assert_uint_ge(n.flow.evicted, 9800);
	send_segment(p, 20000, true, 999, TCP_ACK, 101, 515, "EHLO me\r\n");
	pipeline_finish(p);
	ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "session smtp stop sent=0\n"));
	ck_assert_uint_eq(heard.sessions, 1);
	pipeline_free(p);
	recorder_clear(&heard);
}
END_TEST

START_TEST(idle_connections_end_in_packet_time)
{
	struct pipeline *p = make(100);

	send_segment(p, USEC_PER_SEC, true, 999, TCP_ACK | TCP_PSH, 100, 500, "EHLO me\r\n");
	ck_assert_uint_eq(heard.sessions, 0);
	pipeline_tick(p, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(heard.sessions, 0);
	pipeline_tick(p, 120 * USEC_PER_SEC);
	ck_assert_uint_eq(heard.sessions, 1);
	ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "session smtp idle one-sided"));
	pipeline_free(p);
	recorder_clear(&heard);
}
END_TEST

/* A hole that the peer has acknowledged is given up by time alone, without another packet. */
START_TEST(a_hole_is_given_up_by_a_tick)
{
	struct pipeline *p = make(100);
	struct pipeline_counters n;

	send_segment(p, 1, true, 999, TCP_SYN, 100, 0, "");
	send_segment(p, 2, false, 999, TCP_SYN | TCP_ACK, 500, 101, "");
	send_segment(p, 3, false, 999, TCP_ACK, 501, 101, "220 mx ESMTP\r\n");
	send_segment(p, 4, true, 999, TCP_ACK, 151, 515, "EHLO me\r\n");
	send_segment(p, 5, false, 999, TCP_ACK, 515, 160, "");
	n = pipeline_counters(p);
	ck_assert_uint_gt(n.waiting_bytes, 0);
	for (int i = 1; i < 30; i++)
		pipeline_tick(p, i * USEC_PER_SEC / 10 + 5);
	n = pipeline_counters(p);
	ck_assert_uint_eq(n.waiting_bytes, 0);
	ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "anomaly missing_bytes client"));
	pipeline_finish(p);
	ck_assert_uint_eq(pipeline_counters(p).missing_bytes, 50);
	pipeline_free(p);
	recorder_clear(&heard);
}
END_TEST

START_TEST(conflicting_copies_are_said)
{
	struct pipeline *p = make(100);

	send_segment(p, 1, true, 999, TCP_SYN, 100, 0, "");
	send_segment(p, 2, true, 999, TCP_ACK, 109, 0, "innocent\r\n");
	send_segment(p, 3, true, 999, TCP_ACK, 109, 0, "criminal\r\n");
	send_segment(p, 4, true, 999, TCP_ACK, 101, 0, "EHLO me ");
	pipeline_finish(p);
	ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "anomaly segment_conflict client"));
	ck_assert_uint_eq(pipeline_counters(p).conflicts, 1);
	pipeline_free(p);
	recorder_clear(&heard);
}
END_TEST

/* Connections to the sensor's own Redis cost one comparison, and nothing is said of them. */
START_TEST(own_traffic_is_left_out)
{
	static const struct endpoint own = { .address = { .family = 4, .ip = { 192, 0, 2, 25 } }, .port = 25 };
	struct pipeline_counters n;
	struct pipeline *p;

	own_servers = &own;
	p = make(100);
	send_segment(p, 1000, true, 40000, TCP_SYN, 10, 0, "");
	send_segment(p, 1001, false, 40000, TCP_SYN | TCP_ACK, 20, 11, "");
	send_segment(p, 1002, true, 40000, TCP_ACK, 11, 21, "EHLO x\r\n");
	own_servers = NULL;
	n = pipeline_counters(p);
	ck_assert_uint_eq(n.own, 3);
	ck_assert_uint_eq(n.frames, 3);
	ck_assert_uint_eq(n.flow.opened, 0);
	pipeline_free(p);
}
END_TEST

/* A copy at once is the span's, one after a while the sender's. */
START_TEST(what_a_span_doubles_counts_once)
{
	struct pipeline *p = make(100);
	struct pipeline_counters n;

	send_segment(p, 1, true, 999, TCP_SYN, 100, 0, "");
	send_segment(p, 2, true, 999, TCP_SYN, 100, 0, "");
	send_segment(p, 3, true, 999, TCP_ACK, 101, 0, "EHLO me\r\n");
	send_segment(p, 5, true, 999, TCP_ACK, 101, 0, "EHLO me\r\n");
	send_segment(p, 5000, true, 999, TCP_ACK, 101, 0, "EHLO me\r\n");
	n = pipeline_counters(p);
	ck_assert_uint_eq(n.duplicates, 2);
	ck_assert_uint_eq(n.payload_bytes, 18);
	pipeline_finish(p);
	ck_assert_uint_eq(pipeline_counters(p).retransmitted_bytes, 9);
	pipeline_free(p);
	recorder_clear(&heard);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, a_capture_of_ours);
	tcase_add_test(tests, syn_flood);
	tcase_add_test(tests, idle_connections_end_in_packet_time);
	tcase_add_test(tests, a_hole_is_given_up_by_a_tick);
	tcase_add_test(tests, own_traffic_is_left_out);
	tcase_add_test(tests, conflicting_copies_are_said);
	tcase_add_test(tests, what_a_span_doubles_counts_once);
}

CHECK_MAIN("pipeline", add_tests)
