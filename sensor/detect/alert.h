/* SPDX-License-Identifier: Apache-2.0
 *
 * alert: a finding that explains itself: one plain sentence, the evidence, the figure and what it was held against.
 * book: what has been raised already, so that the same finding is said at once, then at 10, 100, 1000 and when its
 * severity rises, and not in between.
 */
#ifndef DETECT_ALERT_H
#define DETECT_ALERT_H

#include "detect/state.h"
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
	struct identity case_id;    /* of related alerts of one victim; zero: it has none */
	uint64_t count;             /* times this key was raised so far */
	usec_t first, last;
};

typedef void alert_handler(void *arg, const struct alert *);

struct alert_limits {
	size_t keys;     /* findings remembered at once */
	usec_t forget;   /* packet time after which a silent finding starts anew */
	usec_t cooldown; /* least packet time between two summaries of a finding; a rise does not wait */
};

struct alert_book_counters {
	uint64_t raised;     /* by detectors */
	uint64_t published;  /* handed to the handler */
	uint64_t held_back;  /* repetitions in between */
	uint64_t forgotten;  /* keys that gave way at the ceiling, of the book and (judge_counters) of the detectors */
};

struct alert_book;

/* NULL when memory is short. */
struct alert_book *alert_book_new(const struct alert_limits *, alert_handler *, void *arg);

/* Hands the alert on if it is due, or counts it. What is handed on is a copy with id, count, first and last filled in,
 * and of the highest severity that the finding has had: a summary does not play down what it sums up. */
void alert_book_raise(struct alert_book *, const struct alert *);

/* What has been raised so far, as sections of a state; load: how many of them were refused. */
void alert_book_save(const struct alert_book *, struct state_out *);
unsigned alert_book_load(struct alert_book *, struct bytes image);

struct alert_book_counters alert_book_counters(const struct alert_book *);

/* Says how many repetitions of each rule's findings were held back, the longest quiet rule first. */
typedef void alert_rule_counter(void *arg, const char *rule, uint64_t held_back);
void alert_book_count(const struct alert_book *, alert_rule_counter *say, void *arg);

/* How often a finding is said, from now on; the ceilings stay. */
void alert_book_reload(struct alert_book *, const struct alert_limits *);
void alert_book_free(struct alert_book *); /* NULL is fine */

#endif
