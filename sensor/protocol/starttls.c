/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/starttls.h"

bool
starttls_is_masked(struct bytes word, struct bytes original)
{
	uint8_t last = word.len == 0 ? 0 : ascii_lower(word.at[word.len - 1]);

	if (word.len != original.len || last < 'a' || last > 'z')
		return false;
	for (size_t i = 0; i + 1 < word.len; i++)
		if (word.at[i] != 'X')
			return false;
	return word.len > 1;
}

void
starttls_note(struct starttls_offers *o, struct bytes capability, struct bytes original)
{
	o->seen = true;
	o->offered |= bytes_equal_nocase(capability, original);
	o->masked |= starttls_is_masked(capability, original);
}
