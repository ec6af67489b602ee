/* SPDX-License-Identifier: Apache-2.0
 *
 * talk_pop3: a client that empties its maildrop (RFC 1939).
 */
#include "bench/talk.h"

enum step {
	GREETING,
	USER,
	USER_FINE,
	PASS,
	PASS_FINE,
	STAT,
	STAT_IS,
	UIDL,
	UIDL_IS,
	RETR,
	MESSAGE,
	DELE,
	DELE_FINE,
	QUIT,
	BYE,
	OVER
};

static uint64_t
pop3_open(struct talk *t)
{
	t->messages = random_size(&t->random, 1, 30);
	t->at = 1;
	t->way = random_percent(&t->random, 50);
	return t->messages * MAIL_MEAN;
}

static void
client_says(struct talk *t, struct text *out)
{
	switch (t->step) {
	case USER:
		text_print(out, "USER %s\r\n", talk_user(t->number));
		break;
	case PASS:
		text_print(out, "PASS password-%u\r\n", random_below(&t->random, 1000000));
		break;
	case STAT:
		text_print(out, "STAT\r\n");
		break;
	case UIDL:
		text_print(out, "UIDL\r\n");
		break;
	case RETR:
		text_print(out, "RETR %u\r\n", t->at);
		break;
	case DELE:
		text_print(out, "DELE %u\r\n", t->at - 1);
		break;
	default:
		text_print(out, "QUIT\r\n");
		break;
	}
}

static void
say_message(struct talk *t, struct text *out)
{
	struct mail_plan plan = mail_plan(&t->random);
	struct text message = { 0 };

	mail_write(&message, &t->random, &plan, &t->tally->mail, t->number << 12 | t->at);
	text_print(out, "+OK %zu octets\r\n", message.len);
	text_dotted(out, &message);
	text_clear(&message);
	t->at++;
}

static void
server_says(struct talk *t, struct text *out)
{
	switch (t->step) {
	case GREETING:
		text_print(out, "+OK Dovecot (Debian) ready.\r\n");
		break;
	case PASS_FINE:
		text_print(out, "+OK Logged in.\r\n");
		break;
	case STAT_IS:
		text_print(out, "+OK %u %u\r\n", t->messages, t->messages * 380000);
		break;
	case UIDL_IS:
		text_print(out, "+OK\r\n");
		for (uint32_t i = 1; i <= t->messages; i++)
			text_print(out, "%u %016llx\r\n", i, (unsigned long long)random_next(&t->random));
		text_print(out, ".\r\n");
		break;
	case MESSAGE:
		say_message(t, out);
		break;
	case BYE:
		text_print(out, "+OK Logging out.\r\n");
		break;
	default:
		text_print(out, "+OK\r\n");
		break;
	}
}

static unsigned
step_after(struct talk *t)
{
	unsigned more = t->at > t->messages ? QUIT : RETR;

	switch (t->step) {
	case MESSAGE:
		return t->way ? DELE : more;
	case DELE_FINE:
		return more;
	default:
		return t->step + 1;
	}
}

static bool
pop3_next(struct talk *t, struct turn *turn)
{
	if (t->step == OVER)
		return false;
	turn->from = t->step == USER || t->step == PASS || t->step == STAT || t->step == UIDL || t->step == RETR ||
			     t->step == DELE || t->step == QUIT
			 ? CLIENT
			 : SERVER;
	turn->think = random_between(&t->random, 50, 2000);
	if (turn->from == CLIENT)
		client_says(t, &turn->text);
	else
		server_says(t, &turn->text);
	t->step = step_after(t);
	return true;
}

const struct talk_kind talk_pop3 = {
	.name = "pop3", .ports = { 110 }, .session = true, .open = pop3_open, .next = pop3_next
};
