/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/imap_token.h"

/* Octets of an atom from `at` on. */
static size_t
atom_length(struct bytes b)
{
	size_t n = 0;
	bool bracket = false;

	for (; n < b.len; n++) {
		uint8_t c = b.at[n];

		if (c == '[')
			bracket = true;
		else if (c == ']')
			bracket = false;
		else if (!bracket && (c == ' ' || c == '\t' || c == '(' || c == ')' || c == '"' || c == '\r' || c == '\n'))
			break;
	}
	return n;
}

static struct imap_token
quoted(struct bytes *rest)
{
	struct imap_token t = { .kind = IMAP_STRING };
	size_t n = 1;

	while (n < rest->len && rest->at[n] != '"')
		n += rest->at[n] == '\\' ? 2 : 1;
	if (n > rest->len)
		n = rest->len;
	t.text = bytes_of(rest->at + 1, n - 1);
	*rest = bytes_skip(*rest, n + 1);
	return t;
}

struct imap_token
imap_token_next(struct bytes *rest)
{
	struct imap_token t = { .kind = IMAP_END };
	size_t n;

	while (rest->len > 0 && (rest->at[0] == ' ' || rest->at[0] == '\t'))
		*rest = bytes_skip(*rest, 1);
	if (rest->len == 0)
		return t;
	if (rest->at[0] == '"')
		return quoted(rest);
	if (rest->at[0] == '(' || rest->at[0] == ')') {
		t.kind = rest->at[0] == '(' ? IMAP_OPEN : IMAP_CLOSE;
		*rest = bytes_skip(*rest, 1);
		return t;
	}
	n = atom_length(*rest);
	if (n == 0)
		n = 1; /* a stray line end */
	t.kind = IMAP_ATOM;
	t.text = bytes_first(*rest, n);
	*rest = bytes_skip(*rest, n);
	return t;
}

size_t
imap_token_unquote(struct bytes text, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\\' && i + 1 < text.len)
			i++;
		out[n++] = text.at[i];
	}
	return n;
}

void
imap_token_skip_list(struct bytes *rest)
{
	unsigned depth = 1;

	while (depth > 0) {
		switch (imap_token_next(rest).kind) {
		case IMAP_OPEN:
			depth++;
			break;
		case IMAP_CLOSE:
			depth--;
			break;
		case IMAP_END:
			return;
		default:
			break;
		}
	}
}
