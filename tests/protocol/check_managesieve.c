/* SPDX-License-Identifier: Apache-2.0
 *
 * ManageSieve dialogues as text, each with all that must be observed of it: played whole, split at every octet, octet by
 * octet, ending at an unmapped page; and with each octet missing.
 */
#include "protocol/managesieve.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "support/check_main.h"
#include "support/script.h"

#define GREET "S: \"IMPLEMENTATION\" \"Pigeonhole\"\nS: \"SIEVE\" \"fileinto copy\"\nS: OK \"ready\"\n"
#define LOGIN GREET "C: AUTHENTICATE \"PLAIN\" \"AGFsaWNlAHNlY3JldA==\"\nS: OK\n"
#define LOGGED "login PLAIN success user=[alice] domain=[] cleartext\n"
#define REPORT(commands) "report managesieve [Pigeonhole] commands=" commands " capabilities=IMPLEMENTATION,SIEVE\n"

static const struct {
	const char *name, *script, *expected;
	unsigned only;
} cases[] = {
	{ "a script is put and made active",
	    LOGIN "C: PUTSCRIPT \"mine\" {31+}\nC| redirect :copy \"t@evil.example\";\nC: \nS: OK\nC: SETACTIVE \"mine\"\nS: OK\nC: LOGOUT\nS: OK\n",
	    LOGGED "script stored success name=[mine] account=[alice] bytes=31 redirect=[t@evil.example] copy\n"
		   "script activated success name=[mine] account=[alice] bytes=0\n" REPORT("AUTHENTICATE,PUTSCRIPT,SETACTIVE,LOGOUT"), 0 },
	{ "refused, checked, in quotes, with a name as a literal",
	    LOGIN "C: PUTSCRIPT {3+}\nC: bad {5+}\nC: xxxxx\nS: NO {11}\nS: parse error\nC: CHECKSCRIPT \"redirect \\\\\"a@x.example\\\\\";\"\nS: OK\n",
	    LOGGED "script stored failure name=[bad] account=[alice] bytes=5\n"
		   "script checked success name=[] account=[alice] bytes=23 redirect=[a@x.example]\n"
	    REPORT("AUTHENTICATE,PUTSCRIPT,CHECKSCRIPT"), 0 },
	{ "an exchange in steps, then TLS",
	    GREET "C: AUTHENTICATE \"LOGIN\"\nS: \"VXNlcm5hbWU6\"\nC: \"YWxpY2U=\"\nS: {12}\nS: UGFzc3dvcmQ6\nC: {8+}\nC: c2VjcmV0\nS: NO \"no\"\n"
		  "C: STARTTLS\nS: OK\n",
	    "login LOGIN failure user=[alice] domain=[] cleartext\n"
	    "report managesieve [Pigeonhole] commands=AUTHENTICATE,STARTTLS capabilities=IMPLEMENTATION,SIEVE starttls\n", 0 },
	{ "the client's side alone",
	    LOGIN "C: PUTSCRIPT \"m\" {9+}\nC| discard;\\n\nC: \n",
	    "login PLAIN unknown user=[alice] domain=[] cleartext\nscript stored unknown name=[m] account=[alice] bytes=9\n"
	    "report managesieve [] commands=AUTHENTICATE,PUTSCRIPT capabilities=\n", 1 },
	{ "the other commands, and none is active any more",
	    LOGIN "C: CAPABILITY\nS: \"SIEVE\" \"x\"\nS: OK\nC: HAVESPACE \"m\" 99\nS: NO (QUOTA) \"full\"\nC: LISTSCRIPTS\nS: \"m\" ACTIVE\nS: OK\n"
		  "C: GETSCRIPT \"m\"\nS: {9+}\nS| OK PUTS\\n\nS: \nS: OK\nC: RENAMESCRIPT \"m\" \"n\"\nS: OK\nC: DELETESCRIPT \"n\"\nS: OK\n"
		  "C: SETACTIVE \"\"\nS: OK\nC: SETACTIVE \"gone\"\nS: NO\nC: UNAUTHENTICATE\nS: OK\nC: LOGOUT\nS: BYE\n",
	    LOGGED "script activated success name=[] account=[alice] bytes=0\nscript activated failure name=[gone] account=[alice] bytes=0\n"
	    REPORT("AUTHENTICATE,CAPABILITY,HAVESPACE,LISTSCRIPTS,GETSCRIPT,RENAMESCRIPT,DELETESCRIPT,SETACTIVE,SETACTIVE,UNAUTHENTICATE,LOGOUT"), 0 },
	{ "put without waiting, broken off before the replies",
	    LOGIN "C: PUTSCRIPT \"a\" {16+}\nC| redirect \"a@x\";\\n\nC: \nC: SETACTIVE \"a\"\nS: OK\n",
	    LOGGED "script stored success name=[a] account=[alice] bytes=16 redirect=[a@x]\nscript activated unknown name=[a] account=[alice] bytes=0\n"
	    REPORT("AUTHENTICATE,PUTSCRIPT,SETACTIVE"), 0 },
	{ "broken off in the script",
	    LOGIN "C: PUTSCRIPT \"a\" {160+}\nC| redirect \"a@x\";\\n\n",
	    LOGGED "script stored unknown name=[a] account=[alice] bytes=16 incomplete redirect=[a@x]\n" REPORT("AUTHENTICATE,PUTSCRIPT"), 0 },
	{ "an exchange called off, and one refused with TLS asked for",
	    GREET "C: AUTHENTICATE \"LOGIN\"\nS: \"VXNlcm5hbWU6\"\nC: \"*\"\nS: NO\nC: AUTHENTICATE \"PLAIN\"\nS: NO (ENCRYPT-NEEDED) \"no\"\nC: LOGOUT\nS: OK\n",
	    "login LOGIN failure user=[] domain=[]\nlogin PLAIN failure user=[] domain=[]\n" REPORT("AUTHENTICATE,AUTHENTICATE,LOGOUT"), 0 },
	{ "two accounts one after the other, quotes in names and scripts",
	    LOGIN "C: PUTSCRIPT \"a\\\\\"b\" \"redirect \\\\\"a@x\\\\\";\"\nS: OK\nC: UNAUTHENTICATE\nS: OK\nC: CHECKSCRIPT {8+}\nC: discard;\nS: OK\n"
		  "C: AUTHENTICATE \"PLAIN\" \"AGJvYgB4\"\nS: OK\nC: SETACTIVE \"a\\\\\"b\"\nS: OK\n",
	    LOGGED "script stored success name=[a\"b] account=[alice] bytes=15 redirect=[a@x]\nscript checked success name=[] account=[] bytes=8\n"
	    "login PLAIN success user=[bob] domain=[] cleartext\nscript activated success name=[a\"b] account=[bob] bytes=0\n"
	    REPORT("AUTHENTICATE,PUTSCRIPT,UNAUTHENTICATE,CHECKSCRIPT,AUTHENTICATE,SETACTIVE"), 0 },
	{ "a hole in a script, as long as the hole",
	    LOGIN "C: PUTSCRIPT \"a\" {60+}\nC| redirect \"a@x\";\\r\\nredi\nC~ 20\nC| \\r\\nredirect \"b@x\";\\r\\n\nC: \nS: OK\nC: LOGOUT\nS: OK\n",
	    LOGGED "script stored success name=[a] account=[alice] bytes=40 incomplete redirect=[a@x] redirect=[b@x]\n"
	    REPORT("AUTHENTICATE,PUTSCRIPT,LOGOUT"), 0 },
	{ "a script that looks like the protocol",
	    LOGIN "C: PUTSCRIPT \"m\" {31+}\nC| # {10+}\\r\\nLOGOUT\\r\\nredirect \"a@x\"\nC: \nS: OK\nC: NOOP\nS: OK\n",
	    LOGGED "script stored success name=[m] account=[alice] bytes=31 redirect=[a@x]\n" REPORT("AUTHENTICATE,PUTSCRIPT,NOOP"), 0 },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

START_TEST(dialogues)
{
	struct script_case c = { cases[_i].name, cases[_i].script, cases[_i].expected, SCRIPT_WHOLE };

	c.play.only = cases[_i].only;
	script_assert(&c, &protocol_managesieve);
}
END_TEST

START_TEST(a_gap_at_every_octet)
{
	static const char first[] = LOGIN "C: PUTSCRIPT \"one\" {8+}\nC| discard;\nC: \nS: OK\n";
	static const char then[] = "C: NOOP\nS: OK\nC: NOOP\nS: OK\nC: PUTSCRIPT \"two\" {16+}\nC| redirect \"a@x\";\\n\nC: \nS: OK\n";
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
		script_run(&whole, &protocol_managesieve, &play, &r);
		ck_assert_msg(strstr(recorder_text(&r), "name=[two]") != NULL && strstr(recorder_text(&r), "redirect=[a@x]") != NULL,
		    "octet %zu missing:\n%s", gap, recorder_text(&r));
		recorder_clear(&r);
		script_clear(&whole);
	}
	script_clear(&s);
}
END_TEST

/* Plays the head, a line so often, the tail; what was observed must hold one text, and must not hold the other. */
static void
play_many(const char *head, const char *line, int times, const char *tail, const char *with, const char *without)
{
	static char text[20000];
	struct script_play play = SCRIPT_WHOLE;
	struct recorder r;
	struct script s;
	size_t n = (size_t)snprintf(text, sizeof(text), "%s", head);

	for (int i = 0; i < times; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", line);
	snprintf(text + n, sizeof(text) - n, "%s", tail);
	script_read(&s, text);
	recorder_init(&r);
	script_run(&s, &protocol_managesieve, &play, &r);
	ck_assert_msg(strstr(recorder_text(&r), with) != NULL, "%s", recorder_text(&r));
	ck_assert_msg(strstr(recorder_text(&r), without) == NULL, "%s", recorder_text(&r));
	recorder_clear(&r);
	script_clear(&s);
}

START_TEST(ceilings)
{
	static const char put[] = "C: PUTSCRIPT \"a\" {8+}\nC| discard;\nC: \nS: OK\n";

	/* The oldest one goes, untold how it ended; the 64 that wait are fine. */
	play_many(LOGIN "C: SETACTIVE \"a\"\n", "C: NOOP\n", 64, "", "anomaly pending_ceiling client\nscript activated unknown", "success name");
	play_many(LOGIN "C: SETACTIVE \"a\"\n", "C: NOOP\n", 63, "S: OK\n", "script activated success", "anomaly");
	play_many(LOGIN, "C: NOOP\nS: OK\n", 90, put, "script stored success", "anomaly");
	/* Another protocol. */
	play_many("", "C: GET x\n", 9, put, "script stored", "nothing");
	play_many("", "C: GET x\n", 10, put, "", "script stored");
	play_many("", "C: GET x\nC: NOOP\n", 12, put, "script stored", "nothing");
}
END_TEST

START_TEST(memory_runs_out_anywhere)
{
	static const char text[] = LOGIN "C: PUTSCRIPT \"one\" {16+}\nC| redirect \"a@x\";\\n\nC: \nS: OK\n";
	struct script s;

	script_read(&s, text);
	for (long n = 0; n < 60; n++) {
		struct session session = { .protocol = MAIL_MANAGESIEVE };
		struct session_report report = { 0 };
		struct recorder r;
		struct protocol_context context = { .session = &session, .limits = &script_limits,
			.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = &r };
		struct arena arena;
		size_t used;
		void *p = protocol_managesieve.open(&context);

		ck_assert_ptr_nonnull(p);
		recorder_init(&r);
		arena_init(&arena);
		memory_fail_after(n);
		for (size_t i = 0; i < s.len; i++)
			(void)protocol_managesieve.data(p, s.stretches[i].from,
			    bytes_of(s.bytes.at + s.stretches[i].at, s.stretches[i].len), 1, &used);
		protocol_managesieve.finish(p, 2);
		protocol_managesieve.report(p, &report, &arena);
		memory_fail_after(-1);
		protocol_managesieve.close(p);
		arena_clear(&arena);
		recorder_clear(&r);
	}
	script_clear(&s);
}
END_TEST

START_TEST(what_it_is_taken_for)
{
	ck_assert_int_eq(protocol_managesieve.recognises(FROM_SERVER, BYTES("\"IMPLEMENTATION\" \"x\"\r\n")), RECOGNISED_SURE);
	ck_assert_int_eq(protocol_managesieve.recognises(FROM_SERVER, BYTES("220 mx\r\n")), RECOGNISED_NOT);
	ck_assert_int_eq(protocol_managesieve.recognises(FROM_CLIENT, BYTES("PUTSCRIPT \"x\" {3+}\r\n")), RECOGNISED_LIKELY);
	ck_assert_int_eq(protocol_managesieve.recognises(FROM_CLIENT, BYTES("\x16\x03\x01")), RECOGNISED_NOT);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, dialogues, 0, (int)CASES);
	tcase_add_test(tests, a_gap_at_every_octet);
	tcase_add_test(tests, ceilings);
	tcase_add_test(tests, memory_runs_out_anywhere);
	tcase_add_test(tests, what_it_is_taken_for);
}

CHECK_MAIN("protocol/managesieve", add_tests)
