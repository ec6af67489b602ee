/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/detectors.h"

#include <string.h>

#include "support/check_main.h"
#include "support/observations.h"
#include "support/restart.h"

#define DAY (24 * 3600 * USEC_PER_SEC)

static struct network allowed;
static struct site site;
static struct detect_settings settings;
static struct alert_book *book;
static struct bell bell;
static void *detector;
static struct detector_context context;

static struct scene scene;
static unsigned connections;

static void
setup(void)
{
	allowed = network_of("198.51.100.0/24");
	settings = (struct detect_settings){ .alerts = { .keys = 1000, .forget = DAY },
		.starttls_stripped = { .enabled = true, .memory = 30 * DAY, .servers = 16 } };
	bell.len = 0;
	book = alert_book_new(&settings.alerts, bell_note, &bell);
	context = (struct detector_context){ .settings = &settings, .site = &site, .alerts = book };
	detector = detector_starttls_stripped.open(&context);
	ck_assert_ptr_nonnull(detector);
	scene_init(&scene, "10.0.0.5", "192.0.2.25");
}

static void
teardown(void)
{
	detector_starttls_stripped.close(detector);
	alert_book_free(book);
}

static void
end(struct session_report report)
{
	struct observation o = { .kind = OBSERVED_SESSION, .time = scene.time, .session = &scene.session, .report = &report };

	connections++;
	scene.session.id = identity_of(BYTES("connection"), bytes_of(&connections, sizeof(connections)));
	detector_starttls_stripped.observe(detector, &o);
	scene.time += 60 * USEC_PER_SEC;
}

static const struct session_report offered = { .end = SESSION_FIN, .offers_seen = true, .starttls_offered = true };
static const struct session_report silent = { .end = SESSION_FIN, .offers_seen = true };

START_TEST(an_offer_that_vanished)
{
	end(silent);
	ck_assert_uint_eq(bell.len, 0);
	end(offered);
	end(offered);
	scene.session.client.address.ip[3] = 9;
	end(silent);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].rule, "starttls_stripped");
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_str_eq(bell.at[0].key, "10.0.0.9 > 192.0.2.25:25");
	ck_assert_str_eq(bell.at[0].reason,
	    "10.0.0.9 talked to 192.0.2.25:25: STARTTLS was not offered; this server offered it before, last at "
	    "2023-11-14T22:15:20.000000Z to 10.0.0.5; look for who sits between them, and at what the client sent in the clear.");
	ck_assert_uint_eq(bell.at[0].evidence_count, 2);
	ck_assert_str_eq(bell.at[0].kind, "dialogue");
	end(offered);
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(painted_over)
{
	struct session_report masked = silent;

	masked.starttls_masked = true;
	end(masked);
	ck_assert_uint_eq(bell.len, 0);
	end(offered);
	end(masked);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_HIGH);
	/* A genuine offer beside the mask */
	masked.starttls_offered = true;
	end(masked);
	ck_assert_uint_eq(alert_book_counters(book).raised, 1);
}
END_TEST

START_TEST(the_command_rewritten)
{
	struct anomaly_report anomaly = { .name = "starttls_rewritten", .from = FROM_CLIENT, .count = 1 };
	struct observation o = { .kind = OBSERVED_ANOMALY, .time = scene.time, .session = &scene.session, .anomaly = &anomaly };

	detector_starttls_stripped.observe(detector, &o);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_HIGH);
	ck_assert_uint_eq(bell.at[0].evidence_count, 1);
	anomaly.name = "starttls_masked";
	detector_starttls_stripped.observe(detector, &o);
	ck_assert_uint_eq(alert_book_counters(book).raised, 1);
}
END_TEST

/* Where it is not certain that nothing was offered, nothing is said. */
START_TEST(what_was_not_seen)
{
	struct session_report r;

	end(offered);
	r = silent;
	r.offers_seen = false;
	end(r);
	r = silent;
	r.end = SESSION_LIVES;
	end(r);
	r = silent;
	r.one_sided = true;
	end(r);
	r = silent;
	r.starttls = true;
	end(r);
	r = silent;
	r.traffic[FROM_SERVER].missing = 1;
	end(r);
	scene.session.midstream = true;
	end(silent);
	scene.session.midstream = false;
	scene.session.server.port = 587;
	end(silent);
	scene.session.server.port = 25;
	scene.time += 31 * DAY;
	end(silent);
	ck_assert_uint_eq(bell.len, 0);
}
END_TEST

START_TEST(allowed_ones)
{
	scene_init(&scene, "10.0.0.5", "198.51.100.25");
	settings.starttls_stripped.allow_servers = (struct networks){ &allowed, 1 };
	end(offered);
	end(silent);
	ck_assert_uint_eq(bell.len, 0);
	settings.starttls_stripped.allow_servers.len = 0;
	detector_starttls_stripped.reload(detector, &context);
	end(silent);
	ck_assert_uint_eq(bell.len, 1);
	/* Another ceiling: it learns anew. */
	settings.starttls_stripped.servers = 32;
	detector_starttls_stripped.reload(detector, &context);
	scene.session.client.address.ip[3] = 77;
	end(silent);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_uint_eq(detector_starttls_stripped.forgotten(detector), 0);
}
END_TEST

START_TEST(an_allowance_ends)
{
	struct allowance a[1] = { { .network = network_of("192.0.2.25/32"), .from = ALLOW_ALWAYS, .until = SCENE_NOON + 120 * USEC_PER_SEC, .reason = (char[]){ "" } } };


	settings.starttls_stripped.allow = (struct allow_list){ a, 1 };
	end(offered);
	end(silent);
	ck_assert_uint_eq(bell.len, 0);
	end(silent);
	ck_assert_uint_eq(bell.len, 1);
	settings.starttls_stripped.allow.len = 0;
	settings.allow = (struct allow_list){ a, 1 };
	scene.time = SCENE_NOON;
	scene.session.client.address.ip[3] = 77;
	end(silent);
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(offers_survive_a_restart)
{
	end(offered);
	detector = restart(&detector_starttls_stripped, detector, &context);
	end(silent);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_ptr_nonnull(strstr(bell.at[0].reason, "last at 2023-11-14T22:13:20.000000Z to 10.0.0.5"));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, an_offer_that_vanished);
	tcase_add_test(tests, painted_over);
	tcase_add_test(tests, the_command_rewritten);
	tcase_add_test(tests, what_was_not_seen);
	tcase_add_test(tests, allowed_ones);
	tcase_add_test(tests, an_allowance_ends);
	tcase_add_test(tests, offers_survive_a_restart);
}

CHECK_MAIN("detect/starttls_stripped", add_tests)
