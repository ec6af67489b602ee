/* SPDX-License-Identifier: Apache-2.0
 *
 * auth_then_collection: failures, then a success, then bulk reading: somebody found a password and helps himself.
 *
 *	failures of the account or the client network ---> success of a client new to it ---> so many messages read
 *	                (window)                                        (within)
 *
 * Only reading from the network that succeeded counts: the owner goes on reading meanwhile.
 */
#include <stdio.h>

#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "auth_then_collection",
	.id = "mailtap-0017",
	.description = "After failed logins one succeeded, and then mail was read in bulk.",
	.action = "mailbox-taken",
	.techniques = { &technique_remote_collection, &technique_brute_force, NULL },
};

/* A success that came after failures. */
struct suspect {
	usec_t last; /* of the success */
	uint64_t failures, said;
	struct identity event; /* of the login */
	struct distinct read;  /* messages since */
};

struct auth_then_collection {
	struct kit kit;
	struct window *failures;  /* by account and server; by client network and server */
	struct first_seen *known; /* account, server and client network of each success */
	struct map *suspects;	  /* by the same */
};

#define OPTION(member) offsetof(struct detect_settings, auth_then_collection.member)

static bool
is_suspect(const void *value)
{
	return distinct_is_sound(&((const struct suspect *)value)->read);
}

static const struct kit_row rows[] = {
	{ .name = "auth_then_collection.failures",
	    .kind = KIT_WINDOW,
	    .at = offsetof(struct auth_then_collection, failures),
	    .share = 30,
	    .span_option = OPTION(window) },
	{ .name = "auth_then_collection.known",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct auth_then_collection, known),
	    .share = 20,
	    .span = 90 * 86400 * USEC_PER_SEC },
	{ .name = "auth_then_collection.suspects",
	    .kind = KIT_MAP,
	    .at = offsetof(struct auth_then_collection, suspects),
	    .share = 10,
	    .span_option = OPTION(within),
	    .value_size = sizeof(struct suspect),
	    .fits = is_suspect },
};

static void
raise_alert(struct auth_then_collection *d, const struct observation *o, struct bytes account, const struct suspect *s,
    uint64_t read)
{
	const struct auth_then_collection_settings *settings = &d->kit.context.settings->auth_then_collection;
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX], network[KIT_NETWORK_TEXT_MAX], held[64];
	struct draft a;

	draft_begin(&a, &rule, SEVERITY_CRITICAL, o);
	draft_event(&a, s->event);
	address_text(client, &o->session->client.address);
	sentence_add(&a.reason, "%s logged in to the account ", client);
	sentence_add_wire(&a.reason, account, 100);
	sentence_add(&a.reason, " on %s after %llu failures and read %llu messages of it within ",
	    endpoint_text(server, &o->session->server), (unsigned long long)s->failures, (unsigned long long)read);
	sentence_add_span(&a.reason, settings->within);
	sentence_add(&a.reason,
	    ", held against %llu failures and %llu messages: lock the account now, then find out what was "
	    "in them.",
	    (unsigned long long)settings->failures, (unsigned long long)settings->messages);
	sentence_add_wire(&a.key, account, KIT_ACCOUNT_MAX);
	sentence_add(&a.key, " < %s", kit_network_text(network, &o->session->client.address));
	snprintf(held, sizeof(held), "at least %llu", (unsigned long long)settings->failures);
	draft_figure(&a, "failures", "failed logins before the success", held, "%llu", (unsigned long long)s->failures);
	snprintf(held, sizeof(held), "at least %llu", (unsigned long long)settings->messages);
	draft_figure(&a, "messages", "messages read after the success", held, "%llu", (unsigned long long)read);
	draft_user(&a, account);
	draft_raise(&a, d->kit.context.alerts);
}

static uint64_t
failures_of(const struct auth_then_collection *d, struct identity key, usec_t now)
{
	uint64_t sums[WINDOW_SUMS];

	window_sums(d->failures, key, now, sums);
	return sums[0];
}

static void
note_login(struct auth_then_collection *d, const struct observation *o)
{
	const struct auth_then_collection_settings *settings = &d->kit.context.settings->auth_then_collection;
	const struct session *s = o->session;
	struct address network = kit_network(&s->client.address);
	char name[KIT_ACCOUNT_MAX];
	struct bytes account = kit_account(name, o->login->user_text, bytes_of(NULL, 0));
	struct identity pair = kit_pair(account, s);
	struct identity by_account = kit_key("account", account, kit_address_bytes(&s->server.address));
	struct identity by_client =
	    kit_key("client", kit_address_bytes(&network), kit_address_bytes(&s->server.address));
	bool shared = (site_roles(d->kit.context.site, &s->client.address, o->time) & SITE_ROLES_SHARED) != 0;
	const uint64_t more[WINDOW_SUMS] = { 1, 0 };
	uint64_t sums[WINDOW_SUMS], failures;
	struct suspect *suspect;

	if (account.len == 0 || o->login->outcome == LOGIN_UNKNOWN)
		return;
	if (o->login->outcome == LOGIN_FAILURE) {
		if (first_seen_find(d->known, pair, o->time) != NULL)
			return;
		(void)window_add(d->failures, by_account, o->time, more, sums);
		if (!shared)
			(void)window_add(d->failures, by_client, o->time, more, sums);
		return;
	}
	if (first_seen_note(d->known, pair, o->time).times > 0)
		return;
	failures = failures_of(d, by_account, o->time);
	if (failures_of(d, by_client, o->time) > failures)
		failures = failures_of(d, by_client, o->time);
	if (failures < settings->failures || (suspect = map_put(d->suspects, &pair, 0, 0, NULL)) == NULL)
		return;
	map_touch(d->suspects, suspect, 0);
	*suspect = (struct suspect){ .last = o->time, .failures = failures, .event = observation_id(o) };
}

/* `at_least`: messages that the session is known to have read, however few of them were seen one by one. */
static void
note_reading(struct auth_then_collection *d, const struct observation *o, struct bytes account_text,
    const struct identity *message, uint64_t at_least)
{
	const struct auth_then_collection_settings *settings = &d->kit.context.settings->auth_then_collection;
	char name[KIT_ACCOUNT_MAX];
	struct bytes account = kit_account(name, account_text, bytes_of(NULL, 0));
	struct identity pair = kit_pair(account, o->session);
	struct suspect *s = account.len > 0 ? map_find(d->suspects, &pair) : NULL;
	uint64_t read;

	if (s == NULL || s->said || o->time - s->last > settings->within)
		return;
	if (message != NULL)
		(void)distinct_add(&s->read, *message);
	read = distinct_count(&s->read);
	if (at_least > read)
		read = at_least;
	if (read < settings->messages || kit_excuses(&d->kit, &settings->allow, SITE_ROLES_READING, o, &account, 1))
		return;
	s->said = 1;
	raise_alert(d, o, account, s, read);
}

static void
observe(void *self, const struct observation *o)
{
	struct auth_then_collection *d = self;
	struct identity message;

	if (o->kind == OBSERVED_LOGIN) {
		note_login(d, o);
	} else if (kit_is_reading(o)) {
		message = kit_message(o);
		note_reading(d, o, o->message->item.account_text, &message, 0);
	} else if (o->kind == OBSERVED_SESSION && o->report->has_collection) {
		note_reading(d, o, o->report->collection.account_text, NULL, o->report->collection.read_whole);
	}
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->auth_then_collection.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct auth_then_collection), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_auth_then_collection = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
