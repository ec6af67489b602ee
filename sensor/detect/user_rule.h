/* SPDX-License-Identifier: Apache-2.0
 *
 * user_rule: a rule of config/rules, compiled: which events, what must be true of them, how often, and what is
 * said then. Read by settings/, judged by the detector in user_rules.c.
 */
#ifndef DETECT_USER_RULE_H
#define DETECT_USER_RULE_H

#include "detect/user_condition.h"
#include "detect/user_tally.h"
#include "detect/user_template.h"

#define USER_RULE_KEYS 6 /* fields that make a key */

struct user_rule {
	struct alert_rule alert; /* its texts are the rule's own, below */
	char *name, *id, *description;
	bool enabled;
	enum severity severity;
	unsigned of; /* bits EVENT_KIND(): the events it is about */
	struct user_condition when;
	struct user_template message; /* empty: the description */
	struct event_place by[USER_RULE_KEYS];
	size_t by_count;
	struct user_tally_terms terms;
	const char *file; /* where its definition stands; owned by the rules */
	unsigned line;
};

struct user_rules {
	struct user_rule *at;
	size_t len;
	struct indicators **indicators; /* the files that tests with "in" look at, each once */
	size_t indicators_len;
	char **files; /* names of the rule files */
	size_t file_count;
};

/* Frees what hangs on one rule. */
void user_rule_clear(struct user_rule *);

/* Frees all; empty afterwards. */
void user_rules_clear(struct user_rules *);

/* How many are switched on. */
size_t user_rules_enabled(const struct user_rules *);

/* Calls `say` with the name of each header field that a rule that is switched on reads; "*" for all. */
void user_rules_headers(const struct user_rules *, void (*say)(void *arg, const char *name), void *arg);

#endif
