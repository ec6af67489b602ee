/* SPDX-License-Identifier: Apache-2.0
 *
 * sequence: arithmetic on sequence numbers, which wrap at 2^32 (RFC 9293 section 3.4). Inside the stream every octet
 * has a 64 bit position instead, counted from the first of its direction.
 */
#ifndef STREAM_SEQUENCE_H
#define STREAM_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

/* How far `number` lies after `from` (negative: before), the shorter way round. */
static inline int64_t
sequence_distance(uint32_t number, uint32_t from)
{
	uint32_t ahead = number - from;

	return ahead < UINT32_C(0x80000000) ? (int64_t)ahead : (int64_t)ahead - INT64_C(0x100000000);
}

/* Whether `number` is at most `before` before or `after` after `from`. */
static inline bool
sequence_near(uint32_t number, uint32_t from, int64_t before, int64_t after)
{
	int64_t distance = sequence_distance(number, from);

	return distance >= -before && distance <= after;
}

#endif
