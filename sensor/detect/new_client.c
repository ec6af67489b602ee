/* SPDX-License-Identifier: Apache-2.0
 *
 * new_client: an account or a server is used by a client, network or fingerprint never seen with it.
 *
 * People travel, programs are updated, and a server that faces the world sees new networks all day. So something new is
 * only worth a word where nothing was new for a while: what an account (its networks; what its program calls itself) or
 * a server of ours (networks and JA4 of those that read mail there) is used with must be known for the learning time,
 * and then settled.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "new_client",
	.id = "mailtap-0019",
	.description = "An account or a server is used by a client, network or fingerprint never seen with it.",
	.action = "client-new",
	.techniques = { &technique_remote_collection, &technique_valid_accounts, NULL },
};

enum facet { ACCOUNT_NETWORK, ACCOUNT_PROGRAM, SERVER_NETWORK, SERVER_FINGERPRINT };

/* One row per facet. */
static const struct {
	const char *space, *what;
	bool of_account;
} facets[] = {
	[ACCOUNT_NETWORK] = { "account network", "network", true },
	[ACCOUNT_PROGRAM] = { "account program", "mail program", true },
	[SERVER_NETWORK] = { "server network", "network", false },
	[SERVER_FINGERPRINT] = { "server fingerprint", "TLS fingerprint (JA4)", false },
};

struct new_client {
	struct kit kit;
	struct first_seen *subjects; /* by facet and account or server; mark: when something new came last */
	struct first_seen *pairs;    /* the same with what they were used with */
};

#define OPTION(member) offsetof(struct detect_settings, new_client.member)

static const struct kit_row rows[] = {
	{ .name = "new_client.subjects",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct new_client, subjects),
	    .share = 20,
	    .span_option = OPTION(forget) },
	{ .name = "new_client.pairs",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct new_client, pairs),
	    .share = 50,
	    .span_option = OPTION(forget) },
};

/* What is new with whom. */
struct novelty {
	enum facet facet;
	struct bytes subject; /* account, or address of the server, as text */
	struct bytes used;    /* network, program or fingerprint, as text */
	struct seen since;    /* what was known of the subject */
};

static void
raise_alert(struct new_client *d, const struct observation *o, const struct novelty *n)
{
	const struct session *s = o->session;
	bool network = n->facet == ACCOUNT_NETWORK || n->facet == SERVER_NETWORK;
	bool outsider = !site_is_home(d->kit.context.site, &s->client.address);
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct exhibit *x;
	struct draft a;

	draft_begin(&a, &rule, network && outsider && facets[n->facet].of_account ? SEVERITY_MEDIUM : SEVERITY_LOW, o);
	sentence_add(&a.reason, facets[n->facet].of_account ? "The account " : "The server ");
	sentence_add_wire(&a.reason, n->subject, 100);
	sentence_add(&a.reason, " is used by %s, on %s, with the %s ", address_text(client, &s->client.address),
	    endpoint_text(server, &s->server), facets[n->facet].what);
	sentence_add_wire(&a.reason, n->used, 100);
	sentence_add(&a.reason, ", never seen with it in %lld days and %llu uses; ask whether the client is new.",
	    (long long)((o->time - n->since.first) / (86400 * USEC_PER_SEC)), (unsigned long long)n->since.times);
	sentence_add_wire(&a.key, n->subject, KIT_ACCOUNT_MAX);
	sentence_add(&a.key, " < ");
	sentence_add_wire(&a.key, n->used, 100);
	x = draft_exhibit(&a, network ? "network" : "fingerprint");
	sentence_add(&x->seen, "%s of the client", facets[n->facet].what);
	sentence_add_wire(&x->figure, n->used, 200);
	sentence_add(&x->held_against, "%llu uses without it", (unsigned long long)n->since.times);
	if (facets[n->facet].of_account)
		draft_user(&a, n->subject);
	draft_raise(&a, d->kit.context.alerts);
}

static void
note(struct new_client *d, const struct observation *o, enum facet facet, struct bytes subject, struct bytes used)
{
	const struct new_client_settings *settings = &d->kit.context.settings->new_client;
	struct identity of = kit_key(facets[facet].space, subject, kit_address_bytes(&o->session->server.address));
	struct novelty n = { .facet = facet, .subject = subject, .used = used };
	struct seen *mine;
	bool is_new, settled;

	/* A backup, or a look through webmail, teaches nothing of what the owner uses. */
	if (subject.len == 0 || used.len == 0 ||
	    (site_roles(d->kit.context.site, &o->session->client.address, o->time) &
		(SITE_ROLES_READING | SITE_ROLES_SHARED)) != 0)
		return;
	n.since = first_seen_note(d->subjects, of, o->time);
	is_new = first_seen_note(d->pairs, kit_key("used", bytes_of(&of, sizeof(of)), used), o->time).times == 0;
	if (!is_new)
		return;
	mine = first_seen_find(d->subjects, of, o->time);
	settled = n.since.times > 0 && o->time - n.since.first >= d->kit.context.settings->learning &&
		  o->time - (usec_t)n.since.mark >= settings->settled;
	if (mine != NULL)
		mine->mark = (uint64_t)o->time;
	if (settled && !kit_excuses(&d->kit, &settings->allow, 0, o, &n.subject, 1))
		raise_alert(d, o, &n);
}

/* Mail is read there, and the server is ours: what the world does at an MX is no habit of anybody's. */
static bool
is_reading_server(const struct new_client *d, const struct session *s)
{
	static const uint16_t ports[] = { 110, 143, 993, 995, 4190 };

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (s->server.port == ports[i])
			return site_is_home(d->kit.context.site, &s->server.address);
	return false;
}

static void
observe(void *self, const struct observation *o)
{
	struct new_client *d = self;
	char name[KIT_ACCOUNT_MAX], network[KIT_NETWORK_TEXT_MAX], server[ADDRESS_TEXT_MAX];
	struct bytes account;

	if (o->kind == OBSERVED_LOGIN && o->login->outcome == LOGIN_SUCCESS) {
		account = kit_account(name, o->login->user_text, o->login->domain_text);
		note(d, o, ACCOUNT_NETWORK, account, bytes_str(kit_network_text(network, &o->session->client.address)));
	} else if (o->kind == OBSERVED_SESSION && o->report->has_collection) {
		account = kit_account(name, o->report->collection.account_text, bytes_of(NULL, 0));
		note(d, o, ACCOUNT_PROGRAM, account, o->report->collection.client_id_text);
	} else if (o->kind == OBSERVED_TLS && o->tls->established && is_reading_server(d, o->session)) {
		struct bytes subject = bytes_str(address_text(server, &o->session->server.address));

		note(d, o, SERVER_NETWORK, subject, bytes_str(kit_network_text(network, &o->session->client.address)));
		note(d, o, SERVER_FINGERPRINT, subject, bytes_str(o->tls->ja4));
	}
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->new_client.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct new_client), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_new_client = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
