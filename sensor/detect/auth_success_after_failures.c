/* SPDX-License-Identifier: Apache-2.0
 *
 * auth_success_after_failures: a login succeeded for the client or the account of a spray or brute force.
 *
 * A client network that had the account's password before proves nothing by having it again, and its failures are those
 * of an old password: neither counts. A new one that succeeds after its own failures does; so does one that succeeds on
 * an account at which others failed, if it failed there too, or if the account has been known for long enough that its
 * own clients are known as well.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "auth_success_after_failures",
	.id = "mailtap-0016",
	.description = "A login succeeded for the client or the account of a spray or brute force.",
	.action = "password-found",
	.techniques = { &technique_brute_force, &technique_valid_accounts, NULL },
};

struct auth_success {
	struct kit kit;
	struct window *failures;  /* by account; by client network; by both */
	struct spread *accounts;  /* that failed, by client network */
	struct first_seen *known; /* account, server and client network of each success; and the account alone */
};

#define OPTION(member) offsetof(struct detect_settings, auth_success_after_failures.member)

static const struct kit_row rows[] = {
	{ .name = "auth_success.failures",
	    .kind = KIT_WINDOW,
	    .at = offsetof(struct auth_success, failures),
	    .share = 40,
	    .span_option = OPTION(window) },
	{ .name = "auth_success.accounts",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct auth_success, accounts),
	    .share = 30,
	    .span_option = OPTION(window) },
	{ .name = "auth_success.known",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct auth_success, known),
	    .share = 20,
	    .span = 90 * 86400 * USEC_PER_SEC },
};

/* The keys of a login. */
struct parties {
	struct bytes account;
	struct identity pair, by_account, by_client;
};

/* What had failed before it succeeded. */
struct history {
	uint64_t of_account, of_client, of_pair, accounts;
};

static uint64_t
failures_of(const struct auth_success *d, struct identity key, usec_t now)
{
	uint64_t sums[WINDOW_SUMS];

	window_sums(d->failures, key, now, sums);
	return sums[0];
}

static void
raise_alert(struct auth_success *d, const struct observation *o, const struct parties *p, const struct history *h,
    bool by_client)
{
	const struct auth_success_settings *settings = &d->kit.context.settings->auth_success_after_failures;
	const struct session *s = o->session;
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX], network[KIT_NETWORK_TEXT_MAX];
	struct draft a;
	struct exhibit *x;

	draft_begin(&a, &rule, by_client ? SEVERITY_HIGH : SEVERITY_MEDIUM, o);
	address_text(client, &s->client.address);
	kit_network_text(network, &s->client.address);
	sentence_add(&a.reason, "%s logged in to the account ", client);
	sentence_add_wire(&a.reason, p->account, 100);
	sentence_add(&a.reason, " on %s after ", endpoint_text(server, &s->server));
	if (by_client)
		sentence_add(&a.reason, "%llu failures with %llu accounts from its network %s",
		    (unsigned long long)h->of_client, (unsigned long long)h->accounts, network);
	else
		sentence_add(&a.reason, "%llu failures at this account, and never did so before",
		    (unsigned long long)h->of_account);
	sentence_add(&a.reason, " within ");
	sentence_add_span(&a.reason, settings->window);
	sentence_add(&a.reason,
	    ", held against %llu failures or %llu accounts: take the password for found, change it and end "
	    "the account's sessions.",
	    (unsigned long long)settings->failures, (unsigned long long)settings->accounts);
	sentence_add_wire(&a.key, p->account, KIT_ACCOUNT_MAX);
	sentence_add(&a.key, " < %s", network);
	x = draft_exhibit(&a, "failures");
	sentence_add(&x->seen, by_client ? "failures from this client network" : "failures at this account");
	sentence_add(&x->figure, "%llu", (unsigned long long)(by_client ? h->of_client : h->of_account));
	sentence_add(&x->held_against, "at least %llu", (unsigned long long)settings->failures);
	x = draft_exhibit(&a, "accounts");
	sentence_add(&x->seen, "accounts that failed from this client network");
	sentence_add(&x->figure, "%llu", (unsigned long long)h->accounts);
	sentence_add(&x->held_against, "at least %llu", (unsigned long long)settings->accounts);
	draft_user(&a, p->account);
	draft_raise(&a, d->kit.context.alerts);
}

static void
succeeded(struct auth_success *d, const struct observation *o, const struct parties *p)
{
	const struct auth_success_settings *settings = &d->kit.context.settings->auth_success_after_failures;
	struct seen pair = first_seen_note(d->known, p->pair, o->time);
	struct seen account = first_seen_note(d->known, p->by_account, o->time);
	struct history h = { .of_account = failures_of(d, p->by_account, o->time),
		.of_client = failures_of(d, p->by_client, o->time),
		.of_pair = failures_of(d, p->pair, o->time),
		.accounts = spread_count(d->accounts, p->by_client, o->time) };
	bool shared = (site_roles(d->kit.context.site, &o->session->client.address, o->time) & SITE_ROLES_SHARED) != 0;
	bool by_client = !shared && (h.of_client >= settings->failures || h.accounts >= settings->accounts);
	bool account_is_old = account.times > 0 && o->time - account.first >= d->kit.context.settings->learning;

	if (pair.times > 0 || kit_excuses(&d->kit, &settings->allow, 0, o, &p->account, 1))
		return;
	if (by_client || (h.of_account >= settings->failures && (h.of_pair > 0 || account_is_old)))
		raise_alert(d, o, p, &h, by_client);
}

static void
failed(struct auth_success *d, const struct observation *o, const struct parties *p)
{
	const struct identity keys[] = { p->by_account, p->by_client, p->pair };
	const uint64_t more[WINDOW_SUMS] = { 1, 0 };
	uint64_t sums[WINDOW_SUMS];

	if (first_seen_find(d->known, p->pair, o->time) != NULL)
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		(void)window_add(d->failures, keys[i], o->time, more, sums);
	(void)spread_add(d->accounts, p->by_client, o->time, p->by_account, NULL);
}

static void
observe(void *self, const struct observation *o)
{
	struct auth_success *d = self;
	char name[KIT_ACCOUNT_MAX];
	struct parties p;
	struct address network;

	if (o->kind != OBSERVED_LOGIN || o->login->outcome == LOGIN_UNKNOWN)
		return;
	p.account = kit_account(name, o->login->user_text, o->login->domain_text);
	if (p.account.len == 0)
		return;
	network = kit_network(&o->session->client.address);
	p.pair = kit_pair(p.account, o->session);
	p.by_account = kit_key("account", p.account, kit_address_bytes(&o->session->server.address));
	p.by_client = kit_key("client", kit_address_bytes(&network), kit_address_bytes(&o->session->server.address));
	if (o->login->outcome == LOGIN_SUCCESS)
		succeeded(d, o, &p);
	else
		failed(d, o, &p);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->auth_success_after_failures.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct auth_success), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_auth_success_after_failures = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
