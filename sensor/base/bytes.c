/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include <string.h>

struct bytes
bytes_of(const void *at, size_t len)
{
	return (struct bytes){ at, len };
}

struct bytes
bytes_str(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, text != NULL ? strlen(text) : 0 };
}

uint8_t
ascii_lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet | 0x20) : octet;
}

bool
ascii_is_digit(uint8_t octet)
{
	return octet >= '0' && octet <= '9';
}

bool
ascii_is_alnum(uint8_t octet)
{
	uint8_t low = ascii_lower(octet);

	return ascii_is_digit(octet) || (low >= 'a' && low <= 'z');
}

bool
ascii_is_blank(uint8_t octet)
{
	return octet == ' ' || octet == '\t';
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
bytes_starts(struct bytes whole, struct bytes start)
{
	return whole.len >= start.len && (start.len == 0 || memcmp(whole.at, start.at, start.len) == 0);
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
bytes_find(struct bytes b, uint8_t octet)
{
	const uint8_t *hit = b.len == 0 ? NULL : memchr(b.at, octet, b.len);

	return hit == NULL ? BYTES_NOWHERE : (size_t)(hit - b.at);
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
	for (size_t i = 0; i + needle.len <= b.len; i++)
		if (bytes_starts_nocase(bytes_skip(b, i), needle))
			return i;
	return BYTES_NOWHERE;
}

struct bytes
bytes_skip(struct bytes b, size_t n)
{
	if (n >= b.len)
		return (struct bytes){ b.len == 0 ? b.at : b.at + b.len, 0 };
	return (struct bytes){ n == 0 ? b.at : b.at + n, b.len - n };
}

struct bytes
bytes_first(struct bytes b, size_t n)
{
	return (struct bytes){ b.at, n < b.len ? n : b.len };
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

struct cursor
cursor_of(struct bytes b)
{
	return (struct cursor){ .left = b, .failed = false };
}

struct bytes
cursor_take(struct cursor *c, size_t n)
{
	struct bytes taken;

	if (c->failed || c->left.len < n) {
		c->failed = true;
		c->left = bytes_skip(c->left, c->left.len);
		return c->left;
	}
	taken = bytes_first(c->left, n);
	c->left = bytes_skip(c->left, n);
	return taken;
}

void
cursor_skip(struct cursor *c, size_t n)
{
	(void)cursor_take(c, n);
}

/* Up to four octets, most significant first; 0 when they are not there. */
static uint32_t
take_big(struct cursor *c, size_t n)
{
	struct bytes taken = cursor_take(c, n);
	uint32_t value = 0;

	for (size_t i = 0; i < taken.len; i++)
		value = value << 8 | taken.at[i];
	return value;
}

uint8_t
cursor_u8(struct cursor *c)
{
	return (uint8_t)take_big(c, 1);
}

uint16_t
cursor_be16(struct cursor *c)
{
	return (uint16_t)take_big(c, 2);
}

uint32_t
cursor_be24(struct cursor *c)
{
	return take_big(c, 3);
}

uint32_t
cursor_be32(struct cursor *c)
{
	return take_big(c, 4);
}

uint16_t
cursor_le16(struct cursor *c)
{
	return __builtin_bswap16(cursor_be16(c));
}

uint32_t
cursor_le32(struct cursor *c)
{
	return __builtin_bswap32(cursor_be32(c));
}
