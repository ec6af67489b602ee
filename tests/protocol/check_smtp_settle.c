/* SPDX-License-Identifier: Apache-2.0
 *
 * What the server makes of sender, recipients and messages: pipelining, refusals, chunks, LMTP, new beginnings.
 */
#include "protocol/smtp.h"
#include "support/check_main.h"
#include "support/script.h"

#define HELLO "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250 OK\n"
#define BEGIN HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\n"
#define REPORT "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,"

static const struct script_case cases[] = {
	{ "pipelined: a new EHLO ends the transaction before it, not the one behind it",
	    BEGIN "C: EHLO me\nC: MAIL FROM:<c@x>\nC: RCPT TO:<d@y>\nC: DATA\nS: 250-mx\nS: 250 OK\nS: 250 OK\nS: 250 OK\nS: 354 go\n"
		  "C: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<c@x> to=<d@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,EHLO,MAIL,RCPT,DATA,. replies=220,250,250,250,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "an EHLO that is taken leaves no sender and no recipient",
	    BEGIN "C: EHLO again\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=?<> to=<> refused=<> helo=[again] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[again] auth= commands=EHLO,MAIL,RCPT,EHLO,DATA,. replies=220,250,250,250,250,354,250 "
	    "offered= refused=\n", { 0 } },
	{ "an EHLO that is refused leaves them, and the name that was taken",
	    BEGIN "C: EHLO again\nS: 501 no\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,EHLO,DATA,. replies=220,250,250,250,501,354,250 offered= refused=\n", { 0 } },
	{ "XCLIENT that is taken leaves no sender and no recipient",
	    BEGIN "C: XCLIENT ADDR=192.0.2.1\nS: 220 mx ESMTP\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=?<> to=<> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,XCLIENT,DATA,. replies=220,250,250,250,220,354,250 offered= refused=\n", { 0 } },
	{ "pipelined: RSET and a new transaction in one flight",
	    BEGIN "C: RSET\nC: MAIL FROM:<c@x>\nC: RCPT TO:<d@y>\nC: DATA\nS: 250 OK\nS: 250 OK\nS: 550 no such user\nS: 554 no valid recipients\n"
		  "C: RCPT TO:<e@y>\nC: DATA\nS: 250 OK\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<c@x> to=<e@y> refused=<d@y> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,RSET,MAIL,RCPT,DATA,RCPT,DATA,. replies=220,250,250,250,250,250,550,554,250,354,250 offered= refused=d@y\n",
	    { 0 } },
	{ "RSET refused changes nothing",
	    BEGIN "C: RSET\nS: 500 what\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,RSET,DATA,. replies=220,250,250,250,500,354,250 offered= refused=\n", { 0 } },
	{ "a second MAIL that the server takes begins anew",
	    BEGIN "C: MAIL FROM:<c@x>\nS: 250 OK\nC: RCPT TO:<d@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<c@x> to=<d@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,MAIL,RCPT,DATA,. replies=220,250,250,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "the same recipient refused, then taken",
	    HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 450 later\nC: RCPT TO:<b@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<b@y> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,RCPT,DATA,. replies=220,250,250,450,250,354,250 offered= refused=b@y\n", { 0 } },
	{ "sender refused while pipelined: nothing is sent",
	    HELLO "C: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: DATA\nS: 550 no\nS: 503 no sender\nS: 503 no sender\nC: QUIT\nS: 221 bye\n",
	    REPORT "MAIL,RCPT,DATA,QUIT replies=220,250,550,503,503,221 offered= refused=b@y\n", { 0 } },
	{ "DATA and content without waiting, refused: the content is read as commands and is no message",
	    HELLO "C: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: DATA\nC: Subject: no\nC: \nC: .\nC: QUIT\nS: 250 OK\nS: 550 no\nS: 554 no valid\n"
		  "S: 500 what\nS: 500 what\nS: 221 bye\n",
	    "anomaly data_not_awaited client\n"
	    REPORT "MAIL,RCPT,DATA,SUBJECT:,.,QUIT replies=220,250,250,550,554,500,500,221 offered= refused=b@y\n", { 0 } },
	{ "chunks before any reply: the envelope is what the server makes of it",
	    HELLO "C: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: BDAT 4\nC| ab\\r\\n\nC: BDAT 3 LAST\nC| c\\r\\n\nC: MAIL FROM:<d@x>\n"
		  "C: RCPT TO:<e@y>\nC: BDAT 2 LAST\nC| z\\n\n"
		  "S: 250 OK\nS: 250 OK\nS: 550 no\nS: 250 4 octets\nS: 250 first\nS: 250 OK\nS: 250 OK\nS: 250 second\n",
	    "message smtp-bdat accepted whole from=<a@x> to=<b@y> refused=<c@y> helo=[me] reply=[250 first] bytes=7 subject=[] chunks=4,3\n"
	    "message smtp-bdat accepted whole from=<d@x> to=<e@y> refused=<> helo=[me] reply=[250 second] bytes=2 subject=[] chunks=2\n"
	    REPORT "MAIL,RCPT,RCPT,BDAT,BDAT,MAIL,RCPT,BDAT replies=220,250,250,250,550,250,250,250,250,250 offered= refused=c@y\n", { 0 } },
	{ "a chunk refused, the others already sent",
	    BEGIN "C: BDAT 2\nC| a\\n\nC: BDAT 2\nC| b\\n\nC: BDAT 2 LAST\nC| c\\n\nS: 552 too much\nS: 503 no\nS: 503 no\n"
		  "C: MAIL FROM:<c@x>\nS: 250 OK\nC: RCPT TO:<d@y>\nS: 250 OK\nC: BDAT 2 LAST\nC| e\\n\nS: 250 OK\n",
	    "message smtp-bdat refused whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[552 too much] bytes=6 subject=[] chunks=2,2,2\n"
	    "message smtp-bdat accepted whole from=<c@x> to=<d@y> refused=<> helo=[me] reply=[250 OK] bytes=2 subject=[] chunks=2\n"
	    REPORT "MAIL,RCPT,BDAT,BDAT,BDAT,MAIL,RCPT,BDAT replies=220,250,250,250,552,503,503,250,250,250 offered= refused=\n", { 0 } },
	{ "chunks, then RSET: broken off",
	    BEGIN "C: BDAT 2\nC| a\\n\nS: 250 OK\nC: RSET\nS: 250 OK\nC: MAIL FROM:<c@x>\nS: 250 OK\nC: RCPT TO:<d@y>\nS: 250 OK\nC: BDAT 0 LAST\nS: 250 OK\n",
	    "message smtp-bdat incomplete part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=2 subject=[] chunks=2\n"
	    "message smtp-bdat accepted whole from=<c@x> to=<d@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[] chunks=0\n"
	    REPORT "MAIL,RCPT,BDAT,RSET,MAIL,RCPT,BDAT replies=220,250,250,250,250,250,250,250,250 offered= refused=\n", { 0 } },
	{ "a chunk that never comes to its end",
	    BEGIN "C: BDAT 9223372036854775807 LAST\nC| abc\n",
	    "message smtp-bdat incomplete part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=3 subject=[] chunks=9223372036854775807\n"
	    REPORT "MAIL,RCPT,BDAT replies=220,250,250,250 offered= refused=\n", { 0 } },
	{ "the server has had enough in the middle of the content",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: Big\nC: \nC| abc\nS: 552 5.3.4 too big\n",
	    "message smtp-data refused part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[552 5.3.4 too big] bytes=19 subject=[Big]\n"
	    REPORT "MAIL,RCPT,DATA replies=220,250,250,250,354,552 offered= refused=\n", { 0 } },
	{ "LMTP: refused for one of three",
	    "S: 220 mx LMTP\nC: LHLO me\nS: 250 OK\nC: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: RCPT TO:<d@y>\nC: RCPT TO:<e@y>\nC: DATA\n"
	    "S: 250 OK\nS: 250 OK\nS: 250 OK\nS: 550 no\nS: 250 OK\nS: 354 go\nC: .\nS: 452 full\nS: 250 for c\nS: 250 for e\nC: QUIT\nS: 221 bye\n",
	    "message smtp-data accepted whole from=<a@x> to=<c@y e@y> refused=<d@y b@y> helo=[me] reply=[250 for c] bytes=0 subject=[]\n"
	    "report banner=220 [mx LMTP] helo=[me] auth= commands=LHLO,MAIL,RCPT,RCPT,RCPT,RCPT,DATA,.,QUIT "
	    "replies=220,250,250,250,250,550,250,354,452,250,250,221 offered= refused=d@y,b@y\n", { 0 } },
	{ "LMTP: refused for all",
	    "S: 220 mx LMTP\nC: LHLO me\nS: 250 OK\nC: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\nC: BDAT 2 LAST\nC| a\\n\nS: 552 full\n",
	    "message smtp-bdat refused whole from=<a@x> to=<> refused=<b@y> helo=[me] reply=[552 full] bytes=2 subject=[] chunks=2\n"
	    "report banner=220 [mx LMTP] helo=[me] auth= commands=LHLO,MAIL,RCPT,BDAT replies=220,250,250,250,552 offered= refused=b@y\n", { 0 } },
	{ "TURN: the sides change places",
	    HELLO "C: TURN\nS: 250 OK\nC: 220 other ESMTP\nS: HELO mx\nC: 250 OK\nS: MAIL FROM:<a@x>\nC: 250 OK\nS: RCPT TO:<b@y>\nC: 250 OK\nS: DATA\nC: 354 go\n"
		  "S: .\nC: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[mx] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[mx] auth= commands=EHLO,TURN,HELO,MAIL,RCPT,DATA,. replies=220,250,250,220,250,250,250,354,250 "
	    "offered= refused=\n", { 0 } },
	{ "TURN: who was the server speaks as a client in the same breath",
	    HELLO "C: TURN\nS: 250 OK\nS: HELO mx\nC: 220 other ESMTP\nC: 250 OK\nS: MAIL FROM:<a@x>\nC: 250 OK\nS: RCPT TO:<b@y>\nC: 250 OK\nS: DATA\nC: 354 go\n"
		  "S: .\nC: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[mx] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[mx] auth= commands=EHLO,TURN,HELO,MAIL,RCPT,DATA,. replies=220,250,250,220,250,250,250,354,250 "
	    "offered= refused=\n", { 0 } },
	{ "XCLIENT: greeted anew, the transaction is void",
	    BEGIN "C: XCLIENT ADDR=192.0.2.1\nS: 220 mx ESMTP\nC: EHLO other\nS: 250 OK\nC: MAIL FROM:<c@x>\nS: 250 OK\nC: RCPT TO:<d@y>\nS: 250 OK\nC: DATA\nS: 354 go\n"
		  "C: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<c@x> to=<d@y> refused=<> helo=[other] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[other] auth= commands=EHLO,MAIL,RCPT,XCLIENT,EHLO,MAIL,RCPT,DATA,. "
	    "replies=220,250,250,250,220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "TURN leaves no sender and no recipient, and a greeting is due",
	    BEGIN "C: TURN\nS: 250 OK\nS: HELO mx\nC: 220 other ESMTP\nC: 501 no\nS: DATA\nC: 354 go\nS: .\nC: 250 OK\n",
	    "message smtp-data accepted whole from=?<> to=<> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,TURN,HELO,DATA,. replies=220,250,250,250,250,220,501,354,250 offered= refused=\n", { 0 } },
	{ "STARTTLS leaves no sender and no recipient",
	    BEGIN "C: STARTTLS\nS: 220 go\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=?<> to=<> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,STARTTLS,DATA,. replies=220,250,250,250,220,354,250 offered= refused= starttls\n", { 0 } },
	{ "STARTTLS between chunks: the message is broken off",
	    BEGIN "C: BDAT 2\nC| a\\n\nS: 250 OK\nC: STARTTLS\nS: 220 go\nC: EHLO me\nS: 250 OK\n",
	    "message smtp-bdat incomplete part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=2 subject=[] chunks=2\n"
	    REPORT "MAIL,RCPT,BDAT,STARTTLS,EHLO replies=220,250,250,250,250,220,250 offered= refused= starttls\n", { 0 } },
	{ "what was sent behind STARTTLS is void: a sender",
	    HELLO "C: STARTTLS\nC: MAIL FROM:<evil@x>\nS: 220 go\nC: RCPT TO:<b@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "anomaly plaintext_after_starttls client\n"
	    "anomaly rcpt_without_mail client\n"
	    "message smtp-data accepted whole from=?<> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "STARTTLS,MAIL,RCPT,DATA,. replies=220,250,220,250,354,250 offered= refused= starttls\n", { 0 } },
	{ "what was sent behind STARTTLS is void: a chunk that has not ended",
	    HELLO "C: STARTTLS\nC: BDAT 100\nC| abc\nS: 220 go\nC: EHLO again\nS: 250 OK\n",
	    "anomaly plaintext_after_starttls client\n"
	    "report banner=220 [mx ESMTP] helo=[again] auth= commands=EHLO,STARTTLS,BDAT,EHLO replies=220,250,220,250 offered= refused= starttls\n",
	    { 0 } },
	{ "RSET, and a recipient without a sender",
	    BEGIN "C: RSET\nS: 250 OK\nC: RCPT TO:<c@y>\nS: 503 no\n",
	    "anomaly rcpt_without_mail client\n"
	    REPORT "MAIL,RCPT,RSET,RCPT replies=220,250,250,250,250,503 offered= refused=c@y\n", { 0 } },
	{ "a chunk that is not the last is refused, another message begins",
	    BEGIN "C: BDAT 2\nC| a\\n\nS: 552 no\nC: MAIL FROM:<c@x>\nS: 250 OK\nC: RCPT TO:<d@y>\nS: 250 OK\nC: BDAT 2 LAST\nC| b\\n\nS: 250 OK\n",
	    "message smtp-bdat refused part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[552 no] bytes=2 subject=[] chunks=2\n"
	    "message smtp-bdat accepted whole from=<c@x> to=<d@y> refused=<> helo=[me] reply=[250 OK] bytes=2 subject=[] chunks=2\n"
	    REPORT "MAIL,RCPT,BDAT,MAIL,RCPT,BDAT replies=220,250,250,250,552,250,250,250 offered= refused=\n", { 0 } },
	{ "pipelined: what is malformed or unknown has its reply, too",
	    HELLO "C: FROB\nC: MAIL FROM evil@x\nC: MAIL FROM:<a@x>\nC: BDAT 9x\nC: RCPT TO <c@y>\nC: RCPT TO:<b@y>\nC: DATA\n"
		  "S: 500 a\nS: 501 b\nS: 250 c\nS: 501 d\nS: 501 e\nS: 250 f\nS: 354 g\nC: .\nS: 250 OK\n",
	    "anomaly bad_bdat client\n"
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "FROB,MAIL,MAIL,BDAT,RCPT,RCPT,DATA,. replies=220,250,500,501,250,501,501,250,354,250 offered= refused=\n", { 0 } },
	{ "a lost reply is passed over: what is pipelined behind it has its own",
	    HELLO "C: NOOP\nS~ 8\nC: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: DATA\nS: 250 OK\nS: 250 OK\nS: 550 no\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<c@y> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "NOOP,MAIL,RCPT,RCPT,DATA,. replies=220,250,250,250,550,354,250 offered= refused=c@y\n", { 0 } },
	{ "STARTTLS in a transaction: what was said before is void",
	    BEGIN "C: STARTTLS\nS: 220 go\nC: EHLO me\nS: 250 OK\nC: DATA\nS: 503 no\n",
	    REPORT "MAIL,RCPT,STARTTLS,EHLO,DATA replies=220,250,250,250,220,250,503 offered= refused= starttls\n", { 0 } },
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

CHECK_MAIN("protocol/smtp_settle", add_tests)
