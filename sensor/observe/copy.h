/* SPDX-License-Identifier: Apache-2.0
 *
 * copy: an observation with all that it points to, in one stretch of memory. What is static stays where it is.
 */
#ifndef OBSERVE_COPY_H
#define OBSERVE_COPY_H

#include "observe/observation.h"

/* Copies into `room` octets at `out`, which is aligned for any object; the observation stands first. Returns the octets
 * used; 0 when they are too few, and then `out` holds nothing of use. */
size_t observation_copy(void *out, size_t room, const struct observation *);

#endif
