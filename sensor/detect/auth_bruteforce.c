/* SPDX-License-Identifier: Apache-2.0
 *
 * auth_bruteforce: passwords are tried on one account, from one client or from many.
 *
 * A telephone that was not told the new password tries the old one for days. It is known: it has logged in to this
 * account before. So failures of a client network that had the password count apart, and ten times as many of them are
 * borne. Failures without a name (the mechanism hides it) count for the client.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

#define PATIENCE_TIMES 10
#define HIGH_TIMES 10

static const struct alert_rule rule = {
	.name = "auth_bruteforce",
	.id = "mailtap-0015",
	.description = "Passwords were tried on one account.",
	.action = "password-guessed",
	.techniques = { &technique_guessing, NULL },
};

struct auth_bruteforce {
	struct kit kit;
	struct window *failures;  /* by account and server, apart for clients that are known */
	struct spread *sources;	  /* client networks of these failures */
	struct first_seen *known; /* account, server and client network of each success */
	struct map *said;
};

#define OPTION(member) offsetof(struct detect_settings, auth_bruteforce.member)

static const struct kit_row rows[] = {
	{ .name = "auth_bruteforce.failures",
	    .kind = KIT_WINDOW,
	    .at = offsetof(struct auth_bruteforce, failures),
	    .share = 25,
	    .span_option = OPTION(window) },
	{ .name = "auth_bruteforce.sources",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct auth_bruteforce, sources),
	    .share = 20,
	    .span_option = OPTION(window) },
	{ .name = "auth_bruteforce.known",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct auth_bruteforce, known),
	    .share = 20,
	    .span = 90 * 86400 * USEC_PER_SEC },
	{ .name = "auth_bruteforce.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct auth_bruteforce, said),
	    .share = 5,
	    .span_option = OPTION(window),
	    .value_size = sizeof(struct kit_said) },
};

/* What failed once more, and how often it did. */
struct trial {
	struct bytes account; /* empty: not seen */
	bool known;
	uint64_t failures, sources, least;
};

static void
raise_alert(struct auth_bruteforce *d, const struct observation *o, const struct trial *t, enum severity severity)
{
	const struct session *s = o->session;
	usec_t window = d->kit.context.settings->auth_bruteforce.window;
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct sentence held;
	struct draft a;

	draft_begin(&a, &rule, severity, o);
	address_text(client, &s->client.address);
	endpoint_text(server, &s->server);
	sentence_clear(&held);
	sentence_add(&held, "at least %llu within ", (unsigned long long)t->least);
	sentence_add_span(&held, window);
	sentence_add(&a.reason, "Logins failed %llu times within ", (unsigned long long)t->failures);
	sentence_add_span(&a.reason, window);
	if (t->account.len > 0) {
		sentence_add(&a.reason, " for the account ");
		sentence_add_wire(&a.reason, t->account, 100);
	}
	sentence_add(&a.reason, " on %s, ", server);
	if (t->sources > 1)
		sentence_add(
		    &a.reason, "from %llu networks, the latest from %s", (unsigned long long)t->sources, client);
	else
		sentence_add(&a.reason, "from %s", client);
	sentence_add(&a.reason, ", held against %llu; ", (unsigned long long)t->least);
	if (t->known)
		sentence_add(&a.reason, "the client had the password before: most likely it was not told a new one.");
	else
		sentence_add(&a.reason, "somebody guesses the password: look for a success after it.");
	if (t->account.len > 0)
		sentence_add_wire(&a.key, t->account, KIT_ACCOUNT_MAX);
	else
		sentence_add(&a.key, "%s", client);
	sentence_add(&a.key, " @ %s", address_text(client, &s->server.address));
	draft_figure(&a, "failures", "failed logins", held.text, "%llu", (unsigned long long)t->failures);
	draft_figure(&a, "sources", "client networks they came from", "", "%llu", (unsigned long long)t->sources);
	draft_user(&a, t->account);
	draft_raise(&a, d->kit.context.alerts);
}

static void
failed(struct auth_bruteforce *d, const struct observation *o, struct trial *t, struct identity pair)
{
	const struct auth_bruteforce_settings *settings = &d->kit.context.settings->auth_bruteforce;
	const struct session *s = o->session;
	struct address network = kit_network(&s->client.address);
	struct identity key;
	const uint64_t more[WINDOW_SUMS] = { 1, 0 };
	uint64_t sums[WINDOW_SUMS];
	enum severity severity;

	t->known = t->account.len > 0 && first_seen_find(d->known, pair, o->time) != NULL;
	t->least = settings->failures * (t->known ? PATIENCE_TIMES : 1);
	if (t->account.len > 0)
		key = kit_key(t->known ? "known" : "account", t->account, kit_address_bytes(&s->server.address));
	else
		key = kit_key("client", kit_address_bytes(&network), kit_address_bytes(&s->server.address));
	if (!window_add(d->failures, key, o->time, more, sums))
		return;
	t->failures = sums[0];
	t->sources = spread_add(
	    d->sources, key, o->time, kit_key("network", kit_address_bytes(&network), bytes_of(NULL, 0)), NULL);
	if (t->failures < t->least)
		return;
	severity = t->known ? SEVERITY_LOW : t->failures >= HIGH_TIMES * t->least ? SEVERITY_HIGH : SEVERITY_MEDIUM;
	if (kit_note_said(d->said, key, severity, o->time, settings->window))
		raise_alert(d, o, t, severity);
}

static void
observe(void *self, const struct observation *o)
{
	struct auth_bruteforce *d = self;
	const struct auth_bruteforce_settings *settings = &d->kit.context.settings->auth_bruteforce;
	char name[KIT_ACCOUNT_MAX];
	struct trial t = { .known = false };
	struct identity pair;

	if (o->kind != OBSERVED_LOGIN || o->login->outcome == LOGIN_UNKNOWN)
		return;
	t.account = kit_account(name, o->login->user_text, o->login->domain_text);
	pair = kit_pair(t.account, o->session);
	if (o->login->outcome == LOGIN_SUCCESS)
		(void)first_seen_note(d->known, pair, o->time);
	else if (!kit_excuses(&d->kit, &settings->allow, 0, o, &t.account, 1))
		failed(d, o, &t, pair);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->auth_bruteforce.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct auth_bruteforce), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_auth_bruteforce = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
