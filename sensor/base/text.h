/* SPDX-License-Identifier: Apache-2.0
 *
 * text: octets from the wire made into valid, bounded UTF-8 (RFC 3629), and back to something a terminal can bear.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buffer.h"

/* The octets of the valid UTF-8 sequence at the start of b (1 to 4), or 0 when there is none. Overlong forms,
 * surrogates and what lies past U+10FFFF are not valid. */
size_t text_sequence(struct bytes b);

bool text_is_utf8(struct bytes);

/* Whether text_append() would append it as it is: ASCII without control characters, tabs allowed. */
bool text_is_plain(struct bytes);

/* Appends `in` to out with each bad octet as U+FFFD and NUL and other C0 controls but tab as U+FFFD too. At most `max`
 * octets of UTF-8 are appended; when more were due, the value is cut between characters so that it ends in U+2026
 * within `max` (max at least 3), and false is returned. Room in `out` counts like `max`, and sets its `cut`. */
bool text_append(struct buffer *out, struct bytes in, size_t max);

/* Appends the UTF-8 of one code point, all of it or nothing; what is not a scalar value becomes U+FFFD. */
bool text_append_point(struct buffer *out, uint32_t point);

/* Appends printable ASCII as it is and everything else, backslash too, as \\ooo or \\n, \\r, \\t, \\\\: for logs. */
void text_append_escaped(struct buffer *out, struct bytes in);

/* Lower case of ASCII, in place. */
void text_lower(uint8_t *at, size_t len);

#endif
