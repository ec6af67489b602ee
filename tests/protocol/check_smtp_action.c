/* SPDX-License-Identifier: Apache-2.0
 *
 * What each command does to a transaction, and what it leaves alone; parameters of all extensions; and the traps that
 * parsers of this protocol have fallen into.
 */
#include "protocol/smtp.h"

#include <stdio.h>
#include <string.h>

#include "support/check_main.h"
#include "support/script.h"

#define HELLO "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250 OK\n"
#define BEGIN HELLO "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\n"
#define SEND "C: DATA\nS: 354 go\nC: .\nS: 250 OK\n"
#define REPORT "report banner=220 [mx ESMTP] helo=[me] auth= commands=EHLO,"
#define ACCEPTED "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes="

static const struct script_case cases[] = {
	/* commands that leave a transaction alone */
	{ "VRFY, EXPN, HELP, NOOP, ETRN, XFORWARD inside a transaction",
	    BEGIN "C: VRFY <c@y>\nS: 252 maybe\nC: EXPN all\nS: 250-<d@y>\nS: 250 <e@y>\nC: HELP MAIL\nS: 214-read\nS: 214 that\n"
		  "C: NOOP x y\nS: 250 OK\nC: ETRN #queue\nS: 253 OK\nC: XFORWARD NAME=h ADDR=192.0.2.1 PROTO=ESMTP\nS: 250 OK\n" SEND,
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,VRFY,EXPN,HELP,NOOP,ETRN,XFORWARD,DATA,. replies=220,250,250,250,252,250,214,250,253,250,354,250 "
		   "offered= refused=\n", { 0 } },
	{ "XFORWARD before it, in several lines",
	    HELLO "C: XFORWARD NAME=spike.example ADDR=192.168.1.1 PORT=1234\nS: 250 OK\nC: XFORWARD HELO=spike SOURCE=REMOTE\nS: 250 OK\n"
		  "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\n" SEND,
	    ACCEPTED "0 subject=[]\n"
	    REPORT "XFORWARD,XFORWARD,MAIL,RCPT,DATA,. replies=220,250,250,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "XCLIENT refused changes nothing",
	    BEGIN "C: XCLIENT LOGIN=root\nS: 550 no\n" SEND,
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,XCLIENT,DATA,. replies=220,250,250,250,550,354,250 offered= refused=\n", { 0 } },
	{ "TURN refused: everybody stays in place",
	    BEGIN "C: TURN\nS: 502 no\n" SEND,
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,TURN,DATA,. replies=220,250,250,250,502,354,250 offered= refused=\n", { 0 } },
	{ "ATRN: the sides change places",
	    HELLO "C: ATRN x.example\nS: 250 OK\nC: 220 other ESMTP\nS: EHLO mx\nC: 250 OK\nS: MAIL FROM:<a@x>\nC: 250 OK\nS: RCPT TO:<b@y>\n"
		  "C: 250 OK\nS: DATA\nC: 354 go\nS: Subject: Back\nS: \nS: .\nC: 250 OK\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> helo=[mx] reply=[250 OK] bytes=17 subject=[Back]\n"
	    "report banner=220 [mx ESMTP] helo=[mx] auth= commands=EHLO,ATRN,EHLO,MAIL,RCPT,DATA,. replies=220,250,250,220,250,250,250,354,250 "
	    "offered= refused=\n", { 0 } },
	{ "SEND, SOML and SAML name a sender as MAIL does",
	    HELLO "C: SOML FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\n" SEND "C: SAML FROM:<c@x>\nS: 250 OK\nC: RCPT TO:<d@y>\nS: 250 OK\n" SEND
		  "C: SEND FROM:<e@x>\nS: 250 OK\nC: RCPT TO:<f@y>\nS: 250 OK\n" SEND,
	    ACCEPTED "0 subject=[]\n"
	    "message smtp-data accepted whole from=<c@x> to=<d@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    "message smtp-data accepted whole from=<e@x> to=<f@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "SOML,RCPT,DATA,.,SAML,RCPT,DATA,.,SEND,RCPT,DATA,. replies=220,250,250,250,354,250,250,250,354,250,250,250,354,250 offered= refused=\n", { 0 } },

	/* parameters */
	{ "SIZE, BODY, SMTPUTF8, AUTH, RET, ENVID, NOTIFY, ORCPT: none of them is part of the address",
	    HELLO "C: MAIL FROM:<a@x> SIZE=500000 BODY=8BITMIME SMTPUTF8 AUTH=<> RET=HDRS ENVID=QQ<314159>\nS: 250 OK\n"
		  "C: RCPT TO:<b@y> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;<c@z>\nS: 250 OK\n" SEND,
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "the same without brackets, without blanks, with tabs",
	    HELLO "C| MAIL FROM:a@x\\x09RET=FULL ENVID=<q>\\r\\n\nS: 250 OK\nC| rcpt\\x09to:b@y\\x09ORCPT=rfc822;c@z\\r\\n\nS: 250 OK\n" SEND,
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "addresses in UTF-8, and a body in 8 bits",
	    HELLO "C: MAIL FROM:<j\xc3\xb6rg@b\xc3\xbc" "cher.example> SMTPUTF8 BODY=8BITMIME\nS: 250 OK\nC: RCPT TO:<\xd0\xb6@y>\nS: 250 OK\n"
		  "C: DATA\nS: 354 go\nC: Subject: caf\xc3\xa9\nC: \nC| \\xe9\\xff\\x00\\r\\n.\\r\\n\nS: 250 OK\n",
	    "message smtp-data accepted whole from=<j\xc3\xb6rg@b\xc3\xbc" "cher.example> to=<\xd0\xb6@y> refused=<> helo=[me] reply=[250 OK] bytes=23 "
	    "subject=[caf\xc3\xa9]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "quoted local parts: a blank, a bracket, a quote, an at sign in them",
	    HELLO "C: MAIL FROM:<\"a b\"@x>\nS: 250 OK\nC: RCPT TO:<\"c>\\\\\"d\"@y>\nS: 250 OK\nC: RCPT TO:<\"e@f\"@y> NOTIFY=NEVER\nS: 250 OK\n" SEND,
	    "message smtp-data accepted whole from=<\"a b\"@x> to=<\"c>\\\"d\"@y \"e@f\"@y> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,RCPT,DATA,. replies=220,250,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "a null sender, and postmaster without a domain",
	    HELLO "C: MAIL FROM: <>\nS: 250 OK\nC: RCPT TO:<Postmaster>\nS: 250 OK\n" SEND,
	    "message smtp-data accepted whole from=<> to=<Postmaster> refused=<> helo=[me] reply=[250 OK] bytes=0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },

	/* chunks */
	{ "a size that is none changes nothing: the chunks around it are the message",
	    BEGIN "C: BDAT 14\nC| Subject: Big\\r\\n\nS: 250 OK\nC: BDAT 9999999999999999999\nS: 501 no\nC: BDAT 6x\nS: 501 no\nC: BDAT 6 LAST\nC| \\r\\nab\\r\\n\nS: 250 OK\n",
	    "anomaly bad_bdat client\n"
	    "message smtp-bdat accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=20 subject=[Big] chunks=14,6\n"
	    REPORT "MAIL,RCPT,BDAT,BDAT,BDAT,BDAT replies=220,250,250,250,250,501,501,250 offered= refused=\n", { 0 } },
	{ "what stands in a chunk is content, commands and lone dots too",
	    BEGIN "C: BDAT 26 LAST\nC| \\r\\nQUIT\\r\\n.\\r\\nMAIL FROM:<c>\\r\\n\nS: 250 OK\nC: QUIT\nS: 221 bye\n",
	    "message smtp-bdat accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=26 subject=[] chunks=26\n"
	    REPORT "MAIL,RCPT,BDAT,QUIT replies=220,250,250,250,250,221 offered= refused=\n", { 0 } },
	{ "an empty chunk in the middle",
	    BEGIN "C: BDAT 2\nC| a\\n\nS: 250 OK\nC: BDAT 0\nS: 250 OK\nC: BDAT 2 LAST\nC| b\\n\nS: 250 OK\n",
	    "message smtp-bdat accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=4 subject=[] chunks=2,0,2\n"
	    REPORT "MAIL,RCPT,BDAT,BDAT,BDAT replies=220,250,250,250,250,250,250 offered= refused=\n", { 0 } },
	{ "DATA and MAIL between chunks, both refused: the message goes on",
	    BEGIN "C: BDAT 2\nC| a\\n\nS: 250 OK\nC: DATA\nS: 503 no\nC: MAIL FROM:<c@x>\nS: 503 nested\nC: BDAT 2 LAST\nC| b\\n\nS: 250 OK\n",
	    "message smtp-bdat accepted whole from=<a@x> to=<b@y> refused=<> helo=[me] reply=[250 OK] bytes=4 subject=[] chunks=2,2\n"
	    REPORT "MAIL,RCPT,BDAT,DATA,MAIL,BDAT replies=220,250,250,250,250,503,503,250 offered= refused=\n", { 0 } },
	{ "the last chunk, and everything before it, refused for want of a sender",
	    HELLO "C: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: BDAT 2 LAST\nC| a\\n\nS: 550 no\nS: 503 no\nS: 503 no\nC: QUIT\nS: 221 bye\n",
	    "message smtp-bdat refused whole from=?<> to=<> refused=<> helo=[me] reply=[503 no] bytes=2 subject=[] chunks=2\n"
	    REPORT "MAIL,RCPT,BDAT,QUIT replies=220,250,550,503,503,221 offered= refused=b@y\n", { 0 } },

	/* LMTP */
	{ "LMTP: replies for each recipient, for BDAT too, and the next command's behind them",
	    "S: 220 mx LMTP\nC: LHLO me\nS: 250 OK\nC: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: BDAT 2\nC| a\\n\nC: BDAT 2 LAST\nC| b\\n\nC: QUIT\n"
	    "S: 250 OK\nS: 250 OK\nS: 250 OK\nS: 250 chunk\nS: 250 for b\nS: 550 5.2.2 full\nS: 221 bye\n",
	    "message smtp-bdat accepted whole from=<a@x> to=<b@y> refused=<c@y> helo=[me] reply=[250 for b] bytes=4 subject=[] chunks=2,2\n"
	    "report banner=220 [mx LMTP] helo=[me] auth= commands=LHLO,MAIL,RCPT,RCPT,BDAT,BDAT,QUIT replies=220,250,250,250,250,250,250,550,221 "
	    "offered= refused=c@y\n", { 0 } },
	{ "LMTP: the same recipient twice has two replies",
	    "S: 220 mx LMTP\nC: LHLO me\nS: 250 OK\nC: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: RCPT TO:<b@y>\nC: DATA\nS: 250 OK\nS: 250 OK\nS: 250 OK\nS: 354 go\n"
	    "C: .\nC: MAIL FROM:<c@x>\nS: 450 later\nS: 250 now\nS: 550 no\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y> refused=<b@y> helo=[me] reply=[250 now] bytes=0 subject=[]\n"
	    "report banner=220 [mx LMTP] helo=[me] auth= commands=LHLO,MAIL,RCPT,RCPT,DATA,.,MAIL replies=220,250,250,250,250,354,450,250,550 "
	    "offered= refused=b@y\n", { 0 } },
	{ "LMTP: some replies were not seen",
	    "S: 220 mx LMTP\nC: LHLO me\nS: 250 OK\nC: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\nC: RCPT TO:<c@y>\nS: 250 OK\nC: DATA\nS: 354 go\n"
	    "C: .\nS: 250 for b\n",
	    "message smtp-data accepted whole from=<a@x> to=<b@y c@y> refused=<> helo=[me] reply=[250 for b] bytes=0 subject=[]\n"
	    "report banner=220 [mx LMTP] helo=[me] auth= commands=LHLO,MAIL,RCPT,RCPT,DATA,. replies=220,250,250,250,250,354,250 offered= refused=\n",
	    { 0 } },

	/* what is no command */
	{ "unknown commands in between, never many in a row",
	    HELLO "C: X1\nS: 500 a\nC: X2\nS: 500 a\nC: X3\nS: 500 a\nC: X4\nS: 500 a\nC: X5\nS: 500 a\nC: X6\nS: 500 a\nC: X7\nS: 500 a\nC: X8\nS: 500 a\nC: X9\nS: 500 a\n"
		  "C: NOOP\nS: 250 OK\n"
		  "C: X1\nS: 500 a\nC: X2\nS: 500 a\nC: X3\nS: 500 a\nC: X4\nS: 500 a\nC: X5\nS: 500 a\nC: X6\nS: 500 a\nC: X7\nS: 500 a\nC: X8\nS: 500 a\nC: X9\nS: 500 a\n"
		  "C: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\n" SEND,
	    ACCEPTED "0 subject=[]\n"
	    REPORT "X1,X2,X3,X4,X5,X6,X7,X8,X9,NOOP,X1,X2,X3,X4,X5,X6,X7,X8,X9,MAIL,RCPT,DATA,. "
		   "replies=220,250,500,500,500,500,500,500,500,500,500,250,500,500,500,500,500,500,500,500,500,250,250,354,250 offered= refused=\n",
	    { 0 } },
	{ "a command word in 8 bits, and one without end",
	    HELLO "C: \xc3\xa9hlo\nS: 500 a\nC: abcdefghijklmnopqrstuvwxyz\nS: 500 a\nC: QUIT\nS: 221 bye\n",
	    REPORT "??HLO,ABCDEFGHIJKLMNOPQRSTUVWX,QUIT replies=220,250,500,500,221 offered= refused=\n", { 0 } },
	{ "the client speaks first, the greeting comes late",
	    "C: EHLO me\nS: 220 mx ESMTP\nS: 250 OK\nC: MAIL FROM:<a@x>\nS: 250 OK\nC: RCPT TO:<b@y>\nS: 250 OK\n" SEND,
	    "anomaly early_client client\n"
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,. replies=220,250,250,250,354,250 offered= refused=\n", { 0 } },
	{ "QUIT behind a message begins no other",
	    BEGIN SEND "C: QUIT\nS: 221 bye\n",
	    ACCEPTED "0 subject=[]\n"
	    REPORT "MAIL,RCPT,DATA,.,QUIT replies=220,250,250,250,354,250,221 offered= refused=\n", { 0 } },
};

START_TEST(dialogue)
{
	script_assert(&cases[_i], &protocol_smtp);
}
END_TEST

static size_t
count_of(const char *text, const char *word)
{
	size_t n = 0;

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		n++;
	return n;
}

/* Whatever octet is missing: at most one message more is told of, and none is called whole whose content has a hole. */
START_TEST(gap_at_every_octet)
{
	const struct script_case *c = &cases[_i];
	struct script s;

	script_read(&s, c->script);
	for (size_t at = 0; at < s.bytes.len; at++) {
		struct script_play gap = SCRIPT_WHOLE;
		struct recorder r;
		const char *got;

		gap.gap = at;
		recorder_init(&r);
		script_run(&s, &protocol_smtp, &gap, &r);
		got = recorder_text(&r);
		ck_assert_msg(r.messages <= count_of(c->expected, "message ") + 1, "%s, gap at %zu:\n%s", c->name, at, got);
		for (const char *line = got; *line != '\0'; line = strchr(line, '\n') + 1) {
			const char *end = strchr(line, '\n'), *missing = strstr(line, " missing=");

			if (missing != NULL && missing < end && strncmp(line, "message ", 8) == 0)
				ck_assert_msg(strstr(line, " part from=") != NULL && strstr(line, " part from=") < end,
				    "%s, gap at %zu:\n%s", c->name, at, got);
		}
		recorder_clear(&r);
	}
	script_clear(&s);
}
END_TEST

static void
play(const char *text, struct recorder *r)
{
	struct script_play whole = SCRIPT_WHOLE;
	struct script s;

	script_read(&s, text);
	recorder_init(r);
	script_run(&s, &protocol_smtp, &whole, r);
	script_clear(&s);
}

/* More recipients than are kept have their replies all the same. */
START_TEST(lmtp_past_the_ceiling_of_recipients)
{
	struct protocol_limits saved = script_limits;
	struct recorder r;

	script_limits.recipients = 2;
	play("S: 220 mx LMTP\nC: LHLO me\nS: 250 OK\nC: MAIL FROM:<a@x>\nC: RCPT TO:<b@y>\nC: RCPT TO:<c@y>\nC: RCPT TO:<d@y>\nC: RCPT TO:<e@y>\nC: DATA\n"
	     "S: 250 OK\nS: 250 OK\nS: 250 OK\nS: 250 OK\nS: 250 OK\nS: 354 go\nC: .\nC: QUIT\nS: 250 b\nS: 250 c\nS: 250 d\nS: 250 e\nS: 221 bye\n",
	    &r);
	ck_assert_msg(strcmp(recorder_text(&r),
		"anomaly recipient_ceiling client\n"
		"message smtp-data accepted whole from=<a@x> to=<b@y c@y +2> refused=<> helo=[me] reply=[250 b] bytes=0 subject=[]\n"
		"report banner=220 [mx LMTP] helo=[me] auth= commands=LHLO,MAIL,RCPT,RCPT,RCPT,RCPT,DATA,.,QUIT "
		"replies=220,250,250,250,250,250,250,354,250,250,250,250,221 offered= refused=\n") == 0,
	    "%s", recorder_text(&r));
	recorder_clear(&r);
	script_limits = saved;
}
END_TEST

/* An address is never cut in silence. */
START_TEST(endless_address)
{
	struct recorder r;
	char text[8192], address[SMTP_ADDRESS_MAX + 2], whole[SMTP_ADDRESS_MAX + 32];

	for (size_t len = SMTP_ADDRESS_MAX; len <= SMTP_ADDRESS_MAX + 1; len++) {
		memset(address, 'a', len);
		address[len] = '\0';
		snprintf(text, sizeof(text), HELLO "C: MAIL FROM:<%s>\nS: 250 OK\nC: RCPT TO:<%s>\nS: 550 no\nC: RCPT TO:<b@y>\nS: 250 OK\n" SEND,
		    address, address);
		play(text, &r);
		snprintf(whole, sizeof(whole), "from=<%s>", address);
		if (len == SMTP_ADDRESS_MAX) {
			ck_assert_ptr_nonnull(strstr(recorder_text(&r), whole));
		} else {
			ck_assert_ptr_null(strstr(recorder_text(&r), whole));
			ck_assert_ptr_nonnull(strstr(recorder_text(&r), "aa\xe2\x80\xa6> to=<b@y> refused=<aa"));
			ck_assert_ptr_nonnull(strstr(recorder_text(&r), "aa\xe2\x80\xa6> helo="));
		}
		recorder_clear(&r);
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, dialogue, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_loop_test(tests, gap_at_every_octet, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_test(tests, lmtp_past_the_ceiling_of_recipients);
	tcase_add_test(tests, endless_address);
}

CHECK_MAIN("protocol/smtp_action", add_tests)
