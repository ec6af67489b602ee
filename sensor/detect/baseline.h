/* SPDX-License-Identifier: Apache-2.0
 *
 * baseline: what is usual for a key, learnt from samples, under a ceiling on keys. Keyed by whoever acts it is the
 * key's own past; keyed by what many act upon (a server) it is the peer group.
 *
 * Samples are amounts (octets, messages) with heavy tails: they are kept as log(1 + x). Two methods:
 *
 *	BASELINE_MEDIAN  limit = median + z * MAD / 0.6745 over a ring of the latest samples (Iglewicz and Hoaglin, 1993)
 *	BASELINE_EWMA    limit = mean + z * deviation, both exponentially weighted: 2 numbers a key
 *
 * The spread is never taken for less than a floor, so that a key that is always the same does not make every change an
 * outrage. A key is learnt after so many samples and so much time. Who wants to teach it slowly has no easy life: from the
 * least number of samples on, a sample teaches no more than the limit, and while the sensor loses packets nothing is
 * taught at all.
 */
#ifndef DETECT_BASELINE_H
#define DETECT_BASELINE_H

#include "base/clock.h"
#include "base/hash.h"
#include "detect/state.h"
#include "observe/observation.h"

#define BASELINE_RING_MAX 256

enum baseline_method { BASELINE_MEDIAN, BASELINE_EWMA };

struct baseline_shape {
	enum baseline_method method;
	unsigned ring;    /* BASELINE_MEDIAN: samples kept, up to BASELINE_RING_MAX */
	double alpha;     /* BASELINE_EWMA: weight of the newest sample */
	unsigned samples; /* before which nothing is learnt */
	usec_t learning;  /* since the first sample, before which nothing is learnt */
	double z;         /* how many spreads above what is usual the limit is */
	double floor;     /* least spread, in logarithms: 0.3 is a factor of 1.35 */
};

/* What is known of a key. In the unit of the samples. */
struct baseline_view {
	bool learnt;
	unsigned samples;
	double usual, limit; /* 0 without samples */
};

struct baselines;

/* NULL when memory is short. */
struct baselines *baselines_new(size_t keys, const struct baseline_shape *);

/* No use: the key keeps its place. */
struct baseline_view baselines_look(const struct baselines *, struct identity key, usec_t now);

/* The least recently taught key gives way at the ceiling. */
void baselines_teach(struct baselines *, struct identity key, usec_t now, double sample);

/* Until this packet time no sample teaches. */
void baselines_freeze(struct baselines *, usec_t until);

/* Samples that came while frozen. */
uint64_t baselines_untaught(const struct baselines *);

/* Whether more than this share of something was lost: what is counted then is less than what there was. */
bool baseline_loses(const struct loss_report *, double share);

size_t baselines_len(const struct baselines *);
uint64_t baselines_evicted(const struct baselines *);
size_t baselines_memory(const struct baselines *);
size_t baselines_entry_size(const struct baseline_shape *);

/* Another ring is not taken over. */
void baselines_save(const struct baselines *, struct state_out *);
bool baselines_load(struct baselines *, struct state_in *);

void baselines_free(struct baselines *); /* NULL is fine */

#endif
