/* SPDX-License-Identifier: Apache-2.0
 *
 * upload_asymmetry: a client of ours sent an external server far more than it received.
 *
 * The producer/consumer ratio (Bullard and Gerth, FloCon 2014) of payload octets, seen from the client:
 *
 *	PCR = (sent - received) / (sent + received)	1: only sends   0: balanced   -1: only receives
 *
 * together with a floor in octets, because a ratio says nothing about volume. Judged per connection while it runs, and
 * per pair of client and server over a sliding window, so that many small connections add up. A pair of which only one
 * direction is seen has no ratio, and nothing is said of it.
 */
#include <stdlib.h>

#include "base/map.h"
#include "detect/detectors.h"
#include "detect/sentence.h"
#include "detect/techniques.h"
#include "detect/window.h"

/* From this many times the floor on, the alert is of high severity. */
#define HIGH_TIMES 10

/* Living connections of which something was said: so that each is said once per severity. */
#define SAID_MAX 65536

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
	struct map *said; /* by identity of the session or pair */
};

/* One judgement: what it is about, and what it is held against. */
struct judgement {
	const struct observation *o;
	uint64_t sent, received, floor;
	usec_t window;     /* 0: one connection */
	double pcr;
	enum severity severity;
};

static double
pcr_of(uint64_t sent, uint64_t received)
{
	return ((double)sent - (double)received) / ((double)sent + (double)received);
}

static void
write_reason(struct sentence *s, const struct judgement *j)
{
	const struct session *session = j->o->session;
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];

	sentence_clear(s);
	sentence_add(s, "%s sent ", address_text(client, &session->client.address));
	sentence_add_size(s, j->sent);
	sentence_add(s, " to the external mail server %s and received ", endpoint_text(server, &session->server));
	sentence_add_size(s, j->received);
	if (j->window > 0) {
		sentence_add(s, ", over all connections of the last ");
		sentence_add_span(s, j->window);
	} else {
		sentence_add(s, " in one connection");
	}
	sentence_add(s, ": find out which program on it mails so much, and what.");
}

static void
raise_alert(struct upload_asymmetry *u, const struct judgement *j)
{
	const struct upload_asymmetry_settings *settings = &u->context.settings->upload_asymmetry;
	const struct session *session = j->o->session;
	struct sentence reason, seen, volume, floor, ratio, least, key;
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct observation session_event = { .kind = OBSERVED_SESSION, .session = session };
	struct identity event = observation_id(&session_event);
	struct evidence evidence[2];
	struct alert alert = { .rule = &rule, .severity = j->severity, .time = j->o->time, .session = session };

	write_reason(&reason, j);
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
	    endpoint_text(server, &session->server));
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

/* Says what is to be said of this connection or pair, once per severity until `forget` has passed. */
static void
judge(struct upload_asymmetry *u, struct identity subject, struct judgement *j)
{
	const struct upload_asymmetry_settings *settings = &u->context.settings->upload_asymmetry;
	struct said *said;

	/* Nothing received at all means that the other direction is not seen: even an empty dialogue has a greeting. */
	if (j->received == 0 || j->sent < j->floor)
		return;
	j->pcr = pcr_of(j->sent, j->received);
	if (j->pcr < settings->pcr)
		return;
	j->severity = j->sent / HIGH_TIMES >= j->floor ? SEVERITY_HIGH : SEVERITY_MEDIUM;
	said = map_put(u->said, &subject, 0, 0, NULL);
	if (said != NULL) {
		bool again = j->window > 0 && j->o->time - said->at > j->window;

		if (said->severity_plus_one > (unsigned)j->severity && !again)
			return;
		said->severity_plus_one = (unsigned)j->severity + 1;
		said->at = j->o->time;
		map_touch(u->said, said, 0);
	}
	raise_alert(u, j);
}

static struct identity
pair_identity(const struct session *s)
{
	struct {
		struct address client, server;
		uint8_t port[2];
	} pair = { s->client.address, s->server.address, { (uint8_t)(s->server.port >> 8), (uint8_t)s->server.port } };

	return identity_of(BYTES("pair"), bytes_of(&pair, sizeof(pair)));
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
	uint64_t sums[WINDOW_SUMS];
	struct judgement j = { .o = o };

	if (o->kind != OBSERVED_VOLUME || !is_mail(s))
		return;
	if (site_direction(u->context.site, &s->client.address, &s->server.address) != SITE_OUTBOUND ||
	    networks_have(&settings->allow_clients, &s->client.address) ||
	    networks_have(&settings->allow_servers, &s->server.address))
		return;
	j.sent = o->volume->total[FROM_CLIENT];
	j.received = o->volume->total[FROM_SERVER];
	j.floor = settings->bytes;
	judge(u, s->id, &j);
	if (!window_add(u->pairs, pair_identity(s), o->time, o->volume->bytes, sums))
		return;
	j.sent = sums[FROM_CLIENT];
	j.received = sums[FROM_SERVER];
	j.floor = settings->pair_bytes;
	j.window = settings->window;
	judge(u, pair_identity(s), &j);
}

static void
tick(void *self, usec_t now)
{
	window_expire(((struct upload_asymmetry *)self)->pairs, now);
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

static void *
open_detector(const struct detector_context *context)
{
	const struct upload_asymmetry_settings *settings = &context->settings->upload_asymmetry;
	struct upload_asymmetry *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->context = *context;
	u->pairs = window_new(settings->pairs, settings->window);
	u->said = map_new(sizeof(struct identity), sizeof(struct said), SAID_MAX, NULL, NULL);
	if (u->pairs == NULL || u->said == NULL) {
		close_detector(u);
		return NULL;
	}
	return u;
}

/* A window of another span begins anew: sums over the old one mean nothing in it. */
static void
reload(void *self, const struct detector_context *context)
{
	struct upload_asymmetry *u = self;
	const struct upload_asymmetry_settings *before = &u->context.settings->upload_asymmetry,
					       *after = &context->settings->upload_asymmetry;
	struct window *fresh;

	if (before->window != after->window || before->pairs != after->pairs) {
		fresh = window_new(after->pairs, after->window);
		if (fresh != NULL) {
			window_free(u->pairs);
			u->pairs = fresh;
		}
	}
	u->context = *context;
}

const struct detector detector_upload_asymmetry = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	.tick = tick,
	.close = close_detector,
	.reload = reload,
};
