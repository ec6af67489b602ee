/* SPDX-License-Identifier: Apache-2.0
 *
 * starttls_stripped: somebody on the way takes the offer to encrypt out of the dialogue, so that it stays readable.
 *
 * A server that offered STARTTLS before, to anybody, and does not offer it now: of medium severity, since it may have been
 * set up anew. Of high severity when a word as long as STARTTLS stands painted over among its offers, or when a command
 * was painted over on its way to the server: that does no server. The mask alone says nothing: some firewalls paint over
 * every capability that they do not know.
 */
#include <stdlib.h>

#include "detect/detectors.h"
#include "detect/sentence.h"
#include "detect/server_offers.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "starttls_stripped",
	.id = "mailtap-0021",
	.description = "A server's offer to encrypt was taken out of the dialogue.",
	.action = "starttls-stripped",
	.techniques = { &technique_in_the_middle, NULL },
};

struct starttls_stripped {
	struct detector_context context;
	struct server_offers *offers;
	size_t servers;
	uint64_t forgotten; /* by tables that a reload replaced */
};

static bool
is_excused(const struct starttls_stripped *d, const struct observation *o)
{
	const struct starttls_stripped_settings *settings = &d->context.settings->starttls_stripped;
	const struct session *s = o->session;
	struct allow_subject subject = { .time = o->time, .client = &s->client.address, .server = &s->server.address };

	return networks_have(&settings->allow_clients, &s->client.address) ||
	    networks_have(&settings->allow_servers, &s->server.address) ||
	    allow_covers(&settings->allow, &d->context.settings->allow, &subject);
}

/* offer: the one made earlier; NULL: none is remembered. */
static void
raise_alert(struct starttls_stripped *d, const struct observation *o, enum severity severity, const char *seen,
    const struct server_offer *offer)
{
	const struct session *session = o->session;
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX], other[ADDRESS_TEXT_MAX], first[CLOCK_TEXT_MAX],
	    last[CLOCK_TEXT_MAX];
	struct sentence reason, key, before;
	struct observation now_event = { .kind = OBSERVED_SESSION, .session = session };
	struct session earlier = { 0 };
	struct observation then_event = { .kind = OBSERVED_SESSION, .session = &earlier };
	struct identity events[2] = { observation_id(&now_event) };
	struct evidence evidence[2];
	struct alert alert = { .rule = &rule, .severity = severity, .risk = severity >= SEVERITY_HIGH ? 73 : 47,
		.time = o->time, .session = session, .evidence = evidence, .evidence_count = 1 };

	sentence_clear(&reason);
	sentence_add(&reason, "%s talked to %s: %s", address_text(client, &session->client.address),
	    endpoint_text(server, &session->server), seen);
	evidence[0] = (struct evidence){ .kind = "dialogue", .seen_text = bytes_str(seen), .events = &events[0],
		.event_count = 1 };
	sentence_clear(&before);
	if (offer != NULL) {
		earlier.id = offer->session;
		events[1] = observation_id(&then_event);
		sentence_add(&before, "STARTTLS was offered in %llu session%s from %s to %s, last to %s",
		    (unsigned long long)offer->sessions, offer->sessions == 1 ? "" : "s", clock_text(first, offer->first),
		    clock_text(last, offer->last), address_text(other, &offer->client));
		sentence_add(&reason, "; this server offered it before, last at %s to %s", last, other);
		evidence[1] = (struct evidence){ .kind = "history", .seen_text = sentence_bytes(&before), .events = &events[1],
			.event_count = 1 };
		alert.evidence_count = 2;
	}
	sentence_add(&reason, "; look for who sits between them, and at what the client sent in the clear.");
	sentence_clear(&key);
	sentence_add(&key, "%s > %s", client, server);
	alert.key_text = sentence_bytes(&key);
	alert.reason_text = sentence_bytes(&reason);
	alert_book_raise(d->context.alerts, &alert);
}

static void
judge_session(struct starttls_stripped *d, const struct observation *o)
{
	const struct session_report *r = o->report;
	const struct server_offer *offer;

	server_offers_note(d->offers, o);
	if (r->end == SESSION_LIVES || r->starttls_offered || !r->offers_seen || r->starttls || r->one_sided ||
	    o->session->midstream || r->traffic[FROM_SERVER].missing > 0 || is_excused(d, o))
		return;
	offer = server_offers_find(d->offers, &o->session->server, o->time,
	    d->context.settings->starttls_stripped.memory);
	if (offer == NULL)
		return;
	if (r->starttls_masked)
		raise_alert(d, o, SEVERITY_HIGH, "STARTTLS was not offered, and a word as long stood painted over in its place",
		    offer);
	else
		raise_alert(d, o, SEVERITY_MEDIUM, "STARTTLS was not offered", offer);
}

static void
judge_anomaly(struct starttls_stripped *d, const struct observation *o)
{
	if (!bytes_equal(bytes_str(o->anomaly->name), BYTES("starttls_rewritten")) || is_excused(d, o))
		return;
	raise_alert(d, o, SEVERITY_HIGH, "the client's STARTTLS was painted over on its way to the server",
	    server_offers_find(d->offers, &o->session->server, o->time, d->context.settings->starttls_stripped.memory));
}

static void
observe(void *self, const struct observation *o)
{
	if (o->kind == OBSERVED_SESSION)
		judge_session(self, o);
	else if (o->kind == OBSERVED_ANOMALY)
		judge_anomaly(self, o);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->starttls_stripped.enabled;
}

static void
close_detector(void *self)
{
	struct starttls_stripped *d = self;

	server_offers_free(d->offers);
	free(d);
}

static void *
open_detector(const struct detector_context *context)
{
	struct starttls_stripped *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->context = *context;
	d->servers = context->settings->starttls_stripped.servers;
	d->offers = server_offers_new(d->servers);
	if (d->offers == NULL) {
		close_detector(d);
		return NULL;
	}
	return d;
}

/* With another ceiling it learns anew; without memory for that the old table goes on. */
static void
reload(void *self, const struct detector_context *context)
{
	struct starttls_stripped *d = self;
	size_t servers = context->settings->starttls_stripped.servers;
	struct server_offers *fresh;

	d->context = *context;
	if (d->servers == servers || (fresh = server_offers_new(servers)) == NULL)
		return;
	d->forgotten += server_offers_evicted(d->offers);
	server_offers_free(d->offers);
	d->offers = fresh;
	d->servers = servers;
}

static uint64_t
forgotten(const void *self)
{
	const struct starttls_stripped *d = self;

	return d->forgotten + server_offers_evicted(d->offers);
}

#define SECTION "starttls_stripped.offers"

static void
save(const void *self, struct state_out *out)
{
	server_offers_save(((const struct starttls_stripped *)self)->offers, SECTION, out);
}

static unsigned
load(void *self, struct bytes image)
{
	return !server_offers_load(((struct starttls_stripped *)self)->offers, SECTION, image);
}

const struct detector detector_starttls_stripped = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	.close = close_detector,
	.reload = reload,
	.forgotten = forgotten,
	.save = save,
	.load = load,
};
