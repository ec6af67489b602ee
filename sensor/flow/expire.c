/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/expire.h"

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
	const usec_t patience[] = {
		[FLOW_WORTH_DONE] = limits->closed_timeout,
		[FLOW_WORTH_EMBRYO] = limits->embryonic_timeout,
		[FLOW_WORTH_PLAIN] = limits->idle_timeout,
		[FLOW_WORTH_MAIL] = limits->idle_timeout,
	};

	return expire_age(now, flow_used(f)) >= patience[expire_rank(f)];
}

struct flow *
expire_next(const struct map *map, const struct flow_limits *limits, usec_t now)
{
	for (unsigned rank = 0; rank < MAP_RANKS; rank++) {
		struct flow *oldest = map_oldest(map, rank);

		if (oldest != NULL && expire_is_due(limits, oldest, now))
			return oldest;
	}
	return NULL;
}
