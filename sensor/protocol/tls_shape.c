/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/tls_shape.h"

/* Twelfths: the parts that a message is counted in, so that a cycle of 1, 2, 3 or 4 turns can be told exactly. */
#define WHOLE 12

/* Octets of a burst's records beyond which it is more than a status. */
#define STATUS_MOST 256

/* Octets of a flight that asks for a message: one that is longer may hold several commands. (Two short ones pass.) */
#define COMMAND_MOST 100

/* Octets of a flight's records from which on it may hold a message that is sent, and the turns before which it is taken
 * for a login: a token can be as long. */
#define SENT_LEAST 400
#define LOGIN_TURNS 2
/* An answer to a whole message is that much smaller than it; one to many recipients at once is not. */
#define SENT_RATIO 4

/* A pause of the client after which a turn is slow, and one that is idleness. */
#define SLOW (2 * USEC_PER_SEC)
#define IDLE (60 * USEC_PER_SEC)

/* Turns below which nothing is said of how many messages there were, or of the pattern. */
#define TURNS_LEAST 8
#define BATCH_TURNS 20
#define BATCH_BYTES (UINT64_C(1) << 20)

static uint16_t
at_most_16(uint64_t n)
{
	return n < UINT16_MAX ? (uint16_t)n : UINT16_MAX;
}

static bool
is_more(const struct tls_shape_turn *t)
{
	return t->burst > STATUS_MOST;
}

/* Whether the turn repeats the other: a number in the command may have grown by a digit. */
static bool
looks_like(const struct tls_shape_turn *a, const struct tls_shape_turn *b)
{
	int difference = a->flight - b->flight;

	return difference >= -1 && difference <= 1 && is_more(a) == is_more(b);
}

/* The shortest cycle that the latest turns go through, 0: none. Inside a cycle two turns may well look alike: only as
 * many in a row as the longest cycle has turns are no accident. */
static unsigned
period_of(const struct tls_shape *s)
{
	for (unsigned p = 1; p <= TLS_SHAPE_PERIODS; p++)
		if (s->run[p - 1] >= TLS_SHAPE_PERIODS)
			return p;
	return 0;
}

static const struct tls_shape_turn *
recent(const struct tls_shape *s, unsigned back)
{
	return &s->recent[(s->turns - back) % TLS_SHAPE_PERIODS];
}

/* A turn is over: it is the latest of `recent` now. */
static void
count_fetched(struct tls_shape *s, const struct tls_shape_turn *turn)
{
	unsigned period;
	bool more = false;

	for (unsigned p = 1; p <= TLS_SHAPE_PERIODS; p++) {
		if (s->turns < p || !looks_like(turn, recent(s, p - 1)))
			s->run[p - 1] = 0;
		else if (s->run[p - 1] < UINT8_MAX)
			s->run[p - 1]++;
	}
	s->turns++;
	s->recent[s->turns % TLS_SHAPE_PERIODS] = *turn;
	period = period_of(s);
	if (period == 0) {
		s->fetched_parts += is_more(turn) ? WHOLE : 0;
		return;
	}
	for (unsigned i = 0; i < period; i++)
		more |= is_more(recent(s, i));
	s->fetched_parts += more ? WHOLE / period : 0;
	s->cyclic_turns++;
	s->cyclic_bytes += s->burst_bytes;
}

static void
end_turn(struct tls_shape *s)
{
	struct tls_shape_turn turn = { at_most_16(s->flight_bytes), at_most_16(s->burst_bytes) };
	unsigned size = 0;

	if (s->burst_bytes > 0) {
		while (size < ESTIMATE_SIZES - 1 && s->burst_bytes > UINT64_C(256) << size)
			size++;
		s->burst_sizes[size]++;
		s->bursts++;
	}
	/* What the server says first answers nobody. */
	if (s->flight_records > 0) {
		s->sent += s->flight_bytes >= SENT_LEAST && s->turns >= LOGIN_TURNS && !is_more(&turn) &&
		    s->flight_bytes / SENT_RATIO >= s->burst_bytes;
		s->wide += is_more(&turn) && s->flight_bytes > COMMAND_MOST;
		count_fetched(s, &turn);
	}
	s->flight_bytes = s->burst_bytes = 0;
	s->flight_records = 0;
	s->answered = false;
}

static void
begin_turn(struct tls_shape *s, usec_t time)
{
	usec_t pause = s->last == 0 || time < s->last ? 0 : time - s->last;

	end_turn(s);
	s->slow += pause >= SLOW;
	if (pause >= IDLE) {
		if (s->idle_periods < UINT16_MAX)
			s->idle_periods++;
		s->idle += pause;
	}
}

void
tls_shape_record(struct tls_shape *s, enum direction from, uint16_t len, usec_t time)
{
	if (s->lost)
		return;
	if (from == FROM_CLIENT) {
		if (s->answered)
			begin_turn(s, time);
		else
			s->crowded += s->flight_records > 0;
		if (s->flight_records < UINT16_MAX)
			s->flight_records++;
		s->flight_bytes += len;
	} else {
		s->answered = true;
		s->burst_bytes += len;
	}
	s->records[from]++;
	s->record_bytes[from] += len;
	s->last = time;
}

void
tls_shape_lost(struct tls_shape *s)
{
	s->lost = true;
}

/* --- what it says --- */

/* Most of what came, and most turns, belong to cycles, and the client waits for its answers. */
static bool
is_sequential(const struct tls_shape *s)
{
	return s->turns >= TURNS_LEAST && s->crowded <= s->turns / 8 && s->wide <= s->turns / 8 &&
	    s->cyclic_turns >= s->turns / 2 && s->cyclic_bytes >= s->record_bytes[FROM_SERVER] / 2;
}

static enum estimate_pattern
pattern_of(const struct tls_shape *s)
{
	uint32_t turns = s->turns;

	if (s->idle_periods > 0 || (turns >= 4 && s->slow >= turns / 5 && s->slow > 0))
		return ESTIMATE_INTERACTIVE;
	if (s->slow <= turns / BATCH_TURNS &&
	    (turns >= BATCH_TURNS || s->record_bytes[0] + s->record_bytes[1] >= BATCH_BYTES))
		return ESTIMATE_BATCH;
	return ESTIMATE_UNKNOWN;
}

void
tls_shape_report(const struct tls_shape *under_way, bool sends, bool fetches, struct estimate_report *r)
{
	struct tls_shape whole = *under_way;
	const struct tls_shape *s = &whole;
	bool up = whole.record_bytes[FROM_CLIENT] > whole.record_bytes[FROM_SERVER];

	end_turn(&whole);
	*r = (struct estimate_report){ .commands = s->turns, .bursts = s->bursts, .idle_periods = s->idle_periods,
		.idle = s->idle };
	for (int i = 0; i < 2; i++) {
		r->records[i] = s->records[i];
		r->record_bytes[i] = s->record_bytes[i];
	}
	for (int i = 0; i < ESTIMATE_SIZES; i++)
		r->burst_sizes[i] = s->burst_sizes[i];
	if (s->lost)
		return;
	r->pattern = pattern_of(s);
	if (sends == fetches) {
		sends = up;
		fetches = !up;
	}
	r->has_sent = (sends || up) && s->turns > LOGIN_TURNS;
	r->sent = r->has_sent ? s->sent : 0;
	r->has_fetched = fetches && !up && is_sequential(s);
	r->fetched = r->has_fetched ? (s->fetched_parts + WHOLE / 2) / WHOLE : 0;
}
