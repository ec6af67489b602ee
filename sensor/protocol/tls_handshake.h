/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_handshake: one handshake as far as it crosses in the clear (RFC 8446 section 4, RFC 5246 section 7): its messages
 * are put together from records, read, and said once as OBSERVED_TLS. It exists until both sides encrypt.
 */
#ifndef PROTOCOL_TLS_HANDSHAKE_H
#define PROTOCOL_TLS_HANDSHAKE_H

#include "protocol/protocol.h"
#include "protocol/tls_record.h"

#define TLS_HELLO_MAX 32768       /* octets kept of a hello; of a longer one nothing is read */
#define TLS_CERTIFICATES_MAX 65536 /* of the server's certificates; what is beyond is told as cut */

struct tls_handshake;

/* NULL when memory is short. starttls: it began inside a clear dialogue. */
struct tls_handshake *tls_handshake_new(bool starttls);
void tls_handshake_free(struct tls_handshake *); /* NULL is fine */

/* A piece of any record but application data. True when nothing more will be learnt: it can be told. */
bool tls_handshake_piece(struct tls_handshake *, enum direction, const struct tls_piece *);

/* A record of application data begins, of so many octets. True when with it the handshake is over. *counts: it holds
 * what the handshake was made for, and not a part of it under encryption. */
bool tls_handshake_data(struct tls_handshake *, enum direction, uint16_t len, bool *counts);

/* Octets of the client's first message in SSLv2's form. Takes what it needs off *in; true while more is due. */
bool tls_handshake_ssl2(struct tls_handshake *, struct bytes *in);

/* The server answered in SSLv2 as well. */
void tls_handshake_is_ssl2(struct tls_handshake *);

/* Whether a hello in SSLv2's form was read, and no answer yet. */
bool tls_handshake_awaits_ssl2(const struct tls_handshake *);

/* Octets of this side will never come. */
void tls_handshake_lost(struct tls_handshake *, enum direction);

/* Observes it, if there was anything to it. */
void tls_handshake_tell(struct tls_handshake *, const struct protocol_context *, uint32_t ordinal, usec_t time);

#endif
