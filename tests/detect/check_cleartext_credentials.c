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

static void
setup(void)
{
	allowed = network_of("10.0.0.0/24");
	settings = (struct detect_settings){ .alerts = { .keys = 1000, .forget = DAY },
		.cleartext_credentials = { .enabled = true, .servers = 16 } };
	bell.len = 0;
	book = alert_book_new(&settings.alerts, bell_note, &bell);
	context = (struct detector_context){ .settings = &settings, .site = &site, .alerts = book };
	detector = detector_cleartext_credentials.open(&context);
	ck_assert_ptr_nonnull(detector);
	scene_init(&scene, "10.0.0.5", "192.0.2.25");
}

static void
teardown(void)
{
	detector_cleartext_credentials.close(detector);
	alert_book_free(book);
}

static void
login(struct login_report report)
{
	struct observation o = { .kind = OBSERVED_LOGIN, .time = scene.time, .session = &scene.session, .login = &report };

	detector_cleartext_credentials.observe(detector, &o);
	scene.time += USEC_PER_SEC;
}

static struct login_report
alice(void)
{
	return (struct login_report){ .user_text = BYTES("alice"), .mechanism = BYTES("PLAIN"), .cleartext = true,
		.outcome = LOGIN_SUCCESS };
}

START_TEST(a_readable_login)
{
	login(alice());
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_str_eq(bell.at[0].rule, "cleartext_credentials");
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_MEDIUM);
	ck_assert_str_eq(bell.at[0].key, "alice > 192.0.2.25:25");
	ck_assert_str_eq(bell.at[0].reason,
	    "alice logged in from 10.0.0.5 to 192.0.2.25:25 with success, by PLAIN without encryption: whoever listens can "
	    "read the secret; let the client insist on TLS, and change the secret.");
	ck_assert_str_eq(bell.at[0].seen, "mechanism PLAIN, user alice");
	ck_assert_uint_eq(bell.at[0].users, 1);
	/* Again: counted, not said. */
	login(alice());
	ck_assert_uint_eq(bell.len, 1);
}
END_TEST

START_TEST(though_tls_was_on_offer)
{
	struct login_report report = alice();
	struct session_report session = { .end = SESSION_FIN, .starttls_offered = true };
	struct observation o = { .kind = OBSERVED_SESSION, .session = &scene.session, .report = &session };

	report.starttls_offered = true;
	login(report);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_HIGH);
	ck_assert_ptr_nonnull(strstr(bell.at[0].reason, "offered STARTTLS in this session"));
	ck_assert_uint_eq(bell.at[0].evidence_count, 2);
	/* In another session of the same server, to anybody. */
	report = alice();
	report.user_text = BYTES("bob");
	o.time = scene.time;
	detector_cleartext_credentials.observe(detector, &o);
	scene.time += DAY;
	login(report);
	ck_assert_uint_eq(bell.len, 2);
	ck_assert_int_eq(bell.at[1].severity, SEVERITY_HIGH);
	ck_assert_ptr_nonnull(strstr(bell.at[1].reason, "in other sessions, last at 2023-11-14T22:13:21.000000Z"));
}
END_TEST

START_TEST(nobody_can_read_it)
{
	struct login_report report = alice();

	report.cleartext = false;
	login(report);
	ck_assert_uint_eq(bell.len, 0);
	settings.cleartext_credentials.allow_clients = (struct networks){ &allowed, 1 };
	login(alice());
	ck_assert_uint_eq(bell.len, 0);
	settings.cleartext_credentials.allow_clients.len = 0;
	report = alice();
	report.user_text = bytes_of(NULL, 0);
	report.outcome = LOGIN_FAILURE;
	login(report);
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_ptr_nonnull(strstr(bell.at[0].reason, "Somebody logged in from 10.0.0.5 to 192.0.2.25:25 in vain"));
	ck_assert_uint_eq(bell.at[0].users, 0);
}
END_TEST

START_TEST(an_allowance_ends)
{
	struct allowance a[1] = { { .who = (char[]){ "alice" }, .from = ALLOW_ALWAYS, .until = SCENE_NOON + USEC_PER_SEC, .reason = (char[]){ "" } } };

	struct login_report bob = alice();

	bob.user_text = BYTES("bob");
	settings.cleartext_credentials.allow = (struct allow_list){ a, 1 };
	login(alice());
	ck_assert_uint_eq(bell.len, 0);
	login(alice());
	ck_assert_uint_eq(bell.len, 1);
	scene.time = SCENE_NOON;
	login(bob);
	ck_assert_uint_eq(bell.len, 2);
	scene.time = SCENE_NOON;
	settings.cleartext_credentials.allow.len = 0;
	settings.allow = (struct allow_list){ a, 1 };
	login(alice());
	ck_assert_uint_eq(alert_book_counters(book).raised, 2);
}
END_TEST

START_TEST(offers_survive_a_restart)
{
	struct session_report session = { .end = SESSION_FIN, .starttls_offered = true };
	struct observation o = { .kind = OBSERVED_SESSION, .time = SCENE_NOON, .session = &scene.session, .report = &session };

	detector_cleartext_credentials.observe(detector, &o);
	detector = restart(&detector_cleartext_credentials, detector, &context);
	login(alice());
	ck_assert_uint_eq(bell.len, 1);
	ck_assert_int_eq(bell.at[0].severity, SEVERITY_HIGH);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_readable_login);
	tcase_add_test(tests, though_tls_was_on_offer);
	tcase_add_test(tests, nobody_can_read_it);
	tcase_add_test(tests, an_allowance_ends);
	tcase_add_test(tests, offers_survive_a_restart);
}

CHECK_MAIN("detect/cleartext_credentials", add_tests)
