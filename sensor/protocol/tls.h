/* SPDX-License-Identifier: Apache-2.0
 *
 * tls: the row for connections that are encrypted from the first byte.
 */
#ifndef PROTOCOL_TLS_H
#define PROTOCOL_TLS_H

#include "protocol/protocol.h"

extern const struct protocol protocol_tls;

#endif
