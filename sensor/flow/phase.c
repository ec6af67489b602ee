/* SPDX-License-Identifier: Apache-2.0
 *
 * A flow remembers of each side only its latest segment: where it ended and what it acknowledged. One wild segment
 * leads the memory astray until the next true one, and the other side's memory vouches meanwhile.
 */
#include "flow/phase.h"

/* Least room around the expected number: loss in the capture lets a side run ahead of what was seen of it. */
#define WINDOW_LEAST 65536u
/* Shift assumed while the SYNs were not seen: ordinary hosts announce 6 to 9 (RFC 7323 section 2.2). */
#define SCALE_ASSUMED 7
#define SCALE_MOST 14

/* a is `after` or less after b, or `before` or less before it, in sequence space. */
static bool
near(uint32_t a, uint32_t b, uint32_t before, uint32_t after)
{
	return a - b <= after || b - a <= before;
}

static uint32_t
room(const struct flow *f, enum direction allowed_by)
{
	uint32_t window = UINT32_C(1) << f->side[allowed_by].window;

	return window > WINDOW_LEAST ? window : WINDOW_LEAST;
}

static bool
is_plausible(const struct flow *f, const struct packet *p, enum direction d)
{
	enum direction peer = direction_other(d);
	uint32_t most = room(f, peer);

	/* What lies before the latest segment is for the peer's word to judge, where it is known. */
	if (f->side[d].sent && near(p->sequence, f->next[d], f->side[peer].answered ? 0 : most, most))
		return true;
	if (f->side[peer].answered && near(p->sequence, f->acknowledges[peer], 1, most))
		return true;
	if (f->side[d].sent || f->side[peer].answered)
		return false;
	/* Nothing is known of this side: a refusal of a SYN must acknowledge it (RFC 9293 section 3.10.7.3). */
	if ((p->flags & TCP_ACK) == 0 || !f->side[peer].sent)
		return true;
	if (f->side[peer].initial_known)
		return p->acknowledged - (f->initial[peer] + 1) <= f->next[peer] - (f->initial[peer] + 1);
	return near(p->acknowledged, f->next[peer], most, most);
}

/* A SYN that belongs to this flow although its own number was not known: it arrives late, or is the answer. */
static bool
is_late_syn(const struct flow *f, const struct packet *p, enum direction d)
{
	enum direction peer = direction_other(d);

	if (f->side[d].initial_known)
		return false;
	if ((p->flags & TCP_ACK) != 0 && f->side[peer].initial_known && p->acknowledged - 1 == f->initial[peer])
		return true;
	if (f->side[d].sent)
		return near(p->sequence + 1, f->next[d], WINDOW_LEAST, 0);
	if (f->side[peer].answered)
		return near(p->sequence + 1, f->acknowledges[peer], WINDOW_LEAST, 0);
	/* Nothing is known of this side; then a flow that lives is given the benefit of the doubt. */
	return f->phase < FLOW_CLOSING;
}

static void
remember_syn(struct flow *f, uint32_t initial, enum direction d)
{
	f->again = initial;
	f->again_known = true;
	f->side[d].again = true;
	f->side[direction_other(d)].again = false;
}

/* A SYN with a number of its own, in a flow that may be alive: anybody can forge that, so somebody must take it up. */
static enum phase_reuse
judge_syn(struct flow *f, const struct packet *p, enum direction d)
{
	if ((p->flags & TCP_ACK) == 0) {
		remember_syn(f, p->sequence, d);
		return PHASE_GOES_ON;
	}
	return f->again_known && p->acknowledged - 1 == f->again ? PHASE_SYN_ANSWERED : PHASE_GOES_ON;
}

/* The sender of a SYN goes on from it. Where the flow lives, what fits it as well belongs to it; where it seems closed, a SYN
 * that stands just before what its side would say next was made up so that it would. */
static bool
goes_on_from_syn(const struct flow *f, const struct packet *p, enum direction d)
{
	if (!f->side[d].again || f->phase < FLOW_ESTABLISHED || (p->flags & TCP_RST) != 0 || p->sequence - 1 != f->again)
		return false;
	return !is_plausible(f, p, d) || (f->phase == FLOW_CLOSED && f->again + 1 != f->next[d]);
}

enum phase_reuse
phase_reuse(struct flow *f, const struct packet *p, enum direction d)
{
	if ((p->flags & TCP_SYN) == 0) {
		/* The answer may have gone a way that is not captured. */
		return goes_on_from_syn(f, p, d) ? PHASE_SYN_CONTINUED : PHASE_GOES_ON;
	}
	if ((f->side[d].initial_known && f->initial[d] == p->sequence) || is_late_syn(f, p, d))
		return PHASE_GOES_ON;
	switch (f->phase) {
	case FLOW_SYN:
	case FLOW_ANSWERED:
		/* A number that changes before anything was said is a second attempt, still the same flow. */
		return !f->side[d].initial_known || (f->spoken && (p->flags & TCP_ACK) == 0) ? PHASE_NEW : PHASE_GOES_ON;
	default:
		/* Also after goodbyes: they may be as false as the SYN. Where one side alone is seen, nobody takes it up. */
		if (f->phase == FLOW_CLOSED && flow_packets(f, direction_other(d)) == 0)
			return PHASE_NEW;
		return judge_syn(f, p, d);
	}
}

/* Whether a SYN+ACK answers the SYN that we know. Where it answers an earlier one, that one was the true one. */
static bool
answers_our_syn(struct flow *f, const struct packet *p, enum direction d)
{
	enum direction peer = direction_other(d);

	if (!f->side[peer].initial_known || p->acknowledged - 1 == f->initial[peer] || f->phase >= FLOW_ESTABLISHED)
		return true;
	if (f->spoken)
		/* Fast open: the payload of the SYN may be acknowledged with it (RFC 7413 section 4.1.2). */
		return near(p->acknowledged, f->initial[peer] + 1, 0, WINDOW_LEAST);
	if (!f->again_known || p->acknowledged - 1 != f->again)
		return false;
	f->initial[peer] = f->again;
	return true;
}

static void
note_syn(struct flow *f, const struct packet *p, enum direction d)
{
	bool answer = (p->flags & TCP_ACK) != 0;
	unsigned scale = p->window_scale <= SCALE_MOST ? p->window_scale : FLOW_SCALE_NONE;
	bool young = f->phase == FLOW_SYN || f->phase == FLOW_ANSWERED;

	if (!young && (f->side[d].initial_known || !is_late_syn(f, p, d)))
		return;
	if (answer && !answers_our_syn(f, p, d))
		return;
	/* Who asks does not answer with another number: that is a forgery. */
	if (answer && d == FROM_CLIENT && f->side[d].initial_known && f->initial[d] != p->sequence)
		return;
	if (f->side[d].initial_known && f->initial[d] != p->sequence)
		remember_syn(f, f->initial[d], d);
	/* While nobody has answered or spoken, the latest number is the one that will be used. */
	f->initial[d] = p->sequence;
	f->side[d].initial_known = true;
	f->side[d].window_scale = scale & 0xf;
	f->midstream = false;
	if (f->phase == FLOW_SYN && (answer || f->side[direction_other(d)].initial_known))
		f->phase = FLOW_ANSWERED;
}

/* Both sides must have offered the option, else neither uses it (RFC 7323 section 2.2). */
static unsigned
shift_of(const struct flow *f, enum direction d)
{
	if (!f->side[FROM_CLIENT].initial_known || !f->side[FROM_SERVER].initial_known)
		return f->side[d].window_scale != FLOW_SCALE_NONE ? f->side[d].window_scale : SCALE_ASSUMED;
	if (f->side[FROM_CLIENT].window_scale == FLOW_SCALE_NONE || f->side[FROM_SERVER].window_scale == FLOW_SCALE_NONE)
		return 0;
	return f->side[d].window_scale;
}

static unsigned
power_not_below(uint32_t n)
{
	return n > 1 ? 32 - (unsigned)__builtin_clz(n - 1) : 0;
}

static void
note_numbers(struct flow *f, const struct packet *p, enum direction d)
{
	uint32_t len = (uint32_t)p->payload.len + p->payload_cut, window;

	if ((p->flags & TCP_SYN) != 0) {
		/* One that is not ours says nothing about where we are. */
		if (!f->side[d].initial_known || f->initial[d] != p->sequence)
			return;
		len++;
	}
	len += (p->flags & TCP_FIN) != 0;
	/* A copy from before its FIN does not take the side back. */
	if (!f->side[d].fin || (p->flags & TCP_FIN) != 0)
		f->next[d] = p->sequence + len;
	f->side[d].sent = true;
	window = (uint32_t)p->window << ((p->flags & TCP_SYN) != 0 ? 0 : shift_of(f, d));
	f->side[d].window = power_not_below(window) & 0x1f;
	if ((p->flags & TCP_ACK) != 0) {
		f->acknowledges[d] = p->acknowledged;
		f->side[d].answered = true;
	}
}

/* The first segment after the SYNs says which of two that a side sent, or somebody in its name, was the true one: the
 * one that the side itself goes on from, or that the other side acknowledges. */
static void
choose_syn(struct flow *f, const struct packet *p, enum direction d)
{
	enum direction peer = direction_other(d);

	if (!f->again_known)
		return;
	if (f->side[d].again && p->sequence - 1 == f->again)
		f->initial[d] = f->again;
	else if (f->side[peer].again && (p->flags & TCP_ACK) != 0 && p->acknowledged - 1 == f->again)
		f->initial[peer] = f->again;
}

/* An ACK ends the handshake when it answers the other side's SYN+ACK and is near to what that said. */
static bool
ends_handshake(const struct flow *f, const struct packet *p, enum direction d)
{
	enum direction peer = direction_other(d);

	return f->phase == FLOW_ANSWERED && (p->flags & (TCP_ACK | TCP_SYN)) == TCP_ACK && f->side[peer].initial_known &&
	       near(p->acknowledged, f->initial[peer] + 1, 0, WINDOW_LEAST);
}

/* After a believed RST its sender is gone, after a FIN he has no more to say. Where he has, somebody else had sent it. */
static void
take_back(struct flow *f, const struct packet *p, enum direction d)
{
	uint32_t end = p->sequence + (uint32_t)p->payload.len + p->payload_cut;
	bool further = f->side[d].sent && near(end, f->next[d] + 1, 0, room(f, direction_other(d)));
	bool heard = (p->flags & TCP_ACK) != 0 && f->side[d].answered &&
	    near(p->acknowledged, f->acknowledges[d] + 1, 0, room(f, d));

	if (f->side[d].fin && further)
		f->side[d].fin = false;
	else if (!f->side[d].reset || !(further || heard))
		return;
	f->side[d].reset = false;
	f->phase = f->side[direction_other(d)].fin || f->side[d].fin ? FLOW_CLOSING : FLOW_ESTABLISHED;
}

void
phase_note(struct flow *f, const struct packet *p, enum direction d)
{
	bool plausible = is_plausible(f, p, d);
	bool payload = p->payload.len != 0 || p->payload_cut != 0;

	if ((p->flags & TCP_RST) != 0) {
		if (plausible && f->phase != FLOW_CLOSED) {
			f->phase = FLOW_CLOSED;
			f->side[d].reset = true;
		}
		return;
	}
	if ((p->flags & TCP_SYN) != 0)
		note_syn(f, p, d);
	else if (f->phase >= FLOW_CLOSING && plausible)
		take_back(f, p, d);
	else if (f->phase < FLOW_ESTABLISHED)
		choose_syn(f, p, d);
	if ((p->flags & TCP_SYN) == 0 && f->phase < FLOW_ESTABLISHED && (payload || ends_handshake(f, p, d)))
		f->phase = FLOW_ESTABLISHED;
	f->spoken |= payload;
	note_numbers(f, p, d);
	if ((p->flags & TCP_FIN) == 0 || !plausible || f->phase == FLOW_CLOSED)
		return;
	f->side[d].fin = true;
	f->phase = f->side[0].fin && f->side[1].fin ? FLOW_CLOSED : FLOW_CLOSING;
}
