/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_address.h"

#include <string.h>

#include "base/text.h"

/* What may stand in an address as these headers carry it: quoted local parts do not occur there. */
static bool
is_address_octet(uint8_t c)
{
	static const char not[] = "<>(),;:\"";

	return c > ' ' && c != 0x7f && memchr(not, c, sizeof(not) - 1) == NULL;
}

/* The next local@domain in *rest, which is moved behind it; empty when there is none. */
static struct bytes
next_address(struct bytes *rest)
{
	size_t at;

	while ((at = bytes_find(*rest, '@')) != BYTES_NOWHERE) {
		size_t first = at, last = at + 1;
		struct bytes whole = *rest;

		while (first > 0 && is_address_octet(whole.at[first - 1]))
			first--;
		while (last < whole.len && is_address_octet(whole.at[last]) && whole.at[last] != '@')
			last++;
		*rest = bytes_skip(whole, last);
		while (last > at + 1 && whole.at[last - 1] == '.')
			last--;
		if (first < at && last > at + 1)
			return bytes_first(bytes_skip(whole, first), last - first);
	}
	return bytes_first(*rest, 0);
}

struct bytes
forward_address_find(struct bytes value, bool last)
{
	struct bytes rest = value, found = next_address(&rest), more = found;

	while (last && more.len > 0) {
		found = more;
		more = next_address(&rest);
	}
	return found;
}

static bool
is_plain_text(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.at[i] < ' ' || b.at[i] == 0x7f)
			return false;
	return text_is_utf8(b);
}

void
forward_address_write(char out[FORWARD_ADDRESS_MAX], struct bytes local, struct bytes domain)
{
	size_t n = local.len;

	out[0] = '\0';
	if (local.len == 0 || domain.len == 0 || local.len >= FORWARD_ADDRESS_MAX ||
	    domain.len >= FORWARD_ADDRESS_MAX - local.len - 1 || !is_plain_text(local) || !is_plain_text(domain))
		return;
	memcpy(out, local.at, local.len);
	out[n++] = '@';
	memcpy(out + n, domain.at, domain.len);
	n += domain.len;
	out[n] = '\0';
	text_lower((uint8_t *)out, n);
}

void
forward_address_copy(char out[FORWARD_ADDRESS_MAX], struct bytes address)
{
	size_t at = bytes_find_last(address, '@');

	out[0] = '\0';
	if (at != BYTES_NOWHERE)
		forward_address_write(out, bytes_first(address, at), bytes_skip(address, at + 1));
}
