/* SPDX-License-Identifier: Apache-2.0
 *
 * What one segment does to a flow. Whole lives are in check_table.c.
 */
#include "flow/phase.h"

#include "support/check_main.h"
#include "support/segments.h"

#define C FROM_CLIENT
#define S FROM_SERVER

static struct talk talk;
static struct flow flow;

static void
begin(void)
{
	talk = talk_new(UINT32_MAX - 2, 5000); /* the numbers wrap at once */
	flow = (struct flow){ .side = { { .window_scale = FLOW_SCALE_NONE }, { .window_scale = FLOW_SCALE_NONE } } };
}

static enum flow_phase
note(enum direction d, struct packet p)
{
	phase_note(&flow, &p, d);
	return flow.phase;
}

static enum phase_reuse
reuse(enum direction d, struct packet p)
{
	return phase_reuse(&flow, &p, d);
}

static void
establish(void)
{
	begin();
	note(C, talk_syn(&talk, C));
	note(S, talk_syn_ack(&talk, S));
	note(C, talk_ack(&talk, C, 0, 0));
}

START_TEST(test_handshake)
{
	begin();
	ck_assert_int_eq(note(C, talk_syn(&talk, C)), FLOW_SYN);
	ck_assert_int_eq(note(C, talk_ack(&talk, C, 0, 0)), FLOW_SYN); /* answers nothing that was seen */
	ck_assert_int_eq(note(S, talk_syn_ack(&talk, S)), FLOW_ANSWERED);
	ck_assert_int_eq(note(C, talk_ack(&talk, C, 0, 900000)), FLOW_ANSWERED);
	ck_assert_int_eq(note(C, talk_ack(&talk, C, 0, 0)), FLOW_ESTABLISHED);
	ck_assert(!flow.spoken);
	begin();
	note(C, talk_syn(&talk, C));
	ck_assert_int_eq(note(C, talk_data(&talk, C, 0, 0, BYTES("x"))), FLOW_ESTABLISHED);
	ck_assert(flow.spoken);
}
END_TEST

START_TEST(test_fin)
{
	establish();
	ck_assert_int_eq(note(C, talk_fin(&talk, C, 0, 0)), FLOW_CLOSING);
	ck_assert_int_eq(note(C, talk_fin(&talk, C, 0, 0)), FLOW_CLOSING);     /* again */
	ck_assert_int_eq(note(S, talk_fin(&talk, S, 70000, 1)), FLOW_CLOSING); /* beyond its window */
	ck_assert(!flow.side[S].fin);
	ck_assert_int_eq(note(S, talk_fin(&talk, S, 0, 1)), FLOW_CLOSED);
	ck_assert_int_eq(note(C, talk_rst(&talk, C, 1)), FLOW_CLOSED);
	ck_assert(flow.side[C].fin && flow.side[S].fin);
}
END_TEST

START_TEST(test_reset)
{
	establish();
	ck_assert_int_eq(note(C, talk_rst(&talk, C, 65537)), FLOW_ESTABLISHED);
	ck_assert_int_eq(note(S, talk_rst(&talk, S, UINT32_MAX - 1)), FLOW_ESTABLISHED); /* the client has that */
	ck_assert_int_eq(note(S, talk_rst(&talk, S, 65536)), FLOW_CLOSED);
	establish();
	note(C, talk_data(&talk, C, 900000000, 0, BYTES("wild")));
	ck_assert_int_eq(note(C, talk_rst(&talk, C, 0)), FLOW_CLOSED); /* the server vouches for the place */
}
END_TEST

START_TEST(test_refusal_of_a_syn)
{
	struct packet p;

	for (uint32_t off = 0; off < 3; off++) {
		begin();
		note(C, talk_syn(&talk, C));
		p = talk_rst(&talk, S, 0);
		p.flags |= TCP_ACK;
		p.sequence = 0;
		p.acknowledged = talk.initial[C] + off; /* only the second acknowledges the SYN */
		ck_assert_int_eq(note(S, p), off == 1 ? FLOW_CLOSED : FLOW_SYN);
	}
}
END_TEST

START_TEST(test_syn_after_all_others)
{
	establish();
	flow.side[C].initial_known = false;
	note(C, talk_data(&talk, C, 0, 0, BYTES("abc")));
	note(C, talk_fin(&talk, C, 3, 0));
	note(S, talk_fin(&talk, S, 0, 4));
	ck_assert_int_eq(flow.phase, FLOW_CLOSED);
	ck_assert_int_eq(reuse(C, talk_syn(&talk, C)), PHASE_GOES_ON);
	note(C, talk_syn(&talk, C));
	ck_assert(flow.side[C].initial_known);
	ck_assert_int_eq(flow.phase, FLOW_CLOSED);
}
END_TEST

START_TEST(test_answer_after_a_hasty_fin)
{
	begin();
	note(C, talk_syn(&talk, C));
	ck_assert_int_eq(note(C, talk_fin(&talk, C, 0, 0)), FLOW_CLOSING);
	ck_assert_int_eq(reuse(S, talk_syn_ack(&talk, S)), PHASE_GOES_ON);
	note(S, talk_syn_ack(&talk, S));
	ck_assert(flow.side[S].initial_known);
}
END_TEST

START_TEST(test_reuse)
{
	struct packet syn;

	establish();
	flow_wide_add(&flow.packets[C], 2);
	flow_wide_add(&flow.packets[S], 1);
	ck_assert_int_eq(reuse(C, talk_syn(&talk, C)), PHASE_GOES_ON);
	ck_assert_int_eq(reuse(C, talk_data(&talk, C, 900000000, 0, BYTES("x"))), PHASE_GOES_ON);
	talk.initial[C] = 700000000;
	syn = talk_syn(&talk, C);
	ck_assert_int_eq(reuse(C, syn), PHASE_GOES_ON);
	ck_assert(flow.again_known);
	ck_assert_int_eq(reuse(S, talk_syn_ack(&talk, S)), PHASE_GOES_ON); /* the same answer as ever */
	talk.initial[S] = 6;
	ck_assert_int_eq(reuse(S, talk_syn_ack(&talk, S)), PHASE_SYN_ANSWERED);
	ck_assert_int_eq(reuse(C, talk_ack(&talk, C, 1, 0)), PHASE_GOES_ON);
	ck_assert_int_eq(reuse(S, talk_ack(&talk, C, 0, 0)), PHASE_GOES_ON);
	ck_assert_int_eq(reuse(C, talk_ack(&talk, C, 0, 0)), PHASE_SYN_CONTINUED);
	flow.again_known = flow.side[C].again = false;
	ck_assert_int_eq(reuse(S, talk_syn_ack(&talk, S)), PHASE_GOES_ON);
	flow.phase = FLOW_CLOSING;
	ck_assert_int_eq(reuse(C, syn), PHASE_GOES_ON);
	/* Goodbyes can be forged, and a SYN as well: only who takes it up makes it true. */
	flow.side[C].fin = true;
	ck_assert_int_eq(reuse(C, syn), PHASE_GOES_ON);
	ck_assert_int_eq(reuse(S, talk_syn_ack(&talk, S)), PHASE_SYN_ANSWERED);
	flow.phase = FLOW_CLOSED;
	ck_assert_int_eq(reuse(C, syn), PHASE_GOES_ON);
	ck_assert_int_eq(reuse(S, talk_syn_ack(&talk, S)), PHASE_SYN_ANSWERED);
	ck_assert_int_eq(reuse(C, talk_ack(&talk, C, 0, 0)), PHASE_SYN_CONTINUED);
}
END_TEST

START_TEST(test_a_syn_that_fits_what_comes_next)
{
	establish();
	flow_wide_add(&flow.packets[S], 1);
	note(C, talk_data(&talk, C, 0, 0, BYTES("abc")));
	note(S, talk_ack(&talk, S, 0, 3));
	ck_assert_int_eq(note(S, talk_rst(&talk, S, 0)), FLOW_CLOSED);
	/* Forged so that the client seems to go on from it. */
	talk.initial[C] += 3;
	ck_assert_int_eq(reuse(C, talk_syn(&talk, C)), PHASE_GOES_ON);
	ck_assert_int_eq(reuse(C, talk_ack(&talk, C, 0, 0)), PHASE_GOES_ON);
	/* A new one whose number lies near: the flow is closed, and the sender goes on from it. */
	talk.initial[C] += 1000;
	ck_assert_int_eq(reuse(C, talk_syn(&talk, C)), PHASE_GOES_ON);
	ck_assert_int_eq(reuse(C, talk_ack(&talk, C, 0, 0)), PHASE_SYN_CONTINUED);
}
END_TEST

START_TEST(test_one_side_alone)
{
	/* Where only one side is seen, nobody takes a SYN up. */
	memset(&flow, 0, sizeof(flow));
	flow.phase = FLOW_CLOSED;
	flow.side[S].initial_known = flow.side[S].sent = flow.side[S].fin = true;
	flow.initial[S] = 77;
	ck_assert_int_eq(reuse(S, talk_syn_ack(&talk, S)), PHASE_NEW);
	flow_wide_add(&flow.packets[C], 1);
	ck_assert_int_eq(reuse(S, talk_syn_ack(&talk, S)), PHASE_GOES_ON);
}
END_TEST

START_TEST(test_forged_goodbyes_are_taken_back)
{
	/* Who goes on where his FIN stood has not sent it. A copy from before it proves nothing. */
	establish();
	note(C, talk_data(&talk, C, 0, 0, BYTES("abc")));
	note(C, talk_data(&talk, C, 3, 0, BYTES("def")));
	ck_assert_int_eq(note(C, talk_fin(&talk, C, 6, 0)), FLOW_CLOSING);
	ck_assert_int_eq(note(C, talk_data(&talk, C, 0, 0, BYTES("abc"))), FLOW_CLOSING);
	ck_assert_int_eq(note(C, talk_data(&talk, C, 3, 0, BYTES("def"))), FLOW_CLOSING);
	ck_assert_int_eq(note(S, talk_data(&talk, S, 0, 6, BYTES("123"))), FLOW_CLOSING);
	ck_assert_int_eq(note(C, talk_data(&talk, C, 6, 3, BYTES("ghi"))), FLOW_ESTABLISHED);
	note(C, talk_fin(&talk, C, 9, 3));
	ck_assert_int_eq(note(S, talk_fin(&talk, S, 3, 10)), FLOW_CLOSED);
	ck_assert_int_eq(note(S, talk_data(&talk, S, 3, 10, BYTES("45"))), FLOW_CLOSING);
	/* A RST is nobody's when its sender goes on, or still hears the peer; the peer may not have heard it yet. */
	for (int heard = 0; heard < 2; heard++) {
		establish();
		note(C, talk_data(&talk, C, 0, 0, BYTES("abc")));
		note(S, talk_ack(&talk, S, 0, 3));
		ck_assert_int_eq(note(S, talk_rst(&talk, S, 0)), FLOW_CLOSED);
		ck_assert_int_eq(note(C, talk_data(&talk, C, 3, 0, BYTES("def"))), FLOW_CLOSED);
		ck_assert_int_eq(note(S, talk_ack(&talk, S, 0, 3)), FLOW_CLOSED);
		if (heard == 0)
			ck_assert_int_eq(note(S, talk_data(&talk, S, 0, 3, BYTES("123"))), FLOW_ESTABLISHED);
		else
			ck_assert_int_eq(note(S, talk_ack(&talk, S, 0, 6)), FLOW_ESTABLISHED);
	}
}
END_TEST

START_TEST(test_picked_up_by_an_ack)
{
	begin();
	flow.phase = FLOW_ANSWERED;
	flow.midstream = true;
	note(C, talk_ack(&talk, C, 0, 0));
	ck_assert_int_eq(reuse(C, talk_syn(&talk, C)), PHASE_GOES_ON); /* late */
	talk.initial[C] = 700000000;
	ck_assert_int_eq(reuse(C, talk_syn(&talk, C)), PHASE_NEW);
	talk.initial[C] = UINT32_MAX - 2;
	ck_assert_int_eq(note(C, talk_syn(&talk, C)), FLOW_ANSWERED);
	ck_assert(!flow.midstream);
	ck_assert_uint_eq(flow.initial[C], UINT32_MAX - 2);
}
END_TEST

START_TEST(test_late_syn_only_where_it_fits)
{
	begin();
	flow.phase = FLOW_ANSWERED;
	flow.midstream = true;
	ck_assert_int_eq(note(C, talk_data(&talk, C, 0, 0, BYTES("abc"))), FLOW_ESTABLISHED);
	talk.initial[C] = 700000000;
	note(C, talk_syn(&talk, C));
	ck_assert(!flow.side[C].initial_known);
	ck_assert(flow.midstream);
	talk.initial[C] = UINT32_MAX - 2;
	note(C, talk_syn(&talk, C));
	ck_assert(flow.side[C].initial_known);
}
END_TEST

START_TEST(test_scale_needs_both)
{
	begin();
	talk.window_scale = 3;
	note(C, talk_syn(&talk, C));
	ck_assert_uint_eq(flow.side[C].window, 16); /* never in a SYN */
	talk.window_scale = 255;
	note(S, talk_syn_ack(&talk, S));
	note(C, talk_ack(&talk, C, 0, 0));
	ck_assert_uint_eq(flow.side[C].window, 16);
	begin();
	talk.window_scale = 3;
	note(C, talk_syn(&talk, C));
	talk.window_scale = 14;
	note(S, talk_syn_ack(&talk, S));
	note(C, talk_ack(&talk, C, 0, 0));
	note(S, talk_ack(&talk, S, 0, 0));
	ck_assert_uint_eq(flow.side[C].window, 19);
	ck_assert_uint_eq(flow.side[S].window, 30);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, test_handshake);
	tcase_add_test(tests, test_fin);
	tcase_add_test(tests, test_reset);
	tcase_add_test(tests, test_refusal_of_a_syn);
	tcase_add_test(tests, test_syn_after_all_others);
	tcase_add_test(tests, test_answer_after_a_hasty_fin);
	tcase_add_test(tests, test_reuse);
	tcase_add_test(tests, test_a_syn_that_fits_what_comes_next);
	tcase_add_test(tests, test_one_side_alone);
	tcase_add_test(tests, test_forged_goodbyes_are_taken_back);
	tcase_add_test(tests, test_picked_up_by_an_ack);
	tcase_add_test(tests, test_late_syn_only_where_it_fits);
	tcase_add_test(tests, test_scale_needs_both);
}

CHECK_MAIN("flow/phase", add_tests)
