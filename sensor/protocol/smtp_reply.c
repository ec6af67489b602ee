/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_reply.h"

bool
smtp_reply_read(struct bytes line, struct smtp_reply_line *out)
{
	uint64_t code;

	if (!bytes_decimal(bytes_first(line, 3), 599, &code) || line.len < 3 || code < 200)
		return false;
	if (line.len > 3 && line.at[3] != ' ' && line.at[3] != '-' && line.at[3] != '\t')
		return false;
	out->code = (uint16_t)code;
	out->last = line.len == 3 || line.at[3] != '-';
	out->text = bytes_trim(bytes_skip(line, 4));
	return true;
}
