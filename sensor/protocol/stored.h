/* SPDX-License-Identifier: Apache-2.0
 *
 * stored: a message on its way out of a mailbox or into one, from its first octet until it is told of.
 */
#ifndef PROTOCOL_STORED_H
#define PROTOCOL_STORED_H

#include "message/message.h"
#include "protocol/protocol.h"

struct stored {
	struct message *message;
	enum message_transfer transfer;
	uint64_t octets; /* that came */
	bool lossy;      /* some are missing */
	bool ended;      /* its end was seen */
};

/* False when memory is short. */
bool stored_begin(struct stored *, const struct protocol_context *, enum message_transfer);
void stored_push(void *stored, struct bytes);
void stored_lose(struct stored *, uint64_t missing);

/* Tells of it, and frees it; nothing is told of one that never began. True when something was. */
bool stored_tell(struct stored *, const struct protocol_context *, const struct mailbox_item *, enum message_status,
    bool authenticated, uint32_t ordinal, usec_t time);

/* Frees it untold. */
void stored_drop(struct stored *);

#endif
