/* SPDX-License-Identifier: Apache-2.0
 *
 * user_condition: a tree of conditions on the fields of an event. A test holds when it holds for one of the field's
 * values; on a field that the event has not, none does (but "exists: false").
 */
#ifndef DETECT_USER_CONDITION_H
#define DETECT_USER_CONDITION_H

#include "detect/event_field.h"
#include "detect/indicators.h"
#include "detect/pattern.h"

enum user_condition_kind { USER_ALL, USER_ANY, USER_NOT, USER_TEST };

enum user_test {
	USER_EQUALS,   /* one of the operands; text without regard to case; an address within a network */
	USER_CONTAINS, /* text, without regard to case, like the next two */
	USER_STARTS,
	USER_ENDS,
	USER_MATCHES, /* one of the patterns */
	USER_IN,      /* a file of indicators */
	USER_EXISTS,  /* flag */
	USER_LESS,
	USER_AT_MOST,
	USER_MORE,
	USER_AT_LEAST, /* numbers */
	USER_TESTS
};

/* What a value is held against; what is used goes by the test and the field's kind. */
struct user_operand {
	char *text; /* as it was written, always there */
	double number;
	bool flag;
	struct network network;
	struct pattern *pattern;
};

struct user_condition {
	enum user_condition_kind kind;
	struct user_condition *children; /* of all, any, not */
	size_t len;
	struct event_place place; /* of a test */
	enum user_test test;
	struct user_operand *operands;
	size_t operand_count;
	struct indicators *indicators; /* of USER_IN; borrowed from the rules */
	char *file;		       /* as it was written */
};

/* "equals", ..., ">=". Static. */
const char *user_test_name(enum user_test);

/* Frees what hangs on it; it is empty afterwards. */
void user_condition_clear(struct user_condition *);

#define USER_PROOFS 6
#define USER_PROOF_MAX 512

/* A test that held, and the value it held for. */
struct user_proof {
	const struct user_condition *test;
	const char *evidence; /* kind of evidence: of the value */
	char seen[USER_PROOF_MAX];
	size_t len;
};

struct user_verdict {
	struct user_proof proofs[USER_PROOFS]; /* tests outside of "not"; the first ones */
	size_t count;
	unsigned gave_up; /* patterns that came to their ceiling */
};

/* Whether the condition holds for the event; the verdict is filled anew. */
bool user_condition_holds(const struct user_condition *, struct event *, struct user_verdict *);

#endif
