/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "protocol/first_words.h"
#include "protocol/tls.h"

/* Anomalies of the dialogue itself are numbered apart from those of its parser. */
#define OWN_ORDINALS 0x40000000u

enum dialogue_state {
	DIALOGUE_HELD,     /* nobody knows yet what is spoken: the first bytes are kept */
	DIALOGUE_PARSED,   /* a parser hears all of it */
	DIALOGUE_AWAITS_TLS, /* both sides agreed to TLS: the next client bytes decide */
	DIALOGUE_COUNTED,  /* encrypted, done with, or nothing we know */
};

/* TLS came inside the clear dialogue: what was said in the clear is reported beside it. */
struct upgraded {
	void *clear, *tls;
};

struct dialogue {
	struct dialogues *all;
	const void *owner;
	union {
		struct first_words *words;  /* DIALOGUE_HELD; NULL: nothing yet */
		void *parser;               /* else; NULL: none was found */
		struct upgraded *upgraded;  /* starttls: of both parsers */
	};
	uint64_t observed_volume[2];
	usec_t observed_at;        /* of the latest session report */
	uint32_t own_ordinal;
	uint8_t protocol;          /* the parser's row, counted from 1; 0: none was found */
	uint8_t by_port;           /* the row the port points at */
	enum dialogue_state state : 2;
	bool finished : 1;         /* the parser heard that nothing more comes */
	bool starttls : 1;         /* TLS began inside the clear dialogue */
	bool mismatch : 1;         /* what is spoken is not what the port promises, and has not been said yet */
	bool spoke_client : 1, spoke_server : 1;
	bool gap_said : 1;
	bool refused_tls : 1;      /* the client began with TLS, and the server answered in the clear */
	bool skims : 1;            /* the parser asks for lengths alone */
	bool midstream : 1;
};

/* --- rows, by the number they have in a dialogue --- */

static const struct protocol *
row_of(uint8_t number)
{
	return number == 0 ? NULL : protocols[number - 1];
}

static uint8_t
number_of(const struct protocol *row)
{
	uint8_t number = 0;

	while (row != NULL && protocols[number++] != row)
		;
	return number;
}

/* --- what is said --- */

static struct identity
session_identity(const struct dialogue_opening *o)
{
	uint8_t text[2 * (sizeof(struct address) + 2) + 10];
	const struct endpoint *ends[2] = { &o->client, &o->server };
	size_t n = 0;

	for (int i = 0; i < 2; i++) {
		text[n++] = ends[i]->address.family;
		memcpy(text + n, ends[i]->address.ip, sizeof(ends[i]->address.ip));
		n += sizeof(ends[i]->address.ip);
		text[n++] = (uint8_t)(ends[i]->port >> 8);
		text[n++] = (uint8_t)ends[i]->port;
	}
	for (int shift = 56; shift >= 0; shift -= 8)
		text[n++] = (uint8_t)((uint64_t)o->start >> shift);
	return identity_of(BYTES("mailtap.session"), bytes_of(text, n));
}

/* All but what names it. */
static struct session
session_of(const struct dialogue *d, const struct dialogue_opening *o)
{
	const struct protocol *row = row_of(d->protocol);

	return (struct session){ .client = o->client, .server = o->server, .start = o->start,
		.protocol = row == NULL ? MAIL_UNKNOWN : row->id, .vlan = o->vlan, .midstream = d->midstream,
		.mail_port = d->by_port != 0, .interface = o->interface };
}

static void
fill_session(struct dialogues *all, const struct dialogue *d)
{
	struct dialogue_opening o = { 0 };

	if (all->described == d)
		return;
	all->described = d;
	all->describe(d->owner, &o);
	all->session = session_of(d, &o);
	all->session.id = session_identity(&o);
}

/* What a parser observes; it has the shared session to refer to. */
static void
pass_on(void *arg, const struct observation *o)
{
	struct dialogues *all = arg;

	fill_session(all, all->current);
	all->observe(all->arg, o);
}

void
dialogues_init(struct dialogues *all, const struct dialogue_limits *limits,
    void (*describe)(const void *owner, struct dialogue_opening *), observer *observe, void *arg)
{
	*all = (struct dialogues){ .limits = limits, .describe = describe, .observe = observe, .arg = arg };
	all->context = (struct protocol_context){ .session = &all->session, .limits = limits->protocol,
		.message_limits = limits->message, .observe = pass_on, .observe_arg = all };
}

struct dialogue *
dialogue_new(struct dialogues *all, const void *owner)
{
	void *room = memory_take_zeroed(1, dialogue_size);

	return room == NULL ? NULL : dialogue_init(room, all, owner);
}

const size_t dialogue_size = sizeof(struct dialogue);

struct dialogue *
dialogue_init(void *room, struct dialogues *all, const void *owner)
{
	struct dialogue *d = room;
	struct dialogue_opening o = { 0 };

	all->describe(owner, &o);
	d->all = all;
	d->owner = owner;
	d->midstream = o.midstream;
	d->by_port = number_of(protocol_by_port(o.server.port));
	d->observed_at = o.start;
	return d;
}

static void
say(struct dialogue *d, enum observation_kind kind, const void *report, usec_t time)
{
	struct observation o = { .kind = kind, .time = time, .session = &d->all->session };

	o.report = report;
	fill_session(d->all, d);
	d->all->observe(d->all->arg, &o);
}

void
dialogue_oddity(struct dialogue *d, enum direction from, const char *name, const char *sentence, uint64_t count,
    usec_t time)
{
	struct anomaly_report a = { .ordinal = OWN_ORDINALS + d->own_ordinal++, .name = name,
		.detail_text = bytes_str(sentence), .from = from, .count = count };

	say(d, OBSERVED_ANOMALY, &a, time);
}

/* A port that promises one protocol and carries another is said once both sides have spoken: a scanner's probe alone is
 * no conversation. */
static void
say_mismatch(struct dialogue *d, enum direction from, usec_t time)
{
	if (!d->mismatch || !d->spoke_client || !d->spoke_server)
		return;
	d->mismatch = false;
	dialogue_oddity(d, from, "port_mismatch", "What is spoken is not what this port is for.", 1, time);
}

static void
count_only(struct dialogue *d)
{
	if (d->state == DIALOGUE_HELD) {
		first_words_free(d->words);
		d->parser = NULL;
	}
	d->state = DIALOGUE_COUNTED;
}

/* The parser that hears what comes, about to be called; NULL: there is none. */
static void *
parser_of(struct dialogue *d)
{
	d->all->current = d;
	return d->state == DIALOGUE_HELD ? NULL : d->starttls ? d->upgraded->tls : d->parser;
}

/* And its row. */
static const struct protocol *
parser_row(const struct dialogue *d)
{
	return d->starttls ? &protocol_tls : row_of(d->protocol);
}

static void
finish_parser(struct dialogue *d, usec_t time)
{
	void *parser = parser_of(d);

	if (parser != NULL && !d->finished)
		parser_row(d)->finish(parser, time);
	d->finished = true;
}

static void
follow(struct dialogue *d, enum parser_verdict verdict, usec_t time)
{
	switch (verdict) {
	case PARSER_CONTINUES:
		break;
	case PARSER_SKIMS:
		d->skims = true;
		break;
	case PARSER_STARTS_TLS:
		d->state = DIALOGUE_AWAITS_TLS;
		break;
	case PARSER_IS_ANOTHERS:
	case PARSER_IS_DONE:
		finish_parser(d, time);
		count_only(d);
		break;
	}
}

/* The session of a dialogue that a parser is opened for. It has no name yet, and may never need one. */
static struct protocol_context *
opening_context(struct dialogue *d, enum mail_protocol protocol)
{
	struct dialogue_opening o = { 0 };

	d->all->describe(d->owner, &o);
	d->all->session = session_of(d, &o);
	d->all->session.protocol = protocol;
	d->all->described = NULL;
	return &d->all->context;
}

/* TLS has come: the clear dialogue is over, and its parser stays for the report alone. False when memory is short. */
static bool
upgrade(struct dialogue *d, usec_t time)
{
	struct upgraded *u = memory_take_zeroed(1, sizeof(*u));
	struct protocol_context *context;

	finish_parser(d, time);
	if (u == NULL)
		return false;
	context = opening_context(d, row_of(d->protocol)->id);
	context->starttls = true;
	u->tls = protocol_tls.open(context);
	context->starttls = false;
	if (u->tls == NULL) {
		memory_give_back(u);
		return false;
	}
	u->clear = d->parser;
	d->upgraded = u;
	d->starttls = true;
	d->finished = false;
	d->state = DIALOGUE_PARSED;
	return true;
}

/* Both sides agreed to TLS, and these are the client's next bytes. False when there is nothing more to hear. */
static bool
begin_tls(struct dialogue *d, struct bytes data, usec_t time)
{
	if (protocol_tls.recognises(FROM_CLIENT, data) < RECOGNISED_MAYBE) {
		d->state = DIALOGUE_PARSED;
		dialogue_oddity(d, FROM_CLIENT, "clear_after_starttls", "Both sides agreed to TLS, and clear text went on.", 1,
		    time);
		return true;
	}
	if (upgrade(d, time))
		return true;
	count_only(d);
	return false;
}

/* What the client began is not what the server answers: with whom speaks the server's language the dialogue goes on. False
 * when nobody does. */
static bool
hand_over(struct dialogue *d, enum direction from, struct bytes data, usec_t time)
{
	const struct protocol *row = protocol_by_content(from, data, NULL);
	void *parser;

	if (d->starttls || row == NULL || row == row_of(d->protocol))
		return false;
	finish_parser(d, time);
	parser = row->open(opening_context(d, row->id));
	if (parser == NULL)
		return false;
	row_of(d->protocol)->close(d->parser);
	d->parser = parser;
	d->protocol = number_of(row);
	d->finished = false;
	d->refused_tls = true;
	d->mismatch = d->by_port != 0 && row != row_of(d->by_port);
	return true;
}

static void
parse(struct dialogue *d, enum direction from, struct bytes data, usec_t time)
{
	enum parser_verdict verdict;

	while (data.len > 0 && d->state != DIALOGUE_COUNTED) {
		size_t used = 0;

		if (d->state == DIALOGUE_AWAITS_TLS && from == FROM_CLIENT && !begin_tls(d, data, time))
			return;
		verdict = parser_row(d)->data(parser_of(d), from, data, time, &used);
		if (verdict == PARSER_IS_ANOTHERS && hand_over(d, from, data, time))
			continue;
		follow(d, verdict, time);
		if (used == 0)
			break; /* a parser that uses nothing would turn here forever */
		data = bytes_skip(data, used);
	}
}

/* The first words are left to the caller. */
static bool
open_parser(struct dialogue *d, const struct protocol *row, struct first_words **words)
{
	void *parser = row->open(opening_context(d, row->id));

	if (parser == NULL)
		return false;
	*words = d->words;
	d->protocol = number_of(row);
	d->parser = parser;
	d->state = DIALOGUE_PARSED;
	return true;
}

/* Opens the parser and hands it what was held for it. */
static bool
begin_parsing(struct dialogue *d, const struct protocol *row, usec_t time)
{
	struct first_words *words;
	struct bytes rest, stretch;
	enum direction from;

	if (row == NULL || !open_parser(d, row, &words))
		return false;
	for (unsigned at = 0; words != NULL && first_words_next(words, &at, &rest, &from, &stretch);)
		parse(d, from, stretch, time);
	first_words_free(words);
	return true;
}

static void
recognise(struct dialogue *d, enum direction from, struct bytes data, usec_t time)
{
	const struct protocol *row = NULL, *by_port = row_of(d->by_port);
	enum spoken spoken = SPOKEN_UNCLEAR;
	size_t kept = 0;

	if (d->words == NULL) {
		/* Mostly the first words say enough: then nothing need be held. */
		struct bytes said[2] = { { NULL, 0 }, { NULL, 0 } };

		said[from] = bytes_first(data, FIRST_WORDS_MAX);
		spoken = first_words_judge(said, by_port, &row);
		if (spoken == SPOKEN_UNCLEAR)
			d->words = first_words_new();
	}
	if (d->words != NULL) {
		kept = first_words_keep(d->words, from, data);
		spoken = first_words_judge_kept(d->words, by_port, &row);
	}
	if (spoken == SPOKEN_UNCLEAR && kept == data.len)
		return;
	if (spoken != SPOKEN_KNOWN && d->midstream && by_port != NULL && text_is_utf8(bytes_first(data, 64)) &&
	    bytes_find(bytes_first(data, 64), 0) == BYTES_NOWHERE) {
		/* The middle of a conversation looks like nothing; the port is all there is to go by. */
		spoken = SPOKEN_KNOWN;
		row = by_port;
	}
	d->mismatch = by_port != NULL && row != by_port;
	if (spoken != SPOKEN_KNOWN || !begin_parsing(d, row, time)) {
		count_only(d);
		return;
	}
	parse(d, from, bytes_skip(data, kept), time);
}

void
dialogue_data(struct dialogue *d, enum direction from, struct bytes data, usec_t time)
{
	d->spoke_client |= from == FROM_CLIENT;
	d->spoke_server |= from == FROM_SERVER;
	if (d->state == DIALOGUE_HELD)
		recognise(d, from, data, time);
	else
		parse(d, from, data, time);
	say_mismatch(d, from, time);
}

void
dialogue_gap(struct dialogue *d, enum direction from, uint64_t missing, usec_t time)
{
	if (!d->gap_said)
		dialogue_oddity(d, from, "missing_bytes", "Part of the connection was not captured.", missing, time);
	d->gap_said = true;
	if (d->state == DIALOGUE_HELD) {
		const struct protocol *row = NULL;

		/* The beginning will not become clearer: the port decides, or nothing does. */
		if (first_words_judge_kept(d->words, row_of(d->by_port), &row) != SPOKEN_KNOWN)
			row = row_of(d->by_port);
		if (!begin_parsing(d, row, time)) {
			count_only(d);
			return;
		}
	}
	if (d->state != DIALOGUE_COUNTED)
		follow(d, parser_row(d)->gap(parser_of(d), from, missing, time), time);
}

bool
dialogue_listens(const struct dialogue *d)
{
	return d->state != DIALOGUE_COUNTED;
}

bool
dialogue_skims(const struct dialogue *d)
{
	return d->skims;
}

bool
dialogue_is_mail(const struct dialogue *d)
{
	return d->protocol != 0;
}

static void
observe_volume(struct dialogue *d, const struct dialogue_wire *wire, bool final, usec_t now)
{
	struct volume_report v = { .final = final };

	for (int i = 0; i < 2; i++) {
		v.total[i] = wire->traffic[i].bytes;
		v.bytes[i] = v.total[i] - d->observed_volume[i];
		d->observed_volume[i] = v.total[i];
	}
	if (v.bytes[0] + v.bytes[1] > 0 || final)
		say(d, OBSERVED_VOLUME, &v, now);
}

static void
observe_session(struct dialogue *d, const struct dialogue_wire *wire, enum session_end end, usec_t now)
{
	struct session_report r = { .end = end, .last = wire->last, .handshake = wire->handshake,
		.traffic = { wire->traffic[0], wire->traffic[1] }, .starttls = d->starttls, .tls = d->starttls,
		.refused_tls = d->refused_tls,
		.one_sided = wire->traffic[0].packets == 0 || wire->traffic[1].packets == 0 };

	struct arena arena;
	void *parser = parser_of(d);

	arena_init(&arena);
	if (parser != NULL && d->starttls)
		row_of(d->protocol)->report(d->upgraded->clear, &r, &arena);
	if (parser != NULL)
		parser_row(d)->report(parser, &r, &arena);
	say(d, OBSERVED_SESSION, &r, now);
	d->observed_at = now;
	arena_clear(&arena);
}

struct dialogue_due
dialogue_account(struct dialogue *d, const struct dialogue_wire *wire, usec_t now)
{
	const struct dialogue_limits *limits = d->all->limits;
	uint64_t moved = wire->traffic[0].bytes - d->observed_volume[0] + wire->traffic[1].bytes -
	    d->observed_volume[1];

	if (moved >= limits->volume_step) {
		observe_volume(d, wire, false, now);
		moved = 0;
	}
	if (limits->session_update > 0 && now - d->observed_at >= limits->session_update)
		observe_session(d, wire, SESSION_LIVES, now);
	return (struct dialogue_due){ limits->volume_step - moved,
		limits->session_update > 0 ? d->observed_at + limits->session_update : INT64_MAX };
}

void
dialogue_end(struct dialogue *d, const struct dialogue_wire *wire, enum session_end end, usec_t now)
{
	const struct protocol *row = NULL;

	/* Bytes still held are all there will ever be: what fits best may have them. */
	if (d->state == DIALOGUE_HELD && d->words != NULL) {
		if (first_words_judge_kept(d->words, row_of(d->by_port), &row) != SPOKEN_KNOWN)
			row = row_of(d->by_port);
		(void)begin_parsing(d, row, now);
	}
	finish_parser(d, now);
	observe_volume(d, wire, true, now);
	observe_session(d, wire, end, now);
}

void
dialogue_free(struct dialogue *d)
{
	if (d == NULL)
		return;
	dialogue_clear(d);
	memory_give_back(d);
}

static void
close_both(struct dialogue *d)
{
	row_of(d->protocol)->close(d->upgraded->clear);
	protocol_tls.close(d->upgraded->tls);
	memory_give_back(d->upgraded);
}

void
dialogue_clear(struct dialogue *d)
{
	if (d->all->described == d)
		d->all->described = NULL;
	if (d->state == DIALOGUE_HELD)
		first_words_free(d->words);
	else if (d->starttls)
		close_both(d);
	else if (d->parser != NULL)
		row_of(d->protocol)->close(d->parser);
}

size_t
dialogue_memory(const struct dialogue *d)
{
	size_t held = d->state == DIALOGUE_HELD && d->words != NULL ? sizeof(*d->words) + d->words->octets.room : 0;

	return sizeof(*d) + held;
}
