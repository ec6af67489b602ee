/* SPDX-License-Identifier: Apache-2.0
 *
 * judge: all detectors that are switched on, fed with every observation, and the book of their alerts.
 */
#ifndef DETECT_JUDGE_H
#define DETECT_JUDGE_H

#include "detect/detector.h"

struct judge;

/* NULL when memory is short. What the arguments point to is borrowed until judge_reload() replaces it. */
struct judge *judge_new(const struct detect_settings *, const struct site *, const struct forward_rules *,
    alert_handler *, void *arg);

/* From now on other settings; alerts counted and windows filled so far stay. */
void judge_reload(struct judge *, const struct detect_settings *, const struct site *, const struct forward_rules *);

/* Hands the observation to every detector; tick() is called when packet time has moved on by a second. */
void judge_observe(struct judge *, const struct observation *);

/* Packet time passes without observations. */
void judge_tick(struct judge *, usec_t now);

/* Nothing more will be observed: says what alerts were held back so far. */
void judge_finish(struct judge *);

/* What all detectors have learnt, as sections of a state. */
void judge_save(const struct judge *, struct state_out *);

/* Takes an image over that has passed state_check(); how many sections were refused. Before the first observation. */
unsigned judge_load(struct judge *, struct bytes image);

/* Who hears of mail servers that are new or changed: from the next judge_reload() on. */
void judge_listen(struct judge *, service_listener *, void *arg);

/* All mail servers that are known. */
void judge_services(const struct judge *, service_listener *, void *arg);

struct alert_book_counters judge_counters(const struct judge *);

/* Says what the detectors count themselves, with the name of each detector; and, as "held_back", how many alerts of each rule were. */
typedef void judge_counter(void *arg, const char *detector, const char *name, uint64_t value);
void judge_count(const struct judge *, judge_counter *say, void *arg);

void judge_free(struct judge *); /* NULL is fine */

#endif
