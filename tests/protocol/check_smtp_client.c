/* SPDX-License-Identifier: Apache-2.0
 *
 * What clients send: content before the go-ahead, lines of all kinds, other protocols, gaps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/smtp.h"
#include "support/check_main.h"
#include "support/script.h"

#define HELLO "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250 OK\n"
#define BEGIN HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\n"
#define REPORT "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,"
#define ACCEPTED "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes="

static const struct script_case cases[] = {
	{ "content with DATA, before the go-ahead",
	    HELLO "C: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: DATA\nC: Subject: Now\nC: \nC: .\nC: QUIT\nS: 250 OK\nS: 250 OK\nS: 354 go\nS: 250 OK\nS: 221 bye\n",
	    "anomaly data_not_awaited client\n"
	    ACCEPTED "16 subject=[Now]\n"
	    REPORT "MAIL,RCPT,DATA,.,QUIT replies=220,250,250,250,354,250,221 offered= refused=\n", { 0 } },
	{ "two messages, all of it before any reply",
	    HELLO "C: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: DATA\nC: .\nC: MAIL FROM:<c@x>\nC: RCPT TO:<d@y>\nC: DATA\nC: .\n"
		  "S: 250 OK\nS: 250 OK\nS: 354 go\nS: 250 OK\nS: 250 OK\nS: 550 no\nS: 554 no\nS: 500 what\n",
	    "anomaly data_not_awaited client\n"
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,.,MAIL,RCPT,DATA,. replies=220,250,250,250,354,250,250,550,554,500 offered= refused=d@y\n", { 0 } },
	{ "the connection ends before DATA is answered: what came is content",
	    BEGIN "C: DATA\nC: Subject: Now\nC: \nC: .\n",
	    "anomaly data_not_awaited client\n"
	    "message smtp-data unanswered whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=16 subject=[Now]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250 offered= refused=\n", { 0 } },
	{ "the connection ends before DATA is answered: nothing came",
	    BEGIN "C: DATA\n", REPORT "MAIL,RCPT,DATA replies=220,250,250,250 offered= refused=\n", { 0 } },
	{ "the connection ends behind the go-ahead",
	    BEGIN "C: DATA\nS: 354 go\n",
	    "message smtp-data incomplete part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA replies=220,250,250,250,354 offered= refused=\n", { 0 } },
	{ "lines that end in a bare CR, where the server takes it for an end",
	    "S: 220 mx ESMTP\nC| EHLO me\\r\nS: 250 OK\nC| MAIL FROM:<a@x>\\r\nS: 250 OK\nC| RCPT TO:<b@y>\\r\nS: 250 OK\nC| DATA\\r\nS: 354 go\nC: .\nS: 250 OK\n",
	    "anomaly bare_cr client\n"
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "a bare CR inside a line",
	    HELLO "C| MAIL FROM:<a@x>\\rRCPT TO:<c@z>\\r\\n\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "anomaly bare_cr client\n"
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "smuggled: the server ends the message where we do not",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: One\nC| \\r\\nx\\n.\\nMAIL FROM:<evil@x>\\r\\n\nS: 250 OK\nS: 250 OK\nC: QUIT\nS: 221 bye\n",
	    "anomaly smtp_smuggling client\n"
	    "message smtp-data accepted part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=40 subject=[One]\n"
	    REPORT "MAIL,RCPT,DATA,QUIT replies=220,250,250,250,354,250,250,221 offered= refused=\n", { 0 } },
	{ "bare LF in the content alone",
	    BEGIN "C: DATA\nS: 354 go\nC| Subject: Unix\\n\\ntext\\n.\\n\nS: 250 OK\n",
	    "anomaly bare_lf client\n"
	    ACCEPTED "20 subject=[Unix]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "a recipient behind a message, without another sender",
	    BEGIN "C: DATA\nS: 354 go\nC: .\nS: 250 OK\nC: RCPT TO:<c@y>\nS: 503 no\n",
	    ACCEPTED "0 subject=[]\n"
	    "anomaly rcpt_without_mail client\n"
	    REPORT "MAIL,RCPT,DATA,.,RCPT replies=220,250,250,250,354,250,503 offered= refused=c@y\n", { 0 } },
	{ "chunks without an end, then DATA, which the server takes: another message",
	    BEGIN "C: BDAT 2\nC| a\\n\nS: 250 OK\nC: DATA\nS: 354 go\nC: Subject: Other\nC: \nC: .\nS: 250 OK\n",
	    "message smtp-bdat incomplete part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=2 subject=[] chunks=2\n"
	    "message smtp-data accepted whole from=?<> to=<> refused=<> helo=[me] reply=[250 OK] bytes=18 subject=[Other]\n"
	    REPORT "MAIL,RCPT,BDAT,DATA,. replies=220,250,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "QUIT alone begins nothing",
	    "S: 220 mx ESMTP\nC: QUIT\nS: 221 bye\n",
	    "report banner=220 [mx ESMTP] helo=[] auth= commands=QUIT replies=220,221 offered= refused=\n", { 0 } },
	{ "empty lines are nothing",
	    "S: 220 mx ESMTP\nC: \nC: \nC: QUIT\nS: 221 bye\n",
	    "report banner=220 [mx ESMTP] helo=[] auth= commands=QUIT replies=220,221 offered= refused=\n", { 0 } },
	{ "HTTP behind a greeting",
	    "S: 220 mx ESMTP\nC: GET / HTTP/1.1\nC: Host: mx\nC: \nC: MAIL FROM:<a@x>\n",
	    "anomaly not_smtp client\n"
	    "report banner=220 [mx ESMTP] helo=[] auth= commands= replies=220 offered= refused=\n", { 0 } },
	{ "binary behind a greeting",
	    "S: 220 mx ESMTP\nC| \\x01\\x02\\x03\\r\\n\nC: MAIL FROM:<a@x>\n",
	    "anomaly not_smtp client\n"
	    "report banner=220 [mx ESMTP] helo=[] auth= commands= replies=220 offered= refused=\n", { 0 } },
	{ "TLS that nobody agreed to",
	    HELLO "C| \\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xfc\\x03\\x03\\n\nC: MAIL FROM:<a@x>\n",
	    "anomaly tls_unasked client\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO replies=220,250 offered= refused=\n", { 0 } },
	{ "TLS behind a go-ahead that was not seen",
	    HELLO "C: STARTTLS\nS~ 8\nC| \\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xfc\\x03\\x03\\n\n",
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,STARTTLS replies=220,250 offered= refused= starttls\n", { 0 } },
	{ "a whole command is missing",
	    BEGIN "C~ 15\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "DATA is missing",
	    BEGIN "C~ 6\nS: 354 go\nC: Subject: Seen\nC: \nC: .\nS: 250 OK\n",
	    ACCEPTED "17 subject=[Seen]\n"
	    REPORT "MAIL,RCPT,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "the end of the content is missing",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: Half\nC: \nC| te\nC~ 7\nS: 250 OK\nC: QUIT\nS: 221 bye\n",
	    "message smtp-data accepted part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=19 missing=7 subject=[Half]\n"
	    REPORT "MAIL,RCPT,DATA,QUIT replies=220,250,250,250,354,250,221 offered= refused=\n", { 0 } },
	{ "the middle of a chunk, its end and the next command are missing",
	    BEGIN "C: BDAT 20 LAST\nC| abc\nC~ 23\nC: .\nS: 250 OK\nC: QUIT\nS: 221 bye\n",
	    "message smtp-bdat accepted part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=3 missing=17 subject=[] chunks=20\n"
	    REPORT "MAIL,RCPT,BDAT,QUIT replies=220,250,250,250,250,221 offered= refused=\n", { 0 } },
	{ "two messages, the server's side was not captured",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: One\nC: \nC: .\nS: 250 OK\nC: MAIL FROM:<c@x>\nS: 250 OK\nC: RCPT TO:<d@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: Subject: Two\n",
	    "message smtp-data unanswered whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=16 subject=[One]\n"
	    "message smtp-data incomplete part from=<c@x> to=<d@y> refused=<> helo=[me] reply=[] bytes=14 subject=[Two]\n"
	    "report banner=0 [] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,.,MAIL,RCPT,DATA replies= offered= refused=\n", { .only = 1 } },
	{ "picked up in the content: its text gives no command",
	    "C: of the text\nC: Data is what we have here\nC: .\nS: 250 OK\nC: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=0 [] helo=[] auth= commands=?,DATA,?,MAIL,RCPT,DATA,. replies=250,250,250,354,250 offered= refused=\n",
	    { .midstream = true } },
};

START_TEST(dialogue)
{
	script_assert(&cases[_i], &protocol_smtp);
}
END_TEST

/* A parser with a recorder, and a flood of bytes. */
struct flood {
	struct session session;
	struct protocol_context context;
	struct recorder r;
	void *parser;
};

static void
flood_begin(struct flood *f)
{
	f->context = (struct protocol_context){ .session = &f->session, .limits = &script_limits,
		.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = &f->r };
	f->session = (struct session){ .protocol = MAIL_SMTP };
	recorder_init(&f->r);
	f->parser = protocol_smtp.open(&f->context);
}

static void
flood_say(struct flood *f, enum direction from, const char *text)
{
	size_t used;

	(void)protocol_smtp.data(f->parser, from, bytes_str(text), 1, &used);
	ck_assert_uint_eq(used, strlen(text));
}

static void
flood_end(struct flood *f)
{
	protocol_smtp.finish(f->parser, 2);
	protocol_smtp.close(f->parser);
}

/* Nobody is heard: a bounded stretch is held, then taken for content; from then on nothing is. */
START_TEST(the_server_is_never_heard)
{
	struct flood f;

	flood_begin(&f);
	flood_say(&f, FROM_CLIENT, "EHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\nSubject: One\r\n\r\n");
	for (size_t i = 0; i < 2 * SMTP_HELD_MAX / 16; i++)
		flood_say(&f, FROM_CLIENT, "fourteen octets\n");
	ck_assert_uint_eq(f.r.messages, 0);
	flood_say(&f, FROM_CLIENT, "\r\n.\r\n");
	ck_assert_uint_eq(f.r.messages, 1);
	ck_assert_ptr_nonnull(strstr(recorder_text(&f.r), "unanswered whole from=<a@x> to=<b@y>"));
	flood_say(&f, FROM_CLIENT, "MAIL FROM:<c@x>\r\nRCPT TO:<d@y>\r\nDATA\r\nSubject: Two\r\n\r\n.\r\n");
	ck_assert_uint_eq(f.r.messages, 2);
	ck_assert_ptr_nonnull(strstr(recorder_text(&f.r), "unanswered whole from=<c@x> to=<d@y>"));
	/* It is heard after all. */
	flood_say(&f, FROM_SERVER, "250 OK\r\n");
	flood_say(&f, FROM_CLIENT, "MAIL FROM:<e@x>\r\nRCPT TO:<f@y>\r\nDATA\r\n");
	flood_say(&f, FROM_SERVER, "250 OK\r\n250 OK\r\n354 go\r\n");
	flood_say(&f, FROM_CLIENT, ".\r\n");
	flood_say(&f, FROM_SERVER, "250 third\r\n");
	ck_assert_ptr_nonnull(strstr(recorder_text(&f.r), "accepted whole from=<e@x> to=<f@y> refused=<> helo=[me] reply=[250 third]"));
	flood_end(&f);
	recorder_clear(&f.r);
}
END_TEST

/* The server takes its time: what is held has a ceiling, which is said. Its reply counts all the same. */
static void
endure(const char *reply, const char *end, const char *expected)
{
	struct flood f;

	flood_begin(&f);
	flood_say(&f, FROM_SERVER, "220 mx ESMTP\r\n");
	flood_say(&f, FROM_CLIENT, "EHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\nSubject: One\r\n\r\n");
	for (size_t i = 0; i < SMTP_HELD_MAX / 16; i++)
		flood_say(&f, FROM_CLIENT, "fourteen octets\n");
	ck_assert_ptr_nonnull(strstr(recorder_text(&f.r), "anomaly undecided_ceiling client\n"));
	flood_say(&f, FROM_SERVER, "250 OK\r\n250 OK\r\n250 OK\r\n");
	flood_say(&f, FROM_SERVER, reply);
	flood_say(&f, FROM_CLIENT, end);
	flood_say(&f, FROM_SERVER, "250 queued\r\n");
	/* The dialogue goes on. */
	flood_say(&f, FROM_CLIENT, "MAIL FROM:<c@x>\r\nRCPT TO:<d@y>\r\nDATA\r\n");
	flood_say(&f, FROM_SERVER, "250 OK\r\n250 OK\r\n354 go\r\n");
	flood_say(&f, FROM_CLIENT, ".\r\n");
	flood_say(&f, FROM_SERVER, "250 OK\r\n");
	flood_end(&f);
	ck_assert_msg(f.r.messages == 2, "%s", recorder_text(&f.r));
	ck_assert_ptr_nonnull(strstr(recorder_text(&f.r), "accepted whole from=<c@x> to=<d@y>"));
	ck_assert_msg(strstr(recorder_text(&f.r), expected) != NULL, "%s", recorder_text(&f.r));
	recorder_clear(&f.r);
}

START_TEST(the_server_takes_its_time)
{
	endure("354 go\r\n", "\r\n.\r\n", "accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 queued]");
	endure("554 no\r\n", "RSET\r\n", "refused part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[554 no]");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, dialogue, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, the_server_is_never_heard);
	tcase_add_test(tests, the_server_takes_its_time);
}

CHECK_MAIN("protocol/smtp_client", add_tests)
