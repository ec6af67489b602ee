/* SPDX-License-Identifier: Apache-2.0
 *
 * inflater: one direction of a compressed connection (RFC 4978, raw deflate, RFC 1951), inflated as it comes. Its memory is
 * that of zlib, some 45 KiB. A stream that grows far beyond what mail does is a bomb, and ends.
 */
#ifndef PROTOCOL_INFLATER_H
#define PROTOCOL_INFLATER_H

#include "base/bytes.h"

struct inflater;

/* NULL when memory is short. `ratio`: octets out for one in, above which reading ends once INFLATER_FREE came out. */
#define INFLATER_FREE (1u << 20)
struct inflater *inflater_new(uint64_t ratio);
void inflater_free(struct inflater *); /* NULL is fine */

/* Takes octets, hands on what comes out in pieces; `take` says whether it wants more. False when the stream is bad, or a
 * bomb: nothing more will come of it. */
bool inflater_push(struct inflater *, struct bytes, bool (*take)(void *arg, struct bytes), void *arg);

/* Whether it ended because it grew too much. */
bool inflater_is_bomb(const struct inflater *);

#endif
