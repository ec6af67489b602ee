/* SPDX-License-Identifier: Apache-2.0
 *
 * place: what becomes of octets whose position is known: handed out, kept, or known already. The inside of a stream.
 */
#ifndef STREAM_PLACE_H
#define STREAM_PLACE_H

#include "stream/release.h"

/* The same octets again, which must not count: whether they differ from those that were handed out or wait. */
void place_compare(struct stream *, enum direction, const struct stretch *);

/* Octets of one direction, captured or not. What was handed out already is compared and counted; the rest is handed out
 * or kept, and then whatever has become free by it. */
void place_octets(struct stream *, enum direction, const struct stretch *);

#endif
