/* SPDX-License-Identifier: Apache-2.0 */
#include "message/part.h"

#include "base/memory.h"
#include "message/parameter.h"

#include <string.h>

/* An absent or unreadable type is plain text (RFC 2045 section 5.2), in a digest a message (RFC 2046 section 5.1.5). */
#define DEFAULT_TYPE BYTES("text/plain")
#define DIGEST_TYPE BYTES("message/rfc822")

/* Types that enclose a message with a header of its own. */
static const struct bytes message_types[] = {
	{ (const uint8_t *)"message/rfc822", 14 },
	{ (const uint8_t *)"message/global", 14 },
	{ (const uint8_t *)"message/news", 12 },
};

static struct bytes
take_text(struct values *values, struct bytes value, struct bytes name)
{
	if (!parameter_text(value, name, values_begin(values)))
		return bytes_of(NULL, 0);
	return values_decoded(values);
}

static bool
is_type(struct bytes type)
{
	size_t slash = bytes_find(type, '/');

	return slash != BYTES_NOWHERE && slash > 0 && slash + 1 < type.len && bytes_find_last(type, '/') == slash;
}

static void
take_type(struct part_header *h, struct values *values, struct bytes value)
{
	struct buffer boundary;
	struct bytes type;

	if (h->has_type)
		return;
	h->has_type = true;
	type = values_lower(values, parameter_head(value));
	h->content_type = is_type(type) ? type : DEFAULT_TYPE;
	h->type_name = take_text(values, value, BYTES("name"));
	h->charset = take_text(values, value, BYTES("charset"));
	h->charset = values_lower(values, parameter_head(h->charset));
	buffer_init(&boundary, PART_BOUNDARY_MAX);
	if (bytes_starts(h->content_type, BYTES("multipart/")) &&
	    parameter_octets(value, BYTES("boundary"), &boundary) && !boundary.cut)
		h->boundary = arena_copy(values->arena, bytes_trim(buffer_bytes(&boundary)));
	buffer_clear(&boundary);
}

static void
take_encoding(struct part_header *h, struct values *values, struct bytes value)
{
	if (h->has_encoding)
		return;
	h->has_encoding = true;
	h->encoding = values_lower(values, parameter_head(value));
}

/* What is neither inline nor known is to be treated as an attachment (RFC 2183 section 2.8). */
static void
take_disposition(struct part_header *h, struct values *values, struct bytes value)
{
	struct bytes head = parameter_head(value);

	if (h->has_disposition)
		return;
	h->has_disposition = true;
	h->says_attachment = head.len > 0 && !bytes_equal_nocase(head, BYTES("inline"));
	h->file_name = take_text(values, value, BYTES("filename"));
}

static const struct {
	const char *name;
	void (*take)(struct part_header *, struct values *, struct bytes value);
} rows[] = {
	{ "Content-Type", take_type },
	{ "Content-Transfer-Encoding", take_encoding },
	{ "Content-Disposition", take_disposition },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

bool
part_header_wants(struct bytes name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (bytes_equal_nocase(name, bytes_str(rows[i].name)))
			return true;
	return false;
}

void
part_header_take(struct part_header *h, struct values *values, struct bytes name, struct bytes value)
{
	for (size_t i = 0; i < ROWS; i++)
		if (bytes_equal_nocase(name, bytes_str(rows[i].name)))
			rows[i].take(h, values, value);
}

void
part_tree_init(struct part_tree *t, size_t limit, size_t nesting)
{
	*t = (struct part_tree){ .limit = limit, .nesting = nesting };
}

void
part_tree_clear(struct part_tree *t)
{
	memory_give_back(t->parts);
	memory_give_back(t->levels);
	part_tree_init(t, t->limit, t->nesting);
}

struct part_header
part_tree_header(const struct part_tree *t)
{
	struct part_header h = { .content_type = DEFAULT_TYPE };

	if (t->level_count > 0 && t->levels[t->level_count - 1].is_digest)
		h.content_type = DIGEST_TYPE;
	return h;
}

/* A multipart without a boundary cannot be taken apart, nor can a message that is encoded as a whole. */
static enum part_kind
kind_of(const struct part_header *h)
{
	if (h->boundary.len > 0)
		return PART_MULTIPART;
	if (bytes_equal(h->encoding, BYTES("base64")) || bytes_equal(h->encoding, BYTES("quoted-printable")))
		return PART_LEAF;
	for (size_t i = 0; i < sizeof(message_types) / sizeof(message_types[0]); i++)
		if (bytes_equal(h->content_type, message_types[i]))
			return PART_MESSAGE;
	return PART_LEAF;
}

/* The next element of a growing array, or NULL at its ceiling or when memory is short. */
static void *
grow(void *at, size_t size, size_t len, size_t *room, size_t ceiling)
{
	size_t more = *room == 0 ? 4 : *room > ceiling / 2 ? ceiling : *room * 2;

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

static bool
open_level(struct part_tree *t, const struct part_header *h)
{
	struct part_level *levels = grow(t->levels, sizeof(*levels), t->level_count, &t->level_room, t->nesting);

	if (levels == NULL)
		return false;
	t->levels = levels;
	levels[t->level_count++] = (struct part_level){
		.boundary = h->boundary,
		.part = PART_NONE,
		.is_digest = bytes_equal(h->content_type, BYTES("multipart/digest")),
	};
	return true;
}

static size_t
list_part(struct part_tree *t, const struct part_header *h, unsigned depth)
{
	struct message_part *parts = grow(t->parts, sizeof(*parts), t->len, &t->room, t->limit);
	struct message_part *part;

	if (parts == NULL)
		return PART_NONE;
	t->parts = parts;
	part = &parts[t->len];
	*part = (struct message_part){
		.depth = depth,
		.content_type = h->content_type,
		.encoding = h->encoding,
		.charset = h->charset,
		.name_text = h->file_name.len > 0 ? h->file_name : h->type_name,
	};
	part->is_attachment = part->name_text.len > 0 || h->says_attachment;
	return t->len++;
}

enum part_kind
part_tree_add(struct part_tree *t, const struct part_header *h, bool complete, size_t *index)
{
	enum part_kind kind = kind_of(h);
	unsigned depth = (unsigned)t->level_count;

	*index = list_part(t, h, depth);
	if (*index == PART_NONE)
		t->truncated |= TRUNCATED_PARTS;
	if (kind != PART_LEAF && !open_level(t, h)) {
		t->truncated |= TRUNCATED_NESTING;
		kind = PART_LEAF;
		complete = false;
	}
	if (kind != PART_LEAF)
		t->levels[t->level_count - 1].part = *index;
	if (*index != PART_NONE) {
		t->parts[*index].is_branch = kind != PART_LEAF;
		t->parts[*index].complete = complete;
	}
	return kind;
}

/* "--" boundary ["--"] blanks: other text after it makes it another line. */
static bool
is_boundary(struct bytes line, struct bytes boundary, bool *closes)
{
	if (boundary.len == 0 || line.len < boundary.len || memcmp(line.at, boundary.at, boundary.len) != 0)
		return false;
	line = bytes_skip(line, boundary.len);
	*closes = bytes_starts(line, BYTES("--"));
	if (*closes)
		line = bytes_skip(line, 2);
	return bytes_trim(line).len == 0;
}

bool
part_tree_match(const struct part_tree *t, struct bytes line, size_t *level, bool *closes)
{
	if (!bytes_starts(line, BYTES("--")))
		return false;
	line = bytes_skip(line, 2);
	for (size_t i = t->level_count; i > 0; i--) {
		if (is_boundary(line, t->levels[i - 1].boundary, closes)) {
			*level = i - 1;
			return true;
		}
	}
	return false;
}

size_t
part_tree_run(const struct part_tree *t, struct bytes in)
{
	size_t at = 0;

	while (at < in.len) {
		const uint8_t *dash = memchr(in.at + at, '-', in.len - at);
		struct bytes line;
		size_t end, level;
		bool closes;

		if (dash == NULL)
			return in.len;
		at = (size_t)(dash - in.at);
		line = bytes_skip(in, at);
		end = bytes_find(line, '\n');
		if (at > 0 && dash[-1] == '\n' && (line.len == 1 || dash[1] == '-') &&
		    (end == BYTES_NOWHERE || part_tree_match(t, bytes_first(line, end), &level, &closes)))
			return at;
		if (end == BYTES_NOWHERE)
			return in.len;
		at += end + 1;
	}
	return in.len;
}

void
part_tree_gap(struct part_tree *t)
{
	for (size_t i = 0; i < t->level_count; i++)
		if (t->levels[i].part != PART_NONE)
			t->parts[t->levels[i].part].complete = false;
}
