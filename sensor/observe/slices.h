/* SPDX-License-Identifier: Apache-2.0
 *
 * slices: a bounded list of borrowed texts.
 */
#ifndef OBSERVE_SLICES_H
#define OBSERVE_SLICES_H

#include "base/bytes.h"

/* `dropped` more were seen but not kept. */
struct slices {
	const struct bytes *at;
	size_t len;
	uint64_t dropped;
};

#endif
