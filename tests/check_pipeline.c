/* SPDX-License-Identifier: Apache-2.0
 *
 * Frames in, observations out: what the joined stages count, and what a flow costs before payload comes.
 */
#include "pipeline.h"

#include <string.h>

#include "base/memory.h"
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
static size_t memory_limit;

static struct pipeline *
make(size_t flows)
{
	struct pipeline_settings s = {
		.flow = { .max = flows, .idle_timeout = 60 * USEC_PER_SEC, .embryonic_timeout = 5 * USEC_PER_SEC,
		    .closed_timeout = USEC_PER_SEC, .server_ports = ports, .server_port_count = 2 },
		.stream = { .waiting_per_flow = 65536, .waiting_total = 1 << 20, .reorder_packets = 64,
		    .reorder_time = USEC_PER_SEC / 2 },
		.dialogue = { .protocol = &protocol_limits, .message = &message_limits, .volume_step = 1 << 20 },
		.decode = { .tunnels = (1u << TUNNELS) - 1,
		    .fragments = { .max = 64, .memory = 1 << 20, .timeout = 30 * USEC_PER_SEC } },
		.own = own_servers,
		.memory = memory_limit,
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

/* Ends and checksum alike, and other octets in between: it is a twin for who counts, and is told of. Out of order as well. */
START_TEST(what_hides_in_a_twin_is_told)
{
	for (int late = 0; late < 2; late++) {
		struct pipeline *p = make(100);
		uint32_t at = late ? 111 : 101;

		send_segment(p, 1, true, 999, TCP_SYN, 100, 0, "");
		send_segment(p, 2, true, 999, TCP_ACK, at, 0, "NOOP aaaaaaaaaaaaaaaa some words zzzzzzzzzzzz\r\n");
		send_segment(p, 3, true, 999, TCP_ACK, at, 0, "NOOP aaaaaaaaaaaaaaaa some words zzzzzzzzzzzz\r\n");
		ck_assert_uint_eq(pipeline_counters(p).conflicts, 0);
		send_segment(p, 4, true, 999, TCP_ACK, at, 0, "NOOP aaaaaaaaaaaaaaaa sane words zzzzzzzzzzzz\r\n");
		ck_assert_uint_eq(pipeline_counters(p).duplicates, 2);
		ck_assert_uint_eq(pipeline_counters(p).conflicts, 1);
		pipeline_finish(p);
		ck_assert_uint_eq(pipeline_counters(p).retransmitted_bytes, 0);
		ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "anomaly segment_conflict client"));
		pipeline_free(p);
		recorder_clear(&heard);
	}
}
END_TEST

#define NOON (INT64_C(1700000000) * USEC_PER_SEC)

/* Neither does a frame of another century end what is open, nor does its time stop the clock for what waits. */
START_TEST(one_frame_lies_about_the_time)
{
	struct pipeline *p = make(100);

	send_segment(p, NOON, true, 999, TCP_SYN, 100, 0, "");
	send_segment(p, NOON + 1, true, 999, TCP_ACK, 101, 0, "EHLO me\r\n");
	send_segment(p, INT64_MAX / 2, true, 888, TCP_SYN, 100, 0, "");
	ck_assert_int_eq(pipeline_time(p), NOON + 1);
	send_segment(p, NOON + USEC_PER_SEC, true, 777, TCP_SYN, 100, 0, "");
	ck_assert_uint_eq(heard.sessions, 0);
	pipeline_tick(p, NOON + 100 * USEC_PER_SEC);
	ck_assert_uint_eq(heard.sessions, 1);
	pipeline_free(p);
	recorder_clear(&heard);
}
END_TEST

/* The wall clock was a day ahead, and is set right: what was open in that future ends, and time goes on. */
START_TEST(the_clock_is_set_back)
{
	struct pipeline *p = make(100);

	send_segment(p, NOON, true, 999, TCP_SYN, 100, 0, "");
	send_segment(p, NOON + 1, true, 999, TCP_ACK, 101, 0, "EHLO me\r\n");
	pipeline_tick(p, NOON - 86400 * USEC_PER_SEC);
	ck_assert_uint_eq(pipeline_counters(p).flows_now, 0);
	ck_assert_uint_eq(pipeline_counters(p).time_restarts, 1);
	send_segment(p, NOON - 86399 * USEC_PER_SEC, true, 888, TCP_SYN, 100, 0, "");
	ck_assert_int_eq(pipeline_time(p), NOON - 86399 * USEC_PER_SEC);
	pipeline_tick(p, NOON - 86300 * USEC_PER_SEC);
	ck_assert_uint_eq(pipeline_counters(p).flows_now, 0);
	pipeline_free(p);
	recorder_clear(&heard);
}
END_TEST

/* A client that sends a message with an attachment; every step of it once. */
static void
send_message(struct pipeline *p, usec_t time, uint16_t port)
{
	static const struct {
		bool to_server;
		const char *text;
	} talk[] = {
		{ false, "220 mx ESMTP\r\n" },
		{ true, "EHLO desk.example\r\n" },
		{ false, "250-mx\r\n250 AUTH PLAIN\r\n" },
		{ true, "AUTH PLAIN AGEAYg==\r\n" },
		{ false, "235 fine\r\n" },
		{ true, "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n" },
		{ false, "250 ok\r\n250 ok\r\n354 go\r\n" },
		{ true, "From: A <a@example.com>\r\nSubject: =?utf-8?q?h=C3=A9?=\r\nMIME-Version: 1.0\r\n"
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n"
			"--b\r\nContent-Type: application/zip; name*=utf-8''x.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" },
		{ true, "UEsDBAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n--b--\r\n.\r\nQUIT\r\n" },
		{ false, "250 queued\r\n221 bye\r\n" },
	};
	uint32_t next[2] = { 101, 501 };

	send_segment(p, time, true, port, TCP_SYN, 100, 0, "");
	send_segment(p, time + 1, false, port, TCP_SYN | TCP_ACK, 500, 101, "");
	for (size_t i = 0; i < sizeof(talk) / sizeof(talk[0]); i++) {
		bool up = talk[i].to_server;

		send_segment(p, time + 10 + (usec_t)i, up, port, TCP_ACK, next[!up], next[up], talk[i].text);
		next[!up] += (uint32_t)strlen(talk[i].text);
	}
}

/* Whichever allocation fails, and all after it: what it was for is dropped, nothing else breaks, nothing leaks. */
START_TEST(memory_runs_out_anywhere)
{
	long needed = 0;

	for (long successes = 0; needed == 0; successes++) {
		struct pipeline *p = make(100);

		memory_fail_after(successes);
		send_message(p, 1000, 40000);
		memory_fail_after(-1);
		send_message(p, 2000, 40001); /* and the next one is followed again */
		pipeline_finish(p);
		ck_assert_msg(heard.messages >= 1, "after %ld allocations", successes);
		if (heard.messages == 2 && heard.logins == 2 && pipeline_counters(p).connections_refused == 0)
			needed = successes;
		pipeline_free(p);
		recorder_clear(&heard);
	}
	ck_assert_int_gt(needed, 10);
}
END_TEST

/* More connections than memory allows: the longest silent go, the account stays below, and the latest is followed. */
START_TEST(connections_give_way_to_memory)
{
	struct pipeline_counters n;
	struct pipeline *p;
	size_t most = 0, limit = 2 << 20;

	memory_limit = limit;
	p = make(100000);
	memory_limit = 0;
	for (unsigned i = 0; i < 20000; i++) {
		send_segment(p, 1000 + i, true, (uint16_t)(10000 + i), TCP_ACK, 101, 0, "EHLO one.example\r\n");
		recorder_clear(&heard); /* what it keeps is on this thread's account too */
		most = pipeline_counters(p).memory > most ? pipeline_counters(p).memory : most;
	}
	n = pipeline_counters(p);
	ck_assert_uint_gt(n.gave_way, 1000);
	ck_assert_uint_gt(n.connections_now, 300);
	ck_assert_uint_le(most, limit + 65536);
	ck_assert_uint_eq(n.memory_max, limit);
	send_message(p, 1 << 20, 9999);
	pipeline_finish(p);
	ck_assert_uint_eq(heard.messages, 1);
	ck_assert_uint_eq(pipeline_counters(p).connections_now, 0);
	pipeline_free(p);
	recorder_clear(&heard);
}
END_TEST

/* An attack below any connection is told of with its addresses, a few times a second. */
START_TEST(overlapping_fragments_are_told)
{
	static uint8_t part[] = { 0x45, 0, 0, 36, 0, 9, 0x20, 0, 64, 6, 0, 0, 10, 0, 0, 1, 192, 0, 2, 25, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3,
		4, 5, 6, 7, 8 };
	struct frame f = { .data = { part, sizeof(part) }, .wire_len = sizeof(part), .link_type = 101, .time = 1000 };
	struct pipeline *p = make(100);

	for (uint8_t id = 0; id < 30; id++) {
		part[5] = id;
		part[20] = 1;
		pipeline_frame(p, &f);
		part[20] = 2;
		pipeline_frame(p, &f);
	}
	ck_assert_uint_eq(heard.anomalies, 10);
	ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "anomaly fragment_overlap client"));
	ck_assert_uint_eq(pipeline_counters(p).decode.fragments.overlaps, 30);
	ck_assert_uint_eq(pipeline_counters(p).decoded[DECODE_FRAGMENT_OVERLAP], 30);
	f.time += USEC_PER_SEC;
	part[5] = 99;
	pipeline_frame(p, &f);
	part[20] = 1;
	pipeline_frame(p, &f);
	ck_assert_uint_eq(heard.anomalies, 11);
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
	tcase_add_test(tests, memory_runs_out_anywhere);
	tcase_add_test(tests, connections_give_way_to_memory);
	tcase_add_test(tests, overlapping_fragments_are_told);
	tcase_add_test(tests, what_a_span_doubles_counts_once);
	tcase_add_test(tests, what_hides_in_a_twin_is_told);
	tcase_add_test(tests, one_frame_lies_about_the_time);
	tcase_add_test(tests, the_clock_is_set_back);
}

CHECK_MAIN("pipeline", add_tests)
