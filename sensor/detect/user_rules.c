/* SPDX-License-Identifier: Apache-2.0
 *
 * Judges user rules: each event is put to the rules that are about its kind, in the order of the files.
 *
 *	event -> condition -> tally of the key -> sentence and evidence -> alert book
 *
 * What a rule has counted stays over a reload, and in the state over a restart, as long as its name does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "detect/detectors.h"
#include "detect/user_rule.h"

#define SECTION "user_rules.tally"

#define EXHIBITS 8
#define USERS 8

static const unsigned risks[] = {
	[SEVERITY_LOW] = 21, [SEVERITY_MEDIUM] = 47, [SEVERITY_HIGH] = 73, [SEVERITY_CRITICAL] = 99
};

/* What has become of one rule. */
struct count {
	struct identity name; /* of the rule: the old rules may be gone when the new ones come */
	uint64_t matched, raised, quiet, gave_up;
};

/* A private value that the sentence or the key holds, as it stands there: what hides it finds it by this. */
struct exhibit {
	const char *kind;
	struct sentence seen;
};

struct user_rules_detector {
	struct detector_context context;
	const struct user_rules *rules;
	struct count *counts; /* per rule */
	size_t count_len;
	struct user_tally *tally;
	size_t keys;
	struct event event; /* scratch, too large for the stack */
	struct user_verdict verdict;
	struct sentence held[USER_PROOFS];
	struct exhibit exhibits[EXHIBITS];
	size_t exhibit_count;
	struct bytes users[USERS];
	size_t user_count;
};

/* What is said of rules as a whole: of the row, not of an alert. */
static const struct alert_rule row = {
	.name = "user_rules", .id = "mailtap-user", .description = "User rules", .action = "rule-matched"
};

/* --- what an alert holds --- */

/* "destination.port equals 25, 110", as the file has it. */
static void
write_test(const struct user_condition *c, struct sentence *s)
{
	char path[160];

	sentence_clear(s);
	sentence_add_wire(s, bytes_str(event_place_text(&c->place, path, sizeof(path))), sizeof(path));
	sentence_add(s, " %s ", user_test_name(c->test));
	if (c->test == USER_IN)
		sentence_add_wire(s, bytes_str(c->file), 200);
	for (size_t i = 0; i < c->operand_count; i++) {
		if (s->len > 300) {
			sentence_add(s, " and %zu more", c->operand_count - i);
			return;
		}
		sentence_add(s, "%s", i > 0 ? ", " : "");
		sentence_add_wire(s, bytes_str(c->operands[i].text), 200);
	}
}

/* Whether the evidence holds this very text as of this kind already. */
static bool
is_shown(const struct user_rules_detector *d, const struct exhibit *x)
{
	struct bytes seen = sentence_bytes(&x->seen);

	for (size_t i = 0; i < d->verdict.count; i++)
		if (d->verdict.proofs[i].evidence == x->kind &&
		    bytes_equal(bytes_of(d->verdict.proofs[i].seen, d->verdict.proofs[i].len), seen))
			return true;
	for (size_t i = 0; i < d->exhibit_count; i++)
		if (bytes_equal(sentence_bytes(&d->exhibits[i].seen), seen))
			return true;
	return false;
}

static bool
add_exhibit(void *arg, const struct event_value *v)
{
	struct user_rules_detector *d = arg;
	struct exhibit *x = &d->exhibits[d->exhibit_count];
	char out[EVENT_VALUE_TEXT_MAX];

	if (d->exhibit_count == EXHIBITS || strcmp(v->evidence, "field") == 0)
		return false;
	x->kind = v->evidence;
	sentence_clear(&x->seen);
	sentence_add_wire(&x->seen, event_value_text(v, out), USER_PLACE_TEXT);
	d->exhibit_count += x->seen.len > 0 && !is_shown(d, x);
	return true;
}

static bool
add_user(void *arg, const struct event_value *v)
{
	struct user_rules_detector *d = arg;

	if (v->text.len > 0)
		d->users[d->user_count++] = v->text;
	return d->user_count < USERS;
}

/* Who it is about: those of the values that live as long as the observation. */
static void
find_users(struct user_rules_detector *d)
{
	static const char *const paths[] = { "user.name", "mailtap.envelope.from", "mailtap.envelope.to" };
	struct event_place place;

	d->user_count = 0;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && d->user_count < USERS; i++)
		if (event_place_find(paths[i], &place))
			event_visit(&d->event, &place, add_user, d);
}

static void
find_exhibits(struct user_rules_detector *d, const struct user_rule *r)
{
	d->exhibit_count = 0;
	for (size_t i = 0; i < r->message.len; i++)
		if (r->message.pieces[i].kind == USER_PIECE_FIELD)
			event_visit(&d->event, &r->message.pieces[i].place, add_exhibit, d);
	for (size_t i = 0; i < r->by_count; i++)
		event_visit(&d->event, &r->by[i], add_exhibit, d);
}

static size_t
write_evidence(struct user_rules_detector *d, const struct identity *id, struct evidence *out)
{
	size_t count = 0;

	for (size_t i = 0; i < d->verdict.count; i++) {
		const struct user_proof *p = &d->verdict.proofs[i];

		write_test(p->test, &d->held[i]);
		out[count++] = (struct evidence){ .kind = p->evidence,
			.seen_text = bytes_of(p->seen, p->len),
			.held_against_text = sentence_bytes(&d->held[i]),
			.events = id,
			.event_count = 1 };
	}
	for (size_t i = 0; i < d->exhibit_count; i++)
		out[count++] = (struct evidence){ .kind = d->exhibits[i].kind,
			.seen_text = sentence_bytes(&d->exhibits[i].seen),
			.events = id,
			.event_count = 1 };
	return count;
}

/* "25 times within 10 min", and what was needed. */
static void
write_count(const struct user_rule *r, uint64_t sum, struct sentence *seen, struct sentence *needed)
{
	sentence_clear(seen);
	sentence_clear(needed);
	sentence_add(seen, "%llu times within ", (unsigned long long)sum);
	sentence_add_span(seen, r->terms.window);
	sentence_add(needed, "%llu within ", (unsigned long long)r->terms.count);
	sentence_add_span(needed, r->terms.window);
}

static void
write_reason(struct user_rules_detector *d, const struct user_rule *r, uint64_t sum, struct sentence *s)
{
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	const struct session *session = d->event.o->session;

	sentence_clear(s);
	if (r->message.len > 0) {
		user_template_write(&r->message, &d->event, sum, r->terms.window, s);
		return;
	}
	sentence_add_wire(s, bytes_str(r->description), SENTENCE_MAX / 2);
	sentence_add(
	    s, ": %s to %s", address_text(client, &session->client.address), endpoint_text(server, &session->server));
}

static void
raise_alert(struct user_rules_detector *d, const struct user_rule *r, struct bytes key, uint64_t sum)
{
	const struct observation *o = d->event.o;
	struct identity id = observation_id(o);
	struct evidence evidence[1 + USER_PROOFS + EXHIBITS];
	struct sentence reason, seen, needed;
	struct alert alert = { .rule = &r->alert,
		.severity = r->severity,
		.risk = risks[r->severity],
		.time = o->time,
		.key_text = key,
		.session = o->session,
		.evidence = evidence };

	find_users(d);
	find_exhibits(d, r);
	write_reason(d, r, sum, &reason);
	if (r->terms.count > 1) {
		write_count(r, sum, &seen, &needed);
		evidence[alert.evidence_count++] = (struct evidence){ .kind = "count",
			.seen_text = sentence_bytes(&seen),
			.held_against_text = sentence_bytes(&needed),
			.events = &id,
			.event_count = 1 };
	}
	alert.evidence_count += write_evidence(d, &id, evidence + alert.evidence_count);
	if (o->kind == OBSERVED_SESSION)
		memcpy(alert.traffic, o->report->traffic, sizeof(alert.traffic));
	alert.reason_text = sentence_bytes(&reason);
	alert.users = (struct slices){ .at = d->users, .len = d->user_count };
	alert_book_raise(d->context.alerts, &alert);
}

/* --- judging --- */

static void
write_key(struct user_rules_detector *d, const struct user_rule *r, struct sentence *key)
{
	sentence_clear(key);
	for (size_t i = 0; i < r->by_count; i++) {
		sentence_add(key, "%s", i > 0 ? " / " : "");
		user_place_write(&r->by[i], &d->event, "-", key);
	}
}

static void
note_giving_up(struct user_rules_detector *d, const struct user_rule *r, struct count *n)
{
	if (n->gave_up == 0)
		log_warning("rules",
		    "%s:%u: rule %s: a pattern came to its ceiling of work on a value, which counts as not matching: "
		    "make "
		    "it simpler; said once",
		    r->file, r->line, r->name);
	n->gave_up += d->verdict.gave_up;
}

static void
judge(struct user_rules_detector *d, const struct user_rule *r, struct count *n)
{
	bool holds = user_condition_holds(&r->when, &d->event, &d->verdict), counts = r->terms.count > 1;
	enum tally_result result = TALLY_DUE;
	struct sentence key;
	uint64_t sum = 1;

	if (d->verdict.gave_up > 0)
		note_giving_up(d, r, n);
	if (!holds)
		return;
	n->matched++;
	write_key(d, r, &key);
	if (counts || r->terms.cooldown > 0)
		result = user_tally_add(
		    d->tally, identity_of(bytes_str(r->name), sentence_bytes(&key)), d->event.o->time, &r->terms, &sum);
	if (result == TALLY_QUIET)
		n->quiet++;
	if (result != TALLY_DUE)
		return;
	n->raised++;
	raise_alert(d, r, sentence_bytes(&key), sum);
}

static void
observe(void *self, const struct observation *o)
{
	struct user_rules_detector *d = self;

	if ((EVENT_KIND(o->kind) & EVENT_KINDS) == 0)
		return;
	event_init(&d->event, o, &d->context);
	for (size_t i = 0; i < d->rules->len; i++) {
		const struct user_rule *r = &d->rules->at[i];

		if (r->enabled && (r->of & EVENT_KIND(o->kind)) != 0)
			judge(d, r, &d->counts[i]);
	}
}

static void
complain(void *arg, unsigned line, const char *what)
{
	const char *path = arg;

	if (line > 0)
		log_warning("rules", "%s:%u: %s; the indicators read before stay in force", path, line, what);
	else
		log_warning("rules", "%s: %s; the indicators read before stay in force", path, what);
}

static void
tick(void *self, usec_t now)
{
	struct user_rules_detector *d = self;

	user_tally_expire(d->tally, now);
	for (size_t i = 0; i < d->rules->indicators_len; i++) {
		struct indicators *list = d->rules->indicators[i];
		const char *path = indicators_path(list);

		if (indicators_look(list, complain, (void *)(uintptr_t)path) == INDICATORS_NEW)
			log_info("rules", "%s: %zu indicators in force", path, indicators_len(list));
	}
}

/* --- its life --- */

static void
close_detector(void *self)
{
	struct user_rules_detector *d = self;

	user_tally_free(d->tally);
	free(d->counts);
	free(d);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->user_rules.rules != NULL && user_rules_enabled(settings->user_rules.rules) > 0;
}

/* Takes what stands in the settings; false when memory is short. */
static bool
adopt(struct user_rules_detector *d, const struct detector_context *context)
{
	const struct user_rules *rules = context->settings->user_rules.rules;
	struct count *counts = calloc(rules->len > 0 ? rules->len : 1, sizeof(*counts));

	if (counts == NULL)
		return false;
	for (size_t i = 0; i < rules->len; i++) {
		struct identity name = identity_of(BYTES("rule"), bytes_str(rules->at[i].name));

		for (size_t k = 0; k < d->count_len; k++)
			if (identity_equal(d->counts[k].name, name))
				counts[i] = d->counts[k];
		counts[i].name = name;
	}
	free(d->counts);
	d->counts = counts;
	d->count_len = rules->len;
	d->rules = rules;
	d->context = *context;
	return true;
}

static void *
open_detector(const struct detector_context *context)
{
	struct user_rules_detector *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->keys = context->settings->user_rules.keys;
	d->tally = user_tally_new(d->keys);
	if (d->tally == NULL || !adopt(d, context)) {
		close_detector(d);
		return NULL;
	}
	return d;
}

/* The old rules may be gone, and without memory for what belongs to the new ones none is judged. */
static void
reload(void *self, const struct detector_context *context)
{
	static const struct user_rules none;
	struct user_rules_detector *d = self;
	size_t keys = context->settings->user_rules.keys;
	struct user_tally *fresh;

	if (!adopt(d, context)) {
		d->rules = &none;
		log_error("rules", "not enough memory: user rules are off until the next reload");
	}
	if (keys == d->keys || (fresh = user_tally_new(keys)) == NULL)
		return;
	user_tally_free(d->tally);
	d->tally = fresh;
	d->keys = keys;
}

static void
save(const void *self, struct state_out *out)
{
	state_begin(out, SECTION);
	user_tally_save(((const struct user_rules_detector *)self)->tally, out);
	state_end(out);
}

static unsigned
load(void *self, struct bytes image)
{
	struct user_rules_detector *d = self;
	struct state_in in;

	return state_find(image, SECTION, &in) && !user_tally_load(d->tally, &in);
}

static uint64_t
forgotten(const void *self)
{
	return user_tally_evicted(((const struct user_rules_detector *)self)->tally);
}

/* All together, and what is worth a look of each. */
static void
count(const void *self, detector_counter *say, void *arg)
{
	const struct user_rules_detector *d = self;
	struct count sum = { 0 };
	char name[64];

	for (size_t i = 0; i < d->rules->len; i++) {
		sum.matched += d->counts[i].matched;
		sum.raised += d->counts[i].raised;
		sum.quiet += d->counts[i].quiet;
		sum.gave_up += d->counts[i].gave_up;
	}
	say(arg, "enabled", user_rules_enabled(d->rules));
	say(arg, "keys", user_tally_len(d->tally));
	say(arg, "matched", sum.matched);
	say(arg, "raised", sum.raised);
	say(arg, "cooled_down", sum.quiet);
	say(arg, "patterns_gave_up", sum.gave_up);
	for (size_t i = 0; i < d->rules->len; i++) {
		if (d->counts[i].matched == 0)
			continue;
		snprintf(name, sizeof(name), "%s.matched", d->rules->at[i].name);
		say(arg, name, d->counts[i].matched);
		snprintf(name, sizeof(name), "%s.cooled_down", d->rules->at[i].name);
		say(arg, name, d->counts[i].quiet);
	}
}

const struct detector detector_user_rules = {
	.rule = &row,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	.tick = tick,
	.close = close_detector,
	.reload = reload,
	.forgotten = forgotten,
	.save = save,
	.load = load,
	.count = count,
};
