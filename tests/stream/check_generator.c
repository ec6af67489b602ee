/* SPDX-License-Identifier: Apache-2.0
 *
 * A generator makes dialogues, each from a number: two sides that take turns, cut into segments, with keep-alives, zero
 * windows, copies cut anew, copies that lie, fast open, and goodbyes of all kinds, from any sequence number on. The
 * capture then repeats, displaces and loses packets, begins late, or sees one side alone. Through flow table and stream
 * together must come the very octets that were captured, and a gap exactly where none was.
 *
 * GENERATOR_SEED=n plays one dialogue, GENERATOR_ROUNDS=n that many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/check_main.h"
#include "support/rig.h"
#include "support/segments.h"

#define PACKETS_MAX 700
#define TURN_MAX 900
/* How many places a packet may be displaced. */
#define HORIZON 8

struct shot {
	struct packet packet;
	enum direction from;
	unsigned at;
	unsigned place;
	bool lost, lies;
};

/* What may happen in a dialogue; each about every other time. */
struct plan {
	bool copies, lies, reorders, loses, late, keep_alives, zero_windows, fast_open, one_sided;
	enum direction seen; /* of one_sided */
	unsigned goodbye;    /* 0 none, 1 FINs in turn, 2 both at once, 3 RST */
};

static struct scene {
	struct rig_truth truth;
	uint8_t lie[2][RIG_OCTETS];
	struct shot shots[PACKETS_MAX];
	unsigned count;
	unsigned said[2]; /* so far */
	struct talk talk;
	struct dice dice;
	struct plan plan;
} scene;

static struct rig rig;

/* Over all dialogues: that what is generated does happen. */
static struct {
	unsigned dialogues, with_gaps, with_conflicts, one_sided, late;
} met;

static struct shot *
shoot(enum direction from, struct packet p, unsigned at)
{
	struct shot *s = &scene.shots[scene.count];

	if (scene.count == PACKETS_MAX)
		ck_abort_msg("too many packets");
	*s = (struct shot){ .packet = p, .from = from, .at = at, .place = 1000 * scene.count };
	scene.count++;
	return s;
}

static void
send(enum direction from, unsigned at, unsigned len, bool lies)
{
	const uint8_t *octets = lies ? scene.lie[from] : scene.truth.octets[from];
	struct packet p = talk_data(
	    &scene.talk, from, at, scene.said[direction_other(from)], bytes_of(octets + at, len));

	shoot(from, p, at)->lies = lies;
}

static void
acknowledge(enum direction from)
{
	struct packet p = talk_ack(&scene.talk, from, scene.said[from], scene.said[direction_other(from)]);

	if (scene.plan.zero_windows && dice_throw(&scene.dice, 2) == 0)
		p.window = 0;
	shoot(from, p, scene.said[from]);
}

/* The octet before the next, with or without an octet of no meaning (RFC 9293 section 3.8.4). */
static void
keep_alive(enum direction from)
{
	static const uint8_t nothing[1] = { 0 };
	unsigned at = scene.said[from];
	struct packet p = talk_data(&scene.talk, from, at, scene.said[direction_other(from)], bytes_of(nothing, 0));

	p.sequence--;
	/* Any receiver takes that octet for a true one where the true one is missing. */
	if (at > 0 && !scene.plan.loses && !scene.plan.reorders && !scene.plan.late &&
	    dice_throw(&scene.dice, 2) == 0)
		p.payload = bytes_of(nothing, 1);
	shoot(from, p, at)->lies = true;
}

static void
take_turn(enum direction from)
{
	unsigned begin = scene.said[from], len = 1 + dice_throw(&scene.dice, TURN_MAX), most;

	if (begin + len > RIG_OCTETS)
		return;
	most = 1 + dice_throw(&scene.dice, len < 600 ? len : 600);
	if (most < len / 20)
		most = len / 20;
	for (unsigned at = begin; at < begin + len;) {
		unsigned piece = 1 + dice_throw(&scene.dice, most);

		if (piece > begin + len - at)
			piece = begin + len - at;
		send(from, at, piece, false);
		at += piece;
	}
	if (scene.plan.copies || scene.plan.lies) {
		for (unsigned n = dice_throw(&scene.dice, 4); n > 0; n--) {
			unsigned at = dice_throw(&scene.dice, len);

			send(from, begin + at, 1 + dice_throw(&scene.dice, len - at), scene.plan.lies);
		}
	}
	scene.said[from] = scene.truth.len[from] = begin + len;
	if (dice_throw(&scene.dice, 2) == 0)
		acknowledge(direction_other(from));
	if (scene.plan.keep_alives && dice_throw(&scene.dice, 3) == 0)
		keep_alive(from);
}

static void
say_hello(void)
{
	struct packet syn = talk_syn(&scene.talk, FROM_CLIENT), answer;

	if (scene.plan.fast_open) {
		unsigned len = 1 + dice_throw(&scene.dice, 300);

		syn.payload = bytes_of(scene.truth.octets[FROM_CLIENT], len);
		scene.said[FROM_CLIENT] = scene.truth.len[FROM_CLIENT] = len;
	}
	shoot(FROM_CLIENT, syn, 0);
	answer = talk_syn_ack(&scene.talk, FROM_SERVER);
	answer.acknowledged += scene.said[FROM_CLIENT];
	shoot(FROM_SERVER, answer, 0);
	acknowledge(FROM_CLIENT);
}

static void
say_goodbye(void)
{
	unsigned c = scene.said[FROM_CLIENT], s = scene.said[FROM_SERVER];

	switch (scene.plan.goodbye) {
	case 1:
		shoot(FROM_CLIENT, talk_fin(&scene.talk, FROM_CLIENT, c, s), c);
		shoot(FROM_SERVER, talk_fin(&scene.talk, FROM_SERVER, s, c + 1), s);
		shoot(FROM_CLIENT, talk_ack(&scene.talk, FROM_CLIENT, c + 1, s + 1), c);
		break;
	case 2:
		shoot(FROM_CLIENT, talk_fin(&scene.talk, FROM_CLIENT, c, s), c);
		shoot(FROM_SERVER, talk_fin(&scene.talk, FROM_SERVER, s, c), s);
		shoot(FROM_CLIENT, talk_ack(&scene.talk, FROM_CLIENT, c + 1, s + 1), c);
		shoot(FROM_SERVER, talk_ack(&scene.talk, FROM_SERVER, s + 1, c + 1), s);
		break;
	case 3:
		shoot(FROM_CLIENT, talk_rst(&scene.talk, FROM_CLIENT, c), c);
		break;
	default:
		break;
	}
}

static struct plan
make_plan(struct dice *d)
{
	struct plan p = { .copies = dice_throw(d, 2) == 0,
		.lies = dice_throw(d, 4) == 0,
		.reorders = dice_throw(d, 2) == 0,
		.loses = dice_throw(d, 2) == 0,
		.late = dice_throw(d, 6) == 0,
		.keep_alives = dice_throw(d, 3) == 0,
		.zero_windows = dice_throw(d, 3) == 0,
		.fast_open = dice_throw(d, 4) == 0,
		.one_sided = dice_throw(d, 5) == 0,
		.seen = (enum direction)dice_throw(d, 2),
		.goodbye = dice_throw(d, 4) };

	/* A lie counts when it comes first, and a beginning is the first octet that comes: order must hold for both. */
	if (p.lies || p.late)
		p.reorders = false;
	if (p.lies)
		p.loses = p.late = p.keep_alives = false;
	return p;
}

static void
make_scene(uint64_t seed)
{
	memset(&scene, 0, sizeof(scene));
	scene.dice = dice_new(seed);
	for (int i = 0; i < 20; i++)
		(void)dice_throw(&scene.dice, 2);
	scene.plan = make_plan(&scene.dice);
	/* Every third one wraps soon. */
	scene.talk = talk_new(seed % 3 == 0 ? UINT32_MAX - dice_throw(&scene.dice, 1000) : dice_throw(&scene.dice, 1u << 31),
	    dice_throw(&scene.dice, 2) == 0 ? UINT32_MAX - dice_throw(&scene.dice, 1000) : (uint32_t)seed);
	scene.talk.step = 10;
	scene.talk.window_scale = dice_throw(&scene.dice, 2) == 0 ? 7 : 255;
	for (unsigned i = 0; i < RIG_OCTETS; i++)
		for (int d = 0; d < 2; d++) {
			/* Never 0: alone, it is taken for a keep-alive's. */
			scene.truth.octets[d][i] = (uint8_t)(1 + dice_throw(&scene.dice, 255));
			scene.lie[d][i] = (uint8_t)~scene.truth.octets[d][i];
		}
	say_hello();
	for (unsigned turns = 1 + dice_throw(&scene.dice, 8); turns > 0; turns--)
		take_turn(turns % 2 != 0 ? FROM_SERVER : FROM_CLIENT);
	say_goodbye();
}

static int
by_place(const void *a, const void *b)
{
	const struct shot *one = a, *other = b;

	return (one->place > other->place) - (one->place < other->place);
}

static void
capture_badly(void)
{
	unsigned first = scene.plan.late ? dice_throw(&scene.dice, scene.count) : 0;

	for (unsigned i = 0; i < scene.count; i++) {
		struct shot *s = &scene.shots[i];

		s->lost = i < first || (scene.plan.one_sided && s->from != scene.plan.seen);
		/* The handshake stays in its place: without it the first octet would be the first to come. */
		if (scene.plan.loses && i >= 3 && dice_throw(&scene.dice, 10) == 0)
			s->lost = true;
		if (scene.plan.reorders && i >= 3 && dice_throw(&scene.dice, 4) == 0)
			s->place += 1000 * dice_throw(&scene.dice, HORIZON) + 1;
	}
	qsort(scene.shots, scene.count, sizeof(scene.shots[0]), by_place);
}

/* What is to come out: of a side whose SYN was not captured, from the first octet that was. */
static void
note_what_was_captured(void)
{
	bool known[2] = { false, false };

	for (unsigned i = 0; i < scene.count; i++) {
		const struct shot *s = &scene.shots[i];

		scene.truth.fin_lost[s->from] |= s->lost && (s->packet.flags & TCP_FIN) != 0;
		if (s->lost)
			continue;
		if (!known[s->from] && ((s->packet.flags & TCP_SYN) != 0 || (s->packet.payload.len > 0 && !s->lies))) {
			known[s->from] = true;
			scene.truth.origin[s->from] = (s->packet.flags & TCP_SYN) != 0 ? 0 : s->at;
		}
		for (size_t k = 0; k < s->packet.payload.len && !s->lies; k++)
			scene.truth.captured[s->from][s->at + k] = true;
	}
}

/* One dialogue, packet by packet, for who looks for what went wrong. */
static void
tell(void)
{
	for (unsigned i = 0; i < scene.count; i++) {
		const struct shot *s = &scene.shots[i];

		printf("%3u %c%s%s at %u len %zu ack %u flags %02x\n", i, s->from == FROM_CLIENT ? 'C' : 'S',
		    s->lost ? " lost" : "", s->lies ? " lies" : "", s->at, s->packet.payload.len,
		    s->packet.acknowledged - scene.talk.initial[direction_other(s->from)] - 1, s->packet.flags);
	}
	(void)fflush(stdout);
}

static void
play(uint64_t seed)
{
	usec_t now;

	make_scene(seed);
	capture_badly();
	note_what_was_captured();
	rig_begin(&rig, &scene.truth);
	now = scene.talk.time;
	for (unsigned i = 0; i < scene.count; i++) {
		struct packet p = scene.shots[i].packet;

		p.time = now += scene.talk.step;
		if (!scene.shots[i].lost)
			rig_push(&rig, &p);
		if (rig.wrong[0] == '\0' && rig.stream != NULL && scene.plan.one_sided &&
		    !stream_is_one_sided(rig.stream))
			ck_abort_msg("GENERATOR_SEED=%llu: not one-sided", (unsigned long long)seed);
	}
	rig_finish(&rig);
	met.dialogues++;
	met.with_gaps += rig.missing[0] + rig.missing[1] > 0;
	met.with_conflicts += rig.oddities[0][STREAM_CONFLICT] + rig.oddities[1][STREAM_CONFLICT] > 0;
	met.one_sided += scene.plan.one_sided && rig.at[0] + rig.at[1] > 0;
	met.late += scene.truth.origin[0] + scene.truth.origin[1] > 0;
	if (rig.oddities[0][STREAM_CEILING] + rig.oddities[1][STREAM_CEILING] > 0 ||
	    rig.oddities[0][STREAM_WILD] + rig.oddities[1][STREAM_WILD] > 0)
		ck_abort_msg("GENERATOR_SEED=%llu: something was taken for wild", (unsigned long long)seed);
	if (!scene.plan.lies && rig.oddities[0][STREAM_CONFLICT] + rig.oddities[1][STREAM_CONFLICT] > 0)
		ck_abort_msg("GENERATOR_SEED=%llu: a conflict where nobody lied", (unsigned long long)seed);
	if (rig.wrong[0] != '\0' && getenv("GENERATOR_SEED") != NULL)
		tell();
	if (rig.opened > 1)
		ck_abort_msg("GENERATOR_SEED=%llu: %u flows", (unsigned long long)seed, rig.opened);
	if (rig.wrong[0] != '\0')
		ck_abort_msg("GENERATOR_SEED=%llu: %s", (unsigned long long)seed, rig.wrong);
}

START_TEST(test_dialogues)
{
	const char *one = getenv("GENERATOR_SEED"), *many = getenv("GENERATOR_ROUNDS");
	uint64_t rounds = many != NULL ? strtoull(many, NULL, 10) : 3000;

	if (one != NULL) {
		play(strtoull(one, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= rounds; seed++)
		play(seed);
	ck_assert_uint_gt(met.with_gaps, met.dialogues / 10);
	ck_assert_uint_gt(met.with_conflicts, met.dialogues / 40);
	ck_assert_uint_gt(met.one_sided, met.dialogues / 10);
	ck_assert_uint_gt(met.late, met.dialogues / 20);
}
END_TEST

static void
add_tests(TCase *tests)
{
	if (getenv("GENERATOR_ROUNDS") != NULL)
		tcase_set_timeout(tests, 0);
	tcase_add_test(tests, test_dialogues);
}

CHECK_MAIN("stream/generator", add_tests)
