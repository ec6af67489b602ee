/* SPDX-License-Identifier: Apache-2.0
 *
 * What a reply does to the command that caused it: to the sender and recipients the server holds, to a message, to the
 * dialogue. A code of 0 stands for a reply that will never come: the command is settled as if it had been taken, and a
 * message as unanswered.
 */
#include "protocol/smtp.h"

static bool
taken(uint16_t code)
{
	return code < 400;
}

static void
settle_nothing(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	(void)s;
	(void)p;
	(void)code;
	(void)time;
}

/* The server forgets sender and recipients, and a message that has not ended (RFC 5321 sections 4.1.1.5, 4.1.4). */
static void
settle_reset(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	if (!taken(code))
		return;
	if (p->delivery != NULL)
		smtp_tell(s, p->delivery, 0, time);
	smtp_transaction_reset(&s->transaction);
}

static void
settle_hello(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	if (code != 0 && taken(code)) {
		s->kept.helo_accepted = true;
		smtp_keep_text(s, SMTP_JOURNAL_HELO, buffer_bytes(&p->argument));
	}
	settle_reset(s, p, code, time);
}

/* A second MAIL inside a transaction is an error; where the server takes it all the same, it begins anew. */
static void
settle_mail(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	(void)time;
	if (taken(code))
		smtp_transaction_begin(&s->transaction, buffer_bytes(&p->argument));
}

static void
note_refused(struct smtp *s, struct bytes address)
{
	smtp_journal_refused(&s->kept.journal, address, s->context->limits->recipients);
}

static void
settle_rcpt(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	struct bytes address = buffer_bytes(&p->argument);

	if (taken(code)) {
		if (!texts_add(&s->transaction.to, address))
			smtp_say(s, ANOMALY_RECIPIENT_CEILING, FROM_CLIENT, time);
		return;
	}
	note_refused(s, address);
	/* Refused for want of a sender it belongs to no transaction. */
	if (s->transaction.has_sender)
		(void)texts_add(&s->transaction.refused, address);
}

void
smtp_envelop(struct smtp *s, struct smtp_delivery *d)
{
	if (d == NULL || d->enveloped)
		return;
	d->enveloped = true;
	smtp_transaction_move(&s->transaction, &d->envelope);
}

static void
settle_go_ahead(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	bool content = code == 0 || code / 100 == 3;

	if (p->delivery != NULL) {
		/* What follows was taken for content already: it was more than is held, or nobody could be heard. */
		if (content) {
			smtp_envelop(s, p->delivery);
			return;
		}
		smtp_tell(s, p->delivery, code, time);
		if (s->delivery == p->delivery && s->state == SMTP_STATE_CONTENT)
			smtp_client_abandon(s);
		return;
	}
	if (s->state != SMTP_STATE_GO_AHEAD)
		return;
	if (code == 0)
		smtp_client_guess(s, time);
	else
		smtp_client_resume(s, content, time);
}

/* A chunk refused ends the message: the server forgets all of it (RFC 3030 section 2). */
static void
settle_chunk(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	if (p->delivery == NULL)
		return;
	smtp_envelop(s, p->delivery);
	if (!taken(code))
		smtp_tell(s, p->delivery, code, time);
}

static void
settle_message(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	if (p->delivery == NULL)
		return;
	smtp_envelop(s, p->delivery);
	smtp_tell(s, p->delivery, code, time);
}

static void
settle_auth(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	(void)p;
	smtp_login_end(s, code, time);
}

/* Nothing of what the client has sent so far stands. */
static void
begin_anew(struct smtp *s, struct smtp_pending *p, usec_t time)
{
	settle_reset(s, p, 0, time);
	smtp_pending_forget(s);
	smtp_client_abandon(s);
	buffer_reset(&s->held);
}

/* What was said before TLS is void (RFC 3207 section 4.2), and so is what the client sent behind the command. */
static void
settle_starttls(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	if (code >= 400)
		smtp_say(s, ANOMALY_STARTTLS_REFUSED, FROM_SERVER, time);
	if (code != 220)
		return;
	s->kept.starttls_started = true;
	s->starts_tls = true;
	begin_anew(s, p, time);
}

/* TURN and ATRN (RFC 2645): the server has become the client. */
static void
settle_turn(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	if (code / 100 != 2)
		return;
	begin_anew(s, p, time);
	s->kept.turned = !s->kept.turned;
	s->kept.greeted = false;
	line_begin(&s->reply);
}

/* XCLIENT: the server greets anew. */
static void
settle_xclient(struct smtp *s, struct smtp_pending *p, uint16_t code, usec_t time)
{
	if (code == 220)
		settle_reset(s, p, code, time);
}

typedef void settle(struct smtp *, struct smtp_pending *, uint16_t code, usec_t);

static settle *const rows[SMTP_AWAITED] = {
	[SMTP_AWAITS_COMMAND] = settle_nothing,
	[SMTP_AWAITS_HELLO] = settle_hello,
	[SMTP_AWAITS_MAIL] = settle_mail,
	[SMTP_AWAITS_RCPT] = settle_rcpt,
	[SMTP_AWAITS_GO_AHEAD] = settle_go_ahead,
	[SMTP_AWAITS_CHUNK] = settle_chunk,
	[SMTP_AWAITS_MESSAGE] = settle_message,
	[SMTP_AWAITS_RESET] = settle_reset,
	[SMTP_AWAITS_AUTH] = settle_auth,
	[SMTP_AWAITS_STARTTLS] = settle_starttls,
	[SMTP_AWAITS_TURN] = settle_turn,
	[SMTP_AWAITS_XCLIENT] = settle_xclient,
	[SMTP_AWAITS_QUIT] = settle_nothing,
};

/* LMTP (RFC 2033 section 4.2): one reply for each recipient that was accepted, in their order. Whether more are due. */
static bool
settle_one_recipient(struct smtp *s, struct smtp_delivery *d, uint16_t code)
{
	struct texts *to = &d->envelope.to;

	if (d->replies == 0) {
		smtp_envelop(s, d);
		d->replies = to->len + to->dropped;
	}
	if (d->recipient < to->len) {
		if (taken(code)) {
			d->recipient++;
		} else {
			(void)texts_add(&d->envelope.refused, to->at[d->recipient]);
			note_refused(s, to->at[d->recipient]);
			texts_remove(to, d->recipient);
		}
	}
	/* The message is taken when one recipient is; the first reply that says so is its reply. */
	if (d->code == 0 || (d->code >= 400 && taken(code)))
		smtp_keep_reply(s, d, code);
	return d->replies > 1 && --d->replies > 0;
}

void
smtp_settle_first(struct smtp *s, uint16_t code, usec_t time)
{
	struct smtp_pending *first = smtp_pending_first(s), p;

	if (first->what == SMTP_AWAITS_MESSAGE && s->kept.lmtp && code != 0 && first->delivery != NULL) {
		if (settle_one_recipient(s, first->delivery, code))
			return;
		code = 0; /* what was kept of the replies decides */
	}
	/* Taken out before it is acted on: what is held may bring further commands. */
	p = smtp_pending_take(s);
	rows[p.what](s, &p, code, time);
	smtp_pending_clear(&p);
}

void
smtp_settle_all(struct smtp *s, usec_t time)
{
	size_t n = s->queue.len;

	/* What is held may bring further commands: those are not meant. */
	s->kept.doubtful = false;
	while (n-- > 0 && s->queue.len > 0)
		smtp_settle_first(s, 0, time);
}
