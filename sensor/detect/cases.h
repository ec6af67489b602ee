/* SPDX-License-Identifier: Apache-2.0
 *
 * cases: which alerts tell one story. Alerts about the same accounts, or, where no account is known, about the same
 * client, within a span of packet time belong to one case; those of access and collection also belong together by the
 * client, unless many people share its address. What different rules found of a case is combined (1 - the product of 1
 * - risk): spraying, then a login that succeeds, then a mailbox that is read, each raises the severity of what comes
 * next.
 */
#ifndef DETECT_CASES_H
#define DETECT_CASES_H

#include "detect/alert.h"
#include "detect/site.h"
#include "detect/state.h"

#define CASE_STAGES 6
#define CASE_RULE_MAX 40

/* What one rule has found of a case: its latest alert, and the highest risk it had by itself. */
struct case_stage {
	struct identity alert;
	usec_t time;
	uint32_t risk;
	char rule[CASE_RULE_MAX]; /* longer names are cut */
};

struct story {
	usec_t last, first;
	uint32_t count; /* of the stages, in the order in which they began */
	uint32_t spare;
	struct case_stage stages[CASE_STAGES];
};

struct cases;

/* `most` cases at once, at least 1; `span`: of silence after which a new one begins. NULL when memory is short. */
struct cases *cases_new(size_t most, usec_t span);

/* The case that the alert belongs to, in *id; a new one where there is none. Its story is valid until the next call.
 * NULL when the alert is about nobody, or memory is short. `site` may be NULL. */
struct story *cases_find(struct cases *, const struct alert *, const struct site *, struct identity *id);

/* The alert, with its own risk, is a stage of its story from now on. */
void cases_note(struct story *, const struct alert *, unsigned risk);

/* The risk of an alert of its own `risk` together with the stages that other rules found, 0 to 100, and the severity
 * that this comes to: never less than the alert's own. Stages that are no sign of an intruder (clear text on the wire)
 * add nothing. */
unsigned cases_risk(const struct story *, const struct alert *, unsigned risk, enum severity *);

uint64_t cases_evicted(const struct cases *);

void cases_save(const struct cases *, struct state_out *);
bool cases_load(struct cases *, struct bytes image); /* false: refused */

void cases_free(struct cases *); /* NULL is fine */

#endif
