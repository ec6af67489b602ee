/* SPDX-License-Identifier: Apache-2.0
 *
 * anomaly: the names of what parsers find odd, one row each, with the sentence that explains it.
 */
#ifndef PROTOCOL_ANOMALY_H
#define PROTOCOL_ANOMALY_H

#include "protocol/protocol.h"

enum anomaly {
	ANOMALY_NOT_SMTP,
	ANOMALY_LONG_LINE,
	ANOMALY_BARE_LF,
	ANOMALY_SMUGGLING,
	ANOMALY_DATA_NOT_AWAITED,
	ANOMALY_BAD_BDAT,
	ANOMALY_BAD_REPLY,
	ANOMALY_PENDING_CEILING,
	ANOMALY_RECIPIENT_CEILING,
	ANOMALY_RCPT_WITHOUT_MAIL,
	ANOMALY_EARLY_CLIENT,
	ANOMALY_PLAINTEXT_AFTER_STARTTLS,
	ANOMALY_TEXT_LOST,
	ANOMALY_BARE_CR,
	ANOMALY_REPLY_CODES,
	ANOMALY_UNDECIDED_CEILING,
	ANOMALY_SOURCE_ROUTE,
	ANOMALY_TLS_UNASKED,
	ANOMALY_NOT_POP3,
	ANOMALY_NOT_IMAP,
	ANOMALY_OPAQUE,
	ANOMALY_INFLATE_BOMB,
	ANOMALY_NOT_TLS,
	ANOMALY_STARTTLS_MASKED,
	ANOMALY_STARTTLS_REFUSED,
	ANOMALY_STARTTLS_REWRITTEN,
	ANOMALY_UIDL_CEILING,
	ANOMALIES
};

/* Static. */
const char *anomaly_name(enum anomaly);
const char *anomaly_sentence(enum anomaly);

/* Says each anomaly once per direction, and at most limits->observations of them. */
struct anomalies {
	uint32_t said[2]; /* by direction: bits by enum anomaly */
	uint32_t count;
};

void anomaly_say(struct anomalies *, const struct protocol_context *, enum anomaly, enum direction, usec_t time);

#endif
