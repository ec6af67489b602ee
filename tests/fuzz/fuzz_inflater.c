/* SPDX-License-Identifier: Apache-2.0
 *
 * Any octets as a compressed stream: it ends, and says so, within its ratio.
 */
#include <stdlib.h>

#include "protocol/inflater.h"

static bool
take(void *arg, struct bytes out)
{
	*(uint64_t *)arg += out.len;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inflater *i = inflater_new(20);
	uint64_t out = 0;
	size_t step = size > 0 ? data[0] + 1u : 1;

	if (i == NULL)
		return 0;
	for (size_t n = 0; n < size; n += step)
		if (!inflater_push(i, bytes_of(data + n, size - n < step ? size - n : step), take, &out))
			break;
	if (out > INFLATER_FREE + 20 * (uint64_t)size + 8192)
		abort();
	inflater_free(i);
	return 0;
}
