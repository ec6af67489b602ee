/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_excuse: what a message is when it looks forwarded by a machine and is not: an automatic reply, a list's mail,
 * a report about other mail, a person's forward.
 */
#ifndef DETECT_FORWARD_EXCUSE_H
#define DETECT_FORWARD_EXCUSE_H

#include "detect/site.h"

/* An automatic answer of one of our mailboxes (RFC 3834, and Exchange, which marks answers and forwards of a rule
 * alike). An outsider's automatic answer that a rule sends on is none: it answers nothing here. */
bool forward_is_auto_reply(const struct site *, const struct message_content *);

/* Sent by a mailing list, or in bulk (RFC 2919, RFC 2369, Mailman's own headers). */
bool forward_is_list_mail(const struct message_content *);

/* A report about mail: from the null sender, and either a report by its type (RFC 6522) or on its way to the coded
 * address that a forwarder gave itself for such reports. */
bool forward_is_report(const struct message_report *);

/* Forwarded by a person, as far as a mail program's marks tell. */
bool forward_is_manual(const struct message_content *);

#endif
