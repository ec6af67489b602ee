/* SPDX-License-Identifier: Apache-2.0
 *
 * tls_names: what the numbers of TLS are called in IANA's registries: cipher suites, groups (RFC 8422, RFC 7919, RFC 8446),
 * alerts. Static texts; NULL for a number without a name.
 */
#ifndef OBSERVE_TLS_NAMES_H
#define OBSERVE_TLS_NAMES_H

#include <stddef.h>
#include <stdint.h>

const char *tls_cipher_name(uint16_t code); /* "TLS_AES_128_GCM_SHA256" */
const char *tls_group_name(uint16_t code);  /* "x25519" */
const char *tls_alert_name(uint8_t code);   /* "handshake_failure" */

#endif
