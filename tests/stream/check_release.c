/* SPDX-License-Identifier: Apache-2.0
 *
 * A generator makes dialogues of two sides that answer each other, cuts them into segments, sends some of those twice
 * or cut differently, and then captures them badly: in another order, and with losses. What the stream hands out must
 * be the same dialogue: every octet that was captured, once, at its position, gaps exactly where nothing was captured,
 * and no octet before those of the other side that its sender had received. The loops are the same on every run.
 */
#include "stream/release.h"

#include <string.h>

#include "support/check_main.h"
#include "support/segments.h"

/* Check writes a note for each assertion: too slow for one per octet. */
#define REQUIRE(condition)                                                                                             \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			ck_abort_msg("%s", #condition);                                                                \
	} while (0)

#define OCTETS_MAX 16384
#define PACKETS_MAX 1200
/* How many places a packet may be displaced by the capture. */
#define HORIZON 12

struct sent {
	enum direction from;
	unsigned at, len, acknowledges;
	unsigned place; /* in the capture, times 1000 */
	bool lost, fin;
};

struct scene {
	uint8_t octets[2][OCTETS_MAX];
	unsigned answers[2][OCTETS_MAX]; /* how much of the other side the sender had, when it first sent the octet */
	bool captured[2][OCTETS_MAX];
	unsigned len[2], acked[2]; /* acked: of this side, by the other */
	struct sent sent[PACKETS_MAX];
	unsigned count;
	struct talk talk;
};

/* What is heard, checked octet by octet. */
struct listener {
	const struct scene *scene;
	uint64_t at[2], origin[2], data[2], gaps[2];
	bool ended[2];
	bool in_causal_order; /* check that too */
	unsigned oddities;
};

static void
on_data(void *arg, enum direction d, struct bytes b, usec_t time)
{
	struct listener *l = arg;
	enum direction peer = direction_other(d);

	(void)time;
	REQUIRE(!l->ended[d]);
	REQUIRE(b.len > 0);
	for (size_t i = 0; i < b.len; i++) {
		uint64_t at = l->origin[d] + l->at[d] + i;

		REQUIRE(at < l->scene->len[d]);
		REQUIRE(b.at[i] == l->scene->octets[d][at]);
		REQUIRE(l->scene->captured[d][at]);
		if (l->in_causal_order)
			REQUIRE(l->at[peer] >= l->scene->answers[d][at]);
	}
	l->at[d] += b.len;
	l->data[d] += b.len;
}

static void
on_gap(void *arg, enum direction d, uint64_t missing, usec_t time)
{
	struct listener *l = arg;

	(void)time;
	REQUIRE(!l->ended[d]);
	REQUIRE(missing > 0);
	for (uint64_t i = 0; i < missing; i++) {
		REQUIRE(l->origin[d] + l->at[d] + i < l->scene->len[d]);
		REQUIRE(!l->scene->captured[d][l->origin[d] + l->at[d] + i]);
	}
	l->at[d] += missing;
	l->gaps[d] += missing;
}

static void
on_end(void *arg, enum direction d, enum stream_end end, usec_t time)
{
	struct listener *l = arg;

	(void)end;
	(void)time;
	REQUIRE(!l->ended[d]);
	l->ended[d] = true;
}

static void
on_oddity(void *arg, enum direction d, enum stream_oddity kind, uint64_t position, usec_t time)
{
	struct listener *l = arg;

	(void)d;
	(void)kind;
	(void)position;
	(void)time;
	l->oddities++;
}

static const struct stream_reader listening = { on_data, on_gap, on_end, on_oddity };

static void
send(struct scene *s, struct dice *dice, enum direction from, unsigned at, unsigned len, bool fin)
{
	enum direction to = direction_other(from);
	struct sent *p = &s->sent[s->count];

	/* Mostly all that the other side has sent is acknowledged; now and then an acknowledgement is late. */
	if (dice_throw(dice, 4) != 0)
		s->acked[to] = s->len[to];
	*p = (struct sent){ .from = from, .at = at, .len = len, .acknowledges = s->acked[to], .fin = fin };
	for (unsigned i = at; i < at + len; i++)
		if (i >= s->len[from])
			s->answers[from][i] = s->acked[to];
	if (at + len > s->len[from])
		s->len[from] = at + len;
	s->count++;
}

/* Turns of one to five segments; some segments again, cut differently, as long as the other side has not got them. */
static void
write_dialogue(struct scene *s, struct dice *dice)
{
	unsigned turns = 1 + dice_throw(dice, 40), most = dice_throw(dice, 3) == 0 ? 4 : 120;
	enum direction from = (enum direction)dice_throw(dice, 2);

	for (int d = 0; d < 2; d++)
		for (unsigned i = 0; i < OCTETS_MAX; i++)
			s->octets[d][i] = (uint8_t)dice_throw(dice, 256);
	while (turns-- > 0) {
		for (unsigned i = 1 + dice_throw(dice, 5); i > 0; i--) {
			send(s, dice, from, s->len[from], 1 + dice_throw(dice, most), false);
			if (dice_throw(dice, 6) == 0 && s->acked[from] < s->len[from]) {
				unsigned at = s->acked[from] + dice_throw(dice, s->len[from] - s->acked[from]);

				send(s, dice, from, at, 1 + dice_throw(dice, s->len[from] - at), false);
			}
			if (dice_throw(dice, 4) == 0)
				send(s, dice, direction_other(from), s->len[direction_other(from)], 0, false);
		}
		from = direction_other(from);
	}
	send(s, dice, from, s->len[from], 0, true);
	send(s, dice, direction_other(from), s->len[direction_other(from)], 0, true);
}

/* Displaces, loses, doubles; then sorts into the order of the capture. */
static void
capture_badly(struct scene *s, struct dice *dice, unsigned loss_in_hundred, unsigned horizon)
{
	unsigned made = s->count;

	for (unsigned i = 0; i < made; i++) {
		struct sent *p = &s->sent[i];

		p->place = (i + dice_throw(dice, horizon + 1)) * 1000 + i % 1000;
		/* The FINs stay, so that it is known where each side ends. */
		p->lost = !p->fin && dice_throw(dice, 100) < loss_in_hundred;
		if (dice_throw(dice, 10) == 0) {
			s->sent[s->count] = *p;
			s->sent[s->count++].place += dice_throw(dice, horizon + 1) * 1000;
		}
	}
	for (unsigned i = 1; i < s->count; i++) {
		struct sent moved = s->sent[i];
		unsigned to = i;

		for (; to > 0 && s->sent[to - 1].place > moved.place; to--)
			s->sent[to] = s->sent[to - 1];
		s->sent[to] = moved;
	}
	for (unsigned i = 0; i < s->count; i++)
		if (!s->sent[i].lost)
			memset(s->captured[s->sent[i].from] + s->sent[i].at, true, s->sent[i].len);
}

static struct packet
packet_of(struct scene *s, const struct sent *p)
{
	struct packet packet =
	    talk_data(&s->talk, p->from, p->at, p->acknowledges, bytes_of(s->octets[p->from] + p->at, p->len));

	if (p->fin)
		packet.flags |= TCP_FIN;
	return packet;
}

static const struct stream_limits wide = { .waiting_per_flow = 1 << 22,
	.waiting_total = 1 << 22,
	.reorder_packets = 6 * HORIZON,
	.reorder_time = USEC_PER_SEC };

struct run {
	struct listener listener;
	struct stream_budget budget;
	struct stream *stream;
	uint64_t pushed[2];
};

static void
play(struct scene *s, struct run *r, const struct stream_limits *limits)
{
	r->budget = (struct stream_budget){ .limits = limits, .reader = &listening, .max = limits->waiting_total };
	r->listener.scene = s;
	r->stream = stream_new(&r->budget, &r->listener);
	ck_assert_ptr_nonnull(r->stream);
	for (int d = 0; d < 2 && r->listener.in_causal_order; d++)
		stream_set_initial(r->stream, (enum direction)d, s->talk.initial[d]);
	for (unsigned i = 0; i < s->count; i++) {
		struct packet p;

		if (s->sent[i].lost)
			continue;
		p = packet_of(s, &s->sent[i]);
		stream_push(r->stream, s->sent[i].from, &p);
		r->pushed[s->sent[i].from] += s->sent[i].len;
		REQUIRE(stream_memory(r->stream) <= sizeof(struct stream) + limits->waiting_per_flow);
	}
	stream_finish(r->stream, s->talk.time);
	ck_assert(!stream_waits(r->stream));
	ck_assert_uint_eq(r->budget.used, 0);
	for (int d = 0; d < 2; d++) {
		struct stream_counts n = stream_counts(r->stream, (enum direction)d);

		ck_assert(r->listener.ended[d]);
		ck_assert(n.ended);
		ck_assert_uint_eq(n.bytes, r->listener.data[d]);
		ck_assert_uint_eq(n.missing, r->listener.gaps[d]);
	}
	stream_free(r->stream);
}

static struct scene *
scene_new(unsigned seed, struct dice *dice)
{
	struct scene *s = calloc(1, sizeof(*s));

	ck_assert_ptr_nonnull(s);
	*dice = dice_new(seed + 1);
	/* Every fourth begins shortly before its sequence numbers wrap. */
	s->talk = talk_new(seed % 4 == 0 ? UINT32_MAX - seed : seed * 77777777u, seed % 4 == 1 ? UINT32_MAX - 7 : seed);
	write_dialogue(s, dice);
	return s;
}

/* Also counts each payload octet pushed as either new or a copy. */
START_TEST(test_reordered_and_doubled)
{
	for (unsigned seed = 0; seed < 250; seed++) {
		struct dice dice;
		struct scene *s = scene_new(seed, &dice);
		struct run r = { .listener.in_causal_order = true };

		capture_badly(s, &dice, 0, seed % 3 == 0 ? 2 : HORIZON);
		play(s, &r, &wide);
		for (int d = 0; d < 2; d++) {
			ck_assert_uint_eq(r.listener.data[d], s->len[d]);
			ck_assert_uint_eq(r.listener.gaps[d], 0);
		}
		ck_assert_uint_eq(r.listener.oddities, 0);
		free(s);
	}
}
END_TEST

START_TEST(test_lossy)
{
	uint64_t gaps = 0;

	for (unsigned seed = 1000; seed < 1250; seed++) {
		struct dice dice;
		struct scene *s = scene_new(seed, &dice);
		struct run r = { .listener.in_causal_order = true };

		capture_badly(s, &dice, 1 + seed % 40, HORIZON);
		play(s, &r, &wide);
		for (int d = 0; d < 2; d++)
			ck_assert_uint_eq(r.listener.at[d], s->len[d]);
		gaps += r.listener.gaps[0] + r.listener.gaps[1];
		ck_assert_uint_eq(r.listener.oddities, 0);
		free(s);
	}
	ck_assert_uint_gt(gaps, 10000);
}
END_TEST

START_TEST(test_one_side_only)
{
	for (unsigned seed = 2000; seed < 2100; seed++) {
		struct dice dice;
		struct scene *s = scene_new(seed, &dice);
		struct run r = { 0 };
		enum direction deaf = (enum direction)(seed % 2), heard = direction_other(deaf);

		capture_badly(s, &dice, 0, HORIZON);
		for (unsigned i = 0; i < s->count; i++)
			s->sent[i].lost = s->sent[i].from == deaf;
		/* Picked up without SYN: what lies before the first octet captured is not ours. */
		for (unsigned i = s->count; i-- > 0;)
			if (!s->sent[i].lost && (s->sent[i].len > 0 || s->sent[i].fin))
				r.listener.origin[heard] = s->sent[i].at;
		play(s, &r, &wide);
		ck_assert_uint_eq(r.listener.origin[heard] + r.listener.at[heard], s->len[heard]);
		ck_assert_uint_eq(r.listener.gaps[heard], 0);
		ck_assert_uint_eq(r.listener.at[deaf], 0);
		free(s);
	}
}
END_TEST

/* Under a tight ceiling octets may be given up although they come later: but what is handed out is true, in order, and
 * memory stays where it must. */
static void
on_any_gap(void *arg, enum direction d, uint64_t missing, usec_t time)
{
	struct listener *l = arg;

	(void)time;
	ck_assert(!l->ended[d]);
	l->at[d] += missing;
	l->gaps[d] += missing;
}

START_TEST(test_tight_ceiling)
{
	static const struct stream_reader lenient = { on_data, on_any_gap, on_end, on_oddity };
	static const struct stream_limits tight = { .waiting_per_flow = 700,
		.waiting_total = 1000,
		.reorder_packets = 6 * HORIZON,
		.reorder_time = USEC_PER_SEC };
	unsigned ceilings = 0;

	for (unsigned seed = 3000; seed < 3200; seed++) {
		struct dice dice;
		struct scene *s = scene_new(seed, &dice);
		struct listener l = { .scene = s };
		struct stream_budget budget = { .limits = &tight, .reader = &lenient, .max = tight.waiting_total };
		struct stream *stream = stream_new(&budget, &l);

		ck_assert_ptr_nonnull(stream);
		capture_badly(s, &dice, seed % 20, HORIZON);
		for (int d = 0; d < 2; d++)
			stream_set_initial(stream, (enum direction)d, s->talk.initial[d]);
		for (unsigned i = 0; i < s->count; i++) {
			struct packet p = packet_of(s, &s->sent[i]);

			if (!s->sent[i].lost)
				stream_push(stream, s->sent[i].from, &p);
			REQUIRE(budget.used <= tight.waiting_per_flow);
		}
		stream_finish(stream, s->talk.time);
		for (int d = 0; d < 2; d++) {
			ck_assert_uint_eq(l.at[d], s->len[d]);
			ck_assert(l.ended[d]);
		}
		ceilings += l.oddities;
		ck_assert_uint_eq(budget.used, 0);
		stream_free(stream);
		free(s);
	}
	ck_assert_uint_gt(ceilings, 50);
}
END_TEST

/* Segments at random with random octets, so that copies disagree all the time. */
struct memory {
	int first[2][OCTETS_MAX]; /* the octet of the first copy seen, or -1 */
	uint64_t at[2], data[2], gaps[2];
	bool conflict[2];
};

static void
recall_data(void *arg, enum direction d, struct bytes b, usec_t time)
{
	struct memory *m = arg;

	(void)time;
	for (size_t i = 0; i < b.len; i++)
		REQUIRE(b.at[i] == m->first[d][m->at[d] + i]);
	m->at[d] += b.len;
	m->data[d] += b.len;
}

static void
recall_gap(void *arg, enum direction d, uint64_t missing, usec_t time)
{
	struct memory *m = arg;

	(void)time;
	m->at[d] += missing;
	m->gaps[d] += missing;
}

static void
recall_end(void *arg, enum direction d, enum stream_end end, usec_t time)
{
	(void)arg;
	(void)d;
	(void)time;
	ck_assert_int_eq(end, STREAM_END_CUT);
}

static void
recall_oddity(void *arg, enum direction d, enum stream_oddity kind, uint64_t position, usec_t time)
{
	struct memory *m = arg;

	(void)position;
	(void)time;
	if (kind != STREAM_CONFLICT)
		return;
	ck_assert(!m->conflict[d]);
	m->conflict[d] = true;
}

START_TEST(test_conflicting_copies)
{
	static const struct stream_reader recalling = { recall_data, recall_gap, recall_end, recall_oddity };
	unsigned conflicts = 0;

	for (unsigned seed = 4000; seed < 4100; seed++) {
		struct dice dice = dice_new(seed);
		struct memory *m = calloc(1, sizeof(*m));
		struct talk talk = talk_new(seed, ~seed);
		struct stream_budget budget = { .limits = &wide, .reader = &recalling, .max = wide.waiting_total };
		struct stream *stream = stream_new(&budget, m);

		ck_assert_ptr_nonnull(m);
		ck_assert_ptr_nonnull(stream);
		memset(m->first, 0xff, sizeof(m->first));
		for (int d = 0; d < 2; d++)
			stream_set_initial(stream, (enum direction)d, talk.initial[d]);
		for (unsigned i = 0; i < 300; i++) {
			enum direction d = (enum direction)dice_throw(&dice, 2);
			uint8_t octets[64];
			unsigned at = dice_throw(&dice, i * 8 + 1), len = dice_throw(&dice, sizeof(octets));
			struct packet p;

			for (unsigned k = 0; k < len; k++) {
				octets[k] = (uint8_t)dice_throw(&dice, 3);
				if (m->first[d][at + k] < 0)
					m->first[d][at + k] = octets[k];
			}
			p = talk_data(&talk, d, at, dice_throw(&dice, i * 8 + 1), bytes_of(octets, len));
			stream_push(stream, d, &p);
		}
		stream_finish(stream, talk.time);
		for (int d = 0; d < 2; d++) {
			struct stream_counts n = stream_counts(stream, (enum direction)d);

			ck_assert_uint_eq(n.bytes, m->data[d]);
			ck_assert_uint_eq(n.missing, m->gaps[d]);
			ck_assert_int_eq(n.conflicts > 0, m->conflict[d]);
			conflicts += n.conflicts;
		}
		ck_assert_uint_eq(budget.used, 0);
		stream_free(stream);
		free(m);
	}
	ck_assert_uint_gt(conflicts, 1000);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, test_reordered_and_doubled);
	tcase_add_test(tests, test_lossy);
	tcase_add_test(tests, test_one_side_only);
	tcase_add_test(tests, test_tight_ceiling);
	tcase_add_test(tests, test_conflicting_copies);
}

CHECK_MAIN("stream/release", add_tests)
