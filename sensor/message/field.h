/* SPDX-License-Identifier: Apache-2.0
 *
 * field: what the fields of a message's own header say, field by field, into its content. Of Subject, From, Date,
 * Message-ID and their like the first counts; address fields, References and the fields asked for add up.
 */
#ifndef MESSAGE_FIELD_H
#define MESSAGE_FIELD_H

#include "message/message.h"
#include "message/value.h"

enum field_list { FIELD_FROM, FIELD_SENDER, FIELD_TO, FIELD_CC, FIELD_BCC, FIELD_REPLY_TO, FIELD_LISTS };

struct mailbox_list {
	struct mailbox *at;
	size_t len, room;
	uint64_t dropped;
};

struct text_list {
	struct bytes *at;
	size_t len, room;
	uint64_t dropped;
};

struct fields {
	const struct message_limits *limits;
	struct values *values;
	struct message_content *content;
	uint32_t seen;        /* a bit per row of the table of fields */
	struct mailbox_list lists[FIELD_LISTS];
	struct text_list references, received;
	struct header_text *headers;
	size_t header_count, header_room;
	unsigned truncated;   /* bits of enum message_truncated */
};

/* All three are borrowed. */
void fields_init(struct fields *, const struct message_limits *, struct values *, struct message_content *);
void fields_clear(struct fields *);

/* Whether the value of a field of this name is of use. */
bool fields_want(const struct fields *, struct bytes name);

/* A field, its value unfolded. */
void fields_take(struct fields *, struct bytes name, struct bytes value, bool cut);

/* Puts the lists into the content; they stay owned by the fields. */
void fields_finish(struct fields *);

#endif
