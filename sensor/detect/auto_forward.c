/* SPDX-License-Identifier: Apache-2.0
 *
 * auto_forward: automatic forwarding of a mailbox to an outsider. What a message says of it is found by
 * forward_evidence; here it is decided whether that is worth an alert, and said.
 */
#include <stdlib.h>

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
write_sign(struct sentence *s, const struct forward_artefact *f)
{
	char named[FORWARD_ADDRESS_MAX];

	if (f->rule->where == FORWARD_IN_STRUCTURE) {
		sentence_add_wire(s, f->value_text, QUOTE_MAX);
		return;
	}
	if (f->rule->where == FORWARD_IN_HEADER) {
		sentence_add(s, "header ");
		sentence_add_wire(s, f->name, 80);
	} else {
		sentence_add(s, "the envelope sender");
	}
	forward_address_copy(named, forward_address_find(f->value_text, f->rule->victim == FORWARD_TAKE_LAST_ADDRESS));
	if (f->rule->where == FORWARD_IN_SENDER)
		sentence_add(s, " is coded");
	else if (f->rule->victim != FORWARD_TAKE_NOTHING && named[0] != '\0')
		sentence_add(s, " names %s", named);
	else
		sentence_add(s, " is set");
	sentence_add(s, " (%s)", f->rule->platform);
}

static void
write_reason(struct sentence *s, const struct forward_assessment *a, const struct message_report *m)
{
	sentence_clear(s);
	if (a->verdict == FORWARD_JOURNAL)
		sentence_add(s, "Journal reports, copies of mail made by a rule of the organisation, go to ");
	else if (a->victim[0] != '\0')
		sentence_add(s, "Mail for %s is forwarded automatically to ", a->victim);
	else
		sentence_add(s, "Mail for a mailbox that is not named is forwarded automatically to ");
	sentence_add(s, "%s: ", a->target[0] != '\0' ? a->target : "an outsider");
	write_sign(s, heaviest(a));
	sentence_add(s, ", confidence %.2f", a->confidence);
	if (m->status == MESSAGE_INCOMPLETE)
		sentence_add(s, "; the message was not seen to its end");
	else if (m->status == MESSAGE_UNANSWERED)
		sentence_add(s, "; the server's answer was not seen");
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
	if (f->rule->where != FORWARD_IN_STRUCTURE) {
		sentence_add_wire(&x->seen, f->name, 80);
		sentence_add(&x->seen, ": ");
	}
	sentence_add_wire(&x->seen, f->value_text, QUOTE_MAX);
	sentence_clear(&x->weight);
	sentence_add(&x->weight, "weight %.2f (%s)", f->weight, f->rule->name);
}

/* Confidence makes the severity; a rule may ask for more, and alone decides where confidence does not suffice. */
static enum severity
severity_of(const struct auto_forward_settings *s, const struct forward_assessment *a)
{
	enum severity least = a->confidence >= s->confidence_high ? SEVERITY_HIGH : SEVERITY_MEDIUM;

	if (a->confidence < s->confidence)
		return a->severity;
	return a->severity > least ? a->severity : least;
}

static void
write_threshold(struct sentence *s, const struct auto_forward_settings *settings, const struct forward_assessment *a)
{
	sentence_clear(s);
	if (a->confidence >= settings->confidence)
		sentence_add(s, "confidence %.2f, alert from %.2f on", a->confidence, settings->confidence);
	else
		sentence_add(s, "confidence %.2f is below %.2f, but this sign always raises an alert on mail to an outsider",
		    a->confidence, settings->confidence);
}

static void
raise_alert(struct auto_forward *d, const struct observation *o, const struct forward_assessment *a)
{
	static const char *const kinds[] = { [FORWARD_IN_HEADER] = "header", [FORWARD_IN_SENDER] = "envelope",
		[FORWARD_IN_STRUCTURE] = "structure" };
	const struct auto_forward_settings *settings = &d->context.settings->auto_forward;
	struct exhibit exhibits[FORWARD_ARTEFACTS];
	struct evidence evidence[FORWARD_ARTEFACTS];
	struct identity event = observation_id(o);
	struct sentence reason, key, threshold;
	struct bytes users[2];
	struct alert alert = { .rule = &rule, .severity = severity_of(settings, a), .time = o->time,
		.session = o->session, .evidence = evidence, .users = { .at = users } };

	write_threshold(&threshold, settings, a);
	for (size_t i = 0; i < a->artefact_count; i++) {
		const struct forward_artefact *f = &a->artefacts[i];
		struct exhibit *x = &exhibits[alert.evidence_count];

		if (f->weight <= 0)
			continue;
		write_exhibit(x, f);
		evidence[alert.evidence_count++] = (struct evidence){
			.kind = kinds[f->rule->where],
			.seen_text = sentence_bytes(&x->seen), .figure_text = sentence_bytes(&x->weight),
			.held_against_text = sentence_bytes(&threshold), .events = &event, .event_count = 1 };
	}
	write_reason(&reason, a, o->message);
	sentence_clear(&key);
	sentence_add(&key, "%s > %s", a->victim[0] != '\0' ? a->victim : "?", a->target[0] != '\0' ? a->target : "?");
	if (a->victim[0] != '\0')
		users[alert.users.len++] = bytes_str(a->victim);
	if (a->target[0] != '\0')
		users[alert.users.len++] = bytes_str(a->target);
	alert.risk = (unsigned)(a->confidence * 100 + 0.5);
	alert.key_text = sentence_bytes(&key);
	alert.reason_text = sentence_bytes(&reason);
	alert_book_raise(d->context.alerts, &alert);
}

static bool
is_excused(const struct auto_forward *d, const struct observation *o, const struct forward_assessment *a)
{
	const struct detect_settings *settings = d->context.settings;
	struct allow_subject subject = { .time = o->time,
		.client = &o->session->client.address,
		.server = &o->session->server.address,
		.who = { bytes_str(a->victim), bytes_str(a->target) } };

	return allow_covers(&settings->auto_forward.allow, &settings->allow, &subject);
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
	/* Journal reports are journal_external's. */
	if (a.artefact_count > 0 && a.outward && a.quiet_because == NULL && a.verdict != FORWARD_JOURNAL &&
	    (a.confidence >= settings->confidence || a.alone) && !is_excused(d, o, &a))
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
