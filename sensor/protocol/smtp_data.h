/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp_data: the content between DATA and the dot that ends it (RFC 5321 section 4.5.2): dots unstuffed, handed on.
 *
 *	line end  "."  line end         which of CRLF, LF, CR they are decides
 *
 * Whether CRLF or a bare LF ends a line is what the first line end of the content does. A dot alone between line ends of
 * two kinds means different things to different servers, which is how messages are smuggled: it is marked. Behind CRLF
 * it ends the content, as most servers have it; behind a bare LF between lines that end in CRLF, or behind a bare CR, it
 * is content. So it is behind NULs at the start of a line, which some servers drop.
 */
#ifndef PROTOCOL_SMTP_DATA_H
#define PROTOCOL_SMTP_DATA_H

#include "protocol/smtp_delivery.h"

enum smtp_data_state {
	SMTP_DATA_TEXT,
	SMTP_DATA_CR,     /* a CR came: the next octet says of what kind */
	SMTP_DATA_START,  /* behind a line end */
	SMTP_DATA_DOT,    /* a dot stands first on the line */
	SMTP_DATA_DOT_CR,
};

enum smtp_line_end { SMTP_END_CRLF, SMTP_END_LF, SMTP_END_CR };

struct smtp_data {
	enum smtp_data_state state;
	enum smtp_line_end before; /* the line end before the dot */
	bool counts;               /* it ends a line here: a dot behind it is stuffed, or the end */
	bool lines;                /* a line end was seen: */
	bool bare;                 /* the first was a bare LF */
	bool smuggling;            /* a lone dot between line ends of two kinds, or behind a NUL */
};

void smtp_data_init(struct smtp_data *);

/* Takes octets up to the end of the content; returns how many (the dot and its line end too). *ended says whether that
 * was the end. `to` may be NULL: the content is stepped over. */
size_t smtp_data_push(struct smtp_data *, struct bytes in, struct smtp_delivery *to, bool *ended);

/* Octets were lost: the next line end is firm ground. */
void smtp_data_lost(struct smtp_data *);

#endif
