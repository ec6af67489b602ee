/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/collection.h"

#include <string.h>

#include "base/memory.h"

#define TEXT_MAX 1024

/* Fewer bodies have no order. */
#define ORDER_LEAST 3

struct collection *
collection_new(const struct collection_limits *limits)
{
	struct collection *c = memory_take_zeroed(1, sizeof(*c));

	if (c != NULL)
		c->limits = *limits;
	return c;
}

static void
clear_folder(struct collection_folder *f)
{
	memory_give_back((void *)(uintptr_t)f->name.at);
	for (int i = 0; i < READINGS; i++) {
		number_set_clear(&f->by_uid[i]);
		number_set_clear(&f->by_number[i]);
	}
}

static void
free_text(struct buffer *text)
{
	if (text != NULL)
		buffer_clear(text);
	memory_give_back(text);
}

void
collection_free(struct collection *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->folder_count; i++)
		clear_folder(&c->folders[i]);
	clear_folder(&c->unkept);
	memory_give_back(c->folders);
	free_text(c->account);
	free_text(c->client_id);
	memory_give_back(c);
}

static void
set_text(struct buffer **slot, struct bytes text)
{
	if (*slot == NULL) {
		*slot = memory_take_zeroed(1, sizeof(**slot));
		if (*slot == NULL)
			return;
		buffer_init(*slot, TEXT_MAX);
	}
	buffer_reset(*slot);
	(void)buffer_append(*slot, bytes_first(text, TEXT_MAX));
}

void
collection_account(struct collection *c, struct bytes user_text)
{
	set_text(&c->account, user_text);
}

void
collection_client(struct collection *c, struct bytes id_text)
{
	set_text(&c->client_id, id_text);
}

/* --- folders --- */

static bool
make_room(struct collection *c)
{
	size_t room = c->folder_room == 0 ? 1 : c->folder_room * 2;
	struct collection_folder *more;

	if (c->folder_count < c->folder_room)
		return true;
	if (c->folder_count >= c->limits.folders)
		return false;
	if (room > c->limits.folders)
		room = c->limits.folders;
	more = memory_resize_array(c->folders, room, sizeof(*more));
	if (more == NULL)
		return false;
	c->folders = more;
	c->folder_room = room;
	return true;
}

void
collection_open(struct collection *c, struct bytes name_text, bool read_only)
{
	struct collection_folder *f;
	uint8_t *name;

	name_text = bytes_first(name_text, TEXT_MAX);
	for (size_t i = 0; i < c->folder_count; i++)
		if (bytes_equal(c->folders[i].name, name_text)) {
			c->current = i + 1;
			c->folders[i].read_only &= read_only;
			return;
		}
	c->current = 0;
	c->report.folders_opened++;
	if (!make_room(c))
		return;
	name = name_text.len > 0 ? memory_take(name_text.len) : NULL;
	if (name_text.len > 0 && name == NULL)
		return;
	if (name != NULL)
		memcpy(name, name_text.at, name_text.len);
	f = &c->folders[c->folder_count++];
	*f = (struct collection_folder){ .name = { name, name_text.len }, .read_only = read_only };
	c->current = c->folder_count;
}

void
collection_close(struct collection *c)
{
	c->current = 0;
}

static struct collection_folder *
folder_of(struct collection *c)
{
	return c->current == 0 ? &c->unkept : &c->folders[c->current - 1];
}

void
collection_exists(struct collection *c, uint64_t messages)
{
	struct collection_folder *f = folder_of(c);

	f->has_exists = true;
	if (messages > f->exists)
		f->exists = messages;
}

struct bytes
collection_folder_name(const struct collection *c)
{
	return c->current == 0 ? (struct bytes){ 0 } : c->folders[c->current - 1].name;
}

bool
collection_is_read_only(const struct collection *c)
{
	return c->current != 0 && c->folders[c->current - 1].read_only;
}

/* --- messages --- */

static void
note_order(struct collection *c, uint32_t key)
{
	if (c->latest != 0) {
		c->ups += key > c->latest;
		c->downs += key < c->latest;
	}
	c->latest = key;
}

/* Each set holds what the larger ones hold, once the largest was met: so that what a message counts as is told by two
 * neighbours. Which one it was is not always known: then it counts as one of its own. */
static void
note_key(struct collection *c, struct number_set sets[READINGS], enum reading how, uint32_t key)
{
	if (key == 0) {
		sets[how].count++;
		return;
	}
	(void)number_set_add(&sets[how], key, c->limits.ranges);
	/* A header of a message that was read whole is no news for the sets between. */
	if (how == READ_WHOLE && number_set_has(&sets[READ_HEADER], key))
		(void)number_set_add(&sets[READ_PART], key, c->limits.ranges);
	if (how == READ_HEADER && number_set_has(&sets[READ_WHOLE], key))
		(void)number_set_add(&sets[READ_PART], key, c->limits.ranges);
}

void
collection_read(struct collection *c, enum reading how, uint32_t uid, uint32_t number, uint64_t octets, bool peeked)
{
	struct collection_folder *f = folder_of(c);
	uint32_t key = uid != 0 ? uid : number;

	note_key(c, uid != 0 ? f->by_uid : f->by_number, how, key);
	if (how == READ_HEADER)
		return;
	c->report.bodies++;
	c->report.body_bytes += octets;
	c->report.peeked += peeked;
	if (key != 0)
		note_order(c, key);
}

/* --- the report --- */

/* Of messages met by this kind of key: those of which no more crossed than `how`. A set of what more crossed holds them, too:
 * collection_read() sees to that. */
static uint64_t
no_more_than(const struct number_set sets[READINGS], enum reading how)
{
	return how == READ_WHOLE ? sets[how].count : number_set_outside(&sets[how], &sets[how + 1]);
}

static uint64_t
count_of(const struct collection_folder *f, enum reading how)
{
	return no_more_than(f->by_uid, how) + no_more_than(f->by_number, how);
}

static enum reading_order
order_of(const struct collection *c)
{
	if (c->ups + c->downs + 1 < ORDER_LEAST)
		return ORDER_UNKNOWN;
	return c->downs == 0 ? ORDER_ASCENDING : c->ups == 0 ? ORDER_DESCENDING : ORDER_MIXED;
}

static void
add_folder(struct collection_report *r, const struct collection_folder *f)
{
	r->read_whole += count_of(f, READ_WHOLE);
	r->read_part += count_of(f, READ_PART);
	r->headers_only += count_of(f, READ_HEADER);
	r->has_exists |= f->has_exists;
	r->exists += f->exists;
}

void
collection_report(const struct collection *c, struct collection_report *r, struct arena *arena)
{
	struct folder_report *folders = arena_room(arena, c->folder_count, sizeof(*folders));

	*r = c->report;
	if (c->account != NULL)
		r->account_text = buffer_bytes(c->account);
	if (c->client_id != NULL)
		r->client_id_text = buffer_bytes(c->client_id);
	r->order = order_of(c);
	for (size_t i = 0; i < c->folder_count; i++) {
		const struct collection_folder *f = &c->folders[i];

		add_folder(r, f);
		if (folders != NULL)
			folders[i] = (struct folder_report){ .name_text = f->name, .has_exists = f->has_exists, .exists = f->exists,
				.read_whole = count_of(f, READ_WHOLE), .read_only = f->read_only };
	}
	add_folder(r, &c->unkept);
	r->folders = folders;
	r->folder_count = folders != NULL ? c->folder_count : 0;
}
