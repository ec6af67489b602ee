/* SPDX-License-Identifier: Apache-2.0
 *
 * parameter: the values of Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2183) with the
 * continuations and charsets of RFC 2231:
 *
 *	attachment; filename="a.txt"; size=12
 *	attachment; filename*=utf-8''na%C3%AFve.txt
 *	attachment; filename*0*=utf-8''na%C3%AF; filename*1="ve.txt"
 */
#ifndef MESSAGE_PARAMETER_H
#define MESSAGE_PARAMETER_H

#include "base/buffer.h"

/* What stands before the parameters, up to the first ';', ',', blank or '('; empty when a parameter stands there at
 * once. */
struct bytes parameter_head(struct bytes value);

/* Appends the octets of the first parameter of that name: quotes and continuations undone, nothing else. False when
 * there is none. */
bool parameter_octets(struct bytes value, struct bytes name, struct buffer *out);

/* The same as text: in its RFC 2231 charset, or with RFC 2047 words decoded, as many senders write them. An RFC 2231
 * form is preferred to a plain one of the same name. */
bool parameter_text(struct bytes value, struct bytes name, struct buffer *out);

#endif
