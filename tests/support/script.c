/* SPDX-License-Identifier: Apache-2.0 */
#include "support/script.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/guard.h"

struct protocol_limits script_limits = { .line = 4096, .commands = 100, .recipients = 100, .unknown_commands = 10,
	.pending = 64, .folders = 8, .ranges = 64, .uidls = 8, .inflate_ratio = 100, .observations = 20 };
struct message_limits script_message_limits = { .header_bytes = 65536, .header_fields = 100, .value_bytes = 1024,
	.addresses = 50, .parts = 50, .nesting = 10, .hash_bytes = 1 << 20 };

static void
put_raw(struct buffer *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		unsigned value;

		if (c != '\\' || i + 1 == len) {
			(void)buffer_append_octet(out, (uint8_t)c);
			continue;
		}
		c = text[++i];
		if (c == 'x' && i + 2 < len + 0 && sscanf(text + i + 1, "%2x", &value) == 1) {
			(void)buffer_append_octet(out, (uint8_t)value);
			i += 2;
		} else {
			(void)buffer_append_octet(out, c == 'r' ? '\r' : c == 'n' ? '\n' : c == '0' ? 0 : (uint8_t)c);
		}
	}
}

static void
add_gap(struct script *s, enum direction from, uint64_t missing)
{
	if (s->len == SCRIPT_STRETCHES || missing == 0)
		abort();
	s->stretches[s->len].from = from;
	s->stretches[s->len].at = s->bytes.len;
	s->stretches[s->len++].missing = missing;
}

void
script_read(struct script *s, const char *text)
{
	bool apart = true;

	memset(s, 0, sizeof(*s));
	buffer_init(&s->bytes, 1 << 20);
	while (*text != '\0') {
		const char *end = strchr(text, '\n');
		size_t len = end == NULL ? strlen(text) : (size_t)(end - text), at = s->bytes.len;
		enum direction from = text[0] == 'S' ? FROM_SERVER : FROM_CLIENT;

		if (len == 2 && strncmp(text, "--", 2) == 0) {
			apart = true;
		} else {
			if (len < 2 || (text[0] != 'C' && text[0] != 'S') || strchr(":|~", text[1]) == NULL)
				abort();
			if (text[1] == '~') {
				add_gap(s, from, strtoull(text + 2, NULL, 10));
				text += len + (end != NULL);
				apart = true;
				continue;
			}
			put_raw(&s->bytes, text + (len > 2 ? 3 : 2), len > 2 ? len - 3 : 0);
			if (text[1] == ':')
				(void)buffer_append(&s->bytes, BYTES("\r\n"));
			if (apart || s->len == 0 || s->stretches[s->len - 1].from != from) {
				if (s->len == SCRIPT_STRETCHES)
					abort();
				s->stretches[s->len].from = from;
				s->stretches[s->len++].at = at;
			}
			s->stretches[s->len - 1].len = s->bytes.len - s->stretches[s->len - 1].at;
			apart = false;
		}
		text += len + (end != NULL);
	}
}

void
script_clear(struct script *s)
{
	buffer_clear(&s->bytes);
}

struct player {
	const struct protocol *protocol;
	void *parser;
	const struct script_play *play;
	bool done;
};

static void
say(struct player *p, enum direction from, struct bytes b)
{
	struct guard guard = { .bytes = b };

	if (p->play->guarded)
		guard = guard_new(b);
	b = guard.bytes;
	while (b.len > 0 && !p->done) {
		size_t used = 0;
		enum parser_verdict verdict = p->protocol->data(p->parser, from, b, 1000, &used);

		if (used == 0 || used > b.len)
			abort();
		p->done = verdict == PARSER_IS_DONE;
		b = bytes_skip(b, used);
	}
	if (p->play->guarded)
		guard_free(&guard);
}

/* A stretch, cut where the play wants it. */
static void
say_stretch(struct player *p, enum direction from, struct bytes b, size_t offset)
{
	size_t split = p->play->split, gap = p->play->gap;

	if (p->play->octets) {
		for (size_t i = 0; i < b.len; i++)
			say(p, from, bytes_first(bytes_skip(b, i), 1));
	} else if (gap >= offset && gap < offset + b.len) {
		say(p, from, bytes_first(b, gap - offset));
		if (!p->done)
			p->done = p->protocol->gap(p->parser, from, 1, 1000) == PARSER_IS_DONE;
		say(p, from, bytes_skip(b, gap - offset + 1));
	} else if (split > offset && split < offset + b.len) {
		say(p, from, bytes_first(b, split - offset));
		say(p, from, bytes_skip(b, split - offset));
	} else {
		say(p, from, b);
	}
}

static void
put(struct recorder *r, const char *before, struct bytes b, const char *after)
{
	(void)buffer_append(&r->text, bytes_str(before));
	(void)buffer_append(&r->text, b);
	(void)buffer_append(&r->text, bytes_str(after));
}

static void
put_list(struct recorder *r, const char *name, const struct slices *list)
{
	put(r, name, bytes_str(""), "");
	for (size_t i = 0; i < list->len; i++)
		put(r, i == 0 ? "" : ",", list->at[i], "");
}

static void
put_numbers(struct recorder *r, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	put(r, text, bytes_str(""), "");
}

#define N(x) ((unsigned long long)(x))

static void
put_collection(struct recorder *r, const struct collection_report *c)
{
	const char *order = reading_order_name(c->order);

	put(r, "collection of [", c->account_text, "]");
	put_numbers(r, " whole=%llu part=%llu headers=%llu bodies=%llu octets=%llu peeked=%llu exists=%llu order=%s", N(c->read_whole),
	    N(c->read_part), N(c->headers_only), N(c->bodies), N(c->body_bytes), N(c->peeked), N(c->exists),
	    order == NULL ? "-" : order);
	put_numbers(r, " listed=%u opened=%u searches=%u stored=%u appended=%u copied=%u deleted=%u", c->folders_listed,
	    c->folders_opened, c->searches, c->stored, c->appended, c->copied, c->deleted);
	for (size_t i = 0; i < c->folder_count; i++) {
		put(r, " {", c->folders[i].name_text, "");
		put_numbers(r, " %llu/%llu%s}", N(c->folders[i].read_whole), N(c->folders[i].exists),
		    c->folders[i].read_only ? " ro" : "");
	}
	if (c->client_id_text.len > 0)
		put(r, " client=[", c->client_id_text, "]");
	put_numbers(r, "%s%s%s\n", c->tool != NULL ? " tool=" : "", c->tool != NULL ? c->tool : "", c->quit ? " quit" : "");
}

static void
put_mailbox_report(struct recorder *r, const struct session_report *report)
{
	const struct pop3_report *p = &report->pop3;

	if (report->is_pop3) {
		put(r, "report pop3 [", p->banner_text, "]");
		put_list(r, " commands=", &p->commands);
		put_list(r, " capabilities=", &p->capabilities);
		put_numbers(r, " stat=%llu/%llu list=%llu%s uidl=%llu%s retr=%llu top=%llu dele=%llu%s\n", N(p->stat_messages),
		    N(p->stat_octets), N(p->list_entries), p->list_whole ? "." : "", N(p->uidl_entries),
		    p->uidl_whole ? "." : "", N(p->retr), N(p->top), N(p->dele), report->starttls ? " starttls" : "");
	}
	if (report->is_imap) {
		put(r, "report imap [", report->imap.banner_text, "]");
		put_list(r, " commands=", &report->imap.commands);
		put_list(r, " capabilities=", &report->imap.capabilities);
		put_list(r, " searches=", &report->imap.searches);
		put_numbers(r, " fetched=%llu%s%s%s\n", N(report->imap.fetched), report->imap.preauth ? " preauth" : "",
		    report->imap.compressed ? " compressed" : "", report->starttls ? " starttls" : "");
	}
	if (report->is_sieve) {
		put(r, "report managesieve [", report->sieve.banner_text, "]");
		put_list(r, " commands=", &report->sieve.commands);
		put_list(r, " capabilities=", &report->sieve.capabilities);
		put_numbers(r, "%s\n", report->starttls ? " starttls" : "");
	}
	if (report->has_collection)
		put_collection(r, &report->collection);
}

static void
put_report(struct recorder *r, const struct session_report *report)
{
	const struct smtp_report *s = &report->smtp;
	char number[64];

	put_mailbox_report(r, report);
	if (report->is_pop3 || report->is_imap || report->is_sieve)
		return;
	if (!report->is_smtp) {
		put(r, "report none\n", bytes_str(""), "");
		return;
	}
	snprintf(number, sizeof(number), "report banner=%u [", (unsigned)s->banner_code);
	put(r, number, s->banner_text, "]");
	put(r, " helo=[", s->helo_text, "]");
	put(r, " auth=", s->auth, " commands=");
	for (size_t i = 0; i < s->commands.len; i++)
		put(r, i == 0 ? "" : ",", s->commands.at[i], "");
	put(r, " replies=", bytes_str(""), "");
	for (size_t i = 0; i < s->reply_code_count; i++) {
		snprintf(number, sizeof(number), "%s%u", i == 0 ? "" : ",", (unsigned)s->reply_codes[i]);
		put(r, number, bytes_str(""), "");
	}
	put(r, " offered=", bytes_str(""), "");
	for (size_t i = 0; i < s->auth_mechanisms.len; i++)
		put(r, i == 0 ? "" : ",", s->auth_mechanisms.at[i], "");
	put(r, " refused=", bytes_str(""), "");
	for (size_t i = 0; i < s->rcpt_refused.len; i++)
		put(r, i == 0 ? "" : ",", s->rcpt_refused.at[i], "");
	put(r, s->starttls_offered ? " starttls-offered" : "", bytes_str(""), s->starttls_started ? " starttls\n" : "\n");
}

void
script_run(const struct script *s, const struct protocol *protocol, const struct script_play *play, struct recorder *r)
{
	struct session session = { .id = identity_of(BYTES("test"), BYTES("session")), .midstream = play->midstream,
		.protocol = protocol->id };
	struct protocol_context context = { .session = &session, .limits = &script_limits,
		.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = r };
	struct player player = { .protocol = protocol, .parser = protocol->open(&context), .play = play };
	struct session_report report = { .end = SESSION_FIN };
	struct arena arena;

	if (player.parser == NULL)
		abort();
	for (size_t i = 0; i < s->len; i++) {
		enum direction from = s->stretches[i].from;
		uint64_t missing = s->stretches[i].missing;

		if (play->only != 0 && (play->only == 1) != (from == FROM_CLIENT))
			continue;
		if (missing == 0)
			say_stretch(&player, from, bytes_of(s->bytes.at + s->stretches[i].at, s->stretches[i].len),
			    s->stretches[i].at);
		else if (!player.done)
			player.done = protocol->gap(player.parser, from, missing, 1000) == PARSER_IS_DONE;
	}
	protocol->finish(player.parser, 2000);
	arena_init(&arena);
	protocol->report(player.parser, &report, &arena);
	put_report(r, &report);
	arena_clear(&arena);
	protocol->close(player.parser);
}

static void
assert_played(const struct script_case *c, const struct script *s, const struct protocol *protocol, struct script_play play)
{
	struct recorder r;

	play.guarded = true;
	recorder_init(&r);
	script_run(s, protocol, &play, &r);
	ck_assert_msg(strcmp(recorder_text(&r), c->expected) == 0, "%s, %s at %zu:\n%s--- wanted\n%s", c->name,
	    play.octets ? "octet by octet" : "split", play.split, recorder_text(&r), c->expected);
	recorder_clear(&r);
}

void
script_assert(const struct script_case *c, const struct protocol *protocol)
{
	struct script_play play = c->play;
	struct script s;

	script_read(&s, c->script);
	play.split = SIZE_MAX;
	play.gap = SIZE_MAX;
	assert_played(c, &s, protocol, play);
	play.octets = true;
	assert_played(c, &s, protocol, play);
	play.octets = false;
	for (play.split = 1; play.split < s.bytes.len; play.split++)
		assert_played(c, &s, protocol, play);
	script_clear(&s);
}
