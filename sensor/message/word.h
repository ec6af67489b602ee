/* SPDX-License-Identifier: Apache-2.0
 *
 * word: encoded words (RFC 2047, language tags of RFC 2231) in the values of header fields. Read as leniently as mail
 * clients do: also inside quotes, next to other text, with blanks in them.
 */
#ifndef MESSAGE_WORD_H
#define MESSAGE_WORD_H

#include "base/buffer.h"

/* Octets of the encoded word at the start of raw, or 0 when none stands there. Sets *endless, else leaves it, when one
 * begins there but raw holds no end of a word at all: then none can follow either. */
size_t word_length(struct bytes raw, bool *endless);

/* Appends raw as UTF-8, its encoded words decoded. Blanks between two words vanish, and a character may be split over
 * adjacent words of one charset. A word in an unknown charset, and text outside of words, is read as
 * charset_append_raw() does. The result may still hold control characters and octets that are not UTF-8. */
void word_decode(struct buffer *out, struct bytes raw);

#endif
