/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp_delivery: a message on its way, from its first octet to the reply that decides its fate. With pipelining it may
 * be whole before the server has even answered the command that began it; then the envelope comes later than the content.
 */
#ifndef PROTOCOL_SMTP_DELIVERY_H
#define PROTOCOL_SMTP_DELIVERY_H

#include "protocol/protocol.h"
#include "protocol/smtp_transaction.h"

struct smtp_delivery {
	unsigned users;               /* the client's side while content comes, and commands that await a reply */
	enum message_transfer transfer;
	struct message *message;      /* NULL: memory was short, or it was told of */
	bool enveloped;               /* the server answered what began it: */
	struct smtp_transaction envelope;
	uint64_t *chunks;             /* sizes of BDAT chunks */
	size_t chunk_count, chunk_room;
	uint64_t chunks_dropped;
	bool ended;                   /* the end of the message was seen, or the server said so */
	bool lossy;                   /* octets of it are missing */
	bool told;                    /* it was observed */
	uint16_t code;                /* a reply that came before its end; 0: none */
	struct buffer reply;
	size_t recipient;             /* LMTP: of `to`, whose reply is due */
	uint64_t replies;             /* LMTP: still to come */
};

/* One user. NULL when memory is short. */
struct smtp_delivery *smtp_delivery_new(enum message_transfer, const struct protocol_context *);
struct smtp_delivery *smtp_delivery_use(struct smtp_delivery *); /* NULL is fine */

/* One user less; with the last one it is freed. NULL is fine. */
void smtp_delivery_drop(struct smtp_delivery *);

void smtp_delivery_push(struct smtp_delivery *, struct bytes);
void smtp_delivery_lose(struct smtp_delivery *, uint64_t missing);

/* A chunk of so many octets was announced. */
void smtp_delivery_chunk(struct smtp_delivery *, uint64_t size);

/* The reply is kept: it decides if no other comes. */
void smtp_delivery_keep_reply(struct smtp_delivery *, uint16_t code, struct bytes reply_text);

/* What is needed to tell of a message. */
struct smtp_telling {
	const struct protocol_context *context;
	uint32_t ordinal;          /* of this message */
	struct bytes helo_text;
	bool authenticated;
	uint16_t code;             /* the final reply; 0 and empty: none */
	struct bytes reply_text;
	usec_t time;
};

/* Observes the message, once; returns whether it did: not when there is none, or it was told of. */
bool smtp_delivery_tell(struct smtp_delivery *, const struct smtp_telling *);

#endif
