/* SPDX-License-Identifier: Apache-2.0
 *
 * privileged_login: a listed account logged in, from where it never did. Nothing is learnt beforehand: the first time
 * is said, and so is each new network; then the network is known.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "privileged_login",
	.id = "mailtap-0018",
	.description = "A listed account logged in from where it never did before.",
	.action = "privileged-login",
	.techniques = { &technique_valid_accounts, NULL },
};

struct privileged_login {
	struct kit kit;
	struct first_seen *known; /* account, server and client network */
};

static const struct kit_row rows[] = {
	{ .name = "privileged_login.known",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct privileged_login, known),
	    .share = 5,
	    .span = 365 * 86400 * USEC_PER_SEC },
};

/* A name of the list stands for the local part, an address for itself; DOMAIN\name is a name, too. */
static bool
is_listed(const struct names *list, struct bytes account)
{
	size_t at = bytes_find(account, '@'), slash = bytes_find_last(account, '\\');
	struct bytes local = at == BYTES_NOWHERE ? account : bytes_first(account, at);

	if (slash != BYTES_NOWHERE)
		local = bytes_skip(account, slash + 1);
	for (size_t i = 0; i < list->len; i++) {
		struct bytes entry = bytes_str(list->at[i]);

		if (bytes_equal_nocase(entry, account) ||
		    (bytes_find(entry, '@') == BYTES_NOWHERE && bytes_equal_nocase(entry, local)))
			return true;
	}
	return false;
}

static void
raise_alert(struct privileged_login *d, const struct observation *o, struct bytes account)
{
	const struct session *s = o->session;
	bool outsider = !site_is_home(d->kit.context.site, &s->client.address);
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX], network[KIT_NETWORK_TEXT_MAX];
	struct draft a;

	draft_begin(&a, &rule, outsider ? SEVERITY_HIGH : SEVERITY_MEDIUM, o);
	address_text(client, &s->client.address);
	kit_network_text(network, &s->client.address);
	sentence_add(&a.reason, "The listed account ");
	sentence_add_wire(&a.reason, account, 100);
	sentence_add(&a.reason, " logged in on %s from %s%s, for the first time from %s; ask its owner.",
	    endpoint_text(server, &s->server), client, outsider ? ", which is outside home_networks" : "", network);
	sentence_add_wire(&a.key, account, KIT_ACCOUNT_MAX);
	sentence_add(&a.key, " < %s", network);
	draft_figure(&a, "network", "client network of the login", "those it logged in from before", "%s", network);
	draft_user(&a, account);
	draft_raise(&a, d->kit.context.alerts);
}

static void
observe(void *self, const struct observation *o)
{
	struct privileged_login *d = self;
	const struct privileged_login_settings *settings = &d->kit.context.settings->privileged_login;
	char name[KIT_ACCOUNT_MAX];
	struct bytes account;

	if (o->kind != OBSERVED_LOGIN || o->login->outcome != LOGIN_SUCCESS)
		return;
	account = kit_account(name, o->login->user_text, o->login->domain_text);
	if (!is_listed(&settings->accounts, account) || kit_excuses(&d->kit, &settings->allow, 0, o, &account, 1))
		return;
	if (first_seen_note(d->known, kit_pair(account, o->session), o->time).times == 0)
		raise_alert(d, o, account);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->privileged_login.enabled && settings->privileged_login.accounts.len > 0;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct privileged_login), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_privileged_login = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
