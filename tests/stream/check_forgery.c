/* SPDX-License-Identifier: Apache-2.0
 *
 * Somebody who is not one of the two puts one segment into a dialogue: at any point, in either one's name, of any kind,
 * at many numbers. It stays one stream, whose two sides are heard to the last octet, without a gap.
 */
#include <stdio.h>
#include <string.h>

#include "support/check_main.h"
#include "support/rig.h"
#include "support/segments.h"

#define C FROM_CLIENT
#define S FROM_SERVER
#define PACKETS 32

static struct rig_truth truth;
static struct rig rig;
static struct packet packets[PACKETS];
static unsigned count;
static struct talk talk;

static void
say(enum direction from, unsigned len)
{
	enum direction to = direction_other(from);
	unsigned at = truth.len[from];

	packets[count++] = talk_data(&talk, from, at, truth.len[to], bytes_of(truth.octets[from] + at, len));
	memset(truth.captured[from] + at, true, len);
	truth.len[from] += len;
}

static void
make_dialogue(uint32_t client_initial, uint32_t server_initial, uint8_t scale)
{
	truth = (struct rig_truth){ 0 };
	count = 0;
	talk = talk_new(client_initial, server_initial);
	talk.window_scale = scale;
	for (unsigned i = 0; i < RIG_OCTETS; i++) {
		truth.octets[C][i] = (uint8_t)('a' + i % 23);
		truth.octets[S][i] = (uint8_t)('A' + i % 19);
	}
	packets[count++] = talk_syn(&talk, C);
	packets[count++] = talk_syn_ack(&talk, S);
	packets[count++] = talk_ack(&talk, C, 0, 0);
	say(S, 40);
	say(C, 20);
	say(S, 60);
	say(C, 30);
	say(S, 10);
	say(C, 700);
	say(C, 700);
	packets[count++] = talk_ack(&talk, S, truth.len[S], truth.len[C]);
	say(C, 5);
	say(S, 30);
	say(C, 6);
	say(S, 15);
	packets[count++] = talk_fin(&talk, S, truth.len[S], truth.len[C]);
	packets[count++] = talk_fin(&talk, C, truth.len[C], truth.len[S] + 1);
	packets[count++] = talk_ack(&talk, S, truth.len[S] + 1, truth.len[C] + 1);
}

enum kind { A_RST, A_RST_ACK, A_FIN, A_SYN, A_SYN_ACK, AN_ACK, WILD_DATA, KINDS };

/* Where one side stands before packet number `point`. */
static uint32_t
number_at(unsigned point, enum direction d)
{
	uint32_t number = talk.initial[d];

	for (unsigned i = 0; i < point; i++) {
		const struct packet *p = &packets[i];

		if (endpoint_compare(&p->source, &talk.ends[d]) == 0)
			number = p->sequence + (uint32_t)p->payload.len + ((p->flags & (TCP_SYN | TCP_FIN)) != 0);
	}
	return number;
}

static struct packet
forge(enum kind kind, unsigned point, enum direction d, uint32_t offset, uint32_t ack_offset)
{
	static const uint8_t flags[KINDS] = { TCP_RST, TCP_RST | TCP_ACK, TCP_FIN | TCP_ACK, TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK,
		TCP_ACK };
	struct packet p = { .source = talk.ends[d],
		.destination = talk.ends[direction_other(d)],
		.flags = flags[kind],
		.sequence = number_at(point, d) + offset,
		.window = 1000,
		.window_scale = 255,
		.wire_len = 60,
		.time = point < count ? packets[point].time - 1 : packets[count - 1].time + 1 };

	if ((p.flags & TCP_ACK) != 0)
		p.acknowledged = number_at(point, direction_other(d)) + ack_offset;
	if (kind == WILD_DATA)
		p.payload = BYTES("MAIL FROM:<forged@example.net>\r\n");
	return p;
}

static unsigned failures;

static void
play(enum kind kind, unsigned point, enum direction d, uint32_t offset, uint32_t ack_offset)
{
	struct packet forged = forge(kind, point, d, offset, ack_offset);

	rig_begin(&rig, &truth);
	for (unsigned i = 0; i < count; i++) {
		if (i == point)
			rig_push(&rig, &forged);
		rig_push(&rig, &packets[i]);
	}
	rig_finish(&rig);
	if (rig.wrong[0] == '\0' && rig.streams == 1 && rig.missing[0] + rig.missing[1] == 0)
		return;
	if (failures++ < 5)
		printf("kind %d before packet %u in the name of %c, %u on, acknowledging %u on: %s, %u streams, %u missing\n", kind,
	    point, "CS"[d], offset, ack_offset, rig.wrong, rig.streams, (unsigned)(rig.missing[0] + rig.missing[1]));
}

/* Numbers from where the side stands: at it, around it, a window away, half the space away. */
static const uint32_t offsets[] = { 0, 1, 2, 100, 5000, 60000, 70000, 1000000, 0x40000000, 0x80000000, UINT32_MAX,
	UINT32_MAX - 100, UINT32_MAX - 70000 };
#define OFFSETS (sizeof(offsets) / sizeof(offsets[0]))

START_TEST(test_one_forged_segment)
{
	static const uint32_t wild[] = { 1000000, 0x40000000, 0x80000000, UINT32_MAX - 1000000 };

	make_dialogue(_i == 0 ? 1000 : UINT32_MAX - 30, _i == 0 ? 777777777 : UINT32_MAX - 50, _i == 0 ? 255 : 2);
	for (unsigned point = 0; point < count; point++)
		for (int d = 0; d < 2; d++) {
			for (int kind = A_RST; kind < WILD_DATA; kind++)
				for (size_t i = 0; i < OFFSETS; i++)
					for (size_t k = 0; k < OFFSETS; k++) {
						if (kind == A_SYN && k > 0)
							continue;
						play((enum kind)kind, point, (enum direction)d, offsets[i], offsets[k]);
					}
			/* Octets where true ones could be are nobody's to tell apart. */
			for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]) && point > 2; i++)
				for (size_t k = 0; k < OFFSETS; k++)
					play(WILD_DATA, point, (enum direction)d, wild[i], offsets[k]);
		}
	ck_assert_uint_eq(failures, 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_one_forged_segment, 0, 2);
}

CHECK_MAIN("stream/forgery", add_tests)
