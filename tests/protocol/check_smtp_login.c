/* SPDX-License-Identifier: Apache-2.0
 *
 * AUTH in all its shapes: who logs in and with what outcome; and that no secret gets out, however the exchange is
 * mangled.
 */
#include <string.h>

#include "protocol/smtp.h"
#include "support/check_main.h"
#include "support/script.h"

#define HELLO "S: 220 mx ESMTP\nC: EHLO me\nS: 250-mx\nS: 250-STARTTLS\nS: 250 AUTH PLAIN LOGIN\n"
#define REPORT "report banner=220 [mx ESMTP] helo=[me] auth="
#define OFFERED "offered=PLAIN,LOGIN refused= starttls-offered\n"

#define NTLM_3                                                                                                                 \
	"TlRMTVNTUAADAAAAAAAAAEAAAAAAAAAAQAAAAAYABgBAAAAACAAIAEYAAAAMAAwATgAAAAAAAABaAAAAAQAAAEQATwBNAGoAYQBjAGsARABFAFMASwAtADcA"

/* In base64: YWxpY2U= alice, c2VjcmV0 secret, AGFsaWNlAHNlY3JldA== NUL alice NUL secret. */
static const struct script_case cases[] = {
	{ "PLAIN asked for",
	    HELLO "C: AUTH PLAIN\nS: 334 \nC: AGFsaWNlAHNlY3JldA==\nS: 235 2.7.0 ok\n",
	    "login PLAIN success user=[alice] domain=[] cleartext\n"
	    REPORT "PLAIN commands=EHLO,AUTH,* replies=220,250,334,235 " OFFERED, { 0 } },
	{ "PLAIN with an empty initial response",
	    HELLO "C: AUTH PLAIN =\nS: 535 no\n",
	    "login PLAIN failure user=[] domain=[]\n"
	    REPORT "PLAIN commands=EHLO,AUTH replies=220,250,535 " OFFERED, { 0 } },
	{ "LOGIN with an initial response",
	    HELLO "C: AUTH LOGIN YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 ok\n",
	    "login LOGIN success user=[alice] domain=[] cleartext\n"
	    REPORT "LOGIN commands=EHLO,AUTH,* replies=220,250,334,235 " OFFERED, { 0 } },
	{ "LOGIN, the name refused: the secret was never sent",
	    HELLO "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 535 no such user\n",
	    "login LOGIN failure user=[alice] domain=[]\n"
	    REPORT "LOGIN commands=EHLO,AUTH,* replies=220,250,334,535 " OFFERED, { 0 } },
	{ "LOGIN without waiting to be asked",
	    HELLO "C: AUTH LOGIN\nC: YWxpY2U=\nC: c2VjcmV0\nS: 334 VXNlcm5hbWU6\nS: 334 UGFzc3dvcmQ6\nS: 235 ok\nC: QUIT\nS: 221 bye\n",
	    "login LOGIN success user=[alice] domain=[] cleartext\n"
	    REPORT "LOGIN commands=EHLO,AUTH,*,*,QUIT replies=220,250,334,334,235,221 " OFFERED, { 0 } },
	{ "LOGIN refused, the rest was on its way: no words of it are listed",
	    HELLO "C: AUTH LOGIN\nS: 504 no\nC: YWxpY2U=\nC: c2VjcmV0\nS: 500 what\nS: 500 what\n",
	    "login LOGIN failure user=[] domain=[]\n"
	    REPORT "LOGIN commands=EHLO,AUTH,?,? replies=220,250,504,500,500 " OFFERED, { 0 } },
	{ "the server could not judge",
	    HELLO "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: 454 4.7.0 try later\n",
	    "login PLAIN unknown user=[alice] domain=[] cleartext\n"
	    REPORT "PLAIN commands=EHLO,AUTH replies=220,250,454 " OFFERED, { 0 } },
	{ "two attempts",
	    HELLO "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: 535 no\nC: AUTH LOGIN\nS: 334 x\nC: YWxpY2U=\nS: 334 x\nC: c2VjcmV0\nS: 235 ok\n",
	    "login PLAIN failure user=[alice] domain=[] cleartext\n"
	    "login LOGIN success user=[alice] domain=[] cleartext\n"
	    REPORT "LOGIN commands=EHLO,AUTH,AUTH,*,* replies=220,250,535,334,334,235 " OFFERED, { 0 } },
	{ "NTLM: domain, user and machine of the third message; the first one with AUTH or behind it",
	    HELLO "C: AUTH NTLM TlRMTVNTUAABAAAAB4IIAA==\nS: 334 TlRMTVNTUAACAAAA\nC: " NTLM_3 "\nS: 235 ok\n"
		  "C: AUTH NTLM\nS: 334 NTLM supported\nC: TlRMTVNTUAABAAAAB4IIAA==\nS: 334 TlRMTVNTUAACAAAA\nC: " NTLM_3 "\nS: 535 no\n",
	    "login NTLM success user=[jack] domain=[DOM] host=[DESK-7]\n"
	    "login NTLM failure user=[jack] domain=[DOM] host=[DESK-7]\n"
	    REPORT "NTLM commands=EHLO,AUTH,*,AUTH,*,* replies=220,250,334,235,334,334,535 " OFFERED, { 0 } },
	{ "OAUTHBEARER: a token that is refused is explained, and the explanation answered",
	    HELLO "C: AUTH OAUTHBEARER bixhPWV2ZUB4LAFob3N0PWgBcG9ydD01ODcBYXV0aD1CZWFyZXIgc2VjcmV0AQE=\nS: 334 eyJzdGF0dXMiOiI0MDAifQ==\n"
		  "C: AQ==\nS: 535 no\n",
	    "login OAUTHBEARER failure user=[eve@x] domain=[] cleartext\n"
	    REPORT "OAUTHBEARER commands=EHLO,AUTH,* replies=220,250,334,535 " OFFERED, { 0 } },
	{ "XOAUTH2: the same, answered with an empty line", /* user=eve@x^Aauth=Bearer tok^A^A */
	    HELLO "C: AUTH XOAUTH2\nS: 334 \nC: dXNlcj1ldmVAeAFhdXRoPUJlYXJlciB0b2sBAQ==\nS: 334 eyJzdGF0dXMiOiI0MDAifQ==\nC: \nS: 535 no\nC: QUIT\nS: 221 bye\n",
	    "login XOAUTH2 failure user=[eve@x] domain=[] cleartext\n"
	    REPORT "XOAUTH2 commands=EHLO,AUTH,*,*,QUIT replies=220,250,334,334,535,221 " OFFERED, { 0 } },
	{ "SCRAM: three steps, the name in the first", /* n,,n=user,r=fyko / c=biws,r=fyko3,p=... / nothing */
	    HELLO "C: AUTH SCRAM-SHA-256\nS: 334 \nC: biwsbj11c2VyLHI9Znlrbw==\nS: 334 cj1meWtvMw==\nC: Yz1iaXdzLHI9ZnlrbzMscD1zZWNyZXRwcm9vZg==\n"
		  "S: 334 dj02cnJpVFJCaTIz\nC: \nS: 235 ok\n",
	    "login SCRAM-SHA-256 success user=[user] domain=[]\n"
	    REPORT "SCRAM-SHA-256 commands=EHLO,AUTH,*,*,* replies=220,250,334,334,334,235 " OFFERED, { 0 } },
	{ "GSSAPI: tokens, and no name in them",
	    HELLO "C: AUTH GSSAPI YIICkwYJKoZIhvcSAQICAQBu\nS: 334 YGgGCSqGSIb3EgECAg==\nC: \nS: 334 BQQF/wAMAAAAAAAA\nC: BQQE/wAMAAAAAAAA\nS: 235 ok\n",
	    "login GSSAPI success user=[] domain=[]\n"
	    REPORT "GSSAPI commands=EHLO,AUTH,*,* replies=220,250,334,334,235 " OFFERED, { 0 } },
	{ "DIGEST-MD5", /* username="chris",realm="elwood",response=secret */
	    HELLO "C: AUTH DIGEST-MD5\nS: 334 bm9uY2U9IngiCg==\nC: dXNlcm5hbWU9ImNocmlzIixyZWFsbT0iZWx3b29kIixyZXNwb25zZT1zZWNyZXQ=\n"
		  "S: 334 cnNwYXV0aD0x\nC: \nS: 235 ok\n",
	    "login DIGEST-MD5 success user=[chris] domain=[elwood]\n"
	    REPORT "DIGEST-MD5 commands=EHLO,AUTH,*,* replies=220,250,334,334,235 " OFFERED, { 0 } },
	{ "cancelled when the secret was due, and another way tried",
	    HELLO "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: *\nS: 501 cancelled\nC: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: 235 ok\n",
	    "login LOGIN failure user=[alice] domain=[]\n"
	    "login PLAIN success user=[alice] domain=[] cleartext\n"
	    REPORT "PLAIN commands=EHLO,AUTH,*,*,AUTH replies=220,250,334,334,501,235 " OFFERED, { 0 } },
	{ "a command where a response was due is a response",
	    HELLO "C: AUTH PLAIN\nS: 334 \nC: QUIT\nS: 501 no base64\nC: MAIL FROM:<a@x>\nS: 530 authenticate\n",
	    "login PLAIN failure user=[] domain=[] cleartext\n"
	    REPORT "PLAIN commands=EHLO,AUTH,*,MAIL replies=220,250,334,501,530 " OFFERED, { 0 } },
	{ "a server that asks for more without AUTH: no words behind it are listed",
	    HELLO "C: X-LOGIN\nS: 334 x\nC: c2VjcmV0\nS: 500 no\nC: c2VjcmV0\nS: 500 no\n",
	    REPORT " commands=EHLO,X-LOGIN,*,? replies=220,250,334,500,500 " OFFERED, { 0 } },
	{ "no outcome",
	    HELLO "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\n",
	    "login PLAIN unknown user=[alice] domain=[] cleartext\n"
	    REPORT "PLAIN commands=EHLO,AUTH replies=220,250 " OFFERED, { 0 } },
	{ "a mechanism that is a secret",
	    HELLO "C: AUTH AGFsaWNlAHNlY3JldA==\nS: 504 no\n",
	    "login OTHER failure user=[] domain=[]\n"
	    REPORT "OTHER commands=EHLO,AUTH replies=220,250,504 " OFFERED, { 0 } },
	{ "the name was not seen: the password is not taken for it",
	    HELLO "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC~ 10\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 ok\n",
	    "login LOGIN success user=[] domain=[]\n"
	    REPORT "LOGIN commands=EHLO,AUTH,* replies=220,250,334,334,235 " OFFERED, { 0 } },
	{ "the AUTH was not seen",
	    HELLO "C~ 12\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 ok\nC: QUIT\nS: 221 bye\n",
	    REPORT " commands=EHLO,*,*,QUIT replies=220,250,334,334,235,221 " OFFERED, { 0 } },
	{ "the challenges were not seen",
	    HELLO "C: AUTH LOGIN\nS~ 18\nC: YWxpY2U=\nS~ 18\nC: c2VjcmV0\nS: 235 ok\n",
	    "login LOGIN success user=[alice] domain=[] cleartext\n"
	    REPORT "LOGIN commands=EHLO,AUTH,*,* replies=220,250,235 " OFFERED, { 0 } },
	{ "picked up in the middle of an exchange",
	    "C: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 ok\nC: c2VjcmV0\nS: 500 what\nC: QUIT\nS: 221 bye\n",
	    "report banner=0 [] helo=[] auth= commands=?,*,?,QUIT replies=334,235,500,221 offered= refused=\n", { .midstream = true } },
	{ "the client's side only",
	    HELLO "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 ok\nC: QUIT\n",
	    "login LOGIN unknown user=[alice] domain=[] cleartext\n"
	    "report banner=0 [] helo=[me] auth=LOGIN commands=EHLO,AUTH,*,*,QUIT replies= offered= refused=\n", { .only = 1 } },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

START_TEST(dialogue)
{
	script_assert(&cases[_i], &protocol_smtp);
}
END_TEST

static bool
leaks(const char *text)
{
	return strstr(text, "secret") != NULL || strstr(text, "SECRET") != NULL || strstr(text, "2VjcmV0") != NULL ||
	    strstr(text, "2VJCMV0") != NULL || strstr(text, "3JldA") != NULL || strstr(text, "3JLDA") != NULL;
}

/* Whichever octets are missing. */
START_TEST(no_secret_behind_a_gap)
{
	const struct script_case *c = &cases[_i];
	struct script s;

	script_read(&s, c->script);
	for (size_t at = 0; at < s.bytes.len; at++) {
		struct script_play play = c->play;
		struct recorder r;

		play.split = SIZE_MAX;
		play.gap = at;
		recorder_init(&r);
		script_run(&s, &protocol_smtp, &play, &r);
		ck_assert_msg(!leaks(recorder_text(&r)), "%s, gap at %zu:\n%s", c->name, at, recorder_text(&r));
		recorder_clear(&r);
	}
	script_clear(&s);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, dialogue, 0, (int)CASES);
	tcase_add_loop_test(tests, no_secret_behind_a_gap, 0, (int)CASES);
}

CHECK_MAIN("protocol/smtp_login", add_tests)
