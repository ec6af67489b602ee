/* SPDX-License-Identifier: Apache-2.0
 *
 * hello: TLS messages and records put together by hand, for tests, and a certificate that stands for all others:
 * self-signed, CN=mail.example.org,O=Mail & Sons,C=DE, for two host names and two addresses.
 */
#ifndef TESTS_SUPPORT_HELLO_H
#define TESTS_SUPPORT_HELLO_H

#include "base/buffer.h"

struct hello {
	uint16_t version;
	const char *random_end;    /* the last octets of the random; NULL: nothing special */
	size_t random_end_len;
	struct bytes session_id;
	struct bytes ciphers;      /* 2 octets each; of a server one */
	struct bytes extensions;   /* without the length of all of them; none at all when `at` is NULL */
};

/* The body of the message is appended. */
void hello_client(struct buffer *out, const struct hello *);
void hello_server(struct buffer *out, const struct hello *);

/* The random of a HelloRetryRequest. */
extern const uint8_t hello_retry[32];

/* An extension; a handshake message; a record. */
void hello_extension(struct buffer *out, uint16_t type, struct bytes data);
void hello_message(struct buffer *out, uint8_t type, struct bytes body);
void hello_record(struct buffer *out, uint8_t type, struct bytes body);

/* A Certificate message's body with `count` times the same certificate. */
void hello_certificates(struct buffer *out, struct bytes der, size_t count);

extern const uint8_t hello_der[];
extern const size_t hello_der_len;
#define HELLO_SHA1 "165a51de53c3d7f550d65431a915b528c2625199"
#define HELLO_SHA256 "9d2d6bfd33daf769ccf2edbe754fc4c7287353fb312d73300ec80bfa47d9df14"

#endif
