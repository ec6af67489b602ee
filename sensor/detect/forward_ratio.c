/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_ratio: of several mailboxes of a domain much is forwarded to the outside, nearly all of it by machines. People
 * forward now and then; where those whose mail goes out hardly do, an administrator, or somebody with his rights, has set
 * it up. What others of the domain forward by hand says nothing of these mailboxes, so it is not held against.
 */
#include <string.h>

#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/forward_seen.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "forward_ratio",
	.id = "mailtap-0006",
	.description = "Many automatic forwards with few manual ones: set by an administrator.",
	.action = "mail-forwarded",
	.techniques = { &technique_forwarding_rule, NULL },
};

enum { AUTOMATIC, MANUAL };

struct forward_ratio {
	struct kit kit;
	struct window *mailboxes; /* of each: automatic, manual */
	struct window *forwards;  /* of each domain's mailboxes that machines forward: automatic, manual */
	struct spread *victims;  /* mailboxes forwarded automatically, of each domain */
	struct map *said;
};

static const struct kit_row rows[] = {
	{ .name = "forward_ratio.mailboxes",
	    .kind = KIT_WINDOW,
	    .at = offsetof(struct forward_ratio, mailboxes),
	    .share = 5,
	    .span_option = offsetof(struct detect_settings, forward_ratio.window) },
	{ .name = "forward_ratio.forwards",
	    .kind = KIT_WINDOW,
	    .at = offsetof(struct forward_ratio, forwards),
	    .share = 3,
	    .span_option = offsetof(struct detect_settings, forward_ratio.window) },
	{ .name = "forward_ratio.victims",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct forward_ratio, victims),
	    .share = 6,
	    .span_option = offsetof(struct detect_settings, forward_ratio.window) },
	{ .name = "forward_ratio.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct forward_ratio, said),
	    .share = 1,
	    .span_option = offsetof(struct detect_settings, forward_ratio.window),
	    .value_size = sizeof(struct kit_said) },
};

/* The mailbox that is forwarded: the victim, or who forwarded by hand. */
static struct bytes
mailbox_of(const struct forward_seen *f, const struct observation *o)
{
	if (f->automatic)
		return bytes_str(f->assessment.victim);
	return o->message->content->from.len > 0 ? o->message->content->from.at[0].address : o->message->envelope.from;
}

/* Counts the forward for its mailbox. False when it says nothing of the domain's: by hand, and no machine forwards that
 * mailbox. *more is what is to be counted for the domain: with the first by a machine what was done by hand before. */
static bool
count_mailbox(struct forward_ratio *d, const struct forward_seen *f, struct bytes mailbox, usec_t now, uint64_t more[WINDOW_SUMS])
{
	struct identity key = kit_key("mailbox", mailbox, (struct bytes){ 0 });
	uint64_t sums[WINDOW_SUMS], one[WINDOW_SUMS] = { 0 };

	one[f->automatic ? AUTOMATIC : MANUAL] = 1;
	if (!window_add(d->mailboxes, key, now, one, sums) || sums[AUTOMATIC] == 0)
		return false;
	memcpy(more, one, sizeof(one));
	if (f->automatic && sums[AUTOMATIC] == 1)
		more[MANUAL] = sums[MANUAL];
	return true;
}

static void
raise_alert(struct forward_ratio *d, const struct observation *o, struct bytes domain, const uint64_t sums[WINDOW_SUMS],
    uint64_t victims)
{
	const struct forward_ratio_settings *settings = &d->kit.context.settings->forward_ratio;
	double ratio = (double)sums[AUTOMATIC] / (double)(sums[AUTOMATIC] + sums[MANUAL]);
	struct sentence span, against;
	struct draft a;

	sentence_clear(&span);
	sentence_add_span(&span, settings->window);
	draft_begin(&a, &rule, SEVERITY_HIGH, o);
	sentence_add(&a.reason, "Of %llu mailboxes of ", (unsigned long long)victims);
	sentence_add_wire(&a.reason, domain, 100);
	sentence_add(&a.reason, " machines forwarded %llu messages to outsiders within %s, and the people behind them %llu: that is "
				"set up on the server, or by one who has the accounts.",
	    (unsigned long long)sums[AUTOMATIC], span.text, (unsigned long long)sums[MANUAL]);
	sentence_add_wire(&a.key, domain, 255);
	sentence_clear(&against);
	sentence_add(&against, "%.2f, of %u messages and %u mailboxes or more", settings->ratio, settings->messages,
	    settings->mailboxes);
	draft_figure(&a, "ratio", "share of automatic forwards", against.text, "%.2f", ratio);
	a.alert.risk = 80;
	draft_raise(&a, d->kit.context.alerts);
}

static void
observe(void *self, const struct observation *o)
{
	struct forward_ratio *d = self;
	const struct forward_ratio_settings *settings = &d->kit.context.settings->forward_ratio;
	uint64_t more[WINDOW_SUMS] = { 0 }, sums[WINDOW_SUMS], victims;
	struct forward_seen f;
	struct bytes mailbox, domain;
	struct identity key;

	if (!forward_seen_read(&d->kit.context, o, &f))
		return;
	mailbox = mailbox_of(&f, o);
	domain = site_domain(mailbox);
	if (domain.len == 0 || kit_excuses(&d->kit, &settings->allow, 0, o, &domain, 1) ||
	    !count_mailbox(d, &f, mailbox, o->time, more))
		return;
	key = kit_key("forward", domain, (struct bytes){ 0 });
	if (!window_add(d->forwards, key, o->time, more, sums) || !f.automatic)
		return;
	victims = spread_add(d->victims, key, o->time, kit_key("victim", bytes_str(f.assessment.victim), (struct bytes){ 0 }), NULL);
	if (sums[AUTOMATIC] >= settings->messages && victims >= settings->mailboxes &&
	    (double)sums[AUTOMATIC] >= settings->ratio * (double)(sums[AUTOMATIC] + sums[MANUAL]) &&
	    kit_note_said(d->said, key, SEVERITY_HIGH, o->time, settings->window))
		raise_alert(d, o, domain, sums, victims);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->forward_ratio.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct forward_ratio), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_forward_ratio = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
