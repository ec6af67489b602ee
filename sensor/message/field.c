/* SPDX-License-Identifier: Apache-2.0 */
#include "message/field.h"

#include "base/memory.h"
#include "message/address.h"


struct field_row {
	const char *name;
	void (*take)(struct fields *, const struct field_row *, struct bytes value, bool cut);
	size_t text;          /* offset of the struct bytes in the content */
	enum field_list list;
	bool adds;            /* more than one counts */
};

void
fields_init(struct fields *f, const struct message_limits *limits, struct values *values,
    struct message_content *content)
{
	*f = (struct fields){ .limits = limits, .values = values, .content = content };
}

void
fields_clear(struct fields *f)
{
	for (size_t i = 0; i < FIELD_LISTS; i++)
		memory_give_back(f->lists[i].at);
	memory_give_back(f->references.at);
	memory_give_back(f->received.at);
	memory_give_back(f->headers);
	fields_init(f, f->limits, f->values, f->content);
}

/* Room for one more element in an array that may hold `ceiling`; the array, moved perhaps, or NULL. */
static void *
grow(void *at, size_t size, size_t len, size_t *room, size_t ceiling)
{
	size_t more = *room == 0 ? 2 : *room > ceiling / 2 ? ceiling : *room * 2;

	if (len >= ceiling)
		return NULL;
	if (len < *room)
		return at;
	if (more > ceiling)
		more = ceiling;
	at = memory_resize_array(at, more, size);
	if (at != NULL)
		*room = more;
	return at;
}

static struct bytes *
text_of(struct fields *f, const struct field_row *row)
{
	return (struct bytes *)(void *)((char *)f->content + row->text);
}

static void
take_words(struct fields *f, const struct field_row *row, struct bytes value, bool cut)
{
	(void)cut;
	if (text_of(f, row)->len == 0) /* two rows may share one: User-Agent and X-Mailer */
		*text_of(f, row) = values_words(f->values, value);
}

static void
take_plain(struct fields *f, const struct field_row *row, struct bytes value, bool cut)
{
	(void)cut;
	*text_of(f, row) = values_plain(f->values, value);
}

/* Takes the next message id off *rest, without its brackets; without any bracket the first word. */
static struct bytes
next_id(struct bytes *rest)
{
	struct bytes id;
	size_t open = bytes_find(*rest, '<');

	if (open == BYTES_NOWHERE) {
		*rest = bytes_trim(*rest);
		id = bytes_split(rest, ' ');
	} else {
		*rest = bytes_skip(*rest, open + 1);
		id = bytes_split(rest, '>');
	}
	return bytes_trim(id);
}

static void
take_id(struct fields *f, const struct field_row *row, struct bytes value, bool cut)
{
	struct bytes rest = value, id = bytes_trim(value);

	(void)cut;
	if (bytes_find(value, '<') != BYTES_NOWHERE)
		id = next_id(&rest);
	*text_of(f, row) = values_plain(f->values, id);
}

/* NULL at its ceiling, and then it is counted. */
static struct bytes *
next_text(struct text_list *list, size_t ceiling)
{
	struct bytes *at = grow(list->at, sizeof(*at), list->len, &list->room, ceiling);

	if (at == NULL) {
		list->dropped++;
		return NULL;
	}
	list->at = at;
	return &at[list->len++];
}

static void
take_references(struct fields *f, const struct field_row *row, struct bytes value, bool cut)
{
	(void)row;
	(void)cut;
	while (value.len > 0) {
		struct bytes id = next_id(&value);
		struct bytes *at;

		if (id.len == 0)
			continue;
		at = next_text(&f->references, f->limits->addresses);
		if (at == NULL)
			f->truncated |= TRUNCATED_VALUES;
		else
			*at = values_plain(f->values, id);
	}
}

static void
keep_mailbox(struct fields *f, struct mailbox_list *list, const struct address_list *reader)
{
	struct mailbox *at = grow(list->at, sizeof(*at), list->len, &list->room, f->limits->addresses);
	struct mailbox *mailbox;

	if (at == NULL) {
		list->dropped++;
		f->truncated |= TRUNCATED_ADDRESSES;
		return;
	}
	list->at = at;
	mailbox = &at[list->len++];
	mailbox->address = values_plain(f->values, buffer_bytes(&reader->address));
	mailbox->name_text = values_words(f->values, buffer_bytes(&reader->name));
	if (reader->address.cut || reader->name.cut)
		f->truncated |= TRUNCATED_VALUES;
}

static void
take_mailboxes(struct fields *f, const struct field_row *row, struct bytes value, bool cut)
{
	struct mailbox_list *list = &f->lists[row->list];
	struct address_list reader;

	address_list_init(&reader, value, f->values->ceiling + 16);
	while (address_list_next(&reader)) {
		if (cut && reader.rest.len == 0) { /* the ceiling fell into this one */
			list->dropped++;
			f->truncated |= TRUNCATED_ADDRESSES;
		} else {
			keep_mailbox(f, list, &reader);
		}
	}
	address_list_clear(&reader);
}

static void
take_from(struct fields *f, const struct field_row *row, struct bytes value, bool cut)
{
	take_words(f, row, value, cut);
	take_mailboxes(f, row, value, cut);
}

static void
take_received(struct fields *f, const struct field_row *row, struct bytes value, bool cut)
{
	struct bytes *at;

	(void)row;
	(void)cut;
	f->content->received_count++;
	if (f->limits->received == 0) /* nobody wants to read them */
		return;
	at = next_text(&f->received, f->limits->received);
	if (at != NULL)
		*at = values_plain(f->values, value);
}

#define TEXT(field) .text = offsetof(struct message_content, field)

static const struct field_row rows[] = {
	{ .name = "Subject", .take = take_words, TEXT(subject_text) },
	{ .name = "From", .take = take_from, TEXT(from_text), .list = FIELD_FROM },
	{ .name = "Date", .take = take_plain, TEXT(date_text) },
	{ .name = "Message-ID", .take = take_id, TEXT(message_id) },
	{ .name = "In-Reply-To", .take = take_id, TEXT(in_reply_to) },
	{ .name = "User-Agent", .take = take_words, TEXT(user_agent_text) },
	{ .name = "X-Mailer", .take = take_words, TEXT(user_agent_text) },
	{ .name = "Sender", .take = take_mailboxes, .list = FIELD_SENDER },
	{ .name = "To", .take = take_mailboxes, .list = FIELD_TO, .adds = true },
	{ .name = "Cc", .take = take_mailboxes, .list = FIELD_CC, .adds = true },
	{ .name = "Bcc", .take = take_mailboxes, .list = FIELD_BCC, .adds = true },
	{ .name = "Reply-To", .take = take_mailboxes, .list = FIELD_REPLY_TO, .adds = true },
	{ .name = "References", .take = take_references, .adds = true },
	{ .name = "Received", .take = take_received, .adds = true },
};

#undef TEXT
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct field_row *
find_row(struct bytes name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (bytes_equal_nocase(name, bytes_str(rows[i].name)))
			return &rows[i];
	return NULL;
}

static int
compare_nocase(struct bytes a, struct bytes b)
{
	for (size_t i = 0; i < a.len && i < b.len; i++) {
		int d = ascii_lower(a.at[i]) - ascii_lower(b.at[i]);

		if (d != 0)
			return d;
	}
	return a.len < b.len ? -1 : a.len > b.len;
}

/* Whole names are found by bisection; those that end in "*" are few and tried one by one. */
static bool
is_asked_for(const struct fields *f, struct bytes name)
{
	const struct bytes *wanted = f->limits->wanted;
	size_t low = 0, high = f->limits->wanted_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_nocase(name, wanted[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	for (size_t i = 0; i < f->limits->wanted_count; i++)
		if (wanted[i].len > 0 && wanted[i].at[wanted[i].len - 1] == '*' &&
		    bytes_starts_nocase(name, bytes_first(wanted[i], wanted[i].len - 1)))
			return true;
	return false;
}

bool
fields_want(const struct fields *f, struct bytes name)
{
	return find_row(name) != NULL || is_asked_for(f, name);
}

static void
keep_header(struct fields *f, struct bytes name, struct bytes value)
{
	struct header_text *at;

	at = grow(f->headers, sizeof(*at), f->header_count, &f->header_room, f->limits->header_fields);
	if (at == NULL) {
		f->truncated |= TRUNCATED_HEADER;
		return;
	}
	f->headers = at;
	at[f->header_count++] = (struct header_text){
		.name = arena_copy(f->values->arena, name),
		.value_text = values_words(f->values, value),
	};
}

void
fields_take(struct fields *f, struct bytes name, struct bytes value, bool cut)
{
	const struct field_row *row = find_row(name);

	if (cut)
		f->truncated |= TRUNCATED_VALUES;
	if (row != NULL) {
		uint32_t bit = UINT32_C(1) << (row - rows);

		if ((f->seen & bit) == 0 || row->adds)
			row->take(f, row, value, cut);
		f->seen |= bit;
	}
	if (is_asked_for(f, name))
		keep_header(f, name, value);
}

static struct slices
texts(const struct text_list *list)
{
	return (struct slices){ .at = list->at, .len = list->len, .dropped = list->dropped };
}

static struct mailboxes
view(const struct mailbox_list *list)
{
	return (struct mailboxes){ .at = list->at, .len = list->len, .dropped = list->dropped };
}

void
fields_finish(struct fields *f)
{
	struct message_content *c = f->content;

	c->from = view(&f->lists[FIELD_FROM]);
	c->sender = view(&f->lists[FIELD_SENDER]);
	c->to = view(&f->lists[FIELD_TO]);
	c->cc = view(&f->lists[FIELD_CC]);
	c->bcc = view(&f->lists[FIELD_BCC]);
	c->reply_to = view(&f->lists[FIELD_REPLY_TO]);
	c->references = texts(&f->references);
	c->received = texts(&f->received);
	c->headers = f->headers;
	c->header_count = f->header_count;
	c->truncated |= f->truncated;
}
