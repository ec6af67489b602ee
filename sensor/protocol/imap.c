/* SPDX-License-Identifier: Apache-2.0
 *
 * The parser's row and its life. Most connections wait, in IDLE or for the next command: what an exchange needs is made when
 * one begins.
 */
#include "protocol/imap.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void
imap_say(struct imap *p, enum anomaly a, enum direction from, usec_t time)
{
	anomaly_say(&p->anomalies, p->context, a, from, time);
}

struct collection *
imap_collection(struct imap *p)
{
	struct collection_limits limits = { .folders = p->context->limits->folders,
		.ranges = (uint32_t)p->context->limits->ranges };

	if (p->collection == NULL)
		p->collection = collection_new(&limits);
	return p->collection;
}

struct imap_tag
imap_tag_of(struct bytes text)
{
	struct imap_tag t = { .len = (uint8_t)(text.len < IMAP_TAG_MAX ? text.len : IMAP_TAG_MAX) };

	if (t.len > 0)
		memcpy(t.text, text.at, t.len);
	return t;
}

bool
imap_tag_equal(const struct imap_tag *a, const struct imap_tag *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

void
imap_login(struct imap *p, struct bytes user, struct bytes mechanism, bool cleartext, enum login_outcome outcome, usec_t time)
{
	struct login_report report = { .ordinal = p->logins++, .user_text = user, .mechanism = mechanism,
		.cleartext = cleartext, .outcome = outcome, .starttls_offered = p->offers.offered };
	struct observation o = { .kind = OBSERVED_LOGIN, .time = time, .session = p->context->session, .login = &report };

	if (p->in_auth) {
		report.domain_text = buffer_bytes(&p->busy->sasl.domain);
		report.workstation_text = buffer_bytes(&p->busy->sasl.workstation);
	}
	p->authenticated |= outcome == LOGIN_SUCCESS;
	if (outcome != LOGIN_FAILURE && user.len > 0 && imap_collection(p) != NULL)
		collection_account(p->collection, user);
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

/* "a1 OK done" */
static bool
is_completion(struct bytes line)
{
	struct bytes rest = line, tag = bytes_split(&rest, ' ');

	return tag.len > 0 && tag.len < IMAP_TAG_MAX && ascii_is_alnum(tag.at[0]) &&
	    (bytes_starts(rest, BYTES("OK ")) || bytes_starts(rest, BYTES("NO ")) || bytes_starts(rest, BYTES("BAD ")));
}

static enum recognition
recognise_server(struct bytes first)
{
	struct bytes line = bytes_first(first, bytes_find(first, '\n'));

	if (bytes_starts(line, BYTES("* OK")) || bytes_starts(line, BYTES("* PREAUTH")) || bytes_starts(line, BYTES("* BYE"))) {
		if (bytes_find_nocase(line, BYTES("IMAP")) != BYTES_NOWHERE)
			return RECOGNISED_SURE;
		return RECOGNISED_LIKELY;
	}
	return bytes_starts(line, BYTES("* ")) || bytes_starts(BYTES("* "), line) || bytes_starts(line, BYTES("+ ")) || is_completion(line)
	    ? RECOGNISED_MAYBE
	    : RECOGNISED_NOT;
}

/* "a1 LOGIN ...": a tag, and a word that nobody else uses so. */
static enum recognition
recognise_client(struct bytes first)
{
	static const char *const words[] = { "CAPABILITY", "LOGIN", "AUTHENTICATE", "STARTTLS", "ID", "NOOP", "SELECT", NULL };
	static const char *const others[] = { "GET ", "POST ", "HEAD ", "OPTIONS ", "CONNECT ", "SSH-", "EHLO ", "HELO ", "LHLO ",
		"MAIL FROM", "RCPT TO", "*1", "*2", "*3", NULL };
	struct bytes rest = first, tag = bytes_split(&rest, ' '), word;
	size_t end;

	for (size_t i = 0; others[i] != NULL; i++)
		if (bytes_starts_nocase(first, bytes_str(others[i])))
			return RECOGNISED_NOT;
	if (!is_text(bytes_first(first, 64)))
		return RECOGNISED_NOT;
	end = 0;
	while (end < rest.len && rest.at[end] != ' ' && rest.at[end] != '\r' && rest.at[end] != '\n')
		end++;
	word = bytes_first(rest, end);
	for (size_t i = 0; tag.len > 0 && tag.len < IMAP_TAG_MAX && end < rest.len && words[i] != NULL; i++)
		if (bytes_equal_nocase(word, bytes_str(words[i])))
			return RECOGNISED_LIKELY;
	return RECOGNISED_MAYBE;
}

static enum recognition
recognises(enum direction from, struct bytes first)
{
	return from == FROM_SERVER ? recognise_server(first) : recognise_client(first);
}

/* --- the parser's life --- */

static void *
imap_open(const struct protocol_context *context)
{
	struct imap *p = memory_take_zeroed(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->context = context;
	p->greeted = context->session->midstream;
	return p;
}

static bool
wake(struct imap *p)
{
	struct imap_busy *b = p->busy;

	if (b != NULL)
		return true;
	b = memory_take_zeroed(1, sizeof(*b));
	if (b == NULL)
		return false;
	imap_scanner_init(&b->from[FROM_CLIENT], p->context->limits->line);
	imap_scanner_init(&b->from[FROM_SERVER], p->context->limits->line);
	buffer_init(&b->command, 2 * p->context->limits->line + IMAP_STRING_MAX);
	buffer_init(&b->user, IMAP_TEXT_MAX);
	buffer_init(&b->selecting, IMAP_TEXT_MAX);
	buffer_init(&b->append_folder, IMAP_TEXT_MAX);
	buffer_init(&b->script_name, IMAP_TEXT_MAX);
	sasl_init(&b->sasl);
	p->busy = b;
	return true;
}

static void
rest(struct imap *p)
{
	struct imap_busy *b = p->busy;

	if (b == NULL)
		return;
	p->busy = NULL;
	imap_scanner_clear(&b->from[FROM_CLIENT]);
	imap_scanner_clear(&b->from[FROM_SERVER]);
	buffer_clear(&b->command);
	buffer_clear(&b->user);
	buffer_clear(&b->selecting);
	buffer_clear(&b->append_folder);
	buffer_clear(&b->script_name);
	sieve_script_free(b->script);
	sasl_clear(&b->sasl);
	for (size_t i = 0; i < b->append_count; i++)
		stored_drop(&b->appended[i]);
	stored_drop(&b->body.stored);
	stored_drop(&b->pieces);
	memory_give_back(b->queue.at);
	memory_give_back(b);
}

static bool
is_calm(const struct imap *p)
{
	const struct imap_busy *b = p->busy;

	return b->queue.len == 0 && !p->in_auth && !b->in_fetch && !b->pieces_open && !b->selects && b->append_count == 0 && b->script == NULL &&
	    imap_scanner_is_calm(&b->from[FROM_CLIENT]) && imap_scanner_is_calm(&b->from[FROM_SERVER]);
}

static enum parser_verdict
settle_down(struct imap *p)
{
	enum parser_verdict verdict = p->done ? PARSER_IS_DONE : p->starts_tls ? PARSER_STARTS_TLS : PARSER_CONTINUES;

	if (is_calm(p))
		rest(p);
	return verdict;
}

/* --- octets --- */

static void
begin_deflate(struct imap *p)
{
	p->starts_deflate = false;
	p->compressed = true;
	for (int i = 0; i < 2; i++) {
		p->inflate[i] = inflater_new(p->context->limits->inflate_ratio);
		p->opaque[i] |= p->inflate[i] == NULL;
	}
}

static void
go_opaque(struct imap *p, enum direction from, usec_t time)
{
	bool bomb = p->inflate[from] != NULL && inflater_is_bomb(p->inflate[from]);

	if (!p->opaque[from])
		imap_say(p, bomb ? ANOMALY_INFLATE_BOMB : ANOMALY_OPAQUE, from, time);
	p->opaque[from] = true;
	inflater_free(p->inflate[from]);
	p->inflate[from] = NULL;
	p->done |= p->opaque[FROM_CLIENT] && p->opaque[FROM_SERVER];
}

/* Text, as far as it is; returns how many octets were used. */
static size_t
read_plain(struct imap *p, enum direction from, struct bytes in, usec_t time)
{
	struct imap_hearing hearing = { p, time };
	size_t n = 0;

	while (n < in.len && !p->done && !p->starts_tls && !p->starts_deflate)
		n += imap_scanner_push(&p->busy->from[from], bytes_skip(in, n),
		    from == FROM_CLIENT ? &imap_client_listener : &imap_server_listener, &hearing);
	return n;
}

struct inflated {
	struct imap *imap;
	enum direction from;
	usec_t time;
};

static bool
take_inflated(void *arg, struct bytes out)
{
	struct inflated *i = arg;

	(void)read_plain(i->imap, i->from, out, i->time);
	i->imap->starts_deflate = i->imap->starts_tls = false; /* neither comes twice */
	return !i->imap->done;
}

static void
read_deflated(struct imap *p, enum direction from, struct bytes in, usec_t time)
{
	struct inflated i = { p, from, time };

	if (p->opaque[from] || in.len == 0)
		return;
	if (!inflater_push(p->inflate[from], in, take_inflated, &i))
		go_opaque(p, from, time);
}

static enum parser_verdict
imap_push(void *self, enum direction from, struct bytes in, usec_t time, size_t *used)
{
	struct imap *p = self;
	size_t n;

	*used = in.len;
	if (p->done || !wake(p))
		return PARSER_IS_DONE;
	p->starts_tls = false;
	if (p->compressed) {
		read_deflated(p, from, in, time);
		return settle_down(p);
	}
	n = read_plain(p, from, in, time);
	if (p->starts_deflate) {
		begin_deflate(p);
		read_deflated(p, from, bytes_skip(in, n), time);
	} else if (p->starts_tls) {
		*used = n;
	}
	return settle_down(p);
}

static enum parser_verdict
imap_gap(void *self, enum direction from, uint64_t missing, usec_t time)
{
	struct imap *p = self;
	struct imap_hearing hearing = { p, time };

	if (p->done || !wake(p))
		return PARSER_IS_DONE;
	p->starts_tls = false;
	if (p->compressed)
		go_opaque(p, from, time);
	imap_scanner_gap(&p->busy->from[from], p->compressed ? 0 : missing,
	    from == FROM_CLIENT ? &imap_client_listener : &imap_server_listener, &hearing);
	return settle_down(p);
}

static void
imap_finish(void *self, usec_t time)
{
	struct imap *p = self;
	struct imap_busy *b = p->busy;
	struct imap_pending oldest;

	if (b != NULL) {
		if (b->in_fetch)
			imap_fetch_broken(p, time);
		imap_fetch_close_pieces(p, false, time);
		while (b->queue.len > 0) {
			oldest = b->queue.at[0];
			(void)imap_queue_take(&b->queue, &oldest.tag, &oldest);
			imap_unanswered(p, &oldest, time);
		}
		imap_appended(p, MESSAGE_UNANSWERED, time);
		imap_script_tell(p, SCRIPT_UNANSWERED, time);
	}
	if (p->idling && time > p->idle_since && p->collection != NULL)
		p->collection->report.idle += time - p->idle_since;
	rest(p);
	p->done = true;
}

static void
imap_report(const void *self, struct session_report *r, struct arena *arena)
{
	const struct imap *p = self;

	r->is_imap = p->known;
	r->messages_fetched = p->fetched;
	r->messages_appended = p->appended;
	r->starttls |= p->started_tls;
	r->offers_seen = p->offers.seen;
	r->starttls_offered = p->offers.offered;
	r->starttls_masked = p->offers.masked;
	r->imap = (struct imap_report){ .banner_text = p->banner, .preauth = p->preauth,
		.capabilities = word_list_slices(&p->capabilities, arena), .commands = word_list_slices(&p->commands, arena),
		.searches = word_list_slices(&p->searches, arena), .fetched = p->fetched_literals,
		.compressed = p->compressed };
	if (p->collection == NULL)
		return;
	r->has_collection = true;
	collection_report(p->collection, &r->collection, arena);
	r->collection.quit = p->quit;
}

static void
imap_close(void *self)
{
	struct imap *p = self;

	rest(p);
	collection_free(p->collection);
	word_list_clear(&p->commands);
	word_list_clear(&p->capabilities);
	word_list_clear(&p->searches);
	inflater_free(p->inflate[FROM_CLIENT]);
	inflater_free(p->inflate[FROM_SERVER]);
	memory_give_back((void *)(uintptr_t)p->banner.at);
	memory_give_back(p);
}

static const uint16_t ports[] = { 143, 0 };

const struct protocol protocol_imap = {
	.id = MAIL_IMAP,
	.name = "imap",
	.help = "IMAP: logins, folders, messages fetched and appended, searches",
	.ports = ports,
	.recognises = recognises,
	.open = imap_open,
	.data = imap_push,
	.gap = imap_gap,
	.finish = imap_finish,
	.report = imap_report,
	.close = imap_close,
};
