/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/managesieve.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "protocol/anomaly.h"
#include "protocol/imap_scanner.h"
#include "protocol/imap_token.h"
#include "protocol/sasl.h"
#include "protocol/sieve_script.h"
#include "protocol/starttls.h"
#include "protocol/word_list.h"

#define TEXT_ROOM 1024
#define STRING_ROOM 1024 /* a literal that stands for a short string */

enum verb {
	VERB_UNKNOWN,
	VERB_AUTHENTICATE,
	VERB_STARTTLS,
	VERB_PUTSCRIPT,
	VERB_CHECKSCRIPT,
	VERB_SETACTIVE,
	VERB_GETSCRIPT,
	VERB_LOGOUT,
	VERB_UNAUTHENTICATE,
	VERB_OTHER,
};

static const struct {
	const char *name;
	enum verb verb;
} verbs[] = {
	{ "AUTHENTICATE", VERB_AUTHENTICATE },
	{ "STARTTLS", VERB_STARTTLS },
	{ "PUTSCRIPT", VERB_PUTSCRIPT },
	{ "CHECKSCRIPT", VERB_CHECKSCRIPT },
	{ "SETACTIVE", VERB_SETACTIVE },
	{ "GETSCRIPT", VERB_GETSCRIPT },
	{ "LOGOUT", VERB_LOGOUT },
	{ "UNAUTHENTICATE", VERB_UNAUTHENTICATE },
	{ "CAPABILITY", VERB_OTHER },
	{ "HAVESPACE", VERB_OTHER },
	{ "LISTSCRIPTS", VERB_OTHER },
	{ "DELETESCRIPT", VERB_OTHER },
	{ "RENAMESCRIPT", VERB_OTHER },
	{ "NOOP", VERB_OTHER },
};

/* A command whose reply has not come. */
struct pending {
	enum verb verb;
	struct sieve_script *script; /* of PUTSCRIPT and CHECKSCRIPT; owned */
	struct buffer name;
	struct pending *next;
};

struct managesieve {
	const struct protocol_context *context;
	struct imap_scanner from[2];
	struct buffer command;       /* the client's line, short literals in quotes */
	bool literal_is_kept;
	struct sieve_script *script; /* that comes now */
	struct pending *first, **last;
	size_t pending_count;
	struct sasl sasl;
	struct buffer banner, account;
	struct word_list capabilities, commands;
	struct anomalies anomalies;
	struct starttls_offers offers;
	uint32_t logins, scripts, strange;
	bool known, greeted, in_auth, starts_tls, started_tls, done;
};

struct hearing {
	struct managesieve *m;
	usec_t time;
};

/* --- the queue --- */

static void
free_pending(struct pending *p)
{
	if (p == NULL)
		return;
	sieve_script_free(p->script);
	buffer_clear(&p->name);
	memory_give_back(p);
}

static struct pending *
take_pending(struct managesieve *m)
{
	struct pending *p = m->first;

	if (p == NULL)
		return NULL;
	m->first = p->next;
	if (m->first == NULL)
		m->last = &m->first;
	m->pending_count--;
	return p;
}

/* --- telling --- */

static void
tell_login(struct managesieve *m, enum login_outcome outcome, usec_t time)
{
	struct login_report report = { .ordinal = m->logins++, .user_text = buffer_bytes(&m->sasl.user),
		.domain_text = buffer_bytes(&m->sasl.domain), .workstation_text = buffer_bytes(&m->sasl.workstation),
		.mechanism = buffer_bytes(&m->sasl.name), .cleartext = sasl_secret_was_clear(&m->sasl), .outcome = outcome,
		.starttls_offered = m->offers.offered };
	struct observation o = { .kind = OBSERVED_LOGIN, .time = time, .session = m->context->session, .login = &report };

	m->in_auth = false;
	if (outcome != LOGIN_FAILURE) {
		buffer_reset(&m->account);
		(void)buffer_append(&m->account, report.user_text);
	}
	m->context->observe(m->context->observe_arg, &o);
}

static void
tell_script(struct managesieve *m, const struct pending *p, enum script_outcome outcome, usec_t time)
{
	struct script_report report = { .ordinal = m->scripts++, .outcome = outcome, .name_text = buffer_bytes(&p->name),
		.account_text = buffer_bytes(&m->account), .complete = true };
	struct observation o = { .kind = OBSERVED_SCRIPT, .time = time, .session = m->context->session, .script = &report };
	struct arena arena;

	report.action = p->verb == VERB_PUTSCRIPT ? SCRIPT_STORED : p->verb == VERB_SETACTIVE ? SCRIPT_ACTIVATED : SCRIPT_CHECKED;
	arena_init(&arena);
	if (p->script != NULL)
		sieve_script_report(p->script, &report, &arena);
	else
		report.complete = p->verb == VERB_SETACTIVE;
	m->context->observe(m->context->observe_arg, &o);
	arena_clear(&arena);
}

enum reply { REPLY_OK, REPLY_NO, REPLY_NEVER };

static void
settle(struct managesieve *m, struct pending *p, enum reply reply, usec_t time)
{
	switch (p->verb) {
	case VERB_AUTHENTICATE:
		tell_login(m, reply == REPLY_OK ? LOGIN_SUCCESS : reply == REPLY_NO ? LOGIN_FAILURE : LOGIN_UNKNOWN, time);
		break;
	case VERB_PUTSCRIPT:
	case VERB_CHECKSCRIPT:
	case VERB_SETACTIVE:
		tell_script(m, p, reply == REPLY_OK ? SCRIPT_ACCEPTED : reply == REPLY_NO ? SCRIPT_REFUSED : SCRIPT_UNANSWERED, time);
		break;
	case VERB_STARTTLS:
		m->starts_tls = m->started_tls = reply == REPLY_OK;
		break;
	case VERB_UNAUTHENTICATE:
		if (reply == REPLY_OK)
			buffer_reset(&m->account);
		break;
	default:
		break;
	}
	free_pending(p);
}

/* --- the client --- */

static enum verb
verb_of(struct bytes word, const char **name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (bytes_equal_nocase(word, bytes_str(verbs[i].name))) {
			*name = verbs[i].name;
			return verbs[i].verb;
		}
	*name = "?";
	return VERB_UNKNOWN;
}

static void
take_name(struct bytes *rest, struct buffer *out)
{
	struct imap_token t = imap_token_next(rest);
	uint8_t plain[STRING_ROOM];
	struct bytes text = bytes_first(t.text, sizeof(plain));

	text = bytes_of(plain, imap_token_unquote(text, plain));
	(void)text_append(out, text, TEXT_ROOM);
}

static void
begin_auth(struct managesieve *m, struct bytes rest)
{
	struct imap_token mechanism = imap_token_next(&rest), initial = imap_token_next(&rest);

	sasl_begin(&m->sasl, mechanism.text);
	if (initial.kind != IMAP_END)
		sasl_response(&m->sasl, initial.text);
	m->in_auth = true;
}

static void
on_command(struct managesieve *m, struct bytes line, usec_t time)
{
	struct bytes rest = line;
	struct imap_token word = imap_token_next(&rest);
	struct pending *p;
	const char *name;
	enum verb verb;

	if (word.kind == IMAP_END)
		return;
	verb = verb_of(word.text, &name);
	word_list_add(&m->commands, bytes_str(name), m->context->limits->commands);
	m->known |= verb != VERB_UNKNOWN;
	m->strange = verb != VERB_UNKNOWN ? 0 : m->strange + 1;
	m->done |= m->strange >= m->context->limits->unknown_commands;
	if (m->pending_count >= m->context->limits->pending) {
		anomaly_say(&m->anomalies, m->context, ANOMALY_PENDING_CEILING, FROM_CLIENT, time);
		settle(m, take_pending(m), REPLY_NEVER, time);
	}
	if (verb == VERB_AUTHENTICATE)
		begin_auth(m, rest);
	p = memory_take_zeroed(1, sizeof(*p));
	if (p == NULL) {
		sieve_script_free(m->script);
		m->script = NULL;
		return;
	}
	p->verb = verb;
	p->script = m->script;
	m->script = NULL;
	buffer_init(&p->name, TEXT_ROOM);
	if (verb == VERB_PUTSCRIPT || verb == VERB_SETACTIVE)
		take_name(&rest, &p->name);
	*m->last = p;
	m->last = &p->next;
	m->pending_count++;
}

/* A script may be a quoted string as well: a short one. */
static void
note_quoted_script(struct managesieve *m)
{
	struct bytes rest = buffer_bytes(&m->command);
	const char *name;
	enum verb verb = verb_of(imap_token_next(&rest).text, &name);
	struct imap_token t;
	uint8_t plain[STRING_ROOM];

	if (m->script != NULL || (verb != VERB_PUTSCRIPT && verb != VERB_CHECKSCRIPT))
		return;
	if (verb == VERB_PUTSCRIPT)
		(void)imap_token_next(&rest);
	t = imap_token_next(&rest);
	if (t.kind != IMAP_STRING || (m->script = sieve_script_new(m->context->limits)) == NULL)
		return;
	t.text = bytes_first(t.text, sizeof(plain));
	sieve_script_data(m->script, bytes_of(plain, imap_token_unquote(t.text, plain)));
}

static void
begin_literal(struct managesieve *m, uint64_t size)
{
	struct bytes rest = buffer_bytes(&m->command);
	const char *name;
	enum verb verb = verb_of(imap_token_next(&rest).text, &name);
	bool script = verb == VERB_CHECKSCRIPT || (verb == VERB_PUTSCRIPT && imap_token_next(&rest).kind != IMAP_END);

	sieve_script_free(m->script);
	m->script = script ? sieve_script_new(m->context->limits) : NULL;
	m->literal_is_kept = !script && size <= STRING_ROOM;
	(void)buffer_append(&m->command, m->literal_is_kept ? BYTES("\"") : BYTES("\"\""));
}

/* A response is a string. Who sends a command has heard how the exchange ended, if nobody else did. */
static void
end_auth_unheard(struct managesieve *m, usec_t time)
{
	struct bytes rest = buffer_bytes(&m->command);
	struct imap_token word = imap_token_next(&rest);
	const char *name;

	if (!m->in_auth || word.kind != IMAP_ATOM || verb_of(word.text, &name) == VERB_UNKNOWN)
		return;
	while (m->in_auth && m->first != NULL)
		settle(m, take_pending(m), REPLY_NEVER, time);
	m->in_auth = false;
}

static bool
on_client_text(void *arg, struct bytes text, bool literal, uint64_t size)
{
	struct hearing *h = arg;
	struct managesieve *m = h->m;
	bool continued = m->from[FROM_CLIENT].continued;

	if (!continued)
		buffer_reset(&m->command);
	(void)buffer_append(&m->command, text);
	if (literal) {
		begin_literal(m, size);
		return true;
	}
	end_auth_unheard(m, h->time);
	if (m->in_auth) {
		struct bytes rest = buffer_bytes(&m->command);

		sasl_response(&m->sasl, imap_token_next(&rest).text);
	} else {
		note_quoted_script(m);
		on_command(m, buffer_bytes(&m->command), h->time);
	}
	buffer_reset(&m->command);
	return false;
}

static void
on_client_literal(void *arg, struct bytes octets, bool last)
{
	struct managesieve *m = ((struct hearing *)arg)->m;

	if (m->script != NULL)
		sieve_script_data(m->script, octets);
	for (size_t i = 0; m->literal_is_kept && i < octets.len; i++) {
		if (octets.at[i] == '"' || octets.at[i] == '\\')
			(void)buffer_append_octet(&m->command, '\\');
		(void)buffer_append_octet(&m->command, octets.at[i]);
	}
	if (last && m->literal_is_kept)
		(void)buffer_append(&m->command, BYTES("\""));
}

static void
on_client_hole(void *arg, uint64_t missing, bool last)
{
	struct managesieve *m = ((struct hearing *)arg)->m;

	(void)missing;
	if (m->script != NULL)
		sieve_script_gap(m->script);
	if (last && m->literal_is_kept)
		(void)buffer_append(&m->command, BYTES("\""));
}

static void
on_client_broken(void *arg)
{
	struct hearing *h = arg;
	struct managesieve *m = h->m;

	/* The end of a command whose script came is no loss. */
	if (m->script != NULL && !m->in_auth)
		on_command(m, buffer_bytes(&m->command), h->time);
	buffer_reset(&m->command);
	sieve_script_free(m->script);
	m->script = NULL;
	if (m->in_auth)
		sasl_lost(&m->sasl);
}

static const struct imap_listener client_listener = { on_client_text, on_client_literal, on_client_hole, on_client_broken };

/* --- the server --- */

static bool
reply_of(struct bytes word, enum reply *reply)
{
	*reply = bytes_equal_nocase(word, BYTES("OK")) ? REPLY_OK : REPLY_NO;
	return *reply == REPLY_OK || bytes_equal_nocase(word, BYTES("NO")) || bytes_equal_nocase(word, BYTES("BYE"));
}

/* "IMPLEMENTATION" "Dovecot Pigeonhole", one capability a line, before the OK that ends the greeting. */
static void
on_capability(struct managesieve *m, struct bytes name, struct bytes rest)
{
	struct imap_token value = imap_token_next(&rest);

	word_list_add(&m->capabilities, name, m->context->limits->commands);
	starttls_note(&m->offers, name, BYTES("STARTTLS"));
	if (bytes_equal_nocase(name, BYTES("IMPLEMENTATION")) && value.kind == IMAP_STRING && m->banner.len == 0)
		(void)text_append(&m->banner, value.text, TEXT_ROOM);
}

static bool
on_server_text(void *arg, struct bytes text, bool literal, uint64_t size)
{
	struct hearing *h = arg;
	struct managesieve *m = h->m;
	struct bytes rest = text;
	struct imap_token word = imap_token_next(&rest);
	struct pending *p;
	enum reply reply;

	(void)size;
	if (m->from[FROM_SERVER].continued)
		return literal;
	if (word.kind == IMAP_STRING && m->first == NULL && !m->greeted)
		on_capability(m, word.text, rest);
	if (word.kind != IMAP_ATOM || !reply_of(word.text, &reply))
		return literal;
	m->known = true;
	if (!m->greeted && m->first == NULL) {
		m->greeted = true;
		return literal;
	}
	p = take_pending(m);
	if (p != NULL)
		settle(m, p, reply, h->time);
	return literal;
}

static void
on_server_literal(void *arg, struct bytes octets, bool last)
{
	(void)arg;
	(void)octets;
	(void)last;
}

static void
on_server_hole(void *arg, uint64_t missing, bool last)
{
	(void)arg;
	(void)missing;
	(void)last;
}

/* Replies were lost: nobody knows any more which is whose. */
static void
on_server_broken(void *arg)
{
	struct hearing *h = arg;

	h->m->greeted = true;
	while (h->m->first != NULL)
		settle(h->m, take_pending(h->m), REPLY_NEVER, h->time);
}

static const struct imap_listener server_listener = { on_server_text, on_server_literal, on_server_hole, on_server_broken };

/* --- the row --- */

static enum recognition
recognises(enum direction from, struct bytes first)
{
	if (from == FROM_SERVER)
		return bytes_starts_nocase(first, BYTES("\"IMPLEMENTATION\"")) ? RECOGNISED_SURE
		    : first.len > 0 && first.at[0] == '"'		       ? RECOGNISED_MAYBE
		    : bytes_starts(first, BYTES("OK"))			       ? RECOGNISED_MAYBE
									       : RECOGNISED_NOT;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (bytes_starts_nocase(first, bytes_str(verbs[i].name)))
			return verbs[i].verb == VERB_PUTSCRIPT || verbs[i].verb == VERB_SETACTIVE ? RECOGNISED_LIKELY : RECOGNISED_MAYBE;
	return RECOGNISED_NOT;
}

static void *
sieve_open(const struct protocol_context *context)
{
	struct managesieve *m = memory_take_zeroed(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->context = context;
	m->greeted = context->session->midstream;
	m->last = &m->first;
	for (int i = 0; i < 2; i++)
		imap_scanner_init(&m->from[i], context->limits->line);
	buffer_init(&m->command, 2 * context->limits->line + STRING_ROOM);
	buffer_init(&m->banner, TEXT_ROOM);
	buffer_init(&m->account, TEXT_ROOM);
	sasl_init(&m->sasl);
	return m;
}

static enum parser_verdict
sieve_push(void *self, enum direction from, struct bytes in, usec_t time, size_t *used)
{
	struct managesieve *m = self;
	struct hearing h = { m, time };
	size_t n = 0;

	m->starts_tls = false;
	while (n < in.len && !m->done && !m->starts_tls)
		n += imap_scanner_push(&m->from[from], bytes_skip(in, n), from == FROM_CLIENT ? &client_listener : &server_listener,
		    &h);
	*used = m->starts_tls ? n : in.len;
	return m->done ? PARSER_IS_DONE : m->starts_tls ? PARSER_STARTS_TLS : PARSER_CONTINUES;
}

static enum parser_verdict
sieve_gap(void *self, enum direction from, uint64_t missing, usec_t time)
{
	struct managesieve *m = self;
	struct hearing h = { m, time };

	m->starts_tls = false;
	imap_scanner_gap(&m->from[from], missing, from == FROM_CLIENT ? &client_listener : &server_listener, &h);
	return m->done ? PARSER_IS_DONE : PARSER_CONTINUES;
}

static void
sieve_finish(void *self, usec_t time)
{
	struct managesieve *m = self;

	if (m->script != NULL && !m->in_auth) {
		sieve_script_gap(m->script); /* its end did not come */
		on_command(m, buffer_bytes(&m->command), time);
	}
	while (m->first != NULL)
		settle(m, take_pending(m), REPLY_NEVER, time);
	m->done = true;
}

static void
sieve_report(const void *self, struct session_report *r, struct arena *arena)
{
	const struct managesieve *m = self;

	r->is_sieve = m->known;
	r->starttls |= m->started_tls;
	r->offers_seen = m->offers.seen;
	r->starttls_offered = m->offers.offered;
	r->starttls_masked = m->offers.masked;
	r->sieve = (struct sieve_report){ .banner_text = buffer_bytes(&m->banner),
		.capabilities = word_list_slices(&m->capabilities, arena), .commands = word_list_slices(&m->commands, arena) };
}

static void
sieve_close(void *self)
{
	struct managesieve *m = self;

	while (m->first != NULL)
		free_pending(take_pending(m));
	sieve_script_free(m->script);
	for (int i = 0; i < 2; i++)
		imap_scanner_clear(&m->from[i]);
	buffer_clear(&m->command);
	buffer_clear(&m->banner);
	buffer_clear(&m->account);
	sasl_clear(&m->sasl);
	word_list_clear(&m->capabilities);
	word_list_clear(&m->commands);
	memory_give_back(m);
}

static const uint16_t ports[] = { 4190, 2000, 0 };

const struct protocol protocol_managesieve = {
	.id = MAIL_MANAGESIEVE,
	.name = "managesieve",
	.help = "ManageSieve: logins, scripts uploaded and made active, where they send mail",
	.ports = ports,
	.recognises = recognises,
	.open = sieve_open,
	.data = sieve_push,
	.gap = sieve_gap,
	.finish = sieve_finish,
	.report = sieve_report,
	.close = sieve_close,
};
