/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/echo.h"

#include "support/check_main.h"
#include "support/segments.h"

static struct echo *echo;
static struct talk talk;

static void
begin(void)
{
	echo = echo_new();
	ck_assert_ptr_nonnull(echo);
	talk = talk_new(1000, 5000);
}

static bool
is_twin(struct packet p, usec_t later)
{
	p.time += later;
	return echo_is_twin(echo, &p);
}

static struct packet
numbered(struct packet p, uint16_t id)
{
	p.ip_id = id;
	return p;
}

START_TEST(test_same_frame_twice)
{
	struct packet data, ack;

	begin();
	data = numbered(talk_data(&talk, FROM_CLIENT, 0, 0, BYTES("HELO x\r\n")), 77);
	ack = numbered(talk_ack(&talk, FROM_SERVER, 0, 8), 78);
	ck_assert(!is_twin(data, 0));
	ck_assert(!is_twin(ack, 0));
	ck_assert(is_twin(data, 3));
	ck_assert(is_twin(ack, ECHO_SPAN));
	ck_assert(is_twin(data, -ECHO_SPAN)); /* the other port's clock */
	data.vlan[0] = 9;
	data.vlans = 1;
	data.wire_len += 4;
	ck_assert(is_twin(data, 5));
	ck_assert(!is_twin(data, ECHO_SPAN + 1));
	ck_assert(is_twin(data, ECHO_SPAN + 1)); /* that was noted anew */
	echo_free(echo);
}
END_TEST

/* Whatever differs makes it another packet. */
START_TEST(test_each_field_counts)
{
	struct packet first, p;
	char text[] = "MAIL FROM:<a@b.example>\r\n";

	begin();
	first = numbered(talk_data(&talk, FROM_CLIENT, 0, 0, bytes_of(text, 26)), 77);
	for (int i = 0; i < 14; i++) {
		echo_free(echo);
		echo = echo_new();
		p = first;
		ck_assert(!is_twin(first, 0));
		switch (i) {
		case 0: p.ip_id++; break;
		case 1: p.sequence++; break;
		case 2: p.acknowledged++; break;
		case 3: p.flags |= TCP_URG; break;
		case 4: p.checksum++; break;
		case 5: p.window++; break;
		case 6: p.source.port++; break;
		case 7: p.destination.port++; break;
		case 8: p.source.address.ip[3]++; break;
		case 9: p.destination.address.ip[15]++; break;
		case 10: p.payload.len--; break;
		case 11: p.payload_cut++; break;
		case 12: text[0] ^= 1; break;
		default: text[25] ^= 1; break;
		}
		ck_assert_msg(!is_twin(p, 1), "field %d", i);
		ck_assert(is_twin(p, 1));
	}
	echo_free(echo);
}
END_TEST

START_TEST(test_without_identification)
{
	struct packet data, ack, rst;

	begin();
	data = talk_data(&talk, FROM_SERVER, 0, 0, BYTES("220 x\r\n"));
	ack = talk_ack(&talk, FROM_CLIENT, 0, 7);
	rst = talk_rst(&talk, FROM_CLIENT, 0);
	ck_assert(!is_twin(data, 0));
	ck_assert(is_twin(data, ECHO_SPAN_UNNUMBERED));
	ck_assert(!is_twin(data, ECHO_SPAN_UNNUMBERED + 1)); /* sent again by its host */
	for (int i = 0; i < 4; i++) {
		ck_assert(!is_twin(ack, 0)); /* each of them says that a segment is missing */
		ck_assert(!is_twin(rst, 0));
	}
	ck_assert(!is_twin(talk_syn(&talk, FROM_CLIENT), 0));
	talk.time -= talk.step;
	ck_assert(is_twin(talk_syn(&talk, FROM_CLIENT), 0));
	ck_assert(!is_twin(talk_fin(&talk, FROM_CLIENT, 0, 7), 0));
	talk.time -= talk.step;
	ck_assert(is_twin(talk_fin(&talk, FROM_CLIENT, 0, 7), 0));
	echo_free(echo);
}
END_TEST

/* Among few packets hardly one is forgotten, and never is a new one taken for an old. */
START_TEST(test_many)
{
	unsigned forgotten = 0;

	begin();
	for (unsigned i = 0; i < 100000; i++) {
		struct packet p = numbered(talk_ack(&talk, FROM_CLIENT, i, 0), (uint16_t)(i | 1)), other = p;

		if (echo_is_twin(echo, &p))
			ck_abort_msg("packet %u", i);
		for (unsigned k = 1; k < 4; k++) {
			other.sequence = p.sequence + 1000000 * k;
			if (echo_is_twin(echo, &other))
				ck_abort_msg("packet %u", i);
		}
		forgotten += !echo_is_twin(echo, &p);
	}
	ck_assert_uint_lt(forgotten, 500);
	echo_free(echo);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, test_same_frame_twice);
	tcase_add_test(tests, test_each_field_counts);
	tcase_add_test(tests, test_without_identification);
	tcase_add_test(tests, test_many);
}

CHECK_MAIN("flow/echo", add_tests)
