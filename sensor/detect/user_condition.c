/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/user_condition.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *const test_names[USER_TESTS] = {
	[USER_EQUALS] = "equals",
	[USER_CONTAINS] = "contains",
	[USER_STARTS] = "starts",
	[USER_ENDS] = "ends",
	[USER_MATCHES] = "matches",
	[USER_IN] = "in",
	[USER_EXISTS] = "exists",
	[USER_LESS] = "<",
	[USER_AT_MOST] = "<=",
	[USER_MORE] = ">",
	[USER_AT_LEAST] = ">=",
};

const char *
user_test_name(enum user_test test)
{
	return test_names[test];
}

void
user_condition_clear(struct user_condition *c)
{
	for (size_t i = 0; i < c->len; i++)
		user_condition_clear(&c->children[i]);
	for (size_t i = 0; i < c->operand_count; i++) {
		free(c->operands[i].text);
		pattern_free(c->operands[i].pattern);
	}
	event_place_clear(&c->place);
	free(c->children);
	free(c->operands);
	free(c->file);
	*c = (struct user_condition){ 0 };
}

/* One test while it hears its field's values. */
struct trial {
	const struct user_condition *c;
	struct user_verdict *verdict;
	bool prove; /* not below a "not" */
	bool holds;
};

static bool
equals(const struct user_operand *o, const struct event_value *v)
{
	switch (v->kind) {
	case EVENT_TEXT:
		return bytes_equal_nocase(v->text, bytes_str(o->text));
	case EVENT_NUMBER:
		return v->number >= o->number && v->number <= o->number;
	case EVENT_FLAG:
		return v->flag == o->flag;
	case EVENT_ADDRESS:
		return network_has(&o->network, v->address);
	}
	return false;
}

static bool
holds_for(struct trial *t, const struct user_operand *o, const struct event_value *v)
{
	enum pattern_result result;

	switch (t->c->test) {
	case USER_EQUALS:
		return equals(o, v);
	case USER_CONTAINS:
		return bytes_find_nocase(v->text, bytes_str(o->text)) != BYTES_NOWHERE;
	case USER_STARTS:
		return bytes_starts_nocase(v->text, bytes_str(o->text));
	case USER_ENDS:
		return bytes_ends_nocase(v->text, bytes_str(o->text));
	case USER_MATCHES:
		result = pattern_match(o->pattern, v->text);
		t->verdict->gave_up += result == PATTERN_GIVES_UP;
		return result == PATTERN_MATCHES;
	case USER_LESS:
		return v->number < o->number;
	case USER_AT_MOST:
		return v->number <= o->number;
	case USER_MORE:
		return v->number > o->number;
	case USER_AT_LEAST:
		return v->number >= o->number;
	case USER_IN:
	case USER_EXISTS:
	case USER_TESTS:
		break;
	}
	return false;
}

/* Keeps what the test held for, as valid text. */
static void
keep_proof(struct trial *t, const struct event_value *v)
{
	struct user_verdict *verdict = t->verdict;
	struct user_proof *p = &verdict->proofs[verdict->count];
	char out[EVENT_VALUE_TEXT_MAX];
	struct buffer safe;

	if (!t->prove || verdict->count == USER_PROOFS)
		return;
	buffer_init(&safe, USER_PROOF_MAX);
	(void)text_append(&safe, event_value_text(v, out), USER_PROOF_MAX);
	p->test = t->c;
	p->evidence = v->evidence;
	p->len = safe.len;
	if (safe.len > 0)
		memcpy(p->seen, safe.at, safe.len);
	buffer_clear(&safe);
	verdict->count++;
}

static bool
try_value(void *arg, const struct event_value *v)
{
	struct trial *t = arg;
	const struct user_condition *c = t->c;

	if (c->test == USER_EXISTS)
		t->holds = true;
	else if (c->test == USER_IN)
		t->holds = v->kind == EVENT_ADDRESS ? indicators_have_address(c->indicators, v->address)
						    : indicators_have_text(c->indicators, v->text);
	for (size_t i = 0; !t->holds && i < c->operand_count; i++)
		t->holds = holds_for(t, &c->operands[i], v);
	if (t->holds && !(c->test == USER_EXISTS && !c->operands[0].flag))
		keep_proof(t, v);
	return !t->holds;
}

static bool
holds(const struct user_condition *c, struct event *e, struct user_verdict *verdict, bool prove)
{
	struct trial t = { .c = c, .verdict = verdict, .prove = prove };
	size_t count = verdict->count;

	switch (c->kind) {
	case USER_ALL:
		for (size_t i = 0; i < c->len; i++)
			if (!holds(&c->children[i], e, verdict, prove)) {
				verdict->count = count; /* what held before proves nothing */
				return false;
			}
		return true;
	case USER_ANY:
		for (size_t i = 0; i < c->len; i++)
			if (holds(&c->children[i], e, verdict, prove))
				return true;
		return false;
	case USER_NOT:
		return !holds(&c->children[0], e, verdict, false);
	case USER_TEST:
		break;
	}
	event_visit(e, &c->place, try_value, &t);
	return c->test == USER_EXISTS ? t.holds == c->operands[0].flag : t.holds;
}

bool
user_condition_holds(const struct user_condition *c, struct event *e, struct user_verdict *verdict)
{
	verdict->count = 0;
	verdict->gave_up = 0;
	return holds(c, e, verdict, true);
}
