/* SPDX-License-Identifier: Apache-2.0
 *
 * auto_forward: automatic forwarding of a mailbox to an outsider. What a message says of it is found by
 * forward_evidence; here it is decided whether that is worth an alert, and said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/detectors.h"
#include "detect/forward_evidence.h"
#include "detect/sentence.h"
#include "detect/techniques.h"

/* Octets of a header's value that are quoted. */
#define QUOTE_MAX 300

static const struct alert_rule rule = {
	.name = "auto_forward",
	.id = "mailtap-0001",
	.description = "A mailbox is forwarded automatically to an external address.",
	.action = "mail-forwarded",
	.techniques = { &technique_forwarding_rule, NULL },
};

struct auto_forward {
	struct detector_context context;
};

/* Whether an address stands in the list itself, or by its domain (or one above it). */
static bool
is_listed(const struct names *list, const char *address)
{
	struct bytes whole = bytes_str(address), domain = site_domain(whole);

	for (size_t i = 0; i < list->len; i++) {
		struct bytes entry = bytes_str(list->at[i]);

		if (bytes_find(entry, '@') != BYTES_NOWHERE ? bytes_equal_nocase(whole, entry)
							    : bytes_equal_nocase(domain, entry))
			return true;
		if (domain.len > entry.len && bytes_ends_nocase(domain, entry) &&
		    domain.at[domain.len - entry.len - 1] == '.')
			return true;
	}
	return false;
}

/* The artefact that weighs most: the first one named in the sentence. */
static const struct forward_artefact *
heaviest(const struct forward_assessment *a)
{
	const struct forward_artefact *best = &a->artefacts[0];

	for (size_t i = 1; i < a->artefact_count; i++)
		if (a->artefacts[i].weight > best->weight)
			best = &a->artefacts[i];
	return best;
}

static void
write_reason(struct sentence *s, const struct forward_assessment *a, const struct message_report *m)
{
	const struct forward_artefact *best = heaviest(a);

	sentence_clear(s);
	if (a->verdict == FORWARD_JOURNAL)
		sentence_add(s, "Journal reports, copies of mail made by a rule of the organisation, go to ");
	else if (a->victim[0] != '\0')
		sentence_add(s, "Mail of %s is forwarded automatically to ", a->victim);
	else
		sentence_add(s, "Mail of a mailbox that is not named is forwarded automatically to ");
	sentence_add(s, "%s: ", a->target[0] != '\0' ? a->target : "an outsider");
	if (best->rule->where == FORWARD_IN_HEADER) {
		sentence_add(s, "header ");
		sentence_add_wire(s, best->name, 80);
	} else {
		sentence_add(s, "the envelope sender");
	}
	sentence_add(s, " is what %s puts on such mail (confidence %.2f)", best->rule->platform, a->confidence);
	if (m->status == MESSAGE_INCOMPLETE)
		sentence_add(s, "; the message was not seen to its end");
	sentence_add(s, ".");
}

/* Texts of one piece of evidence; they live as long as the alert is raised. */
struct exhibit {
	struct sentence seen, weight;
};

static void
write_exhibit(struct exhibit *x, const struct forward_artefact *f)
{
	sentence_clear(&x->seen);
	sentence_add_wire(&x->seen, f->name, 80);
	sentence_add(&x->seen, ": ");
	sentence_add_wire(&x->seen, f->value_text, QUOTE_MAX);
	sentence_clear(&x->weight);
	sentence_add(&x->weight, "weight %.2f (%s)", f->weight, f->rule->name);
}

static enum severity
severity_of(const struct auto_forward_settings *s, const struct forward_assessment *a)
{
	if (a->confidence >= s->confidence_high)
		return SEVERITY_HIGH;
	if (a->confidence >= s->confidence)
		return a->severity > SEVERITY_MEDIUM ? a->severity : SEVERITY_MEDIUM;
	return SEVERITY_LOW;
}

static void
raise_alert(struct auto_forward *d, const struct observation *o, const struct forward_assessment *a)
{
	const struct auto_forward_settings *settings = &d->context.settings->auto_forward;
	struct exhibit exhibits[FORWARD_ARTEFACTS];
	struct evidence evidence[FORWARD_ARTEFACTS];
	struct identity event = observation_id(o);
	struct sentence reason, key, threshold;
	struct bytes users[2] = { bytes_str(a->victim), bytes_str(a->target) };
	struct alert alert = { .rule = &rule, .severity = severity_of(settings, a), .time = o->time,
		.session = o->session };

	sentence_clear(&threshold);
	if (a->confidence >= settings->confidence)
		sentence_add(&threshold, "confidence %.2f, alert from %.2f on", a->confidence, settings->confidence);
	else
		sentence_add(&threshold, "always worth an alert on mail to an outsider (confidence %.2f)", a->confidence);
	for (size_t i = 0; i < a->artefact_count; i++) {
		write_exhibit(&exhibits[i], &a->artefacts[i]);
		evidence[i] = (struct evidence){ .kind = a->artefacts[i].rule->where == FORWARD_IN_HEADER ? "header" : "envelope",
			.seen_text = sentence_bytes(&exhibits[i].seen), .figure_text = sentence_bytes(&exhibits[i].weight),
			.held_against_text = sentence_bytes(&threshold), .events = &event, .event_count = 1 };
	}
	write_reason(&reason, a, o->message);
	sentence_clear(&key);
	sentence_add(&key, "%s > %s", a->victim[0] != '\0' ? a->victim : "?", a->target[0] != '\0' ? a->target : "?");
	alert.risk = (unsigned)(a->confidence * 100);
	alert.key_text = sentence_bytes(&key);
	alert.reason_text = sentence_bytes(&reason);
	alert.evidence = evidence;
	alert.evidence_count = a->artefact_count;
	alert.users = (struct slices){ .at = users, .len = 2 };
	alert_book_raise(d->context.alerts, &alert);
}

static void
observe(void *self, const struct observation *o)
{
	struct auto_forward *d = self;
	const struct auto_forward_settings *settings = &d->context.settings->auto_forward;
	struct forward_assessment a;

	if (o->kind != OBSERVED_MESSAGE ||
	    (o->message->transfer != TRANSFER_SMTP_DATA && o->message->transfer != TRANSFER_SMTP_BDAT))
		return;
	forward_assess(&d->context, o->session, o->message, &a);
	if (a.artefact_count == 0 || !a.outward || a.quiet_because != NULL)
		return;
	if (a.confidence < settings->confidence && !a.alone)
		return;
	if (is_listed(&settings->allow_targets, a.target) || is_listed(&settings->allow_senders, a.victim))
		return;
	raise_alert(d, o, &a);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->auto_forward.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	struct auto_forward *d = calloc(1, sizeof(*d));

	if (d != NULL)
		d->context = *context;
	return d;
}

static void
reload(void *self, const struct detector_context *context)
{
	((struct auto_forward *)self)->context = *context;
}

const struct detector detector_auto_forward = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	.close = free,
	.reload = reload,
};
