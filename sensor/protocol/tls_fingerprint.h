/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_fingerprint: JA3 and JA3S (the published method of 2017), and JA4 of a ClientHello over TCP (its technical details
 * page of 2023; none of the later methods of that family). They name the TLS library of a peer, not the peer.
 */
#ifndef PROTOCOL_TLS_FINGERPRINT_H
#define PROTOCOL_TLS_FINGERPRINT_H

#include "observe/encryption.h"
#include "protocol/tls_hello.h"

/* Each writes its text with a NUL; empty when memory is short, or for a hello in SSLv2's form, which has none. */
void tls_ja3(const struct tls_hello *client, char out[JA3_TEXT_MAX]);
void tls_ja3s(const struct tls_hello *server, char out[JA3_TEXT_MAX]);
void tls_ja4(const struct tls_hello *client, char out[JA4_TEXT_MAX]);

/* The two characters of JA4 that stand for an ALPN list, without a NUL. */
void tls_ja4_alpn(struct bytes alpn, char out[2]);

#endif
