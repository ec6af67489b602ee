/* SPDX-License-Identifier: Apache-2.0
 *
 * What servers answer: replies of several lines, replies that are none, that are missing, that nobody asked for.
 */
#include "protocol/smtp.h"
#include "support/check_main.h"
#include "support/script.h"

#define HELLO "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250 OK\n"
#define BEGIN HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\n"
#define REPORT "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,"
#define ACCEPTED "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes="

static const struct script_case cases[] = {
	{ "several lines, the last one is the reply's text",
	    BEGIN "C: DATA\nS: 354-go\nS: 354 on\nC: .\nS: 250-one\nS: 250-two\nS: 250 2.6.0 three\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 2.6.0 three] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "lines of one reply with different codes: the last one counts",
	    HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250-maybe\nS: 550 no\nC: QUIT\nS: 221 bye\n",
	    "anomaly reply_codes server\n"
	    REPORT "MAIL,RCPT,QUIT replies=220,250,250,550,221 offered= refused=b@y\n", { 0 } },
	{ "codes without text, bare LF, tabs",
	    "S| 220\\n\nC: EHLO me\nS| 250-\\n250\\x098BITMIME\\n\nC: MAIL FROM:<a@x>\nS| 250\\n\nC: RCPT TO:<b@y>\nS| 250\\r\\n\nC: DATA\nS| 354\\n\nC: .\nS| 250\\n\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250] bytes=0 subject=[]\n"
	    "report banner=220 [] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "text that is no UTF-8",
	    "S| 220 caf\\xe9\\x00\\r\\n\nC: QUIT\nS: 221 bye\n",
	    "report banner=220 [caf\xef\xbf\xbd\xef\xbf\xbd] helo=[] auth= commands=QUIT replies=220,221 offered= refused=\n", { 0 } },
	{ "what the server offers",
	    "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250-auth=LOGIN PLAIN\nS: 250-AUTH  NTLM\nS: 250-starttls\nS: 250 XXXXXXXA\nC: QUIT\nS: 221 bye\n",
	    "anomaly starttls_masked server\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,QUIT replies=220,250,221 offered=LOGIN,PLAIN refused= starttls-offered\n",
	    { 0 } },
	{ "HELO after a refused EHLO",
	    "S: 220 mx SMTP\nC: EHLO me.example\nS: 502 what\nC: HELO me\nS: 250 mx\nC: QUIT\nS: 221 bye\n",
	    "report banner=220 [mx SMTP] helo=[me] auth= commands=EHLO,HELO,QUIT replies=220,502,250,221 offered= refused=\n", { 0 } },
	{ "HELO that nobody accepts",
	    "S: 220 mx SMTP\nC: EHLO one\nS: 502 what\nC: HELO two\nS: 501 what\n",
	    "report banner=220 [mx SMTP] helo=[two] auth= commands=EHLO,HELO replies=220,502,501 offered= refused=\n", { 0 } },
	{ "221 is for QUIT, whatever went without a reply before",
	    HELLO "C: NOOP\nC: MAIL FROM:<a@x>\nC: QUIT\nS: 221 bye\n",
	    REPORT "NOOP,MAIL,QUIT replies=220,250,221 offered= refused=\n", { 0 } },
	{ "the go-ahead is missing",
	    BEGIN "C: DATA\nS~ 8\nC: Subject: Blind\nC: \nC: .\nS: 250 OK\n",
	    ACCEPTED "18 subject=[Blind]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,250 offered= refused=\n", { 0 } },
	{ "the refusal of DATA is missing",
	    BEGIN "C: DATA\nS~ 8\nC: RSET\nS: 250 OK\nC: QUIT\nS: 221 bye\n",
	    REPORT "MAIL,RCPT,DATA,RSET,QUIT replies=220,250,250,250,250,221 offered= refused=\n", { 0 } },
	{ "the go-ahead is missing, which is noticed behind the content",
	    BEGIN "C: DATA\nC: Subject: Late\nC: \nC: .\nS~ 8\nS: 250 OK\nC: QUIT\nS: 221 bye\n",
	    "anomaly data_not_awaited client\n"
	    ACCEPTED "17 subject=[Late]\n"
	    REPORT "MAIL,RCPT,DATA,.,QUIT replies=220,250,250,250,250,221 offered= refused=\n", { 0 } },
	{ "pipelined, the first replies are missing: the go-ahead is found",
	    HELLO "C: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: DATA\nS~ 8\nS: 250 OK\nS: 354 go\nC: .\nS: 250 OK\n",
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,354,250 offered= refused=\n", { 0 } },
	{ "the final reply is missing",
	    BEGIN "C: DATA\nS: 354 go\nC: .\nS~ 8\nC: QUIT\nS: 221 bye\n",
	    "message smtp-data unanswered whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,.,QUIT replies=220,250,250,250,354,221 offered= refused=\n", { 0 } },
	{ "only the beginning of the final reply is missing",
	    BEGIN "C: DATA\nS: 354 go\nC: .\nS~ 8\nS| 50-more\\r\\n250 OK\\r\\n\nC: QUIT\nS: 221 bye\n",
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,.,QUIT replies=220,250,250,250,354,250,221 offered= refused=\n", { 0 } },
	{ "the reply to RCPT is missing, and DATA with it",
	    HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS~ 8\nC~ 6\nS: 354 go\nC: Subject: Seen\nC: \nC: .\nS: 250 OK\n",
	    ACCEPTED "17 subject=[Seen]\n"
	    REPORT "MAIL,RCPT,. replies=220,250,250,354,250 offered= refused=\n", { 0 } },
	{ "the greeting is missing",
	    "S~ 16\nC: EHLO me\nS: 250 OK\nC: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    ACCEPTED "0 subject=[]\n"
	    "report banner=0 [] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=250,250,250,354,250 offered= refused=\n", { 0 } },
};

START_TEST(dialogue)
{
	script_assert(&cases[_i], &protocol_smtp);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, dialogue, 0, (int)(sizeof(cases) / sizeof(cases[0])));
}

CHECK_MAIN("protocol/smtp_server", add_tests)
