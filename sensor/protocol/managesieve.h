/* SPDX-License-Identifier: Apache-2.0
 *
 * managesieve: one ManageSieve dialogue (RFC 5804): who puts which script where, and what it does with mail. Its lines have
 * literals as those of IMAP have, so the scanner is IMAP's; a reply ends a command, and they come in the commands' order.
 */
#ifndef PROTOCOL_MANAGESIEVE_H
#define PROTOCOL_MANAGESIEVE_H

#include "protocol/protocol.h"

extern const struct protocol protocol_managesieve;

#endif
