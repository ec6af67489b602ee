/* SPDX-License-Identifier: Apache-2.0
 *
 * Where the octets of a message go:
 *
 *	IN_HEADER    of the message, a part, or an enclosed message: line by line to header.c
 *	IN_LEAF      content: through its transfer decoding to size, hashes, signature
 *	IN_NOTHING   preamble, epilogue, parts past the ceiling: only boundaries are looked for
 *
 * Inside a multipart every line that begins with "--" may be a boundary, and the line end before a boundary belongs to
 * it (RFC 2046 section 5.1.1). So a line of which only the start has come is kept as a candidate, and the line end that
 * was last seen is held until it shows what follows. All else is handed on in runs as long as they come.
 */
#include "message/message.h"

#include "base/memory.h"
#include "message/digest.h"
#include "message/field.h"
#include "message/header.h"
#include "message/part.h"
#include "message/separator.h"
#include "message/signature.h"
#include "message/transfer.h"
#include "message/url.h"

#include <string.h>

/* Octets of encoded content decoded at a time. */
#define BLOCK 4096

/* Room for "--", a boundary, "--" and some blanks. */
#define CANDIDATE_MAX (PART_BOUNDARY_MAX + 64)

enum message_state { IN_HEADER, IN_LEAF, IN_NOTHING };

struct message {
	const struct message_limits *limits;
	struct message_content content;
	struct arena arena;
	struct values values;
	struct fields fields;
	struct part_tree tree;
	struct digest whole;          /* of the message as transferred */
	struct bytes due;             /* octets being pushed that are not in it yet */
	bool has_gap;

	enum message_state state;
	bool line_start;              /* the next octet begins a line */
	struct buffer candidate;      /* start of a line that may be a boundary */
	uint8_t held[2];              /* line end that is content unless a boundary follows */
	size_t held_len;

	struct header header;
	struct part_header part_header;
	bool in_top_header;           /* of the message itself */
	bool header_has_gap;

	size_t leaf;                  /* index of the part in IN_LEAF */
	uint64_t leaf_hashed;         /* octets */
	struct transfer transfer;
	struct signature signature;
	struct separator separator;
	bool leaf_is_text;            /* of the message itself, not attached */
	struct digest leaf_digest;
	bool seeks_urls;              /* in the leaf */
	struct urls urls;
};

static void feed(struct message *, struct bytes in);

static bool
wants_field(void *arg, struct bytes name)
{
	const struct message *m = arg;

	return part_header_wants(name) || (m->in_top_header && fields_want(&m->fields, name));
}

static void
take_field(void *arg, struct bytes name, struct bytes value, bool cut)
{
	struct message *m = arg;

	part_header_take(&m->part_header, &m->values, name, value);
	if (m->in_top_header)
		fields_take(&m->fields, name, value, cut);
	else if (cut)
		m->content.truncated |= TRUNCATED_VALUES;
}

static const struct header_listener listener = { .wants = wants_field, .field = take_field };

static void
begin_header(struct message *m)
{
	m->state = IN_HEADER;
	m->part_header = part_tree_header(&m->tree);
	m->header_has_gap = false;
	header_begin(&m->header);
}

struct message *
message_new(const struct message_limits *limits)
{
	struct message *m = memory_take_zeroed(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->limits = limits;
	arena_init(&m->arena);
	values_init(&m->values, &m->arena, limits->value_bytes);
	fields_init(&m->fields, limits, &m->values, &m->content);
	part_tree_init(&m->tree, limits->parts, limits->nesting);
	digest_init(&m->whole, limits->hash_message ? DIGEST_SHA1 | DIGEST_SHA256 : 0);
	digest_init(&m->leaf_digest, limits->hash_attachments && limits->hash_bytes > 0
	    ? DIGEST_MD5 | DIGEST_SHA256 | (limits->hash_sha1 ? DIGEST_SHA1 : 0) : 0);
	urls_init(&m->urls, &m->values, limits->urls);
	header_init(&m->header, &listener, m, limits->header_bytes);
	buffer_init(&m->candidate, CANDIDATE_MAX);
	m->line_start = true;
	m->in_top_header = true;
	begin_header(m);
	return m;
}

void
message_free(struct message *m)
{
	if (m == NULL)
		return;
	buffer_clear(&m->candidate);
	header_clear(&m->header);
	digest_clear(&m->leaf_digest);
	digest_clear(&m->whole);
	part_tree_clear(&m->tree);
	urls_clear(&m->urls);
	fields_clear(&m->fields);
	values_clear(&m->values);
	arena_clear(&m->arena);
	memory_give_back(m);
}

/* Decoded octets of the leaf. */
static void
take_content(struct message *m, struct bytes octets)
{
	struct message_part *part = &m->tree.parts[m->leaf];
	uint64_t room = m->limits->hash_bytes - m->leaf_hashed;

	part->size += octets.len;
	signature_push(&m->signature, octets);
	if (m->seeks_urls)
		urls_push(&m->urls, octets);
	if (m->leaf_is_text)
		separator_push(&m->separator, octets);
	if (m->leaf_digest.kinds == 0)
		return;
	if (octets.len > room) {
		octets = bytes_first(octets, (size_t)room);
		part->complete = false;
		m->content.truncated |= TRUNCATED_HASH;
	}
	m->leaf_hashed += octets.len;
	digest_push_beside(&m->leaf_digest, octets, &m->whole, &m->due);
}

/* Octets of the leaf as they are encoded. */
static void
push_leaf(struct message *m, struct bytes in)
{
	uint8_t block[TRANSFER_ROOM(BLOCK)];

	if (m->state != IN_LEAF || in.len == 0)
		return;
	if (m->transfer.encoding == ENCODING_IDENTITY) {
		take_content(m, in);
		return;
	}
	while (in.len > 0) {
		struct bytes piece = bytes_first(in, BLOCK);

		take_content(m, bytes_of(block, transfer_push(&m->transfer, piece, block)));
		in = bytes_skip(in, piece.len);
	}
}

/* A text for people, and not of a message that this one only encloses (whose level has no boundary). */
static bool
is_own_text(const struct message *m, const struct message_part *part)
{
	for (size_t i = 0; i < m->tree.level_count; i++)
		if (m->tree.levels[i].boundary.len == 0)
			return false;
	return !part->is_attachment &&
	    (bytes_equal(part->content_type, BYTES("text/plain")) || bytes_equal(part->content_type, BYTES("text/html")));
}

static void
begin_leaf(struct message *m, size_t index)
{
	m->leaf = index;
	m->state = index == PART_NONE ? IN_NOTHING : IN_LEAF;
	m->leaf_hashed = 0;
	m->held_len = 0;
	transfer_init(&m->transfer, transfer_encoding_of(m->part_header.encoding));
	signature_init(&m->signature);
	m->leaf_is_text = m->state == IN_LEAF && is_own_text(m, &m->tree.parts[index]);
	if (m->leaf_is_text)
		separator_init(&m->separator, bytes_equal(m->tree.parts[index].content_type, BYTES("text/html")));
	digest_begin(&m->leaf_digest);
	m->seeks_urls = m->limits->urls > 0 && bytes_starts(m->part_header.content_type, BYTES("text/"));
	urls_begin(&m->urls);
}

static void
end_leaf(struct message *m)
{
	uint8_t last[TRANSFER_ROOM(0)];
	struct message_part *part;

	if (m->state != IN_LEAF)
		return;
	take_content(m, bytes_of(last, transfer_finish(&m->transfer, last)));
	part = &m->tree.parts[m->leaf];
	urls_end(&m->urls);
	if (m->leaf_is_text && separator_finish(&m->separator) > m->content.separator)
		m->content.separator = m->separator.found;
	part->detected_type = signature_type(&m->signature);
	part->hashed = digest_finish(&m->leaf_digest, part->md5, part->sha1, part->sha256);
	m->state = IN_NOTHING;
}

/* The header has ended: what it was the header of begins. */
static void
begin_body(struct message *m)
{
	size_t index;
	enum part_kind kind;

	if (m->header.cut)
		m->content.truncated |= TRUNCATED_HEADER;
	if (m->in_top_header) {
		m->content.has_header = m->header.fields > 0;
		m->content.content_type = m->part_header.content_type;
		m->in_top_header = false;
	}
	kind = part_tree_add(&m->tree, &m->part_header, !m->header_has_gap, &index);
	if (kind == PART_MESSAGE)
		begin_header(m);
	else if (kind == PART_MULTIPART)
		m->state = IN_NOTHING;
	else
		begin_leaf(m, index);
}

/* The header has ended, but not with an empty line: what it could not read begins the body. */
static void
begin_body_at_line(struct message *m)
{
	uint8_t line[HEADER_NAME_MAX];
	struct bytes undecided = header_undecided(&m->header);
	size_t len = undecided.len;

	if (len > 0)
		memcpy(line, undecided.at, len);
	m->line_start = true;
	begin_body(m);
	feed(m, bytes_of(line, len));
}

static void
feed_header(struct message *m, struct bytes *in)
{
	enum header_verdict verdict;
	struct bytes piece = *in;
	size_t taken;

	if (m->tree.level_count > 0) {
		size_t end = bytes_find(piece, '\n');

		if (end != BYTES_NOWHERE)
			piece = bytes_first(piece, end + 1);
	}
	taken = header_push(&m->header, piece, &verdict);
	if (taken > 0)
		m->line_start = in->at[taken - 1] == '\n';
	*in = bytes_skip(*in, taken);
	if (verdict == HEADER_ENDED)
		begin_body(m);
	else if (verdict == HEADER_IS_BODY)
		begin_body_at_line(m);
}

/* A run of content inside a multipart: all but its last line end, which is held. */
static void
push_run(struct message *m, struct bytes in)
{
	size_t tail = 0;

	if (m->state != IN_LEAF || in.len == 0)
		return;
	if (m->held_len == 1 && m->held[0] == '\r' && in.at[0] == '\n') {
		m->held[m->held_len++] = '\n';
		in = bytes_skip(in, 1);
		if (in.len == 0)
			return;
	}
	push_leaf(m, bytes_of(m->held, m->held_len));
	if (in.at[in.len - 1] == '\n')
		tail = in.len > 1 && in.at[in.len - 2] == '\r' ? 2 : 1;
	else if (in.at[in.len - 1] == '\r')
		tail = 1;
	push_leaf(m, bytes_first(in, in.len - tail));
	memcpy(m->held, in.at + in.len - tail, tail);
	m->held_len = tail;
}

static void
feed_body(struct message *m, struct bytes *in)
{
	size_t len = in->len;

	if (m->tree.level_count > 0) {
		len = part_tree_run(&m->tree, *in);
		push_run(m, bytes_first(*in, len));
	} else {
		push_leaf(m, *in);
	}
	m->line_start = in->at[len - 1] == '\n';
	*in = bytes_skip(*in, len);
}

/* The header ends because its part does, or the message. */
static void
end_header(struct message *m)
{
	header_finish(&m->header);
	begin_body_at_line(m);
}

static void
pass_boundary(struct message *m, size_t level, bool closes)
{
	size_t depth = closes ? level : level + 1;

	while (m->state == IN_HEADER)
		end_header(m);
	end_leaf(m);
	if (m->tree.level_count > depth) /* the header that just ended may have opened some */
		m->tree.level_count = depth;
	m->held_len = 0;
	m->line_start = true;
	if (closes)
		m->state = IN_NOTHING;
	else
		begin_header(m);
}

/* A line of the header that is no boundary of the levels open now; of those that it opens itself it may be one. */
static void
feed_header_line(struct message *m, struct bytes line)
{
	feed_header(m, &line);
	if (line.len > 0)
		feed(m, line);
}

/* The candidate is all there is of its line. */
static void
settle_candidate(struct message *m)
{
	struct buffer line = m->candidate;
	size_t level;
	bool closes;

	buffer_init(&m->candidate, CANDIDATE_MAX);
	if (part_tree_match(&m->tree, buffer_bytes(&line), &level, &closes)) {
		pass_boundary(m, level, closes);
	} else if (m->state == IN_HEADER) {
		feed_header_line(m, buffer_bytes(&line));
	} else {
		push_run(m, buffer_bytes(&line));
		m->line_start = line.at[line.len - 1] == '\n';
	}
	buffer_clear(&line);
}

/* At the start of a line, or in a candidate: takes what belongs to it. False when the line at the front of *in is no
 * boundary, and nothing was taken. */
static bool
take_candidate(struct message *m, struct bytes *in)
{
	struct bytes line;
	size_t end, level;
	bool closes;

	if (m->candidate.len == 0 && (in->at[0] != '-' || (in->len > 1 && in->at[1] != '-')))
		return false;
	end = bytes_find(*in, '\n');
	line = end == BYTES_NOWHERE ? *in : bytes_first(*in, end + 1);
	if (m->candidate.len == 0 && end != BYTES_NOWHERE) {
		if (!part_tree_match(&m->tree, line, &level, &closes))
			return false;
		*in = bytes_skip(*in, line.len);
		pass_boundary(m, level, closes);
		return true;
	}
	line = bytes_first(line, m->candidate.ceiling - m->candidate.len);
	if (!buffer_append(&m->candidate, line)) { /* memory is short: the line is lost, the part is not whole */
		message_gap(m, 0);
		*in = bytes_skip(*in, line.len);
		return true;
	}
	*in = bytes_skip(*in, line.len);
	m->line_start = false;
	if (line.at[line.len - 1] == '\n' || m->candidate.len == m->candidate.ceiling)
		settle_candidate(m);
	return true;
}

static void
feed(struct message *m, struct bytes in)
{
	while (in.len > 0) {
		bool may_be_boundary = m->tree.level_count > 0 && (m->line_start || m->candidate.len > 0);

		if (may_be_boundary && take_candidate(m, &in))
			continue;
		if (m->state == IN_HEADER)
			feed_header(m, &in);
		else
			feed_body(m, &in);
	}
}

void
message_push(struct message *m, struct bytes in)
{
	m->content.bytes += in.len;
	if (!m->has_gap)
		m->due = in;
	feed(m, in);
	digest_push(&m->whole, m->due);
	m->due = bytes_of(NULL, 0);
}

/* The line that the gap falls into is lost. A gap that may have swallowed all of the header has ended it. */
static void
gap_in_header(struct message *m, uint64_t missing)
{
	header_gap(&m->header);
	m->header_has_gap = true;
	while (m->state == IN_HEADER && missing > m->limits->header_bytes) {
		end_header(m);
		m->header_has_gap = true;
	}
}

void
message_gap(struct message *m, uint64_t missing)
{
	m->content.missing += missing;
	m->has_gap = true;
	if (m->state == IN_LEAF) {
		push_leaf(m, bytes_of(m->held, m->held_len));
		push_leaf(m, buffer_bytes(&m->candidate));
		transfer_gap(&m->transfer);
		urls_begin(&m->urls);
		m->tree.parts[m->leaf].complete = false;
	}
	m->held_len = 0;
	buffer_reset(&m->candidate);
	part_tree_gap(&m->tree);
	if (m->state == IN_HEADER)
		gap_in_header(m, missing);
	m->line_start = true; /* a boundary is unlikely to be there by chance */
}

const struct message_content *
message_finish(struct message *m)
{
	struct message_content *c = &m->content;

	while (m->candidate.len > 0 || m->state == IN_HEADER) {
		if (m->candidate.len > 0)
			settle_candidate(m);
		else
			end_header(m);
	}
	push_leaf(m, bytes_of(m->held, m->held_len));
	end_leaf(m);
	c->hashed = !m->has_gap && digest_finish(&m->whole, NULL, c->sha1, c->sha256);
	c->parts = m->tree.parts;
	c->part_count = m->tree.len;
	c->urls = (struct slices){ .at = m->urls.at, .len = m->urls.len, .dropped = m->urls.dropped };
	c->truncated |= m->tree.truncated;
	if (m->values.cut || m->arena.failed)
		c->truncated |= TRUNCATED_VALUES;
	fields_finish(&m->fields);
	return c;
}
