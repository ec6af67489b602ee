/* SPDX-License-Identifier: Apache-2.0
 *
 * talk_imap: a client that was away and fetches what is new, whole, in batches (RFC 9051).
 */
#include "bench/talk.h"

#define BATCH 12

enum step {
	GREETING,
	LOGIN,
	LOGIN_FINE,
	SELECT,
	SELECTED,
	FLAGS,
	FLAGS_ARE,
	FETCH,
	MESSAGE,
	FETCHED,
	LOGOUT,
	BYE,
	OVER
};

static uint64_t
imap_open(struct talk *t)
{
	t->messages = random_size(&t->random, 1, 30);
	t->at = 1;
	return t->messages * MAIL_MEAN;
}

static void
client_says(struct talk *t, struct text *out)
{
	uint32_t last = t->at + BATCH - 1;

	switch (t->step) {
	case LOGIN:
		text_print(out, "a1 LOGIN \"%s@example.org\" \"password-%u\"\r\n", talk_user(t->number),
		    random_below(&t->random, 1000000));
		break;
	case SELECT:
		text_print(out, "a2 SELECT \"INBOX\"\r\n");
		break;
	case FLAGS:
		text_print(out, "a3 UID FETCH 1:%u (UID FLAGS RFC822.SIZE)\r\n", t->messages);
		break;
	case FETCH:
		text_print(out, "a%u UID FETCH %u:%u (UID FLAGS BODY.PEEK[])\r\n", 3 + t->at, t->at,
		    last < t->messages ? last : t->messages);
		break;
	default:
		text_print(out, "z9 LOGOUT\r\n");
		break;
	}
}

static void
say_message(struct talk *t, struct text *out)
{
	struct mail_plan plan = mail_plan(&t->random);
	struct text message = { 0 };

	mail_write(&message, &t->random, &plan, &t->tally->mail, t->number << 12 | t->at);
	text_print(out, "* %u FETCH (UID %u FLAGS (\\Recent) BODY[] {%zu}\r\n", t->at, t->at, message.len);
	text_add(out, message.at, message.len);
	text_print(out, ")\r\n");
	text_clear(&message);
}

static void
server_says(struct talk *t, struct text *out)
{
	switch (t->step) {
	case GREETING:
		text_print(out, "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE AUTH=PLAIN] ready.\r\n");
		break;
	case LOGIN_FINE:
		text_print(out, "a1 OK [CAPABILITY IMAP4rev1 LITERAL+ IDLE UIDPLUS MOVE CONDSTORE] Logged in\r\n");
		break;
	case SELECTED:
		text_print(out, "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n");
		text_print(
		    out, "* %u EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1747120000] UIDs valid\r\n", t->messages);
		text_print(out, "* OK [UIDNEXT %u] Predicted next UID\r\n", t->messages + 1);
		text_print(out, "a2 OK [READ-WRITE] Select completed.\r\n");
		break;
	case FLAGS_ARE:
		for (uint32_t i = 1; i <= t->messages; i++)
			text_print(out, "* %u FETCH (UID %u FLAGS (\\Seen) RFC822.SIZE %u)\r\n", i, i,
			    random_size(&t->random, 1000, 1000000));
		text_print(out, "a3 OK Fetch completed.\r\n");
		break;
	case MESSAGE:
		say_message(t, out);
		break;
	case FETCHED:
		text_print(out, "a%u OK Fetch completed.\r\n", 3 + (t->at - 2) / BATCH * BATCH + 1);
		break;
	default:
		text_print(out, "* BYE Logging out\r\nz9 OK Logout completed.\r\n");
		break;
	}
}

static unsigned
step_after(struct talk *t)
{
	switch (t->step) {
	case MESSAGE:
		t->at++;
		return t->at > t->messages || (t->at - 1) % BATCH == 0 ? FETCHED : MESSAGE;
	case FETCHED:
		return t->at > t->messages ? LOGOUT : FETCH;
	default:
		return t->step + 1;
	}
}

static bool
imap_next(struct talk *t, struct turn *turn)
{
	if (t->step == OVER)
		return false;
	turn->from = t->step == LOGIN || t->step == SELECT || t->step == FLAGS || t->step == FETCH || t->step == LOGOUT
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

const struct talk_kind talk_imap = {
	.name = "imap", .ports = { 143 }, .session = true, .open = imap_open, .next = imap_next
};
