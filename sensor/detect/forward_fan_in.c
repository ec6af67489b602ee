/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_fan_in: several mailboxes are forwarded to one outside address. One is a person's doing; several are somebody's who
 * has got hold of them, or who runs the server.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/forward_seen.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "forward_fan_in",
	.id = "mailtap-0007",
	.description = "Several mailboxes are forwarded to one external destination.",
	.action = "mail-forwarded",
	.techniques = { &technique_forwarding_rule, NULL },
};

struct forward_fan_in {
	struct kit kit;
	struct spread *victims; /* of each target */
	struct map *said;
};

static const struct kit_row rows[] = {
	{ .name = "forward_fan_in.victims",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct forward_fan_in, victims),
	    .share = 18,
	    .span_option = offsetof(struct detect_settings, forward_fan_in.window) },
	{ .name = "forward_fan_in.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct forward_fan_in, said),
	    .share = 2,
	    .span_option = offsetof(struct detect_settings, forward_fan_in.window),
	    .value_size = sizeof(struct kit_said) },
};

static void
raise_alert(struct forward_fan_in *d, const struct observation *o, const struct forward_assessment *f, uint64_t victims)
{
	const struct forward_fan_in_settings *settings = &d->kit.context.settings->forward_fan_in;
	struct sentence span;
	struct draft a;

	sentence_clear(&span);
	sentence_add_span(&span, settings->window);
	draft_begin(&a, &rule, SEVERITY_HIGH, o);
	sentence_add(&a.reason, "Mail for %llu mailboxes was forwarded automatically to %s within %s, %s among them; look who set "
				"that up.",
	    (unsigned long long)victims, f->target, span.text, f->victim);
	sentence_add(&a.key, "%s", f->target);
	sentence_clear(&span);
	sentence_add(&span, "%u mailboxes", settings->mailboxes);
	draft_figure(&a, "mailboxes", "mailboxes forwarded to one outside address", span.text, "%llu", (unsigned long long)victims);
	draft_user(&a, bytes_str(f->target));
	draft_user(&a, bytes_str(f->victim));
	a.alert.risk = 85;
	draft_raise(&a, d->kit.context.alerts);
}

static void
observe(void *self, const struct observation *o)
{
	struct forward_fan_in *d = self;
	const struct forward_fan_in_settings *settings = &d->kit.context.settings->forward_fan_in;
	struct forward_seen f;
	struct bytes who[2];
	struct identity target;
	uint64_t victims;
	bool grew;

	if (!forward_seen_read(&d->kit.context, o, &f) || !f.automatic || f.assessment.victim[0] == '\0' ||
	    f.assessment.target[0] == '\0')
		return;
	who[0] = bytes_str(f.assessment.target);
	who[1] = bytes_str(f.assessment.victim);
	if (kit_excuses(&d->kit, &settings->allow, 0, o, who, 2))
		return;
	target = kit_key("forward", who[0], (struct bytes){ 0 });
	victims = spread_add(d->victims, target, o->time, kit_key("victim", who[1], (struct bytes){ 0 }), &grew);
	if (victims >= settings->mailboxes && grew &&
	    kit_note_said(d->said, target, SEVERITY_HIGH, o->time, settings->window))
		raise_alert(d, o, &f.assessment, victims);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->forward_fan_in.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct forward_fan_in), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_forward_fan_in = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
