/* SPDX-License-Identifier: Apache-2.0
 *
 * large_attachment: large or many attachments to an outsider.
 *
 * How large is much depends on to whom: to a public mail provider, or to a domain that the sender has never mailed,
 * less is much. What goes in pieces adds up over a day, per sender and domain; a pair that mails much every day is held
 * against what it usually does. A message that passes several servers is one.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/outward.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "large_attachment",
	.id = "mailtap-0012",
	.description = "Large or many attachments were sent to an outsider.",
	.action = "attachments-sent",
	.techniques = { &technique_email_collection, &technique_clear_exfiltration, NULL },
};

struct large_attachment {
	struct kit kit;
	struct window *sums;	      /* octets by sender and domain */
	struct baselines *usual;      /* the same per window: of days on which there were any */
	struct map *days;	      /* that run, by sender and domain */
	struct first_seen *relations; /* sender and domain */
	struct first_seen *messages;
	struct map *said;
};

/* A day's sum weighs a fifth. */
static const struct baseline_shape usual = {
	.method = BASELINE_EWMA, .alpha = 0.2, .samples = 5, .z = 3, .floor = 0.4
};

#define OPTION(member) offsetof(struct detect_settings, large_attachment.member)

static const struct kit_row rows[] = {
	{ .name = "large_attachment.sums",
	    .kind = KIT_WINDOW,
	    .at = offsetof(struct large_attachment, sums),
	    .share = 20,
	    .span_option = OPTION(window) },
	{ .name = "large_attachment.usual",
	    .kind = KIT_BASELINE,
	    .at = offsetof(struct large_attachment, usual),
	    .share = 10,
	    .shape = &usual },
	{ .name = "large_attachment.days",
	    .kind = KIT_MAP,
	    .at = offsetof(struct large_attachment, days),
	    .share = 10,
	    .span = 30 * 86400 * USEC_PER_SEC,
	    .value_size = sizeof(struct kit_bucket) },
	{ .name = "large_attachment.relations",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct large_attachment, relations),
	    .share = 20,
	    .span = 180 * 86400 * USEC_PER_SEC },
	{ .name = "large_attachment.messages",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct large_attachment, messages),
	    .share = 10,
	    .span = 3600 * USEC_PER_SEC },
	{ .name = "large_attachment.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct large_attachment, said),
	    .share = 5,
	    .span_option = OPTION(window),
	    .value_size = sizeof(struct kit_said) },
};

/* Why a message is too much. */
enum excess { EXCESS_NONE, EXCESS_BYTES, EXCESS_SUM, EXCESS_COUNT, EXCESS_MESSAGES };

struct finding {
	enum excess excess;
	uint64_t figure, least;
	const char *relation; /* "a public mail provider", ...; NULL: nothing special */
	bool usual;	      /* least is what is usual for the pair */
};

static void
write_amount(struct sentence *s, const struct finding *f, uint64_t amount)
{
	if (f->excess == EXCESS_BYTES || f->excess == EXCESS_SUM)
		sentence_add_size(s, amount);
	else
		sentence_add(s, "%llu", (unsigned long long)amount);
}

static void
raise_alert(struct large_attachment *d, const struct observation *o, const struct outward *w, const struct finding *f)
{
	static const char *const what[] = { [EXCESS_BYTES] = "of attachments in one message",
		[EXCESS_SUM] = "of attachments, all messages to that domain together,",
		[EXCESS_COUNT] = "attachments in one message",
		[EXCESS_MESSAGES] = "messages as attachments of one message" };
	struct draft a;
	struct exhibit *x;

	draft_begin(&a, &rule, f->relation != NULL || f->excess == EXCESS_MESSAGES ? SEVERITY_MEDIUM : SEVERITY_LOW, o);
	outward_write(&a.reason, w);
	write_amount(&a.reason, f, f->figure);
	sentence_add(&a.reason, " %s", what[f->excess]);
	if (f->excess == EXCESS_SUM) {
		sentence_add(&a.reason, " within ");
		sentence_add_span(&a.reason, d->kit.context.settings->large_attachment.window);
	}
	if (f->relation != NULL)
		sentence_add(&a.reason, ", to %s", f->relation);
	sentence_add(&a.reason, ", held against ");
	write_amount(&a.reason, f, f->least);
	sentence_add(
	    &a.reason, "%s; ask the sender what it is.", f->usual ? ", which is the most that is usual there" : "");
	outward_write_key(&a.key, w);
	x = draft_exhibit(&a, "attachments");
	sentence_add(&x->seen, "%s", what[f->excess]);
	write_amount(&x->figure, f, f->figure);
	sentence_add(&x->held_against, "at least ");
	write_amount(&x->held_against, f, f->least);
	draft_user(&a, w->sender);
	draft_user(&a, w->target);
	draft_host(&a, w->domain);
	draft_raise(&a, d->kit.context.alerts);
}

/* The window's sum so far; a day that is over teaches what is usual. */
static uint64_t
add_up(struct large_attachment *d, const struct observation *o, const struct outward *w, struct identity pair)
{
	const uint64_t more[WINDOW_SUMS] = { w->bytes, 1 };
	uint64_t sums[WINDOW_SUMS] = { 0 };
	usec_t window = d->kit.context.settings->large_attachment.window;
	uint64_t finished;

	if (kit_fill(d->days, pair, o->time, window, w->bytes, &finished))
		baselines_teach(d->usual, pair, o->time, (double)finished);
	return window_add(d->sums, pair, o->time, more, sums) ? sums[0] : w->bytes;
}

static struct finding
judge(struct large_attachment *d, const struct observation *o, const struct outward *w)
{
	const struct large_attachment_settings *s = &d->kit.context.settings->large_attachment;
	char sender[KIT_ACCOUNT_MAX], domain[KIT_ACCOUNT_MAX];
	struct identity pair = kit_key("relation", kit_account(sender, w->sender, bytes_of(NULL, 0)),
	    kit_account(domain, w->domain, bytes_of(NULL, 0)));
	bool learns = kit_learns(&d->kit, o->time);
	bool is_new = first_seen_note(d->relations, pair, o->time).times == 0 && !learns;
	const char *relation = w->freemail ? "a public mail provider"
			       : is_new	   ? "a domain that the sender never mailed before"
					   : NULL;
	struct baseline_view view = baselines_look(d->usual, pair, o->time);
	uint64_t sum = w->bytes > 0 ? add_up(d, o, w, pair) : 0, sum_least = s->day_bytes;
	uint64_t least = relation != NULL ? s->new_bytes : s->bytes;

	if (view.learnt && view.limit > (double)sum_least)
		sum_least = (uint64_t)view.limit;
	if (view.learnt && view.limit > (double)least && relation == NULL)
		least = (uint64_t)view.limit;
	if (w->messages >= s->messages)
		return (struct finding){ EXCESS_MESSAGES, w->messages, s->messages, relation, false };
	if (w->bytes >= least)
		return (struct finding){ EXCESS_BYTES, w->bytes, least, relation, least > s->bytes };
	if (sum >= sum_least)
		return (struct finding){ EXCESS_SUM, sum, sum_least, relation, sum_least > s->day_bytes };
	if (w->attachments >= s->attachments)
		return (struct finding){ EXCESS_COUNT, w->attachments, s->attachments, relation, false };
	return (struct finding){ .excess = EXCESS_NONE };
}

static void
observe(void *self, const struct observation *o)
{
	struct large_attachment *d = self;
	const struct large_attachment_settings *settings = &d->kit.context.settings->large_attachment;
	struct finding f;
	struct outward w;

	kit_mind_loss(&d->kit, o);
	if (o->kind != OBSERVED_MESSAGE || !outward_read(&d->kit.context, o, &w) || outward_repeats(d->messages, o))
		return;
	f = judge(d, o, &w);
	if (f.excess == EXCESS_NONE || kit_excuses(&d->kit, &settings->allow, 0, o, w.who, ALLOW_WHO))
		return;
	/* A sum stays too much until the window has passed. */
	if (f.excess != EXCESS_SUM ||
	    kit_note_said(d->said, kit_key("sum", w.sender, w.domain), SEVERITY_LOW, o->time, settings->window))
		raise_alert(d, o, &w, &f);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->large_attachment.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct large_attachment), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_large_attachment = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
