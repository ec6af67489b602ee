/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp_reply: a reply of SMTP (RFC 5321 section 4.2), of one or several lines, put together line by line.
 */
#ifndef PROTOCOL_SMTP_REPLY_H
#define PROTOCOL_SMTP_REPLY_H

#include "base/bytes.h"

struct smtp_reply_line {
	uint16_t code;     /* 200 to 599 */
	bool last;         /* no further line belongs to this reply */
	struct bytes text; /* behind the code */
};

/* False when the line is no line of a reply. */
bool smtp_reply_read(struct bytes line, struct smtp_reply_line *);

#endif
