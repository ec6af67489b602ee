/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_data.h"

#include <string.h>

void
smtp_data_init(struct smtp_data *d)
{
	/* A dot on the first line counts as if CRLF stood before it. */
	*d = (struct smtp_data){ .state = SMTP_DATA_START, .before = SMTP_END_CRLF, .counts = true };
}

void
smtp_data_lost(struct smtp_data *d)
{
	d->state = SMTP_DATA_TEXT;
}

static void
end_line(struct smtp_data *d, enum smtp_line_end kind)
{
	if (!d->lines && kind != SMTP_END_CR) {
		d->lines = true;
		d->bare = kind == SMTP_END_LF;
	}
	d->before = kind;
	d->counts = kind == SMTP_END_CRLF || (kind == SMTP_END_LF && d->bare);
	d->state = SMTP_DATA_START;
}

/* A dot stands alone up to this line end. Whether that is the end of the content. */
static bool
end_dot(struct smtp_data *d, enum smtp_line_end kind)
{
	bool alike = d->before == kind || (kind == SMTP_END_LF && !d->lines);

	d->smuggling |= !alike || !d->counts || kind == SMTP_END_CR;
	return d->counts && kind != SMTP_END_CR;
}

/* The next octet of text that may matter: CR or LF. */
static size_t
next_end(struct bytes in)
{
	size_t lf = bytes_find(in, '\n'), cr;

	if (lf == BYTES_NOWHERE)
		lf = in.len;
	cr = bytes_find(bytes_first(in, lf), '\r');
	return cr == BYTES_NOWHERE ? lf : cr;
}

/* Takes the octets of a stretch that begins in text as what the last of them is: the line ends before it say nothing. */
static void
settle_text(struct smtp_data *d, struct bytes text)
{
	struct bytes line = text;
	uint8_t last;

	while (line.len > 0 && line.at[line.len - 1] == 0)
		line.len--;
	last = line.len > 0 ? line.at[line.len - 1] : 0;
	if (last == '\n')
		end_line(d, line.len > 1 && line.at[line.len - 2] == '\r' ? SMTP_END_CRLF : SMTP_END_LF);
	else
		d->state = last == '\r' && line.len == text.len ? SMTP_DATA_CR : SMTP_DATA_TEXT;
	d->counts &= line.len == text.len;
}

/* Steps over text up to a dot that stands behind a line end, or to the end. Once it is known what ends a line, nothing else
 * matters, so that base64, which has no dots, is looked at once. */
static size_t
next_dot(struct smtp_data *d, struct bytes in)
{
	size_t at = 0;

	while (at < in.len) {
		const uint8_t *dot = memchr(in.at + at, '.', in.len - at);

		if (dot == NULL)
			break;
		at = (size_t)(dot - in.at);
		if (at > 0 && (dot[-1] == '\n' || dot[-1] == '\r' || dot[-1] == 0)) {
			settle_text(d, bytes_first(in, at));
			if (d->state != SMTP_DATA_TEXT)
				return at;
		}
		at++;
	}
	settle_text(d, in);
	return in.len;
}

/* A run of octets that is handed on in one piece: in[start..] up to where parsing stands. */
struct run {
	struct bytes in;
	size_t start;
	struct smtp_delivery *to;
};

static void
run_flush(struct run *r, size_t end, size_t next)
{
	if (end > r->start)
		smtp_delivery_push(r->to, bytes_of(r->in.at + r->start, end - r->start));
	r->start = next;
}

/* Behind ".": octets of a dot that counts are held back until it is known whether it ends the content. */
static bool
behind_dot(struct smtp_data *d, struct run *run, size_t at)
{
	uint8_t octet = run->in.at[at];

	if (octet == '\r') {
		d->state = SMTP_DATA_DOT_CR;
		if (d->counts)
			run_flush(run, at, at + 1);
		return false;
	}
	if (octet == '\n') {
		if (end_dot(d, SMTP_END_LF))
			return true;
		end_line(d, SMTP_END_LF);
		return false;
	}
	d->state = SMTP_DATA_TEXT; /* it was stuffed: dropped */
	return false;
}

/* Behind "." CR. */
static bool
behind_dot_cr(struct smtp_data *d, struct run *run, size_t at)
{
	uint8_t octet = run->in.at[at];
	bool held = d->counts;

	if (octet == '\n') {
		if (end_dot(d, SMTP_END_CRLF))
			return true;
		end_line(d, SMTP_END_CRLF);
		return false;
	}
	(void)end_dot(d, SMTP_END_CR);
	if (held)
		smtp_delivery_push(run->to, BYTES("\r"));
	end_line(d, SMTP_END_CR);
	d->state = octet == '\r' ? SMTP_DATA_CR : octet == '.' ? SMTP_DATA_DOT : SMTP_DATA_TEXT;
	return false;
}

/* One octet in any state but that of text. Whether the content ended with it. */
static bool
step(struct smtp_data *d, struct run *run, size_t at)
{
	uint8_t octet = run->in.at[at];

	switch (d->state) {
	case SMTP_DATA_TEXT:
		break;
	case SMTP_DATA_CR:
		if (octet == '\n') {
			end_line(d, SMTP_END_CRLF);
			return false;
		}
		if (octet == '.')
			end_line(d, SMTP_END_CR);
		d->state = octet == '.' ? SMTP_DATA_DOT : octet == '\r' ? SMTP_DATA_CR : SMTP_DATA_TEXT;
		return false;
	case SMTP_DATA_START:
		if (octet == '.') {
			d->state = SMTP_DATA_DOT;
			if (d->counts)
				run_flush(run, at, at + 1);
			return false;
		}
		if (octet == 0) {
			d->counts = false; /* to those who drop it the line begins behind it */
			return false;
		}
		break;
	case SMTP_DATA_DOT:
		return behind_dot(d, run, at);
	case SMTP_DATA_DOT_CR:
		return behind_dot_cr(d, run, at);
	}
	if (octet == '\n')
		end_line(d, SMTP_END_LF);
	else
		d->state = octet == '\r' ? SMTP_DATA_CR : SMTP_DATA_TEXT;
	return false;
}

size_t
smtp_data_push(struct smtp_data *d, struct bytes in, struct smtp_delivery *to, bool *ended)
{
	struct run run = { .in = in, .to = to };
	size_t n = 0;

	*ended = false;
	while (n < in.len && !*ended) {
		if (d->state == SMTP_DATA_TEXT)
			n += d->lines ? next_dot(d, bytes_skip(in, n)) : next_end(bytes_skip(in, n));
		if (n == in.len)
			break;
		*ended = step(d, &run, n);
		n++;
	}
	/* What ends the content is no content; a dot or CR held back was taken out of the run already. */
	if (!*ended)
		run_flush(&run, n, n);
	return n;
}
