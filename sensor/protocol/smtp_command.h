/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp_command: a command line of SMTP (RFC 5321 section 4.1) taken apart: verb, argument, chunk size.
 */
#ifndef PROTOCOL_SMTP_COMMAND_H
#define PROTOCOL_SMTP_COMMAND_H

#include "base/bytes.h"

enum smtp_verb {
	SMTP_UNKNOWN,
	SMTP_HELO,
	SMTP_EHLO,
	SMTP_LHLO,
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,
	SMTP_BDAT,
	SMTP_RSET,
	SMTP_QUIT,
	SMTP_NOOP,
	SMTP_VRFY,
	SMTP_EXPN,
	SMTP_HELP,
	SMTP_AUTH,
	SMTP_STARTTLS,
	SMTP_ETRN,
	SMTP_TURN,
	SMTP_ATRN,
	SMTP_SEND,
	SMTP_SOML,
	SMTP_SAML,
	SMTP_XCLIENT,
	SMTP_XFORWARD,
	SMTP_VERBS
};

struct smtp_command {
	enum smtp_verb verb;
	struct bytes word;     /* the verb as written */
	struct bytes argument; /* what follows, without blanks at both ends */
};

/* Takes a line apart; an empty one has the verb SMTP_UNKNOWN and an empty word. */
struct smtp_command smtp_command_read(struct bytes line);

/* SMTP_UNKNOWN when the word, in any case, is none. */
enum smtp_verb smtp_verb_of(struct bytes word);

/* The verb in upper case; "" for SMTP_UNKNOWN. Static. */
const char *smtp_verb_name(enum smtp_verb);

/* "BDAT size [LAST]" (RFC 3030 section 2). False when the size is none, or past 2^63 - 1. */
bool smtp_chunk_read(struct bytes argument, uint64_t *size, bool *last);

#endif
