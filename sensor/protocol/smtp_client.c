/* SPDX-License-Identifier: Apache-2.0
 *
 * What the client of an SMTP dialogue says: lines, which are commands or responses to AUTH, and the content of messages.
 */
#include "protocol/smtp.h"
#include "protocol/smtp_path.h"
#include "protocol/tls.h"

/* Octets of held bytes that are enough to see what they are. */
#define GUESS_MIN 1024

/* Octets of a line that are enough to see that it is none. */
#define FOREIGN_MIN 64
#define TLS_HANDSHAKE 22

/* --- content --- */

/* The message whose content comes now. What began it may still await its reply: then the envelope comes with that. */
static void
begin_content(struct smtp *s, usec_t time)
{
	struct smtp_pending *last = smtp_pending_last(s);

	/* Chunks of a message that never ended: the server forgot them, or else it would not take DATA. */
	if (s->delivery != NULL)
		smtp_tell(s, s->delivery, 0, time);
	smtp_client_abandon(s);
	s->delivery = smtp_delivery_new(TRANSFER_SMTP_DATA, s->context);
	if (last != NULL && last->what == SMTP_AWAITS_GO_AHEAD && last->delivery == NULL)
		last->delivery = smtp_delivery_use(s->delivery);
	else
		smtp_envelop(s, s->delivery);
	smtp_data_init(&s->data);
	s->state = SMTP_STATE_CONTENT;
}

void
smtp_client_begin_unasked(struct smtp *s, usec_t time)
{
	begin_content(s, time);
}

void
smtp_client_abandon(struct smtp *s)
{
	smtp_delivery_drop(s->delivery);
	s->delivery = NULL;
	s->state = SMTP_STATE_COMMANDS;
	line_begin(&s->command);
}

/* A lone dot or the last chunk: the message is whole, and a reply will say its fate. */
static void
end_message(struct smtp *s, usec_t time)
{
	struct smtp_delivery *d = s->delivery;

	s->delivery = NULL;
	s->kept.sender_named = false;
	s->state = SMTP_STATE_COMMANDS;
	if (d != NULL)
		d->ended = true;
	smtp_pending_add(s, SMTP_AWAITS_MESSAGE, bytes_of(NULL, 0), d, time);
	smtp_delivery_drop(d);
}

static size_t
push_content(struct smtp *s, struct bytes in, usec_t time)
{
	bool ended;
	size_t used = smtp_data_push(&s->data, in, s->delivery, &ended);

	if (s->data.smuggling)
		smtp_say(s, ANOMALY_SMUGGLING, FROM_CLIENT, time);
	if (!ended)
		return used;
	if (s->data.bare)
		smtp_say(s, ANOMALY_BARE_LF, FROM_CLIENT, time);
	smtp_note_command(s, BYTES("."));
	end_message(s, time);
	return used;
}

static void
end_chunk(struct smtp *s, usec_t time)
{
	s->state = SMTP_STATE_COMMANDS;
	if (s->chunk_last)
		end_message(s, time);
}

void
smtp_client_begin_chunk(struct smtp *s, uint64_t size, bool last, usec_t time)
{
	/* A message refused with an earlier chunk, or begun with DATA and cut off, takes no more of them. */
	if (s->delivery == NULL)
		s->delivery = smtp_delivery_new(TRANSFER_SMTP_BDAT, s->context);
	if (s->delivery != NULL)
		smtp_delivery_chunk(s->delivery, size);
	s->chunk_left = size;
	s->chunk_last = last;
	s->state = SMTP_STATE_CHUNK;
	if (!last)
		smtp_pending_add(s, SMTP_AWAITS_CHUNK, bytes_of(NULL, 0), s->delivery, time);
	if (size == 0)
		end_chunk(s, time);
}

static size_t
push_chunk(struct smtp *s, struct bytes in, usec_t time)
{
	size_t n = s->chunk_left < in.len ? (size_t)s->chunk_left : in.len;

	smtp_delivery_push(s->delivery, bytes_first(in, n));
	s->chunk_left -= n;
	if (s->chunk_left == 0)
		end_chunk(s, time);
	return n;
}

/* --- content or commands: the reply to DATA tells --- */

/* A line that begins with a command and goes on as that command must: content hardly does. */
static bool
looks_like_command(struct bytes held)
{
	struct smtp_command c;
	struct smtp_path path;

	if (bytes_find(held, '\n') == BYTES_NOWHERE)
		return false;
	c = smtp_command_read(bytes_split(&held, '\n'));
	switch (c.verb) {
	case SMTP_RSET:
	case SMTP_QUIT:
	case SMTP_DATA:
		return c.argument.len == 0;
	case SMTP_EHLO:
	case SMTP_HELO:
	case SMTP_LHLO:
		return c.argument.len > 0;
	case SMTP_MAIL:
		return smtp_path_read(c.argument, BYTES("FROM"), &path);
	case SMTP_RCPT:
		return smtp_path_read(c.argument, BYTES("TO"), &path);
	default:
		return false;
	}
}

void
smtp_client_resume(struct smtp *s, bool content, usec_t time)
{
	struct buffer held = s->held;

	buffer_init(&s->held, SMTP_HELD_MAX);
	s->state = SMTP_STATE_COMMANDS;
	if (content)
		begin_content(s, time);
	smtp_client_push(s, buffer_bytes(&held), time);
	buffer_clear(&held);
}

void
smtp_client_guess(struct smtp *s, usec_t time)
{
	smtp_client_resume(s, !looks_like_command(buffer_bytes(&s->held)), time);
}

/* What follows DATA before its reply: content if the server agrees, commands if it does not. */
static size_t
push_undecided(struct smtp *s, struct bytes in, usec_t time)
{
	size_t room = s->held.ceiling - s->held.len, n = in.len < room ? in.len : room;

	if (s->kept.server_spoke && !s->kept.doubtful)
		smtp_say(s, ANOMALY_DATA_NOT_AWAITED, FROM_CLIENT, time);
	if (!buffer_append(&s->held, bytes_first(in, n)))
		smtp_say(s, ANOMALY_TEXT_LOST, FROM_CLIENT, time);
	if (s->kept.doubtful &&
	    (s->held.len >= GUESS_MIN || bytes_find(buffer_bytes(&s->held), '\n') != BYTES_NOWHERE)) {
		smtp_settle_all(s, time);
	} else if (s->held.len == s->held.ceiling || s->held.cut) {
		/* A server of which nothing was heard by now is not within hearing; one that takes so long will have to
		 * take what it gets. */
		s->kept.unheard = !s->kept.server_spoke;
		if (s->kept.unheard)
			smtp_settle_all(s, time);
		else
			smtp_say(s, ANOMALY_UNDECIDED_CEILING, FROM_CLIENT, time);
		if (s->state == SMTP_STATE_GO_AHEAD)
			smtp_client_guess(s, time);
	}
	return n;
}

/* --- lines --- */

static void
on_line(struct smtp *s, usec_t time)
{
	struct bytes text = line_text(&s->command);
	struct smtp_command c;

	if (s->command.cut)
		smtp_say(s, ANOMALY_LONG_LINE, FROM_CLIENT, time);
	if (s->command.bare_lf)
		smtp_say(s, ANOMALY_BARE_LF, FROM_CLIENT, time);
	if (bytes_find(text, '\r') != BYTES_NOWHERE)
		smtp_say(s, ANOMALY_BARE_CR, FROM_CLIENT, time);
	c = smtp_command_read(text);
	/* Behind a gap only what is a command beyond doubt is one. */
	if (s->command.doubtful && c.verb == SMTP_UNKNOWN)
		return;
	/* Until the exchange is over what is no command is a response, whether the server has asked for it or not. */
	if (s->auth_challenged || (s->auth_under_way && c.verb == SMTP_UNKNOWN)) {
		smtp_note_command(s, BYTES("*"));
		smtp_login_response(s, text);
		return;
	}
	if (c.word.len == 0)
		return;
	if (s->kept.doubtful)
		smtp_settle_all(s, time);
	smtp_command_act(s, &c, time);
}

/* Whether something else than SMTP begins with this line, whole or not. */
static bool
is_foreign(struct smtp *s, usec_t time)
{
	struct bytes text = line_text(&s->command);
	size_t before;

	if (s->command.doubtful || text.len == 0)
		return false;
	if (text.at[0] == TLS_HANDSHAKE && protocol_tls.recognises(FROM_CLIENT, text) == RECOGNISED_SURE) {
		if (smtp_pending_find(s, SMTP_AWAITS_STARTTLS, &before))
			s->kept.starttls_started = true;
		else
			smtp_say(s, ANOMALY_TLS_UNASKED, FROM_CLIENT, time);
		s->kept.done = true;
	} else if (!s->kept.known && !s->kept.lossy && !s->auth_challenged &&
		   (s->command.complete || text.len >= FOREIGN_MIN) &&
		   smtp_recognises(FROM_CLIENT, text) == RECOGNISED_NOT) {
		smtp_say(s, ANOMALY_NOT_SMTP, FROM_CLIENT, time);
		s->kept.done = true;
	}
	return s->kept.done;
}

static size_t
push_command(struct smtp *s, struct bytes in, usec_t time)
{
	size_t used = line_push(&s->command, in);

	if (!is_foreign(s, time) && s->command.complete)
		on_line(s, time);
	return used;
}

void
smtp_client_push(struct smtp *s, struct bytes in, usec_t time)
{
	s->kept.client_spoke = true;
	while (in.len > 0 && !s->kept.done) {
		size_t used = 0;

		switch (s->state) {
		case SMTP_STATE_COMMANDS:
			used = push_command(s, in, time);
			break;
		case SMTP_STATE_GO_AHEAD:
			used = push_undecided(s, in, time);
			break;
		case SMTP_STATE_CONTENT:
			used = push_content(s, in, time);
			break;
		case SMTP_STATE_CHUNK:
			used = push_chunk(s, in, time);
			break;
		}
		in = bytes_skip(in, used);
	}
}

/* The server takes a bare CR for a line end: it answers. */
void
smtp_client_answered(struct smtp *s, usec_t time)
{
	if (s->state != SMTP_STATE_COMMANDS)
		return;
	if (!line_is_open(&s->command) || s->command.latest != '\r')
		return;
	smtp_say(s, ANOMALY_BARE_CR, FROM_CLIENT, time);
	line_end(&s->command);
	on_line(s, time);
}

/* --- gaps --- */

void
smtp_client_lost(struct smtp *s, uint64_t missing, usec_t time)
{
	uint64_t part;

	s->kept.client_spoke = true;
	s->kept.lossy = true;
	if (s->state == SMTP_STATE_GO_AHEAD)
		smtp_client_guess(s, time);
	if (s->state == SMTP_STATE_CONTENT) {
		smtp_delivery_lose(s->delivery, missing);
		smtp_data_lost(&s->data);
		return;
	}
	if (s->state == SMTP_STATE_CHUNK) {
		part = missing < s->chunk_left ? missing : s->chunk_left;
		smtp_delivery_lose(s->delivery, part);
		s->chunk_left -= part;
		missing -= part;
		if (s->chunk_left == 0)
			end_chunk(s, time);
		if (missing == 0)
			return;
	}
	line_lost(&s->command);
	s->auth_challenged = false;
	if (s->auth_under_way)
		sasl_lost(&s->sasl);
}
