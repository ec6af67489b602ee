/* SPDX-License-Identifier: Apache-2.0
 *
 * charset: text in the charsets that mail uses, made into UTF-8. The names are a table: nobody on the wire chooses what
 * converter is loaded.
 */
#ifndef MESSAGE_CHARSET_H
#define MESSAGE_CHARSET_H

#include "base/buffer.h"

/* Appends `in`, written in the charset of that name (RFC 2978, case does not matter; aliases in use are known), as
 * UTF-8. What cannot be read becomes U+FFFD; under the name of UTF-8 octets pass as they are, valid or not. False, and
 * nothing appended, when the name is not known. */
bool charset_append(struct buffer *out, struct bytes name, struct bytes in);

/* Appends octets of no declared charset: as they are when they are valid UTF-8, else read as ISO-2022-JP when they
 * switch to it, else as windows-1252. */
void charset_append_raw(struct buffer *out, struct bytes in);

/* The charset switches states inside a text, so that two texts in it may not be joined before they are read. */
bool charset_is_stateful(struct bytes name);

#endif
