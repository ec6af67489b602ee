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

/* What was seen of a server's offers before anybody logged in. */
struct starttls_offers {
	bool seen : 1, offered : 1, masked : 1;
};

/* One capability that the server names before any login; `original` is what an offer of TLS looks like here. */
void starttls_note(struct starttls_offers *, struct bytes capability, struct bytes original);

#endif
