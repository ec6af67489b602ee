/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/map.h"
#include "detect/story.h"

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
	usec_t first, last, said;
	enum severity severity;
};

/* Rules, those of the operator too, that are counted one by one. */
#define RULES_COUNTED 256
#define RULE_NAME_MAX 128

struct rule_count {
	uint64_t held_back;
	char name[RULE_NAME_MAX];
};

struct alert_book {
	struct alert_limits limits;
	alert_handler *handler;
	void *arg;
	struct map *findings; /* by identity of rule and key */
	struct stories *stories;
	struct map *rules; /* struct rule_count, by identity of the name */
	usec_t now;
	struct alert_book_counters counters;
};

struct alert_book *
alert_book_new(const struct alert_limits *limits, alert_handler *handler, void *arg)
{
	struct alert_book *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->limits = *limits;
	b->handler = handler;
	b->arg = arg;
	b->findings = map_new(sizeof(struct identity), sizeof(struct finding), limits->keys, NULL, NULL);
	b->stories = stories_new(limits->keys, limits->forget);
	b->rules = map_new(sizeof(struct identity), sizeof(struct rule_count), RULES_COUNTED, NULL, NULL);
	if (b->findings == NULL || b->stories == NULL || b->rules == NULL) {
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
	map_free(b->findings);
	stories_free(b->stories);
	map_free(b->rules);
	free(b);
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

	while ((f = map_oldest(b->findings, 0)) != NULL && b->now - f->last > b->limits.forget)
		map_remove(b->findings, f);
}

#define EVIDENCE_MAX 32

/* With what went before, if it is part of a story. */
static void
publish(struct alert_book *b, struct alert *a, struct story_case *c, unsigned risk)
{
	struct evidence evidence[EVIDENCE_MAX];
	struct sentence reason, seen;
	struct identity event;

	b->counters.published++;
	if (c != NULL && story_tell(c, a, &reason, &seen, &event)) {
		a->reason_text = sentence_bytes(&reason);
		if (a->evidence_count < EVIDENCE_MAX) {
			if (a->evidence_count > 0)
				memcpy(evidence, a->evidence, a->evidence_count * sizeof(evidence[0]));
			evidence[a->evidence_count++] = (struct evidence){ .kind = "case",
				.seen_text = sentence_bytes(&seen), .events = &event, .event_count = 1 };
			a->evidence = evidence;
		}
	}
	b->handler(b->arg, a);
	if (c != NULL)
		story_note(c, a, risk);
}

/* Not said: counted for all and for its rule. */
static void
hold_back(struct alert_book *b, const struct alert *a)
{
	struct identity id = identity_of(BYTES("mailtap.rule"), bytes_str(a->rule->name));
	struct rule_count *n = map_put(b->rules, &id, 0, 0, NULL);

	b->counters.held_back++;
	if (n == NULL)
		return;
	map_touch(b->rules, n, 0);
	n->held_back++;
	snprintf(n->name, sizeof(n->name), "%s", a->rule->name);
}

void
alert_book_count(const struct alert_book *b, alert_rule_counter *say, void *arg)
{
	for (const struct rule_count *n = map_oldest(b->rules, 0); n != NULL; n = map_newer(b->rules, n))
		say(arg, n->name, n->held_back);
}

void
alert_book_reload(struct alert_book *b, const struct alert_limits *limits)
{
	b->limits.cooldown = limits->cooldown;
}

void
alert_book_raise(struct alert_book *b, const struct alert *draft)
{
	struct alert a = *draft;
	struct identity id = finding_identity(draft);
	struct finding *f, unremembered = { 0 };
	struct story_case *c;
	bool rises;

	if (a.time > b->now)
		b->now = a.time;
	forget_old(b);
	b->counters.raised++;
	c = stories_join(b->stories, &a);
	f = map_put(b->findings, &id, 0, 0, NULL);
	if (f == NULL)
		f = &unremembered; /* memory is short: better said again than not at all */
	else
		map_touch(b->findings, f, 0);
	rises = f->count > 0 && a.severity > f->severity;
	if (f->count == 0) {
		f->first = a.time;
		f->due = 1;
		f->severity = a.severity;
	}
	f->count++;
	if (a.time > f->last)
		f->last = a.time;
	if (!rises && (f->count < f->due || (f->count > 1 && f->last - f->said < b->limits.cooldown))) {
		hold_back(b, &a);
		return;
	}
	f->said = f->last;
	while (f->count >= f->due && f->due < UINT64_MAX)
		f->due = f->due > UINT64_MAX / 10 ? UINT64_MAX : f->due * 10;
	if (rises)
		f->severity = a.severity;
	a.severity = f->severity;
	a.count = f->count;
	a.first = f->first;
	a.last = f->last;
	a.id = alert_identity(id, f);
	publish(b, &a, c, draft->risk);
}

struct alert_book_counters
alert_book_counters(const struct alert_book *b)
{
	struct alert_book_counters n = b->counters;

	n.forgotten = map_evicted(b->findings) + stories_evicted(b->stories);
	return n;
}

#define FINDINGS "alerts.findings"

void
alert_book_save(const struct alert_book *b, struct state_out *out)
{
	state_begin(out, FINDINGS);
	state_put_map(out, b->findings, sizeof(struct identity), sizeof(struct finding));
	state_end(out);
	stories_save(b->stories, out);
}

static bool
is_finding(const void *value)
{
	const struct finding *f = value;

	return f->count > 0 && f->due > 0 && f->first >= 0 && f->last >= f->first && f->said >= 0 && f->said <= f->last && f->severity <= SEVERITY_CRITICAL;
}

unsigned
alert_book_load(struct alert_book *b, struct bytes image)
{
	struct state_in in;
	unsigned refused = stories_load(b->stories, image);

	refused += state_find(image, FINDINGS, &in) &&
	    !state_get_map(&in, b->findings, sizeof(struct identity), sizeof(struct finding), is_finding);
	return refused;
}
