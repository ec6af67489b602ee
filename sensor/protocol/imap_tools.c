/* SPDX-License-Identifier: Apache-2.0
 *
 * What programs say of themselves (RFC 2971), and what their habits say. Whoever wants to can say anything: labels, no more.
 */
#include "base/text.h"
#include "protocol/imap.h"
#include "protocol/imap_token.h"

/* In "name", without regard to case. */
static const struct {
	const char *name, *tool;
} tools[] = {
	{ "imapsync", "imapsync" },
	{ "offlineimap", "offlineimap" },
	{ "getmail", "getmail" },
	{ "mbsync", "mbsync" },
	{ "isync", "mbsync" },
	{ "fetchmail", "fetchmail" },
	{ "fdm", "fdm" },
	{ "mutt", "mutt" },
	{ "thunderbird", "thunderbird" },
	{ "imapclient", "imapclient" },
	{ "imaplib", "imaplib" },
	{ "mailkit", "mailkit" },
	{ "javamail", "javamail" },
	{ "k-9", "k9mail" },
	{ "dovecot", "dsync" },
	{ "rclone", "rclone" },
	{ "gyb", "gyb" },
	{ "aerc", "aerc" },
};

static const char *
tool_of_name(struct bytes name)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (bytes_find_nocase(name, bytes_str(tools[i].name)) != BYTES_NOWHERE)
			return tools[i].tool;
	return NULL;
}

/* Python's imaplib makes its tags of four letters from A to P and a number. */
const char *
imap_tool_of_tag(struct bytes tag)
{
	if (tag.len < 5)
		return NULL;
	for (size_t i = 0; i < tag.len; i++)
		if (i < 4 ? tag.at[i] < 'A' || tag.at[i] > 'P' : !ascii_is_digit(tag.at[i]))
			return NULL;
	return "imaplib";
}

void
imap_read_id(struct imap *p, struct bytes words)
{
	static const char *const wanted[] = { "name", "version", "vendor", NULL };
	struct bytes values[3] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	struct collection *c = imap_collection(p);
	struct imap_token key, value;
	struct buffer text;
	const char *tool;

	if (c == NULL || imap_token_next(&words).kind != IMAP_OPEN)
		return;
	while ((key = imap_token_next(&words)).kind == IMAP_STRING && (value = imap_token_next(&words)).kind != IMAP_END)
		for (int i = 0; wanted[i] != NULL; i++)
			if (value.kind == IMAP_STRING && bytes_equal_nocase(key.text, bytes_str(wanted[i])))
				values[i] = value.text;
	buffer_init(&text, IMAP_TEXT_MAX);
	(void)text_append(&text, values[0], 200);
	if (values[1].len > 0)
		(void)buffer_append(&text, BYTES(" "));
	(void)text_append(&text, values[1], 100);
	if (values[2].len > 0) {
		(void)buffer_append(&text, BYTES(" ("));
		(void)text_append(&text, values[2], 200);
		(void)buffer_append(&text, BYTES(")"));
	}
	if (text.len > 0)
		collection_client(c, buffer_bytes(&text));
	tool = tool_of_name(values[0]);
	if (tool != NULL)
		c->report.tool = tool;
	buffer_clear(&text);
}
