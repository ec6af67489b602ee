/* SPDX-License-Identifier: Apache-2.0
 *
 * bytes: a slice of memory that belongs to someone else. Never NUL-terminated, never freed, may hold any octet.
 * cursor: reads a slice from the front; the first read past the end makes it failed, and a failed cursor gives
 * zeroes from then on, so that a header is read straight through and judged once.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *at;
	size_t len;
};

struct cursor {
	struct bytes left;
	bool failed;
};

/* A slice over a string literal, without its NUL. */
#define BYTES(literal) ((struct bytes){ (const uint8_t *)("" literal), sizeof(literal) - 1 })

/* A slice over any memory; at may be NULL when len is 0. */
static inline struct bytes bytes_of(const void *at, size_t len);

/* A slice over a C string, without its NUL; NULL gives the empty slice. */
struct bytes bytes_str(const char *text);

bool bytes_equal(struct bytes a, struct bytes b);

/* Equality without regard to ASCII case. */
bool bytes_equal_nocase(struct bytes a, struct bytes b);

/* Order by octets, then by length: <0, 0, >0. */
int bytes_compare(struct bytes a, struct bytes b);

static inline bool bytes_starts(struct bytes whole, struct bytes start);
bool bytes_starts_nocase(struct bytes whole, struct bytes start);
bool bytes_ends_nocase(struct bytes whole, struct bytes end);

#define BYTES_NOWHERE SIZE_MAX

/* The offset of the first (last) `octet`, or BYTES_NOWHERE. */
static inline size_t bytes_find(struct bytes, uint8_t octet);
size_t bytes_find_last(struct bytes, uint8_t octet);

/* The offset of the first occurrence of `needle` without regard to ASCII case, or BYTES_NOWHERE. An empty needle is
 * found at 0. */
size_t bytes_find_nocase(struct bytes, struct bytes needle);

/* The slice without its first `n` octets, or only its first `n`; n beyond the end is the end. */
static inline struct bytes bytes_skip(struct bytes, size_t n);
static inline struct bytes bytes_first(struct bytes, size_t n);

/* The slice without blanks, tabs, CR and LF at both ends. */
struct bytes bytes_trim(struct bytes);

/* Takes what stands before the first `separator` off *rest and returns it; the separator is dropped. Without a
 * separator all of *rest is returned and *rest is empty. */
struct bytes bytes_split(struct bytes *rest, uint8_t separator);

/* All of the slice read as a decimal number without a sign. False, and *out untouched, when it is empty, holds
 * anything but digits, or the value is past `max`. */
bool bytes_decimal(struct bytes, uint64_t max, uint64_t *out);

static inline uint8_t ascii_lower(uint8_t octet);
bool ascii_is_alnum(uint8_t octet);
static inline bool ascii_is_digit(uint8_t octet);
static inline bool ascii_is_blank(uint8_t octet); /* blank or tab */

static inline struct cursor cursor_of(struct bytes);
static inline uint8_t cursor_u8(struct cursor *);
static inline uint16_t cursor_be16(struct cursor *);
static inline uint32_t cursor_be24(struct cursor *);
static inline uint32_t cursor_be32(struct cursor *);
static inline uint16_t cursor_le16(struct cursor *);
static inline uint32_t cursor_le32(struct cursor *);

/* The next n octets; the empty slice, and a failed cursor, when fewer are left. */
static inline struct bytes cursor_take(struct cursor *, size_t n);

/* Steps over n octets; fails when fewer are left. */
static inline void cursor_skip(struct cursor *, size_t n);

/* --- what is needed so often that a call would cost more than it does --- */

static inline struct bytes
bytes_of(const void *at, size_t len)
{
	return (struct bytes){ at, len };
}

static inline uint8_t
ascii_lower(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet | 0x20) : octet;
}

static inline bool
ascii_is_digit(uint8_t octet)
{
	return octet >= '0' && octet <= '9';
}

static inline bool
ascii_is_blank(uint8_t octet)
{
	return octet == ' ' || octet == '\t';
}

static inline bool
bytes_starts(struct bytes whole, struct bytes start)
{
	return whole.len >= start.len && (start.len == 0 || memcmp(whole.at, start.at, start.len) == 0);
}

static inline size_t
bytes_find(struct bytes b, uint8_t octet)
{
	const uint8_t *hit = b.len == 0 ? NULL : memchr(b.at, octet, b.len);

	return hit == NULL ? BYTES_NOWHERE : (size_t)(hit - b.at);
}

static inline struct bytes
bytes_skip(struct bytes b, size_t n)
{
	if (n >= b.len)
		return (struct bytes){ b.len == 0 ? b.at : b.at + b.len, 0 };
	return (struct bytes){ n == 0 ? b.at : b.at + n, b.len - n };
}

static inline struct bytes
bytes_first(struct bytes b, size_t n)
{
	return (struct bytes){ b.at, n < b.len ? n : b.len };
}

static inline struct cursor
cursor_of(struct bytes b)
{
	return (struct cursor){ .left = b, .failed = false };
}

static inline struct bytes
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

static inline void
cursor_skip(struct cursor *c, size_t n)
{
	(void)cursor_take(c, n);
}

static inline uint8_t
cursor_u8(struct cursor *c)
{
	struct bytes b = cursor_take(c, 1);

	return b.len == 0 ? 0 : b.at[0];
}

static inline uint16_t
cursor_be16(struct cursor *c)
{
	struct bytes b = cursor_take(c, 2);

	if (b.len == 0)
		return 0;
	return (uint16_t)(b.at[0] << 8 | b.at[1]);
}

static inline uint32_t
cursor_be24(struct cursor *c)
{
	struct bytes b = cursor_take(c, 3);

	return b.len == 0 ? 0 : (uint32_t)b.at[0] << 16 | (uint32_t)b.at[1] << 8 | b.at[2];
}

static inline uint32_t
cursor_be32(struct cursor *c)
{
	struct bytes b = cursor_take(c, 4);

	return b.len == 0 ? 0 : (uint32_t)b.at[0] << 24 | (uint32_t)b.at[1] << 16 | (uint32_t)b.at[2] << 8 | b.at[3];
}

static inline uint16_t
cursor_le16(struct cursor *c)
{
	return __builtin_bswap16(cursor_be16(c));
}

static inline uint32_t
cursor_le32(struct cursor *c)
{
	return __builtin_bswap32(cursor_be32(c));
}

#endif
