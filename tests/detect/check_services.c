/* SPDX-License-Identifier: Apache-2.0
 *
 * The list of mail servers: told of once and when they change, kept over a restart, an alert for one inside after the learning;
 * and what is no mail on a mail port.
 */
#include <string.h>

#include "detect/service.h"
#include "support/check_main.h"
#include "support/stand.h"

static unsigned told, changes, listed;
static struct service latest;

static void
on_service(void *arg, const struct service *service, uint64_t clients, unsigned change, usec_t time)
{
	(void)arg;
	(void)time;
	ck_assert_uint_ge(clients, 1);
	told++;
	changes = change;
	latest = *service;
}

static void
count(void *arg, const struct service *service, uint64_t clients, unsigned change, usec_t time)
{
	(void)arg;
	(void)clients;
	(void)time;
	ck_assert_uint_eq(change, 0);
	latest = *service;
	listed++;
}

/* A session with an SMTP server. */
static void
smtp(const char *client, const char *server, const char *greeting, bool offers)
{
	struct session session = stand_session(client, server, 25, ++stand.sessions);
	struct session_report r = { .end = SESSION_FIN, .traffic = { { .bytes = 500 }, { .bytes = 300 } }, .is_smtp = true,
		.starttls_offered = offers };

	session.protocol = MAIL_SMTP;
	session.mail_port = true;
	r.smtp.banner_text = bytes_str(greeting);
	stand_show((struct observation){ .kind = OBSERVED_SESSION, .session = &session, .report = &r });
}

static const char *const sets[] = { "home_networks=[10.0.0.0/8]", "detect.learning=7d", NULL };

static void
listen_too(void)
{
	struct detector_context context = stand.context;

	context.tell_service = on_service;
	stand.row->reload(stand.self, &context);
	told = 0;
}

START_TEST(told_once_and_when_changed)
{
	stand_open(&detector_new_mail_service, sets);
	listen_too();
	smtp("10.0.1.5", "10.0.0.25", "mx ESMTP Postfix", false);
	ck_assert_uint_eq(told, 1);
	ck_assert_uint_eq(changes, SERVICE_NEW);
	ck_assert_str_eq(latest.software, "Postfix");
	ck_assert(latest.internal && !latest.starttls && !latest.implicit_tls);
	smtp("10.0.1.6", "10.0.0.25", "mx ESMTP Postfix", false);
	ck_assert_uint_eq(told, 1);
	smtp("10.0.1.6", "10.0.0.25", "mx ESMTP Postfix", true);
	ck_assert_uint_eq(told, 2);
	ck_assert_uint_eq(changes, SERVICE_ENCRYPTION);
	smtp("10.0.1.6", "10.0.0.25", "mx ESMTP Postfix", false);
	ck_assert_uint_eq(told, 2);
	smtp("10.0.1.6", "10.0.0.25", "mx ESMTP Exim 4.96", true);
	ck_assert_uint_eq(changes, SERVICE_SOFTWARE);
	smtp("10.0.1.5", "198.51.100.25", "mx ESMTP", false);
	ck_assert_uint_eq(changes, SERVICE_NEW);
	ck_assert(!latest.internal);
	stand_restart();
	listed = 0;
	stand.row->services(stand.self, count, NULL);
	ck_assert_uint_eq(listed, 2);
	ck_assert_uint_eq(stand.bell.len, 0); /* it learns */
	stand_close();
}
END_TEST

START_TEST(a_new_one_inside)
{
	stand_open(&detector_new_mail_service, sets);
	smtp("10.0.1.5", "10.0.0.25", "mx ESMTP Postfix", false);
	stand.now += 8 * 24 * STAND_HOUR;
	smtp("10.0.1.5", "10.0.0.25", "mx ESMTP Postfix", false);
	smtp("10.0.1.5", "198.51.100.99", "mx ESMTP", false);
	ck_assert_uint_eq(stand.bell.len, 0);
	stand_set("detect.new_mail_service.allow=\"server 10.0.0.26\"");
	smtp("10.0.1.5", "10.0.0.26", "mx ESMTP", false);
	ck_assert_uint_eq(stand.bell.len, 0);
	smtp("10.0.1.5", "10.0.0.66", "mx ESMTP Exim", false);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_str_eq(stand.bell.at[0].reason, "10.0.0.66:25, inside the organisation, serves smtp with Exim, which nobody had seen; its "
						  "first client is 10.0.1.5.");
	smtp("10.0.1.7", "10.0.0.66", "mx ESMTP Exim", false);
	ck_assert_uint_eq(stand.bell.len, 1);
	stand_close();
}
END_TEST

START_TEST(software)
{
	ck_assert_str_eq(service_software(BYTES("mx.example ESMTP Postfix (Debian)")), "Postfix");
	ck_assert_str_eq(service_software(BYTES("OK [CAPABILITY IMAP4rev1] Dovecot ready.")), "Dovecot");
	ck_assert_str_eq(service_software(BYTES("Microsoft ESMTP MAIL Service ready")), "Microsoft Exchange");
	ck_assert_ptr_null(service_software(BYTES("mx ESMTP")));
}
END_TEST

static void
strange(const char *server, uint16_t port, uint64_t up, uint64_t down, enum mail_protocol protocol)
{
	struct session session = stand_session("10.0.1.5", server, port, ++stand.sessions);
	struct session_report r = { .end = SESSION_FIN, .traffic = { { .bytes = up }, { .bytes = down } } };

	session.protocol = protocol;
	session.mail_port = port != 80;
	stand_show((struct observation){ .kind = OBSERVED_SESSION, .session = &session, .report = &r });
}

START_TEST(mismatches)
{
	struct bytes http[] = { BYTES("h2"), BYTES("http/1.1") };
	struct tls_report tls = { .established = true, .alpn_offered = { .at = http, .len = 2 } };
	struct session session;

	stand_open(&detector_protocol_mismatch, sets);
	strange("198.51.100.25", 25, 255, 9999, MAIL_UNKNOWN); /* a probe */
	strange("198.51.100.25", 25, 9999, 0, MAIL_UNKNOWN);
	strange("198.51.100.25", 25, 9999, 9999, MAIL_SMTP);
	strange("198.51.100.25", 80, 9999, 9999, MAIL_UNKNOWN);
	ck_assert_uint_eq(stand.bell.len, 0);
	strange("198.51.100.25", 25, 256, 256, MAIL_UNKNOWN);
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_MEDIUM);
	stand_restart();
	strange("198.51.100.25", 25, 256, 256, MAIL_UNKNOWN);
	ck_assert_uint_eq(stand.bell.len, 0);
	session = stand_session("10.0.1.5", "198.51.100.93", 993, ++stand.sessions);
	session.mail_port = true;
	stand_show((struct observation){ .kind = OBSERVED_TLS, .session = &session, .tls = &tls });
	ck_assert_uint_eq(stand.bell.len, 1);
	ck_assert_int_eq(stand.bell.at[0].severity, SEVERITY_LOW);
	stand_set("detect.protocol_mismatch.allow=\"server 198.51.100.0/24\"");
	strange("198.51.100.26", 25, 256, 256, MAIL_UNKNOWN);
	ck_assert_uint_eq(stand.bell.len, 1);
	stand_close();
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, told_once_and_when_changed);
	tcase_add_test(tests, a_new_one_inside);
	tcase_add_test(tests, software);
	tcase_add_test(tests, mismatches);
}

CHECK_MAIN("detect/services", add_tests)
