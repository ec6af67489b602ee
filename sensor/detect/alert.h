/* SPDX-License-Identifier: Apache-2.0
 *
 * alert: a finding that explains itself: one plain sentence, the evidence, the figure and what it was held against.
 * book: what has been raised already. The same finding is said at once, then at 10, 100, 1000 and when its severity rises; what
 * is held back in between is summed up when its window ends, so that nothing is only counted. Findings about one victim are told
 * as one case (cases.h).
 */
#ifndef DETECT_ALERT_H
#define DETECT_ALERT_H

#include "observe/observation.h"

enum severity { SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

/* "low", ... Static. severity_parse: false when the word is none. */
const char *severity_name(enum severity);
bool severity_parse(struct bytes word, enum severity *out);

/* A MITRE ATT&CK technique (contract: threat.*), subtechnique or not. */
struct technique {
	const char *id;             /* "T1114.003" or "T1048" */
	const char *name;           /* of the technique: "Email Collection" */
	const char *sub_name;       /* of the subtechnique, or NULL */
	const char *tactic_id, *tactic_name; /* "TA0009", "Collection" */
};

#define ALERT_TECHNIQUES 3

/* What a rule is: static, or owned by the rule set. */
struct alert_rule {
	const char *name;           /* rule.name of the contract */
	const char *id;             /* rule.id: stable, "mailtap-0001" */
	const char *description;    /* one sentence: what it says */
	const char *action;         /* event.action, e.g. "mail-forwarded" */
	const struct technique *techniques[ALERT_TECHNIQUES]; /* ends with NULL when fewer */
};

/* The figure may be empty. Slices are text, borrowed during the call. */
struct evidence {
	const char *kind;           /* static: "header", "envelope", "volume", ... */
	struct bytes seen_text;     /* what was seen */
	struct bytes figure_text;   /* the figure, with its unit */
	struct bytes held_against_text; /* threshold or baseline */
	const struct identity *events; /* event ids it rests on */
	size_t event_count;
};

/* All borrowed during the call. */
struct alert {
	const struct alert_rule *rule;
	enum severity severity;
	unsigned risk;              /* 0 to 100 */
	usec_t time;                /* packet time of what raised it */
	struct bytes key_text;      /* what it is about; same key, same finding */
	struct bytes reason_text;   /* one plain sentence */
	const struct evidence *evidence;
	size_t evidence_count;
	const struct session *session; /* the connection it is about, or NULL */
	struct traffic traffic[2];  /* of that connection so far */
	struct slices users, hosts; /* for related.* */
	/* Filled by the book: */
	struct identity id;
	uint64_t count;             /* times this key was raised so far */
	usec_t first, last;
	struct identity case_id;    /* both words 0: it is about nobody */
};

typedef void alert_handler(void *arg, const struct alert *);

struct alert_limits {
	size_t keys;     /* findings remembered at once */
	usec_t forget;   /* packet time after which a silent finding starts anew */
	usec_t window;   /* packet time after which what was held back is summed up; 0: only at the end */
	usec_t span;     /* of silence after which a case is over */
	size_t cases;    /* remembered at once */
};

struct alert_book_counters {
	uint64_t raised;     /* by detectors */
	uint64_t published;  /* handed to the handler */
	uint64_t held_back;  /* repetitions in between */
	uint64_t summaries;  /* of those published: what a window held back */
	uint64_t forgotten;  /* keys that gave way at the ceiling, of the book and (judge_counters) of the detectors */
};

struct alert_book;

/* NULL when memory is short. */
struct alert_book *alert_book_new(const struct alert_limits *, alert_handler *, void *arg);

/* Hands the alert on if it is due, or counts it. What is handed on is a copy with id, count, first and last filled in,
 * and of the highest severity that the finding has had: a summary does not play down what it sums up. */
void alert_book_raise(struct alert_book *, const struct alert *);

/* Packet time has come to `now`: says the summaries that are due. */
void alert_book_tick(struct alert_book *, usec_t now);

/* Says all that is held back, due or not: rules are about to change, or the sensor stops. */
void alert_book_flush(struct alert_book *);

/* Roles and domains for cases; borrowed until the next call. */
struct site;
void alert_book_settle(struct alert_book *, const struct site *);

struct alert_book_counters alert_book_counters(const struct alert_book *);

/* Says for each rule how many of its alerts were held back, where any were; those of rules beyond the first 128 together as
 * "other". The name is valid during the call. */
typedef void alert_rule_counter(void *arg, const char *rule, uint64_t held_back);
void alert_book_count(const struct alert_book *, alert_rule_counter *, void *arg);

/* What was found so far, with its counts, and the cases; not what a window still holds back. load: how many sections were refused;
 * the book must be new. */
struct state_out;
void alert_book_save(const struct alert_book *, struct state_out *);
unsigned alert_book_load(struct alert_book *, struct bytes image);

void alert_book_free(struct alert_book *); /* NULL is fine */

#endif
