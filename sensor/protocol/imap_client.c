/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/imap.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "protocol/imap_token.h"

static const struct {
	const char *name;
	uint8_t verb, uid_verb; /* with UID before it; IMAP_UNKNOWN: there is no such command */
} verbs[] = {
	{ "CAPABILITY", IMAP_CAPABILITY, 0 },
	{ "LOGIN", IMAP_LOGIN, 0 },
	{ "AUTHENTICATE", IMAP_AUTHENTICATE, 0 },
	{ "STARTTLS", IMAP_STARTTLS, 0 },
	{ "ID", IMAP_ID, 0 },
	{ "SELECT", IMAP_SELECT, 0 },
	{ "EXAMINE", IMAP_EXAMINE, 0 },
	{ "LIST", IMAP_LIST, 0 },
	{ "LSUB", IMAP_LIST, 0 },
	{ "XLIST", IMAP_LIST, 0 },
	{ "FETCH", IMAP_FETCH, IMAP_UID_FETCH },
	{ "SEARCH", IMAP_SEARCH, IMAP_SEARCH },
	{ "SORT", IMAP_SEARCH, IMAP_SEARCH },
	{ "THREAD", IMAP_SEARCH, IMAP_SEARCH },
	{ "STORE", IMAP_STORE, IMAP_STORE },
	{ "COPY", IMAP_COPY, IMAP_COPY },
	{ "MOVE", IMAP_COPY, IMAP_COPY },
	{ "EXPUNGE", IMAP_EXPUNGE, IMAP_EXPUNGE },
	{ "APPEND", IMAP_APPEND, 0 },
	{ "IDLE", IMAP_IDLE, 0 },
	{ "CLOSE", IMAP_CLOSE_FOLDER, 0 },
	{ "UNSELECT", IMAP_CLOSE_FOLDER, 0 },
	{ "COMPRESS", IMAP_COMPRESS, 0 },
	{ "SETMETADATA", IMAP_SETMETADATA, 0 },
	{ "UNAUTHENTICATE", IMAP_UNAUTHENTICATE, 0 },
	{ "LOGOUT", IMAP_LOGOUT, 0 },
	{ "NOOP", IMAP_OTHER, 0 },
	{ "CHECK", IMAP_OTHER, 0 },
	{ "CREATE", IMAP_OTHER, 0 },
	{ "DELETE", IMAP_OTHER, 0 },
	{ "RENAME", IMAP_OTHER, 0 },
	{ "SUBSCRIBE", IMAP_OTHER, 0 },
	{ "UNSUBSCRIBE", IMAP_OTHER, 0 },
	{ "STATUS", IMAP_OTHER, 0 },
	{ "NAMESPACE", IMAP_OTHER, 0 },
	{ "ENABLE", IMAP_OTHER, 0 },
	{ "NOTIFY", IMAP_OTHER, 0 },
	{ "GETQUOTA", IMAP_OTHER, 0 },
	{ "GETQUOTAROOT", IMAP_OTHER, 0 },
	{ "SETQUOTA", IMAP_OTHER, 0 },
	{ "GETACL", IMAP_OTHER, 0 },
	{ "SETACL", IMAP_OTHER, 0 },
	{ "DELETEACL", IMAP_OTHER, 0 },
	{ "LISTRIGHTS", IMAP_OTHER, 0 },
	{ "MYRIGHTS", IMAP_OTHER, 0 },
	{ "GETMETADATA", IMAP_OTHER, 0 },
	{ "GETANNOTATION", IMAP_OTHER, 0 },
	{ "SETANNOTATION", IMAP_OTHER, 0 },
	{ "LANGUAGE", IMAP_OTHER, 0 },
	{ "GENURLAUTH", IMAP_OTHER, 0 },
	{ "RESETKEY", IMAP_OTHER, 0 },
	{ "URLFETCH", IMAP_OTHER, 0 },
	{ "CONVERSIONS", IMAP_OTHER, 0 },
	{ "REPLACE", IMAP_APPEND, IMAP_APPEND },
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

/* --- the queue --- */

static bool
make_room(struct imap_queue *q, size_t ceiling)
{
	size_t room = q->room == 0 ? 2 : q->room * 2;
	struct imap_pending *more;

	if (q->len < q->room)
		return true;
	if (room > ceiling)
		room = ceiling;
	if (room <= q->room || (more = memory_resize_array(q->at, room, sizeof(*more))) == NULL)
		return false;
	q->at = more;
	q->room = room;
	return true;
}

bool
imap_queue_take(struct imap_queue *q, const struct imap_tag *tag, struct imap_pending *out)
{
	for (size_t i = 0; i < q->len; i++) {
		if (!imap_tag_equal(&q->at[i].tag, tag))
			continue;
		*out = q->at[i];
		memmove(&q->at[i], &q->at[i + 1], (q->len - i - 1) * sizeof(*q->at));
		q->len--;
		return true;
	}
	return false;
}

static void
await(struct imap *p, const struct imap_pending *pending, usec_t time)
{
	struct imap_queue *q = &p->busy->queue;

	if (!make_room(q, p->context->limits->pending)) {
		struct imap_pending oldest;

		imap_say(p, ANOMALY_PENDING_CEILING, FROM_CLIENT, time);
		if (q->len == 0)
			return;
		oldest = q->at[0];
		(void)imap_queue_take(q, &oldest.tag, &oldest);
		imap_unanswered(p, &oldest, time);
	}
	q->at[q->len++] = *pending;
}

/* --- arguments --- */

/* The next string as text into out. */
static void
take_string(struct bytes *rest, struct buffer *out)
{
	struct imap_token t = imap_token_next(rest);
	uint8_t plain[IMAP_STRING_MAX];
	struct bytes text = t.text;

	buffer_reset(out);
	if (t.kind == IMAP_STRING) {
		text = bytes_first(text, sizeof(plain));
		text = bytes_of(plain, imap_token_unquote(text, plain));
	} else if (t.kind != IMAP_ATOM) {
		return;
	}
	(void)text_append(out, text, IMAP_TEXT_MAX);
}

/* How many messages a set names at most; UINT64_MAX: to the end. */
static uint64_t
width_of(struct bytes set)
{
	uint64_t width = 0;

	while (set.len > 0) {
		struct bytes range = bytes_split(&set, ','), rest = range, first = bytes_split(&rest, ':');
		uint64_t low, high;

		if (bytes_find(range, '*') != BYTES_NOWHERE)
			return bytes_find(range, ':') != BYTES_NOWHERE ? UINT64_MAX : width + 1;
		if (!bytes_decimal(first, UINT32_MAX, &low))
			return width;
		if (rest.len == 0)
			width++;
		else if (bytes_decimal(rest, UINT32_MAX, &high))
			width += high > low ? high - low + 1 : low - high + 1;
	}
	return width;
}

static bool
asks_for_body(struct bytes word)
{
	static const char *const begins[] = { "BODY[", "BODY.PEEK[", "BINARY[", "BINARY.PEEK[", NULL };

	if (bytes_equal_nocase(word, BYTES("RFC822")) || bytes_equal_nocase(word, BYTES("RFC822.TEXT")))
		return true;
	for (size_t i = 0; begins[i] != NULL; i++)
		if (bytes_starts_nocase(word, bytes_str(begins[i])))
			return bytes_find_nocase(word, BYTES("HEADER")) == BYTES_NOWHERE &&
			    bytes_find_nocase(word, BYTES("MIME]")) == BYTES_NOWHERE;
	return false;
}

/* "<0.65536>": octets asked for at a time. */
static uint64_t
piece_of(struct bytes word)
{
	size_t open = bytes_find_last(word, '<'), dot = bytes_find_last(word, '.');
	uint64_t size;

	if (open == BYTES_NOWHERE || dot == BYTES_NOWHERE || dot < open || word.at[word.len - 1] != '>' ||
	    !bytes_decimal(bytes_of(word.at + dot + 1, word.len - dot - 2), UINT64_MAX, &size))
		return 0;
	return size;
}

static void
ask(struct imap *p, struct imap_pending *pending, struct bytes rest)
{
	struct imap_token set = imap_token_next(&rest), t;
	struct collection *c = imap_collection(p);
	bool body = false;

	p->busy->asked = 0;
	while ((t = imap_token_next(&rest)).kind != IMAP_END) {
		pending->peeks |= bytes_find_nocase(t.text, BYTES(".PEEK[")) != BYTES_NOWHERE;
		if (!asks_for_body(t.text))
			continue;
		body = true;
		p->busy->asked = piece_of(t.text);
	}
	if (body && c != NULL) {
		uint64_t width = width_of(set.text);

		if (width > c->report.widest)
			c->report.widest = width;
	}
}

/* The words that are searched for, besides flags, dates and numbers. */
static void
search(struct imap *p, struct bytes rest)
{
	static const char *const keys[] = { "BODY", "TEXT", "SUBJECT", "FROM", "TO", "CC", "BCC", "HEADER", "FILTER",
		"X-GM-RAW", "FUZZY", NULL };
	struct collection *c = imap_collection(p);
	struct imap_token t;

	if (c != NULL)
		c->report.searches++;
	while ((t = imap_token_next(&rest)).kind != IMAP_END) {
		for (size_t i = 0; t.kind == IMAP_ATOM && keys[i] != NULL; i++) {
			struct buffer word;

			if (!bytes_equal_nocase(t.text, bytes_str(keys[i])))
				continue;
			buffer_init(&word, WORD_MAX);
			take_string(&rest, &word);
			if (bytes_equal_nocase(t.text, BYTES("HEADER")))
				take_string(&rest, &word); /* its name goes before */
			if (word.len > 0)
				word_list_add(&p->searches, buffer_bytes(&word), p->context->limits->commands);
			buffer_clear(&word);
			break;
		}
	}
}

/* --- commands --- */

static void
begin_auth(struct imap *p, const struct imap_tag *tag, struct bytes rest)
{
	struct imap_token mechanism = imap_token_next(&rest), initial = imap_token_next(&rest);

	sasl_begin(&p->busy->sasl, mechanism.text);
	if (initial.kind == IMAP_ATOM || initial.kind == IMAP_STRING)
		sasl_response(&p->busy->sasl, initial.text);
	p->busy->auth_tag = *tag;
	p->in_auth = true;
}

static void
begin_idle(struct imap *p, const struct imap_tag *tag)
{
	p->idle_tag = *tag;
	p->idle_asked = true;
}

static void
act(struct imap *p, struct imap_pending *pending, struct bytes rest)
{
	struct imap_busy *b = p->busy;

	switch (pending->verb) {
	case IMAP_LOGIN:
		take_string(&rest, &b->user);
		break;
	case IMAP_AUTHENTICATE:
		begin_auth(p, &pending->tag, rest);
		break;
	case IMAP_SELECT:
	case IMAP_EXAMINE:
		take_string(&rest, &b->selecting);
		b->selects = true;
		b->selects_read_only = pending->verb == IMAP_EXAMINE;
		break;
	case IMAP_LIST:
		b->list_lines = 0;
		break;
	case IMAP_FETCH:
	case IMAP_UID_FETCH:
		ask(p, pending, rest);
		break;
	case IMAP_SEARCH:
		search(p, rest);
		break;
	case IMAP_ID:
		imap_read_id(p, rest);
		break;
	default:
		break;
	}
}

static const char *
name_of(struct bytes word, bool uid, uint8_t *verb)
{
	for (size_t i = 0; i < VERBS; i++) {
		if (!bytes_equal_nocase(word, bytes_str(verbs[i].name)))
			continue;
		*verb = uid ? verbs[i].uid_verb : verbs[i].verb;
		return *verb == IMAP_UNKNOWN ? NULL : verbs[i].name;
	}
	*verb = IMAP_UNKNOWN;
	return NULL;
}

/* Words that nobody knows are not repeated: they may be a secret. */
static void
note_command(struct imap *p, const char *name, bool uid)
{
	char text[40] = "UID ";

	if (name == NULL) {
		word_list_add(&p->commands, BYTES("?"), p->context->limits->commands);
		return;
	}
	strncat(text, name, sizeof(text) - 5);
	word_list_add(&p->commands, bytes_str(uid ? text : name), p->context->limits->commands);
}

static void
on_strange(struct imap *p, usec_t time)
{
	if (++p->strange < p->context->limits->unknown_commands)
		return;
	imap_say(p, ANOMALY_NOT_IMAP, FROM_CLIENT, time);
	p->done = true;
}

/* The beginning of a command: its tag and verb; *rest is what follows. */
static const char *
read_command(struct bytes *rest, struct imap_pending *pending, bool *uid)
{
	struct imap_token tag = imap_token_next(rest), word = imap_token_next(rest);

	*uid = bytes_equal_nocase(word.text, BYTES("UID"));
	if (*uid)
		word = imap_token_next(rest);
	*pending = (struct imap_pending){ .tag = imap_tag_of(tag.text) };
	return name_of(word.text, *uid, &pending->verb);
}

static void
on_command(struct imap *p, struct bytes line, usec_t time)
{
	struct imap_pending pending;
	struct bytes rest = line;
	bool uid;
	const char *name;

	if (line.len == 0)
		return;
	name = read_command(&rest, &pending, &uid);
	if (name == NULL) {
		note_command(p, NULL, false);
		on_strange(p, time);
		return;
	}
	p->known = true;
	p->strange = 0;
	note_command(p, name, uid);
	if (p->collection != NULL && p->collection->report.tool == NULL)
		p->collection->report.tool = imap_tool_of_tag(bytes_of(pending.tag.text, pending.tag.len));
	act(p, &pending, rest);
	if (pending.verb == IMAP_IDLE)
		begin_idle(p, &pending.tag);
	else
		await(p, &pending, time);
}

static void
end_idle(struct imap *p, usec_t time)
{
	if (p->idling && time > p->idle_since && imap_collection(p) != NULL)
		p->collection->report.idle += time - p->idle_since;
	p->idling = false;
}

/* --- what the scanner says --- */

/* Which command a literal belongs to, by the line so far. */
static void
begin_literal(struct imap *p, uint64_t size)
{
	struct imap_busy *b = p->busy;
	struct bytes rest = buffer_bytes(&b->command);
	struct imap_pending pending;
	bool uid, message;

	(void)read_command(&rest, &pending, &uid);
	message = pending.verb == IMAP_APPEND && imap_token_next(&rest).kind != IMAP_END;
	b->literal_is_message = message;
	b->literal_is_script = pending.verb == IMAP_SETMETADATA && imap_script_begin(p, rest);
	b->literal_is_kept = !message && !b->literal_is_script && size <= IMAP_STRING_MAX;
	if (message) {
		rest = buffer_bytes(&b->command);
		(void)read_command(&rest, &pending, &uid);
		if (uid || bytes_find_nocase(buffer_bytes(&b->command), BYTES(" REPLACE ")) != BYTES_NOWHERE)
			(void)imap_token_next(&rest);
		take_string(&rest, &b->append_folder);
		if (b->append_count == IMAP_APPENDS_MAX)
			imap_appended(p, MESSAGE_UNANSWERED, 0);
		if (!stored_begin(&b->appended[b->append_count], p->context, TRANSFER_IMAP_APPEND))
			b->literal_is_message = false;
		else
			b->append_count++;
	}
	(void)buffer_append(&b->command, b->literal_is_kept ? BYTES("\"") : BYTES("\"\""));
}

/* A response to a challenge is base64, without blanks. */
static bool
is_command(struct bytes text)
{
	struct imap_pending pending;
	bool uid;

	return bytes_find(text, ' ') != BYTES_NOWHERE && read_command(&text, &pending, &uid) != NULL;
}

static bool
on_text(void *arg, struct bytes text, bool literal, uint64_t size)
{
	struct imap_hearing *h = arg;
	struct imap *p = h->imap;
	struct imap_busy *b = p->busy;

	if (b->from[FROM_CLIENT].line.cut)
		imap_say(p, ANOMALY_LONG_LINE, FROM_CLIENT, h->time);
	if (p->in_auth && is_command(text)) {
		/* Who sends a command has heard how the exchange ended, if nobody else did. */
		while (p->in_auth && b->queue.len > 0) {
			struct imap_pending oldest = b->queue.at[0];

			(void)imap_queue_take(&b->queue, &oldest.tag, &oldest);
			imap_unanswered(p, &oldest, h->time);
		}
		p->in_auth = false;
	}
	if (p->in_auth && !b->from[FROM_CLIENT].continued) {
		if (!bytes_equal(text, BYTES("*")))
			sasl_response(&b->sasl, text);
		return false;
	}
	if (p->idle_asked && bytes_equal_nocase(bytes_trim(text), BYTES("DONE"))) {
		end_idle(p, h->time);
		p->idle_asked = false;
		return false;
	}
	if (!b->from[FROM_CLIENT].continued)
		buffer_reset(&b->command);
	(void)buffer_append(&b->command, text);
	if (literal) {
		begin_literal(p, size);
		return true;
	}
	on_command(p, buffer_bytes(&b->command), h->time);
	buffer_reset(&b->command);
	return false;
}

static struct stored *
latest_append(struct imap_busy *b)
{
	return b->literal_is_message && b->append_count > 0 ? &b->appended[b->append_count - 1] : NULL;
}

static void
on_literal(void *arg, struct bytes octets, bool last)
{
	struct imap_hearing *h = arg;
	struct imap_busy *b = h->imap->busy;
	struct stored *message = latest_append(b);

	if (message != NULL) {
		stored_push(message, octets);
		message->ended = last;
	}
	if (b->literal_is_script && b->script != NULL)
		sieve_script_data(b->script, octets);
	for (size_t i = 0; b->literal_is_kept && i < octets.len; i++) {
		if (octets.at[i] == '"' || octets.at[i] == '\\')
			(void)buffer_append_octet(&b->command, '\\');
		(void)buffer_append_octet(&b->command, octets.at[i]);
	}
	if (last && b->literal_is_kept)
		(void)buffer_append(&b->command, BYTES("\""));
}

static void
on_hole(void *arg, uint64_t missing, bool last)
{
	struct imap_hearing *h = arg;
	struct stored *message = latest_append(h->imap->busy);

	if (message != NULL) {
		stored_lose(message, missing);
		message->ended = last;
	}
	if (h->imap->busy->literal_is_script && h->imap->busy->script != NULL)
		sieve_script_gap(h->imap->busy->script);
	if (last && h->imap->busy->literal_is_kept)
		(void)buffer_append(&h->imap->busy->command, BYTES("\""));
}

static void
on_broken(void *arg)
{
	struct imap_hearing *h = arg;

	buffer_reset(&h->imap->busy->command);
	if (h->imap->in_auth)
		sasl_lost(&h->imap->busy->sasl);
}

const struct imap_listener imap_client_listener = { on_text, on_literal, on_hole, on_broken };

void
imap_appended(struct imap *p, enum message_status status, usec_t time)
{
	struct imap_busy *b = p->busy;

	for (size_t i = 0; i < b->append_count; i++) {
		struct mailbox_item item = { .mailbox_text = buffer_bytes(&b->append_folder), .has_size = true,
			.size = b->appended[i].octets, .kind = "message", .literal = b->appended[i].octets };
		enum message_status how = b->appended[i].ended ? status : MESSAGE_INCOMPLETE;

		if (p->collection != NULL && p->collection->account != NULL)
			item.account_text = buffer_bytes(p->collection->account);
		p->appended += how == MESSAGE_ACCEPTED;
		if (p->collection != NULL)
			p->collection->report.appended += how == MESSAGE_ACCEPTED;
		if (stored_tell(&b->appended[i], p->context, &item, how, p->authenticated, p->messages, time))
			p->messages++;
	}
	b->append_count = 0;
}
