/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/judge.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/timeline.h"

#define DETECTORS_MAX 64
#define TICK USEC_PER_SEC

struct judge {
	struct alert_book *book;
	void *states[DETECTORS_MAX]; /* by row of detectors[]; NULL: switched off */
	struct timeline time;
	usec_t ticked;
	usec_t began; /* first packet time, ever */
	usec_t learning;
	service_listener *listener;
	void *listener_arg;
};

static struct detector_context
context_of(struct judge *j, const struct detect_settings *settings, const struct site *site,
    const struct forward_rules *rules)
{
	return (struct detector_context){ .settings = settings, .site = site, .forward_rules = rules,
		.alerts = j->book, .tell_service = j->listener, .tell_service_arg = j->listener_arg };
}

/* Opens what is switched on and closed, closes what is switched off, tells the others of the new settings: all of them,
 * also when one could not be opened, since the old settings are about to go. */
static bool
adopt(struct judge *j, const struct detector_context *context)
{
	bool fine = true;

	/* What is held back speaks of rules that may be about to go. */
	alert_book_flush(j->book);
	alert_book_settle(j->book, context->site);
	j->learning = context->settings->learning;
	for (size_t i = 0; i < DETECTORS_MAX && detectors[i] != NULL; i++) {
		bool wanted = detectors[i]->enabled(context->settings);

		if (!wanted && j->states[i] != NULL) {
			detectors[i]->close(j->states[i]);
			j->states[i] = NULL;
		} else if (wanted && j->states[i] != NULL) {
			detectors[i]->reload(j->states[i], context);
		} else if (wanted) {
			j->states[i] = detectors[i]->open(context);
			fine &= j->states[i] != NULL;
		}
	}
	return fine;
}

struct judge *
judge_new(const struct detect_settings *settings, const struct site *site, const struct forward_rules *rules,
    alert_handler *handler, void *arg)
{
	struct judge *j = calloc(1, sizeof(*j));
	struct detector_context context;

	if (j == NULL)
		return NULL;
	j->book = alert_book_new(&settings->alerts, handler, arg);
	context = context_of(j, settings, site, rules);
	if (j->book == NULL || !adopt(j, &context)) {
		judge_free(j);
		return NULL;
	}
	return j;
}

void
judge_reload(struct judge *j, const struct detect_settings *settings, const struct site *site,
    const struct forward_rules *rules)
{
	struct detector_context context = context_of(j, settings, site, rules);

	if (!adopt(j, &context))
		log_error("detect", "not enough memory for a detector that was switched on: it stays off");
}

/* While it lasts, what is new or unusual is not said. */
static void
announce(struct judge *j, usec_t now)
{
	char text[CLOCK_TEXT_MAX];

	j->began = now;
	if (j->learning > 0)
		log_info("detect", "learning what is usual here until %s", clock_text(text, now + j->learning));
}

static void
tick(struct judge *j, bool back)
{
	if (back)
		j->ticked = INT64_MIN / 2;
	if (j->began == 0 && j->time.now > 0)
		announce(j, j->time.now);
	if (j->time.now - j->ticked < TICK)
		return;
	j->ticked = j->time.now;
	alert_book_tick(j->book, j->time.now);
	for (size_t i = 0; i < DETECTORS_MAX && detectors[i] != NULL; i++)
		if (j->states[i] != NULL && detectors[i]->tick != NULL)
			detectors[i]->tick(j->states[i], j->time.now);
}

void
judge_tick(struct judge *j, usec_t now)
{
	tick(j, timeline_set(&j->time, now));
}

void
judge_finish(struct judge *j)
{
	alert_book_flush(j->book);
}

void
judge_observe(struct judge *j, const struct observation *o)
{
	tick(j, timeline_pass(&j->time, o->time));
	for (size_t i = 0; i < DETECTORS_MAX && detectors[i] != NULL; i++)
		if (j->states[i] != NULL)
			detectors[i]->observe(j->states[i], o);
}

#define SECTION "judge"

void
judge_save(const struct judge *j, struct state_out *out)
{
	state_begin(out, SECTION);
	state_put_u64(out, (uint64_t)j->began);
	state_end(out);
	alert_book_save(j->book, out);
	for (size_t i = 0; i < DETECTORS_MAX && detectors[i] != NULL; i++)
		if (j->states[i] != NULL && detectors[i]->save != NULL)
			detectors[i]->save(j->states[i], out);
}

unsigned
judge_load(struct judge *j, struct bytes image)
{
	struct state_in in;
	unsigned refused = 0;
	uint64_t began;

	if (state_find(image, SECTION, &in) && (began = state_get_u64(&in)) <= INT64_MAX)
		j->began = (usec_t)began;
	refused = alert_book_load(j->book, image);
	for (size_t i = 0; i < DETECTORS_MAX && detectors[i] != NULL; i++)
		if (j->states[i] != NULL && detectors[i]->load != NULL)
			refused += detectors[i]->load(j->states[i], image);
	return refused;
}

void
judge_listen(struct judge *j, service_listener *listener, void *arg)
{
	j->listener = listener;
	j->listener_arg = arg;
}

void
judge_services(const struct judge *j, service_listener *listener, void *arg)
{
	for (size_t i = 0; i < DETECTORS_MAX && detectors[i] != NULL; i++)
		if (j->states[i] != NULL && detectors[i]->services != NULL)
			detectors[i]->services(j->states[i], listener, arg);
}

struct alert_book_counters
judge_counters(const struct judge *j)
{
	struct alert_book_counters n = alert_book_counters(j->book);

	for (size_t i = 0; i < DETECTORS_MAX && detectors[i] != NULL; i++)
		if (j->states[i] != NULL && detectors[i]->forgotten != NULL)
			n.forgotten += detectors[i]->forgotten(j->states[i]);
	return n;
}

struct telling {
	judge_counter *say;
	void *arg;
	const char *detector;
};

static void
tell_held_back(void *arg, const char *rule, uint64_t held_back)
{
	const struct telling *t = arg;

	t->say(t->arg, "held_back", rule, held_back);
}

static void
tell(void *arg, const char *name, uint64_t value)
{
	const struct telling *t = arg;

	t->say(t->arg, t->detector, name, value);
}

void
judge_count(const struct judge *j, judge_counter *say, void *arg)
{
	struct telling t = { .say = say, .arg = arg };

	alert_book_count(j->book, tell_held_back, &t);
	for (size_t i = 0; i < DETECTORS_MAX && detectors[i] != NULL; i++) {
		if (j->states[i] == NULL || detectors[i]->count == NULL)
			continue;
		t.detector = detectors[i]->rule->name;
		detectors[i]->count(j->states[i], tell, &t);
	}
}

void
judge_free(struct judge *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < DETECTORS_MAX && detectors[i] != NULL; i++)
		if (j->states[i] != NULL)
			detectors[i]->close(j->states[i]);
	alert_book_free(j->book);
	free(j);
}
