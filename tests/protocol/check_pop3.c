/* SPDX-License-Identifier: Apache-2.0
 *
 * POP3 dialogues as text, each with all that must be observed of it: played whole, split at every octet, octet by octet,
 * ending at an unmapped page; and with each octet missing, after which the parser must be back on firm ground.
 */
#include "protocol/pop3.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/check_main.h"
#include "support/script.h"

#define GREET "S: +OK POP3 ready <1.2@mx.example>\n"
#define LOGIN GREET "C: USER alice\nS: +OK\nC: PASS secret\nS: +OK 2 messages\n"
#define LOGGED "login USER success user=[alice] domain=[] cleartext\n"
#define BANNER "[POP3 ready <1.2@mx.example>]"
#define NOTHING " stat=0/0 list=0 uidl=0 retr=0 top=0 dele=0\n"
#define MAIL "S: Subject: One\nS: \nS: text\nS: ..dotted\nS: .\n"
#define MESSAGE(how, status, number, more)                                                                            \
	"message " how " " status " bytes=31 subject=[One] item=[] number=" number more

static const struct {
	const char *name, *script, *expected;
	unsigned only;
} cases[] = {
	{ "a message read and deleted",
	    LOGIN "C: STAT\nS: +OK 2 700\nC: RETR 1\nS: +OK 340 octets\n" MAIL "C: DELE 1\nS: +OK\nC: QUIT\nS: +OK bye\n",
	    LOGGED MESSAGE("pop3-retr", "accepted whole", "1", " size=340 peek authenticated\n")
	    "report pop3 " BANNER " commands=USER,PASS,STAT,RETR,DELE,QUIT capabilities= stat=2/700 list=0 uidl=0 retr=1 top=0 dele=1\n"
	    "collection of [alice] whole=1 part=0 headers=0 bodies=1 octets=31 peeked=0 exists=2 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=1 { 1/2} quit\n", 0 },
	{ "everything read, nothing deleted, pipelined",
	    LOGIN "C: STAT\nC: UIDL\nC: RETR 1\nC: RETR 2\nC: RETR 3\nS: +OK 3 90\nS: +OK\nS: 1 aa\nS: 2 bb\nS: 3 cc\nS: .\n"
		  "S: +OK\n" MAIL "S: +OK\n" MAIL "S: +OK\n" MAIL,
	    LOGGED MESSAGE("pop3-retr", "accepted whole", "1", " uidl=[aa] peek authenticated\n")
	    MESSAGE("pop3-retr", "accepted whole", "2", " uidl=[bb] peek authenticated\n")
	    MESSAGE("pop3-retr", "accepted whole", "3", " uidl=[cc] peek authenticated\n")
	    "report pop3 " BANNER " commands=USER,PASS,STAT,UIDL,RETR,RETR,RETR capabilities= stat=3/90 list=0 uidl=3. retr=3 top=0 "
	    "dele=0\n"
	    "collection of [alice] whole=3 part=0 headers=0 bodies=3 octets=93 peeked=3 exists=3 order=ascending listed=0 opened=1 "
	    "searches=0 stored=0 appended=0 copied=0 deleted=0 { 3/3}\n", 0 },
	{ "the top of a message is a part",
	    LOGIN "C: TOP 2 5\nS: +OK\n" MAIL,
	    LOGGED MESSAGE("pop3-top", "accepted whole", "2", " part peek authenticated\n")
	    "report pop3 " BANNER " commands=USER,PASS,TOP capabilities= stat=0/0 list=0 uidl=0 retr=0 top=1 dele=0\n"
	    "collection of [alice] whole=0 part=1 headers=0 bodies=1 octets=31 peeked=1 exists=0 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 0/0}\n", 0 },
	{ "no such message",
	    LOGIN "C: RETR 9\nS: -ERR no such message\nC: NOOP\nS: +OK\n",
	    LOGGED "report pop3 " BANNER " commands=USER,PASS,RETR,NOOP capabilities=" NOTHING
		   "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=1 "
		   "searches=0 stored=0 appended=0 copied=0 deleted=0 { 0/0}\n", 0 },
	{ "capabilities, listings, one and all",
	    GREET "C: CAPA\nS: +OK list\nS: TOP\nS: SASL PLAIN LOGIN\nS: .\nC: LIST\nS: +OK\nS: 1 120\nS: 2 200\nS: .\nC: LIST 2\nS: +OK 2 200\n"
		  "C: UIDL 1\nS: +OK 1 aa\nC: AUTH\nS: +OK\nS: PLAIN\nS: .\n",
	    "report pop3 " BANNER " commands=CAPA,LIST,LIST,UIDL,AUTH capabilities=TOP,SASL PLAIN LOGIN stat=0/0 list=2. uidl=0 retr=0 "
	    "top=0 dele=0\n", 0 },
	{ "refused, in use, at last",
	    GREET "C: USER bob\nS: +OK\nC: PASS one\nS: -ERR [AUTH] no\nC: USER bob\nS: +OK\nC: PASS two\nS: -ERR [IN-USE] locked\n"
		  "C: APOP bob c4c9334bac560ecc979e58001b3e22fb\nS: +OK\n",
	    "login USER failure user=[bob] domain=[] cleartext\nlogin USER unknown user=[bob] domain=[] cleartext\n"
	    "login APOP success user=[bob] domain=[]\n"
	    "report pop3 " BANNER " commands=USER,PASS,USER,PASS,APOP capabilities=" NOTHING
	    "collection of [bob] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 0/0}\n", 0 },
	{ "SASL with and without an initial response",
	    GREET "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: -ERR no\nC: AUTH PLAIN\nS: + \nC: AGFsaWNlAHNlY3JldA==\nS: +OK\n",
	    "login PLAIN failure user=[alice] domain=[] cleartext\nlogin PLAIN success user=[alice] domain=[] cleartext\n"
	    "report pop3 " BANNER " commands=AUTH,AUTH capabilities=" NOTHING
	    "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 0/0}\n", 0 },
	{ "an exchange called off",
	    GREET "C: AUTH CRAM-MD5\nS: + PDE+\nC: *\nS: -ERR cancelled\nC: QUIT\nS: +OK\n",
	    "login CRAM-MD5 failure user=[] domain=[]\n"
	    "report pop3 " BANNER " commands=AUTH,QUIT capabilities=" NOTHING, 0 },
	{ "TLS agreed to",
	    GREET "C: STLS\nS: +OK begin\n", "report pop3 " BANNER " commands=STLS capabilities= stat=0/0 list=0 uidl=0 retr=0 top=0 "
					     "dele=0 starttls\n", 0 },
	{ "TLS refused",
	    GREET "C: STLS\nS: -ERR no\n", "report pop3 " BANNER " commands=STLS capabilities=" NOTHING, 0 },
	{ "broken off in a message",
	    LOGIN "C: RETR 1\nS: +OK\nS: Subject: One\n",
	    LOGGED "message pop3-retr incomplete part bytes=14 subject=[One] item=[] number=1 "
		   "peek authenticated\n"
		   "report pop3 " BANNER " commands=USER,PASS,RETR capabilities= stat=0/0 list=0 uidl=0 retr=1 top=0 dele=0\n"
		   "collection of [alice] whole=0 part=1 headers=0 bodies=1 octets=14 peeked=1 exists=0 order=- listed=0 opened=1 "
		   "searches=0 stored=0 appended=0 copied=0 deleted=0 { 0/0}\n", 0 },
	{ "deletions taken back",
	    LOGIN "C: DELE 1\nS: +OK\nC: RSET\nS: +OK\n",
	    LOGGED "report pop3 " BANNER " commands=USER,PASS,DELE,RSET capabilities= stat=0/0 list=0 uidl=0 retr=0 top=0 dele=1\n"
		   "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=1 "
		   "searches=0 stored=0 appended=0 copied=0 deleted=0 { 0/0}\n", 0 },
	{ "a body that looks like replies",
	    LOGIN "C: RETR 1\nS: +OK\nS: Subject: One\nS: \nS: +OK\nS: -ERR x\nS: .\nC: QUIT\nS: +OK\n",
	    LOGGED "message pop3-retr accepted whole bytes=29 subject=[One] item=[] number=1 "
		   "peek authenticated\n"
		   "report pop3 " BANNER " commands=USER,PASS,RETR,QUIT capabilities= stat=0/0 list=0 uidl=0 retr=1 top=0 dele=0\n"
		   "collection of [alice] whole=1 part=0 headers=0 bodies=1 octets=29 peeked=1 exists=0 order=- listed=0 opened=1 "
		   "searches=0 stored=0 appended=0 copied=0 deleted=0 { 1/0} quit\n", 0 },
	{ "one line belongs to a question with an argument",
	    GREET "C: LANG\nS: +OK\nS: en English\nS: .\nC: LANG en\nS: +OK en\nC: UTF8\nS: +OK\nC: UIDL 1\nS: +OK 1 aa\nC: UIDL 3\nS: +OK 3 cc\n"
		  "C: TOP 1 0\nS: +OK\n" MAIL "C: TOP 3 0\nS: +OK\n" MAIL "C: LIST x\nS: -ERR\nC: QUIT\nS: +OK\n",
	    MESSAGE("pop3-top", "accepted whole", "1", " uidl=[aa] part peek\n")
	    MESSAGE("pop3-top", "accepted whole", "3", " part peek\n")
	    "report pop3 " BANNER " commands=LANG,LANG,UTF8,UIDL,UIDL,TOP,TOP,LIST,QUIT capabilities= stat=0/0 list=0 uidl=0 retr=0 top=2 "
	    "dele=0\n"
	    "collection of [] whole=0 part=2 headers=0 bodies=2 octets=62 peeked=2 exists=0 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 0/0} quit\n", 0 },
	{ "more unique names than are kept, and read in any order",
	    LOGIN "C: UIDL\nS: +OK\nS: 1 a\nS: 2 b\nS: 3 c\nS: 4 d\nS: 5 e\nS: 6 f\nS: 7 g\nS: 8 h\nS: 9 i\nS: 10 j\nS: .\n"
		  "C: RETR 8\nS: +OK\n" MAIL "C: RETR 2\nS: +OK\n" MAIL "C: RETR 2\nS: +OK\n" MAIL "C: RETR 9\nS: +OK\n" MAIL,
	    LOGGED "anomaly uidl_ceiling server\n"
	    MESSAGE("pop3-retr", "accepted whole", "8", " uidl=[h] peek authenticated\n")
	    MESSAGE("pop3-retr", "accepted whole", "2", " uidl=[b] peek authenticated\n")
	    MESSAGE("pop3-retr", "accepted whole", "2", " uidl=[b] peek authenticated\n")
	    MESSAGE("pop3-retr", "accepted whole", "9", " peek authenticated\n")
	    "report pop3 " BANNER " commands=USER,PASS,UIDL,RETR,RETR,RETR,RETR capabilities= stat=0/0 list=0 uidl=10. retr=4 top=0 "
	    "dele=0\n"
	    "collection of [alice] whole=3 part=0 headers=0 bodies=4 octets=124 peeked=4 exists=0 order=mixed listed=0 opened=1 "
	    "searches=0 stored=0 appended=0 copied=0 deleted=0 { 3/0}\n", 0 },
	{ "APOP that nobody offered, and refusals that say nothing of the password",
	    "S: +OK\nC: APOP bob 00\nS: -ERR [SYS/TEMP] later\nC: APOP bob 00\nS: -ERR [LOGIN-DELAY] wait\nC: APOP bob 00\nS: -ERR no\n",
	    "login APOP unknown user=[bob] domain=[]\nlogin APOP unknown user=[bob] domain=[]\nlogin APOP failure user=[bob] domain=[]\n"
	    "report pop3 [] commands=APOP,APOP,APOP capabilities=" NOTHING
	    "collection of [bob] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 0/0}\n", 0 },
	{ "FTP speaks with the same words",
	    "S: 220 ftp ready\nC: USER alice\nS: 331 password please\nC: PASS x\nS: 230 in\nC: LIST\nS: 150 here\nS: 226 done\nC: NOOP\nS: 200 ok\n"
	    "C: QUIT\nS: 221 bye\n",
	    "anomaly bad_reply server\nlogin USER unknown user=[alice] domain=[] cleartext\n"
	    "report pop3 [] commands=USER,PASS,LIST,NOOP,QUIT capabilities=" NOTHING
	    "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 0/0}\n", 0 },
	{ "a hole in a message, and in a listing",
	    LOGIN "C: RETR 1\nS: +OK 500\nS: Subject: One\nS: \nS| te\nS~ 20\nS| .\\r\\n+OK\\r\\n.\\r\\n\nC: LIST\nS: +OK\nS: 1 120\nS| 2 2\nS~ 9\nS| 7 9\\r\\n"
		  "4 400\\r\\n.\\r\\n\nC: QUIT\nS: +OK\n",
	    LOGGED "message pop3-retr accepted part bytes=26 missing=20 subject=[One] item=[] number=1 size=500 peek authenticated\n"
	    "report pop3 " BANNER " commands=USER,PASS,RETR,LIST,QUIT capabilities= stat=0/0 list=2. uidl=0 retr=1 top=0 dele=0\n"
	    "collection of [alice] whole=1 part=0 headers=0 bodies=1 octets=26 peeked=1 exists=0 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 1/0} quit\n", 0 },
	{ "blanks where none are needed, capabilities asked for twice",
	    GREET "C: STAT\nS: +OK  2   700 more\nC: CAPA\nS: +OK\nS: TOP\nS: .\nC: capa\nS: +OK\nS: UIDL\nS: .\n",
	    "report pop3 " BANNER " commands=STAT,CAPA,CAPA capabilities=UIDL stat=2/700 list=0 uidl=0 retr=0 top=0 dele=0\n"
	    "collection of [] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=2 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 0/2}\n", 0 },
	{ "nobody heard how the logins ended",
	    GREET "C: USER alice\nS: +OK\nC: PASS secret\nS~ 5\nS: ut\nC: AUTH PLAIN AGJvYgB4\nS~ 5\nS: ut\nC: STAT\nS: +OK 1 2\n",
	    "login USER unknown user=[alice] domain=[] cleartext\nlogin PLAIN unknown user=[bob] domain=[] cleartext\n"
	    "report pop3 " BANNER " commands=USER,PASS,AUTH,STAT capabilities= stat=1/2 list=0 uidl=0 retr=0 top=0 dele=0\n"
	    "collection of [bob] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=1 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 0/1}\n", 0 },
	{ "words that nobody knows are not repeated",
	    GREET "C: hunter2\nS: -ERR what\nC: QUIT\nS: +OK\n",
	    "report pop3 " BANNER " commands=?,QUIT capabilities=" NOTHING, 0 },
	{ "the client's side alone",
	    LOGIN "C: RETR 1\nS: +OK\n" MAIL,
	    "login USER unknown user=[alice] domain=[] cleartext\n"
	    "report pop3 [] commands=USER,PASS,RETR capabilities=" NOTHING
	    "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=1 searches=0 "
	    "stored=0 appended=0 copied=0 deleted=0 { 0/0}\n", 1 },
	{ "the server's side alone",
	    LOGIN "C: RETR 1\nS: +OK\n" MAIL "C: QUIT\nS: +OK bye\n",
	    "report pop3 " BANNER " commands= capabilities=" NOTHING, 2 },
	{ "Redis speaks with the same words",
	    "C: *1\nC: $4\nC: PING\nS: +OK\nC: *2\nC: $3\nC: GET\nC: $1\nC: x\nS: $-1\nC: *1\nC: $4\nC: PING\nC: *1\nC: $4\nC: PING\n",
	    "anomaly bad_reply server\nanomaly not_pop3 client\nreport pop3 [] commands=?,?,?,?,?,?,?,?,? capabilities=" NOTHING, 0 },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

START_TEST(dialogues)
{
	struct script_case c = { cases[_i].name, cases[_i].script, cases[_i].expected, SCRIPT_WHOLE };

	c.play.only = cases[_i].only;
	script_assert(&c, &protocol_pop3);
}
END_TEST

/* With any octet of the first exchange missing, of either side, the second one is read whole. */
START_TEST(a_gap_at_every_octet)
{
	static const char first[] = LOGIN "C: STAT\nS: +OK 2 700\nC: LIST\nS: +OK\nS: 1 340\nS: .\nC: RETR 1\nS: +OK 340 octets\n" MAIL;
	static const char then[] = "C: NOOP\nS: +OK\nC: NOOP\nS: +OK\nC: RETR 2\nS: +OK 340 octets\n" MAIL "C: QUIT\nS: +OK bye\n";
	struct script s;
	char text[2048];

	snprintf(text, sizeof(text), "%s%s", first, then);
	script_read(&s, first);
	for (size_t gap = 0, len = s.bytes.len; gap < len; gap++) {
		struct script whole;
		struct recorder r;
		struct script_play play = SCRIPT_WHOLE;

		play.gap = gap;
		play.guarded = true;
		script_read(&whole, text);
		recorder_init(&r);
		script_run(&whole, &protocol_pop3, &play, &r);
		ck_assert_msg(strstr(recorder_text(&r), MESSAGE("pop3-retr", "accepted whole", "2", " size=340 peek")) != NULL,
		    "octet %zu missing:\n%s", gap, recorder_text(&r));
		recorder_clear(&r);
		script_clear(&whole);
	}
	script_clear(&s);
}
END_TEST

/* Picked up while a message crosses whose beginning nobody saw: the next one is read. */
START_TEST(in_the_middle)
{
	static const char text[] = "S: middle of a line\nS: and another\nS: .\nC: RETR 2\nS: +OK 340 octets\n" MAIL "C: QUIT\nS: +OK bye\n";
	static const char *const wanted[] = { MESSAGE("pop3-retr", "accepted whole", "2", " size=340 peek\n"),
		"commands=RETR,QUIT", " retr=1 top=0 dele=0\n", "quit\n" };
	struct script_play play = SCRIPT_WHOLE;
	struct recorder r;
	struct script s;

	play.midstream = true;
	script_read(&s, text);
	recorder_init(&r);
	script_run(&s, &protocol_pop3, &play, &r);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		ck_assert_msg(strstr(recorder_text(&r), wanted[i]) != NULL, "%s", recorder_text(&r));
	recorder_clear(&r);
	script_clear(&s);
}
END_TEST

/* A line of a message may have any length; one of a dialogue is kept as far as the limit goes, and said. */
START_TEST(lines_of_any_length)
{
	static char text[300000];
	struct script_play play = SCRIPT_WHOLE;
	struct recorder r;
	struct script s;
	size_t n = (size_t)snprintf(text, sizeof(text), "%sC: RETR 1\nS: +OK\nS: Subject: One\nS: \nS: ", LOGIN);

	memset(text + n, 'x', 100000);
	n += 100000;
	n += (size_t)snprintf(text + n, sizeof(text) - n, "\nS: .\nC: NOOP ");
	memset(text + n, 'y', 100000);
	n += 100000;
	snprintf(text + n, sizeof(text) - n, "\nS: +OK\nC: QUIT\nS: +OK\n");
	script_read(&s, text);
	recorder_init(&r);
	script_run(&s, &protocol_pop3, &play, &r);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "message pop3-retr accepted whole bytes=100018 "));
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly long_line client\n"));
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "commands=USER,PASS,RETR,NOOP,QUIT "));
	recorder_clear(&r);
	script_clear(&s);
}
END_TEST

/* What the report says besides what scripts are compared by. */
START_TEST(what_the_report_says)
{
	static const char text[] = GREET "C: CAPA\nS: +OK\nS: STLS\nS: .\nC: USER alice\nS: +OK\nC: PASS x\nS: +OK\nC: STAT\nS: +OK 0 0\n"
					 "C: RETR 1\nS: +OK\n" MAIL "C: TOP 1 0\nS: +OK\n" MAIL "C: RETR 2\nS: -ERR\nC: UIDL\nS: +OK\nS: .\n"
					 "C: LIST\nS: +OK\nS: 1 10\n";
	struct session session = { .protocol = MAIL_POP3 };
	struct session_report report = { 0 };
	struct recorder r;
	struct protocol_context context = { .session = &session, .limits = &script_limits,
		.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = &r };
	struct arena arena;
	struct script s;
	size_t used;
	void *p = protocol_pop3.open(&context);

	script_read(&s, text);
	recorder_init(&r);
	arena_init(&arena);
	protocol_pop3.report(p, &report, &arena);
	ck_assert(!report.is_pop3 && !report.has_collection && !report.pop3.has_stat && !report.pop3.listed);
	for (size_t i = 0; i < s.len; i++)
		ck_assert_int_eq(protocol_pop3.data(p, s.stretches[i].from, bytes_of(s.bytes.at + s.stretches[i].at, s.stretches[i].len),
		    1, &used), PARSER_CONTINUES);
	protocol_pop3.finish(p, 2);
	protocol_pop3.report(p, &report, &arena);
	ck_assert(report.is_pop3 && report.has_collection && report.offers_seen && report.starttls_offered);
	ck_assert(report.pop3.greeted && report.pop3.has_stat && report.pop3.listed && !report.pop3.list_whole);
	ck_assert(report.pop3.uidl_listed && report.pop3.uidl_whole);
	ck_assert_uint_eq(report.messages_fetched, 1);
	ck_assert_uint_eq(r.messages, 2);
	ck_assert_int_eq(protocol_pop3.data(p, FROM_CLIENT, BYTES("NOOP\r\n"), 3, &used), PARSER_IS_DONE);
	protocol_pop3.close(p);
	arena_clear(&arena);
	recorder_clear(&r);
	script_clear(&s);
}
END_TEST

/* A server that does not speak POP3 is given up; one line that is too long is not yet that. */
START_TEST(another_protocol)
{
	static char text[20000];
	struct script_play play = SCRIPT_WHOLE;
	struct recorder r;
	struct script s;
	size_t n = (size_t)snprintf(text, sizeof(text), "%s", "S: 220 ");

	memset(text + n, 'x', 10000);
	n += 10000;
	for (int i = 0; i < 60; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\nC: NOOP\nS: 200 ok");
	snprintf(text + n, sizeof(text) - n, "\n");
	script_read(&s, text);
	recorder_init(&r);
	script_run(&s, &protocol_pop3, &play, &r);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly long_line server\n"));
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly not_pop3 server\n"));
	n = 0;
	for (const char *at = recorder_text(&r); (at = strstr(at, "NOOP")) != NULL; at++)
		n++;
	ck_assert_uint_lt(n, script_limits.unknown_commands + 1);
	recorder_clear(&r);
	script_clear(&s);
}
END_TEST

START_TEST(more_pending_than_are_kept)
{
	static char text[70000];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s", GREET);
	struct script_play play = SCRIPT_WHOLE;
	struct recorder r;
	struct script s;

	n += (size_t)snprintf(text + n, sizeof(text) - n, "C: USER alice\nC: PASS x\n");
	for (int i = 0; i < 400; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "C: NOOP\n");
	snprintf(text + n, sizeof(text) - n, "S: +OK\nC: QUIT\nS: +OK\n");
	script_read(&s, text);
	recorder_init(&r);
	script_run(&s, &protocol_pop3, &play, &r);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly pending_ceiling client"));
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "login USER unknown user=[alice] domain=[] cleartext\n"));
	recorder_clear(&r);
	script_clear(&s);
}
END_TEST

START_TEST(memory_runs_out_anywhere)
{
	static const char text[] = LOGIN "C: CAPA\nS: +OK\nS: TOP\nS: .\nC: UIDL\nS: +OK\nS: 1 a\nS: .\nC: RETR 1\nS: +OK 3\n" MAIL;
	struct script s;

	script_read(&s, text);
	for (long n = 0; n < 60; n++) {
		struct protocol_limits limits = script_limits;
		struct session session = { .protocol = MAIL_POP3 };
		struct recorder r;
		struct protocol_context context = { .session = &session, .limits = &limits,
			.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = &r };
		struct session_report report = { 0 };
		struct arena arena;
		size_t used;
		void *p;

		recorder_init(&r);
		arena_init(&arena);
		p = protocol_pop3.open(&context);
		ck_assert_ptr_nonnull(p);
		memory_fail_after(n);
		for (size_t i = 0; i < s.len; i++)
			(void)protocol_pop3.data(p, s.stretches[i].from, bytes_of(s.bytes.at + s.stretches[i].at, s.stretches[i].len),
			    1, &used);
		protocol_pop3.finish(p, 2);
		protocol_pop3.report(p, &report, &arena);
		memory_fail_after(-1);
		protocol_pop3.close(p);
		arena_clear(&arena);
		recorder_clear(&r);
	}
	script_clear(&s);
}
END_TEST

START_TEST(what_it_is_taken_for)
{
	static const struct {
		enum direction from;
		const char *first;
		enum recognition want;
	} rows[] = {
		{ FROM_SERVER, "+OK POP3 ready\r\n", RECOGNISED_SURE },
		{ FROM_SERVER, "+OK Gpop ready\r\n", RECOGNISED_SURE },
		{ FROM_SERVER, "+OK hello\r\n", RECOGNISED_LIKELY },
		{ FROM_SERVER, "+OK\r\n", RECOGNISED_MAYBE }, /* Redis */
		{ FROM_SERVER, "+", RECOGNISED_MAYBE },
		{ FROM_SERVER, "-ERR unknown command\r\n", RECOGNISED_MAYBE },
		{ FROM_SERVER, "$5\r\nhello\r\n", RECOGNISED_NOT },
		{ FROM_SERVER, "220 ftp.example FTP ready\r\n", RECOGNISED_NOT },
		{ FROM_SERVER, "\x16\x03\x01", RECOGNISED_NOT },
		{ FROM_CLIENT, "CAPA\r\n", RECOGNISED_LIKELY },
		{ FROM_CLIENT, "USER alice\r\n", RECOGNISED_MAYBE }, /* FTP */
		{ FROM_CLIENT, "*1\r\n$4\r\nPING\r\n", RECOGNISED_NOT },
		{ FROM_CLIENT, "EHLO x\r\n", RECOGNISED_NOT },
		{ FROM_CLIENT, "GET / HTTP/1.1\r\n", RECOGNISED_NOT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(protocol_pop3.recognises(rows[i].from, bytes_str(rows[i].first)) == rows[i].want, "%s", rows[i].first);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, dialogues, 0, (int)CASES);
	tcase_add_test(tests, a_gap_at_every_octet);
	tcase_add_test(tests, in_the_middle);
	tcase_add_test(tests, lines_of_any_length);
	tcase_add_test(tests, what_the_report_says);
	tcase_add_test(tests, another_protocol);
	tcase_add_test(tests, more_pending_than_are_kept);
	tcase_add_test(tests, memory_runs_out_anywhere);
	tcase_add_test(tests, what_it_is_taken_for);
}

CHECK_MAIN("protocol/pop3", add_tests)
