/* SPDX-License-Identifier: Apache-2.0
 *
 * SMTP dialogues as text, each with all that must be observed of it: played whole, split at every octet, octet by octet,
 * ending at an unmapped page; and with each octet missing, after which the parser must be back on firm ground.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/smtp.h"
#include "support/check_main.h"
#include "support/script.h"

struct dialogue_case {
	const char *name, *script, *expected;
	unsigned only;
};

#define HELLO "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250 OK\n"
#define BEGIN HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\n"

static const struct dialogue_case cases[] = {
	{ "one message",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: Hello\nC: \nC: text\nC: .\nS: 250 2.0.0 queued as 1\nC: QUIT\nS: 221 bye\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 2.0.0 queued as 1] bytes=24 "
	    "subject=[Hello]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,.,QUIT replies=220,250,250,250,354,250,221 "
	    "offered= refused=\n", 0 },
	{ "pipelined, replies matched to what caused them",
	    HELLO "C: MAIL FROM:<a@x> SIZE=100\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: DATA\nS: 250 OK\nS: 550 no\nS: 250 OK\nS: 354 go\n"
		  "C: Subject: One\nC: \nC: .\nC: MAIL FROM:<d@x>\nC: RCPT TO:<e@y>\nC: DATA\nS: 250 first\nS: 250 OK\nS: 250 OK\nS: 354 go\n"
		  "C: Subject: Two\nC: \nC: .\nC: QUIT\nS: 250 second\nS: 221 bye\n",
	    "message smtp-data accepted whole from=<a@x> to=<c@y> refused=<b@y> helo=[me] reply=[250 first] bytes=16 subject=[One]\n"
	    "message smtp-data accepted whole from=<d@x> to=<e@y> refused=<> helo=[me] reply=[250 second] bytes=16 subject=[Two]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,RCPT,DATA,.,MAIL,RCPT,DATA,.,QUIT "
	    "replies=220,250,250,550,250,354,250,250,250,354,250,221 offered= refused=b@y\n", 0 },
	{ "everything at once, before any reply",
	    "C: EHLO me\nC: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: DATA\nC: Subject: Eager\nC: \nC: .\nC: QUIT\n"
	    "S: 220 mx ESMTP\nS: 250 OK\nS: 250 OK\nS: 250 OK\nS: 354 go\nS: 250 queued\nS: 221 bye\n",
	    "anomaly early_client client\n"
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 queued] bytes=18 subject=[Eager]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,.,QUIT replies=220,250,250,250,354,250,221 "
	    "offered= refused=\n", 0 },
	{ "DATA refused while pipelined: what follows are commands",
	    HELLO "C: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: DATA\nC: RSET\nC: QUIT\nS: 250 OK\nS: 550 no\nS: 503 no recipients\nS: 250 OK\nS: 221 bye\n",
	    "anomaly data_not_awaited client\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,RSET,QUIT replies=220,250,250,550,503,250,221 "
	    "offered= refused=b@y\n", 0 },
	{ "message refused at its end",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: Spam\nC: \nC: .\nS: 554 5.7.1 rejected\n",
	    "message smtp-data refused whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[554 5.7.1 rejected] bytes=17 subject=[Spam]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=220,250,250,250,354,554 offered= refused=\n",
	    0 },
	{ "no answer, then the end",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: Lost\nC: \nC: .\n",
	    "message smtp-data unanswered whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=17 subject=[Lost]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=220,250,250,250,354 offered= refused=\n",
	    0 },
	{ "broken off in the content",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: Half\nC| \\r\\nte\n",
	    "message smtp-data incomplete part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=19 subject=[Half]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA replies=220,250,250,250,354 offered= refused=\n",
	    0 },
	{ "dots unstuffed",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: Dots\nC: \nC: ..\nC: ..two\nC: .x\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=29 subject=[Dots]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n",
	    0 },
	{ "empty message",
	    BEGIN "C: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n",
	    0 },
	{ "bare LF throughout",
	    "S| 220 mx ESMTP\\n\nC| EHLO me\\n\nS| 250 OK\\n\nC| MAIL FROM:<a@x>\\n\nS| 250 OK\\n\nC| RCPT TO:<b@y>\\n\nS| 250 OK\\n\nC| DATA\\n\n"
	    "S| 354 go\\n\nC| Subject: Unix\\n\\ntext\\n.\\n\nS| 250 OK\\n\n",
	    "anomaly bare_lf client\n"
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=20 subject=[Unix]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n",
	    0 },
	{ "smuggling: a lone dot between bare LFs is content, and said",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: One\nC| \\r\\nx\\n.\\nMAIL FROM:<evil@x>\\r\\n.\\r\\n\nS: 250 OK\n",
	    "anomaly smtp_smuggling client\n"
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=40 subject=[One]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n",
	    0 },
	{ "smuggling: bare LF, dot, CRLF",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: One\nC| \\r\\nx\\n.\\r\\ny\\r\\n.\\r\\n\nS: 250 OK\n",
	    "anomaly smtp_smuggling client\n"
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=24 subject=[One]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n",
	    0 },
	{ "BDAT in chunks, the last one empty",
	    BEGIN "C: BDAT 14\nC| Subject: Big\\r\\n\nS: 250 14 octets\nC: BDAT 6\nC| \\r\\nab\\r\\n\nS: 250 6 octets\nC: BDAT 0 LAST\nS: 250 queued\n",
	    NULL, 0 },
	{ "BDAT, all at once",
	    BEGIN "C: BDAT 14\nC| Subject: Big\\r\\n\nC: BDAT 6 LAST\nC| \\r\\nab\\r\\n\nC: QUIT\nS: 250 14 octets\nS: 250 queued\nS: 221 bye\n",
	    NULL, 0 },
	{ "BDAT chunk refused",
	    BEGIN "C: BDAT 8\nC| 12345678\nS: 552 too big\nC: RSET\nS: 250 OK\n",
	    "message smtp-bdat refused part from=<a@x> to=<b@y> refused=<> helo=[me] reply=[552 too big] bytes=8 subject=[] chunks=8\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,BDAT,RSET replies=220,250,250,250,552,250 offered= refused=\n",
	    0 },
	{ "BDAT sizes that are none",
	    BEGIN "C: BDAT 99999999999999999999 LAST\nS: 501 no\nC: BDAT -1 LAST\nS: 501 no\nC: BDAT\nS: 501 no\nC: BDAT 9 FIRST\nS: 501 no\nC: QUIT\nS: 221 bye\n",
	    "anomaly bad_bdat client\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,BDAT,BDAT,BDAT,BDAT,QUIT "
	    "replies=220,250,250,250,501,501,501,501,221 offered= refused=\n", 0 },
	{ "EHLO in between begins anew, a refused one does not",
	    HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\nC: EHLO other\nS: 501 no\nC: RCPT TO:<b@y>\nS: 250 OK\nC: EHLO third\nS: 250 OK\nC: MAIL FROM:<c@x>\n"
		  "S: 250 OK\nC: RCPT TO:<d@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<c@x> to=<d@y> refused=<> helo=[third] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[third] auth= commands=EHLO,MAIL,EHLO,RCPT,EHLO,MAIL,RCPT,DATA,. "
	    "replies=220,250,250,501,250,250,250,250,354,250 offered= refused=\n", 0 },
	{ "RSET forgets sender and recipients",
	    BEGIN "C: RSET\nS: 250 OK\nC: MAIL FROM:<>\nS: 250 OK\nC: RCPT TO:<c@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<> to=<c@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,RSET,MAIL,RCPT,DATA,. "
	    "replies=220,250,250,250,250,250,250,354,250 offered= refused=\n", 0 },
	{ "sender refused, another taken",
	    HELLO "C: MAIL FROM:<bad@x>\nS: 550 no\nC: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,MAIL,RCPT,DATA,. replies=220,250,550,250,250,354,250 offered= "
	    "refused=\n", 0 },
	{ "second MAIL inside a transaction, refused",
	    BEGIN "C: MAIL FROM:<c@x>\nS: 503 nested\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,MAIL,DATA,. replies=220,250,250,250,503,354,250 offered= "
	    "refused=\n", 0 },
	{ "RCPT before MAIL",
	    HELLO "C: RCPT TO:<b@y>\nS: 503 need MAIL\nC: QUIT\nS: 221 bye\n",
	    "anomaly rcpt_without_mail client\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,RCPT,QUIT replies=220,250,503,221 offered= refused=b@y\n", 0 },
	{ "paths of all kinds",
	    HELLO "C: mail from:a@x\nS: 250 OK\nC: RCPT TO: <@r1,@r2:b@y> NOTIFY=NEVER\nS: 250 OK\nC: RCPT TO:<\"a > b\"@y>\nS: 250 OK\n"
		  "C: RCPT to :  <j\xc3\xb6rg@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "anomaly source_route client\n"
	    "message smtp-data accepted whole from=<a@x> to=<b@y \"a > b\"@y j\xc3\xb6rg@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,RCPT,RCPT,DATA,. "
	    "replies=220,250,250,250,250,250,354,250 offered= refused=\n", 0 },
	{ "AUTH PLAIN at once", /* \0alice\0secret */
	    "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250-AUTH PLAIN LOGIN\nS: 250 AUTH=PLAIN LOGIN\nC: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: 235 ok\n"
	    "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 OK\n",
	    "login PLAIN success user=[alice] domain=[] cleartext\n"
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[] authenticated\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth=PLAIN commands=EHLO,AUTH,MAIL,RCPT,DATA,. replies=220,250,235,250,250,354,250 "
	    "offered=PLAIN,LOGIN refused=\n", 0 },
	{ "AUTH LOGIN, refused", /* alice, secret */
	    HELLO "C: auth login\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 535 no\nC: QUIT\nS: 221 bye\n",
	    "login LOGIN failure user=[alice] domain=[] cleartext\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth=LOGIN commands=EHLO,AUTH,*,*,QUIT replies=220,250,334,334,535,221 offered= refused=\n",
	    0 },
	{ "AUTH cancelled",
	    HELLO "C: AUTH PLAIN\nS: 334 \nC: *\nS: 501 cancelled\n",
	    "login PLAIN failure user=[] domain=[]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth=PLAIN commands=EHLO,AUTH,* replies=220,250,334,501 offered= refused=\n", 0 },
	{ "AUTH CRAM-MD5: the name, no secret", /* "tim b913a602c7eda7a495b4e6e7334d3890" of RFC 2195 */
	    HELLO "C: AUTH CRAM-MD5\nS: 334 PDE4OTYu\nC: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\nS: 235 ok\n",
	    "login CRAM-MD5 success user=[tim] domain=[]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth=CRAM-MD5 commands=EHLO,AUTH,* replies=220,250,334,235 offered= refused=\n", 0 },
	{ "AUTH XOAUTH2", /* user=eve@x^Aauth=Bearer tok^A^A */
	    HELLO "C: AUTH XOAUTH2 dXNlcj1ldmVAeAFhdXRoPUJlYXJlciB0b2sBAQ==\nS: 235 ok\n",
	    "login XOAUTH2 success user=[eve@x] domain=[] cleartext\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth=XOAUTH2 commands=EHLO,AUTH replies=220,250,235 offered= refused=\n", 0 },
	{ "AUTH SCRAM", /* n,,n=user,r=fyko */
	    HELLO "C: AUTH SCRAM-SHA-256 biwsbj11c2VyLHI9Znlrbw==\nS: 334 cj1mCg==\nC: Yz1iaXdzLHI9\nS: 235 ok\n",
	    "login SCRAM-SHA-256 success user=[user] domain=[]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth=SCRAM-SHA-256 commands=EHLO,AUTH,* replies=220,250,334,235 offered= refused=\n", 0 },
	{ "STARTTLS agreed, and clear text goes on",
	    "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\nC: EHLO again\nS: 250 OK\nC: QUIT\nS: 221 bye\n",
	    "report banner=220 [mx ESMTP] helo=[again] auth= commands=EHLO,STARTTLS,EHLO,QUIT replies=220,250,220,250,221 offered= refused= "
	    "starttls-offered starttls\n", 0 },
	{ "STARTTLS refused",
	    HELLO "C: STARTTLS\nS: 454 not now\nC: QUIT\nS: 221 bye\n",
	    "anomaly starttls_refused server\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,STARTTLS,QUIT replies=220,250,454,221 offered= refused=\n", 0 },
	{ "the offer painted over by a firewall",
	    "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250-XXXXXXXA\nS: 250 SIZE\n",
	    "anomaly starttls_masked server\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO replies=220,250 offered= refused=\n", 0 },
	{ "the command painted over on its way",
	    HELLO "C: XXXXXXXX\nS: 500 what?\nC: QUIT\nS: 221 bye\n",
	    "anomaly starttls_rewritten client\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,XXXXXXXX,QUIT replies=220,250,500,221 offered= refused=\n", 0 },
	{ "clear text smuggled behind STARTTLS",
	    HELLO "C: STARTTLS\nC: MAIL FROM:<a@x>\nS: 220 go\n",
	    "anomaly plaintext_after_starttls client\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,STARTTLS,MAIL replies=220,250,220 offered= refused= starttls\n", 0 },
	{ "LMTP: a reply for each recipient",
	    "S: 220 mx LMTP\nC: LHLO me\nS: 250 OK\nC: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\nC: RCPT TO:<c@y>\nS: 250 OK\nC: DATA\nS: 354 go\n"
	    "C: .\nS: 250 one\nS: 250 two\nC: QUIT\nS: 221 bye\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y c@y> refused=<> helo=[me] reply=[250 one] bytes=0 subject=[]\n"
	    "report banner=220 [mx LMTP] helo=[me] auth= commands=LHLO,MAIL,RCPT,RCPT,DATA,.,QUIT replies=220,250,250,250,250,354,250,250,221 "
	    "offered= refused=\n", 0 },
	{ "greeting of several lines, server that refuses",
	    "S: 554-mx\nS: 554 go away\nC: QUIT\nS: 221 bye\n",
	    "report banner=554 [mx] helo=[] auth= commands=QUIT replies=554,221 offered= refused=\n", 0 },
	{ "the server goes down when it likes",
	    BEGIN "S: 421 shutting down\n",
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT replies=220,250,250,250,421 offered= refused=\n", 0 },
	{ "a line that is no reply",
	    "S: 220 mx ESMTP\nC: NOOP\nS: what?\nS: 250 OK\n",
	    "anomaly bad_reply server\n"
	    "report banner=220 [mx ESMTP] helo=[] auth= commands=NOOP replies=220,250 offered= refused=\n", 0 },
	{ "a reply that never came: 354 still answers DATA",
	    "S: 220 mx ESMTP\nC: EHLO me\nC: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: .\nS: 250 queued\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 queued] bytes=0 subject=[]\n"
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,. replies=220,250,250,354,250 offered= refused=\n", 0 },
	{ "the greeting was not seen",
	    "C: EHLO me\nS: 250 OK\nC: STARTTLS\nS: 220 go\n",
	    "report banner=0 [] helo=[me] auth= commands=EHLO,STARTTLS replies=250,220 offered= refused= starttls\n", 0 },
	{ "client's side only",
	    BEGIN "C: DATA\nS: 354 go\nC: Subject: Alone\nC: \nC: .\nS: 250 OK\nC: QUIT\n",
	    "message smtp-data unanswered whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[] bytes=18 subject=[Alone]\n"
	    "report banner=0 [] helo=[me] auth= commands=EHLO,MAIL,RCPT,DATA,.,QUIT replies= offered= refused=\n", 1 },
	{ "server's side only",
	    BEGIN "C: QUIT\nS: 221 bye\n",
	    "report banner=220 [mx ESMTP] helo=[] auth= commands= replies=220,250,250,250,221 offered= refused=\n", 2 },
	{ "not SMTP at all",
	    "S: 220 mx ESMTP\nC: 1\nC: 2\nC: 3\nC: 4\nC: 5\nC: 6\nC: 7\nC: 8\nC: 9\nC: 10\nC: MAIL FROM:<a@x>\n",
	    "anomaly not_smtp client\n"
	    "report banner=220 [mx ESMTP] helo=[] auth= commands=1,2,3,4,5,6,7,8,9,10 replies=220 offered= refused=\n", 0 },
	{ "other commands",
	    HELLO "C: NOOP\nS: 250 OK\nC: VRFY bob\nS: 252 maybe\nC: EXPN list\nS: 502 no\nC: HELP\nS: 214 no\nC: ETRN x\nS: 250 OK\nC: TURN\nS: 502 no\nC: XCLIENT a=b\nS: 220 OK\n"
		  "C: FROBNICATE\nS: 500 what\n",
	    "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,NOOP,VRFY,EXPN,HELP,ETRN,TURN,XCLIENT,FROBNICATE "
	    "replies=220,250,250,252,502,214,250,502,220,500 offered= refused=\n", 0 },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static const char bdat_lines[] =
    "message smtp-bdat accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 queued] bytes=20 subject=[Big]";

static void
play(const struct dialogue_case *c, struct script_play play, struct recorder *r, struct script *s)
{
	play.only = c->only;
	recorder_init(r);
	script_run(s, &protocol_smtp, &play, r);
}

static void
assert_as_expected(const struct dialogue_case *c, struct recorder *r, const char *how, size_t at)
{
	const char *got = recorder_text(r);

	if (c->expected != NULL)
		ck_assert_msg(strcmp(got, c->expected) == 0, "%s, %s at %zu:\n%s--- wanted\n%s", c->name, how, at, got, c->expected);
	else
		ck_assert_msg(strncmp(got, bdat_lines, sizeof(bdat_lines) - 1) == 0, "%s, %s at %zu:\n%s", c->name, how, at, got);
}

START_TEST(whole_and_guarded)
{
	const struct dialogue_case *c = &cases[_i];
	struct script_play guarded = SCRIPT_WHOLE, octets = SCRIPT_WHOLE;
	struct recorder r;
	struct script s;

	guarded.guarded = true;
	octets.octets = true;
	script_read(&s, c->script);
	play(c, SCRIPT_WHOLE, &r, &s);
	assert_as_expected(c, &r, "whole", 0);
	recorder_clear(&r);
	play(c, guarded, &r, &s);
	assert_as_expected(c, &r, "guarded", 0);
	recorder_clear(&r);
	octets.guarded = true;
	play(c, octets, &r, &s);
	assert_as_expected(c, &r, "octet by octet", 0);
	recorder_clear(&r);
	script_clear(&s);
}
END_TEST

START_TEST(split_at_every_octet)
{
	const struct dialogue_case *c = &cases[_i];
	struct script s;

	script_read(&s, c->script);
	for (size_t at = 1; at < s.bytes.len; at++) {
		struct script_play split = SCRIPT_WHOLE;
		struct recorder r;

		split.split = at;
		play(c, split, &r, &s);
		assert_as_expected(c, &r, "split", at);
		recorder_clear(&r);
	}
	script_clear(&s);
}
END_TEST

/* Whatever octet is missing, a message is never called whole when it is not, and the transaction that follows is observed
 * as if nothing had happened. */
static const char after[] =
    "\n--\nC: MAIL FROM:<z@x>\nS: 250 OK\nC: RCPT TO:<w@y>\nS: 250 OK\nC: DATA\nS: 354 go\nC: Subject: Firm ground\nC: \nC: .\nS: 250 safe\n";
static const char firm[] =
    "message smtp-data accepted whole from=<z@x> to=<w@y> refused=<> helo=[";
static const char firm_end[] = "] reply=[250 safe] bytes=24 subject=[Firm ground]";

START_TEST(gap_at_every_octet)
{
	static const char *const dialogues[] = {
		BEGIN "C: DATA\nS: 354 go\nC: Subject: Hello\nC: \nC: text\nC: .\nS: 250 queued",
		BEGIN "C: BDAT 14\nC| Subject: Big\\r\\n\nS: 250 OK\nC: BDAT 6 LAST\nC| \\r\\nab\\r\\n\nS: 250 queued",
		HELLO "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 ok",
		HELLO "C: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: DATA\nS: 250 OK\nS: 550 no\nS: 503 no\nC: RSET\nS: 250 OK",
	};
	const char *head = dialogues[_i];
	char text[4096];
	struct script s;
	size_t end;

	script_read(&s, head);
	end = s.bytes.len;
	script_clear(&s);
	snprintf(text, sizeof(text), "%s%s", head, after);
	script_read(&s, text);
	for (size_t at = 0; at < end; at++) {
		struct script_play gap = SCRIPT_WHOLE;
		struct recorder r;
		const char *got, *found;

		gap.gap = at;
		recorder_init(&r);
		script_run(&s, &protocol_smtp, &gap, &r);
		got = recorder_text(&r);
		found = strstr(got, firm);
		ck_assert_msg(found != NULL && strstr(found, firm_end) != NULL, "dialogue %d, gap at %zu:\n%s", _i, at, got);
		ck_assert_msg(r.messages <= 2, "dialogue %d, gap at %zu:\n%s", _i, at, got);
		ck_assert_msg(strstr(got, "subject=[Hello]") == NULL || strstr(got, "missing=") == NULL ||
			strstr(got, "accepted whole from=<a@x>") == NULL, "dialogue %d, gap at %zu:\n%s", _i, at, got);
		recorder_clear(&r);
	}
	script_clear(&s);
}
END_TEST

START_TEST(ceilings)
{
	struct buffer text;
	struct recorder r;
	struct script s;
	struct script_play whole = SCRIPT_WHOLE;

	/* Recipients past the ceiling are counted; commands past it too. */
	script_limits.recipients = 3;
	script_limits.commands = 4;
	buffer_init(&text, 1 << 16);
	(void)buffer_append(&text, bytes_str(HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\n"));
	for (int i = 0; i < 10; i++)
		(void)buffer_append(&text, bytes_str("C: RCPT TO:<b@y>\nS: 250 OK\n"));
	(void)buffer_append(&text, bytes_str("C: DATA\nS: 354 go\nC: .\nS: 250 OK\n"));
	(void)buffer_append_octet(&text, 0);
	script_read(&s, (const char *)text.at);
	recorder_init(&r);
	script_run(&s, &protocol_smtp, &whole, &r);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "to=<b@y b@y b@y +7>"));
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly recipient_ceiling client"));
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "commands=EHLO,MAIL,RCPT,RCPT replies=220,250,250,250 "));
	recorder_clear(&r);
	script_clear(&s);
	buffer_clear(&text);
}
END_TEST

/* A million pipelined commands without a reply: bounded, said, and the dialogue goes on. */
START_TEST(endless_pipeline)
{
	struct session session = { .protocol = MAIL_SMTP };
	struct recorder r;
	struct protocol_context context = { .session = &session, .limits = &script_limits,
		.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = &r };
	void *parser = protocol_smtp.open(&context);
	size_t used;

	recorder_init(&r);
	(void)protocol_smtp.data(parser, FROM_SERVER, BYTES("220 mx ESMTP\r\n"), 0, &used);
	for (int i = 0; i < 1000000; i++)
		(void)protocol_smtp.data(parser, FROM_CLIENT, BYTES("NOOP\r\n"), 0, &used);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly pending_ceiling client"));
	ck_assert_uint_eq(r.anomalies, 1);
	protocol_smtp.close(parser);
	recorder_clear(&r);
}
END_TEST

/* Nothing is kept for an exchange when there is none: a million connections may stand there. */
START_TEST(calm_between_exchanges)
{
	static const struct {
		const char *text;
		bool calm;
	} steps[] = {
		{ "S220 mx ES", false },
		{ "SMTP ready\r\n", true },
		{ "CEHLO me", false },
		{ "C\r\n", false },
		{ "S250-mx\r\n", false },
		{ "S250 SIZE\r\n", true },
		{ "CAUTH LOGIN\r\n", false },
		{ "S334 VXNlcm5hbWU6\r\n", false },
		{ "Cam9l\r\n", false },
		{ "S535 no\r\n", true },
		{ "CMAIL FROM:<a@x>\r\n", false },
		{ "S250 OK\r\n", false },
		{ "CRCPT TO:<b@y>\r\n", false },
		{ "S250 OK\r\n", false },
		{ "CDATA\r\n", false },
		{ "S354 go\r\n", false },
		{ "CSubject: Hi\r\n\r\n.\r\n", false },
		{ "S250 queued\r\n", true },
		{ "CNOOP\r\nMAIL FROM:<c@x>\r\n", false },
		{ "S250 OK\r\n", false },
		{ "S550 no\r\n", true },
		{ "CQUIT\r\n", false },
	};
	struct session session = { .protocol = MAIL_SMTP };
	struct recorder r;
	struct protocol_context context = { .session = &session, .limits = &script_limits,
		.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = &r };
	struct smtp_parser *p = protocol_smtp.open(&context);
	size_t used;

	recorder_init(&r);
	ck_assert_ptr_null(p->busy);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		enum direction from = steps[i].text[0] == 'C' ? FROM_CLIENT : FROM_SERVER;

		(void)protocol_smtp.data(p, from, bytes_str(steps[i].text + 1), 1, &used);
		ck_assert_msg((p->busy == NULL) == steps[i].calm, "%s", steps[i].text);
	}
	protocol_smtp.finish(p, 2);
	ck_assert_ptr_null(p->busy);
	protocol_smtp.close(p);
	ck_assert_uint_eq(r.messages, 1);
	recorder_clear(&r);
	ck_assert_uint_le(sizeof(*p), 56);
}
END_TEST

START_TEST(endless_line)
{
	static uint8_t block[65536];
	struct session session = { .protocol = MAIL_SMTP };
	struct recorder r;
	struct protocol_context context = { .session = &session, .limits = &script_limits,
		.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = &r };
	void *parser = protocol_smtp.open(&context);
	size_t used;

	recorder_init(&r);
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 100; i++) {
		(void)protocol_smtp.data(parser, FROM_CLIENT, bytes_of(block, sizeof(block)), 0, &used);
		(void)protocol_smtp.data(parser, FROM_SERVER, bytes_of(block, sizeof(block)), 0, &used);
	}
	(void)protocol_smtp.data(parser, FROM_CLIENT, BYTES("\r\nEHLO me\r\n"), 0, &used);
	(void)protocol_smtp.data(parser, FROM_SERVER, BYTES("\r\n220 mx\r\n"), 0, &used);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly long_line client"));
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly long_line server"));
	protocol_smtp.close(parser);
	recorder_clear(&r);
}
END_TEST

/* No password or token of any exchange is in anything observed. */
START_TEST(secrets_never)
{
	for (size_t i = 0; i < CASES; i++) {
		struct recorder r;
		struct script s;

		script_read(&s, cases[i].script);
		play(&cases[i], SCRIPT_WHOLE, &r, &s);
		ck_assert_ptr_null(strstr(recorder_text(&r), "secret"));
		ck_assert_ptr_null(strstr(recorder_text(&r), "c2VjcmV0"));
		ck_assert_ptr_null(strstr(recorder_text(&r), "Bearer"));
		ck_assert_ptr_null(strstr(recorder_text(&r), "b913a602"));
		recorder_clear(&r);
		script_clear(&s);
	}
}
END_TEST

static enum recognition
server(const char *text)
{
	return protocol_smtp.recognises(FROM_SERVER, bytes_str(text));
}

static enum recognition
client(const char *text)
{
	return protocol_smtp.recognises(FROM_CLIENT, bytes_str(text));
}

START_TEST(recognition)
{
	ck_assert_int_eq(server("220 mx.example ESMTP Postfix\r\n"), RECOGNISED_SURE);
	ck_assert_int_eq(server("220-mx.example SMTP\r\n"), RECOGNISED_SURE);
	ck_assert_int_eq(server("220 mail.example ready\r\n"), RECOGNISED_LIKELY);
	ck_assert_int_eq(server("220 ftp.example FTP\r\n"), RECOGNISED_MAYBE);
	ck_assert_int_eq(server("2"), RECOGNISED_MAYBE);
	ck_assert_int_eq(server("+OK ready\r\n"), RECOGNISED_NOT);
	ck_assert_int_eq(server("* OK IMAP\r\n"), RECOGNISED_NOT);
	ck_assert_int_eq(server("HTTP/1.1 200 OK\r\n"), RECOGNISED_NOT);
	ck_assert_int_eq(server("SSH-2.0-x\r\n"), RECOGNISED_NOT);
	ck_assert_int_eq(server("1234\r\n"), RECOGNISED_NOT);
	ck_assert_int_eq(client("EHLO me\r\n"), RECOGNISED_SURE);
	ck_assert_int_eq(client("helo me\r\n"), RECOGNISED_SURE);
	ck_assert_int_eq(client("QUIT\r\n"), RECOGNISED_MAYBE);
	ck_assert_int_eq(client("GET / HTTP/1.1\r\n"), RECOGNISED_NOT);
	ck_assert_int_eq(client("\x16\x03\x01\x02\x00\x01"), RECOGNISED_NOT);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, whole_and_guarded, 0, (int)CASES);
	tcase_add_loop_test(tests, split_at_every_octet, 0, (int)CASES);
	tcase_add_loop_test(tests, gap_at_every_octet, 0, 4);
	tcase_add_test(tests, ceilings);
	tcase_add_test(tests, endless_pipeline);
	tcase_add_test(tests, calm_between_exchanges);
	tcase_add_test(tests, endless_line);
	tcase_add_test(tests, secrets_never);
	tcase_add_test(tests, recognition);
}

CHECK_MAIN("protocol/smtp", add_tests)
