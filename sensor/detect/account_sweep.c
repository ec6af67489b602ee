/* SPDX-License-Identifier: Apache-2.0
 *
 * account_sweep: one client read many accounts.
 *
 * A person reads one mailbox, or the few that were shared with them. Who has the passwords of many reads them in
 * minutes, or patiently over a day: both spans are watched. A client is an IPv4 address, or an IPv6 /64, in which
 * addresses change at will.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

/* From so many times the threshold on the severity is high, if the client is an outsider. */
#define HIGH_TIMES 2

static const struct alert_rule rule = {
	.name = "account_sweep",
	.id = "mailtap-0005",
	.description = "One client read many accounts.",
	.action = "accounts-read",
	.techniques = { &technique_remote_collection, NULL },
};

struct account_sweep {
	struct kit kit;
	struct spread *quick, *slow; /* accounts read, by client */
	struct map *said;
};

#define OPTION(member) offsetof(struct detect_settings, account_sweep.member)

static const struct kit_row rows[] = {
	{ .name = "account_sweep.quick",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct account_sweep, quick),
	    .share = 25,
	    .span_option = OPTION(window) },
	{ .name = "account_sweep.slow",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct account_sweep, slow),
	    .share = 25,
	    .span_option = OPTION(slow_window) },
	{ .name = "account_sweep.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct account_sweep, said),
	    .share = 5,
	    .span_option = OPTION(slow_window),
	    .value_size = sizeof(struct kit_said) },
};

static void
raise_alert(struct account_sweep *d, const struct observation *o, struct bytes account, uint64_t count, uint64_t least,
    usec_t span, enum severity severity)
{
	const struct session *s = o->session;
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct sentence held;
	struct draft a;

	draft_begin(&a, &rule, severity, o);
	address_text(client, &s->client.address);
	sentence_clear(&held);
	sentence_add(&held, "at least %llu within ", (unsigned long long)least);
	sentence_add_span(&held, span);
	sentence_add(&a.reason, "%s read mail of %llu accounts within ", client, (unsigned long long)count);
	sentence_add_span(&a.reason, span);
	sentence_add(&a.reason, ", the latest ");
	sentence_add_wire(&a.reason, account, 100);
	sentence_add(&a.reason,
	    " on %s, held against %llu accounts; find out who is at that host, and list it under roles if "
	    "it is a webmail, backup or shared one.",
	    endpoint_text(server, &s->server), (unsigned long long)least);
	sentence_add(&a.key, "%s", client);
	draft_figure(
	    &a, "accounts", "different accounts read by this client", held.text, "%llu", (unsigned long long)count);
	draft_user(&a, account);
	draft_raise(&a, d->kit.context.alerts);
}

static void
note(struct account_sweep *d, const struct observation *o, struct bytes account_text)
{
	const struct account_sweep_settings *settings = &d->kit.context.settings->account_sweep;
	const struct session *s = o->session;
	struct address client = s->client.address.family == 6 ? kit_network(&s->client.address) : s->client.address;
	struct identity key = kit_key("client", kit_address_bytes(&client), bytes_of(NULL, 0));
	char name[KIT_ACCOUNT_MAX];
	struct bytes account = kit_account(name, account_text, bytes_of(NULL, 0));
	struct identity what = kit_key("account", account, kit_address_bytes(&s->server.address));
	bool outsider = !site_is_home(d->kit.context.site, &s->client.address), grew;
	struct {
		struct spread *table;
		uint64_t least;
		usec_t span;
	} views[] = { { d->quick, settings->accounts, settings->window },
		{ d->slow, settings->slow_accounts, settings->slow_window } };

	if (account.len == 0 ||
	    kit_excuses(&d->kit, &settings->allow, SITE_ROLES_READING | SITE_ROLES_SHARED, o, &account, 1))
		return;
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		uint64_t count = spread_add(views[i].table, key, o->time, what, &grew);
		enum severity severity =
		    outsider && count >= HIGH_TIMES * views[i].least ? SEVERITY_HIGH : SEVERITY_MEDIUM;

		if (grew && count >= views[i].least && kit_note_said(d->said, key, severity, o->time, views[1].span))
			raise_alert(d, o, account, count, views[i].least, views[i].span, severity);
	}
}

static void
observe(void *self, const struct observation *o)
{
	struct account_sweep *d = self;

	if (kit_is_reading(o))
		note(d, o, o->message->item.account_text);
	else if (o->kind == OBSERVED_SESSION && o->report->has_collection &&
		 o->report->collection.read_whole + o->report->collection.read_part > 0)
		note(d, o, o->report->collection.account_text);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->account_sweep.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct account_sweep), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_account_sweep = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
