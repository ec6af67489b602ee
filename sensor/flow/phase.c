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
#define SCALE_NONE 255
/* Silence after which a SYN with a new number is taken for a new connection without the peer's word. */
#define SILENCE_BEFORE_REUSE (5 * USEC_PER_SEC)

/* a is `after` or less after b, or `before` or less before it, in sequence space. */
static bool
near(uint32_t a, uint32_t b, uint32_t before, uint32_t after)
{
	return a - b <= after || b - a <= before;
}

static uint32_t
room(const struct flow *f, enum direction allowed_by)
{
	return f->window[allowed_by] > WINDOW_LEAST ? f->window[allowed_by] : WINDOW_LEAST;
}

static bool
is_plausible(const struct flow *f, const struct packet *p, enum direction d)
{
	enum direction peer = direction_other(d);
	uint32_t most = room(f, peer);

	/* What lies before the latest segment is for the peer's word to judge, where it is known. */
	if (f->sent[d] && near(p->sequence, f->next[d], f->answered[peer] ? 0 : most, most))
		return true;
	if (f->answered[peer] && near(p->sequence, f->acknowledges[peer], 1, most))
		return true;
	if (f->sent[d] || f->answered[peer])
		return false;
	/* Nothing is known of this side: a refusal of a SYN must acknowledge it (RFC 9293 section 3.10.7.3). */
	if ((p->flags & TCP_ACK) == 0 || !f->sent[peer])
		return true;
	if (f->initial_known[peer])
		return p->acknowledged - (f->initial[peer] + 1) <= f->next[peer] - (f->initial[peer] + 1);
	return near(p->acknowledged, f->next[peer], most, most);
}

/* A SYN that belongs to this flow although its own number was not known: it arrives late, or is the answer. */
static bool
is_late_syn(const struct flow *f, const struct packet *p, enum direction d)
{
	enum direction peer = direction_other(d);

	if (f->initial_known[d])
		return false;
	if ((p->flags & TCP_ACK) != 0 && f->initial_known[peer] && p->acknowledged - 1 == f->initial[peer])
		return true;
	if (f->sent[d])
		return near(p->sequence + 1, f->next[d], WINDOW_LEAST, 0);
	if (f->answered[peer])
		return near(p->sequence + 1, f->acknowledges[peer], WINDOW_LEAST, 0);
	/* Nothing is known of this side; then a flow that lives is given the benefit of the doubt. */
	return f->phase < FLOW_CLOSING;
}

bool
phase_is_reuse(struct flow *f, const struct packet *p, enum direction d, usec_t silent)
{
	bool confirmed = (p->flags & TCP_ACK) != 0 && f->again_known && p->acknowledged - 1 == f->again;

	if ((p->flags & TCP_SYN) == 0 || (f->initial_known[d] && f->initial[d] == p->sequence) || is_late_syn(f, p, d))
		return false;
	switch (f->phase) {
	case FLOW_SYN:
	case FLOW_ANSWERED:
		/* A number that changes before anything was said is a second attempt, still the same flow. */
		return !f->initial_known[d] || (f->spoken && (p->flags & TCP_ACK) == 0);
	case FLOW_ESTABLISHED:
		if (confirmed)
			return true;
		if (silent >= SILENCE_BEFORE_REUSE && !is_plausible(f, p, d))
			return true;
		if ((p->flags & TCP_ACK) == 0) {
			f->again = p->sequence;
			f->again_known = true;
		}
		return false;
	default:
		return true;
	}
}

/* Whether a SYN+ACK answers the SYN that we know. Where it answers an earlier one, that one was the true one. */
static bool
answers_our_syn(struct flow *f, const struct packet *p, enum direction d)
{
	enum direction peer = direction_other(d);

	if (!f->initial_known[peer] || p->acknowledged - 1 == f->initial[peer] || f->phase >= FLOW_ESTABLISHED)
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
	bool young = f->phase == FLOW_SYN || f->phase == FLOW_ANSWERED;

	if (!young && (f->initial_known[d] || !is_late_syn(f, p, d)))
		return;
	if (answer && !answers_our_syn(f, p, d))
		return;
	if (f->initial_known[d] && f->initial[d] != p->sequence && !answer) {
		f->again = f->initial[d];
		f->again_known = true;
	}
	/* While nobody has answered or spoken, the latest number is the one that will be used. */
	f->initial[d] = p->sequence;
	f->initial_known[d] = true;
	f->window_scale[d] = p->window_scale <= SCALE_MOST ? p->window_scale : SCALE_NONE;
	f->midstream = false;
	if (f->phase == FLOW_SYN && (answer || f->initial_known[direction_other(d)]))
		f->phase = FLOW_ANSWERED;
}

/* Both sides must have offered the option, else neither uses it (RFC 7323 section 2.2). */
static unsigned
shift_of(const struct flow *f, enum direction d)
{
	if (!f->initial_known[FROM_CLIENT] || !f->initial_known[FROM_SERVER])
		return f->window_scale[d] != SCALE_NONE ? f->window_scale[d] : SCALE_ASSUMED;
	if (f->window_scale[FROM_CLIENT] == SCALE_NONE || f->window_scale[FROM_SERVER] == SCALE_NONE)
		return 0;
	return f->window_scale[d];
}

static void
note_numbers(struct flow *f, const struct packet *p, enum direction d)
{
	uint32_t len = (uint32_t)p->payload.len + p->payload_cut;

	if ((p->flags & TCP_SYN) != 0) {
		/* One that is not ours says nothing about where we are. */
		if (!f->initial_known[d] || f->initial[d] != p->sequence)
			return;
		len++;
	}
	len += (p->flags & TCP_FIN) != 0;
	f->next[d] = p->sequence + len;
	f->sent[d] = true;
	f->window[d] = (uint32_t)p->window << ((p->flags & TCP_SYN) != 0 ? 0 : shift_of(f, d));
	if ((p->flags & TCP_ACK) != 0) {
		f->acknowledges[d] = p->acknowledged;
		f->answered[d] = true;
	}
}

/* An ACK ends the handshake when it answers the other side's SYN+ACK and is near to what that said. */
static bool
ends_handshake(const struct flow *f, const struct packet *p, enum direction d)
{
	enum direction peer = direction_other(d);

	return f->phase == FLOW_ANSWERED && (p->flags & (TCP_ACK | TCP_SYN)) == TCP_ACK && f->initial_known[peer] &&
	       near(p->acknowledged, f->initial[peer] + 1, 0, WINDOW_LEAST);
}

void
phase_note(struct flow *f, const struct packet *p, enum direction d)
{
	bool plausible = is_plausible(f, p, d);
	bool payload = p->payload.len != 0 || p->payload_cut != 0;

	if ((p->flags & TCP_RST) != 0) {
		if (plausible)
			f->phase = FLOW_CLOSED;
		return;
	}
	if ((p->flags & TCP_SYN) != 0)
		note_syn(f, p, d);
	else if (f->phase < FLOW_ESTABLISHED && (payload || ends_handshake(f, p, d)))
		f->phase = FLOW_ESTABLISHED;
	f->spoken |= payload;
	note_numbers(f, p, d);
	if ((p->flags & TCP_FIN) == 0 || !plausible || f->phase == FLOW_CLOSED)
		return;
	f->fin[d] = true;
	f->phase = f->fin[0] && f->fin[1] ? FLOW_CLOSED : FLOW_CLOSING;
}
