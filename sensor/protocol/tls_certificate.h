/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_certificate: what the certificates say that a server sends in the clear (RFC 5246 section 7.4.2, RFC 5280). They are
 * read, not judged: no signature is checked, and none is trusted.
 */
#ifndef PROTOCOL_TLS_CERTIFICATE_H
#define PROTOCOL_TLS_CERTIFICATE_H

#include "message/arena.h"
#include "observe/encryption.h"

#define TLS_CHAIN_MAX 10         /* certificates read of a chain; more are counted */
#define TLS_CERTIFICATE_MAX 32768 /* octets of one that is still taken apart; of a longer one only the hashes are told */
#define TLS_NAMES_MAX 64         /* subjectAltNames kept of one */
#define TLS_NAME_MAX 1024        /* octets of a subject, issuer or name */

/* Fills certificates, certificate_count, certificates_dropped and certificates_cut from the body of a Certificate message.
 * All it points to lies in the arena. */
void tls_certificates_read(struct bytes body, struct tls_report *, struct arena *);

#endif
