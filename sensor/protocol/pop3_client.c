/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/pop3.h"

#include "base/memory.h"
#include "base/text.h"

/* By enum pop3_verb. */
static const char *const verbs[POP3_VERBS] = { "", "USER", "PASS", "APOP", "AUTH", "AUTH", "STAT", "LIST", "UIDL", "RETR",
	"TOP", "DELE", "NOOP", "RSET", "QUIT", "CAPA", "STLS", "UTF8", "LANG" };

static enum pop3_verb
verb_of(struct bytes word)
{
	for (int i = POP3_USER; i < POP3_VERBS; i++)
		if (bytes_equal_nocase(word, bytes_str(verbs[i])))
			return (enum pop3_verb)i;
	return POP3_UNKNOWN;
}

/* --- the queue --- */

bool
pop3_queue_take(struct pop3_queue *q, struct pop3_pending *out)
{
	if (q->len == 0)
		return false;
	*out = q->at[q->first];
	q->first = (q->first + 1) % q->room;
	q->len--;
	return true;
}

static bool
make_room(struct pop3_queue *q, size_t ceiling)
{
	size_t room = q->room == 0 ? 4 : q->room * 2;
	struct pop3_pending *more;

	if (q->len < q->room)
		return true;
	if (room > ceiling)
		room = ceiling;
	if (room <= q->room || (more = memory_take_zeroed(room, sizeof(*more))) == NULL)
		return false;
	for (size_t i = 0; i < q->len; i++)
		more[i] = q->at[(q->first + i) % q->room];
	memory_give_back(q->at);
	q->at = more;
	q->first = 0;
	q->room = room;
	return true;
}

/* Who sends a command has heard the replies to those before, as far as there were any. */
static void
give_up_unheard(struct pop3 *p, usec_t time)
{
	struct pop3_pending oldest;

	pop3_server_overtaken(p, time);
	while (p->doubtful && pop3_queue_take(&p->busy->queue, &oldest))
		pop3_unanswered(p, &oldest, time);
	p->doubtful = false;
}

static void
await(struct pop3 *p, const struct pop3_pending *pending, usec_t time)
{
	struct pop3_queue *q = &p->busy->queue;
	struct pop3_pending oldest;

	if (!make_room(q, p->context->limits->pending)) {
		pop3_say(p, ANOMALY_PENDING_CEILING, FROM_CLIENT, time);
		if (!pop3_queue_take(q, &oldest))
			return;
		pop3_unanswered(p, &oldest, time);
	}
	q->at[(q->first + q->len++) % q->room] = *pending;
}

/* --- commands --- */

static void
keep_user(struct pop3 *p, struct bytes user)
{
	buffer_reset(&p->busy->user);
	(void)text_append(&p->busy->user, user, POP3_TEXT_MAX);
}

static void
begin_auth(struct pop3 *p, struct bytes argument)
{
	struct bytes mechanism = bytes_split(&argument, ' ');

	sasl_begin(&p->busy->sasl, mechanism);
	argument = bytes_trim(argument);
	if (argument.len > 0)
		sasl_response(&p->busy->sasl, argument);
	p->in_auth = true;
}

static void
act(struct pop3 *p, struct pop3_pending *pending, struct bytes argument)
{
	struct bytes rest = argument, word = bytes_split(&rest, ' ');
	uint64_t number;

	switch (pending->verb) {
	case POP3_USER:
		keep_user(p, argument);
		break;
	case POP3_APOP:
		keep_user(p, word);
		break;
	case POP3_AUTH:
		if (argument.len > 0)
			begin_auth(p, argument);
		else
			pending->verb = POP3_AUTH_LIST;
		break;
	default:
		pending->has_argument = word.len > 0;
		pending->has_number = bytes_decimal(word, UINT32_MAX, &number);
		pending->number = pending->has_number ? (uint32_t)number : 0;
		break;
	}
}

/* Words that nobody knows are not repeated: they may be a password that was typed too early. */
static void
on_command(struct pop3 *p, struct bytes line, usec_t time)
{
	struct bytes argument = bytes_trim(line), word = bytes_split(&argument, ' ');
	struct pop3_pending pending = { .verb = (uint8_t)verb_of(word) };

	if (line.len == 0)
		return;
	p->known |= pending.verb != POP3_UNKNOWN;
	if (pending.verb != POP3_UNKNOWN)
		p->strange[FROM_CLIENT] = 0;
	else if (++p->strange[FROM_CLIENT] >= p->context->limits->unknown_commands && !p->has_banner) {
		pop3_say(p, ANOMALY_NOT_POP3, FROM_CLIENT, time);
		p->done = true;
		return;
	}
	word_list_add(&p->commands, pending.verb != POP3_UNKNOWN ? bytes_str(verbs[pending.verb]) : BYTES("?"),
	    p->context->limits->commands);
	give_up_unheard(p, time); /* before what it names takes the place of their user */
	act(p, &pending, bytes_trim(argument));
	await(p, &pending, time);
}

/* A response to a challenge is base64, without blanks; a word alone could be either, and is a command when replies were
 * lost. */
static bool
is_command(const struct pop3 *p, struct bytes text)
{
	size_t blank = bytes_find(text, ' ');

	if (blank == BYTES_NOWHERE)
		return p->doubtful && verb_of(bytes_trim(text)) != POP3_UNKNOWN;
	return verb_of(bytes_first(text, blank)) != POP3_UNKNOWN;
}

static void
on_line(struct pop3 *p, usec_t time)
{
	struct line *l = &p->busy->command;
	struct bytes text = line_text(l);

	if (l->cut)
		pop3_say(p, ANOMALY_LONG_LINE, FROM_CLIENT, time);
	if (l->doubtful)
		return; /* its beginning is lost: nobody knows what it is */
	if (p->in_auth && is_command(p, text)) {
		/* Who sends a command has heard how the exchange ended, if nobody else did. */
		struct pop3_pending oldest;

		while (p->in_auth && pop3_queue_take(&p->busy->queue, &oldest))
			pop3_unanswered(p, &oldest, time);
		p->in_auth = false;
	}
	if (p->in_auth) {
		if (!bytes_equal(bytes_trim(text), BYTES("*")))
			sasl_response(&p->busy->sasl, text);
		return;
	}
	on_command(p, text, time);
}

void
pop3_client_push(struct pop3 *p, struct bytes in, usec_t time)
{
	while (in.len > 0 && !p->done) {
		in = bytes_skip(in, line_push(&p->busy->command, in));
		if (p->busy->command.complete)
			on_line(p, time);
	}
}

void
pop3_client_lost(struct pop3 *p)
{
	line_lost(&p->busy->command);
	if (p->in_auth)
		sasl_lost(&p->busy->sasl);
}
