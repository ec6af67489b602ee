/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static usec_t
read_clock(clockid_t which)
{
	struct timespec ts;

	if (clock_gettime(which, &ts) != 0)
		return 0;
	return (usec_t)ts.tv_sec * USEC_PER_SEC + ts.tv_nsec / 1000;
}

usec_t
clock_wall(void)
{
	return read_clock(CLOCK_REALTIME);
}

usec_t
clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

char *
clock_text(char *out, usec_t time)
{
	/* 0000-01-01 and 9999-12-31T23:59:59 in seconds since 1970 */
	const int64_t first = INT64_C(-62167219200), last = INT64_C(253402300799);
	int64_t seconds = time / USEC_PER_SEC, part = time % USEC_PER_SEC;
	struct tm tm = { 0 };
	time_t t;

	if (part < 0) {
		part += USEC_PER_SEC;
		seconds--;
	}
	if (seconds < first) {
		seconds = first;
		part = 0;
	}
	if (seconds > last) {
		seconds = last;
		part = USEC_PER_SEC - 1;
	}
	t = (time_t)seconds;
	(void)gmtime_r(&t, &tm);
	snprintf(out, CLOCK_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ", (unsigned)(tm.tm_year + 1900) % 10000,
	    (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
	    (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100, (unsigned)part % 1000000);
	return out;
}
