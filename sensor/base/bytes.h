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
struct bytes bytes_of(const void *at, size_t len);

/* A slice over a C string, without its NUL; NULL gives the empty slice. */
struct bytes bytes_str(const char *text);

bool bytes_equal(struct bytes a, struct bytes b);

/* Equality without regard to ASCII case. */
bool bytes_equal_nocase(struct bytes a, struct bytes b);

/* Order by octets, then by length: <0, 0, >0. */
int bytes_compare(struct bytes a, struct bytes b);

bool bytes_starts(struct bytes whole, struct bytes start);
bool bytes_starts_nocase(struct bytes whole, struct bytes start);
bool bytes_ends_nocase(struct bytes whole, struct bytes end);

#define BYTES_NOWHERE SIZE_MAX

/* The offset of the first (last) `octet`, or BYTES_NOWHERE. */
size_t bytes_find(struct bytes, uint8_t octet);
size_t bytes_find_last(struct bytes, uint8_t octet);

/* The offset of the first occurrence of `needle` without regard to ASCII case, or BYTES_NOWHERE. An empty needle is
 * found at 0. */
size_t bytes_find_nocase(struct bytes, struct bytes needle);

/* The slice without its first `n` octets, or only its first `n`; n beyond the end is the end. */
struct bytes bytes_skip(struct bytes, size_t n);
struct bytes bytes_first(struct bytes, size_t n);

/* The slice without blanks, tabs, CR and LF at both ends. */
struct bytes bytes_trim(struct bytes);

/* Takes what stands before the first `separator` off *rest and returns it; the separator is dropped. Without a
 * separator all of *rest is returned and *rest is empty. */
struct bytes bytes_split(struct bytes *rest, uint8_t separator);

/* All of the slice read as a decimal number without a sign. False, and *out untouched, when it is empty, holds
 * anything but digits, or the value is past `max`. */
bool bytes_decimal(struct bytes, uint64_t max, uint64_t *out);

uint8_t ascii_lower(uint8_t octet);
bool ascii_is_alnum(uint8_t octet);
bool ascii_is_digit(uint8_t octet);
bool ascii_is_blank(uint8_t octet); /* blank or tab */

struct cursor cursor_of(struct bytes);
uint8_t cursor_u8(struct cursor *);
uint16_t cursor_be16(struct cursor *);
uint32_t cursor_be24(struct cursor *);
uint32_t cursor_be32(struct cursor *);
uint16_t cursor_le16(struct cursor *);
uint32_t cursor_le32(struct cursor *);

/* The next n octets; the empty slice, and a failed cursor, when fewer are left. */
struct bytes cursor_take(struct cursor *, size_t n);

/* Steps over n octets; fails when fewer are left. */
void cursor_skip(struct cursor *, size_t n);

#endif
