/* SPDX-License-Identifier: Apache-2.0
 *
 * starttls: what somebody on the way makes of the offer to encrypt. Who may not change the length of a segment paints words
 * over with X: firewalls do so with every capability they do not know, and with commands.
 */
#ifndef PROTOCOL_STARTTLS_H
#define PROTOCOL_STARTTLS_H

#include "base/bytes.h"

/* Whether the word is as long as the original and painted over: X throughout, but for a last letter that some leave:
 * "XXXXXXXX", "XXXXXXXA" for "STARTTLS". */
bool starttls_is_masked(struct bytes word, struct bytes original);

#endif
