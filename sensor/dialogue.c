/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"

/* Bytes kept while nobody knows what is spoken: a greeting and a first command fit many times over. */
#define HELD_MAX 1024
#define HELD_STRETCHES 8

/* Anomalies of the dialogue itself are numbered apart from those of its parser. */
#define OWN_ORDINALS 0x40000000u

enum dialogue_state {
	DIALOGUE_HELD,     /* nobody knows yet what is spoken: the first bytes are kept */
	DIALOGUE_PARSED,   /* a parser hears all of it */
	DIALOGUE_AWAITS_TLS, /* both sides agreed to TLS: the next client bytes decide */
	DIALOGUE_COUNTED,  /* encrypted, done with, or nothing we know */
};

struct stretch {
	enum direction from;
	uint16_t len;
};

struct dialogue {
	const struct dialogue_limits *limits;
	observer *observe;
	void *arg;
	struct session session;
	enum dialogue_state state;
	const struct protocol *protocol; /* the parser's row; NULL: none was found */
	const struct protocol *by_port;  /* the row the port points at */
	void *parser;
	bool finished;            /* the parser heard that nothing more comes */
	bool starttls;            /* TLS began inside the clear dialogue */
	bool mismatch;            /* what is spoken is not what the port promises, and has not been said yet */
	bool spoke[2];
	struct buffer held;       /* first bytes, both directions, in order */
	struct stretch stretches[HELD_STRETCHES];
	unsigned stretch_count;
	uint64_t observed_volume[2];
	usec_t observed_at;       /* of the latest session report */
	uint32_t own_ordinal;
	bool gap_said;
};

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

struct dialogue *
dialogue_new(const struct dialogue_limits *limits, const struct dialogue_opening *o, observer *observe, void *arg)
{
	struct dialogue *d = memory_take_zeroed(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->limits = limits;
	d->observe = observe;
	d->arg = arg;
	d->session = (struct session){ .id = session_identity(o), .client = o->client, .server = o->server,
		.start = o->start, .vlan = o->vlan, .midstream = o->midstream, .interface = o->interface };
	d->by_port = protocol_by_port(o->server.port);
	d->session.mail_port = d->by_port != NULL;
	d->observed_at = o->start;
	buffer_init(&d->held, HELD_MAX);
	return d;
}

static void
say(struct dialogue *d, enum observation_kind kind, const void *report, usec_t time)
{
	struct observation o = { .kind = kind, .time = time, .session = &d->session };

	o.report = report;
	d->observe(d->arg, &o);
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
	if (!d->mismatch || !d->spoke[FROM_CLIENT] || !d->spoke[FROM_SERVER])
		return;
	d->mismatch = false;
	dialogue_oddity(d, from, "port_mismatch", "What is spoken is not what this port is for.", 1, time);
}

static void
count_only(struct dialogue *d)
{
	d->state = DIALOGUE_COUNTED;
	buffer_clear(&d->held);
	d->stretch_count = 0;
}

static void
finish_parser(struct dialogue *d, usec_t time)
{
	if (d->parser != NULL && !d->finished)
		d->protocol->finish(d->parser, time);
	d->finished = true;
}

static void
follow(struct dialogue *d, enum parser_verdict verdict, usec_t time)
{
	switch (verdict) {
	case PARSER_CONTINUES:
		break;
	case PARSER_STARTS_TLS:
		d->state = DIALOGUE_AWAITS_TLS;
		break;
	case PARSER_INFLATES: /* an inflater reads on where there is one; without it the rest is opaque */
	case PARSER_IS_DONE:
		finish_parser(d, time);
		count_only(d);
		break;
	}
}

/* Whether these client bytes begin TLS, after both sides agreed to it. */
static enum recognition
tls_recognition(struct bytes first)
{
	for (size_t i = 0; protocols[i] != NULL; i++)
		if (protocols[i]->id == MAIL_TLS)
			return protocols[i]->recognises(FROM_CLIENT, first);
	return RECOGNISED_NOT;
}

static void
parse(struct dialogue *d, enum direction from, struct bytes data, usec_t time)
{
	while (data.len > 0 && d->state != DIALOGUE_COUNTED) {
		size_t used = 0;

		if (d->state == DIALOGUE_AWAITS_TLS && from == FROM_CLIENT) {
			if (tls_recognition(data) >= RECOGNISED_MAYBE) {
				d->starttls = true;
				finish_parser(d, time);
				count_only(d);
				return;
			}
			d->state = DIALOGUE_PARSED;
			dialogue_oddity(d, from, "clear_after_starttls",
			    "Both sides agreed to TLS, and clear text went on.", 1, time);
		}
		follow(d, d->protocol->data(d->parser, from, data, time, &used), time);
		if (used == 0)
			break; /* a parser that uses nothing would turn here forever */
		data = bytes_skip(data, used);
	}
}

static bool
open_parser(struct dialogue *d, const struct protocol *row)
{
	struct protocol_context context = { .session = &d->session, .limits = d->limits->protocol,
		.message_limits = d->limits->message, .observe = d->observe, .observe_arg = d->arg };

	d->parser = row->open(&context);
	if (d->parser == NULL)
		return false;
	d->protocol = row;
	d->session.protocol = row->id;
	d->state = DIALOGUE_PARSED;
	return true;
}

/* What one side has said so far, put together; `out` has room for HELD_MAX. */
static struct bytes
first_words(const struct dialogue *d, enum direction from, uint8_t *out)
{
	size_t at = 0, n = 0;

	for (unsigned i = 0; i < d->stretch_count; i++) {
		if (d->stretches[i].from == from && d->stretches[i].len > 0) {
			memcpy(out + n, d->held.at + at, d->stretches[i].len);
			n += d->stretches[i].len;
		}
		at += d->stretches[i].len;
	}
	return bytes_of(out, n);
}

enum choice { CHOICE_OPEN, CHOICE_WAIT, CHOICE_NOTHING };

/* The rule of the drawing in dialogue.h. */
static enum choice
choose(const struct dialogue *d, const struct protocol **row)
{
	uint8_t room[HELD_MAX];
	bool port_fits = d->by_port != NULL, possible = false;
	const struct protocol *best = NULL;
	enum recognition best_how = RECOGNISED_NOT;

	for (int from = FROM_CLIENT; from <= FROM_SERVER; from++) {
		struct bytes first = first_words(d, (enum direction)from, room);
		enum recognition how = RECOGNISED_NOT;
		const struct protocol *hit;

		if (first.len == 0)
			continue;
		if (port_fits && d->by_port->recognises((enum direction)from, first) == RECOGNISED_NOT)
			port_fits = false;
		hit = protocol_by_content((enum direction)from, first, &how);
		if (hit != NULL && how > best_how) {
			best = hit;
			best_how = how;
		}
		possible |= how >= RECOGNISED_MAYBE;
	}
	*row = port_fits ? d->by_port : best;
	if (*row != NULL)
		return CHOICE_OPEN;
	return possible ? CHOICE_WAIT : CHOICE_NOTHING;
}

/* Hands the parser what was held for it. */
static void
replay(struct dialogue *d, usec_t time)
{
	struct buffer held = d->held;
	size_t at = 0;

	buffer_init(&d->held, HELD_MAX);
	for (unsigned i = 0; i < d->stretch_count; i++) {
		parse(d, d->stretches[i].from, bytes_of(held.at + at, d->stretches[i].len), time);
		at += d->stretches[i].len;
	}
	d->stretch_count = 0;
	buffer_clear(&held);
}

/* Keeps as much as there is room for; returns how much. */
static size_t
hold(struct dialogue *d, enum direction from, struct bytes data)
{
	struct stretch *last = d->stretch_count > 0 ? &d->stretches[d->stretch_count - 1] : NULL;
	size_t kept = d->held.len;

	if (last == NULL || last->from != from) {
		if (d->stretch_count == HELD_STRETCHES)
			return 0;
		last = &d->stretches[d->stretch_count++];
		*last = (struct stretch){ .from = from };
	}
	(void)buffer_append(&d->held, data);
	kept = d->held.len - kept;
	last->len = (uint16_t)(last->len + kept);
	return kept;
}

static void
recognise(struct dialogue *d, enum direction from, struct bytes data, usec_t time)
{
	const struct protocol *row = NULL;
	size_t kept = hold(d, from, data);
	enum choice choice = choose(d, &row);

	if (choice == CHOICE_WAIT && kept == data.len)
		return;
	d->mismatch = d->by_port != NULL && row != d->by_port;
	if (choice != CHOICE_OPEN || !open_parser(d, row)) {
		count_only(d);
		return;
	}
	replay(d, time);
	parse(d, from, bytes_skip(data, kept), time);
}

void
dialogue_data(struct dialogue *d, enum direction from, struct bytes data, usec_t time)
{
	d->spoke[from] = true;
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
		if (choose(d, &row) != CHOICE_OPEN)
			row = d->by_port;
		if (row == NULL || !open_parser(d, row)) {
			count_only(d);
			return;
		}
		replay(d, time);
	}
	if (d->state != DIALOGUE_COUNTED)
		follow(d, d->protocol->gap(d->parser, from, missing, time), time);
}

bool
dialogue_listens(const struct dialogue *d)
{
	return d->state != DIALOGUE_COUNTED;
}

bool
dialogue_is_mail(const struct dialogue *d)
{
	return d->protocol != NULL;
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
		.one_sided = wire->traffic[0].packets == 0 || wire->traffic[1].packets == 0 };

	if (d->parser != NULL)
		d->protocol->report(d->parser, &r);
	say(d, OBSERVED_SESSION, &r, now);
	d->observed_at = now;
}

void
dialogue_account(struct dialogue *d, const struct dialogue_wire *wire, usec_t now)
{
	uint64_t moved = wire->traffic[0].bytes - d->observed_volume[0] + wire->traffic[1].bytes -
	    d->observed_volume[1];

	if (moved >= d->limits->volume_step)
		observe_volume(d, wire, false, now);
	if (d->limits->session_update > 0 && now - d->observed_at >= d->limits->session_update)
		observe_session(d, wire, SESSION_LIVES, now);
}

void
dialogue_end(struct dialogue *d, const struct dialogue_wire *wire, enum session_end end, usec_t now)
{
	const struct protocol *row = NULL;

	/* Bytes still held are all there will ever be: what fits best may have them. */
	if (d->state == DIALOGUE_HELD && d->stretch_count > 0) {
		if (choose(d, &row) != CHOICE_OPEN)
			row = d->by_port;
		if (row != NULL && open_parser(d, row))
			replay(d, now);
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
	if (d->parser != NULL)
		d->protocol->close(d->parser);
	buffer_clear(&d->held);
	memory_give_back(d);
}

size_t
dialogue_memory(const struct dialogue *d)
{
	return sizeof(*d) + d->held.room;
}
