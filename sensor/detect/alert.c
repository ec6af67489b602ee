/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/alert.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "detect/cases.h"
#include "detect/sentence.h"
#include "detect/summary.h"

static const char *const severity_names[] = {
	[SEVERITY_LOW] = "low",
	[SEVERITY_MEDIUM] = "medium",
	[SEVERITY_HIGH] = "high",
	[SEVERITY_CRITICAL] = "critical",
};

#define SEVERITIES (sizeof(severity_names) / sizeof(severity_names[0]))

const char *
severity_name(enum severity s)
{
	return severity_names[s];
}

bool
severity_parse(struct bytes word, enum severity *out)
{
	for (size_t i = 0; i < SEVERITIES; i++) {
		if (bytes_equal_nocase(word, bytes_str(severity_names[i]))) {
			*out = (enum severity)i;
			return true;
		}
	}
	return false;
}

/* What is remembered of a finding. */
struct finding {
	uint64_t count, due; /* raised so often; said again when it comes to `due` */
	uint64_t said;	     /* the count that was said last */
	usec_t first, last;
	uint64_t severity;
};

#define RULES_MAX 128
#define RULE_NAME_MAX 64
#define EXHIBITS_MAX 16

struct rule_count {
	char name[RULE_NAME_MAX]; /* its own: rules go when they are read again */
	uint64_t held_back;
};

struct alert_book {
	struct alert_limits limits;
	alert_handler *handler;
	void *arg;
	struct map *findings; /* by identity of rule and key */
	struct summaries *summaries;
	struct cases *cases;
	const struct site *site;
	usec_t now;
	struct alert_book_counters counters;
	size_t rule_count;
	struct rule_count rules[RULES_MAX + 1]; /* the last: all the others */
};

static void say_summary(void *arg, struct identity, const struct alert *);

struct alert_book *
alert_book_new(const struct alert_limits *limits, alert_handler *handler, void *arg)
{
	struct alert_book *b = memory_take_zeroed(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->limits = *limits;
	b->handler = handler;
	b->arg = arg;
	b->findings = map_new(sizeof(struct identity), sizeof(struct finding), limits->keys, NULL, NULL);
	b->summaries = summaries_new(say_summary, b);
	b->cases = cases_new(limits->cases > 0 ? limits->cases : 1, limits->span);
	if (b->findings == NULL || b->summaries == NULL || b->cases == NULL) {
		alert_book_free(b);
		return NULL;
	}
	return b;
}

void
alert_book_free(struct alert_book *b)
{
	if (b == NULL)
		return;
	cases_free(b->cases);
	summaries_free(b->summaries);
	map_free(b->findings);
	memory_give_back(b);
}

void
alert_book_settle(struct alert_book *b, const struct site *site)
{
	b->site = site;
}

static struct identity
finding_identity(const struct alert *a)
{
	return identity_of(bytes_str(a->rule->name), a->key_text);
}

/* Stable: the same finding, begun at the same moment, said for the same time. */
static struct identity
alert_identity(struct identity finding, const struct finding *f)
{
	uint64_t words[4] = { finding.word[0], finding.word[1], (uint64_t)f->first, f->count };
	uint8_t text[sizeof(words)];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(words[i / 8] >> (8 * (i % 8)));
	return identity_of(BYTES("mailtap.alert"), bytes_of(text, sizeof(text)));
}

static void
forget_old(struct alert_book *b)
{
	struct finding *f;

	while ((f = map_oldest(b->findings, 0)) != NULL && b->now - f->last > b->limits.forget) {
		summaries_say_one(b->summaries, *(const struct identity *)map_key(b->findings, f));
		map_remove(b->findings, f);
	}
}

/* The finding of this identity, a new one where there is none; NULL when memory is short. What was held back of one
 * that gives way is said before. */
static struct finding *
remember(struct alert_book *b, const struct identity *id)
{
	struct finding *f = map_find(b->findings, id);

	if (f == NULL && map_len(b->findings) == map_ceiling(b->findings))
		summaries_say_one(
		    b->summaries, *(const struct identity *)map_key(b->findings, map_oldest(b->findings, 0)));
	if (f == NULL)
		f = map_put(b->findings, id, 0, 0, NULL);
	if (f != NULL)
		map_touch(b->findings, f, 0);
	return f;
}

static void
count_held_back(struct alert_book *b, const char *rule)
{
	struct rule_count *r = &b->rules[RULES_MAX];

	b->counters.held_back++;
	for (size_t i = 0; i < b->rule_count; i++)
		if (strncmp(b->rules[i].name, rule, RULE_NAME_MAX - 1) == 0)
			r = &b->rules[i];
	if (r == &b->rules[RULES_MAX] && b->rule_count < RULES_MAX) {
		r = &b->rules[b->rule_count++];
		snprintf(r->name, sizeof(r->name), "%s", rule);
	}
	r->held_back++;
}

/* --- what others found of the same victim --- */

#define SECONDS 19 /* of a time's text: as far as its seconds */

struct chapter {
	struct sentence reason, seen, figure, held_against;
	struct evidence evidence[EXHIBITS_MAX];
	struct identity events[CASE_STAGES];
};

/* Adds the story so far to the alert's reason and evidence; what it points to is in *c. */
static void
tell_story(struct alert *a, const struct story *s, unsigned own_risk, struct chapter *c)
{
	struct evidence *e;
	size_t others = 0;
	char when[CLOCK_TEXT_MAX];

	sentence_clear(&c->seen);
	for (uint32_t i = 0; i < s->count; i++) {
		const struct case_stage *stage = &s->stages[i];

		if (stage->risk == 0 || strncmp(stage->rule, a->rule->name, CASE_RULE_MAX - 1) == 0)
			continue;
		sentence_add(&c->seen, "%s%s (%.*sZ)", others == 0 ? "" : ", ", stage->rule, SECONDS,
		    clock_text(when, stage->time));
		c->events[others++] = stage->alert;
	}
	if (others == 0)
		return;
	sentence_clear(&c->reason);
	sentence_add(&c->reason, "%.*s", (int)a->reason_text.len, (const char *)a->reason_text.at);
	sentence_add(&c->reason, " It belongs to one case with %s.", c->seen.text);
	a->reason_text = sentence_bytes(&c->reason);
	if (a->evidence_count >= EXHIBITS_MAX)
		return;
	sentence_clear(&c->figure);
	sentence_clear(&c->held_against);
	sentence_add(&c->figure, "risk %u", a->risk);
	sentence_add(&c->held_against, "risk %u of this finding alone", own_risk);
	if (a->evidence_count > 0)
		memcpy(c->evidence, a->evidence, a->evidence_count * sizeof(c->evidence[0]));
	e = &c->evidence[a->evidence_count++];
	*e = (struct evidence){ .kind = "case",
		.seen_text = sentence_bytes(&c->seen),
		.figure_text = sentence_bytes(&c->figure),
		.held_against_text = sentence_bytes(&c->held_against),
		.events = c->events,
		.event_count = others };
	a->evidence = c->evidence;
}

/* --- saying --- */

static void
publish(struct alert_book *b, struct alert *a, struct identity id, struct finding *f)
{
	f->said = f->count;
	a->count = f->count;
	a->first = f->first;
	a->last = f->last;
	a->id = alert_identity(id, f);
	b->counters.published++;
}

static void
say(struct alert_book *b, struct alert *a, struct identity id, struct finding *f, struct story *story,
    unsigned own_risk)
{
	struct chapter chapter;

	publish(b, a, id, f);
	if (a->risk > own_risk)
		tell_story(a, story, own_risk, &chapter);
	if (story != NULL)
		cases_note(story, a, own_risk);
	b->handler(b->arg, a);
}

/* What a window held back; `a` is the latest of it. */
static void
say_summary(void *arg, struct identity id, const struct alert *latest)
{
	struct alert_book *b = arg;
	struct finding *f = map_find(b->findings, &id);
	struct alert a = *latest;
	struct sentence reason, seen, figure, said;
	uint64_t again;
	struct evidence evidence[1 + SUMMARY_EXHIBITS];
	char when[CLOCK_TEXT_MAX];

	if (f == NULL || f->count <= f->said)
		return;
	again = f->count - f->said;
	sentence_clear(&seen);
	sentence_clear(&figure);
	sentence_clear(&said);
	sentence_clear(&reason);
	sentence_add(&seen, "the same finding again: %llu times since %.*sZ", (unsigned long long)f->count, SECONDS,
	    clock_text(when, f->first));
	sentence_add(&figure, "%llu more", (unsigned long long)again);
	sentence_add(&said, "%llu when it was said last", (unsigned long long)f->said);
	if (again == 1)
		sentence_add(&reason, "Seen once more");
	else
		sentence_add(&reason, "Seen %llu times more", (unsigned long long)again);
	sentence_add(&reason, ", at last %.*sZ: %.*s", SECONDS, clock_text(when, f->last), (int)latest->reason_text.len,
	    (const char *)latest->reason_text.at);
	evidence[0] = (struct evidence){ .kind = "repetition",
		.seen_text = sentence_bytes(&seen),
		.figure_text = sentence_bytes(&figure),
		.held_against_text = sentence_bytes(&said) };
	memcpy(evidence + 1, latest->evidence, latest->evidence_count * sizeof(evidence[0]));
	a.reason_text = sentence_bytes(&reason);
	a.evidence = evidence;
	a.evidence_count = 1 + latest->evidence_count;
	a.time = b->now > f->last ? b->now : f->last;
	a.severity = (enum severity)f->severity;
	publish(b, &a, id, f);
	b->counters.summaries++;
	b->handler(b->arg, &a);
}

void
alert_book_raise(struct alert_book *b, const struct alert *draft)
{
	struct alert a = *draft;
	struct identity id = finding_identity(draft);
	struct finding *f, unremembered = { 0 };
	struct story *story;
	bool rises;

	if (a.time > b->now)
		b->now = a.time;
	forget_old(b);
	b->counters.raised++;
	story = cases_find(b->cases, &a, b->site, &a.case_id);
	if (story != NULL)
		a.risk = cases_risk(story, &a, draft->risk, &a.severity);
	f = remember(b, &id);
	if (f == NULL)
		f = &unremembered; /* better said again than not at all */
	rises = f->count > 0 && a.severity > f->severity;
	if (f->count == 0) {
		f->first = a.time;
		f->due = 1;
		f->severity = a.severity;
	}
	f->count++;
	if (a.time > f->last)
		f->last = a.time;
	if (f->count < f->due && !rises) {
		count_held_back(b, a.rule->name);
		summaries_keep(b->summaries, id, &a, b->now);
		return;
	}
	if (f->count >= f->due)
		f->due = f->due > UINT64_MAX / 10 ? UINT64_MAX : f->due * 10;
	if (rises)
		f->severity = a.severity;
	a.severity = (enum severity)f->severity;
	summaries_drop(b->summaries, id);
	say(b, &a, id, f, story, draft->risk);
}

void
alert_book_tick(struct alert_book *b, usec_t now)
{
	if (now > b->now)
		b->now = now;
	if (b->limits.window > 0)
		summaries_say(b->summaries, b->now - b->limits.window);
}

void
alert_book_flush(struct alert_book *b)
{
	summaries_say(b->summaries, INT64_MAX);
}

struct alert_book_counters
alert_book_counters(const struct alert_book *b)
{
	struct alert_book_counters n = b->counters;

	n.forgotten = map_evicted(b->findings) + cases_evicted(b->cases);
	return n;
}

void
alert_book_count(const struct alert_book *b, alert_rule_counter *tell, void *arg)
{
	for (size_t i = 0; i < b->rule_count; i++)
		tell(arg, b->rules[i].name, b->rules[i].held_back);
	if (b->rules[RULES_MAX].held_back > 0)
		tell(arg, "other", b->rules[RULES_MAX].held_back);
}

#define SECTION "alerts.findings"

void
alert_book_save(const struct alert_book *b, struct state_out *out)
{
	state_begin(out, SECTION);
	state_put_map(out, b->findings, sizeof(struct identity), sizeof(struct finding));
	state_end(out);
	cases_save(b->cases, out);
}

static bool
is_finding(const void *value)
{
	const struct finding *f = value;

	return f->count > 0 && f->said <= f->count && f->severity < SEVERITIES && f->first >= 0 && f->first <= f->last;
}

unsigned
alert_book_load(struct alert_book *b, struct bytes image)
{
	struct state_in in;
	unsigned refused = 0;

	if (state_find(image, SECTION, &in) &&
	    !state_get_map(&in, b->findings, sizeof(struct identity), sizeof(struct finding), is_finding))
		refused++;
	return refused + !cases_load(b->cases, image);
}
