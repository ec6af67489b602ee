/* SPDX-License-Identifier: Apache-2.0
 *
 * IMAP dialogues as text, each with all that must be observed of it: played whole, split at every octet, octet by octet,
 * ending at an unmapped page; and with each octet missing, after which the parser must be back on firm ground.
 */
#include "protocol/imap.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"
#include "support/check_main.h"
#include "support/script.h"

#define GREET "S: * OK IMAP4rev1 ready\n"
#define LOGIN GREET "C: a1 LOGIN alice secret\nS: a1 OK in\n"
#define LOGGED "login LOGIN success user=[alice] domain=[] cleartext\n"
#define SELECT "C: a2 SELECT INBOX\nS: * 3 EXISTS\nS: a2 OK [READ-WRITE] done\n"
#define MAIL "Subject: One\\r\\n\\r\\ntext\\r\\n" /* 22 octets */
#define NO_MORE " searches=0 stored=0 appended=0 copied=0 deleted=0"
#define COUNTS(whole, part, headers, bodies, octets, peeked, exists, order)                                          \
	"collection of [alice] whole=" whole " part=" part " headers=" headers " bodies=" bodies " octets=" octets " peeked=" peeked  \
	" exists=" exists " order=" order " listed=0 opened=1" NO_MORE

static const struct {
	const char *name, *script, *expected;
	unsigned only;
} cases[] = {
	{ "greeting, capabilities, login with literals and quotes",
	    "S: * OK [CAPABILITY IMAP4rev1 IDLE] ready\nC: a LOGIN {5}\nS: + go\nC: alice {8+}\nC: s\"cr\\\\et1\nS: a NO no\n"
	    "C: b LOGIN \"al\\\\\"ice\" \"x\"\nS: b OK [CAPABILITY IMAP4rev1 QUOTA] in\nC: c LOGOUT\nS: * BYE\nS: c OK bye\n",
	    "login LOGIN failure user=[alice] domain=[] cleartext\nlogin LOGIN success user=[al\"ice] domain=[] cleartext\n"
	    "report imap [OK [CAPABILITY IMAP4rev1 IDLE] ready] commands=LOGIN,LOGIN,LOGOUT capabilities=IMAP4rev1,QUOTA searches= "
	    "fetched=0\n"
	    "collection of [al\"ice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=0" NO_MORE
	    " quit\n", 0 },
	{ "messages by number, whole, the second one peeked",
	    LOGIN SELECT "C: a3 FETCH 1 RFC822\nS: * 1 FETCH (RFC822 {22}\nS| " MAIL "\nS: )\nS: a3 OK\n"
			 "C: a4 FETCH 2 (UID BODY.PEEK[])\nS: * 2 FETCH (UID 17 BODY[] {22}\nS| " MAIL "\nS:  FLAGS (\\\\Seen))\nS: a4 OK\n",
	    LOGGED "message imap-fetch accepted whole bytes=22 subject=[One] item=[INBOX] number=1 authenticated\n"
		   "message imap-fetch accepted whole bytes=22 subject=[One] item=[INBOX] number=2 uid=17 peek authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SELECT,FETCH,FETCH capabilities= searches= fetched=2\n"
	    COUNTS("2", "0", "0", "2", "44", "1", "3", "-") " {INBOX 2/3}\n", 0 },
	{ "the UID behind the octets, and the size before them",
	    LOGIN SELECT "C: a3 UID FETCH 5:7 (RFC822.SIZE BODY[])\nS: * 1 FETCH (RFC822.SIZE 22 BODY[] {22}\nS| " MAIL "\nS:  UID 5)\n"
			 "S: * 2 FETCH (BODY[] {22}\nS| " MAIL "\nS:  UID 6)\nS: * 3 FETCH (UID 7 BODY[] {22}\nS| " MAIL "\nS: )\nS: a3 OK\n",
	    LOGGED "message imap-fetch accepted whole bytes=22 subject=[One] item=[INBOX] number=1 uid=5 size=22 authenticated\n"
		   "message imap-fetch accepted whole bytes=22 subject=[One] item=[INBOX] number=2 uid=6 authenticated\n"
		   "message imap-fetch accepted whole bytes=22 subject=[One] item=[INBOX] number=3 uid=7 authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SELECT,UID FETCH capabilities= searches= fetched=3\n"
	    COUNTS("3", "0", "0", "3", "66", "0", "3", "ascending") " {INBOX 3/3}\n", 0 },
	{ "headers, envelopes, parts and text",
	    LOGIN SELECT "C: a3 FETCH 1:3 (ENVELOPE BODY.PEEK[HEADER.FIELDS (SUBJECT TO)])\n"
			 "S: * 1 FETCH (ENVELOPE (\"date\" \"s\" ((\"a\" NIL \"b\" \"c\"))) BODY[HEADER.FIELDS (SUBJECT TO)] {16}\n"
			 "S| Subject: One\\r\\n\\r\\n\nS: )\nS: * 2 FETCH (ENVELOPE (NIL {3}\nS| a)b\nS:  NIL))\nS: a3 OK\n"
			 "C: a4 FETCH 1 (BODY[TEXT] BODY[1.2])\nS: * 1 FETCH (BODY[TEXT] {4}\nS| text\nS:  BODY[1.2] {2}\nS| xy\nS: )\nS: a4 OK\n",
	    LOGGED "message imap-fetch accepted whole bytes=16 subject=[One] item=[INBOX] number=1 part peek authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SELECT,FETCH,FETCH capabilities= searches= fetched=3\n"
	    COUNTS("1", "0", "1", "2", "6", "0", "3", "-") " {INBOX 1/3}\n", 0 },
	{ "a message in pieces",
	    LOGIN SELECT "C: a3 UID FETCH 9 (BODY.PEEK[]<0.16>)\nS: * 1 FETCH (UID 9 BODY[]<0> {16}\nS| Subject: One\\r\\n\\r\\n\nS: )\nS: a3 OK\n"
			 "C: a4 UID FETCH 9 (BODY.PEEK[]<16.16>)\nS: * 1 FETCH (UID 9 BODY[]<16> {6}\nS| text\\r\\n\nS: )\nS: a4 OK\n",
	    LOGGED "message imap-fetch accepted whole bytes=22 subject=[One] item=[INBOX] number=1 uid=9 peek authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SELECT,UID FETCH,UID FETCH capabilities= searches= fetched=2\n"
	    COUNTS("1", "0", "0", "1", "22", "1", "3", "-") " {INBOX 1/3}\n", 0 },
	{ "the first piece, and no more",
	    LOGIN SELECT "C: a3 UID FETCH 9 (BODY.PEEK[]<0.16>)\nS: * 1 FETCH (UID 9 BODY[]<0> {16}\nS| Subject: One\\r\\n\\r\\n\nS: )\nS: a3 OK\n"
			 "C: a4 LOGOUT\nS: a4 OK\n",
	    LOGGED "message imap-fetch incomplete part bytes=16 subject=[One] item=[INBOX] number=1 uid=9 part authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SELECT,UID FETCH,LOGOUT capabilities= searches= fetched=1\n"
	    COUNTS("0", "1", "0", "1", "16", "0", "3", "-") " {INBOX 0/3} quit\n", 0 },
	{ "a short body in quotes, and none",
	    LOGIN SELECT "C: a3 FETCH 1:2 BODY[]\nS: * 1 FETCH (BODY[] \"Subject: Q\")\nS: * 2 FETCH (BODY[] NIL)\nS: a3 OK\n",
	    LOGGED "message imap-fetch accepted whole bytes=10 subject=[Q] item=[INBOX] number=1 authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SELECT,FETCH capabilities= searches= fetched=1\n"
	    COUNTS("1", "0", "0", "1", "10", "0", "3", "-") " {INBOX 1/3}\n", 0 },
	{ "a body that looks like the protocol",
	    LOGIN SELECT "C: a3 FETCH 1 BODY[]\nS: * 1 FETCH (BODY[] {46}\nS| * 2 FETCH (BODY[] {5}\\r\\na3 OK done\\r\\na4 NO {9}\\r\\n\nS: )\nS: a3 OK\n",
	    LOGGED "message imap-fetch accepted whole bytes=46 subject=[] item=[INBOX] number=1 authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SELECT,FETCH capabilities= searches= fetched=1\n"
	    COUNTS("1", "0", "0", "1", "46", "0", "3", "-") " {INBOX 1/3}\n", 0 },
	{ "folders: listed, opened twice, one of them refused, one to read only",
	    LOGIN "C: b LIST \"\" *\nS: * LIST () \"/\" INBOX\nS: * LIST () \"/\" {4}\nS| Sent\nS: \nS: * LIST () \"/\" Trash\nS: b OK\n"
		  "C: c SELECT INBOX\nS: * 2 EXISTS\nS: c OK\nC: d EXAMINE \"Sent Items\"\nS: * 9 EXISTS\nS: d OK [READ-ONLY] x\n"
		  "C: e SELECT Nope\nS: e NO no such\nC: f SELECT {5}\nS: + x\nC: INBOX\nS: * 3 EXISTS\nS: f OK\nC: g CLOSE\nS: g OK\n",
	    LOGGED "report imap [OK IMAP4rev1 ready] commands=LOGIN,LIST,SELECT,EXAMINE,SELECT,SELECT,CLOSE capabilities= searches= fetched=0\n"
		   "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=12 order=- listed=3 opened=2" NO_MORE
		   " {INBOX 0/3} {Sent Items 0/9 ro}\n", 0 },
	{ "appended: accepted, refused, several, and a literal that the server did not want",
	    LOGIN "C: a2 APPEND Sent (\\\\Seen) \"11-Nov-1999 08:36:54 -0600\" {22}\nS: + go\nC| " MAIL "\nC: \nS: a2 OK\n"
		  "C: a3 APPEND Drafts {22+}\nC| " MAIL "\nC: \nS: a3 NO full\n"
		  "C: a4 APPEND Sent {22+}\nC| " MAIL "\nC:  {22+}\nC| " MAIL "\nC: \nS: a4 OK\n"
		  "C: a5 APPEND Big {99999}\nS: a5 NO too big\nC: a6 NOOP\nS: a6 OK\n",
	    LOGGED "message imap-append accepted whole bytes=22 subject=[One] item=[Sent] size=22 authenticated\n"
		   "message imap-append refused whole bytes=22 subject=[One] item=[Drafts] size=22 authenticated\n"
		   "message imap-append accepted whole bytes=22 subject=[One] item=[Sent] size=22 authenticated\n"
		   "message imap-append accepted whole bytes=22 subject=[One] item=[Sent] size=22 authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,APPEND,APPEND,APPEND,NOOP capabilities= searches= fetched=0\n"
		   "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=0 searches=0 "
		   "stored=0 appended=3 copied=0 deleted=0\n", 0 },
	{ "searches, changes, client and tool",
	    LOGIN "C: a2 ID (\"name\" \"imapsync\" \"version\" \"2.200\" \"vendor\" \"Gilles LAMIRAL\")\nS: * ID NIL\nS: a2 OK\n" SELECT
		  "C: a3 UID SEARCH CHARSET UTF-8 OR SUBJECT password BODY \"secret plan\" UNSEEN\nS: * SEARCH 1 2\nS: a3 OK\n"
		  "C: a4 SEARCH HEADER X-Spam yes TEXT {4}\nS: + go\nC: pass\nS: a4 OK\n"
		  "C: a5 STORE 1 +FLAGS (\\\\Deleted)\nS: a5 OK\nC: a6 COPY 1 Trash\nS: a6 OK\nC: a7 EXPUNGE\nS: * 1 EXPUNGE\nS: a7 OK\n",
	    LOGGED "report imap [OK IMAP4rev1 ready] commands=LOGIN,ID,SELECT,UID SEARCH,SEARCH,STORE,COPY,EXPUNGE capabilities= "
		   "searches=password,secret plan,yes,pass fetched=0\n"
		   "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=3 order=- listed=0 opened=1 searches=2 "
		   "stored=1 appended=0 copied=1 deleted=1 {INBOX 0/3} client=[imapsync 2.200 (Gilles LAMIRAL)] tool=imapsync\n", 0 },
	{ "SASL, with and without an initial response, called off",
	    GREET "C: a AUTHENTICATE PLAIN\nS: + \nC: AGFsaWNlAHNlY3JldA==\nS: a NO no\nC: b AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==\nS: b OK\n"
		  "C: c AUTHENTICATE CRAM-MD5\nS: + PDE+\nC: *\nS: c BAD cancelled\nC: d NOOP\nS: d OK\n",
	    "login PLAIN failure user=[alice] domain=[] cleartext\nlogin PLAIN success user=[alice] domain=[] cleartext\n"
	    "login CRAM-MD5 unknown user=[] domain=[]\n"
	    "report imap [OK IMAP4rev1 ready] commands=AUTHENTICATE,AUTHENTICATE,AUTHENTICATE,NOOP capabilities= searches= fetched=0\n"
	    "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=0" NO_MORE "\n", 0 },
	{ "commands in flight, completed in another order",
	    GREET "C: a LOGIN alice x\nC: b LOGIN bob y\nC: c NOOP\nS: c OK\nS: b NO\nS: a OK\n",
	    "login LOGIN failure user=[bob] domain=[] cleartext\nlogin LOGIN success user=[bob] domain=[] cleartext\n"
	    "report imap [OK IMAP4rev1 ready] commands=LOGIN,LOGIN,NOOP capabilities= searches= fetched=0\n"
	    "collection of [bob] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=0" NO_MORE "\n", 0 },
	{ "waiting, preauthenticated",
	    "S: * PREAUTH IMAP4rev1 server\nC: a SELECT INBOX\nS: * 1 EXISTS\nS: a OK\nC: b IDLE\nS: + idling\nS: * 2 EXISTS\nC: DONE\nS: b OK\n",
	    "report imap [PREAUTH IMAP4rev1 server] commands=SELECT,IDLE capabilities= searches= fetched=0 preauth\n"
	    "collection of [] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=2 order=- listed=0 opened=1" NO_MORE " {INBOX 0/2}\n", 0 },
	{ "TLS agreed to",
	    GREET "C: a STARTTLS\nS: a OK go\n", "report imap [OK IMAP4rev1 ready] commands=STARTTLS capabilities= searches= fetched=0 starttls\n", 0 },
	{ "broken off in a message",
	    LOGIN SELECT "C: a3 FETCH 1 RFC822\nS: * 1 FETCH (RFC822 {22}\nS| Subject: One\\r\\n\n",
	    LOGGED "message imap-fetch incomplete part bytes=14 subject=[One] item=[INBOX] number=1 part authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SELECT,FETCH capabilities= searches= fetched=1\n"
	    COUNTS("0", "1", "0", "1", "22", "0", "3", "-") " {INBOX 0/3}\n", 0 },
	{ "a gap in the literal, counted off",
	    LOGIN SELECT "C: a3 FETCH 1 RFC822\nS: * 1 FETCH (RFC822 {32}\nS| Subject: One\\r\\n\nS~ 10\nS| \\r\\ntext\\r\\n\nS: )\nS: a3 OK\n"
			 "C: a4 FETCH 2 RFC822\nS: * 2 FETCH (RFC822 {22}\nS| " MAIL "\nS: )\nS: a4 OK\n",
	    LOGGED "message imap-fetch accepted part bytes=22 missing=10 subject=[One] item=[INBOX] number=1 authenticated\n"
		   "message imap-fetch accepted whole bytes=22 subject=[One] item=[INBOX] number=2 authenticated\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SELECT,FETCH,FETCH capabilities= searches= fetched=2\n"
	    COUNTS("2", "0", "0", "2", "54", "0", "3", "-") " {INBOX 2/3}\n", 0 },
	{ "the server's side alone",
	    LOGIN SELECT "C: a3 FETCH 1 RFC822\nS: * 1 FETCH (RFC822 {22}\nS| " MAIL "\nS: )\nS: a3 OK\n",
	    "message imap-fetch accepted whole bytes=22 subject=[One] item=[] number=1\n"
	    "report imap [OK IMAP4rev1 ready] commands= capabilities= searches= fetched=1\n"
	    "collection of [] whole=1 part=0 headers=0 bodies=1 octets=22 peeked=0 exists=3 order=- listed=0 opened=0" NO_MORE "\n", 2 },
	{ "the client's side alone",
	    LOGIN SELECT "C: a3 FETCH 1 RFC822\nC: a4 LOGOUT\n",
	    "login LOGIN unknown user=[alice] domain=[] cleartext\n"
	    "report imap [] commands=LOGIN,SELECT,FETCH,LOGOUT capabilities= searches= fetched=0\n"
	    "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=0" NO_MORE "\n", 1 },
	{ "a Sieve script in an annotation",
	    LOGIN "C: a2 SETMETADATA INBOX (/private/vendor/dovecot/sieve {25}\nS: + go\nC: redirect \"t@x.example\";\nC: )\nS: a2 OK\n"
		  "C: a3 SETMETADATA INBOX (/private/comment {3}\nS: + go\nC| abc)\\r\\n\nS: a3 OK\n",
	    LOGGED "script stored success name=[INBOX (/private/vendor/dovecot/sieve] account=[alice] bytes=25 redirect=[t@x.example]\n"
		   "report imap [OK IMAP4rev1 ready] commands=LOGIN,SETMETADATA,SETMETADATA capabilities= searches= fetched=0\n"
		   "collection of [alice] whole=0 part=0 headers=0 bodies=0 octets=0 peeked=0 exists=0 order=- listed=0 opened=0" NO_MORE
		   "\n", 0 },
	{ "words that nobody knows are not repeated",
	    GREET "C: a hunter2\nS: a BAD what\nC: b NOOP\nS: b OK\n",
	    "report imap [OK IMAP4rev1 ready] commands=?,NOOP capabilities= searches= fetched=0\n", 0 },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

START_TEST(dialogues)
{
	struct script_case c = { cases[_i].name, cases[_i].script, cases[_i].expected, SCRIPT_WHOLE };

	c.play.only = cases[_i].only;
	script_assert(&c, &protocol_imap);
}
END_TEST

/* With any octet of the first exchange missing, of either side, the second one is read whole. */
START_TEST(a_gap_at_every_octet)
{
	static const char first[] = LOGIN "C: x LIST \"\" *\nS: * LIST () \"/\" INBOX\nS: x OK\n" SELECT
		"C: a3 FETCH 1 BODY[]\nS: * 1 FETCH (BODY[] {22}\nS| " MAIL "\nS:  UID 4)\nS: a3 OK\n";
	static const char then[] = "C: a4 NOOP\nS: a4 OK\nC: a5 NOOP\nS: a5 OK\n"
		"C: a6 UID FETCH 9 BODY[]\nS: * 3 FETCH (UID 9 BODY[] {22}\nS| " MAIL "\nS: )\nS: a6 OK\nC: a7 LOGOUT\nS: a7 OK\n";
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
		script_run(&whole, &protocol_imap, &play, &r);
		ck_assert_msg(strstr(recorder_text(&r), "message imap-fetch accepted whole bytes=22 subject=[One]") != NULL &&
			strstr(recorder_text(&r), "number=3 uid=9") != NULL && strstr(recorder_text(&r), " quit\n") != NULL,
		    "octet %zu missing:\n%s", gap, recorder_text(&r));
		recorder_clear(&r);
		script_clear(&whole);
	}
	script_clear(&s);
}
END_TEST

/* --- compressed --- */

static void *
open_parser(struct protocol_context *context, struct session *session, struct recorder *r)
{
	recorder_init(r);
	*context = (struct protocol_context){ .session = session, .limits = &script_limits,
		.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = r };
	return protocol_imap.open(context);
}

static void
say(void *p, enum direction from, const void *at, size_t len)
{
	size_t used;

	(void)protocol_imap.data(p, from, bytes_of(at, len), 1, &used);
}

static size_t
deflate_text(z_stream *z, const char *text, size_t len, uint8_t *out, size_t room)
{
	z->next_in = (uint8_t *)(uintptr_t)text;
	z->avail_in = (unsigned)len;
	z->next_out = out;
	z->avail_out = (unsigned)room;
	ck_assert_int_eq(deflate(z, Z_SYNC_FLUSH), Z_OK);
	return room - z->avail_out;
}

static const char agreed[] = "b COMPRESS DEFLATE\r\n";

static void *
compressed(struct protocol_context *context, struct session *session, struct recorder *r, z_stream z[2])
{
	void *p = open_parser(context, session, r);

	ck_assert_ptr_nonnull(p);
	for (int i = 0; i < 2; i++) {
		memset(&z[i], 0, sizeof(z[i]));
		ck_assert_int_eq(deflateInit2(&z[i], 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	}
	say(p, FROM_SERVER, "* OK IMAP4rev1\r\n", 16);
	say(p, FROM_CLIENT, agreed, sizeof(agreed) - 1);
	return p;
}

static void
finish(void *p, struct recorder *r, struct session_report *report, struct arena *arena, z_stream z[2])
{
	arena_init(arena);
	memset(report, 0, sizeof(*report));
	protocol_imap.finish(p, 2);
	protocol_imap.report(p, report, arena);
	deflateEnd(&z[0]);
	deflateEnd(&z[1]);
	(void)r;
}

START_TEST(compressed_from_the_reply_on)
{
	static const char command[] = "c FETCH 1 BODY[]\r\n";
	static const char reply[] = "* 1 FETCH (UID 3 BODY[] {22}\r\nSubject: One\r\n\r\ntext\r\n)\r\nc OK\r\n";

	for (size_t cut = 0; cut < 90; cut++) {
		struct protocol_context context;
		struct session session = { .protocol = MAIL_IMAP };
		struct session_report report;
		struct recorder r;
		struct arena arena;
		z_stream z[2];
		void *p = compressed(&context, &session, &r, z);
		uint8_t up[200], down[200], all[300] = "b OK now\r\n";
		size_t n = deflate_text(&z[0], command, sizeof(command) - 1, up, sizeof(up));
		size_t m = deflate_text(&z[1], reply, sizeof(reply) - 1, down, sizeof(down));

		/* What follows the reply in its segment is compressed already. */
		memcpy(all + 10, down, m);
		m += 10;
		say(p, FROM_SERVER, all, cut < m ? cut : m);
		if (cut >= 10)
			say(p, FROM_CLIENT, up, n);
		say(p, FROM_SERVER, all + (cut < m ? cut : m), m - (cut < m ? cut : m));
		finish(p, &r, &report, &arena, z);
		ck_assert(report.imap.compressed);
		ck_assert_msg(strstr(recorder_text(&r), "message imap-fetch accepted whole bytes=22 subject=[One] item=[] number=1 uid=3") !=
			NULL, "cut at %zu: %s", cut, recorder_text(&r));
		arena_clear(&arena);
		protocol_imap.close(p);
		recorder_clear(&r);
	}
}
END_TEST

START_TEST(a_gap_makes_it_opaque)
{
	struct protocol_context context;
	struct session session = { .protocol = MAIL_IMAP };
	struct session_report report;
	struct recorder r;
	struct arena arena;
	z_stream z[2];
	void *p = compressed(&context, &session, &r, z);
	uint8_t out[200];
	size_t n;

	say(p, FROM_SERVER, "b OK now\r\n", 10);
	ck_assert_int_eq(protocol_imap.gap(p, FROM_SERVER, 5, 1), PARSER_CONTINUES);
	n = deflate_text(&z[0], "c NOOP\r\n", 8, out, sizeof(out));
	say(p, FROM_CLIENT, out, n);
	n = deflate_text(&z[1], "c OK\r\n", 6, out, sizeof(out));
	say(p, FROM_SERVER, out, n);
	ck_assert_int_eq(protocol_imap.gap(p, FROM_CLIENT, 5, 1), PARSER_IS_DONE);
	finish(p, &r, &report, &arena, z);
	ck_assert_str_eq(recorder_text(&r), "anomaly opaque_compressed server\nanomaly opaque_compressed client\n");
	ck_assert_uint_eq(report.imap.commands.len, 2);
	arena_clear(&arena);
	protocol_imap.close(p);
	recorder_clear(&r);
}
END_TEST

START_TEST(a_bomb_ends_the_reading)
{
	static char zeros[4 << 20];
	struct protocol_context context;
	struct session session = { .protocol = MAIL_IMAP };
	struct session_report report;
	struct recorder r;
	struct arena arena;
	z_stream z[2];
	void *p = compressed(&context, &session, &r, z);
	static uint8_t out[1 << 16];
	size_t n;

	say(p, FROM_SERVER, "b OK now\r\n", 10);
	memset(zeros, 'x', sizeof(zeros));
	n = deflate_text(&z[1], zeros, sizeof(zeros), out, sizeof(out));
	ck_assert_uint_lt(n, 10000);
	say(p, FROM_SERVER, out, n);
	finish(p, &r, &report, &arena, z);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly inflate_bomb server"));
	arena_clear(&arena);
	protocol_imap.close(p);
	recorder_clear(&r);
}
END_TEST

/* --- ceilings --- */

START_TEST(a_million_commands)
{
	struct protocol_context context;
	struct session session = { .protocol = MAIL_IMAP };
	struct session_report report = { 0 };
	struct recorder r;
	struct arena arena;
	void *p = open_parser(&context, &session, &r);
	size_t before = memory_taken();

	for (int i = 0; i < 1000000; i++) {
		char text[32];
		int n = snprintf(text, sizeof(text), "a%d NOOP\r\n", i);

		say(p, FROM_CLIENT, text, (size_t)n);
	}
	ck_assert_uint_lt(memory_taken() - before, 100000);
	protocol_imap.finish(p, 2);
	arena_init(&arena);
	protocol_imap.report(p, &report, &arena);
	ck_assert_uint_eq(report.imap.commands.len, script_limits.commands);
	ck_assert_uint_eq(report.imap.commands.dropped, 1000000 - script_limits.commands);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly pending_ceiling client"));
	arena_clear(&arena);
	protocol_imap.close(p);
	recorder_clear(&r);
}
END_TEST

START_TEST(memory_runs_out_anywhere)
{
	static const char text[] = LOGIN SELECT "C: a3 FETCH 1 BODY[]\nS: * 1 FETCH (BODY[] {22}\nS| " MAIL "\nS:  UID 4)\nS: a3 OK\n"
		"C: a4 APPEND Sent {22+}\nC| " MAIL "\nC: \nS: a4 OK\nC: a5 SEARCH TEXT x\nS: a5 OK\n";
	struct script s;

	script_read(&s, text);
	for (long n = 0; n < 80; n++) {
		struct protocol_context context;
		struct session session = { .protocol = MAIL_IMAP };
		struct session_report report = { 0 };
		struct recorder r;
		struct arena arena;
		void *p = open_parser(&context, &session, &r);

		ck_assert_ptr_nonnull(p);
		arena_init(&arena);
		memory_fail_after(n);
		for (size_t i = 0; i < s.len; i++)
			say(p, s.stretches[i].from, s.bytes.at + s.stretches[i].at, s.stretches[i].len);
		protocol_imap.finish(p, 2);
		protocol_imap.report(p, &report, &arena);
		memory_fail_after(-1);
		protocol_imap.close(p);
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
		{ FROM_SERVER, "* OK IMAP4rev1 ready\r\n", RECOGNISED_SURE },
		{ FROM_SERVER, "* OK Gimap\r\n", RECOGNISED_SURE },
		{ FROM_SERVER, "* OK ready\r\n", RECOGNISED_LIKELY },
		{ FROM_SERVER, "* PREAUTH IMAP4rev1\r\n", RECOGNISED_SURE },
		{ FROM_SERVER, "+OK POP3\r\n", RECOGNISED_NOT },
		{ FROM_SERVER, "220 mx ESMTP\r\n", RECOGNISED_NOT },
		{ FROM_SERVER, "\x16\x03\x03", RECOGNISED_NOT },
		{ FROM_CLIENT, "a1 CAPABILITY\r\n", RECOGNISED_LIKELY },
		{ FROM_CLIENT, "ABCD1 LOGIN x y\r\n", RECOGNISED_LIKELY },
		{ FROM_CLIENT, "EHLO me\r\n", RECOGNISED_NOT },
		{ FROM_CLIENT, "GET / HTTP/1.1\r\n", RECOGNISED_NOT },
		{ FROM_CLIENT, "USER alice\r\n", RECOGNISED_MAYBE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(protocol_imap.recognises(rows[i].from, bytes_str(rows[i].first)) == rows[i].want, "%s", rows[i].first);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, dialogues, 0, (int)CASES);
	tcase_add_test(tests, a_gap_at_every_octet);
	tcase_add_test(tests, compressed_from_the_reply_on);
	tcase_add_test(tests, a_gap_makes_it_opaque);
	tcase_add_test(tests, a_bomb_ends_the_reading);
	tcase_add_test(tests, a_million_commands);
	tcase_add_test(tests, memory_runs_out_anywhere);
	tcase_add_test(tests, what_it_is_taken_for);
}

CHECK_MAIN("protocol/imap", add_tests)
