/* SPDX-License-Identifier: Apache-2.0
 *
 * A packet reaches its owner whole, the owner of both directions is the same one, and what finds no room is counted.
 */
#include "handover.h"

#include <string.h>

#include "capture/fanout.h"
#include "support/check_main.h"

#define WORKERS 3

static struct bell bells[WORKERS];
static struct bell *all[WORKERS];

static struct handover *
make(size_t size)
{
	struct handover *h;

	for (int i = 0; i < WORKERS; i++) {
		ck_assert(bell_init(&bells[i]));
		all[i] = &bells[i];
	}
	h = handover_new(WORKERS, size, all);
	ck_assert_ptr_nonnull(h);
	return h;
}

static void
gone(struct handover *h)
{
	handover_free(h);
	for (int i = 0; i < WORKERS; i++)
		bell_clear(&bells[i]);
}

static struct packet
packet_of(uint8_t host, uint16_t port, struct bytes payload)
{
	return (struct packet){ .time = port, .source = { address_v4((uint8_t[]){ 10, 0, 0, host }), port },
		.destination = { address_v4((uint8_t[]){ 192, 0, 2, 25 }), 25 }, .flags = TCP_ACK, .sequence = 77,
		.payload = payload };
}

struct got {
	unsigned count;
	struct packet last;
	char payload[64];
};

static void
take(void *arg, const struct packet *p)
{
	struct got *g = arg;

	g->count++;
	g->last = *p;
	if (p->payload.len > 0 && p->payload.len <= sizeof(g->payload))
		memcpy(g->payload, p->payload.at, p->payload.len);
}

START_TEST(whole)
{
	struct handover *h = make(65536);
	char text[] = "MAIL FROM:<a@example.com>\r\n";
	struct packet p = packet_of(1, 40000, bytes_of(text, sizeof(text))), bare = packet_of(2, 40001, (struct bytes){ 0 });
	struct got g = { 0 };

	ck_assert(handover_give(h, 0, 2, &p));
	ck_assert(handover_give(h, 0, 2, &bare));
	memset(text, 'x', sizeof(text));
	ck_assert(!bells[2].rung);
	handover_wake(h, 0);
	ck_assert(bells[2].rung && !bells[0].rung && !bells[1].rung);
	ck_assert_uint_eq(handover_take(h, 1, 10, true, take, &g), 0);
	ck_assert_uint_eq(handover_take(h, 2, 1, true, take, &g), 1);
	ck_assert_int_eq(g.last.source.port, 40000);
	ck_assert_uint_eq(g.last.sequence, 77);
	ck_assert_uint_eq(g.last.payload.len, sizeof(text));
	ck_assert_str_eq(g.payload, "MAIL FROM:<a@example.com>\r\n");
	ck_assert_uint_eq(handover_take(h, 2, 10, true, take, &g), 1);
	ck_assert_int_eq(g.last.source.port, 40001);
	ck_assert_uint_eq(g.last.payload.len, 0);
	ck_assert_uint_eq(handover_counters(h, 0).given, 2);
	ck_assert_uint_eq(handover_counters(h, 0).dropped, 0);
	gone(h);
}
END_TEST

START_TEST(no_room)
{
	struct handover *h = make(4096);
	static uint8_t much[1500];
	struct packet p = packet_of(1, 40000, bytes_of(much, sizeof(much)));
	struct got g = { 0 };
	unsigned given = 0;

	while (handover_give(h, 1, 0, &p))
		given++;
	ck_assert_uint_eq(given, 2);
	ck_assert_uint_eq(handover_counters(h, 1).given, 2);
	ck_assert_uint_eq(handover_counters(h, 1).dropped, 1);
	ck_assert_uint_eq(handover_take(h, 0, 10, true, take, &g), 2);
	ck_assert(handover_give(h, 1, 0, &p));
	gone(h);
}
END_TEST

/* Both directions have one owner, IPv6 as well; and the owners share the work. */
START_TEST(owners)
{
	struct handover *h = make(4096);
	unsigned share[WORKERS] = { 0 };

	for (unsigned i = 0; i < 3000; i++) {
		struct packet p = packet_of((uint8_t)(i % 250), (uint16_t)(30000 + i * 7), (struct bytes){ 0 }), back = p;
		uint8_t six[16] = { 0x20, 1, 0xd, 0xb8, (uint8_t)i };

		if (i % 2 == 1) {
			p.source.address = address_v6(six);
			six[15] = 9;
			p.destination.address = address_v6(six);
		}
		back.source = p.destination;
		back.destination = p.source;
		ck_assert_uint_eq(handover_owner(h, &p), handover_owner(h, &back));
		share[handover_owner(h, &p)]++;
	}
	for (int i = 0; i < WORKERS; i++)
		ck_assert_msg(share[i] > 800 && share[i] < 1200, "worker %d got %u of 3000", i, share[i]);
	gone(h);
}
END_TEST

/* Three workers, one of them behind: nothing is taken before it has caught up, and then all in the order of time. */
START_TEST(in_the_order_of_time)
{
	struct handover *h = make(65536);
	struct got g = { 0 };
	struct packet p;

	ck_assert(!handover_is_used(h));
	for (uint16_t t = 100; t < 130; t++) {
		p = packet_of(1, t, (struct bytes){ 0 });
		ck_assert(handover_give(h, t % 3, 1, &p));
	}
	ck_assert(handover_is_used(h));
	ck_assert(handover_waits(h, 1));
	ck_assert(!handover_waits(h, 0));
	handover_progress(h, 0, 129);
	handover_progress(h, 1, 200);
	ck_assert_uint_eq(handover_take(h, 1, 100, false, take, &g), 0);
	handover_progress(h, 2, 110);
	handover_progress(h, 2, 90); /* time does not go back */
	ck_assert_uint_eq(handover_take(h, 1, 100, false, take, &g), 11);
	ck_assert_int_eq(g.last.time, 110);
	handover_progress(h, 2, 1000);
	for (uint16_t t = 111; t < 130; t++) {
		ck_assert_uint_eq(handover_take(h, 1, 1, false, take, &g), 1);
		ck_assert_int_eq(g.last.time, t);
	}
	/* Who is behind for too long is not waited for: half a ring is full. */
	for (unsigned n = 0; handover_take(h, 1, 1, false, take, &g) == 0; n++) {
		p = packet_of(1, 5000, (struct bytes){ 0 });
		ck_assert(handover_give(h, 0, 1, &p));
		ck_assert_uint_lt(n, 2000);
	}
	ck_assert_uint_eq(handover_counters(h, 0).dropped, 0);
	gone(h);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, whole);
	tcase_add_test(tests, no_room);
	tcase_add_test(tests, in_the_order_of_time);
	tcase_add_test(tests, owners);
}

CHECK_MAIN("handover", add_tests)
