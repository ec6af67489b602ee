/* SPDX-License-Identifier: Apache-2.0
 *
 * summary: the latest of the alerts of a finding that a window holds back, until they are summed up.
 */
#ifndef DETECT_SUMMARY_H
#define DETECT_SUMMARY_H

#include "detect/alert.h"

/* Findings whose repetitions are held back at once; beyond it the oldest is summed up early. */
#define SUMMARIES_MAX 1024

/* Pieces of evidence that are kept of the latest. */
#define SUMMARY_EXHIBITS 6

struct summaries;

/* Says what was held back of a finding: the alert with its evidence but for the events, borrowed during the call. No
 * calls of the others from it. */
typedef void summary_handler(void *arg, struct identity finding, const struct alert *latest);

/* NULL when memory is short. */
struct summaries *summaries_new(summary_handler *, void *arg);

/* Holds this one back instead of the one before it. The window of a finding begins with the first that is kept. */
void summaries_keep(struct summaries *, struct identity finding, const struct alert *, usec_t now);

/* The finding was said: nothing is held back any more. */
void summaries_drop(struct summaries *, struct identity finding);

/* Says what is held back of it, if anything. */
void summaries_say_one(struct summaries *, struct identity finding);

/* Says those whose window began until then, the oldest first. */
void summaries_say(struct summaries *, usec_t began_until);

void summaries_free(struct summaries *); /* NULL is fine; says nothing */

#endif
