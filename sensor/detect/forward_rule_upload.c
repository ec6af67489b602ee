/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_rule_upload: a Sieve script that sends mail to an outsider, or hands it to a program, was put on a server or made
 * active: the only place where the setting up of a forwarding itself is seen.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "forward_rule_upload",
	.id = "mailtap-0009",
	.description = "A mail filter that sends mail to an external address was uploaded.",
	.action = "forwarding-rule-uploaded",
	.techniques = { &technique_forwarding_rule, NULL },
};

struct forward_rule_upload {
	struct kit kit;
	struct map *said; /* account, script and target */
};

static const struct kit_row rows[] = {
	{ .name = "forward_rule_upload.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct forward_rule_upload, said),
	    .share = 2,
	    .span = 86400 * USEC_PER_SEC,
	    .value_size = sizeof(struct kit_said) },
};

/* Without local_domains whoever is written to may be an outsider. */
static bool
leaves(const struct forward_rule_upload *d, const struct script_target *t)
{
	return t->pipe || site_mailbox(d->kit.context.site, t->address_text) != SITE_MAILBOX_LOCAL;
}

static void
raise_alert(struct forward_rule_upload *d, const struct observation *o, const struct script_target *t)
{
	const struct script_report *r = o->script;
	bool freemail = names_have_mailbox(&d->kit.context.settings->auto_forward.freemail, t->address_text);
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct exhibit *x;
	struct draft a;

	draft_begin(&a, &rule, t->pipe ? SEVERITY_MEDIUM : freemail ? SEVERITY_CRITICAL : SEVERITY_HIGH, o);
	if (r->account_text.len > 0)
		sentence_add_wire(&a.reason, r->account_text, 100);
	else
		sentence_add(&a.reason, "Somebody");
	sentence_add(&a.reason, " uploaded the mail filter ");
	sentence_add_wire(&a.reason, r->name_text, 80);
	sentence_add(&a.reason, " to %s from %s, which %s ", endpoint_text(server, &o->session->server),
	    address_text(client, &o->session->client.address),
	    t->pipe ? "hands mail to the program" : t->copy ? "sends a copy of mail to" : "sends mail to");
	sentence_add_wire(&a.reason, t->address_text, 100);
	sentence_add(&a.reason, "%s; ask its owner, and look at the filter.",
	    r->outcome == SCRIPT_UNANSWERED ? ", if the server took it, which was not seen" : "");
	sentence_add_wire(&a.key, r->account_text.len > 0 ? r->account_text : BYTES("?"), KIT_ACCOUNT_MAX);
	sentence_add(&a.key, " > ");
	sentence_add_wire(&a.key, t->address_text, KIT_ACCOUNT_MAX);
	x = draft_exhibit(&a, "script");
	sentence_add(&x->seen, "%s ", t->pipe ? "pipe" : t->copy ? "redirect :copy" : "redirect");
	sentence_add_wire(&x->seen, t->address_text, 200);
	sentence_add(&x->figure, "%llu octets of script%s", (unsigned long long)r->bytes, r->complete ? "" : ", not all seen");
	sentence_add(&x->held_against, "local_domains");
	draft_user(&a, r->account_text);
	if (!t->pipe)
		draft_user(&a, t->address_text);
	draft_raise(&a, d->kit.context.alerts);
}

static void
observe(void *self, const struct observation *o)
{
	struct forward_rule_upload *d = self;
	const struct forward_rule_settings *settings = &d->kit.context.settings->forward_rule_upload;

	if (o->kind != OBSERVED_SCRIPT || o->script->action == SCRIPT_CHECKED || o->script->outcome == SCRIPT_REFUSED)
		return;
	for (size_t i = 0; i < o->script->target_count; i++) {
		const struct script_target *t = &o->script->targets[i];
		struct bytes who[2] = { o->script->account_text, t->address_text };

		if (!leaves(d, t) || kit_excuses(&d->kit, &settings->allow, 0, o, who, 2) ||
		    !kit_note_said(d->said, kit_key("script", o->script->account_text, t->address_text), SEVERITY_HIGH, o->time,
			rows[0].span))
			continue;
		raise_alert(d, o, t);
	}
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->forward_rule_upload.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct forward_rule_upload), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_forward_rule_upload = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
