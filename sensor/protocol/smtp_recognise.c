/* SPDX-License-Identifier: Apache-2.0
 *
 * Whether what a side says first looks like SMTP.
 */
#include "protocol/smtp.h"

static bool
is_text(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if ((b.at[i] < 0x20 && b.at[i] != '\r' && b.at[i] != '\n' && b.at[i] != '\t') || b.at[i] == 0x7f)
			return false;
	return true;
}

static enum recognition
recognise_server(struct bytes first)
{
	struct bytes line = bytes_first(first, bytes_find(first, '\n'));
	size_t digits = 0;

	while (digits < line.len && digits < 3 && ascii_is_digit(line.at[digits]))
		digits++;
	if (digits < 3)
		return digits == line.len && line.len > 0 && line.at[0] >= '2' && line.at[0] <= '5' ? RECOGNISED_MAYBE
											     : RECOGNISED_NOT;
	if (line.at[0] < '2' || line.at[0] > '5')
		return RECOGNISED_NOT;
	if (line.len > 3 && line.at[3] != ' ' && line.at[3] != '-' && line.at[3] != '\r')
		return RECOGNISED_NOT;
	if (bytes_find_nocase(line, BYTES("SMTP")) != BYTES_NOWHERE ||
	    bytes_find_nocase(line, BYTES("LMTP")) != BYTES_NOWHERE)
		return RECOGNISED_SURE;
	/* FTP greets with the same number. */
	return bytes_find_nocase(line, BYTES("mail")) != BYTES_NOWHERE ? RECOGNISED_LIKELY : RECOGNISED_MAYBE;
}

static enum recognition
recognise_client(struct bytes first)
{
	static const struct {
		struct bytes begin;
		enum recognition how;
	} rows[] = {
		{ { (const uint8_t *)"EHLO ", 5 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"HELO ", 5 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"LHLO ", 5 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"MAIL FROM:", 10 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"RCPT TO:", 8 }, RECOGNISED_SURE },
		{ { (const uint8_t *)"GET ", 4 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"POST ", 5 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"HEAD ", 5 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"OPTIONS ", 8 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"CONNECT ", 8 }, RECOGNISED_NOT },
		{ { (const uint8_t *)"SSH-", 4 }, RECOGNISED_NOT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_starts_nocase(first, rows[i].begin))
			return rows[i].how;
	return is_text(bytes_first(first, 64)) ? RECOGNISED_MAYBE : RECOGNISED_NOT;
}

enum recognition
smtp_recognises(enum direction from, struct bytes first)
{
	return from == FROM_SERVER ? recognise_server(first) : recognise_client(first);
}
