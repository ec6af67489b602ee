/* SPDX-License-Identifier: Apache-2.0
 *
 * guard: a copy of some bytes that ends exactly at an unmapped page, so that reading one octet too many is a crash.
 */
#ifndef TESTS_SUPPORT_GUARD_H
#define TESTS_SUPPORT_GUARD_H

#include "base/bytes.h"

struct guard {
	struct bytes bytes; /* the copy; its last octet is the last readable one */
	void *map;
	size_t mapped;
};

/* Aborts the test program when memory is short. */
struct guard guard_new(struct bytes);
void guard_free(struct guard *);

#endif
