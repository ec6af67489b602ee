/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_command.h"

static const char *const verbs[SMTP_VERBS] = {
	[SMTP_UNKNOWN] = "",
	[SMTP_HELO] = "HELO",
	[SMTP_EHLO] = "EHLO",
	[SMTP_LHLO] = "LHLO",
	[SMTP_MAIL] = "MAIL",
	[SMTP_RCPT] = "RCPT",
	[SMTP_DATA] = "DATA",
	[SMTP_BDAT] = "BDAT",
	[SMTP_RSET] = "RSET",
	[SMTP_QUIT] = "QUIT",
	[SMTP_NOOP] = "NOOP",
	[SMTP_VRFY] = "VRFY",
	[SMTP_EXPN] = "EXPN",
	[SMTP_HELP] = "HELP",
	[SMTP_AUTH] = "AUTH",
	[SMTP_STARTTLS] = "STARTTLS",
	[SMTP_ETRN] = "ETRN",
	[SMTP_TURN] = "TURN",
	[SMTP_ATRN] = "ATRN",
	[SMTP_SEND] = "SEND",
	[SMTP_SOML] = "SOML",
	[SMTP_SAML] = "SAML",
	[SMTP_XCLIENT] = "XCLIENT",
	[SMTP_XFORWARD] = "XFORWARD",
};

const char *
smtp_verb_name(enum smtp_verb v)
{
	return verbs[v];
}

struct smtp_command
smtp_command_read(struct bytes line)
{
	struct smtp_command c = { .verb = SMTP_UNKNOWN };
	struct bytes rest = bytes_trim(line);
	size_t n = 0;

	while (n < rest.len && !ascii_is_blank(rest.at[n]))
		n++;
	c.word = bytes_first(rest, n);
	c.argument = bytes_trim(bytes_skip(rest, n));
	for (int v = SMTP_UNKNOWN + 1; v < SMTP_VERBS; v++)
		if (bytes_equal_nocase(c.word, bytes_str(verbs[v])))
			c.verb = (enum smtp_verb)v;
	return c;
}

/* Steps over "@a,@b:" at the start of a path (RFC 5321 section 4.1.2, obsolete). */
static struct bytes
skip_route(struct bytes path)
{
	size_t colon;

	if (path.len == 0 || path.at[0] != '@')
		return path;
	colon = bytes_find(path, ':');
	return colon == BYTES_NOWHERE ? path : bytes_skip(path, colon + 1);
}

/* Octets up to the closing bracket (or a blank, when there was no opening one); a quoted string may hold either. */
static size_t
path_length(struct bytes path, bool bracket)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < path.len; i++) {
		uint8_t c = path.at[i];

		if (c == '\\' && quoted && i + 1 < path.len)
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (bracket ? c == '>' : ascii_is_blank(c) || c == '>'))
			return i;
	}
	return path.len;
}

bool
smtp_path_read(struct bytes argument, struct bytes keyword, struct bytes *address)
{
	struct bytes rest = argument;
	bool bracket;

	if (!bytes_starts_nocase(rest, keyword))
		return false;
	rest = bytes_trim(bytes_skip(rest, keyword.len));
	if (rest.len == 0 || rest.at[0] != ':')
		return false;
	rest = bytes_trim(bytes_skip(rest, 1));
	bracket = rest.len > 0 && rest.at[0] == '<';
	if (bracket)
		rest = bytes_skip(rest, 1);
	*address = bytes_trim(skip_route(bytes_first(rest, path_length(rest, bracket))));
	return true;
}

bool
smtp_chunk_read(struct bytes argument, uint64_t *size, bool *last)
{
	struct bytes rest = argument, number = bytes_split(&rest, ' ');

	rest = bytes_trim(rest);
	*last = bytes_equal_nocase(rest, BYTES("LAST"));
	return bytes_decimal(number, INT64_MAX, size) && (*last || rest.len == 0);
}
