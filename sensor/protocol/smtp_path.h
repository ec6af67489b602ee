/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp_path: the reverse path of MAIL and the forward path of RCPT (RFC 5321 section 4.1.2), as they are meant.
 */
#ifndef PROTOCOL_SMTP_PATH_H
#define PROTOCOL_SMTP_PATH_H

#include "base/bytes.h"

struct smtp_path {
	struct bytes address; /* as written: quotes are kept; empty: the null path */
	bool routed;          /* a source route stood before it */
	bool unbracketed;     /* it was not between "<" and ">" */
};

/* The path of "FROM:<...>" or "TO:<...>" (keyword "FROM" or "TO"): brackets, a source route and parameters are dropped;
 * brackets may be missing, blanks may stand around the colon or not. False when there is no such keyword and colon. */
bool smtp_path_read(struct bytes argument, struct bytes keyword, struct smtp_path *);

#endif
