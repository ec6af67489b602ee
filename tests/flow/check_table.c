/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "support/check_main.h"
#include "support/segments.h"

#define C FROM_CLIENT
#define S FROM_SERVER

static const uint16_t mail_ports[] = { 25, 110, 143 };

static enum speaker
guess(struct bytes payload)
{
	if (bytes_starts(payload, BYTES("220 ")))
		return SPEAKER_SERVER;
	return bytes_starts(payload, BYTES("EHLO ")) ? SPEAKER_CLIENT : SPEAKER_UNKNOWN;
}

static const struct flow_limits standard = { .max = 100,
	.idle_timeout = 600 * USEC_PER_SEC,
	.embryonic_timeout = 30 * USEC_PER_SEC,
	.closed_timeout = 5 * USEC_PER_SEC,
	.server_ports = mail_ports,
	.server_port_count = 3,
	.guess = guess };

/* What the events said, as one line: "+1:40000>2:25" and "-1:40000>2:25 fin". */
static struct {
	char line[16384];
	size_t len;
} heard;

static struct flow_table *table;
static struct talk talk;

static void
hear(const char *sign, const struct flow *f, const char *word)
{
	struct endpoint client = flow_table_endpoint(table, f, C), server = flow_table_endpoint(table, f, S);
	int n = snprintf(heard.line + heard.len, sizeof(heard.line) - heard.len, "%s%s%u:%u>%u:%u%s",
	    heard.len > 0 ? " " : "", sign, client.address.ip[3], client.port, server.address.ip[3], server.port, word);

	ck_assert_int_gt(n, 0);
	ck_assert_uint_lt((size_t)n, sizeof(heard.line) - heard.len);
	heard.len += (size_t)n;
}

static void *
on_opened(void *arg, struct flow *f)
{
	ck_assert_ptr_eq(arg, &heard);
	ck_assert_ptr_null(f->state);
	hear("+", f, "");
	return &talk;
}

static void
on_ended(void *arg, struct flow *f, enum flow_end end)
{
	static const char *const words[] = { "/fin", "/rst", "/idle", "/evicted", "/reused", "/stop" };

	ck_assert_ptr_eq(arg, &heard);
	ck_assert(f->state == &talk || f->state == NULL);
	hear("-", f, words[end]);
}

static void
begin_with(const struct flow_limits *limits)
{
	const struct flow_events events = { on_opened, on_ended, &heard };

	heard.len = 0;
	heard.line[0] = '\0';
	talk = talk_new(1000, 5000);
	table = flow_table_new(limits, &events);
	ck_assert_ptr_nonnull(table);
}

static void
begin(void)
{
	begin_with(&standard);
}

static void
expect(const char *line)
{
	ck_assert_str_eq(heard.line, line);
}

static void
end_and_expect(const char *line)
{
	flow_table_free(table);
	table = NULL;
	expect(line);
}

/* The flow, which must have been found, with the packet's direction as told. */
static struct flow *
admit(enum direction expected, struct packet p)
{
	enum direction d = direction_other(expected);
	struct flow *f = flow_table_admit(table, &p, &d);

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(d, expected);
	return f;
}

static void
refuse(struct packet p)
{
	enum direction d;

	ck_assert_ptr_null(flow_table_admit(table, &p, &d));
}

static struct packet
syn(enum direction from)
{
	return talk_syn(&talk, from);
}

static struct packet
syn_ack(enum direction from)
{
	return talk_syn_ack(&talk, from);
}

static struct packet
ack(enum direction from, uint64_t at, uint64_t acknowledges)
{
	return talk_ack(&talk, from, at, acknowledges);
}

static struct packet
data(enum direction from, uint64_t at, uint64_t acknowledges, const char *text)
{
	return talk_data(&talk, from, at, acknowledges, bytes_str(text));
}

static struct packet
fin(enum direction from, uint64_t at, uint64_t acknowledges)
{
	return talk_fin(&talk, from, at, acknowledges);
}

static struct packet
rst(enum direction from, uint64_t at)
{
	return talk_rst(&talk, from, at);
}

static struct flow *
establish(void)
{
	admit(C, syn(C));
	admit(S, syn_ack(S));
	return admit(C, ack(C, 0, 0));
}

static void
use_ports(uint16_t client, uint16_t server)
{
	talk.ends[C].port = client;
	talk.ends[S].port = server;
}

START_TEST(test_whole_life)
{
	struct flow *f;
	usec_t noon;

	begin();
	noon = talk.time;
	f = admit(C, syn(C));
	ck_assert_int_eq(f->phase, FLOW_SYN);
	ck_assert_int_eq(f->orientation, ORIENTED_BY_SYN);
	f = admit(S, syn_ack(S));
	ck_assert_int_eq(f->phase, FLOW_ANSWERED);
	f = admit(C, ack(C, 0, 0));
	ck_assert_int_eq(f->phase, FLOW_ESTABLISHED);
	admit(S, data(S, 0, 0, "220 hi"));
	admit(C, data(C, 0, 6, "QUIT"));
	f = admit(S, fin(S, 6, 4));
	ck_assert_int_eq(f->phase, FLOW_CLOSING);
	ck_assert(f->side[S].fin && !f->side[C].fin);
	f = admit(C, fin(C, 4, 7));
	ck_assert_int_eq(f->phase, FLOW_CLOSED);
	f = admit(S, ack(S, 7, 5)); /* a straggler: the same flow */
	ck_assert_uint_eq(flow_packets(f, C), 4);
	ck_assert_uint_eq(flow_packets(f, S), 4);
	ck_assert_uint_eq(flow_wire_bytes(f, C), 4 * 54 + 4);
	ck_assert_uint_eq(flow_wire_bytes(f, S), 4 * 54 + 6);
	ck_assert_uint_eq(f->initial[C], 1000);
	ck_assert_uint_eq(f->initial[S], 5000);
	ck_assert(f->side[C].initial_known && f->side[S].initial_known);
	ck_assert(!f->midstream);
	ck_assert_int_eq(f->start, noon);
	ck_assert_int_eq(flow_last(f), noon + 7 * USEC_PER_MSEC);
	ck_assert_uint_eq(flow_table_len(table), 1);
	ck_assert_uint_gt(flow_table_memory(table), sizeof(struct flow));
	/* It lingers from its close on, whatever straggles in. */
	ck_assert_uint_eq(flow_table_expire(table, noon + 5 * USEC_PER_SEC, 0), 0);
	ck_assert_uint_eq(flow_table_expire(table, noon + 6 * USEC_PER_MSEC + 5 * USEC_PER_SEC, 0), 1);
	ck_assert_uint_eq(flow_table_counters(table).opened, 1);
	ck_assert_uint_eq(flow_table_counters(table).ended, 1);
	refuse(fin(S, 6, 4));
	ck_assert_uint_eq(flow_table_counters(table).stray, 1);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/fin");
}
END_TEST

START_TEST(test_client_by_syn)
{
	begin();
	use_ports(25, 40000); /* the ports say otherwise */
	admit(C, syn(C));
	end_and_expect("+1:25>2:40000 -1:25>2:40000/stop");
	begin();
	use_ports(25, 40000);
	ck_assert_int_eq(admit(S, syn_ack(S))->phase, FLOW_ANSWERED); /* its SYN was lost */
	ck_assert(!admit(C, ack(C, 0, 0))->midstream);
	ck_assert_uint_eq(flow_table_counters(table).midstream, 0);
	end_and_expect("+1:25>2:40000 -1:25>2:40000/stop");
}
END_TEST

START_TEST(test_client_by_port)
{
	struct flow *f;

	begin();
	f = admit(S, ack(S, 0, 0));
	ck_assert_int_eq(f->orientation, ORIENTED_BY_PORT);
	ck_assert(f->midstream);
	ck_assert_int_eq(f->phase, FLOW_ANSWERED);
	f = admit(S, data(S, 0, 0, "EHLO odd"));
	ck_assert_int_eq(f->phase, FLOW_ESTABLISHED);
	ck_assert_uint_eq(flow_table_counters(table).midstream, 1);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_client_by_payload)
{
	static const struct {
		enum direction sender;
		const char *text;
	} cases[] = { { S, "220 hello" }, { C, "EHLO me" }, { C, "whatever" }, { C, "" } };

	for (size_t i = 0; i < 4; i++) {
		struct packet p;

		begin();
		use_ports(3000, 2525);
		p = data(cases[i].sender, 0, 0, cases[i].text);
		p.payload_cut = 1;
		ck_assert_int_eq(admit(cases[i].sender, p)->orientation, ORIENTED_BY_PAYLOAD);
		admit(direction_other(cases[i].sender), data(direction_other(cases[i].sender), 0, 0, "220 x"));
		end_and_expect("+1:3000>2:2525 -1:3000>2:2525/stop");
	}
}
END_TEST

START_TEST(test_sides_trade_places_once)
{
	struct flow *f;

	begin();
	use_ports(2525, 3000);
	f = admit(S, ack(C, 0, 0)); /* the lower port stands in for the server */
	ck_assert_int_eq(f->orientation, ORIENTED_NOT_YET);
	admit(C, ack(S, 7, 9));
	expect("");
	f = admit(C, data(C, 0, 0, "EHLO me"));
	ck_assert_int_eq(f->orientation, ORIENTED_BY_PAYLOAD);
	ck_assert_uint_eq(flow_packets(f, C), 2);
	ck_assert_uint_eq(flow_packets(f, S), 1);
	ck_assert_uint_eq(flow_table_endpoint(table, f, C).port, 2525);
	admit(S, data(S, 0, 7, "EHLO you")); /* settled: never again */
	admit(C, fin(C, 7, 8));
	ck_assert(admit(S, ack(S, 8, 8))->side[C].fin);
	end_and_expect("+1:2525>2:3000 -1:2525>2:3000/stop");
	/* A flow that never was settled is never told. */
	begin();
	use_ports(2525, 3000);
	admit(S, ack(C, 0, 0));
	end_and_expect("");
}
END_TEST

START_TEST(test_same_endpoint_twice)
{
	begin();
	talk.ends[S] = talk.ends[C];
	admit(C, syn(C));
	admit(C, syn(C));
	ck_assert_uint_eq(flow_table_len(table), 1);
	end_and_expect("+1:40000>1:40000 -1:40000>1:40000/stop");
}
END_TEST

START_TEST(test_simultaneous_open)
{
	struct flow *f;

	begin();
	admit(C, syn(C));
	f = admit(S, syn(S));
	ck_assert_int_eq(f->phase, FLOW_ANSWERED);
	admit(S, syn_ack(S));
	admit(C, syn_ack(C));
	f = admit(C, ack(C, 0, 0));
	ck_assert_int_eq(f->phase, FLOW_ESTABLISHED);
	ck_assert_uint_eq(flow_packets(f, C), 3);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_syn_sent_again)
{
	struct flow *f;

	begin();
	admit(C, syn(C));
	admit(C, syn(C));
	talk.initial[C] = 777777777; /* given up and tried anew, before any answer */
	f = admit(C, syn(C));
	ck_assert_uint_eq(f->initial[C], 777777777);
	admit(S, syn_ack(S));
	talk.initial[S] = 888888888; /* the answer was lost; a forgetful server chooses anew */
	f = admit(S, syn_ack(S));
	ck_assert_uint_eq(f->initial[S], 888888888);
	f = admit(C, ack(C, 0, 0));
	ck_assert_int_eq(f->phase, FLOW_ESTABLISHED);
	talk.initial[S] = 5;
	f = admit(S, syn_ack(S)); /* now it is too late for that */
	ck_assert_uint_eq(f->initial[S], 888888888);
	ck_assert_uint_eq(flow_packets(f, C), 4);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_forged_syn_and_answer)
{
	struct flow *f;

	begin();
	admit(C, syn(C));
	talk.initial[C] = 777777777;
	admit(C, syn(C)); /* forged */
	talk.initial[C] = 1000;
	f = admit(S, syn_ack(S)); /* tells which was true */
	ck_assert_uint_eq(f->initial[C], 1000);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/stop");
	begin();
	admit(C, syn(C));
	talk.initial[C] = 777777777;
	f = admit(S, syn_ack(S)); /* answers nothing that was asked */
	ck_assert_int_eq(f->phase, FLOW_SYN);
	ck_assert(!f->side[S].initial_known);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_captured_in_another_order)
{
	struct packet first, second, third, fourth;
	struct flow *f;

	begin();
	first = syn(C);
	second = syn_ack(S);
	third = ack(C, 0, 0);
	fourth = data(S, 0, 0, "220 hi");
	admit(S, fourth);
	admit(C, third);
	admit(S, second);
	f = admit(C, first);
	ck_assert_uint_eq(f->initial[C], 1000);
	ck_assert_uint_eq(f->initial[S], 5000);
	ck_assert(f->side[C].initial_known && f->side[S].initial_known);
	ck_assert(!f->midstream);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_fast_open)
{
	struct packet p;
	struct flow *f;

	begin();
	p = syn(C);
	p.payload = BYTES("EHLO a\r\n");
	ck_assert_int_eq(admit(C, p)->phase, FLOW_SYN);
	p = syn_ack(S);
	p.acknowledged += 8;
	f = admit(S, p);
	ck_assert_int_eq(f->phase, FLOW_ANSWERED);
	ck_assert(f->side[S].initial_known);
	talk.initial[C] = 99;
	p = syn(C); /* another attempt, after octets of the first were handed on */
	admit(C, p);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/reused +1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_reset)
{
	begin();
	establish();
	admit(C, data(C, 0, 0, "abc"));
	ck_assert_int_eq(admit(C, rst(C, 1463))->phase, FLOW_CLOSED); /* one segment lost before it */
	admit(S, data(S, 0, 3, "too late"));
	ck_assert_uint_eq(flow_table_len(table), 1);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/rst");
	/* Nobody listens on that port. */
	begin();
	admit(C, syn(C));
	{
		struct packet p = rst(S, 0);

		p.flags |= TCP_ACK;
		p.sequence = 0;
		p.acknowledged = 1001;
		ck_assert_int_eq(admit(S, p)->phase, FLOW_CLOSED);
	}
	end_and_expect("+1:40000>2:25 -1:40000>2:25/rst");
	/* A RST after both goodbyes changes nothing about them. */
	begin();
	establish();
	admit(C, fin(C, 0, 0));
	admit(S, fin(S, 0, 1));
	admit(C, rst(C, 1));
	end_and_expect("+1:40000>2:25 -1:40000>2:25/fin");
}
END_TEST

START_TEST(test_forged_goodbyes)
{
	struct packet p;
	struct flow *f;

	begin();
	establish();
	admit(C, data(C, 0, 0, "abc"));
	admit(S, data(S, 0, 3, "123"));
	f = admit(C, rst(C, 900000000));
	ck_assert_int_eq(f->phase, FLOW_ESTABLISHED);
	f = admit(C, fin(C, 900000000, 3));
	ck_assert_int_eq(f->phase, FLOW_ESTABLISHED);
	f = admit(C, rst(C, 1)); /* what the server has acknowledged already */
	ck_assert_int_eq(f->phase, FLOW_ESTABLISHED);
	admit(C, data(C, 900000000, 3, "wild")); /* one wild segment does not lead astray for long */
	f = admit(C, rst(C, 3));
	ck_assert_int_eq(f->phase, FLOW_CLOSED);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/rst");
	begin();
	admit(C, syn(C));
	p = rst(S, 0);
	p.flags |= TCP_ACK;
	p.acknowledged = 90000000;
	ck_assert_int_eq(admit(S, p)->phase, FLOW_SYN);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_window_scale)
{
	/* A RST a megabyte ahead: within a scaled window only. */
	for (uint8_t scale = 0; scale <= 7; scale = (uint8_t)(scale + 7)) {
		struct flow *f;

		begin();
		talk.window_scale = scale;
		f = establish();
		ck_assert_uint_eq(f->side[C].window_scale, scale);
		admit(S, ack(S, 0, 0));
		f = admit(C, rst(C, 1000000));
		ck_assert_int_eq(f->phase, scale == 0 ? FLOW_ESTABLISHED : FLOW_CLOSED);
		end_and_expect(scale == 0 ? "+1:40000>2:25 -1:40000>2:25/stop" : "+1:40000>2:25 -1:40000>2:25/rst");
	}
}
END_TEST

START_TEST(test_stray)
{
	struct packet p;

	begin();
	refuse(rst(C, 0));
	refuse(fin(S, 0, 0));
	p = syn(C);
	p.flags |= TCP_RST;
	refuse(p);
	p = syn(C);
	p.flags = 0;
	refuse(p);
	ck_assert_uint_eq(flow_table_counters(table).stray, 4);
	ck_assert_uint_eq(flow_table_len(table), 0);
	p = data(C, 0, 0, "last words");
	p.flags |= TCP_FIN;
	ck_assert_int_eq(admit(C, p)->phase, FLOW_CLOSING);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_reused_after_close)
{
	struct packet p;
	struct flow *f;
	usec_t again;

	begin();
	establish();
	admit(C, fin(C, 0, 0));
	admit(C, syn(C)); /* a late copy of the old SYN is nothing new */
	expect("+1:40000>2:25");
	admit(S, fin(S, 0, 1));
	talk.initial[C] += 100;
	again = talk.time;
	admit(C, syn(C)); /* a forgery, until somebody takes it up */
	expect("+1:40000>2:25");
	talk.initial[S] += 100;
	f = admit(S, syn_ack(S));
	ck_assert_int_eq(f->phase, FLOW_ANSWERED);
	ck_assert_uint_eq(flow_packets(f, C), 1);
	ck_assert_uint_eq(flow_packets(f, S), 1);
	ck_assert_int_eq(f->start, again);
	expect("+1:40000>2:25 -1:40000>2:25/reused +1:40000>2:25");
	admit(C, rst(C, 0));
	/* The other way round. */
	p = (struct packet){ .time = talk.time,
		.source = talk.ends[S],
		.destination = talk.ends[C],
		.flags = TCP_SYN,
		.sequence = 9 };
	admit(S, p);
	p.source = talk.ends[C];
	p.destination = talk.ends[S];
	p.flags = TCP_SYN | TCP_ACK;
	p.sequence = 5;
	p.acknowledged = 10;
	admit(S, p);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/reused +1:40000>2:25 -1:40000>2:25/reused "
		       "+2:25>1:40000 -2:25>1:40000/stop");
}
END_TEST

START_TEST(test_reused_when_half_dead)
{
	struct flow *f;

	begin();
	establish();
	admit(C, data(C, 0, 0, "abc"));
	talk.initial[C] = 777777777;
	admit(C, syn(C)); /* busy: passed over */
	expect("+1:40000>2:25");
	talk.initial[C] = 1000;
	admit(C, data(C, 3, 0, "def"));
	talk.time += 6 * USEC_PER_SEC;
	talk.initial[C] = 1010;
	admit(C, syn(C)); /* within its window */
	expect("+1:40000>2:25");
	talk.time += 6 * USEC_PER_SEC;
	talk.initial[C] = 777777777;
	admit(C, syn(C)); /* and nobody takes it up */
	expect("+1:40000>2:25");
	f = admit(C, data(C, 0, 0, "abc")); /* but its sender */
	ck_assert(!f->midstream && f->side[C].initial_known);
	ck_assert_uint_eq(f->initial[C], 777777777);
	ck_assert_int_eq(f->orientation, ORIENTED_BY_SYN);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/reused +1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_reused_on_the_peers_word)
{
	struct flow *f;

	begin();
	establish();
	talk.initial[C] = 777777777;
	admit(C, syn(C));
	expect("+1:40000>2:25");
	talk.initial[S] = 888888888;
	f = admit(S, syn_ack(S));
	ck_assert_int_eq(f->phase, FLOW_ANSWERED);
	ck_assert(f->side[C].initial_known);
	ck_assert_uint_eq(f->initial[C], 777777777);
	ck_assert_uint_eq(f->initial[S], 888888888);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/reused +1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_expiry)
{
	usec_t noon;

	begin();
	noon = talk.time;
	talk.step = 0;
	use_ports(1, 25);
	admit(C, syn(C));
	use_ports(2, 25);
	establish();
	use_ports(3, 25);
	flow_table_value(table, establish(), FLOW_WORTH_MAIL);
	use_ports(4, 25);
	establish();
	admit(C, rst(C, 0));
	ck_assert_uint_eq(flow_table_expire(table, noon + 5 * USEC_PER_SEC - 1, 0), 0);
	ck_assert_uint_eq(flow_table_expire(table, noon + 5 * USEC_PER_SEC, 0), 1);
	ck_assert_uint_eq(flow_table_expire(table, noon + 29 * USEC_PER_SEC, 0), 0);
	ck_assert_uint_eq(flow_table_expire(table, noon + 30 * USEC_PER_SEC, 0), 1);
	ck_assert_uint_eq(flow_table_expire(table, noon + 599 * USEC_PER_SEC, 0), 0);
	ck_assert_uint_eq(flow_table_expire(table, noon + 600 * USEC_PER_SEC, 1), 1);
	ck_assert_uint_eq(flow_table_expire(table, noon + 600 * USEC_PER_SEC, 1), 1);
	ck_assert_uint_eq(flow_table_expire(table, noon + 600 * USEC_PER_SEC, 1), 0);
	end_and_expect("+1:1>2:25 +1:2>2:25 +1:3>2:25 +1:4>2:25 -1:4>2:25/rst -1:1>2:25/idle -1:2>2:25/idle "
		       "-1:3>2:25/idle");
}
END_TEST

/* Ages do not depend on when somebody last looked. */
START_TEST(test_stale_flow_is_not_found)
{
	begin();
	establish();
	talk.time += 600 * USEC_PER_SEC;
	ck_assert(admit(C, data(C, 0, 0, "abc"))->midstream);
	end_and_expect("+1:40000>2:25 -1:40000>2:25/idle +1:40000>2:25 -1:40000>2:25/stop");
}
END_TEST

START_TEST(test_time_steps_back)
{
	struct flow *f;
	usec_t noon;

	begin();
	noon = talk.time;
	establish();
	talk.time = noon - USEC_PER_SEC;
	f = admit(C, data(C, 0, 0, "abc"));
	ck_assert_int_eq(f->start, noon);
	ck_assert_int_eq(flow_last(f), noon + 2 * USEC_PER_MSEC);
	use_ports(2, 25);
	f = admit(C, syn(C));
	ck_assert_int_ge(flow_last(f), f->start);
	ck_assert_uint_eq(flow_table_expire(table, noon - 3000 * USEC_PER_SEC, 0), 0);
	/* One packet from the far future does not make all that follow look stale. */
	use_ports(3, 25);
	talk.time = noon + 100000000 * USEC_PER_SEC;
	admit(C, syn(C));
	talk.time = noon;
	use_ports(4, 25);
	establish();
	ck_assert_uint_eq(flow_table_expire(table, noon, 0), 0);
	ck_assert_uint_eq(flow_packets(admit(C, data(C, 0, 0, "abc")), C), 3);
	ck_assert_uint_eq(flow_table_len(table), 4);
	/* Nor do times at the ends of the scale overflow. */
	talk.time = INT64_MAX - 10 * USEC_PER_SEC;
	admit(C, data(C, 3, 0, "def"));
	talk.time = INT64_MIN + USEC_PER_SEC;
	admit(C, data(C, 6, 0, "ghi"));
	flow_table_free(table);
}
END_TEST

static const struct flow_limits narrow = { .max = 3,
	.idle_timeout = 600 * USEC_PER_SEC,
	.embryonic_timeout = 30 * USEC_PER_SEC,
	.closed_timeout = 5 * USEC_PER_SEC,
	.server_ports = mail_ports,
	.server_port_count = 3 };

START_TEST(test_ceiling)
{
	begin_with(&narrow);
	use_ports(1, 25);
	flow_table_value(table, establish(), FLOW_WORTH_MAIL);
	use_ports(2, 80);
	flow_table_value(table, establish(), FLOW_WORTH_PLAIN);
	for (uint16_t port = 10; port < 14; port++) {
		use_ports(port, 25);
		admit(C, syn(C)); /* each displaces the one before */
	}
	ck_assert_uint_eq(flow_table_len(table), 3);
	ck_assert_uint_eq(flow_table_counters(table).evicted, 3);
	use_ports(13, 25);
	admit(S, syn_ack(S));
	flow_table_value(table, admit(C, ack(C, 0, 0)), FLOW_WORTH_MAIL);
	use_ports(14, 25);
	admit(C, syn(C)); /* displaces what is no mail */
	use_ports(14, 25);
	admit(S, syn_ack(S));
	flow_table_value(table, admit(C, ack(C, 0, 0)), FLOW_WORTH_MAIL);
	use_ports(15, 25);
	refuse(syn(C)); /* nothing left but mail */
	refuse(data(C, 0, 0, "EHLO"));
	ck_assert_uint_eq(flow_table_counters(table).refused, 2);
	talk.time += 300 * USEC_PER_SEC; /* but for octets that are spoken now, a silent one goes */
	refuse(syn(C));
	admit(C, data(C, 0, 0, "EHLO"));
	end_and_expect("+1:1>2:25 +1:2>2:80 +1:10>2:25 -1:10>2:25/evicted +1:11>2:25 -1:11>2:25/evicted +1:12>2:25 "
		       "-1:12>2:25/evicted +1:13>2:25 -1:2>2:80/evicted +1:14>2:25 -1:1>2:25/evicted +1:15>2:25 "
		       "-1:13>2:25/stop -1:14>2:25/stop -1:15>2:25/stop");
}
END_TEST

START_TEST(test_closing_lowers_the_worth)
{
	struct flow *f;

	begin_with(&narrow);
	for (uint16_t port = 1; port <= 3; port++) {
		use_ports(port, 25);
		f = establish();
		flow_table_value(table, f, FLOW_WORTH_MAIL);
	}
	use_ports(2, 25);
	f = admit(C, rst(C, 0));
	flow_table_value(table, f, FLOW_WORTH_MAIL); /* whoever says so: it is done */
	use_ports(3, 25);
	f = admit(C, fin(C, 0, 0));
	flow_table_value(table, f, FLOW_WORTH_MAIL);
	use_ports(4, 25);
	admit(C, syn(C));
	use_ports(5, 25);
	admit(C, syn(C));
	use_ports(5, 25);
	admit(S, syn_ack(S));
	flow_table_value(table, admit(C, ack(C, 0, 0)), FLOW_WORTH_MAIL);
	use_ports(6, 25);
	admit(C, syn(C));
	end_and_expect("+1:1>2:25 +1:2>2:25 +1:3>2:25 -1:2>2:25/rst +1:4>2:25 -1:4>2:25/evicted +1:5>2:25 "
		       "-1:3>2:25/evicted +1:6>2:25 -1:1>2:25/stop -1:5>2:25/stop -1:6>2:25/stop");
}
END_TEST

START_TEST(test_vlan)
{
	struct flow_limits limits = standard;
	struct packet p;

	begin();
	p = syn(C);
	p.vlan[0] = 7;
	p.vlans = 1;
	ck_assert_uint_eq(admit(C, p)->vlan, 7);
	admit(S, syn_ack(S)); /* the way back is another VLAN, or none */
	ck_assert_uint_eq(flow_table_len(table), 1);
	flow_table_free(table);
	limits.vlan_in_key = true;
	begin_with(&limits);
	admit(C, syn(C));
	for (uint16_t outer = 1; outer <= 2; outer++)
		for (uint16_t inner = 0; inner <= 4095; inner = (uint16_t)(inner + 4095)) {
			p = syn(C);
			p.vlan[0] = outer;
			p.vlan[1] = inner;
			p.vlans = inner == 0 ? 1 : 2;
			admit(C, p);
		}
	ck_assert_uint_eq(flow_table_len(table), 5);
	flow_table_free(table);
}
END_TEST

START_TEST(test_ipv6)
{
	const uint8_t ip[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 };
	const uint8_t mapped[16] = { 192, 0, 2, 1 };
	struct flow *f;

	begin();
	establish();
	talk.ends[C].address = address_v6(mapped); /* not the IPv4 address with the same octets */
	talk.ends[S].address = address_v6(ip);
	establish();
	f = admit(S, data(S, 0, 0, "220 hi"));
	ck_assert_int_eq(flow_table_endpoint(table, f, S).address.ip[15], 9);
	ck_assert_uint_eq(flow_table_len(table), 2);
	flow_table_free(table);
}
END_TEST

/* Ends in the order of starts, then of endpoints, whatever happened in between. */
START_TEST(test_order_at_the_end)
{
	static const char expected[] = "-1:9>2:25/stop -1:4>2:25/fin -1:5>2:25/stop -1:5>2:110/stop -1:1>2:25/stop "
				       "-1:8>2:25/rst";

	begin();
	talk.step = 0;
	use_ports(9, 25);
	establish();
	talk.time += USEC_PER_SEC;
	use_ports(5, 110);
	flow_table_value(table, establish(), FLOW_WORTH_MAIL);
	use_ports(5, 25);
	establish();
	use_ports(4, 25);
	establish();
	admit(C, fin(C, 0, 0));
	admit(S, fin(S, 0, 0));
	talk.time += USEC_PER_SEC;
	use_ports(8, 25);
	establish();
	admit(C, rst(C, 0));
	use_ports(1, 25);
	admit(C, syn(C));
	use_ports(9, 25);
	admit(C, data(C, 0, 0, "abc"));
	heard.len = 0;
	end_and_expect(expected);
}
END_TEST

static void
count_visit(void *arg, struct flow *f)
{
	uint64_t *sum = arg;

	*sum += flow_table_endpoint(table, f, C).port;
}

START_TEST(test_each)
{
	uint64_t sum = 0;

	begin();
	for (uint16_t port = 1; port <= 50; port++) {
		use_ports(port, 25);
		if (port % 3 == 0)
			flow_table_value(table, establish(), FLOW_WORTH_MAIL);
		else
			admit(C, syn(C));
	}
	flow_table_each(table, count_visit, &sum);
	ck_assert_uint_eq(sum, 50 * 51 / 2);
	flow_table_free(table);
	flow_table_free(NULL);
}
END_TEST

/* Any packets at all, few endpoints, small table: what is opened ends, once, and counts agree. */
START_TEST(test_random_packets)
{
	struct flow_limits limits = standard;

	limits.max = 7;
	limits.embryonic_timeout = 50 * USEC_PER_MSEC;
	for (unsigned seed = 0; seed < 30; seed++) {
		struct dice dice = dice_new(seed);
		struct flow_counters n;
		uint64_t admitted = 0;
		size_t plus = 0, minus = 0;

		begin_with(&limits);
		for (unsigned i = 0; i < 400; i++) {
			enum direction d = (enum direction)dice_throw(&dice, 2);
			struct packet p;

			use_ports((uint16_t)(1 + dice_throw(&dice, 6)), dice_throw(&dice, 2) == 0 ? 25 : 7);
			talk.initial[d] = 100 * dice_throw(&dice, 3);
			p = data(d, dice_throw(&dice, 50), dice_throw(&dice, 50), dice_throw(&dice, 2) == 0 ? "" : "x");
			p.flags = (uint8_t)dice_throw(&dice, 64);
			p.time += (usec_t)dice_throw(&dice, 100) * USEC_PER_MSEC - 50 * USEC_PER_MSEC;
			if (flow_table_admit(table, &p, &d) != NULL)
				admitted++;
			ck_assert_uint_le(flow_table_len(table), limits.max);
			if (heard.len > sizeof(heard.line) - 1000)
				break;
		}
		n = flow_table_counters(table);
		ck_assert_uint_eq(n.opened - n.ended, flow_table_len(table));
		ck_assert_uint_gt(admitted, n.opened);
		flow_table_free(table);
		for (size_t i = 0; i < heard.len; i++) {
			plus += heard.line[i] == '+';
			minus += heard.line[i] == '-';
		}
		ck_assert_uint_eq(plus, minus);
		ck_assert_uint_gt(plus, 10);
	}
}
END_TEST

/* Memory is short: a flow that has something to give ends, not those before it that have nothing. */
START_TEST(test_gives_way)
{
	begin();
	use_ports(1, 25);
	establish();
	admit(C, fin(C, 0, 0));
	admit(S, fin(S, 0, 1))->state = NULL;
	use_ports(2, 25);
	establish();
	ck_assert(flow_table_give_way(table));
	expect("+1:1>2:25 +1:2>2:25 -1:2>2:25/evicted");
	ck_assert(flow_table_give_way(table));
	ck_assert_uint_eq(flow_table_len(table), 0);
	ck_assert(!flow_table_give_way(table));
	flow_table_free(table);
	table = NULL;
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, test_whole_life);
	tcase_add_test(tests, test_client_by_syn);
	tcase_add_test(tests, test_client_by_port);
	tcase_add_test(tests, test_client_by_payload);
	tcase_add_test(tests, test_sides_trade_places_once);
	tcase_add_test(tests, test_same_endpoint_twice);
	tcase_add_test(tests, test_simultaneous_open);
	tcase_add_test(tests, test_syn_sent_again);
	tcase_add_test(tests, test_forged_syn_and_answer);
	tcase_add_test(tests, test_captured_in_another_order);
	tcase_add_test(tests, test_fast_open);
	tcase_add_test(tests, test_reset);
	tcase_add_test(tests, test_forged_goodbyes);
	tcase_add_test(tests, test_window_scale);
	tcase_add_test(tests, test_stray);
	tcase_add_test(tests, test_reused_after_close);
	tcase_add_test(tests, test_reused_when_half_dead);
	tcase_add_test(tests, test_reused_on_the_peers_word);
	tcase_add_test(tests, test_expiry);
	tcase_add_test(tests, test_stale_flow_is_not_found);
	tcase_add_test(tests, test_time_steps_back);
	tcase_add_test(tests, test_ceiling);
	tcase_add_test(tests, test_gives_way);
	tcase_add_test(tests, test_closing_lowers_the_worth);
	tcase_add_test(tests, test_vlan);
	tcase_add_test(tests, test_ipv6);
	tcase_add_test(tests, test_order_at_the_end);
	tcase_add_test(tests, test_each);
	tcase_add_test(tests, test_random_packets);
}

CHECK_MAIN("flow/table", add_tests)
