/* SPDX-License-Identifier: Apache-2.0
 *
 * encryption: what is observed of TLS: the handshake, as far as it crosses in the clear, and what the shape of the
 * records tells of the mail inside. Borrowed and bounded like all of an observation.
 */
#ifndef OBSERVE_ENCRYPTION_H
#define OBSERVE_ENCRYPTION_H

#include "base/bytes.h"
#include "base/clock.h"
#include "observe/slices.h"

#define JA3_TEXT_MAX 33 /* MD5 in hex and a NUL */
#define JA4_TEXT_MAX 37 /* "t13d1516h2_8daaf6152771_e5627efa2ab1" and a NUL */

/* One certificate of the chain, as the server sent it. */
struct tls_certificate {
	struct bytes subject_text, issuer_text; /* RFC 2253 order, as OpenSSL prints it; empty: could not be read */
	struct bytes serial;         /* hexadecimal, upper case; empty: could not be read */
	struct slices names;         /* subjectAltName: DNS names and addresses, as text */
	int64_t not_before, not_after; /* seconds since 1970 */
	bool self_signed;
	uint8_t sha1[20], sha256[32];  /* of the DER octets */
};

/* A handshake: said once the server has answered, or when it will not. */
struct tls_report {
	uint32_t ordinal;            /* of this session, from 0 */
	bool starttls;               /* begun inside a clear dialogue */
	bool has_client_hello, has_server_hello;
	uint16_t version;            /* agreed; of the client's offer when no server hello was seen; 0x0304: TLS 1.3 */
	uint16_t client_version;     /* as the client's hello itself says it: never above TLS 1.2; 0: none seen */
	uint16_t cipher;             /* agreed; 0: none */
	uint16_t group;              /* key share the server took; 0: none, or before TLS 1.3 */
	struct bytes server_name_text; /* SNI; empty: none */
	struct slices alpn_offered;
	struct bytes next_protocol;  /* ALPN agreed in the clear (up to TLS 1.2); empty: none */
	bool resumed;                /* by ticket, session id or key the client and server already shared */
	bool retried;                /* the server asked for another hello first (RFC 8446 section 4.1.4) */
	bool early_data;             /* the client sent data before the server had answered, or offered to */
	bool established;            /* both sides went on to encrypted records */
	bool ech;                    /* the client offered Encrypted Client Hello: the server name is a cover */
	bool downgrade;              /* the server's random says that it can do better (RFC 8446 section 4.1.3), and so could
	                              * the client: somebody between them does not want it */
	char ja3[JA3_TEXT_MAX], ja3s[JA3_TEXT_MAX], ja4[JA4_TEXT_MAX]; /* empty: the hello was not seen whole */
	bool has_alert;              /* an alert crossed in the clear */
	uint8_t alert_level, alert_code;
	bool alert_from_server;
	const struct tls_certificate *certificates; /* the server's first */
	size_t certificate_count;
	uint64_t certificates_dropped;
	bool certificates_cut;       /* the chain was longer than is read, or had a gap */
};

/* "TLS 1.3"; NULL for what is none. Static. */
const char *tls_version_name(uint16_t);

enum estimate_pattern {
	ESTIMATE_UNKNOWN,     /* too little, or pipelined: no number would be right */
	ESTIMATE_INTERACTIVE,
	ESTIMATE_BATCH,
};

const char *estimate_pattern_name(enum estimate_pattern);

#define ESTIMATE_SIZES 12

/* What the records of an encrypted mail session tell. By enum direction, where an array has two. */
struct estimate_report {
	uint64_t records[2], record_bytes[2]; /* application data alone */
	uint64_t commands;           /* client flights */
	uint64_t bursts;             /* server flights between two of the client's */
	uint64_t burst_sizes[ESTIMATE_SIZES]; /* bursts of up to 256 << n octets; the last: larger ones as well */
	bool has_fetched, has_sent;  /* the estimate below holds */
	uint64_t fetched, sent;      /* messages */
	enum estimate_pattern pattern;
	uint32_t idle_periods;       /* waits of minutes that the client ended, as IMAP IDLE has them */
	usec_t idle;
};

#endif
