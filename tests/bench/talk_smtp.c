/* SPDX-License-Identifier: Apache-2.0
 *
 * talk_smtp: a submission with login, or a relay; one to four messages; DATA, and now and then BDAT (RFC 3030).
 */
#include <string.h>

#include "bench/talk.h"

#define SHARE_CHUNKED 8 /* percent */
#define PLANS_MOST 4

enum step {
	GREETING,
	EHLO,
	FEATURES,
	AUTH,
	AUTH_FINE,
	MAIL,
	MAIL_FINE,
	RCPT,
	RCPT_FINE,
	DATA,
	GO,
	CONTENT,
	TAKEN,
	QUIT,
	BYE,
	OVER
};

static uint64_t
smtp_open(struct talk *t)
{
	t->messages = random_percent(&t->random, 70) ? 1 : random_between(&t->random, 2, PLANS_MOST);
	t->way = random_percent(&t->random, SHARE_CHUNKED);
	return t->messages * MAIL_MEAN;
}

static void
say_content(struct talk *t, struct text *out)
{
	struct mail_plan plan = mail_plan(&t->random);
	struct text message = { 0 };

	mail_write(&message, &t->random, &plan, &t->tally->mail, t->number << 8 | t->messages);
	if (t->way) {
		text_print(out, "BDAT %zu LAST\r\n", message.len);
		text_add(out, message.at, message.len);
	} else {
		text_dotted(out, &message);
	}
	text_clear(&message);
}

static void
say_features(struct talk *t, struct text *out)
{
	text_print(
	    out, "250-mail.example.org greets %s\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n", talk_host(t->number));
	text_print(out, "250-AUTH PLAIN LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 CHUNKING\r\n");
}

static void
client_says(struct talk *t, struct text *out)
{
	struct text secret = { 0 };

	switch (t->step) {
	case EHLO:
		text_print(out, "EHLO %s\r\n", talk_host(t->number));
		break;
	case AUTH:
		text_print(&secret, "%c%s%cpassword-%u", 0, talk_user(t->number), 0, random_below(&t->random, 1000000));
		text_print(out, "AUTH PLAIN ");
		text_base64(out, secret.at, secret.len);
		text_clear(&secret);
		break;
	case MAIL:
		text_print(out, "MAIL FROM:<%s@example.net> BODY=8BITMIME\r\n", talk_user(t->number));
		break;
	case RCPT:
		text_print(out, "RCPT TO:<%s@example.org>\r\n", talk_user(random_below(&t->random, 5000)));
		break;
	case DATA:
		text_print(out, "DATA\r\n");
		break;
	case CONTENT:
		say_content(t, out);
		break;
	default:
		text_print(out, "QUIT\r\n");
		break;
	}
}

static void
server_says(struct talk *t, struct text *out)
{
	switch (t->step) {
	case GREETING:
		text_print(out, "220 mail.example.org ESMTP Postfix (Debian/GNU)\r\n");
		break;
	case FEATURES:
		say_features(t, out);
		break;
	case AUTH_FINE:
		text_print(out, "235 2.7.0 Authentication successful\r\n");
		break;
	case MAIL_FINE:
		text_print(out, "250 2.1.0 Ok\r\n");
		break;
	case RCPT_FINE:
		text_print(out, "250 2.1.5 Ok\r\n");
		break;
	case GO:
		text_print(out, "354 End data with <CR><LF>.<CR><LF>\r\n");
		break;
	case TAKEN:
		text_print(
		    out, "250 2.0.0 Ok: queued as %012llX\r\n", (unsigned long long)(random_next(&t->random) >> 16));
		break;
	default:
		text_print(out, "221 2.0.0 Bye\r\n");
		break;
	}
}

static unsigned
step_after(struct talk *t)
{
	switch (t->step) {
	case FEATURES:
		return t->number % 2 == 0 ? AUTH : MAIL;
	case MAIL:
		t->recipients = random_percent(&t->random, 80) ? 1 : random_between(&t->random, 2, 12);
		return MAIL_FINE;
	case RCPT_FINE:
		if (--t->recipients > 0)
			return RCPT;
		return t->way ? CONTENT : DATA;
	case TAKEN:
		return --t->messages > 0 ? MAIL : QUIT;
	default:
		return t->step + 1;
	}
}

static bool
smtp_next(struct talk *t, struct turn *turn)
{
	if (t->step == OVER)
		return false;
	turn->from = t->step == EHLO || t->step == AUTH || t->step == MAIL || t->step == RCPT || t->step == DATA ||
			     t->step == CONTENT || t->step == QUIT
			 ? CLIENT
			 : SERVER;
	turn->think =
	    turn->from == SERVER ? random_between(&t->random, 100, 4000) : random_between(&t->random, 50, 900);
	if (turn->from == CLIENT)
		client_says(t, &turn->text);
	else
		server_says(t, &turn->text);
	t->step = step_after(t);
	return true;
}

static uint64_t
idle_open(struct talk *t)
{
	(void)t;
	return 700;
}

/* Greeted, introduced, and then nothing: what a client with a pool of connections does. */
static bool
idle_next(struct talk *t, struct turn *turn)
{
	if (t->step > FEATURES)
		return false;
	turn->from = t->step == EHLO ? CLIENT : SERVER;
	turn->think = 500;
	if (turn->from == CLIENT)
		client_says(t, &turn->text);
	else
		server_says(t, &turn->text);
	t->step++;
	return true;
}

const struct talk_kind talk_smtp = {
	.name = "smtp", .ports = { 25, 587, 25, 2525 }, .session = true, .open = smtp_open, .next = smtp_next
};
const struct talk_kind talk_idle = {
	.name = "idle", .ports = { 25, 587 }, .session = true, .stays = true, .open = idle_open, .next = idle_next
};
