/* SPDX-License-Identifier: Apache-2.0
 *
 * Which parser a connection gets, when it changes, and what is said of volume, gaps and ends.
 */
#include "dialogue.h"

#include <string.h>

#include "base/memory.h"
#include "support/check_main.h"
#include "support/recorder.h"

static const struct protocol_limits protocol_limits = { .line = 1000, .commands = 50, .recipients = 50,
	.unknown_commands = 10, .pending = 50, .observations = 10 };
static const struct message_limits message_limits = { .header_bytes = 10000, .header_fields = 50, .value_bytes = 500,
	.addresses = 20, .parts = 20, .nesting = 5 };
static struct dialogue_limits limits;
static struct dialogues all;
static struct recorder heard;
static struct dialogue *talk;
static struct dialogue_wire wire;

static void
describe(const void *port, struct dialogue_opening *opening)
{
	*opening = (struct dialogue_opening){ .start = 1000, .interface = "eth0" };
	ck_assert(address_parse(BYTES("10.0.0.1"), &opening->client.address));
	ck_assert(address_parse(BYTES("192.0.2.1"), &opening->server.address));
	opening->client.port = 50000;
	opening->server.port = *(const uint16_t *)port;
}

static void
begin(uint16_t port)
{
	static uint16_t server_port;

	server_port = port;
	limits = (struct dialogue_limits){ .protocol = &protocol_limits, .message = &message_limits, .volume_step = 1000 };
	memset(&wire, 0, sizeof(wire));
	recorder_init(&heard);
	dialogues_init(&all, &limits, describe, recorder_observe, &heard);
	talk = dialogue_new(&all, &server_port);
	ck_assert_ptr_nonnull(talk);
}

static void
say(enum direction from, const char *text)
{
	wire.traffic[from].bytes += strlen(text);
	wire.traffic[from].packets++;
	dialogue_data(talk, from, bytes_str(text), 2000);
	dialogue_account(talk, &wire, 2000);
}

static const char *
finish(void)
{
	dialogue_end(talk, &wire, SESSION_FIN, 3000);
	dialogue_free(talk);
	return recorder_text(&heard);
}

static void
message(void)
{
	say(FROM_SERVER, "220 mx ESMTP\r\n");
	say(FROM_CLIENT, "EHLO me\r\n");
	say(FROM_SERVER, "250 OK\r\n");
	say(FROM_CLIENT, "MAIL FROM:<a@x>\r\n");
	say(FROM_SERVER, "250 OK\r\n");
	say(FROM_CLIENT, "RCPT TO:<b@y>\r\n");
	say(FROM_SERVER, "250 OK\r\n");
	say(FROM_CLIENT, "DATA\r\n");
	say(FROM_SERVER, "354 go\r\n");
	say(FROM_CLIENT, "Subject: Hi\r\n\r\n.\r\n");
	say(FROM_SERVER, "250 queued\r\n");
}

static const char told[] = "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 queued] bytes=15 "
			   "subject=[Hi]\n";

static void
assert_told(const char *text, const char *wanted)
{
	ck_assert_msg(strstr(text, wanted) != NULL, "no\n%s in\n%s", wanted, text);
	recorder_clear(&heard);
}

static void
assert_silent(const char *text, const char *unwanted)
{
	ck_assert_msg(strstr(text, unwanted) == NULL, "%s in\n%s", unwanted, text);
}

START_TEST(smtp_on_its_port)
{
	const char *text;

	begin(25);
	message();
	ck_assert(dialogue_listens(talk));
	ck_assert(dialogue_is_mail(talk));
	text = finish();
	assert_silent(text, "anomaly");
	ck_assert_ptr_nonnull(strstr(text, told));
	assert_told(text, "session smtp fin sent=1\n");
}
END_TEST

START_TEST(smtp_on_another_port)
{
	const char *text;

	begin(4444);
	message();
	text = finish();
	ck_assert_ptr_nonnull(strstr(text, told));
	assert_silent(text, "anomaly");
	assert_told(text, "session smtp fin sent=1\n");
}
END_TEST

/* The greeting alone could be FTP's: the client's first words decide, and nothing of the greeting is lost. */
START_TEST(held_until_it_is_clear)
{
	begin(4444);
	say(FROM_SERVER, "22");
	say(FROM_SERVER, "0 ready\r\n");
	ck_assert(!dialogue_is_mail(talk));
	ck_assert(dialogue_listens(talk));
	say(FROM_CLIENT, "EH");
	ck_assert(!dialogue_is_mail(talk));
	say(FROM_CLIENT, "LO me\r\n");
	ck_assert(dialogue_is_mail(talk));
	assert_told(finish(), "session smtp fin sent=0\n");
}
END_TEST

START_TEST(ftp_is_not_taken)
{
	const char *text;

	begin(21);
	say(FROM_SERVER, "220 FTP ready\r\n");
	say(FROM_CLIENT, "SYST\r\n");
	for (int i = 0; i < 20; i++) {
		say(FROM_SERVER, "215 UNIX\r\n");
		say(FROM_CLIENT, "PWD and something to fill the room for what is held until it is clear what this is\r\n");
	}
	ck_assert(!dialogue_listens(talk));
	text = finish();
	assert_silent(text, "anomaly");
	assert_told(text, "session unknown fin sent=0\n");
}
END_TEST

START_TEST(other_protocol_on_a_mail_port)
{
	begin(25);
	say(FROM_CLIENT, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	ck_assert(!dialogue_listens(talk));
	assert_silent(recorder_text(&heard), "anomaly");
	say(FROM_SERVER, "HTTP/1.1 200 OK\r\n");
	assert_told(finish(), "anomaly port_mismatch server\n");
}
END_TEST

/* A scanner that knocks and goes is no conversation. */
START_TEST(a_probe_alone_is_not_said)
{
	begin(25);
	say(FROM_CLIENT, "\x01\x02\x03");
	assert_silent(finish(), "anomaly");
	recorder_clear(&heard);
}
END_TEST

/* A hello that is not whole: its records are followed, and it is told at the end. */
START_TEST(tls_is_followed)
{
	begin(465);
	say(FROM_CLIENT, "\x16\x03\x01\x02\x03\x01\x01\xff\x03\x03");
	ck_assert(dialogue_listens(talk));
	ck_assert(dialogue_is_mail(talk));
	assert_told(finish(), "session tls fin tls one-sided sent=0\n");
}
END_TEST

/* What answers it is none: then there is nothing more to hear. */
START_TEST(tls_answered_by_something_else)
{
	begin(465);
	say(FROM_CLIENT, "\x16\x03\x01\x02\x03\x01\x01\xff\x03\x03");
	say(FROM_SERVER, "HTTP/1.1 400 Bad Request\r\n");
	ck_assert(!dialogue_listens(talk));
	assert_told(recorder_text(&heard), "anomaly not_tls server\n");
	assert_told(finish(), "session tls fin tls sent=0\n");
}
END_TEST

static void
agree_to_tls(void)
{
	begin(25);
	say(FROM_SERVER, "220 mx ESMTP\r\n");
	say(FROM_CLIENT, "EHLO me\r\n");
	say(FROM_SERVER, "250 STARTTLS\r\n");
	say(FROM_CLIENT, "STARTTLS\r\n");
	say(FROM_SERVER, "220 go\r\n");
	ck_assert(dialogue_listens(talk));
}

/* The server does not speak TLS on this port: what it speaks is followed. */
START_TEST(tls_answered_in_the_clear)
{
	begin(465);
	say(FROM_CLIENT, "\x16\x03\x01\x02\x03\x01\x01\xff\x03\x03");
	say(FROM_SERVER, "220 mx ESMTP ready\r\n");
	ck_assert(dialogue_listens(talk));
	ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "anomaly not_tls server\n"));
	ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "anomaly port_mismatch server\n"));
	assert_told(finish(), "session smtp fin sent=0\n");
}
END_TEST

/* The session keeps the name and the report of what was spoken first. */
START_TEST(starttls_hands_over_to_tls)
{
	static const char hello[] = "\x16\x03\x01\x01\x31\x01\x01\x01\x2d\x03\x03";
	char alert[] = "\x15\x03\x03\x01\x02\x02\x28";

	/* say() takes text: no octet of it may be 0. */
	alert[3] = 0;
	agree_to_tls();
	say(FROM_CLIENT, hello);
	ck_assert(dialogue_listens(talk));
	dialogue_data(talk, FROM_SERVER, bytes_of(alert, 7), 0);
	assert_silent(recorder_text(&heard), "anomaly");
	assert_told(recorder_text(&heard), "tls unknown cipher=0000 sni=[] ja3= ja3s= ja4= starttls alert=2,40,server\n");
	assert_told(finish(), "session smtp fin starttls tls sent=0\n");
}
END_TEST

START_TEST(starttls_without_memory)
{
	agree_to_tls();
	memory_fail_after(0);
	say(FROM_CLIENT, "\x16\x03\x01\x02\x03\x01\x01\xff\x03\x03");
	memory_fail_after(-1);
	ck_assert(!dialogue_listens(talk));
	assert_told(finish(), "session smtp fin starttls sent=0\n");
}
END_TEST

START_TEST(starttls_and_clear_text_goes_on)
{
	const char *text;

	agree_to_tls();
	message();
	text = finish();
	ck_assert_ptr_nonnull(strstr(text, "anomaly clear_after_starttls client\n"));
	ck_assert_ptr_nonnull(strstr(text, "message smtp-data accepted"));
	assert_told(text, "session smtp fin starttls sent=1\n");
}
END_TEST

START_TEST(volume_while_it_runs)
{
	char block[600];

	begin(25);
	memset(block, 'x', sizeof(block) - 1);
	block[sizeof(block) - 1] = '\0';
	say(FROM_CLIENT, block);
	assert_silent(recorder_text(&heard), "volume");
	say(FROM_CLIENT, block);
	ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "volume 1198 0 total 1198 0\n"));
	say(FROM_SERVER, "250\r\n");
	assert_told(finish(), "volume 0 5 total 1198 5 final\n");
}
END_TEST

START_TEST(reports_in_between)
{
	begin(25);
	limits.session_update = 5000;
	say(FROM_SERVER, "220 mx ESMTP\r\n");
	assert_silent(recorder_text(&heard), "session");
	dialogue_account(talk, &wire, 6500);
	ck_assert_ptr_nonnull(strstr(recorder_text(&heard), "session smtp alive one-sided sent=0\n"));
	dialogue_account(talk, &wire, 7000);
	ck_assert_uint_eq(heard.sessions, 1);
	assert_told(finish(), "session smtp fin one-sided sent=0\n");
}
END_TEST

START_TEST(gaps)
{
	const char *text;

	begin(25);
	message();
	dialogue_gap(talk, FROM_CLIENT, 500, 2000);
	dialogue_gap(talk, FROM_CLIENT, 500, 2000);
	message();
	text = finish();
	ck_assert_uint_eq(heard.messages, 2);
	assert_told(text, "anomaly missing_bytes client\n");
}
END_TEST

START_TEST(gap_before_anything_is_known)
{
	begin(25);
	dialogue_gap(talk, FROM_SERVER, 50, 2000);
	say(FROM_CLIENT, "EHLO me\r\n");
	ck_assert(dialogue_is_mail(talk));
	(void)finish();
	recorder_clear(&heard);
	begin(4444);
	say(FROM_SERVER, "2");
	dialogue_gap(talk, FROM_SERVER, 50, 2000);
	ck_assert(!dialogue_listens(talk));
	assert_told(finish(), "session unknown fin one-sided sent=0\n");
}
END_TEST

START_TEST(the_end_while_held)
{
	begin(25);
	say(FROM_CLIENT, "E");
	assert_told(finish(), "session smtp fin one-sided sent=0\n");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, smtp_on_its_port);
	tcase_add_test(tests, smtp_on_another_port);
	tcase_add_test(tests, held_until_it_is_clear);
	tcase_add_test(tests, ftp_is_not_taken);
	tcase_add_test(tests, other_protocol_on_a_mail_port);
	tcase_add_test(tests, a_probe_alone_is_not_said);
	tcase_add_test(tests, tls_is_followed);
	tcase_add_test(tests, tls_answered_by_something_else);
	tcase_add_test(tests, tls_answered_in_the_clear);
	tcase_add_test(tests, starttls_hands_over_to_tls);
	tcase_add_test(tests, starttls_without_memory);
	tcase_add_test(tests, starttls_and_clear_text_goes_on);
	tcase_add_test(tests, volume_while_it_runs);
	tcase_add_test(tests, reports_in_between);
	tcase_add_test(tests, gaps);
	tcase_add_test(tests, gap_before_anything_is_known);
	tcase_add_test(tests, the_end_while_held);
}

CHECK_MAIN("dialogue", add_tests)
