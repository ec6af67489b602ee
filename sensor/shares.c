/* SPDX-License-Identifier: Apache-2.0 */
#include "shares.h"

#include <stdio.h>

#include "detect/user_rule.h"
#include "settings/values.h"
#include "workers.h"

/* The program, its libraries, the detectors' tables and the documents under way, but not the tables in detect.memory. */
#define PROGRAM (48u << 20)

/* With less, in each worker, nothing sensible can be followed. */
#define LEAST (8u << 20)

/* What the detectors remember with, where it is not part of the program. */
static size_t
tables_of(const struct detect_settings *d)
{
	bool rules = d->user_rules.rules != NULL && user_rules_enabled(d->user_rules.rules) > 0;

	return d->memory + (rules ? d->user_rules.keys * USER_TALLY_KEY_OCTETS : 0);
}

size_t
shares_for_connections(const struct settings *s, unsigned workers, size_t interfaces, char *error, size_t error_room)
{
	size_t fixed = PROGRAM, all = s->memory, left;
	char needed[VALUE_TEXT_MAX], has[VALUE_TEXT_MAX];

	if (workers > 0)
		fixed += s->capture.source.ring_size * interfaces + s->capture.queue_size * workers + workers_handover(workers);
	if (s->publish.redis.enabled)
		fixed += s->publish.redis.queue_bytes;
	/* Live, while a snapshot is written, it is there twice. */
	fixed += tables_of(&s->detect) * (workers > 0 && s->state.path != NULL && s->state.path[0] != '\0' ? 2 : 1);
	left = all > fixed ? (all - fixed) / 8 * 7 : 0;
	/* Fragments that wait are counted with the connections, which must not all give way to them. */
	if (left >= LEAST * (workers > 0 ? workers : 1) + s->decode.fragments.memory)
		return left;
	fixed += LEAST * (workers > 0 ? workers : 1) + s->decode.fragments.memory;
	snprintf(error, error_room,
	    "limits.memory is %s, and more than %s are needed: the program, capture.ring_size, capture.queue_size, "
	    "capture.fragments.memory%s and the least for connections; raise it, or lower those",
	    value_size_text(has, all), value_size_text(needed, fixed),
	    s->publish.redis.enabled ? ", publish.redis.queue_bytes" : "");
	return 0;
}
