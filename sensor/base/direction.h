/* SPDX-License-Identifier: Apache-2.0
 *
 * direction: which of the two sides of a connection something came from. Also the index of what is kept per side.
 */
#ifndef BASE_DIRECTION_H
#define BASE_DIRECTION_H

enum direction { FROM_CLIENT = 0, FROM_SERVER = 1 };

/* What the first payload of a connection says about who sent it. */
enum speaker { SPEAKER_UNKNOWN, SPEAKER_CLIENT, SPEAKER_SERVER };

static inline enum direction
direction_other(enum direction d)
{
	return d == FROM_CLIENT ? FROM_SERVER : FROM_CLIENT;
}

#endif
