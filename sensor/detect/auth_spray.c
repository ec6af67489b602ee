/* SPDX-License-Identifier: Apache-2.0
 *
 * auth_spray: passwords are tried on many accounts.
 *
 * From one client network within an hour; or on one server over days, a few attempts an hour and nearly each from a new
 * address (Microsoft on STRONTIUM, 2020), which only a count by server shows. People mistype, and their telephones hold
 * old passwords: the count by server leaves out a failure that the same client makes good soon, and one of a client
 *that had the password before.
 *
 *	failure ---> pending ---- patience passed ---> counts for the server
 *	                \---- success -------------> was a slip
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

#define HIGH_TIMES 3

static const struct alert_rule rule = {
	.name = "auth_spray",
	.id = "mailtap-0014",
	.description = "Passwords were tried on many accounts.",
	.action = "password-sprayed",
	.techniques = { &technique_spraying, NULL },
};

/* A failure that may yet prove a slip. */
struct pending {
	usec_t last;
	struct identity account;
	struct address network, server;
};

struct auth_spray {
	struct kit kit;
	struct spread *clients;	  /* accounts that failed, by client network and server */
	struct spread *servers;	  /* accounts that failed, by server */
	struct spread *sources;	  /* client networks of these */
	struct map *pending;	  /* by account, server and client network */
	struct first_seen *known; /* the same of each success */
	struct map *said;
};

#define OPTION(member) offsetof(struct detect_settings, auth_spray.member)

static const struct kit_row rows[] = {
	{ .name = "auth_spray.clients",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct auth_spray, clients),
	    .share = 30,
	    .span_option = OPTION(window) },
	{ .name = "auth_spray.servers",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct auth_spray, servers),
	    .share = 5,
	    .span_option = OPTION(server_window) },
	{ .name = "auth_spray.sources",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct auth_spray, sources),
	    .share = 5,
	    .span_option = OPTION(server_window) },
	{ .name = "auth_spray.pending",
	    .kind = KIT_MAP,
	    .at = offsetof(struct auth_spray, pending),
	    .share = 20,
	    .span_option = OPTION(patience),
	    .value_size = sizeof(struct pending) },
	{ .name = "auth_spray.known",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct auth_spray, known),
	    .share = 20,
	    .span = 90 * 86400 * USEC_PER_SEC },
	{ .name = "auth_spray.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct auth_spray, said),
	    .share = 5,
	    .span_option = OPTION(server_window),
	    .value_size = sizeof(struct kit_said) },
};

static enum severity
severity_of(uint64_t count, uint64_t least)
{
	return count >= HIGH_TIMES * least ? SEVERITY_HIGH : SEVERITY_MEDIUM;
}

static void
raise_for_client(
    struct auth_spray *d, const struct observation *o, struct bytes account, uint64_t count, enum severity severity)
{
	const struct auth_spray_settings *settings = &d->kit.context.settings->auth_spray;
	const struct session *s = o->session;
	char network[KIT_NETWORK_TEXT_MAX], server[ENDPOINT_TEXT_MAX], address[ADDRESS_TEXT_MAX];
	struct sentence held;
	struct draft a;

	draft_begin(&a, &rule, severity, o);
	kit_network_text(network, &s->client.address);
	sentence_clear(&held);
	sentence_add(&held, "at least %llu within ", (unsigned long long)settings->accounts);
	sentence_add_span(&held, settings->window);
	sentence_add(&a.reason, "Logins to %llu accounts on %s failed from %s within ", (unsigned long long)count,
	    endpoint_text(server, &s->server), network);
	sentence_add_span(&a.reason, settings->window);
	sentence_add(&a.reason, ", the latest to ");
	sentence_add_wire(&a.reason, account, 100);
	sentence_add(&a.reason, ", held against %llu accounts; block the network, and look for a success after it.",
	    (unsigned long long)settings->accounts);
	sentence_add(&a.key, "%s > %s", network, address_text(address, &s->server.address));
	draft_figure(
	    &a, "accounts", "accounts that failed from this network", held.text, "%llu", (unsigned long long)count);
	draft_user(&a, account);
	draft_raise(&a, d->kit.context.alerts);
}

static void
raise_for_server(struct auth_spray *d, usec_t now, const struct address *server, uint64_t count, uint64_t sources,
    enum severity severity)
{
	const struct auth_spray_settings *settings = &d->kit.context.settings->auth_spray;
	/* What made it full may be long gone: it rests on no event in particular. */
	struct observation nothing = { .kind = OBSERVED_LOSS, .time = now };
	char address[ADDRESS_TEXT_MAX];
	struct sentence held;
	struct draft a;

	draft_begin(&a, &rule, severity, &nothing);
	address_text(address, server);
	sentence_clear(&held);
	sentence_add(&held, "at least %llu within ", (unsigned long long)settings->server_accounts);
	sentence_add_span(&held, settings->server_window);
	sentence_add(&a.reason, "Logins to %llu accounts on %s failed within ", (unsigned long long)count, address);
	sentence_add_span(&a.reason, settings->server_window);
	sentence_add(&a.reason,
	    ", from %llu networks that never had their passwords, held against %llu accounts: somebody "
	    "tries few passwords on many accounts, slowly; look for successes from new networks.",
	    (unsigned long long)sources, (unsigned long long)settings->server_accounts);
	sentence_add(&a.key, "* > %s", address);
	draft_figure(
	    &a, "accounts", "accounts that failed on this server", held.text, "%llu", (unsigned long long)count);
	draft_figure(&a, "sources", "client networks they failed from", "", "%llu", (unsigned long long)sources);
	draft_host(&a, bytes_str(address));
	draft_raise(&a, d->kit.context.alerts);
}

/* Failures that nothing made good count for their server. */
static void
count_pending(struct auth_spray *d, usec_t now)
{
	const struct auth_spray_settings *settings = &d->kit.context.settings->auth_spray;
	struct pending *oldest;

	while ((oldest = map_oldest(d->pending, 0)) != NULL && now - oldest->last > settings->patience) {
		struct pending p = *oldest;
		struct bytes network = kit_address_bytes(&p.network);
		struct identity server = kit_key("server", kit_address_bytes(&p.server), bytes_of(NULL, 0));
		uint64_t count, sources;
		enum severity severity;
		bool grew;

		map_remove(d->pending, oldest);
		count = spread_add(d->servers, server, p.last, p.account, &grew);
		sources = spread_add(d->sources, server, p.last, kit_key("network", network, bytes_of(NULL, 0)), NULL);
		severity = severity_of(count, settings->server_accounts);
		if (grew && count >= settings->server_accounts &&
		    kit_note_said(d->said, server, severity, now, settings->server_window))
			raise_for_server(d, now, &p.server, count, sources, severity);
	}
}

static void
failed(struct auth_spray *d, const struct observation *o, struct bytes account, struct identity pair)
{
	const struct auth_spray_settings *settings = &d->kit.context.settings->auth_spray;
	const struct session *s = o->session;
	struct address network = kit_network(&s->client.address);
	struct identity key = kit_key("client", kit_address_bytes(&network), kit_address_bytes(&s->server.address));
	struct identity what = kit_key("account", account, bytes_of(NULL, 0));
	struct pending *p = map_put(d->pending, &pair, 0, 0, NULL);
	enum severity severity;
	uint64_t count;
	bool grew;

	if (p != NULL && p->last == 0) {
		*p = (struct pending){
			.last = o->time, .account = what, .network = network, .server = s->server.address
		};
		map_touch(d->pending, p, 0);
	}
	if ((site_roles(d->kit.context.site, &s->client.address, o->time) & SITE_ROLES_SHARED) != 0)
		return;
	count = spread_add(d->clients, key, o->time, what, &grew);
	severity = severity_of(count, settings->accounts);
	if (grew && count >= settings->accounts && kit_note_said(d->said, key, severity, o->time, settings->window))
		raise_for_client(d, o, account, count, severity);
}

static void
observe(void *self, const struct observation *o)
{
	struct auth_spray *d = self;
	const struct auth_spray_settings *settings = &d->kit.context.settings->auth_spray;
	char name[KIT_ACCOUNT_MAX];
	struct bytes account;
	struct identity pair;
	struct pending *p;

	if (o->kind != OBSERVED_LOGIN || o->login->outcome == LOGIN_UNKNOWN)
		return;
	count_pending(d, o->time);
	account = kit_account(name, o->login->user_text, o->login->domain_text);
	if (account.len == 0)
		return;
	pair = kit_pair(account, o->session);
	if (o->login->outcome == LOGIN_SUCCESS) {
		(void)first_seen_note(d->known, pair, o->time);
		p = map_find(d->pending, &pair);
		if (p != NULL)
			map_remove(d->pending, p);
	} else if (first_seen_find(d->known, pair, o->time) == NULL &&
		   !kit_excuses(&d->kit, &settings->allow, 0, o, &account, 1)) {
		failed(d, o, account, pair);
	}
}

static void
tick(void *self, usec_t now)
{
	count_pending(self, now);
	kit_tick(self, now);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->auth_spray.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct auth_spray), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_auth_spray = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	.tick = tick,
	.close = kit_close,
	.reload = kit_reload,
	.forgotten = kit_forgotten,
	.save = kit_save,
	.load = kit_load,
};
