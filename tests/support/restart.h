/* SPDX-License-Identifier: Apache-2.0
 *
 * restart: a detector that is closed and opened again with what it had learnt.
 */
#ifndef TESTS_SUPPORT_RESTART_H
#define TESTS_SUPPORT_RESTART_H

#include "detect/detector.h"

/* The new one; aborts the test program when it refuses a section, or when there is none of its own. */
void *restart(const struct detector *, void *self, const struct detector_context *);

#endif
