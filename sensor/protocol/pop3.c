/* SPDX-License-Identifier: Apache-2.0
 *
 * The parser's row and its life. Most connections on a busy link wait: what an exchange needs is made when one begins.
 */
#include "protocol/pop3.h"

#include "base/memory.h"
#include "base/text.h"

void
pop3_say(struct pop3 *p, enum anomaly a, enum direction from, usec_t time)
{
	anomaly_say(&p->anomalies, p->context, a, from, time);
}

struct collection *
pop3_collection(struct pop3 *p)
{
	struct collection_limits limits = { .folders = 1, .ranges = (uint32_t)p->context->limits->ranges };

	if (p->collection == NULL && (p->collection = collection_new(&limits)) != NULL)
		collection_open(p->collection, (struct bytes){ 0 }, false);
	return p->collection;
}

void
pop3_login(struct pop3 *p, struct bytes mechanism, bool cleartext, enum login_outcome outcome, usec_t time)
{
	struct pop3_busy *b = p->busy;
	bool by_sasl = p->in_auth;
	struct login_report report = { .ordinal = p->logins++, .mechanism = mechanism, .cleartext = cleartext,
		.user_text = buffer_bytes(by_sasl ? &b->sasl.user : &b->user), .outcome = outcome,
		.starttls_offered = p->offers.offered };
	struct observation o = { .kind = OBSERVED_LOGIN, .time = time, .session = p->context->session, .login = &report };

	if (by_sasl) {
		report.domain_text = buffer_bytes(&b->sasl.domain);
		report.workstation_text = buffer_bytes(&b->sasl.workstation);
	}
	p->authenticated |= outcome == LOGIN_SUCCESS;
	if (outcome != LOGIN_FAILURE && report.user_text.len > 0 && pop3_collection(p) != NULL)
		collection_account(p->collection, report.user_text);
	p->context->observe(p->context->observe_arg, &o);
}

/* --- recognition --- */

static bool
is_text(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if ((b.at[i] < 0x20 && b.at[i] != '\r' && b.at[i] != '\n' && b.at[i] != '\t') || b.at[i] == 0x7f)
			return false;
	return true;
}

/* A bare "+OK" is Redis' as well, and three digits are FTP's. */
static enum recognition
recognise_server(struct bytes first)
{
	struct bytes line = bytes_first(first, bytes_find(first, '\n'));
	bool ok = bytes_starts(line, BYTES("+OK")), refused = bytes_starts(line, BYTES("-ERR"));

	if (ok || refused) {
		struct bytes text = bytes_trim(bytes_skip(line, ok ? 3 : 4));

		if (bytes_find_nocase(text, BYTES("POP")) != BYTES_NOWHERE)
			return RECOGNISED_SURE;
		if (ok && text.len > 0)
			return RECOGNISED_LIKELY;
		return RECOGNISED_MAYBE;
	}
	return bytes_starts(BYTES("+OK"), first) || bytes_starts(BYTES("-ERR"), first) || bytes_starts(first, BYTES("+ "))
	    ? RECOGNISED_MAYBE
	    : RECOGNISED_NOT;
}

static enum recognition
recognise_client(struct bytes first)
{
	static const struct {
		const char *begin;
		enum recognition how;
	} rows[] = { { "CAPA\r\n", RECOGNISED_LIKELY }, { "APOP ", RECOGNISED_LIKELY }, { "STLS\r\n", RECOGNISED_LIKELY },
		{ "*", RECOGNISED_NOT }, { "EHLO", RECOGNISED_NOT }, { "HELO", RECOGNISED_NOT }, { "LHLO", RECOGNISED_NOT },
		{ "MAIL FROM", RECOGNISED_NOT }, { "RCPT TO", RECOGNISED_NOT }, { "GET ", RECOGNISED_NOT },
		{ "POST ", RECOGNISED_NOT }, { "HEAD ", RECOGNISED_NOT }, { "OPTIONS ", RECOGNISED_NOT },
		{ "CONNECT ", RECOGNISED_NOT }, { "SSH-", RECOGNISED_NOT }, { "PING\r\n", RECOGNISED_NOT } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_starts_nocase(first, bytes_str(rows[i].begin)))
			return rows[i].how;
	return is_text(bytes_first(first, 64)) ? RECOGNISED_MAYBE : RECOGNISED_NOT;
}

static enum recognition
recognises(enum direction from, struct bytes first)
{
	return from == FROM_SERVER ? recognise_server(first) : recognise_client(first);
}

/* --- the parser's life --- */

static void *
pop3_open(const struct protocol_context *context)
{
	struct pop3 *p = memory_take_zeroed(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->context = context;
	p->greeted = context->session->midstream;
	return p;
}

static bool
wake(struct pop3 *p)
{
	struct pop3_busy *b = p->busy;

	if (b != NULL)
		return true;
	b = memory_take_zeroed(1, sizeof(*b));
	if (b == NULL)
		return false;
	line_init(&b->command, p->context->limits->line);
	line_init(&b->reply, p->context->limits->line);
	line_init(&b->entry, p->context->limits->line);
	buffer_init(&b->user, POP3_TEXT_MAX);
	sasl_init(&b->sasl);
	p->busy = b;
	return true;
}

static void
rest(struct pop3 *p)
{
	struct pop3_busy *b = p->busy;

	if (b == NULL)
		return;
	p->busy = NULL;
	line_clear(&b->command);
	line_clear(&b->reply);
	line_clear(&b->entry);
	buffer_clear(&b->user);
	sasl_clear(&b->sasl);
	stored_drop(&b->stored);
	memory_give_back(b->queue.at);
	memory_give_back(b);
}

static bool
is_calm(const struct pop3 *p)
{
	const struct pop3_busy *b = p->busy;

	return b->queue.len == 0 && b->answer == POP3_ONE_LINE && !p->in_auth && b->user.len == 0 &&
	    line_is_calm(&b->command) && line_is_calm(&b->reply);
}

static enum parser_verdict
settle_down(struct pop3 *p)
{
	enum parser_verdict verdict = p->done ? PARSER_IS_DONE : p->starts_tls ? PARSER_STARTS_TLS : PARSER_CONTINUES;

	if (is_calm(p))
		rest(p);
	return verdict;
}

static enum parser_verdict
pop3_push(void *self, enum direction from, struct bytes in, usec_t time, size_t *used)
{
	struct pop3 *p = self;

	*used = in.len;
	if (p->done || !wake(p))
		return PARSER_IS_DONE;
	p->starts_tls = false;
	if (from == FROM_CLIENT)
		pop3_client_push(p, in, time);
	else
		*used = pop3_server_push(p, in, time);
	return settle_down(p);
}

static enum parser_verdict
pop3_gap(void *self, enum direction from, uint64_t missing, usec_t time)
{
	struct pop3 *p = self;

	(void)time;
	if (p->done || !wake(p))
		return PARSER_IS_DONE;
	p->starts_tls = false;
	if (from == FROM_CLIENT)
		pop3_client_lost(p);
	else
		pop3_server_lost(p, missing);
	return settle_down(p);
}

static void
pop3_finish(void *self, usec_t time)
{
	struct pop3 *p = self;

	if (p->busy != NULL)
		pop3_server_finish(p, time);
	rest(p);
	p->done = true;
}

static void
pop3_report(const void *self, struct session_report *r, struct arena *arena)
{
	const struct pop3 *p = self;

	r->is_pop3 = p->known;
	r->messages_fetched = p->fetched;
	r->starttls |= p->started_tls;
	r->offers_seen = p->offers.seen;
	r->starttls_offered = p->offers.offered;
	r->starttls_masked = p->offers.masked;
	r->pop3 = (struct pop3_report){ .greeted = p->has_banner, .banner_text = p->banner,
		.commands = word_list_slices(&p->commands, arena), .capabilities = word_list_slices(&p->capabilities, arena),
		.has_stat = p->has_stat, .stat_messages = p->stat_messages, .stat_octets = p->stat_octets,
		.listed = p->listed, .list_entries = p->list_entries, .list_whole = p->list_whole, .uidl_listed = p->uidl_listed, .uidl_entries = p->uidl_entries,
		.uidl_whole = p->uidl_whole, .retr = p->retr, .top = p->top, .dele = p->dele };
	if (p->collection == NULL)
		return;
	r->has_collection = true;
	collection_report(p->collection, &r->collection, arena);
	r->collection.quit = p->quit;
	/* What is not deleted stays, as if nobody had read it. */
	r->collection.peeked = r->collection.bodies > r->collection.deleted ? r->collection.bodies - r->collection.deleted : 0;
}

static void
pop3_close(void *self)
{
	struct pop3 *p = self;

	rest(p);
	collection_free(p->collection);
	word_list_clear(&p->commands);
	word_list_clear(&p->capabilities);
	word_list_clear(&p->uidls.list);
	memory_give_back((void *)(uintptr_t)p->banner.at);
	memory_give_back(p);
}

static const uint16_t ports[] = { 110, 0 };

const struct protocol protocol_pop3 = {
	.id = MAIL_POP3,
	.name = "pop3",
	.help = "POP3: logins, listings, messages fetched and deleted",
	.ports = ports,
	.recognises = recognises,
	.open = pop3_open,
	.data = pop3_push,
	.gap = pop3_gap,
	.finish = pop3_finish,
	.report = pop3_report,
	.close = pop3_close,
};
