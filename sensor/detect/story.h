/* SPDX-License-Identifier: Apache-2.0
 *
 * story: alerts of one victim (an account; a host when no account is known) that follow each other carry one case:
 *
 *	tries ---> access ---> collection ---> leaving
 *
 * What follows an earlier stage is lifted above it, and says so. Under a ceiling; the case silent longest gives way.
 */
#ifndef DETECT_STORY_H
#define DETECT_STORY_H

#include "detect/alert.h"
#include "detect/sentence.h"

enum story_stage { STORY_TRIES, STORY_ACCESS, STORY_COLLECTION, STORY_LEAVING, STORY_STAGES, STORY_ASIDE };

/* The alert that was the gravest of its stage; severity_plus_one 0: none yet. */
struct story_part {
	usec_t at;
	struct identity alert;
	struct address client;
	uint32_t severity_plus_one, risk, rule; /* row of the table of rules */
};

struct story_case {
	usec_t last;
	struct identity id;
	struct story_part parts[STORY_STAGES];
};

struct stories;

/* Cases remembered, and the silence after which one is over. NULL when memory is short. */
struct stories *stories_new(size_t cases, usec_t forget);
void stories_free(struct stories *); /* NULL is fine */

/* The case that the alert belongs to, begun if need be; its severity and risk are lifted in place. NULL when it has no
 * victim, or memory is short. Valid until the next call. */
struct story_case *stories_join(struct stories *, struct alert *);

/* The latest earlier stage, in words, behind the alert's reason. False, and nothing written, when there is none.
 * *out_event: the id of that alert. */
bool story_tell(const struct story_case *, const struct alert *, struct sentence *reason, struct sentence *seen,
    struct identity *out_event);

/* The alert was published as part of the case. `risk`: its own, before it was lifted. */
void story_note(struct story_case *, const struct alert *, unsigned risk);

uint64_t stories_evicted(const struct stories *);
void stories_save(const struct stories *, struct state_out *);
unsigned stories_load(struct stories *, struct bytes image);

#endif
