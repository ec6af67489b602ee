/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/expire.h"

#include "base/timeline.h"

enum flow_worth
expire_rank(const struct flow *f)
{
	switch (f->phase) {
	case FLOW_CLOSED:
		return FLOW_WORTH_DONE;
	case FLOW_CLOSING:
		return FLOW_WORTH_PLAIN;
	case FLOW_ESTABLISHED:
		return f->worth;
	default:
		return FLOW_WORTH_EMBRYO;
	}
}

usec_t
expire_age(usec_t now, usec_t then)
{
	uint64_t age = (uint64_t)now - (uint64_t)then;

	if (now <= then)
		return 0;
	return age > (uint64_t)USEC_MAX ? USEC_MAX : (usec_t)age;
}

bool
expire_is_due(const struct flow_limits *limits, const struct flow *f, usec_t now)
{
	usec_t patience = limits->idle_timeout;

	if (f->phase < FLOW_ESTABLISHED)
		patience = limits->embryonic_timeout;
	else if (f->phase == FLOW_CLOSED)
		patience = limits->closed_timeout;
	return expire_age(now, flow_used(f)) >= patience;
}

/* Time was set back far behind its latest packet. */
static bool
is_from_a_lost_future(const struct flow *f, usec_t now)
{
	return flow_used(f) > now && (uint64_t)flow_used(f) - (uint64_t)now > (uint64_t)TIMELINE_FAR;
}

struct flow *
expire_next(const struct map *map, const struct flow_limits *limits, usec_t now)
{
	for (unsigned rank = 0; rank < MAP_RANKS; rank++) {
		struct flow *oldest = map_oldest(map, rank);

		if (oldest != NULL && (expire_is_due(limits, oldest, now) || is_from_a_lost_future(oldest, now)))
			return oldest;
	}
	return NULL;
}
