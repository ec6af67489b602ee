/* SPDX-License-Identifier: Apache-2.0
 *
 * bell: wakes a thread that waits on a descriptor. Ringing again before it was heard costs no system call.
 */
#ifndef BASE_BELL_H
#define BASE_BELL_H

#include <stdatomic.h>
#include <stdbool.h>

struct bell {
	int descriptor; /* readable when the bell was rung (an eventfd) */
	atomic_bool rung;
};

/* False when no descriptor is to be had: errno says why. */
bool bell_init(struct bell *);
void bell_clear(struct bell *);

/* From any thread. What was written before is seen by whoever hears the bell. */
void bell_ring(struct bell *);

/* The one who waits: before it looks at what the bell was rung for. */
void bell_hear(struct bell *);

#endif
