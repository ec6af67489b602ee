/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp_data: the content between DATA and the dot that ends it (RFC 5321 section 4.5.2): dots unstuffed, handed on.
 *
 * Whether CRLF or a bare LF ends a line is what the first line of the content does. A dot alone between line ends of two
 * kinds means different things to different servers, which is how messages are smuggled: it is marked. Behind CRLF it
 * ends the content, as most servers have it; behind a bare LF between lines that end in CRLF it is content.
 */
#ifndef PROTOCOL_SMTP_DATA_H
#define PROTOCOL_SMTP_DATA_H

#include "message/message.h"

enum smtp_data_state { SMTP_DATA_START, SMTP_DATA_DOT, SMTP_DATA_DOT_CR, SMTP_DATA_LINE };

struct smtp_data {
	enum smtp_data_state state;
	bool cr;         /* the octet before was CR */
	bool lines;      /* a line end was seen: */
	bool bare;       /* it was a bare LF */
	bool smuggling;  /* a lone dot between line ends of two kinds */
	uint8_t suspect; /* how far into LF . [CR] LF */
};

void smtp_data_init(struct smtp_data *);

/* Takes octets up to the end of the content; returns how many (the dot and its line end too). *ended says whether that
 * was the end. `to` may be NULL: the content is stepped over. */
size_t smtp_data_push(struct smtp_data *, struct bytes, struct message *to, bool *ended);

/* Octets were lost: the next line end is firm ground. */
void smtp_data_lost(struct smtp_data *);

#endif
