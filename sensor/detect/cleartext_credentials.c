/* SPDX-License-Identifier: Apache-2.0
 *
 * cleartext_credentials: a login crossed the wire so that whoever listens can read the secret (RFC 8314 section 3:
 * obsolete). Of high severity when the server had offered to encrypt, in this session or another: then the client is at
 * fault, or made to be. The secret itself is never kept, and so never told.
 */
#include <stdlib.h>

#include "detect/detectors.h"
#include "detect/sentence.h"
#include "detect/kit.h"
#include "detect/server_offers.h"
#include "detect/techniques.h"

#define USER_MAX 128
#define MECHANISM_MAX 32

/* Packet time for which an offer says something about a login. */
#define OFFER_MEMORY (30 * 24 * 3600 * USEC_PER_SEC)

static const struct alert_rule rule = {
	.name = "cleartext_credentials",
	.id = "mailtap-0020",
	.description = "A login crossed the wire readable.",
	.action = "login-readable",
	.techniques = { &technique_sniffing, NULL },
};

struct cleartext_credentials {
	struct detector_context context;
	struct server_offers *offers;
	size_t servers;
	uint64_t forgotten; /* by tables that a reload replaced */
};

static const char *
outcome_words(enum login_outcome outcome)
{
	static const char *const words[] = {
		[LOGIN_UNKNOWN] = "with an outcome that was not seen",
		[LOGIN_SUCCESS] = "with success",
		[LOGIN_FAILURE] = "in vain",
	};

	return words[outcome];
}

static void
raise_alert(struct cleartext_credentials *d, const struct observation *o, const struct server_offer *offer)
{
	const struct session *session = o->session;
	const struct login_report *login = o->login;
	bool offered = login->starttls_offered || offer != NULL;
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX], last[CLOCK_TEXT_MAX];
	struct sentence reason, key, seen, before;
	struct identity event = observation_id(o);
	struct evidence evidence[2];
	struct alert alert = { .rule = &rule, .severity = offered ? SEVERITY_HIGH : SEVERITY_MEDIUM, .risk = offered ? 73 : 47,
		.time = o->time, .session = session, .evidence = evidence, .evidence_count = 1 };

	sentence_clear(&seen);
	sentence_add(&seen, "mechanism ");
	sentence_add_wire(&seen, login->mechanism, MECHANISM_MAX);
	sentence_add(&seen, ", user ");
	sentence_add_wire(&seen, login->user_text, USER_MAX);
	evidence[0] = (struct evidence){ .kind = "login", .seen_text = sentence_bytes(&seen), .events = &event,
		.event_count = 1 };
	sentence_clear(&reason);
	sentence_add_wire(&reason, login->user_text.len > 0 ? login->user_text : BYTES("Somebody"), USER_MAX);
	sentence_add(&reason, " logged in from %s to %s ", address_text(client, &session->client.address),
	    endpoint_text(server, &session->server));
	sentence_add(&reason, "%s, by ", outcome_words(login->outcome));
	sentence_add_wire(&reason, login->mechanism, MECHANISM_MAX);
	sentence_add(&reason, " without encryption: whoever listens can read the secret");
	sentence_clear(&before);
	if (login->starttls_offered) {
		sentence_add(&before, "the server had offered STARTTLS in this session");
	} else if (offer != NULL) {
		sentence_add(&before, "the server offered STARTTLS in other sessions, last at %s", clock_text(last, offer->last));
	}
	if (offered) {
		sentence_add(&reason, "; ");
		sentence_add_wire(&reason, sentence_bytes(&before), SENTENCE_MAX);
		evidence[1] = (struct evidence){ .kind = "offer", .seen_text = sentence_bytes(&before) };
		alert.evidence_count = 2;
	}
	sentence_add(&reason, "; let the client insist on TLS, and change the secret.");
	sentence_clear(&key);
	sentence_add_wire(&key, login->user_text, USER_MAX);
	sentence_add(&key, " > %s", server);
	alert.key_text = sentence_bytes(&key);
	alert.reason_text = sentence_bytes(&reason);
	alert.users = (struct slices){ .at = &login->user_text, .len = login->user_text.len > 0 ? 1 : 0 };
	alert_book_raise(d->context.alerts, &alert);
}

static bool
is_excused(const struct cleartext_credentials *d, const struct observation *o)
{
	const struct cleartext_credentials_settings *settings = &d->context.settings->cleartext_credentials;
	const struct session *s = o->session;
	char account[KIT_ACCOUNT_MAX];
	struct allow_subject subject = { .time = o->time,
		.client = &s->client.address,
		.server = &s->server.address,
		.who = { kit_account(account, o->login->user_text, o->login->domain_text) } };

	return networks_have(&settings->allow_clients, &s->client.address) ||
	    networks_have(&settings->allow_servers, &s->server.address) ||
	    allow_covers(&settings->allow, &d->context.settings->allow, &subject);
}

static void
observe(void *self, const struct observation *o)
{
	struct cleartext_credentials *d = self;

	if (o->kind == OBSERVED_SESSION)
		server_offers_note(d->offers, o);
	if (o->kind != OBSERVED_LOGIN || !o->login->cleartext || is_excused(d, o))
		return;
	raise_alert(d, o, server_offers_find(d->offers, &o->session->server, o->time, OFFER_MEMORY));
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->cleartext_credentials.enabled;
}

static void
close_detector(void *self)
{
	struct cleartext_credentials *d = self;

	server_offers_free(d->offers);
	free(d);
}

static void *
open_detector(const struct detector_context *context)
{
	struct cleartext_credentials *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->context = *context;
	d->servers = context->settings->cleartext_credentials.servers;
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
	struct cleartext_credentials *d = self;
	size_t servers = context->settings->cleartext_credentials.servers;
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
	const struct cleartext_credentials *d = self;

	return d->forgotten + server_offers_evicted(d->offers);
}

#define SECTION "cleartext_credentials.offers"

static void
save(const void *self, struct state_out *out)
{
	server_offers_save(((const struct cleartext_credentials *)self)->offers, SECTION, out);
}

static unsigned
load(void *self, struct bytes image)
{
	return !server_offers_load(((struct cleartext_credentials *)self)->offers, SECTION, image);
}

const struct detector detector_cleartext_credentials = {
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
