/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_correlated: a message that came in from outside for one of our mailboxes went out again to an outsider, with the same
 * Message-ID: a redirect, whatever platform makes it and whatever marks it leaves out. Needs sight of both legs.
 */
#include <string.h>

#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/forward_excuse.h"
#include "detect/kit.h"
#include "detect/outward.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "forward_correlated",
	.id = "mailtap-0008",
	.description = "A message seen coming in for a mailbox went out again to an outsider.",
	.action = "mail-forwarded",
	.techniques = { &technique_forwarding_rule, NULL },
};

#define MAILBOX_MAX 88

/* A message that came in. */
struct arrival {
	usec_t last;
	char mailbox[MAILBOX_MAX]; /* the first of ours that it was for */
};

struct forward_correlated {
	struct kit kit;
	struct map *arrivals; /* by Message-ID */
	struct map *said;     /* mailbox and target */
};

static bool
fits(const void *value)
{
	return memchr(((const struct arrival *)value)->mailbox, 0, MAILBOX_MAX) != NULL;
}

static const struct kit_row rows[] = {
	{ .name = "forward_correlated.arrivals",
	    .kind = KIT_MAP,
	    .at = offsetof(struct forward_correlated, arrivals),
	    .share = 75,
	    .span_option = offsetof(struct detect_settings, forward_correlated.window),
	    .value_size = sizeof(struct arrival),
	    .fits = fits },
	{ .name = "forward_correlated.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct forward_correlated, said),
	    .share = 5,
	    .span = 86400 * USEC_PER_SEC,
	    .value_size = sizeof(struct kit_said) },
};

static bool
names(const struct mailboxes *list, struct bytes address)
{
	for (size_t i = 0; i < list->len; i++)
		if (bytes_equal_nocase(list->at[i].address, address))
			return true;
	return false;
}

/* From a client outside, for a mailbox of ours. */
static void
note_arrival(struct forward_correlated *d, const struct observation *o)
{
	const struct smtp_envelope *e = &o->message->envelope;

	if (site_is_home(d->kit.context.site, &o->session->client.address))
		return;
	for (size_t i = 0; i < e->to.len; i++) {
		struct identity key = kit_key("message", o->message->content->message_id, (struct bytes){ 0 });
		struct arrival *a;

		if (site_mailbox(d->kit.context.site, e->to.at[i]) != SITE_MAILBOX_LOCAL || e->to.at[i].len >= MAILBOX_MAX)
			continue;
		a = map_put(d->arrivals, &key, 0, 0, NULL);
		if (a == NULL)
			return;
		if (a->mailbox[0] == '\0')
			memcpy(a->mailbox, e->to.at[i].at, e->to.at[i].len);
		a->last = o->time;
		map_touch(d->arrivals, a, 0);
		return;
	}
}

static void
raise_alert(struct forward_correlated *d, const struct observation *o, const struct arrival *a, struct bytes target)
{
	struct sentence after, against;
	struct draft alert;

	sentence_clear(&after);
	sentence_add_span(&after, o->time - a->last);
	draft_begin(&alert, &rule, SEVERITY_HIGH, o);
	sentence_add(&alert.reason, "A message that came in for %s went out again to ", a->mailbox);
	sentence_add_wire(&alert.reason, target, 100);
	sentence_add(&alert.reason, " %s later: mail for that mailbox is redirected; ask its owner.", after.text);
	sentence_add(&alert.key, "%s > ", a->mailbox);
	sentence_add_wire(&alert.key, target, KIT_ACCOUNT_MAX);
	sentence_clear(&against);
	sentence_add_span(&against, d->kit.context.settings->forward_correlated.window);
	draft_figure(&alert, "message_id", "Message-ID seen coming in and going out", against.text, "%s", after.text);
	draft_user(&alert, bytes_str(a->mailbox));
	draft_user(&alert, target);
	alert.alert.risk = 85;
	draft_raise(&alert, d->kit.context.alerts);
}

/* On its way out to somebody whom its own header does not name. */
static void
look_at_departure(struct forward_correlated *d, const struct observation *o)
{
	const struct forward_correlated_settings *settings = &d->kit.context.settings->forward_correlated;
	const struct message_content *m = o->message->content;
	struct identity key = kit_key("message", m->message_id, (struct bytes){ 0 });
	struct arrival *a;
	struct outward out;
	struct bytes who[2];

	if (!outward_read(&d->kit.context, o, &out) || out.target.len == 0 || names(&m->to, out.target) || names(&m->cc, out.target) ||
	    forward_is_list_mail(m) || (a = map_find(d->arrivals, &key)) == NULL || o->time - a->last > settings->window)
		return;
	who[0] = bytes_str(a->mailbox);
	who[1] = out.target;
	if (!kit_excuses(&d->kit, &settings->allow, 0, o, who, 2) &&
	    kit_note_said(d->said, kit_key("correlated", who[0], who[1]), SEVERITY_HIGH, o->time, rows[1].span))
		raise_alert(d, o, a, out.target);
}

static void
observe(void *self, const struct observation *o)
{
	struct forward_correlated *d = self;

	if (o->kind != OBSERVED_MESSAGE || o->message->status == MESSAGE_REFUSED || o->message->has_item ||
	    o->message->content->message_id.len == 0)
		return;
	look_at_departure(d, o);
	note_arrival(d, o);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->forward_correlated.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct forward_correlated), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_forward_correlated = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
