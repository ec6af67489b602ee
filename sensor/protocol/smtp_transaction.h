/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp_transaction: the sender and the recipients that the server holds at one moment (RFC 5321 section 4.1.1.2): changed
 * by its replies only, in their order.
 */
#ifndef PROTOCOL_SMTP_TRANSACTION_H
#define PROTOCOL_SMTP_TRANSACTION_H

#include "base/buffer.h"
#include "protocol/texts.h"

/* Octets of an address that are kept: RFC 5321 section 4.5.3.1.3 allows a path of 256. A longer one ends in U+2026. */
#define SMTP_ADDRESS_MAX 1024

struct smtp_transaction {
	bool has_sender;
	struct buffer from;
	struct texts to, refused;
};

void smtp_transaction_init(struct smtp_transaction *, size_t recipients);

/* The server took this sender: a new transaction. */
void smtp_transaction_begin(struct smtp_transaction *, struct bytes from);

/* The server holds nothing any more. Memory is given back. */
void smtp_transaction_reset(struct smtp_transaction *);

/* Hands all of it to *to, which was reset or just initialised. */
void smtp_transaction_move(struct smtp_transaction *from, struct smtp_transaction *to);

#endif
