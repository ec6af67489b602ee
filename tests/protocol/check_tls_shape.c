/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions as sizes: what real clients do stands in tests/long/long_estimate.
 */
#include "protocol/tls_shape.h"

#include "support/check_main.h"

static struct tls_shape shape;
static struct estimate_report report;
static usec_t now;

static void
begin(void)
{
	shape = (struct tls_shape){ 0 };
	now = USEC_PER_SEC;
}

static void
say(enum direction from, uint16_t len)
{
	now += 1000;
	tls_shape_record(&shape, from, len, now);
}

static void
turn(uint16_t flight, uint16_t burst)
{
	say(FROM_CLIENT, flight);
	say(FROM_SERVER, burst);
}

static const struct estimate_report *
end(bool sends, bool fetches)
{
	tls_shape_report(&shape, sends, fetches, &report);
	return &report;
}

static void
greet(void)
{
	say(FROM_SERVER, 120);
	turn(50, 300);
	turn(45, 90);
}

/* Within three of the truth. */
static void
assert_near(uint64_t got, uint64_t want)
{
	ck_assert_msg(got + 3 >= want && got <= want + 3, "%llu, not %llu", (unsigned long long)got, (unsigned long long)want);
}

START_TEST(one_by_one)
{
	begin();
	greet();
	for (int i = 0; i < 200; i++)
		turn((uint16_t)(44 + (i > 9) + (i > 99)), (uint16_t)(1000 + i * 37));
	turn(30, 60);
	ck_assert(end(false, true)->has_fetched);
	assert_near(report.fetched, 200);
	ck_assert(!report.has_sent);
	ck_assert_int_eq(report.pattern, ESTIMATE_BATCH);
	ck_assert_uint_eq(report.commands, 203);
	ck_assert_uint_eq(report.bursts, 204);
	ck_assert_uint_eq(report.records[FROM_SERVER], 204);
	ck_assert_uint_eq(report.burst_sizes[0], 3);
}
END_TEST

/* RETR, DELE; and header, text, flags, as fetchmail goes about it. */
START_TEST(cycles)
{
	begin();
	greet();
	for (int i = 0; i < 150; i++) {
		turn(28, 5000);
		turn(28, 60);
	}
	ck_assert(end(false, true)->has_fetched);
	assert_near(report.fetched, 150);
	begin();
	greet();
	for (int i = 0; i < 150; i++) {
		turn(47, (uint16_t)(230 + i % 40));
		turn(49, 6000);
		turn(48, 100);
	}
	ck_assert(end(false, true)->has_fetched);
	/* Some of the headers are as short as a status: there it loses the thread for a while. */
	assert_near(report.fetched, 155);
	begin();
	greet();
	for (int i = 0; i < 150; i++) {
		turn(40, 300);
		turn(60, 700);
		turn(70, 9000);
		turn(48, 100);
	}
	/* Until the cycle is known, each of its turns that has more than a status in it counts. */
	assert_near(end(false, true)->fetched, 155);
}
END_TEST

/* Commands without waiting for the answers: no number. */
START_TEST(pipelined)
{
	begin();
	greet();
	for (int i = 0; i < 40; i++) {
		for (int k = 0; k < 4; k++)
			say(FROM_CLIENT, 48);
		for (int k = 0; k < 4; k++)
			say(FROM_SERVER, 4000);
	}
	ck_assert(!end(false, true)->has_fetched);
	ck_assert_uint_eq(report.fetched, 0);
	ck_assert_int_eq(report.pattern, ESTIMATE_BATCH);
	/* Several in one record */
	begin();
	greet();
	for (int i = 0; i < 40; i++)
		turn(141, 16000);
	ck_assert(!end(false, true)->has_fetched);
	/* All with one command */
	begin();
	greet();
	turn(48, 400);
	for (int i = 0; i < 500; i++)
		say(FROM_SERVER, 16000);
	ck_assert(!end(false, true)->has_fetched);
	ck_assert_int_eq(report.pattern, ESTIMATE_BATCH);
	ck_assert_uint_eq(report.burst_sizes[ESTIMATE_SIZES - 1], 1);
	/* The same behind many small turns that have nothing in them */
	begin();
	greet();
	for (int i = 0; i < 100; i++)
		turn(48, 100);
	for (int i = 0; i < 500; i++)
		say(FROM_SERVER, 16000);
	ck_assert(!end(false, true)->has_fetched);
}
END_TEST

START_TEST(sent)
{
	begin();
	say(FROM_SERVER, 60);
	turn(40, 200);
	turn(1500, 50); /* a token */
	for (int i = 0; i < 30; i++) {
		turn(60, 40);
		turn(60, 40);
		turn(25, 50);
		say(FROM_CLIENT, 16000);
		turn((uint16_t)(500 + i), 70);
	}
	/* Many recipients at once */
	turn(900, 500);
	ck_assert(end(true, false)->has_sent);
	ck_assert_uint_eq(report.sent, 30);
	ck_assert(!report.has_fetched);
}
END_TEST

START_TEST(patterns)
{
	begin();
	greet();
	ck_assert_int_eq(end(false, true)->pattern, ESTIMATE_UNKNOWN);
	/* IDLE: the client ends a wait of minutes */
	for (int i = 0; i < 3; i++) {
		now += 29 * 60 * USEC_PER_SEC;
		turn(30, 60);
	}
	ck_assert_int_eq(end(false, true)->pattern, ESTIMATE_INTERACTIVE);
	ck_assert_uint_eq(report.idle_periods, 3);
	ck_assert_int_eq(report.idle / USEC_PER_SEC, 3 * 29 * 60);
	begin();
	greet();
	for (int i = 0; i < 10; i++) {
		now += 5 * USEC_PER_SEC;
		turn(48, 5000);
	}
	ck_assert_int_eq(end(false, true)->pattern, ESTIMATE_INTERACTIVE);
	ck_assert_uint_eq(report.idle_periods, 0);
}
END_TEST

/* What was lost may have been anything. */
START_TEST(lost)
{
	begin();
	greet();
	for (int i = 0; i < 200; i++)
		turn(45, 4000);
	ck_assert(end(false, true)->has_fetched);
	tls_shape_lost(&shape);
	turn(45, 4000);
	ck_assert(!end(false, true)->has_fetched);
	ck_assert(!report.has_sent);
	ck_assert_int_eq(report.pattern, ESTIMATE_UNKNOWN);
	ck_assert_uint_eq(report.records[FROM_CLIENT], 202);
}
END_TEST

/* Where the port says nothing, volume does. */
START_TEST(by_volume)
{
	begin();
	greet();
	for (int i = 0; i < 100; i++)
		turn(45, 4000);
	ck_assert(end(false, false)->has_fetched);
	begin();
	greet();
	for (int i = 0; i < 100; i++)
		turn(4000, 45);
	ck_assert(!end(false, false)->has_fetched);
	ck_assert(report.has_sent);
	assert_near(report.sent, 100);
}
END_TEST

START_TEST(small)
{
	ck_assert_uint_le(sizeof(struct tls_shape), 224);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, one_by_one);
	tcase_add_test(tests, cycles);
	tcase_add_test(tests, pipelined);
	tcase_add_test(tests, sent);
	tcase_add_test(tests, patterns);
	tcase_add_test(tests, lost);
	tcase_add_test(tests, by_volume);
	tcase_add_test(tests, small);
}

CHECK_MAIN("protocol/tls_shape", add_tests)
