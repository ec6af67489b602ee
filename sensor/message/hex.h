/* SPDX-License-Identifier: Apache-2.0
 *
 * hex: a hexadecimal digit, as "=XX" and "%XX" need it.
 */
#ifndef MESSAGE_HEX_H
#define MESSAGE_HEX_H

#include "base/bytes.h"

#define HEX_NONE 16U

/* 0 to 15, or HEX_NONE for what is no such digit. */
static inline unsigned
hex_value(uint8_t c)
{
	if (ascii_is_digit(c))
		return c - (unsigned)'0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - (unsigned)'a' + 10U : HEX_NONE;
}

/* The octet that two digits at the start of b stand for; false when they are not there. */
static inline bool
hex_octet(struct bytes b, uint8_t *octet)
{
	unsigned high, low;

	if (b.len < 2)
		return false;
	high = hex_value(b.at[0]);
	low = hex_value(b.at[1]);
	if (high == HEX_NONE || low == HEX_NONE)
		return false;
	*octet = (uint8_t)(high << 4 | low);
	return true;
}

#endif
