/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_address: mail addresses inside the values that forwarders write.
 */
#ifndef DETECT_FORWARD_ADDRESS_H
#define DETECT_FORWARD_ADDRESS_H

#include "base/bytes.h"

/* Room for the longest address (RFC 5321 section 4.5.3.1: 64 + 1 + 255) and its NUL. */
#define FORWARD_ADDRESS_MAX 321

/* The first, or the last, local@domain in a value, without brackets; the empty slice when there is none. */
struct bytes forward_address_find(struct bytes value, bool last);

/* Writes local@domain into out, in lower case; the empty string when a part is missing, it is too long, or it holds
 * anything that is no text. */
void forward_address_write(char out[FORWARD_ADDRESS_MAX], struct bytes local, struct bytes domain);

/* The same of a whole address. */
void forward_address_copy(char out[FORWARD_ADDRESS_MAX], struct bytes address);

#endif
