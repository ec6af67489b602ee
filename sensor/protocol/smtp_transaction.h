/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp_transaction: one mail transaction: sender, recipients, and the message once it comes. With pipelining several are
 * under way at once: each is kept until every reply that concerns it has come.
 */
#ifndef PROTOCOL_SMTP_TRANSACTION_H
#define PROTOCOL_SMTP_TRANSACTION_H

#include "base/buffer.h"
#include "protocol/protocol.h"
#include "protocol/texts.h"

enum smtp_sender { SMTP_SENDER_NONE, SMTP_SENDER_GIVEN, SMTP_SENDER_REFUSED };

struct smtp_transaction {
	unsigned users;               /* the dialogue, and replies outstanding */
	enum smtp_sender sender;
	struct buffer from;
	struct texts to, refused;
	struct message *message;      /* NULL: none yet */
	enum message_transfer transfer;
	uint64_t *chunks;             /* sizes of BDAT chunks */
	size_t chunk_count, chunk_room;
	bool ended;                   /* the end of the message was seen */
	bool lossy;                   /* octets of it are missing */
	bool told;                    /* it was observed */
};

/* One user. NULL when memory is short. */
struct smtp_transaction *smtp_transaction_new(const struct protocol_limits *);
struct smtp_transaction *smtp_transaction_use(struct smtp_transaction *);

/* One user less; with the last one it is freed. NULL is fine. */
void smtp_transaction_drop(struct smtp_transaction *);

void smtp_transaction_set_sender(struct smtp_transaction *, struct bytes address);

/* The recipient was refused: it moves from `to` to `refused`. */
void smtp_transaction_refuse(struct smtp_transaction *, struct bytes address);

/* Makes the message if there is none. False when memory is short. */
bool smtp_transaction_begin(struct smtp_transaction *, enum message_transfer, const struct message_limits *);

/* A chunk of so many octets was announced. */
void smtp_transaction_chunk(struct smtp_transaction *, uint64_t size);

/* What is needed to tell of a message. */
struct smtp_telling {
	const struct protocol_context *context;
	uint32_t *ordinal;         /* of the next message; moved on */
	struct bytes helo_text;
	bool authenticated;
	usec_t time;
};

/* Observes the message, once; nothing when none was begun. `code` and `reply_text`: the final reply; 0 and empty: none. */
void smtp_transaction_tell(struct smtp_transaction *, const struct smtp_telling *, uint16_t code,
    struct bytes reply_text);

#endif
