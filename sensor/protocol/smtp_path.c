/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_path.h"

/* The first octet of `in` outside a quoted string that is `stop` or, when that is asked for, a blank; or all of it. */
static size_t
unquoted(struct bytes in, uint8_t stop, bool or_blank)
{
	bool quoted = false;

	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = in.at[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == stop || (or_blank && ascii_is_blank(c))))
			return i;
	}
	return in.len;
}

/* "<path>": what stands between; when nothing closes it, what stands before the first blank. */
static struct bytes
between_brackets(struct bytes in)
{
	size_t end;

	in = bytes_skip(in, 1);
	end = unquoted(in, '>', false);
	if (end == in.len) {
		in = bytes_trim(in);
		end = unquoted(in, '>', true);
	}
	return bytes_trim(bytes_first(in, end));
}

/* Steps over "@a,@b:" (obsolete, appendix C). */
static struct bytes
skip_route(struct bytes path)
{
	size_t colon;

	if (path.len == 0 || path.at[0] != '@')
		return path;
	colon = bytes_find(path, ':');
	return colon == BYTES_NOWHERE ? path : bytes_trim(bytes_skip(path, colon + 1));
}

bool
smtp_path_read(struct bytes argument, struct bytes keyword, struct smtp_path *out)
{
	struct bytes rest = argument, path;
	size_t bracket;

	if (!bytes_starts_nocase(rest, keyword))
		return false;
	rest = bytes_trim(bytes_skip(rest, keyword.len));
	if (rest.len == 0 || rest.at[0] != ':')
		return false;
	rest = bytes_trim(bytes_skip(rest, 1));
	bracket = unquoted(rest, '<', false);
	if (bracket == 0 && rest.len > 0) {
		path = between_brackets(rest);
		out->unbracketed = false;
	} else {
		path = bytes_first(rest, unquoted(rest, '>', true));
		out->unbracketed = true;
		/* "Some One <someone@example.com>": a display name has no place here, and is sent all the same. */
		if (bracket < rest.len && bytes_find(path, '@') == BYTES_NOWHERE)
			path = between_brackets(bytes_skip(rest, bracket));
	}
	out->address = skip_route(path);
	out->routed = out->address.at != path.at;
	return true;
}
