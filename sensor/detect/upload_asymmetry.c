/* SPDX-License-Identifier: Apache-2.0
 *
 * upload_asymmetry: a client of ours sent an external server far more than it received.
 *
 * The producer/consumer ratio (Bullard and Gerth, FloCon 2014) of payload octets, seen from the client:
 *
 *	PCR = (sent - received) / (sent + received)	1: only sends   0: balanced   -1: only receives
 *
 * together with a floor in octets, because a ratio says nothing about volume. Judged per connection while it runs, and
 * per pair of client and server (addresses: whatever the ports) over a sliding window, so that many small connections
 * add up. A connection is said once per severity. A pair is said once per severity and window, and not when a
 * connection of it has said as much: then nothing was hidden in small pieces.
 *
 * A connection of which only one direction is seen has no ratio: nothing is said of it, and it is not added to its
 * pair. Greetings and certificates would decide the ratio of a few octets: below BIAS none is taken.
 */
#include <stdlib.h>

#include "base/map.h"
#include "detect/detectors.h"
#include "detect/sentence.h"
#include "detect/techniques.h"
#include "detect/window.h"

/* From this many times the floor on, the alert is of high severity. */
#define HIGH_TIMES 10

/* Octets both ways below which there is no ratio. */
#define BIAS (64 * 1024)

static const struct alert_rule rule = {
	.name = "upload_asymmetry",
	.id = "mailtap-0002",
	.description = "A client sent an external mail server far more than it received from it.",
	.action = "mail-uploaded",
	.techniques = { &technique_exfiltration, &technique_email_collection, NULL },
};

/* What was said of a connection or a pair: 1 + severity; 0: nothing. */
struct said {
	unsigned severity_plus_one;
	usec_t at;
};

struct upload_asymmetry {
	struct detector_context context;
	struct window *pairs;
	struct map *said;   /* by identity of the session or pair */
	usec_t window;      /* what `pairs` and `said` were made for */
	size_t keys;
	uint64_t forgotten; /* by tables that a reload replaced */
};

/* One judgement: what it is about, and what it is held against. */
struct judgement {
	const struct observation *o;
	uint64_t sent, received, floor;
	usec_t window;     /* 0: one connection; else all of the pair within it */
	double pcr;
	enum severity severity;
};

static double
pcr_of(uint64_t sent, uint64_t received)
{
	return ((double)sent - (double)received) / ((double)sent + (double)received);
}

static void
write_reason(struct sentence *s, const struct judgement *j, double least)
{
	const struct session *session = j->o->session;
	char client[ADDRESS_TEXT_MAX], address[ADDRESS_TEXT_MAX], endpoint[ENDPOINT_TEXT_MAX];
	const char *server = j->window > 0 ? address_text(address, &session->server.address)
					   : endpoint_text(endpoint, &session->server);

	sentence_clear(s);
	sentence_add(s, "%s sent ", address_text(client, &session->client.address));
	sentence_add_size(s, j->sent);
	sentence_add(s, " to the external mail server %s and received ", server);
	sentence_add_size(s, j->received);
	if (j->window > 0) {
		sentence_add(s, " over all connections within ");
		sentence_add_span(s, j->window);
	} else {
		sentence_add(s, " in one connection");
	}
	sentence_add(s, ": a ratio of %.2f, held against %.2f and ", j->pcr, least);
	sentence_add_size(s, j->floor);
	sentence_add(s, "; find out which program there mails so much, and what.");
}

static void
raise_alert(struct upload_asymmetry *u, const struct judgement *j)
{
	const struct upload_asymmetry_settings *settings = &u->context.settings->upload_asymmetry;
	const struct session *session = j->o->session;
	struct sentence reason, seen, volume, floor, ratio, least, key;
	char client[ADDRESS_TEXT_MAX], server[ADDRESS_TEXT_MAX];
	struct observation session_event = { .kind = OBSERVED_SESSION, .session = session };
	struct identity event = observation_id(&session_event);
	struct evidence evidence[2];
	struct alert alert = { .rule = &rule, .severity = j->severity, .time = j->o->time, .session = session };

	write_reason(&reason, j, settings->pcr);
	sentence_clear(&seen);
	sentence_add(&seen, j->window > 0 ? "payload sent, all connections of the pair" : "payload sent, this connection");
	sentence_clear(&volume);
	sentence_add_size(&volume, j->sent);
	sentence_clear(&floor);
	sentence_add(&floor, "at least ");
	sentence_add_size(&floor, j->floor);
	sentence_clear(&ratio);
	sentence_add(&ratio, "%.3f", j->pcr);
	sentence_clear(&least);
	sentence_add(&least, "at least %.3f", settings->pcr);
	sentence_clear(&key);
	sentence_add(&key, "%s > %s", address_text(client, &session->client.address),
	    address_text(server, &session->server.address));
	evidence[0] = (struct evidence){ .kind = "volume", .seen_text = sentence_bytes(&seen),
		.figure_text = sentence_bytes(&volume), .held_against_text = sentence_bytes(&floor), .events = &event,
		.event_count = 1 };
	evidence[1] = (struct evidence){ .kind = "ratio",
		.seen_text = BYTES("producer/consumer ratio of the client (1: only sends)"),
		.figure_text = sentence_bytes(&ratio), .held_against_text = sentence_bytes(&least) };
	alert.risk = j->severity >= SEVERITY_HIGH ? 73 : 47;
	alert.key_text = sentence_bytes(&key);
	alert.reason_text = sentence_bytes(&reason);
	alert.evidence = evidence;
	alert.evidence_count = 2;
	alert.traffic[FROM_CLIENT].bytes = j->o->volume->total[FROM_CLIENT];
	alert.traffic[FROM_SERVER].bytes = j->o->volume->total[FROM_SERVER];
	alert_book_raise(u->context.alerts, &alert);
}

/* The severity that these figures deserve; false: none. */
static bool
deserves(const struct upload_asymmetry *u, struct judgement *j)
{
	if (j->received == 0 || j->sent < j->floor || j->sent + j->received < BIAS)
		return false;
	j->pcr = pcr_of(j->sent, j->received);
	j->severity = j->sent / HIGH_TIMES >= j->floor ? SEVERITY_HIGH : SEVERITY_MEDIUM;
	return j->pcr >= u->context.settings->upload_asymmetry.pcr;
}

/* Notes that this much is said of a connection or pair; false when it was said before, within `span` of packet time
 * (0: ever). */
static bool
note_said(struct upload_asymmetry *u, struct identity subject, enum severity severity, usec_t now, usec_t span)
{
	struct said *said = map_put(u->said, &subject, 0, 0, NULL);

	if (said == NULL)
		return true; /* memory is short: better said twice than not at all */
	map_touch(u->said, said, 0);
	if (said->severity_plus_one > (unsigned)severity && (span == 0 || now - said->at <= span))
		return false;
	said->severity_plus_one = (unsigned)severity + 1;
	said->at = now;
	return true;
}

static struct identity
pair_identity(const struct session *s)
{
	struct address pair[2] = { s->client.address, s->server.address };

	return identity_of(BYTES("pair"), bytes_of(pair, sizeof(pair)));
}

static void
judge_connection(struct upload_asymmetry *u, const struct observation *o)
{
	const struct upload_asymmetry_settings *settings = &u->context.settings->upload_asymmetry;
	struct judgement j = { .o = o, .sent = o->volume->total[FROM_CLIENT],
		.received = o->volume->total[FROM_SERVER], .floor = settings->bytes };

	if (!deserves(u, &j) || !note_said(u, o->session->id, j.severity, o->time, 0))
		return;
	(void)note_said(u, pair_identity(o->session), j.severity, o->time, settings->window);
	raise_alert(u, &j);
}

static void
judge_pair(struct upload_asymmetry *u, const struct observation *o)
{
	const struct upload_asymmetry_settings *settings = &u->context.settings->upload_asymmetry;
	struct identity pair = pair_identity(o->session);
	struct judgement j = { .o = o, .floor = settings->pair_bytes, .window = u->window };
	uint64_t sums[WINDOW_SUMS];

	if (!window_add(u->pairs, pair, o->time, o->volume->bytes, sums))
		return;
	j.sent = sums[FROM_CLIENT];
	j.received = sums[FROM_SERVER];
	if (deserves(u, &j) && note_said(u, pair, j.severity, o->time, settings->window))
		raise_alert(u, &j);
}

/* TLS, and what nobody understands, is mail's business only on a port of mail's. */
static bool
is_mail(const struct session *s)
{
	return s->mail_port || (s->protocol != MAIL_UNKNOWN && s->protocol != MAIL_TLS);
}

static void
observe(void *self, const struct observation *o)
{
	struct upload_asymmetry *u = self;
	const struct upload_asymmetry_settings *settings = &u->context.settings->upload_asymmetry;
	const struct session *s = o->session;
	struct allow_subject subject = { .time = o->time };

	if (o->kind != OBSERVED_VOLUME || !is_mail(s) ||
	    site_direction(u->context.site, &s->client.address, &s->server.address) != SITE_OUTBOUND ||
	    (site_roles(u->context.site, &s->client.address, o->time) & SITE_ROLE(ROLE_MAIL_SERVER)) != 0 ||
	    networks_have(&settings->allow_clients, &s->client.address) ||
	    networks_have(&settings->allow_servers, &s->server.address))
		return;
	/* Even an empty dialogue has a greeting: nothing at all means that the other direction is not seen. */
	if (o->volume->total[FROM_CLIENT] == 0 || o->volume->total[FROM_SERVER] == 0)
		return;
	subject.client = &s->client.address;
	subject.server = &s->server.address;
	if (allow_covers(&settings->allow, &u->context.settings->allow, &subject))
		return;
	judge_connection(u, o);
	judge_pair(u, o);
}

static void
tick(void *self, usec_t now)
{
	window_expire(((struct upload_asymmetry *)self)->pairs, now);
}

static uint64_t
forgotten(const void *self)
{
	const struct upload_asymmetry *u = self;

	return u->forgotten + window_evicted(u->pairs) + map_evicted(u->said);
}

static void
close_detector(void *self)
{
	struct upload_asymmetry *u = self;

	window_free(u->pairs);
	map_free(u->said);
	free(u);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->upload_asymmetry.enabled;
}

static struct map *
new_said(size_t keys)
{
	return map_new(sizeof(struct identity), sizeof(struct said), keys, NULL, NULL);
}

static void *
open_detector(const struct detector_context *context)
{
	const struct upload_asymmetry_settings *settings = &context->settings->upload_asymmetry;
	struct upload_asymmetry *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->context = *context;
	u->window = settings->window;
	u->keys = settings->pairs;
	u->pairs = window_new(u->keys, u->window);
	u->said = new_said(u->keys);
	if (u->pairs == NULL || u->said == NULL) {
		close_detector(u);
		return NULL;
	}
	return u;
}

/* A window of another span begins anew: sums over the old one mean nothing in it. Without memory for it the old one
 * goes on. */
static void
reload(void *self, const struct detector_context *context)
{
	struct upload_asymmetry *u = self;
	const struct upload_asymmetry_settings *after = &context->settings->upload_asymmetry;
	struct window *pairs;
	struct map *said;

	u->context = *context;
	if (u->window == after->window && u->keys == after->pairs)
		return;
	pairs = window_new(after->pairs, after->window);
	said = new_said(after->pairs);
	if (pairs == NULL || said == NULL) {
		window_free(pairs);
		map_free(said);
		return;
	}
	u->forgotten = forgotten(u);
	window_free(u->pairs);
	map_free(u->said);
	u->pairs = pairs;
	u->said = said;
	u->window = after->window;
	u->keys = after->pairs;
}

#define PAIRS "upload_asymmetry.pairs"
#define SAID "upload_asymmetry.said"

static void
save(const void *self, struct state_out *out)
{
	const struct upload_asymmetry *u = self;

	state_begin(out, PAIRS);
	window_save(u->pairs, out);
	state_end(out);
	state_begin(out, SAID);
	state_put_map(out, u->said, sizeof(struct identity), sizeof(struct said));
	state_end(out);
}

static bool
is_said(const void *value)
{
	const struct said *s = value;

	return s->at >= 0 && s->severity_plus_one <= SEVERITY_CRITICAL + 1;
}

static unsigned
load(void *self, struct bytes image)
{
	struct upload_asymmetry *u = self;
	struct state_in in;
	unsigned refused = 0;

	if (state_find(image, PAIRS, &in))
		refused += !window_load(u->pairs, &in);
	if (state_find(image, SAID, &in))
		refused += !state_get_map(&in, u->said, sizeof(struct identity), sizeof(struct said), is_said);
	return refused;
}

const struct detector detector_upload_asymmetry = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	.tick = tick,
	.close = close_detector,
	.reload = reload,
	.forgotten = forgotten,
	.save = save,
	.load = load,
};
