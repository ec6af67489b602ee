/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include <string.h>

struct bytes
bytes_str(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, text != NULL ? strlen(text) : 0 };
}

bool
ascii_is_alnum(uint8_t octet)
{
	uint8_t low = ascii_lower(octet);

	return ascii_is_digit(octet) || (low >= 'a' && low <= 'z');
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool
bytes_equal_nocase(struct bytes a, struct bytes b)
{
	return a.len == b.len && bytes_starts_nocase(a, b);
}

int
bytes_compare(struct bytes a, struct bytes b)
{
	size_t shared = a.len < b.len ? a.len : b.len;
	int order = shared == 0 ? 0 : memcmp(a.at, b.at, shared);

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

bool
bytes_starts_nocase(struct bytes whole, struct bytes start)
{
	if (whole.len < start.len)
		return false;
	for (size_t i = 0; i < start.len; i++)
		if (ascii_lower(whole.at[i]) != ascii_lower(start.at[i]))
			return false;
	return true;
}

bool
bytes_ends_nocase(struct bytes whole, struct bytes end)
{
	return whole.len >= end.len && bytes_equal_nocase(bytes_skip(whole, whole.len - end.len), end);
}

size_t
bytes_find_last(struct bytes b, uint8_t octet)
{
	const uint8_t *hit = b.len == 0 ? NULL : memrchr(b.at, octet, b.len);

	return hit == NULL ? BYTES_NOWHERE : (size_t)(hit - b.at);
}

size_t
bytes_find_nocase(struct bytes b, struct bytes needle)
{
	uint8_t first = needle.len == 0 ? 0 : ascii_lower(needle.at[0]);

	for (size_t i = 0; i + needle.len <= b.len; i++)
		if (needle.len == 0 || (ascii_lower(b.at[i]) == first && bytes_starts_nocase(bytes_skip(b, i), needle)))
			return i;
	return BYTES_NOWHERE;
}

static bool
is_space(uint8_t octet)
{
	return ascii_is_blank(octet) || octet == '\r' || octet == '\n';
}

struct bytes
bytes_trim(struct bytes b)
{
	while (b.len > 0 && is_space(b.at[0]))
		b = bytes_skip(b, 1);
	while (b.len > 0 && is_space(b.at[b.len - 1]))
		b.len--;
	return b;
}

struct bytes
bytes_split(struct bytes *rest, uint8_t separator)
{
	size_t at = bytes_find(*rest, separator);
	struct bytes head = bytes_first(*rest, at);

	*rest = at == BYTES_NOWHERE ? bytes_skip(*rest, rest->len) : bytes_skip(*rest, at + 1);
	return head;
}

bool
bytes_decimal(struct bytes b, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (b.len == 0)
		return false;
	for (size_t i = 0; i < b.len; i++) {
		uint64_t digit = (uint64_t)(b.at[i] - '0');

		if (!ascii_is_digit(b.at[i]) || value > max / 10 || digit > max - value * 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}
