/* SPDX-License-Identifier: Apache-2.0
 *
 * Datagrams cut in whatever way and order come out whole; what overlaps is dropped with all that belongs to it; and each
 * ceiling has its count.
 */
#include "decode/fragments.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"

static struct fragment_limits limits;
static struct fragments *f;
static uint8_t text[65536];

static void
setup(void)
{
	limits = (struct fragment_limits){ .max = 8, .memory = 1 << 20, .timeout = 30 * USEC_PER_SEC };
	f = fragments_new(&limits);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(i * 2654435761u >> 13);
}

static void
teardown(void)
{
	fragments_free(f);
}

static struct fragment
part_of(uint32_t id, uint32_t offset, uint32_t len, bool more)
{
	return (struct fragment){ .source = address_v4((uint8_t[]){ 10, 0, 0, 1 }),
		.destination = address_v4((uint8_t[]){ 10, 0, 0, 2 }), .id = id, .protocol = 6, .version = 4, .offset = offset,
		.more = more, .data = bytes_of(text + offset, len), .time = USEC_PER_SEC };
}

static enum fragment_result
take(const struct fragment *part, struct bytes *whole)
{
	struct guard g = guard_new(part->data);
	struct fragment copy = *part;
	uint8_t protocol = 0;
	enum fragment_result r;

	copy.data = g.bytes;
	r = fragments_take(f, &copy, whole, &protocol);
	guard_free(&g); /* nothing of the part is needed any more */
	if (r == FRAGMENT_COMPLETES)
		ck_assert_uint_eq(protocol, 6);
	return r;
}

static enum fragment_result
give(uint32_t id, uint32_t offset, uint32_t len, bool more)
{
	struct fragment part = part_of(id, offset, len, more);
	struct bytes whole;

	return take(&part, &whole);
}

static uint32_t seed = 1;

static uint32_t
chance(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

/* Random cuts, orders and copies of datagrams of random length. */
START_TEST(any_cut_and_order)
{
	for (uint32_t round = 0; round < 2000; round++) {
		uint32_t cuts[64], count = 0, at = 0, len = 1 + chance(round % 10 == 0 ? 65535 : 3000), order[64];
		struct bytes whole = { 0 };
		bool done = false;

		while (at < len && count < 63) {
			cuts[count++] = at;
			at += 8 * (1 + chance(1 + len / 60));
		}
		cuts[count] = len;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t k = chance(i + 1);

			order[i] = order[k];
			order[k] = i;
		}
		for (uint32_t i = 0; i < count; i++) {
			uint32_t n = order[i];
			struct fragment part = part_of(round, cuts[n], cuts[n + 1] - cuts[n], n + 1 < count);
			enum fragment_result r = take(&part, &whole);

			ck_assert_msg(r == (i + 1 < count ? FRAGMENT_WAITS : FRAGMENT_COMPLETES), "round %u part %u of %u", round, i, count);
			done = r == FRAGMENT_COMPLETES;
			if (!done && chance(4) == 0)
				ck_assert_int_eq(take(&part, &whole), FRAGMENT_WAITS); /* a copy is none the worse */
		}
		ck_assert(done && bytes_equal(whole, bytes_of(text, len)));
	}
	ck_assert_uint_eq(fragments_counters(f).datagrams, 2000);
	ck_assert_uint_eq(fragments_counters(f).overlaps, 0);
	ck_assert_uint_eq(fragments_counters(f).waiting, 0);
	ck_assert_uint_eq(fragments_counters(f).waiting_bytes, 0);
}
END_TEST

/* Each way in which a part may lie across another; afterwards not even the missing part helps. */
START_TEST(overlaps_are_dropped)
{
	static const struct {
		uint32_t offset, len;
		bool more;
	} attacks[] = {
		{ 0, 16, true }, { 8, 16, true }, { 16, 16, true }, { 24, 16, true }, { 0, 48, true }, { 16, 8, true },
		{ 16, 4, false },  /* an end before what is there */
		{ 16, 8, false },
	};

	for (uint32_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		ck_assert_int_eq(give(i, 8, 24, true), FRAGMENT_WAITS);
		ck_assert_msg(give(i, attacks[i].offset, attacks[i].len, attacks[i].more) == FRAGMENT_OVERLAPS, "attack %u", i);
		ck_assert_int_eq(give(i, 8, 24, true), FRAGMENT_WAITS);
		ck_assert_int_eq(give(i, 0, 8, true), FRAGMENT_WAITS);
		ck_assert_int_eq(give(i, 32, 8, false), FRAGMENT_WAITS);
		ck_assert_uint_eq(fragments_counters(f).overlaps, i + 1);
	}
	ck_assert_uint_eq(fragments_counters(f).datagrams, 0);
	ck_assert_uint_eq(fragments_counters(f).waiting_bytes, 0);
}
END_TEST

START_TEST(a_copy_with_other_octets_is_no_copy)
{
	struct fragment part = part_of(1, 0, 16, true);
	uint8_t other[16];
	struct bytes whole;

	ck_assert_int_eq(take(&part, &whole), FRAGMENT_WAITS);
	ck_assert_int_eq(take(&part, &whole), FRAGMENT_WAITS);
	memcpy(other, text, 16);
	other[15] ^= 1;
	part.data = bytes_of(other, 16);
	ck_assert_int_eq(take(&part, &whole), FRAGMENT_OVERLAPS);
}
END_TEST

START_TEST(two_ends_contradict)
{
	ck_assert_int_eq(give(1, 16, 8, false), FRAGMENT_WAITS);
	ck_assert_int_eq(give(1, 24, 8, true), FRAGMENT_OVERLAPS);
	ck_assert_int_eq(give(2, 16, 8, false), FRAGMENT_WAITS);
	ck_assert_int_eq(give(2, 32, 8, false), FRAGMENT_OVERLAPS);
}
END_TEST

/* Same numbers, other datagrams: by address, protocol, version, VLAN. */
START_TEST(datagrams_are_told_apart)
{
	struct fragment first = part_of(9, 0, 8, true), last = part_of(9, 8, 8, false), other;
	struct bytes whole;

	ck_assert_int_eq(take(&first, &whole), FRAGMENT_WAITS);
	other = last;
	other.source.ip[3] = 9;
	ck_assert_int_eq(take(&other, &whole), FRAGMENT_WAITS);
	other = last;
	other.protocol = 17;
	ck_assert_int_eq(take(&other, &whole), FRAGMENT_WAITS);
	other = last;
	other.vlan = 7;
	ck_assert_int_eq(take(&other, &whole), FRAGMENT_WAITS);
	other = last;
	other.version = 6;
	ck_assert_int_eq(take(&other, &whole), FRAGMENT_WAITS);
	ck_assert_uint_eq(fragments_counters(f).waiting, 5);
	ck_assert_int_eq(take(&last, &whole), FRAGMENT_COMPLETES);
	ck_assert(bytes_equal(whole, bytes_of(text, 16)));
}
END_TEST

/* In IPv6 only the first part says what the datagram carries. */
START_TEST(the_first_part_names_the_protocol)
{
	struct fragment first = part_of(9, 0, 8, true), last = part_of(9, 8, 8, false);
	struct bytes whole;
	uint8_t protocol = 0;

	first.version = last.version = 6;
	last.protocol = 60;
	ck_assert_int_eq(fragments_take(f, &first, &whole, &protocol), FRAGMENT_WAITS);
	ck_assert_int_eq(fragments_take(f, &last, &whole, &protocol), FRAGMENT_COMPLETES);
	ck_assert_uint_eq(protocol, 6);
}
END_TEST

START_TEST(parts_of_no_use)
{
	struct fragment cut = part_of(1, 0, 8, true);
	struct bytes whole;

	cut.cut = 4;
	ck_assert_int_eq(take(&cut, &whole), FRAGMENT_WAITS);
	ck_assert_int_eq(give(1, 0, 7, true), FRAGMENT_WAITS);
	ck_assert_int_eq(give(1, 0, 0, true), FRAGMENT_WAITS);
	ck_assert_int_eq(give(1, 65528, 8, false), FRAGMENT_WAITS);
	ck_assert_uint_eq(fragments_counters(f).cut, 1);
	ck_assert_uint_eq(fragments_counters(f).bad, 3);
	ck_assert_uint_eq(fragments_counters(f).waiting, 0);
	ck_assert_int_eq(give(1, 65520, 15, false), FRAGMENT_WAITS);
	ck_assert_uint_eq(fragments_counters(f).waiting, 1);
}
END_TEST

START_TEST(age)
{
	struct fragment late = part_of(2, 0, 8, true);
	struct bytes whole;

	ck_assert_int_eq(give(1, 0, 8, true), FRAGMENT_WAITS);
	late.time += 30 * USEC_PER_SEC;
	ck_assert_int_eq(take(&late, &whole), FRAGMENT_WAITS);
	ck_assert_uint_eq(fragments_counters(f).timed_out, 0);
	late.time += 1;
	late.id = 3;
	ck_assert_int_eq(take(&late, &whole), FRAGMENT_WAITS);
	ck_assert_uint_eq(fragments_counters(f).timed_out, 1);
	ck_assert_uint_eq(fragments_counters(f).waiting, 2);
	/* The numbers of a datagram that was given up serve another. */
	ck_assert_int_eq(give(1, 8, 8, false), FRAGMENT_WAITS);
	ck_assert_int_eq(give(1, 0, 8, true), FRAGMENT_COMPLETES);
}
END_TEST

START_TEST(ceilings)
{
	for (uint32_t i = 0; i < 20; i++)
		ck_assert_int_eq(give(i, 0, 8, true), FRAGMENT_WAITS);
	ck_assert_uint_eq(fragments_counters(f).waiting, 8);
	ck_assert_uint_eq(fragments_counters(f).gave_way, 12);
	ck_assert_int_eq(give(19, 8, 8, false), FRAGMENT_COMPLETES);
	/* Octets: far ends need room up to there; the older ones give it. */
	limits.memory = 200000;
	for (uint32_t i = 100; i < 106; i++) {
		ck_assert_int_eq(give(i, 60000, 8, true), FRAGMENT_WAITS);
		ck_assert_uint_le(fragments_counters(f).waiting_bytes, limits.memory);
	}
	ck_assert_int_eq(give(105, 60008, 8, false), FRAGMENT_WAITS);
	ck_assert_uint_ge(fragments_counters(f).gave_way, 15);
	/* One alone that is too large goes itself. */
	limits.memory = 1000;
	ck_assert_int_eq(give(200, 0, 8, true), FRAGMENT_WAITS);
	ck_assert_uint_eq(fragments_counters(f).waiting_bytes, 0);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, any_cut_and_order);
	tcase_add_test(tests, overlaps_are_dropped);
	tcase_add_test(tests, a_copy_with_other_octets_is_no_copy);
	tcase_add_test(tests, two_ends_contradict);
	tcase_add_test(tests, datagrams_are_told_apart);
	tcase_add_test(tests, the_first_part_names_the_protocol);
	tcase_add_test(tests, parts_of_no_use);
	tcase_add_test(tests, age);
	tcase_add_test(tests, ceilings);
}

CHECK_MAIN("decode/fragments", add_tests)
