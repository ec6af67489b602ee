/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_data.h"

void
smtp_data_init(struct smtp_data *d)
{
	*d = (struct smtp_data){ .state = SMTP_DATA_START };
}

void
smtp_data_lost(struct smtp_data *d)
{
	d->state = SMTP_DATA_LINE;
	d->cr = false;
	d->suspect = 0;
}

static void
hand_on(struct message *to, struct bytes b)
{
	if (to != NULL && b.len > 0)
		message_push(to, b);
}

/* Follows LF . LF and LF . CR LF where LF is not what ends lines here. */
static void
suspect(struct smtp_data *d, uint8_t octet)
{
	if (d->suspect == 1 && octet == '.')
		d->suspect = 2;
	else if (d->suspect == 2 && octet == '\r')
		d->suspect = 3;
	else if (d->suspect >= 2 && octet == '\n')
		d->smuggling = true;
	else
		d->suspect = 0;
}

/* A line end: returns whether a new line begins. */
static bool
ends_line(struct smtp_data *d)
{
	bool bare = !d->cr;

	if (!d->lines) {
		d->lines = true;
		d->bare = bare;
	}
	if (d->bare || !bare)
		return true;
	d->suspect = 1;
	return false;
}

/* The rest of a line, with its end if it is there. */
static size_t
push_line(struct smtp_data *d, struct bytes in, struct message *to)
{
	size_t lf, n = 0;

	while (n < in.len && d->suspect > 0) {
		suspect(d, in.at[n]);
		if (in.at[n] == '\n')
			break;
		d->cr = in.at[n] == '\r';
		n++;
	}
	lf = bytes_find(bytes_skip(in, n), '\n');
	if (lf == BYTES_NOWHERE) {
		if (in.len > n)
			d->cr = in.at[in.len - 1] == '\r';
		hand_on(to, in);
		return in.len;
	}
	lf += n;
	if (lf > n)
		d->cr = in.at[lf - 1] == '\r';
	if (ends_line(d))
		d->state = SMTP_DATA_START;
	d->cr = false;
	hand_on(to, bytes_first(in, lf + 1));
	return lf + 1;
}

size_t
smtp_data_push(struct smtp_data *d, struct bytes in, struct message *to, bool *ended)
{
	size_t n = 0;

	*ended = false;
	while (n < in.len && !*ended) {
		uint8_t octet = in.at[n];

		switch (d->state) {
		case SMTP_DATA_START:
			d->cr = false;
			if (octet == '.') {
				d->state = SMTP_DATA_DOT;
				n++;
			} else {
				d->state = SMTP_DATA_LINE;
			}
			break;
		case SMTP_DATA_DOT:
			if (octet == '\r') {
				d->state = SMTP_DATA_DOT_CR;
				n++;
			} else if (octet == '\n') {
				/* After CRLF this is no proper end, but the servers that are lenient take it for one. */
				d->smuggling |= d->lines && !d->bare;
				*ended = true;
				n++;
			} else {
				d->state = SMTP_DATA_LINE; /* the dot was stuffed: it is dropped */
			}
			break;
		case SMTP_DATA_DOT_CR:
			if (octet == '\n') {
				*ended = true;
				n++;
			} else {
				hand_on(to, BYTES("\r"));
				d->cr = true;
				d->state = SMTP_DATA_LINE;
			}
			break;
		case SMTP_DATA_LINE:
			n += push_line(d, bytes_skip(in, n), to);
			break;
		}
	}
	return n;
}
