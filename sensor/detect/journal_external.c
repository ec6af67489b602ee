/* SPDX-License-Identifier: Apache-2.0
 *
 * journal_external: journal reports, which copy all mail of an organisation, go to an outsider. A compliance archive does that
 * too: allow it, and a new recipient is told of.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/forward_evidence.h"
#include "detect/kit.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "journal_external",
	.id = "mailtap-0010",
	.description = "Journal reports leave the organisation.",
	.action = "journal-sent",
	.techniques = { &technique_forwarding_rule, NULL },
};

struct journal_external {
	struct kit kit;
	struct map *said; /* target */
};

static const struct kit_row rows[] = {
	{ .name = "journal_external.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct journal_external, said),
	    .share = 2,
	    .span = 86400 * USEC_PER_SEC,
	    .value_size = sizeof(struct kit_said) },
};

static void
observe(void *self, const struct observation *o)
{
	struct journal_external *d = self;
	struct forward_assessment f;
	struct bytes target;
	struct draft a;

	if (o->kind != OBSERVED_MESSAGE || o->message->has_item || o->message->status == MESSAGE_REFUSED)
		return;
	forward_assess(&d->kit.context, o->session, o->message, &f);
	if (f.verdict != FORWARD_JOURNAL || !f.outward || f.quiet_because != NULL)
		return;
	target = bytes_str(f.target);
	if (kit_excuses(&d->kit, &d->kit.context.settings->journal_external.allow, 0, o, &target, 1) ||
	    !kit_note_said(d->said, kit_key("journal", target, (struct bytes){ 0 }), SEVERITY_HIGH, o->time, rows[0].span))
		return;
	draft_begin(&a, &rule, SEVERITY_HIGH, o);
	sentence_add(&a.reason, "Journal reports, copies of mail made by a rule of the organisation, go to %s; if that is its archive, "
				"allow it, else somebody collects all mail.",
	    f.target[0] != '\0' ? f.target : "an outsider");
	sentence_add(&a.key, "%s", f.target);
	draft_figure(&a, "header", f.artefacts[0].rule->name, "outside local_domains", "weight %.2f", f.artefacts[0].weight);
	draft_user(&a, target);
	a.alert.risk = 85;
	draft_raise(&a, d->kit.context.alerts);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->journal_external.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct journal_external), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_journal_external = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
