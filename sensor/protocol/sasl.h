/* SPDX-License-Identifier: Apache-2.0
 *
 * sasl: who logs in, out of an authentication exchange (RFC 4422 and the mechanisms' own). Secrets pass through here and
 * are not kept: of each response only the user's name is, and only where its place is certain.
 */
#ifndef PROTOCOL_SASL_H
#define PROTOCOL_SASL_H

#include "base/buffer.h"

struct sasl_mechanism;

struct sasl {
	const struct sasl_mechanism *mechanism; /* its row, or NULL: nothing is read of it */
	struct buffer name;    /* upper case; "OTHER" when what stands there is no name of a mechanism */
	unsigned responses;    /* of the client so far */
	unsigned filled;       /* those that were not empty */
	bool lossy;            /* part of the exchange was not seen: which response is which is unknown */
	struct buffer user, domain, workstation; /* text; empty: not seen */
};

void sasl_init(struct sasl *);
void sasl_clear(struct sasl *);

/* A new exchange with this mechanism. */
void sasl_begin(struct sasl *, struct bytes mechanism);

/* A response of the client, base64 as on the wire ("=" is an empty one). */
void sasl_response(struct sasl *, struct bytes base64);

/* Part of the exchange was lost. */
void sasl_lost(struct sasl *);

/* Whether a secret has crossed the wire so that who reads the exchange has it. */
bool sasl_secret_was_clear(const struct sasl *);

#endif
