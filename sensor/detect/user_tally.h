/* SPDX-License-Identifier: Apache-2.0
 *
 * user_tally: how often a rule's condition came true for a key within the rule's window, and until when its key keeps
 * quiet, under a ceiling on keys.
 *
 * Up to TALLY_TIMES are counted exactly, by their times; more, in twelve slots of the window, so that what is up to a
 * twelfth of the window too old may be left out.
 */
#ifndef DETECT_USER_TALLY_H
#define DETECT_USER_TALLY_H

#include "base/clock.h"
#include "base/hash.h"
#include "detect/state.h"

#define TALLY_TIMES 12

struct user_tally;

/* Octets that a key takes at most, in memory and in a state. */
#define USER_TALLY_KEY_OCTETS 208

/* NULL when memory is short. */
struct user_tally *user_tally_new(size_t keys);

struct user_tally_terms {
	uint64_t count;	 /* so many */
	usec_t window;	 /* within this; at least TALLY_TIMES microseconds when count is above 1 */
	usec_t cooldown; /* and then quiet for this long; 0: never */
};

enum tally_result {
	TALLY_COUNTED, /* not enough yet */
	TALLY_DUE,     /* enough: counting begins anew, and the cooldown with it */
	TALLY_QUIET,   /* within the cooldown: not counted */
};

/* One more at time `now`; *sum is how many there were by then. Time that steps back counts as the latest. When memory
 * is short, TALLY_DUE: better said than not. */
enum tally_result
user_tally_add(struct user_tally *, struct identity key, usec_t now, const struct user_tally_terms *, uint64_t *sum);

/* Lets keys go that can make no difference any more: of no window and no cooldown. */
void user_tally_expire(struct user_tally *, usec_t now);

/* What it holds, into the open section; and back into an empty one: false, and it stays empty, when it cannot be that. */
void user_tally_save(const struct user_tally *, struct state_out *);
bool user_tally_load(struct user_tally *, struct state_in *);

size_t user_tally_len(const struct user_tally *);
uint64_t user_tally_evicted(const struct user_tally *);
void user_tally_free(struct user_tally *); /* NULL is fine */

#endif
