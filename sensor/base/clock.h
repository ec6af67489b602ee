/* SPDX-License-Identifier: Apache-2.0
 *
 * clock: time as the sensor counts it, in microseconds.
 *
 * Packet time comes with each packet and is the only clock of the data path and of the detectors. Wall and
 * monotonic time exist for daemon/ and publish/ alone.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Microseconds. As a point in time: since 1970-01-01 00:00 UTC. As a span: what passed. */
typedef int64_t usec_t;

#define USEC_PER_MSEC INT64_C(1000)
#define USEC_PER_SEC INT64_C(1000000)
#define USEC_MAX INT64_MAX

/* Room for "2026-11-23T12:00:00.000000Z" and its NUL. */
#define CLOCK_TEXT_MAX 32

/* The wall clock now. Never for the data path. */
usec_t clock_wall(void);

/* A clock that never steps back; its zero is arbitrary. Never for the data path. */
usec_t clock_monotonic(void);

/* Writes `time` as RFC 3339 in UTC with microseconds into out (CLOCK_TEXT_MAX bytes); returns out. Years before
 * 0 or past 9999 are clamped to those. */
char *clock_text(char *out, usec_t time);

#endif
