/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detectors.h"

#include <stdio.h>
#include <string.h>

#include "support/check_main.h"
#include "support/observations.h"
#include "support/restart.h"

#define MIB (UINT64_C(1) << 20)
#define HOUR (3600 * USEC_PER_SEC)

static struct network home[2];
static struct site site;
static struct detect_settings settings;
static struct alert_book *book;
static struct bell bell;
static void *detector;
static struct detector_context context;

/* Floors of 10 MiB per connection and 50 MiB per pair and hour. */
static void
setup(void)
{
	home[0] = network_of("10.0.0.0/8");
	home[1] = network_of("fd00::/8");
	site = (struct site){ .home = { home, 2 } };
	settings = (struct detect_settings){ .alerts = { .keys = 1000, .forget = 24 * HOUR },
		.upload_asymmetry = { .enabled = true, .pcr = 0.8, .bytes = 10 * MIB, .pair_bytes = 50 * MIB,
			.window = HOUR, .pairs = 64 } };
	bell.len = 0;
	book = alert_book_new(&settings.alerts, bell_note, &bell);
	context = (struct detector_context){ .settings = &settings, .site = &site, .alerts = book };
	detector = detector_upload_asymmetry.open(&context);
	ck_assert_ptr_nonnull(detector);
}

static void
teardown(void)
{
	detector_upload_asymmetry.close(detector);
	alert_book_free(book);
}

static void
observe_volume(struct scene *s, uint64_t sent, uint64_t received)
{
	struct observation o = scene_volume(s, sent, received);

	detector_upload_asymmetry.observe(detector, &o);
}

/* The n-th connection between two hosts, at this time. */
static struct scene
connection(const char *client, const char *server, unsigned n, usec_t time)
{
	struct scene s;

	scene_init(&s, client, server);
	s.session.client.port = (uint16_t)(10000 + n);
	s.session.id = identity_of(BYTES("connection"), bytes_of(&n, sizeof(n)));
	s.time = time;
	return s;
}

static struct scene
upload(void)
{
	return connection("10.0.0.5", "198.51.100.25", 0, SCENE_NOON);
}

START_TEST(a_large_upload_is_said_while_it_runs)
{
	struct scene s = upload();

	observe_volume(&s, 9 * MIB, 1000);
	ck_assert_uint_eq(bell.len, 0);
	observe_volume(&s, MIB - 1, 0);
	ck_assert_uint_eq(bell.len, 0);
	observe_volume(&s, 1, 0);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].rule, "upload_asymmetry");
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_str_eq(bell.at[0].key, "10.0.0.5 > 198.51.100.25");
	ck_assert_str_eq(bell.at[0].reason,
	    "10.0.0.5 sent 10.0 MiB to the external mail server 198.51.100.25:25 and received 1000 octets in one"
	    " connection: a ratio of 1.00, held against 0.80 and 10.0 MiB; find out which program there mails so much,"
	    " and what.");
	ck_assert_str_eq(bell.at[0].kind, "volume");
	ck_assert_str_eq(bell.at[0].figure, "10.0 MiB");
	ck_assert_str_eq(bell.at[0].held_against, "at least 10.0 MiB");
	ck_assert_uint_eq(bell.at[0].evidence_count, 2);
	ck_assert_uint_eq(bell.at[0].events, 1);
}
END_TEST

START_TEST(one_connection_is_said_once_per_severity)
{
	struct scene s = upload();

	for (int i = 0; i < 400; i++)
		observe_volume(&s, MIB / 4, 10);
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_int_eq(bell.at[1].severity, SEVERITY_HIGH);
	ck_assert_uint_eq(bell.at[1].count, 2);
	observe_volume(&s, 300 * MIB, 10);
	ck_assert_uint_eq(alert_book_counters(book).raised, 2);
}
END_TEST

START_TEST(the_ratio_decides)
{
	struct scene s = upload();

	/* 90 to 10 is 0.8 sharp; one octet more and it is below. */
	observe_volume(&s, 90 * MIB, 10 * MIB + 1);
	ck_assert_uint_eq(bell.len, 0);
	s = connection("10.0.0.6", "198.51.100.25", 1, SCENE_NOON);
	observe_volume(&s, 90 * MIB, 10 * MIB);
	ck_assert_uint_eq(bell.len, 1);
	/* A download is no upload. */
	s = connection("10.0.0.7", "198.51.100.25", 2, SCENE_NOON);
	observe_volume(&s, MIB, 900 * MIB);
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(one_sided_captures_are_silent)
{
	struct scene s = upload();

	observe_volume(&s, 900 * MIB, 0);
	ck_assert_uint_eq(bell.len, 0);
	/* Nor do they weigh in the pair. */
	s = connection("10.0.0.5", "198.51.100.25", 1, SCENE_NOON + HOUR / 2);
	observe_volume(&s, 9 * MIB, 100);
	ck_assert_uint_eq(bell.len, 0);
	s = connection("10.0.0.5", "198.51.100.25", 2, SCENE_NOON + HOUR / 2);
	observe_volume(&s, 0, 0);
	observe_volume(&s, 0, 100 * MIB);
	ck_assert_uint_eq(bell.len, 0);
}
END_TEST

START_TEST(a_greeting_does_not_make_a_ratio)
{
	struct scene s = upload();

	settings.upload_asymmetry.bytes = 1;
	settings.upload_asymmetry.pair_bytes = 1;
	observe_volume(&s, 65535 - 10, 10);
	ck_assert_uint_eq(bell.len, 0);
	observe_volume(&s, 1, 0);
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(only_from_home_to_outside)
{
	static const char *const ways[][2] = { { "10.0.0.5", "10.0.0.25" }, { "198.51.100.1", "10.0.0.25" },
		{ "198.51.100.1", "203.0.113.1" }, { "fd00::5", "fd00::25" }, { "10.0.0.5", "fd00::25" } };
	struct scene s;

	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		s = connection(ways[i][0], ways[i][1], i, SCENE_NOON);
		observe_volume(&s, 90 * MIB, 1000);
		ck_assert_uint_eq(bell.len, 0);
	}
	s = connection("fd00::5", "2001:db8::25", 9, SCENE_NOON);
	observe_volume(&s, 90 * MIB, 1000);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].key, "fd00::5 > 2001:db8::25");
}
END_TEST

START_TEST(only_mail)
{
	struct scene s = upload();

	s.session.mail_port = false;
	s.session.protocol = MAIL_TLS;
	observe_volume(&s, 90 * MIB, 1000);
	s.session.protocol = MAIL_UNKNOWN;
	observe_volume(&s, 1, 0);
	ck_assert_uint_eq(bell.len, 0);
	/* Mail on another port, and what nobody understands on a port of mail's. */
	s.session.protocol = MAIL_IMAP;
	observe_volume(&s, 1, 0);
	ck_assert_uint_eq(bell.len, 1);
	s = connection("10.0.0.6", "198.51.100.25", 1, SCENE_NOON);
	s.session.protocol = MAIL_UNKNOWN;
	observe_volume(&s, 90 * MIB, 1000);
	ck_assert_uint_eq(bell.len, 2);
}
END_TEST

START_TEST(allow_lists)
{
	struct network clients[1] = { network_of("10.0.0.4/31") }, servers[1] = { network_of("203.0.113.0/24") };
	struct scene s = upload();

	settings.upload_asymmetry.allow_clients = (struct networks){ clients, 1 };
	settings.upload_asymmetry.allow_servers = (struct networks){ servers, 1 };
	observe_volume(&s, 90 * MIB, 1000);
	s = connection("10.0.0.6", "203.0.113.1", 1, SCENE_NOON);
	observe_volume(&s, 90 * MIB, 1000);
	ck_assert_uint_eq(bell.len, 0);
	s = connection("10.0.0.6", "198.51.100.25", 2, SCENE_NOON);
	observe_volume(&s, 90 * MIB, 1000);
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(what_is_allowed_to_all)
{
	struct allowance a[1] = { { .network = network_of("10.0.0.5/32"), .from = ALLOW_ALWAYS, .until = SCENE_NOON + HOUR,
	    .reason = (char[]){ "" } } };
	struct scene s = upload();

	settings.allow = (struct allow_list){ a, 1 };
	observe_volume(&s, 90 * MIB, 1000);
	ck_assert_uint_eq(bell.len, 0);
	s.time = SCENE_NOON + HOUR;
	observe_volume(&s, MIB, 10);
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(many_small_connections_add_up)
{
	struct scene s;

	for (unsigned i = 0; i < 9; i++) {
		s = connection("10.0.0.5", "198.51.100.25", i, SCENE_NOON + i * 60 * USEC_PER_SEC);
		/* The port does not matter. */
		s.session.server.port = i % 2 == 0 ? 25 : 587;
		observe_volume(&s, 6 * MIB - 1, 1000);
		ck_assert_uint_eq(bell.len, i < 8 ? 0 : 1);
	}
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_str_eq(bell.at[0].key, "10.0.0.5 > 198.51.100.25");
	ck_assert_str_eq(bell.at[0].held_against, "at least 50.0 MiB");
	ck_assert_ptr_nonnull(strstr(bell.at[0].reason, "sent 54.0 MiB to the external mail server 198.51.100.25 and"));
	ck_assert_ptr_nonnull(strstr(bell.at[0].reason, "over all connections within 1 h"));
	/* More of the same is not said again within the window. */
	for (unsigned i = 9; i < 30; i++) {
		s = connection("10.0.0.5", "198.51.100.25", i, SCENE_NOON + i * 60 * USEC_PER_SEC);
		observe_volume(&s, 6 * MIB - 1, 1000);
	}
	ck_assert_uint_eq(alert_book_counters(book).raised, 1);
}
END_TEST

START_TEST(slow_connections_do_not_add_up)
{
	struct scene s;

	for (unsigned i = 0; i < 40; i++) {
		s = connection("10.0.0.5", "198.51.100.25", i, SCENE_NOON + i * 10 * 60 * USEC_PER_SEC);
		observe_volume(&s, 7 * MIB, 1000);
	}
	ck_assert_uint_eq(bell.len, 0);
}
END_TEST

START_TEST(pairs_are_apart)
{
	char server[16];
	struct scene s;

	for (unsigned i = 0; i < 40; i++) {
		snprintf(server, sizeof(server), "198.51.100.%u", i);
		s = connection("10.0.0.5", server, i, SCENE_NOON);
		observe_volume(&s, 9 * MIB, 1000);
	}
	ck_assert_uint_eq(bell.len, 0);
}
END_TEST

START_TEST(a_pair_is_not_said_after_its_connections)
{
	struct scene s;

	for (unsigned i = 0; i < 9; i++) {
		s = connection("10.0.0.5", "198.51.100.25", i, SCENE_NOON + i);
		observe_volume(&s, 20 * MIB, 1000);
	}
	/* Nine connections, each said; the pair's 180 MiB add nothing. */
	ck_assert_uint_eq(alert_book_counters(book).raised, 9);
	ck_assert_uint_eq(bell.len, 1);
	s = connection("10.0.0.5", "198.51.100.25", 9, SCENE_NOON + 9);
	observe_volume(&s, 20 * MIB, 1000);
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_uint_eq(bell.at[1].count, 10);
	/* But a severity that none of them had is said. */
	for (unsigned i = 10; i < 30; i++) {
		s = connection("10.0.0.5", "198.51.100.25", i, SCENE_NOON + i);
		observe_volume(&s, 20 * MIB, 1000);
	}
	ck_assert_uint_eq(bell.len, 3);
	ck_assert_int_eq(bell.at[2].severity, SEVERITY_HIGH);
	ck_assert_str_eq(bell.at[2].held_against, "at least 50.0 MiB");
}
END_TEST

START_TEST(aggregates_at_ten_and_a_hundred)
{
	struct scene s;

	settings.upload_asymmetry.pairs = 1000;
	detector_upload_asymmetry.reload(detector, &context);
	for (unsigned i = 0; i < 100; i++) {
		s = connection("10.0.0.5", "198.51.100.25", i, SCENE_NOON + i * HOUR / 2);
		observe_volume(&s, 20 * MIB, 1000);
	}
	ck_assert_uint_eq(bell.len, 3);
	ck_assert_uint_eq(bell.at[1].count, 10);
	ck_assert_uint_eq(bell.at[2].count, 100);
}
END_TEST

START_TEST(a_pair_is_said_anew_after_its_window)
{
	struct scene s = upload();

	observe_volume(&s, 60 * MIB, 1000);
	ck_assert_uint_eq(alert_book_counters(book).raised, 1);
	s.time = SCENE_NOON + 2 * HOUR;
	observe_volume(&s, 60 * MIB, 1000);
	/* 120 MiB make the connection a high one; the pair is below ten times its floor. */
	ck_assert_uint_eq(alert_book_counters(book).raised, 2);
	s.time = SCENE_NOON + 4 * HOUR;
	observe_volume(&s, 60 * MIB, 1000);
	ck_assert_uint_eq(alert_book_counters(book).raised, 3);
}
END_TEST

START_TEST(the_ceiling_holds_and_is_counted)
{
	char client[16];
	struct scene s;

	for (unsigned i = 0; i < 250; i++) {
		snprintf(client, sizeof(client), "10.0.0.%u", i);
		s = connection(client, "198.51.100.25", i, SCENE_NOON + i);
		observe_volume(&s, 90 * MIB, 1000);
	}
	ck_assert_uint_eq(bell.len, 250);
	/* 250 pairs in a window of 64, and 500 connections and pairs that were said in a table of 64. */
	ck_assert_uint_eq(detector_upload_asymmetry.forgotten(detector), 250 - 64 + 500 - 64);
	detector_upload_asymmetry.tick(detector, SCENE_NOON + 3 * HOUR);
}
END_TEST

START_TEST(a_reload_keeps_what_still_has_meaning)
{
	struct detect_settings fresh = settings;
	struct detector_context other = context;
	struct scene s = upload();

	for (unsigned i = 0; i < 5; i++) {
		s = connection("10.0.0.5", "198.51.100.25", i, SCENE_NOON + i);
		observe_volume(&s, 9 * MIB, 1000);
	}
	ck_assert_uint_eq(bell.len, 0);
	other.settings = &fresh;
	fresh.upload_asymmetry.pair_bytes = 46 * MIB;
	/* The old settings are gone by then. */
	memset(&settings.upload_asymmetry, 0xff, sizeof(settings.upload_asymmetry));
	detector_upload_asymmetry.reload(detector, &other);
	observe_volume(&s, 1 * MIB, 0);
	ck_assert_uint_eq(bell.len, 1);
	/* Another span begins anew. */
	fresh.upload_asymmetry.window = 2 * HOUR;
	detector_upload_asymmetry.reload(detector, &other);
	s = connection("10.0.0.5", "198.51.100.25", 10, SCENE_NOON + 10);
	observe_volume(&s, 9 * MIB, 1000);
	ck_assert_uint_eq(alert_book_counters(book).raised, 1);
}
END_TEST

START_TEST(other_observations_are_not_its_business)
{
	struct scene s = upload();
	struct observation o = scene_message(&s);

	detector_upload_asymmetry.observe(detector, &o);
	ck_assert_uint_eq(bell.len, 0);
	ck_assert(detector_upload_asymmetry.enabled(&settings));
	settings.upload_asymmetry.enabled = false;
	ck_assert(!detector_upload_asymmetry.enabled(&settings));
}
END_TEST

START_TEST(a_mail_server_sends_what_it_is_given)
{
	struct allowance a[1] = { { .network = network_of("10.0.0.5/32"), .from = ALLOW_ALWAYS, .until = ALLOW_FOR_EVER,
	    .reason = (char[]){ "" } } };
	struct scene s = upload();

	site.roles[ROLE_MAIL_SERVER] = (struct allow_list){ a, 1 };
	observe_volume(&s, 90 * MIB, 1000);
	ck_assert_uint_eq(bell.len, 0);
	site.roles[ROLE_MAIL_SERVER].len = 0;
	observe_volume(&s, MIB, 10);
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(an_allowance_of_its_own_ends)
{
	struct allowance a[1] = { { .side = ALLOW_SERVER, .network = network_of("198.51.100.0/24"), .from = ALLOW_ALWAYS, .until = SCENE_NOON + HOUR, .reason = (char[]){ "" } } };

	struct scene s = upload();

	settings.upload_asymmetry.allow = (struct allow_list){ a, 1 };
	observe_volume(&s, 90 * MIB, 1000);
	ck_assert_uint_eq(bell.len, 0);
	s.time = SCENE_NOON + HOUR;
	observe_volume(&s, MIB, 10);
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

/* Half before, half after; and what was said is not said again. */
START_TEST(what_was_sent_survives_a_restart)
{
	struct scene s;

	for (unsigned i = 0; i < 12; i++) {
		s = connection("10.0.0.5", "198.51.100.25", i, SCENE_NOON + i * 60 * USEC_PER_SEC);
		observe_volume(&s, 5 * MIB, 1000);
		if (i == 5)
			detector = restart(&detector_upload_asymmetry, detector, &context);
		ck_assert_uint_eq(bell.len, i >= 9);
	}
	detector = restart(&detector_upload_asymmetry, detector, &context);
	observe_volume(&s, MIB, 10);
	ck_assert_uint_eq(alert_book_counters(book).raised, 1);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_large_upload_is_said_while_it_runs);
	tcase_add_test(tests, one_connection_is_said_once_per_severity);
	tcase_add_test(tests, the_ratio_decides);
	tcase_add_test(tests, one_sided_captures_are_silent);
	tcase_add_test(tests, a_greeting_does_not_make_a_ratio);
	tcase_add_test(tests, only_from_home_to_outside);
	tcase_add_test(tests, only_mail);
	tcase_add_test(tests, allow_lists);
	tcase_add_test(tests, what_is_allowed_to_all);
	tcase_add_test(tests, many_small_connections_add_up);
	tcase_add_test(tests, slow_connections_do_not_add_up);
	tcase_add_test(tests, pairs_are_apart);
	tcase_add_test(tests, a_pair_is_not_said_after_its_connections);
	tcase_add_test(tests, aggregates_at_ten_and_a_hundred);
	tcase_add_test(tests, a_pair_is_said_anew_after_its_window);
	tcase_add_test(tests, the_ceiling_holds_and_is_counted);
	tcase_add_test(tests, a_reload_keeps_what_still_has_meaning);
	tcase_add_test(tests, other_observations_are_not_its_business);
	tcase_add_test(tests, a_mail_server_sends_what_it_is_given);
	tcase_add_test(tests, an_allowance_of_its_own_ends);
	tcase_add_test(tests, what_was_sent_survives_a_restart);
}

CHECK_MAIN("detect/upload_asymmetry", add_tests)
