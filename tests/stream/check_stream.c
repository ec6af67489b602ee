/* SPDX-License-Identifier: Apache-2.0
 *
 * Each case pushes made-up segments and reads what was heard as one line (support/ear.h). Numbers in the calls are
 * positions: octets since the start of the direction.
 */
#include "stream/stream.h"

#include <string.h>

#include "support/check_main.h"
#include "support/ear.h"
#include "support/guard.h"
#include "support/segments.h"

#define C FROM_CLIENT
#define S FROM_SERVER

static const struct stream_limits limits = {
	.waiting_per_flow = 4096, .waiting_total = 65536, .reorder_packets = 4, .reorder_time = USEC_PER_SEC
};

static struct stream_budget budget;
static struct ear ear;
static struct talk talk;
static struct stream *stream;

static void
begin_with(const struct stream_limits *l, uint32_t client_initial, uint32_t server_initial, bool syn_seen)
{
	ear = (struct ear){ 0 };
	budget = (struct stream_budget){ .limits = l, .reader = &ear_reader, .max = l->waiting_total };
	talk = talk_new(client_initial, server_initial);
	stream = stream_new(&budget, &ear);
	ck_assert_ptr_nonnull(stream);
	if (!syn_seen)
		return;
	stream_set_initial(stream, C, client_initial);
	stream_set_initial(stream, S, server_initial);
}

static void
begin(void)
{
	begin_with(&limits, 1000, 2000, true);
}

/* Every case ends here: what was heard, and that no octet stays charged. */
static void
expect(const char *heard)
{
	ck_assert_str_eq(ear.line, heard);
	stream_free(stream);
	stream = NULL;
	ck_assert_uint_eq(budget.used, 0);
}

static void
finish_and_expect(const char *heard)
{
	stream_finish(stream, talk.time);
	expect(heard);
}

static void
push(enum direction from, struct packet p)
{
	/* The payload ends at an unmapped page. */
	struct guard guard = guard_new(p.payload);

	p.payload = guard.bytes;
	stream_push(stream, from, &p);
	guard_free(&guard);
}

static void
data(enum direction from, uint64_t at, uint64_t acknowledges, const char *text)
{
	push(from, talk_data(&talk, from, at, acknowledges, bytes_str(text)));
}

static void
ack(enum direction from, uint64_t at, uint64_t acknowledges)
{
	push(from, talk_ack(&talk, from, at, acknowledges));
}

static void
fin(enum direction from, uint64_t at, uint64_t acknowledges)
{
	push(from, talk_fin(&talk, from, at, acknowledges));
}

static void
rst(enum direction from, uint64_t at)
{
	push(from, talk_rst(&talk, from, at));
}

static struct packet
with_flag(struct packet p, enum tcp_flag flag)
{
	p.flags |= (uint8_t)flag;
	return p;
}

static struct packet
with_cut(struct packet p, uint32_t cut)
{
	p.payload_cut = cut;
	return p;
}

static struct packet
with_payload(struct packet p, struct bytes payload)
{
	p.payload = payload;
	return p;
}

START_TEST(test_in_order)
{
	begin();
	data(S, 0, 0, "220 hi\r\n");
	data(C, 0, 8, "EHLO a\r\n");
	ck_assert(!stream_waits(stream));
	ck_assert_uint_eq(budget.used, 0);
	data(S, 8, 8, "250 ok\r\n");
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 8);
	ck_assert_uint_eq(stream_counts(stream, S).bytes, 16);
	ck_assert_uint_eq(stream_counts(stream, S).out_of_order, 0);
	fin(S, 16, 8);
	ck_assert(stream_counts(stream, S).ended);
	ck_assert(!stream_counts(stream, C).ended);
	fin(C, 8, 17);
	ack(S, 17, 9);
	finish_and_expect("S[220 hi\r\n] C[EHLO a\r\n] S[250 ok\r\n] S. C.");
}
END_TEST

START_TEST(test_out_of_order_waits)
{
	begin();
	data(C, 3, 0, "def");
	data(C, 6, 0, "ghi");
	ck_assert(stream_waits(stream));
	ck_assert_uint_gt(stream_memory(stream), budget.used);
	ck_assert_uint_gt(budget.used, 6);
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 6);
	data(C, 0, 0, "abc");
	ck_assert(!stream_waits(stream));
	ck_assert_uint_eq(stream_counts(stream, C).out_of_order, 2);
	ck_assert_uint_eq(stream_counts(stream, C).retransmitted, 0);
	finish_and_expect("C[abcdefghi] C~ S~");
}
END_TEST

START_TEST(test_retransmission_is_no_volume)
{
	begin();
	data(C, 0, 0, "abc");
	data(C, 0, 0, "abc");
	data(C, 0, 0, "abcdef");
	data(C, 9, 0, "jkl");
	data(C, 9, 0, "jkl");
	data(C, 6, 0, "ghijkl");
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 12);
	ck_assert_uint_eq(stream_counts(stream, C).retransmitted, 3 + 3 + 3 + 3);
	ck_assert_uint_eq(stream_counts(stream, C).conflicts, 0);
	finish_and_expect("C[abcdefghijkl] C~ S~");
}
END_TEST

START_TEST(test_first_copy_wins)
{
	begin();
	data(C, 2, 0, "cde");
	data(C, 1, 0, "BCDEF"); /* the first and last of it are new */
	data(C, 1, 0, "XXXXX");
	ck_assert_uint_eq(stream_counts(stream, C).conflicts, 2);
	ck_assert_uint_eq(stream_counts(stream, C).retransmitted, 3 + 5);
	data(C, 0, 0, "a");
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 6);
	finish_and_expect("C?c C[aBcdeF] C~ S~");
}
END_TEST

START_TEST(test_conflict_with_what_was_handed_out)
{
	begin();
	data(C, 0, 0, "MAIL FROM:<a>");
	data(C, 0, 0, "MAIL FROM:<b>");
	ck_assert_uint_eq(stream_counts(stream, C).conflicts, 1);
	data(C, 0, 0, "MAIL FROM:<c>\r\n"); /* covers it and goes on */
	ck_assert_uint_eq(stream_counts(stream, C).conflicts, 2);
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 15);
	finish_and_expect("C[MAIL FROM:<a>] C?c C[\r\n] C~ S~");
}
END_TEST

START_TEST(test_sequence_wrap)
{
	for (uint32_t initial = UINT32_MAX - 12; initial != 1; initial++) {
		begin_with(&limits, initial, initial - 3, true);
		data(C, 0, 0, "abcd");
		data(S, 0, 4, "1234");
		data(C, 8, 4, "ijkl");
		data(C, 4, 4, "efgh");
		data(C, 2, 4, "cdef");
		data(S, 4, 12, "5678");
		rst(C, 12);
		expect("C[abcd] S[1234] C[efghijkl] S[5678] C! S!");
	}
}
END_TEST

START_TEST(test_longer_than_four_gigabytes)
{
	uint64_t at = 0;

	begin();
	for (; at < UINT64_C(9000000000); at += 1000000)
		push(C, with_cut(talk_data(&talk, C, at, 0, BYTES("")), 1000000));
	data(C, at + 2, 0, "c");
	data(S, 0, at + 3, "d");
	data(C, at, 0, "ab");
	data(C, at - 1, 0, "xab");
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 3);
	ck_assert_uint_eq(stream_counts(stream, C).missing, at);
	ck_assert_uint_eq(stream_counts(stream, C).retransmitted, 3);
	finish_and_expect("C-9000000000 C[abc] S[d] C~ S~");
}
END_TEST

START_TEST(test_gap_when_acknowledged)
{
	begin();
	data(C, 0, 0, "abc");
	data(C, 6, 0, "ghi");
	for (int i = 0; i < 20; i++)
		ack(S, 0, 3); /* not past it: it will be sent again */
	ck_assert_str_eq(ear.line, "C[abc]");
	ack(S, 0, 9);
	for (int i = 0; i < 3; i++)
		ack(S, 0, 9);
	ck_assert_str_eq(ear.line, "C[abc]"); /* it may still turn up */
	ack(S, 0, 9);
	ck_assert_str_eq(ear.line, "C[abc] C-3 C[ghi]");
	ck_assert_uint_eq(stream_counts(stream, C).missing, 3);
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 6);
	data(C, 3, 0, "def"); /* too late */
	data(C, 9, 0, "jkl");
	finish_and_expect("C[abc] C-3 C[ghijkl] C~ S~");
}
END_TEST

START_TEST(test_late_segment_within_the_horizon)
{
	begin();
	data(C, 3, 0, "def");
	ack(S, 0, 6);
	ack(S, 0, 6);
	ack(S, 0, 6);
	data(C, 0, 0, "abc");
	ck_assert_str_eq(ear.line, "C[abcdef]");
	finish_and_expect("C[abcdef] C~ S~");
}
END_TEST

START_TEST(test_gap_after_time)
{
	begin();
	data(C, 3, 0, "def");
	ack(S, 0, 6);
	stream_tick(stream, talk.time + USEC_PER_SEC / 2);
	ck_assert_str_eq(ear.line, "");
	stream_tick(stream, talk.time - 3600 * USEC_PER_SEC); /* the clock steps back */
	ck_assert_str_eq(ear.line, "");
	stream_tick(stream, talk.time + USEC_PER_SEC);
	ck_assert_str_eq(ear.line, "C-3 C[def]");
	finish_and_expect("C-3 C[def] C~ S~");
}
END_TEST

START_TEST(test_unacknowledged_hole_waits_for_the_end)
{
	begin();
	data(C, 0, 0, "abc");
	data(C, 6, 0, "ghi");
	ack(S, 0, 3);
	stream_tick(stream, talk.time + 100 * USEC_PER_SEC);
	ck_assert_str_eq(ear.line, "C[abc]");
	finish_and_expect("C[abc] C-3 C[ghi] C~ S~");
}
END_TEST

START_TEST(test_many_holes)
{
	begin();
	for (unsigned i = 1; i < 20; i += 2)
		data(C, i, 0, "x");
	ack(S, 0, 20);
	for (int i = 0; i < 4; i++)
		ack(S, 0, 20);
	ck_assert_uint_eq(stream_counts(stream, C).missing, 10);
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 10);
	stream_finish(stream, talk.time);
	stream_free(stream);
	ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(test_lost_end_of_a_side)
{
	begin();
	data(C, 0, 0, "abc");
	ack(S, 0, 10); /* seven more came to the server, and never here */
	for (int i = 0; i < 10; i++)
		ack(S, 0, 10);
	finish_and_expect("C[abc] C-7 C~ S~");
}
END_TEST

START_TEST(test_reply_waits_for_its_command)
{
	begin();
	data(S, 0, 8, "250 ok\r\n"); /* captured before what it answers */
	ck_assert_str_eq(ear.line, "");
	data(C, 0, 0, "EHLO a\r\n");
	ck_assert_str_eq(ear.line, "C[EHLO a\r\n] S[250 ok\r\n]");
	/* Two commands and two replies, all replies first. */
	data(S, 8, 12, "ONE.");
	data(S, 12, 16, "TWO.");
	data(C, 12, 12, "two ");
	data(C, 8, 8, "one ");
	finish_and_expect("C[EHLO a\r\n] S[250 ok\r\n] C[one ] S[ONE.] C[two ] S[TWO.] C~ S~");
}
END_TEST

START_TEST(test_reply_to_a_lost_command)
{
	begin();
	data(C, 0, 0, "one ");
	data(S, 0, 8, "TWO.");
	ck_assert_str_eq(ear.line, "C[one ]");
	for (int i = 0; i < 4; i++)
		ack(C, 8, 4);
	ck_assert_str_eq(ear.line, "C[one ] C-4 S[TWO.]");
	finish_and_expect("C[one ] C-4 S[TWO.] C~ S~");
}
END_TEST

START_TEST(test_end_waits_for_its_question)
{
	begin();
	fin(S, 0, 6); /* the server hangs up after QUIT, which comes late */
	ck_assert_str_eq(ear.line, "");
	data(C, 0, 0, "QUIT\r\n");
	finish_and_expect("C[QUIT\r\n] S. C~");
}
END_TEST

START_TEST(test_both_wait_for_each_other)
{
	begin();
	/* Each claims to answer the other: no true pair does; the first to come goes first. */
	data(S, 0, 4, "answ");
	data(C, 0, 4, "quer");
	ck_assert_str_eq(ear.line, "S[answ] C[quer]");
	/* Each waits for a stretch of the other that never comes. */
	data(C, 8, 8, "c2");
	data(S, 8, 8, "s2");
	stream_tick(stream, talk.time + 2 * USEC_PER_SEC);
	stream_tick(stream, talk.time + 4 * USEC_PER_SEC);
	ck_assert(!stream_waits(stream));
	ck_assert_uint_eq(stream_counts(stream, C).missing, 4);
	ck_assert_uint_eq(stream_counts(stream, S).missing, 4);
	finish_and_expect("S[answ] C[quer] C-4 S-4 C[c2] S[s2] C~ S~");
}
END_TEST

START_TEST(test_midstream)
{
	begin_with(&limits, 1000, 2000, false);
	data(S, 500, 900, "250 ok\r\n"); /* the client was never seen: nobody waits for it */
	ck_assert_str_eq(ear.line, "S[250 ok\r\n]");
	data(C, 900, 508, "RCPT");
	data(C, 890, 508, "early");	/* before the side was picked up */
	data(C, 898, 508, "--RCPT TO"); /* half of it before */
	data(S, 508, 907, "250");
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 7);
	finish_and_expect("S[250 ok\r\n] C[RCPT TO] S[250] C~ S~");
}
END_TEST

START_TEST(test_one_sided)
{
	begin_with(&limits, 1000, 2000, false);
	data(S, 0, 0, "220 a\r\n");
	data(S, 7, 80, "250 b\r\n");
	data(S, 14, 900000, "250 c\r\n");
	ck_assert(!stream_waits(stream));
	data(S, 24, 900000, "250 d\r\n"); /* three octets lost, and no acknowledgement will ever be seen */
	for (int i = 0; i < 20; i++)
		ack(S, 31, 900000);
	ck_assert(stream_waits(stream));
	stream_tick(stream, talk.time + 2 * USEC_PER_SEC);
	ck_assert_str_eq(ear.line, "S[220 a\r\n250 b\r\n250 c\r\n] S-3 S[250 d\r\n]");
	/* The other side turns up after all. */
	data(C, 5000000, 31, "NOOP");
	data(S, 31, 5000004, "250 e");
	finish_and_expect("S[220 a\r\n250 b\r\n250 c\r\n] S-3 S[250 d\r\n] C[NOOP] S[250 e] C~ S~" + 0);
}
END_TEST

START_TEST(test_reset)
{
	begin();
	data(C, 0, 0, "abc");
	data(C, 6, 0, "ghi"); /* three lost before it */
	rst(C, 12);	      /* and three after it */
	ck_assert_str_eq(ear.line, "C[abc]");
	finish_and_expect("C[abc] C-3 C[ghi] C! S!");
	/* Nothing waits: it is said at once. What goes on nevertheless is heard, until the next one. */
	begin();
	data(C, 0, 0, "abc");
	rst(C, 3);
	ck_assert_str_eq(ear.line, "C[abc] C! S!");
	data(C, 3, 0, "def");
	data(S, 0, 6, "zzz");
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 6);
	ck_assert_str_eq(ear.line, "C[abc] C! S! C[def] S[zzz]");
	rst(S, 3);
	expect("C[abc] C! S! C[def] S[zzz] C! S!");
}
END_TEST

START_TEST(test_forged_reset)
{
	begin();
	data(C, 0, 0, "abc");
	rst(C, 3 + 3000000);
	rst(S, UINT32_C(0x80000000));
	rst(C, UINT32_MAX - 100000);
	data(C, 3, 0, "def");
	data(S, 0, 6, "123");
	ack(C, 6, 3);
	rst(S, 1); /* the client has acknowledged that already */
	data(S, 3, 6, "456");
	rst(S, 6);
	expect("C[abc] C?w S?w C[def] S[123456] C! S!");
}
END_TEST

START_TEST(test_reset_behind_what_was_acknowledged)
{
	begin();
	data(C, 0, 0, "abc");
	ack(S, 0, 10);
	rst(C, 1);
	ck_assert_str_eq(ear.line, "C[abc] C?w");
	rst(C, 10);
	finish_and_expect("C[abc] C?w C-7 C! S!");
}
END_TEST

START_TEST(test_reset_of_a_side_that_said_nothing)
{
	begin_with(&limits, 1000, 2000, false);
	data(C, 0, 0, "abc");
	rst(S, 20000000);
	ck_assert_str_eq(ear.line, "C[abc] S?w");
	rst(S, 0); /* what the client acknowledged */
	expect("C[abc] S?w C! S!");
}
END_TEST

START_TEST(test_fin)
{
	begin();
	push(C, with_flag(talk_data(&talk, C, 3, 0, BYTES("def")), TCP_FIN));
	ck_assert_str_eq(ear.line, "");
	data(C, 0, 0, "abc");
	ck_assert_str_eq(ear.line, "C[abcdef] C.");
	fin(C, 6, 0);
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 6);
	data(S, 0, 7, "bye"); /* acknowledges the FIN as well */
	fin(S, 3, 7);
	data(C, 3, 3, "def"); /* again */
	finish_and_expect("C[abcdef] C. S[bye] S.");
}
END_TEST

START_TEST(test_simultaneous_close)
{
	begin();
	data(C, 0, 0, "abc");
	data(S, 0, 3, "123");
	fin(C, 3, 3);
	fin(S, 3, 3);
	ack(C, 4, 4);
	ack(S, 4, 4);
	finish_and_expect("C[abc] S[123] C. S.");
}
END_TEST

START_TEST(test_lost_fin)
{
	begin();
	data(C, 0, 0, "QUIT");
	data(S, 0, 5, "221 bye"); /* acknowledges four octets and a FIN that was not captured */
	for (int i = 0; i < 5; i++)
		ack(S, 7, 5);
	ck_assert_str_eq(ear.line, "C[QUIT] S[221 bye]");
	finish_and_expect("C[QUIT] S[221 bye] C~ S~");
	/* It was no FIN: more comes after the one octet. */
	begin();
	data(C, 0, 0, "QUIT");
	data(S, 0, 5, "221 bye");
	for (int i = 0; i < 5; i++)
		ack(S, 7, 5);
	data(C, 5, 7, "more");
	for (int i = 0; i < 5; i++)
		ack(S, 7, 5);
	ck_assert(!stream_waits(stream));
	finish_and_expect("C[QUIT] S[221 bye] C-1 C[more] C~ S~");
}
END_TEST

START_TEST(test_fin_before_the_stream_was_made)
{
	/* The server hung up before anything was said: its FIN is known by what the client acknowledges. */
	begin();
	data(C, 0, 1, "QUIT");
	rst(S, 1);
	finish_and_expect("C[QUIT] C! S!");
}
END_TEST

START_TEST(test_fin_after_a_lost_stretch)
{
	begin();
	data(C, 0, 0, "abc");
	fin(C, 6, 0);
	ack(S, 0, 7);
	for (int i = 0; i < 4; i++)
		ack(S, 0, 7);
	expect("C[abc] C-3 C.");
	/* The acknowledgement, which counts the FIN, was captured first. */
	begin();
	data(C, 0, 0, "abc");
	ack(S, 0, 7);
	fin(C, 6, 0);
	for (int i = 0; i < 4; i++)
		ack(S, 0, 7);
	expect("C[abc] C-3 C.");
}
END_TEST

START_TEST(test_forged_fin)
{
	begin();
	data(C, 0, 0, "abcdef");
	fin(C, 3000000, 0);
	data(C, 9, 0, "jkl");
	fin(C, 10, 0); /* what waits proves it wrong */
	data(C, 6, 0, "ghi");
	fin(C, 12, 0);
	expect("C[abcdef] C?w C[ghijkl] C.");
	/* At the very place where one could be: what goes on there proves it wrong. */
	begin();
	data(C, 0, 0, "abc");
	fin(C, 3, 0);
	data(C, 3, 0, "def");
	data(S, 0, 6, "123");
	fin(C, 6, 3);
	ck_assert(stream_counts(stream, C).ended);
	finish_and_expect("C[abc] C. C?w C[def] S[123] C. S~");
	/* And where it waits for octets that are longer than it said. */
	begin();
	data(C, 3, 0, "def");
	fin(C, 8, 0);
	data(C, 6, 0, "ghi");
	data(C, 0, 0, "abc");
	fin(C, 9, 0);
	finish_and_expect("C?w C[abcdefghi] C. S~");
}
END_TEST

START_TEST(test_keep_alive_and_zero_window)
{
	begin();
	data(C, 0, 0, "abc");
	ack(S, 0, 3);
	for (int i = 0; i < 10; i++) {
		ack(C, 2, 0);			  /* a keep-alive without an octet */
		data(C, 2, 0, i % 2 ? "c" : "?"); /* and with one of no meaning */
		ack(S, 0, 3);
	}
	ck_assert_uint_eq(stream_counts(stream, C).conflicts, 0);
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 3);
	talk.window = 0;
	ack(S, 0, 3);
	talk.window = 65535;
	data(C, 3, 0, "d"); /* a probe of the closed window: refused, and sent again with more */
	data(C, 3, 0, "?"); /* a keep-alive after a single octet */
	talk.window = 0;
	ack(S, 0, 3);
	talk.window = 65535;
	data(C, 3, 0, "defgh");
	ck_assert_uint_eq(stream_counts(stream, C).conflicts, 0);
	finish_and_expect("C[abcdefgh] C~ S~");
}
END_TEST

START_TEST(test_keep_alive_is_no_pick_up)
{
	begin_with(&limits, 1000, 2000, false);
	push(C, talk_data(&talk, C, 99, 0, bytes_of("", 1)));
	ack(C, 99, 0);
	data(C, 100, 0, "NOOP");
	finish_and_expect("C[NOOP] C~ S~");
}
END_TEST

START_TEST(test_fast_open)
{
	begin_with(&limits, 1000, 2000, false);
	push(C, with_payload(talk_syn(&talk, C), BYTES("EHLO a\r\n")));
	push(S, talk_syn_ack(&talk, S));
	data(C, 0, 0, "EHLO a\r\n"); /* the server took the SYN alone */
	data(S, 0, 8, "250");
	finish_and_expect("C[EHLO a\r\n] S[250] C~ S~");
}
END_TEST

START_TEST(test_wild_sequence)
{
	begin();
	data(C, 0, 0, "abc");
	data(C, 50000000, 0, "wild");
	data(S, 0, 2000000000, "x"); /* its acknowledgement is wild, its octet is not */
	data(C, 3, 1, "def");
	data(S, 1, 6, "y");
	ck_assert_uint_eq(stream_counts(stream, C).missing, 0);
	finish_and_expect("C[abc] C?w S?w S[x] C[def] S[y] C~ S~");
}
END_TEST

START_TEST(test_wild_acknowledgement_within_reach)
{
	begin();
	data(C, 0, 0, "abc");
	ack(S, 0, 60000); /* forged: the client has not sent that */
	for (unsigned i = 0; i < 20; i++)
		ack(S, 0, 3);
	for (unsigned i = 0; i < 20; i++)
		data(C, 3 + 3 * i, 0, "def");
	data(S, 0, 63, "ok");
	ck_assert_uint_eq(stream_counts(stream, C).missing, 0);
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 63);
	ck_assert_uint_eq(stream_counts(stream, S).bytes, 2);
	ck_assert(!stream_waits(stream));
	/* It is forgotten: what the server has not got is waited for. */
	data(C, 66, 2, "jkl");
	for (unsigned i = 0; i < 20; i++)
		ack(S, 2, 63);
	ck_assert_uint_eq(stream_counts(stream, C).missing, 0);
	data(C, 63, 2, "ghi");
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 69);
	ck_assert(!stream_waits(stream));
	stream_free(stream);
}
END_TEST

START_TEST(test_window_scale)
{
	/* Three megabytes ahead is wild, unless the server announced such a window. */
	begin();
	talk.window_scale = 0;
	push(C, talk_syn(&talk, C));
	push(S, talk_syn_ack(&talk, S));
	data(C, 0, 0, "abc");
	data(C, 3000000, 0, "far");
	ck_assert_str_eq(ear.line, "C[abc] C?w");
	expect("C[abc] C?w");
	begin();
	talk.window_scale = 7;
	push(C, talk_syn(&talk, C));
	push(S, talk_syn_ack(&talk, S));
	ack(S, 0, 0);
	data(C, 0, 0, "abc");
	data(C, 3000000, 0, "far");
	finish_and_expect("C[abc] C-2999997 C[far] C~ S~");
	begin();
	stream_set_window_scale(stream, C, 7);
	stream_set_window_scale(stream, S, 255); /* one side without the option: neither uses it */
	data(S, 0, 0, "1");
	data(C, 0, 1, "abc");
	data(C, 3000000, 1, "far");
	expect("S[1] C[abc] C?w");
}
END_TEST

START_TEST(test_long_loss_is_believed)
{
	/* The capture lost far more than a window; the server's word confirms where the client is. */
	begin();
	data(C, 0, 0, "abc");
	data(C, 900000000, 0, "def");
	ack(S, 0, 900000003);
	data(C, 900000003, 0, "ghi");
	data(S, 0, 900000006, "ok");
	ck_assert_uint_eq(stream_counts(stream, C).missing, 900000000);
	finish_and_expect("C[abc] C?w S?w C-900000000 C[ghi] S[ok] C~ S~");
	/* Without it, eight segments in a row do. More than 2 GiB ahead looks like behind. */
	begin();
	data(C, 0, 0, "abc");
	for (unsigned i = 0; i < 8; i++)
		data(C, 3000000003 + 3 * i, 0, "def");
	finish_and_expect("C[abc] C?w C-3000000021 C[def] C~ S~");
}
END_TEST

START_TEST(test_end_before_a_long_loss)
{
	begin();
	data(C, 3, 0, "def");
	fin(C, 6, 0);
	for (unsigned i = 0; i < 20; i++)
		data(C, 900000000 + 3 * i, 0, "xyz");
	finish_and_expect("C?w C-3 C[def] C. S~");
}
END_TEST

START_TEST(test_ceiling)
{
	static char block[1000];
	unsigned at;

	begin();
	memset(block, 'x', sizeof(block) - 1);
	data(C, 0, 0, "abc");
	for (at = 0; at < 5; at++)
		data(C, 6 + at * 999, 0, block);
	ck_assert_uint_eq(stream_counts(stream, C).missing, 3);
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 3 + 5 * 999);
	ck_assert(!stream_waits(stream));
	ck_assert_ptr_nonnull(strstr(ear.line, "C[abc] C?m C-3 C[xx"));
	stream_free(stream);
}
END_TEST

START_TEST(test_ceiling_of_all_streams)
{
	struct packet p;
	struct stream *greedy;
	struct ear greedy_ear = { 0 };

	begin();
	budget.max = 560;
	greedy = stream_new(&budget, &greedy_ear);
	ck_assert_ptr_nonnull(greedy);
	stream_set_initial(greedy, C, 1000);
	stream_set_initial(greedy, S, 2000);
	for (unsigned i = 0; i < 6; i++) {
		p = talk_data(&talk, C, 10 + 10 * i, 0, BYTES("12345"));
		stream_push(greedy, C, &p);
	}
	ck_assert_uint_gt(budget.used, 500);
	data(C, 3, 0, "def"); /* no room to wait: the stretch before it is given up at once */
	data(C, 0, 0, "abc");
	data(C, 9, 0, "jklmnopqrstuvwxyz0123456789");
	ck_assert_uint_le(budget.used, budget.max);
	ck_assert_ptr_nonnull(strstr(ear.line, "C?m C-3 C[def]"));
	/* While memory is scarce, an unacknowledged hole is given up after some time. */
	stream_tick(greedy, talk.time + 2 * USEC_PER_SEC);
	ck_assert_str_eq(greedy_ear.line, "");
	stream_tick(greedy, talk.time + 5 * USEC_PER_SEC);
	ck_assert_str_eq(greedy_ear.line, "C?m C-10 C[12345]");
	stream_free(greedy);
	stream_free(stream);
	ck_assert_uint_eq(budget.used, 0);
}
END_TEST

static void
hear_octets(void *arg, enum direction from, struct bytes b, usec_t time)
{
	(void)arg;
	(void)from;
	(void)b;
	(void)time;
}

static void
hear_gap(void *arg, enum direction from, uint64_t missing, usec_t time)
{
	(void)arg;
	(void)from;
	(void)missing;
	(void)time;
}

static void
hear_end(void *arg, enum direction from, enum stream_end end, usec_t time)
{
	(void)arg;
	(void)from;
	(void)end;
	(void)time;
}

START_TEST(test_waiting_segments_are_bounded)
{
	/* One octet each in the worst order: what is charged counts the bookkeeping, so that few fit. */
	static const struct stream_reader deaf = { hear_octets, hear_gap, hear_end, NULL };
	static const struct stream_limits wide = { .waiting_per_flow = 1 << 20,
		.waiting_total = 1 << 20,
		.reorder_packets = 64,
		.reorder_time = USEC_PER_SEC };
	struct dice dice = dice_new(1);
	struct packet p;

	for (int pattern = 0; pattern < 3; pattern++) {
		begin_with(&wide, 1000, 2000, true);
		stream_free(stream);
		budget.reader = &deaf;
		stream = stream_new(&budget, NULL);
		ck_assert_ptr_nonnull(stream);
		stream_set_initial(stream, C, 1000);
		for (unsigned i = 0; i < 30000; i++) {
			unsigned at[3] = { 30000 - i, 1 + 2 * i, 1 + dice_throw(&dice, 60000) };

			p = talk_data(&talk, C, at[pattern], 0, BYTES("x"));
			stream_push(stream, C, &p);
			if (budget.used > 1 << 20)
				ck_abort_msg("more is charged than the ceiling allows");
		}
		ck_assert_uint_gt(stream_counts(stream, C).missing, 0);
		p = talk_data(&talk, C, 0, 0, bytes_of(memset(malloc(60001), 'x', 60001), 60001));
		stream_push(stream, C, &p); /* covers all of it */
		free((void *)(uintptr_t)p.payload.at);
		stream_finish(stream, talk.time);
		ck_assert_uint_eq(stream_counts(stream, C).conflicts, 0);
		ck_assert_uint_eq(budget.used, 0);
		stream_free(stream);
	}
}
END_TEST

START_TEST(test_cut_payload)
{
	begin();
	push(C, with_cut(talk_data(&talk, C, 0, 0, BYTES("abc")), 7));
	push(C, with_cut(talk_data(&talk, C, 20, 0, BYTES("uvw")), 2)); /* waits, with its hollow end */
	push(C, with_cut(talk_data(&talk, C, 10, 0, BYTES("")), 10));
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 6);
	ck_assert_uint_eq(stream_counts(stream, C).missing, 7 + 10 + 2);
	data(C, 25, 0, "z");
	finish_and_expect("C[abc] C-17 C[uvw] C-2 C[z] C~ S~");
}
END_TEST

START_TEST(test_urgent_octets_stay_inline)
{
	begin();
	push(C, with_flag(talk_data(&talk, C, 0, 0, BYTES("abc")), TCP_URG));
	data(C, 3, 0, "def");
	finish_and_expect("C[abcdef] C~ S~");
}
END_TEST

START_TEST(test_mute)
{
	begin();
	data(C, 0, 0, "abc");
	data(C, 6, 0, "ghi");
	stream_mute(stream);
	ck_assert_uint_eq(budget.used, 0);
	ck_assert(!stream_waits(stream));
	ck_assert_uint_eq(stream_counts(stream, C).missing, 3);
	data(C, 9, 0, "jkl");
	data(C, 9, 0, "jkl");
	data(C, 15, 0, "pqr");
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 12);
	ck_assert_uint_eq(stream_counts(stream, C).retransmitted, 3);
	ck_assert_uint_eq(stream_counts(stream, C).missing, 6);
	data(S, 0, 900, "never heard");
	ck_assert_uint_eq(stream_counts(stream, S).bytes, 11);
	data(C, 50000000, 11, "wild");
	ck_assert_uint_eq(stream_counts(stream, C).missing, 6);
	fin(C, 18, 11);
	finish_and_expect("C[abc] C?w C. S~");
}
END_TEST

/* All is told in order as before, but a copy that differs from what was handed out is not; one that waits still is. */
START_TEST(test_skim)
{
	begin();
	data(C, 0, 0, "one");
	data(C, 0, 0, "ONE");
	stream_skim(stream);
	data(S, 0, 3, "two");
	data(S, 0, 3, "TWO");
	data(S, 6, 3, "four");
	data(S, 3, 3, "3rd");
	data(C, 3, 10, "five");
	ck_assert_uint_eq(stream_counts(stream, S).retransmitted, 3);
	finish_and_expect("C[one] C?c S[two3rdfour] C[five] C~ S~");
}
END_TEST

START_TEST(test_mute_from_within)
{
	begin();
	ear.stream = stream;
	ear.mute_at = 5;
	data(S, 0, 9, "held back");
	data(C, 3, 0, "def");
	data(C, 6, 0, "ghi");
	data(C, 0, 0, "abc"); /* hands out three, and three more, which is enough */
	ck_assert_str_eq(ear.line, "C[abcdef]");
	ck_assert(!stream_waits(stream));
	ck_assert_uint_eq(budget.used, 0);
	ck_assert_uint_eq(stream_counts(stream, C).bytes, 9);
	ck_assert_uint_eq(stream_counts(stream, S).bytes, 9);
	ck_assert_uint_eq(stream_counts(stream, S).missing, 0);
	finish_and_expect("C[abcdef] C~ S~");
}
END_TEST

START_TEST(test_ends_are_said_once)
{
	begin();
	data(C, 0, 0, "abc");
	fin(C, 3, 0);
	rst(S, 0);
	rst(C, 4);
	stream_finish(stream, talk.time);
	finish_and_expect("C[abc] C. S!");
}
END_TEST

START_TEST(test_idle_stream_is_small)
{
	begin();
	data(C, 0, 0, "abc");
	ck_assert_uint_le(stream_memory(stream), 104);
	ck_assert_uint_eq(budget.memory, stream_memory(stream));
	/* What trouble asks for goes with the trouble: here a reply that came before what it answers. */
	data(S, 0, 6, "123");
	ck_assert_uint_gt(budget.memory, 104);
	stream_tick(stream, talk.time);
	ck_assert_uint_eq(budget.memory + budget.used, stream_memory(stream));
	finish_and_expect("C[abc] C-3 S[123] C~ S~");
	ck_assert_uint_eq(budget.memory, 0);
	stream_free(NULL);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, test_in_order);
	tcase_add_test(tests, test_out_of_order_waits);
	tcase_add_test(tests, test_retransmission_is_no_volume);
	tcase_add_test(tests, test_first_copy_wins);
	tcase_add_test(tests, test_conflict_with_what_was_handed_out);
	tcase_add_test(tests, test_sequence_wrap);
	tcase_add_test(tests, test_longer_than_four_gigabytes);
	tcase_add_test(tests, test_gap_when_acknowledged);
	tcase_add_test(tests, test_late_segment_within_the_horizon);
	tcase_add_test(tests, test_gap_after_time);
	tcase_add_test(tests, test_unacknowledged_hole_waits_for_the_end);
	tcase_add_test(tests, test_many_holes);
	tcase_add_test(tests, test_lost_end_of_a_side);
	tcase_add_test(tests, test_reply_waits_for_its_command);
	tcase_add_test(tests, test_reply_to_a_lost_command);
	tcase_add_test(tests, test_end_waits_for_its_question);
	tcase_add_test(tests, test_both_wait_for_each_other);
	tcase_add_test(tests, test_midstream);
	tcase_add_test(tests, test_one_sided);
	tcase_add_test(tests, test_reset);
	tcase_add_test(tests, test_forged_reset);
	tcase_add_test(tests, test_reset_behind_what_was_acknowledged);
	tcase_add_test(tests, test_reset_of_a_side_that_said_nothing);
	tcase_add_test(tests, test_fin);
	tcase_add_test(tests, test_simultaneous_close);
	tcase_add_test(tests, test_lost_fin);
	tcase_add_test(tests, test_fin_before_the_stream_was_made);
	tcase_add_test(tests, test_fin_after_a_lost_stretch);
	tcase_add_test(tests, test_forged_fin);
	tcase_add_test(tests, test_keep_alive_and_zero_window);
	tcase_add_test(tests, test_keep_alive_is_no_pick_up);
	tcase_add_test(tests, test_fast_open);
	tcase_add_test(tests, test_wild_sequence);
	tcase_add_test(tests, test_wild_acknowledgement_within_reach);
	tcase_add_test(tests, test_window_scale);
	tcase_add_test(tests, test_long_loss_is_believed);
	tcase_add_test(tests, test_end_before_a_long_loss);
	tcase_add_test(tests, test_ceiling);
	tcase_add_test(tests, test_ceiling_of_all_streams);
	tcase_add_test(tests, test_waiting_segments_are_bounded);
	tcase_add_test(tests, test_cut_payload);
	tcase_add_test(tests, test_urgent_octets_stay_inline);
	tcase_add_test(tests, test_mute);
	tcase_add_test(tests, test_skim);
	tcase_add_test(tests, test_mute_from_within);
	tcase_add_test(tests, test_ends_are_said_once);
	tcase_add_test(tests, test_idle_stream_is_small);
}

CHECK_MAIN("stream/stream", add_tests)
