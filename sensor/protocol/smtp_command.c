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

enum smtp_verb
smtp_verb_of(struct bytes word)
{
	for (int v = SMTP_UNKNOWN + 1; v < SMTP_VERBS; v++)
		if (bytes_equal_nocase(word, bytes_str(verbs[v])))
			return (enum smtp_verb)v;
	return SMTP_UNKNOWN;
}

struct smtp_command
smtp_command_read(struct bytes line)
{
	struct smtp_command c;
	struct bytes rest = bytes_trim(line);
	size_t n = 0;

	while (n < rest.len && !ascii_is_blank(rest.at[n]))
		n++;
	c.word = bytes_first(rest, n);
	c.argument = bytes_trim(bytes_skip(rest, n));
	c.verb = smtp_verb_of(c.word);
	return c;
}

bool
smtp_chunk_read(struct bytes argument, uint64_t *size, bool *last)
{
	size_t digits = 0;
	struct bytes number, rest;

	while (digits < argument.len && !ascii_is_blank(argument.at[digits]))
		digits++;
	number = bytes_first(argument, digits);
	rest = bytes_trim(bytes_skip(argument, digits));
	*last = bytes_equal_nocase(rest, BYTES("LAST"));
	return bytes_decimal(number, INT64_MAX, size) && (*last || rest.len == 0);
}
