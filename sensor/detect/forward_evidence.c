/* SPDX-License-Identifier: Apache-2.0
 *
 * The order of judgement: where the message goes, what was found (artefacts), whose mailbox it is and to whom, how sure
 * that makes, and what speaks against it (a reply, a list, a report, an approval).
 *
 * Whatever stands in a header may have been put there by whoever wrote the message first. So a marker that names an
 * outsider's mailbox weighs little, the target is always one of the recipients that the envelope names, and an
 * approved mailbox excuses nothing when another one of ours is named too.
 */
#include "detect/forward_evidence.h"

#include <string.h>

#include "detect/forward_envelope.h"
#include "detect/forward_excuse.h"

const char *const forward_evidence_headers[] = { "Auto-Submitted", "Content-Type", "DKIM-Signature", "Delivered-To",
	"Errors-To", "In-Reply-To", "List-Id", "List-Post", "List-Unsubscribe", "Precedence", "Received", "Resent-Cc",
	"Resent-From", "Resent-To", "Sender",
	"X-Auto-Response-Suppress", "X-BeenThere", "X-Forwarded-Message-Id", "X-MS-Exchange-Generated-Message-Source",
	"X-MS-Exchange-Inbox-Rules-Loop", "X-MS-Exchange-Parent-Message-Id", "X-Mailman-*", NULL };

static const double class_weights[FORWARD_CLASSES] = {
	[FORWARD_CLASS_A] = 0.90,
	[FORWARD_CLASS_B] = 0.75,
	[FORWARD_CLASS_C] = 0.85,
	[FORWARD_CLASS_D] = 0.50,
	[FORWARD_CLASS_E] = 0.35,
	[FORWARD_CLASS_F] = 0.15,
};

#define FREEMAIL_BONUS 0.10
#define LIST_MALUS 0.60
#define CERTAINTY_MAX 0.99

/* Of one rule no more than this many are kept, so that a heap of one header leaves room for others. */
#define ARTEFACTS_PER_RULE 4

/* One assessment under way. */
struct inquiry {
	const struct detector_context *context;
	const struct session *session;
	const struct message_report *report;
	const struct message_content *content;
	struct bytes recipient; /* the outsider it goes to, or the first recipient */
	bool approved;          /* no outsider among the recipients but those on the allow-list */
	bool reply;
	bool proven;            /* a marker that only the forwarder of one of our mailboxes can have made */
	double victim_weight;   /* of the artefact that named the victim */
	unsigned ours, ours_approved; /* artefacts that name a mailbox that may be ours; approved ones among them */
	struct forward_assessment *out;
};

static const struct auto_forward_settings *
settings_of(const struct inquiry *q)
{
	return &q->context->settings->auto_forward;
}

/* --- where it goes --- */

/* With local_domains set the mailbox tells who is an outsider; without them, the connection does. */
static bool
is_outsider(const struct inquiry *q, struct bytes recipient)
{
	enum site_mailbox where = site_mailbox(q->context->site, recipient);

	if (where == SITE_MAILBOX_UNKNOWN)
		return site_direction(q->context->site, &q->session->client.address, &q->session->server.address) ==
		    SITE_OUTBOUND;
	return where == SITE_MAILBOX_OUTSIDE;
}

/* The recipient that counts: an outsider nobody has approved, else one that is approved, else the first. What comes
 * from outside is on its way in, however it was forwarded before. */
static void
find_recipient(struct inquiry *q)
{
	const struct slices *to = &q->report->envelope.to;

	for (size_t i = 0; i < to->len; i++) {
		bool approved = names_have_mailbox(&settings_of(q)->allow_targets, to->at[i]);

		if (!is_outsider(q, to->at[i]) || (q->out->outward && (approved || !q->approved)))
			continue;
		q->recipient = to->at[i];
		q->approved = approved;
		q->out->outward = true;
	}
	if (to->len > 0 && !q->out->outward)
		q->recipient = to->at[0];
	if (!site_is_home(q->context->site, &q->session->client.address))
		q->out->outward = false;
}

static bool
is_recipient(const struct inquiry *q, const char *address)
{
	const struct slices *to = &q->report->envelope.to;

	for (size_t i = 0; i < to->len; i++)
		if (bytes_equal_nocase(bytes_str(address), to->at[i]))
			return true;
	return false;
}

/* The artefact's word on the target counts where the envelope agrees, or where there is no envelope. */
static void
note_target(struct inquiry *q, const char *target)
{
	struct forward_assessment *a = q->out;
	struct bytes address = bytes_str(target);

	if (target[0] == '\0' || a->target[0] != '\0')
		return;
	if (q->report->envelope.to.len == 0 || (is_recipient(q, target) &&
	    (!a->outward || is_outsider(q, address)) &&
	    (q->approved || !names_have_mailbox(&settings_of(q)->allow_targets, address))))
		forward_address_copy(a->target, address);
}

/* --- artefacts --- */

/* The heaviest artefact that names one names the victim. */
static void
note_victim(struct inquiry *q, const char *victim, double weight)
{
	struct bytes address = bytes_str(victim);

	if (victim[0] == '\0' || weight <= 0)
		return;
	if (weight > q->victim_weight) {
		q->victim_weight = weight;
		forward_address_copy(q->out->victim, address);
	}
	if (site_mailbox(q->context->site, address) == SITE_MAILBOX_OUTSIDE)
		return;
	q->ours++;
	q->ours_approved += names_have_mailbox(&settings_of(q)->allow_senders, address);
}

/* Where an artefact of this weight is kept: in place of a lighter one when there is no room; NULL: nowhere. */
static struct forward_artefact *
seat_for(struct forward_assessment *a, const struct forward_rule *rule, double weight)
{
	struct forward_artefact *lightest = &a->artefacts[0], *lightest_same = NULL, *seat;
	unsigned same = 0;

	for (size_t i = 0; i < a->artefact_count; i++) {
		struct forward_artefact *f = &a->artefacts[i];

		if (f->weight < lightest->weight)
			lightest = f;
		if (f->rule != rule)
			continue;
		same++;
		if (lightest_same == NULL || f->weight < lightest_same->weight)
			lightest_same = f;
	}
	if (same < ARTEFACTS_PER_RULE && a->artefact_count < FORWARD_ARTEFACTS)
		return &a->artefacts[a->artefact_count++];
	seat = same < ARTEFACTS_PER_RULE ? lightest : lightest_same;
	return seat->weight < weight ? seat : NULL;
}

static void
keep_artefact(struct inquiry *q, const struct forward_rule *rule, struct bytes name, struct bytes value, double weight)
{
	struct forward_artefact *seat = seat_for(q->out, rule, weight);

	if (seat != NULL)
		*seat = (struct forward_artefact){ .rule = rule, .name = name, .value_text = value, .weight = weight };
}

/* What a rule's artefact weighs that names this mailbox, or, in the domain of a coded address, this forwarder. Nothing
 * on a reply when replies carry it too; little when it is not ours: an outsider can have put it there. A Microsoft
 * tenant's first domain is one that nobody thinks of as theirs: whose it is, is not known. */
static double
weigh_artefact(struct inquiry *q, const struct forward_rule *rule, struct bytes forwarder)
{
	double weight = rule->weight >= 0 ? rule->weight : class_weights[rule->class];
	enum site_mailbox where = site_mailbox(q->context->site, forwarder);

	if (q->reply && rule->reply_may_carry)
		return 0;
	if (where == SITE_MAILBOX_OUTSIDE && bytes_ends_nocase(forwarder, BYTES(".onmicrosoft.com")))
		where = SITE_MAILBOX_UNKNOWN;
	if (where == SITE_MAILBOX_OUTSIDE && weight > class_weights[FORWARD_CLASS_F])
		return class_weights[FORWARD_CLASS_F];
	q->proven |= where == SITE_MAILBOX_LOCAL && weight >= class_weights[FORWARD_CLASS_B];
	return weight;
}

static bool
value_fits(const struct forward_rule *rule, struct bytes value)
{
	switch (rule->test) {
	case FORWARD_TEST_PRESENT:
		return true;
	case FORWARD_TEST_EQUALS:
		return bytes_equal_nocase(bytes_trim(value), bytes_str(rule->value));
	case FORWARD_TEST_CONTAINS:
		return bytes_find_nocase(value, bytes_str(rule->value)) != BYTES_NOWHERE;
	default:
		return false;
	}
}

/* The address that `take` asks for in a value, or "". */
static void
take_address(char out[FORWARD_ADDRESS_MAX], enum forward_take take, struct bytes value)
{
	out[0] = '\0';
	if (take == FORWARD_TAKE_ADDRESS || take == FORWARD_TAKE_LAST_ADDRESS)
		forward_address_copy(out, forward_address_find(value, take == FORWARD_TAKE_LAST_ADDRESS));
}

/* Whether another header of this name names the same first address as `value`. */
static bool
is_accompanied(const struct message_content *m, const char *name, struct bytes value)
{
	struct bytes address = forward_address_find(value, false);

	for (size_t i = 0; address.len > 0 && i < m->header_count; i++)
		if (bytes_equal_nocase(m->headers[i].name, bytes_str(name)) &&
		    bytes_equal_nocase(forward_address_find(m->headers[i].value_text, false), address))
			return true;
	return false;
}

static void
look_in_headers(struct inquiry *q, const struct forward_rule *rule)
{
	const struct message_content *m = q->content;
	struct bytes name = bytes_str(rule->header);
	unsigned needed = rule->at_least > 1 ? rule->at_least : 1, met = 0;

	for (size_t i = 0; i < m->header_count; i++) {
		struct bytes value = m->headers[i].value_text;
		char victim[FORWARD_ADDRESS_MAX], target[FORWARD_ADDRESS_MAX];
		double weight;

		if (!bytes_equal_nocase(m->headers[i].name, name) || !value_fits(rule, value) ||
		    (rule->with_header != NULL && !is_accompanied(m, rule->with_header, value)))
			continue;
		if (++met < needed)
			continue;
		take_address(victim, rule->victim, value);
		take_address(target, rule->target, value);
		weight = weigh_artefact(q, rule, bytes_str(victim));
		keep_artefact(q, rule, m->headers[i].name, value, weight);
		note_victim(q, victim, weight);
		note_target(q, target);
	}
	if (met >= needed && met > q->out->hops)
		q->out->hops = met;
}

static bool
sender_fits(const struct forward_rule *rule, struct bytes sender, struct forward_coded *coded)
{
	switch (rule->test) {
	case FORWARD_TEST_CAF:
		return forward_envelope_caf(sender, coded);
	case FORWARD_TEST_SRS_PLUS:
		return forward_envelope_srs_plus(sender, coded);
	case FORWARD_TEST_SRS_BOUNCES:
		return forward_envelope_srs_bounces(sender, coded);
	case FORWARD_TEST_SRS:
		return forward_envelope_srs(sender, coded);
	default:
		return value_fits(rule, sender);
	}
}

/* What the scheme itself has to say of the weight. */
static double
weigh_scheme(struct inquiry *q, const struct forward_rule *rule, double weight, const char *coded_target)
{
	double weak = class_weights[FORWARD_CLASS_F];

	/* Gmail codes the recipient: any other address means that something else wrote it, and the right one that the
	 * last to send it was the forwarder. */
	if (rule->test == FORWARD_TEST_CAF && q->report->envelope.to.len > 0) {
		if (!is_recipient(q, coded_target))
			return weight < weak ? weight : weak;
		q->proven |= weight >= class_weights[FORWARD_CLASS_B];
	}
	/* A group that is expanded to several members looks the same: a forward has one recipient. */
	if (rule->test == FORWARD_TEST_SRS_PLUS && q->report->envelope.to.len > 1 && weight > weak)
		return weak;
	return weight;
}

static void
look_in_sender(struct inquiry *q, const struct forward_rule *rule)
{
	struct bytes sender = q->report->envelope.from;
	struct forward_coded coded = { 0 };
	char victim[FORWARD_ADDRESS_MAX], target[FORWARD_ADDRESS_MAX], coded_target[FORWARD_ADDRESS_MAX];
	double weight;

	if (!q->report->envelope.has_sender || !sender_fits(rule, sender, &coded))
		return;
	forward_address_write(coded_target, coded.other_local, coded.other_domain);
	if (rule->victim == FORWARD_TAKE_CODED)
		forward_address_write(victim, coded.victim_local, coded.victim_domain);
	else
		take_address(victim, rule->victim, sender);
	if (rule->target == FORWARD_TAKE_CODED)
		forward_address_copy(target, bytes_str(coded_target));
	else
		take_address(target, rule->target, sender);
	/* The domain of a coded address is the forwarder's, also where the scheme does not name the mailbox. */
	weight = weigh_artefact(q, rule, coded.victim_domain.len > 0 ? sender : bytes_str(victim));
	weight = weigh_scheme(q, rule, weight, coded_target);
	keep_artefact(q, rule, BYTES("MAIL FROM"), sender, weight);
	note_victim(q, victim, weight);
	note_target(q, target);
	if (q->out->hops == 0)
		q->out->hops = 1;
}

/* Only on the way out: what comes in was addressed by others, and travels. */
static void
look_at_structure(struct inquiry *q, bool list)
{
	struct forward_structure *s = &q->out->structure;
	double weight = class_weights[FORWARD_CLASS_E];

	if (!q->out->outward || q->reply ||
	    !forward_structure_found(q->context->site, q->report, q->session->start, list, s))
		return;
	keep_artefact(q, &forward_structure_rule, BYTES("structure"), sentence_bytes(&s->text), weight);
	note_victim(q, s->victim, weight);
	if (q->out->hops == 0)
		q->out->hops = 1;
}

static void
collect(struct inquiry *q)
{
	const struct forward_rules *rules = q->context->forward_rules;

	for (size_t i = 0; i < rules->len; i++) {
		if (rules->at[i].where == FORWARD_IN_HEADER)
			look_in_headers(q, &rules->at[i]);
		else
			look_in_sender(q, &rules->at[i]);
	}
}

/* --- the judgement --- */

static bool
is_freemail(const struct inquiry *q)
{
	const struct names *list = &settings_of(q)->freemail;
	struct bytes domain = site_domain(q->recipient);

	for (size_t i = 0; i < list->len; i++)
		if (bytes_equal_nocase(domain, bytes_str(list->at[i])))
			return true;
	return false;
}

/* Evidence of one class counts once, the heaviest; classes are taken for independent of each other. */
static void
weigh(struct inquiry *q, bool list)
{
	struct forward_assessment *a = q->out;
	double heaviest[FORWARD_CLASSES] = { 0 }, doubt = 1;

	for (size_t i = 0; i < a->artefact_count; i++) {
		const struct forward_artefact *f = &a->artefacts[i];

		if (f->weight > heaviest[f->rule->class])
			heaviest[f->rule->class] = f->weight;
	}
	for (int c = 0; c < FORWARD_CLASSES; c++)
		doubt *= 1 - heaviest[c];
	a->confidence = 1 - doubt;
	if (a->confidence > 0 && is_freemail(q))
		a->confidence += FREEMAIL_BONUS;
	/* A list hands on whatever marks its members' mail came with; a mailbox that forwards a list's mail leaves its
	 * own, and they stand. */
	if (list && !q->proven)
		a->confidence -= LIST_MALUS;
	a->confidence = a->confidence < 0 ? 0 : a->confidence > CERTAINTY_MAX ? CERTAINTY_MAX : a->confidence;
}

/* A message that a server wrote anew is told from one that it sent on; a journal report from both. */
static unsigned
rank_of(enum forward_verdict v)
{
	static const enum forward_verdict order[] = { FORWARD_NONE, FORWARD_REDIRECT, FORWARD_RULE, FORWARD_JOURNAL };
	unsigned rank = 0;

	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i] == v)
			rank = i;
	return rank;
}

/* A message that a rule wrote anew comes from the mailbox whose rule it is. */
static void
note_author(struct inquiry *q)
{
	char author[FORWARD_ADDRESS_MAX];

	if (q->out->verdict != FORWARD_RULE || q->out->victim[0] != '\0' || q->content->from.len == 0 ||
	    site_mailbox(q->context->site, q->content->from.at[0].address) == SITE_MAILBOX_OUTSIDE)
		return;
	forward_address_copy(author, q->content->from.at[0].address);
	note_victim(q, author, class_weights[FORWARD_CLASS_F]);
}

static void
conclude(struct inquiry *q)
{
	struct forward_assessment *a = q->out;
	bool convinced = a->confidence >= settings_of(q)->confidence;

	for (size_t i = 0; i < a->artefact_count; i++) {
		const struct forward_artefact *f = &a->artefacts[i];

		if (f->weight <= 0)
			continue;
		a->alone |= f->rule->alone;
		if ((convinced || f->rule->alone) && f->rule->severity > a->severity)
			a->severity = f->rule->severity;
		if (a->verdict == FORWARD_NONE || rank_of(f->rule->verdict) > rank_of(a->verdict))
			a->verdict = f->rule->verdict;
	}
	note_author(q);
	if (a->target[0] == '\0')
		forward_address_copy(a->target, q->recipient);
}

/* What speaks against evidence that was found; the first that applies is said. */
static void
excuse(struct inquiry *q, bool list, bool report)
{
	struct forward_assessment *a = q->out;
	bool counts = false;

	for (size_t i = 0; i < a->artefact_count; i++)
		counts |= a->artefacts[i].weight > 0;
	if (report) {
		a->verdict = FORWARD_NONE;
		a->quiet_because = "a report about mail (null sender), not mail";
	} else if (!counts && q->reply) {
		a->verdict = FORWARD_AUTO_REPLY;
		a->quiet_because = "an automatic reply";
	} else if (list && !q->proven && a->confidence < settings_of(q)->confidence) {
		a->verdict = FORWARD_LIST;
		a->quiet_because = "mailing list or bulk mail";
	} else if (q->report->status == MESSAGE_REFUSED) {
		a->quiet_because = "the server refused it";
	} else if (a->outward && q->approved) {
		a->quiet_because = "the target is on the allow-list";
	} else if (q->ours > 0 && q->ours_approved == q->ours) {
		a->quiet_because = "forwarding of this mailbox is approved";
	}
}

void
forward_assess(const struct detector_context *context, const struct session *session,
    const struct message_report *report, struct forward_assessment *out)
{
	struct inquiry q = { .context = context, .session = session, .report = report, .content = report->content,
		.out = out };
	bool list = forward_is_list_mail(report->content);

	memset(out, 0, sizeof(*out));
	q.reply = forward_is_auto_reply(context->site, report->content);
	find_recipient(&q);
	collect(&q);
	look_at_structure(&q, list);
	if (out->artefact_count > 0) {
		weigh(&q, list);
		conclude(&q);
		excuse(&q, list, forward_is_report(report));
	} else if (q.reply) {
		out->verdict = FORWARD_AUTO_REPLY;
	} else if (list) {
		out->verdict = FORWARD_LIST;
	} else if (forward_is_manual(report->content)) {
		out->verdict = FORWARD_MANUAL;
	}
}
