/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_hello: what ClientHello and ServerHello say (RFC 8446 section 4.1, RFC 5246 section 7.4.1, RFC 6101; the hello of
 * SSLv2: RFC 5246 appendix E.2). Read, not kept: every slice points into the message.
 */
#ifndef PROTOCOL_TLS_HELLO_H
#define PROTOCOL_TLS_HELLO_H

#include "base/bytes.h"

enum tls_extension {
	TLS_EXT_SERVER_NAME = 0,
	TLS_EXT_GROUPS = 10,
	TLS_EXT_POINT_FORMATS = 11,
	TLS_EXT_SIGNATURES = 13,
	TLS_EXT_ALPN = 16,
	TLS_EXT_SESSION_TICKET = 35,
	TLS_EXT_PRE_SHARED_KEY = 41,
	TLS_EXT_EARLY_DATA = 42,
	TLS_EXT_VERSIONS = 43,
	TLS_EXT_KEY_SHARE = 51,
	TLS_EXT_ENCRYPTED_HELLO = 0xfe0d,
};

/* Lists are as they stand in the message, without the length before them. */
struct tls_hello {
	uint16_t legacy_version; /* of the message itself */
	uint16_t version;        /* the best of supported_versions in a ClientHello, the one chosen in a ServerHello; without
	                          * that extension the legacy version */
	struct bytes random, session_id;
	struct bytes ciphers;    /* 2 octets each; a ServerHello has one */
	bool ssl2;               /* in SSLv2's form: ciphers have 3 octets each, there is no extension */
	bool has_extensions;
	struct bytes extensions; /* all of them, well-formed: tls_extension_next() walks them */
	bool has_server_name, has_alpn;
	struct bytes server_name; /* the first host_name */
	struct bytes alpn;       /* names, each after its length in one octet */
	struct bytes groups, signatures, versions; /* 2 octets each */
	struct bytes point_formats; /* 1 octet each */
	bool has_ticket, has_key, has_early_data, has_encrypted_hello; /* a ticket that is not empty; has_key: of one side's
	                                                                 * pre-shared keys */
	uint16_t group;          /* ServerHello: of the key share */
	bool retry;              /* ServerHello: a HelloRetryRequest (RFC 8446 section 4.1.4) */
	bool downgrade;          /* ServerHello: the random ends in the sentinel (RFC 8446 section 4.1.3) */
};

/* The body of the message, behind its type and length. False when it is malformed: then *hello says nothing. What an
 * extension holds that is malformed itself is left out. */
bool tls_client_hello_read(struct bytes body, struct tls_hello *);
bool tls_server_hello_read(struct bytes body, struct tls_hello *);

/* The message behind the two octets of length. */
bool tls_ssl2_hello_read(struct bytes message, struct tls_hello *);

/* The next extension off the front of *rest. False at the end. */
bool tls_extension_next(struct bytes *rest, uint16_t *type, struct bytes *data);

/* The next name of an ALPN list off the front of *rest. False at the end. */
bool tls_alpn_next(struct bytes *rest, struct bytes *name);

/* The number at this place of a list of numbers of 2 octets. */
static inline uint16_t
tls_number(struct bytes list, size_t index)
{
	return (uint16_t)(list.at[2 * index] << 8 | list.at[2 * index + 1]);
}

/* Values that mean nothing, sent to keep others tolerant (RFC 8701). */
static inline bool
tls_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

#endif
