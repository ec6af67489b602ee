/* SPDX-License-Identifier: Apache-2.0
 *
 * sasl: who logs in, out of an authentication exchange (RFC 4422 and the mechanisms' own). Secrets pass through here and
 * are not kept: of each response only the user's name is.
 */
#ifndef PROTOCOL_SASL_H
#define PROTOCOL_SASL_H

#include "base/buffer.h"

enum sasl_mechanism {
	SASL_OTHER,
	SASL_PLAIN,
	SASL_LOGIN,
	SASL_CRAM_MD5,
	SASL_DIGEST_MD5,
	SASL_NTLM,
	SASL_XOAUTH2,
	SASL_OAUTHBEARER,
	SASL_SCRAM,
	SASL_GSSAPI,
	SASL_EXTERNAL,
};

struct sasl {
	enum sasl_mechanism mechanism;
	struct buffer name;    /* as the client wrote it, upper case, bounded */
	bool cleartext;        /* who reads the exchange has the secret */
	unsigned responses;    /* of the client so far */
	struct buffer user, domain; /* text; empty: not seen */
};

void sasl_init(struct sasl *);
void sasl_clear(struct sasl *);

/* A new exchange with this mechanism. */
void sasl_begin(struct sasl *, struct bytes mechanism);

/* A response of the client, base64 as on the wire ("=" is an empty one). */
void sasl_response(struct sasl *, struct bytes base64);

#endif
