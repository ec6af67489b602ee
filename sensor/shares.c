/* SPDX-License-Identifier: Apache-2.0 */
#include "shares.h"

#include <stdio.h>

#include "settings/values.h"
#include "workers.h"

/* The program, its libraries, the detectors' tables and the documents under way, but not the tables in detect.memory. */
#define PROGRAM (48u << 20)

/* With less nothing sensible can be followed. */
#define LEAST (8u << 20)

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
	fixed += s->detect.memory * (workers > 0 && s->state.path != NULL && s->state.path[0] != '\0' ? 2 : 1);
	left = all > fixed ? (all - fixed) / 8 * 7 : 0;
	if (left >= LEAST)
		return left;
	snprintf(error, error_room,
	    "limits.memory is %s, and %s are taken by the program, capture.ring_size and capture.queue_size%s: raise it, or lower "
	    "those",
	    value_size_text(has, all), value_size_text(needed, fixed),
	    s->publish.redis.enabled ? ", and publish.redis.queue_bytes" : "");
	return 0;
}
