/* SPDX-License-Identifier: Apache-2.0
 *
 * Address lists: every mailbox says something, there are no more of them than octets, and the reader comes to the end.
 */
#include "message/address.h"

#include <stdlib.h>

#define CEILING 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct address_list list;
	size_t count = 0;

	address_list_init(&list, bytes_of(data, size), CEILING);
	while (address_list_next(&list)) {
		if (++count > size || list.address.len + list.name.len == 0 || list.address.len > CEILING ||
		    list.name.len > CEILING)
			abort();
	}
	if (list.rest.len != 0)
		abort();
	address_list_clear(&list);
	return 0;
}
