/* SPDX-License-Identifier: Apache-2.0
 *
 * content_text: what was found in a message, as lines of text that a test can compare.
 */
#ifndef TESTS_MESSAGE_CONTENT_TEXT_H
#define TESTS_MESSAGE_CONTENT_TEXT_H

#include "base/buffer.h"
#include "observe/observation.h"

#include <stdio.h>

#define CONTENT_TEXT_MAX (256 * 1024)

static inline void
content_add(struct buffer *out, const char *name, struct bytes value)
{
	if (value.len == 0)
		return;
	(void)buffer_append(out, bytes_str(name));
	(void)buffer_append(out, BYTES("="));
	(void)buffer_append(out, value);
	(void)buffer_append(out, BYTES("\n"));
}

static inline void
content_add_number(struct buffer *out, const char *name, uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	if (value != 0)
		content_add(out, name, bytes_str(text));
}

static inline void
content_add_mailboxes(struct buffer *out, const char *name, const struct mailboxes *list)
{
	for (size_t i = 0; i < list->len; i++) {
		(void)buffer_append(out, bytes_str(name));
		(void)buffer_append(out, BYTES("="));
		(void)buffer_append(out, list->at[i].name_text);
		(void)buffer_append(out, BYTES("<"));
		(void)buffer_append(out, list->at[i].address);
		(void)buffer_append(out, BYTES(">\n"));
	}
	content_add_number(out, "dropped", list->dropped);
}

static inline void
content_add_part(struct buffer *out, const struct message_part *p)
{
	static const char digits[] = "0123456789abcdef";

	(void)buffer_append(out, BYTES("part\n"));
	content_add_number(out, " depth", p->depth);
	content_add(out, " type", p->content_type);
	content_add(out, " encoding", p->encoding);
	content_add(out, " charset", p->charset);
	content_add(out, " name", p->name_text);
	content_add(out, " detected", p->detected_type);
	content_add_number(out, " attachment", p->is_attachment);
	content_add_number(out, " branch", p->is_branch);
	content_add_number(out, " incomplete", !p->complete);
	content_add_number(out, " size", p->size);
	if (!p->hashed)
		return;
	(void)buffer_append(out, BYTES(" md5="));
	for (size_t i = 0; i < 16; i++) {
		(void)buffer_append_octet(out, (uint8_t)digits[p->md5[i] >> 4]);
		(void)buffer_append_octet(out, (uint8_t)digits[p->md5[i] & 15]);
	}
	(void)buffer_append(out, BYTES("\n"));
}

/* All of it but octets and hashes of the message and the SHAs of parts, into out. What is empty, zero or false is left
 * out. */
static inline void
content_text(struct buffer *out, const struct message_content *c)
{
	content_add_number(out, "header", c->has_header);
	content_add(out, "subject", c->subject_text);
	content_add(out, "from_text", c->from_text);
	content_add(out, "date", c->date_text);
	content_add(out, "id", c->message_id);
	content_add(out, "in_reply_to", c->in_reply_to);
	content_add(out, "agent", c->user_agent_text);
	content_add_mailboxes(out, "from", &c->from);
	content_add_mailboxes(out, "sender", &c->sender);
	content_add_mailboxes(out, "to", &c->to);
	content_add_mailboxes(out, "cc", &c->cc);
	content_add_mailboxes(out, "bcc", &c->bcc);
	content_add_mailboxes(out, "reply_to", &c->reply_to);
	for (size_t i = 0; i < c->references.len; i++)
		content_add(out, "reference", c->references.at[i]);
	content_add_number(out, "references_dropped", c->references.dropped);
	for (size_t i = 0; i < c->received.len; i++)
		content_add(out, "received", c->received.at[i]);
	content_add_number(out, "received_dropped", c->received.dropped);
	content_add_number(out, "received_count", c->received_count);
	for (size_t i = 0; i < c->header_count; i++) {
		(void)buffer_append(out, c->headers[i].name);
		content_add(out, ":", c->headers[i].value_text);
	}
	content_add_number(out, "missing", c->missing);
	content_add_number(out, "truncated", c->truncated);
	for (size_t i = 0; i < c->urls.len; i++)
		content_add(out, "url", c->urls.at[i]);
	content_add_number(out, "urls_dropped", c->urls.dropped);
	for (size_t i = 0; i < c->part_count; i++)
		content_add_part(out, &c->parts[i]);
}

#endif
