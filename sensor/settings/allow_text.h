/* SPDX-License-Identifier: Apache-2.0
 *
 * allow_text: how an allowance is written:
 *
 *	[client | server] NETWORK   [from TIME] [until TIME] [because REASON]
 *	MAILBOX | ACCOUNT | DOMAIN  [from TIME] [until TIME] [because REASON]
 *
 * TIME is 2027-01-01, or 2027-01-01T18:00, in UTC. A day after "until" is allowed to its end.
 */
#ifndef SETTINGS_ALLOW_TEXT_H
#define SETTINGS_ALLOW_TEXT_H

#include "base/buffer.h"
#include "detect/allow.h"
#include "settings/values.h"

/* A value as in values.h; the caller clears it. */
bool allow_read(const char *text, struct allowance *out, struct refusal *why);

/* Whether the text is an allowance of a network: what has a role is a host. */
bool allow_is_network(const char *text, struct refusal *why);

/* Appends what allow_read() reads back as the same. */
void allow_write(const struct allowance *, struct buffer *out);

void allow_clear(struct allowance *);

#endif
