/* SPDX-License-Identifier: Apache-2.0
 *
 * A state file that somebody tampered with: what stands before the checksum is any octets, and the checksum is right.
 * Whatever is taken over, judgement goes on with it, and what is saved afterwards is taken again.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "detect/judge.h"
#include "settings/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ignore(void *arg, const struct alert *a)
{
	(void)arg;
	(void)a;
}
