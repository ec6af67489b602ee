/* SPDX-License-Identifier: Apache-2.0
 *
 * part: the tree of MIME parts (RFC 2046): what a part's header says of it, which multiparts and enclosed messages are
 * open, and which of their boundaries a line is.
 *
 *	level 0   multipart/mixed        boundary a       part 0, depth 0
 *	level 1   message/rfc822         none             part 2, depth 1
 *	level 2   multipart/alternative  boundary b       part 3, depth 2
 *	          text/plain: a leaf is no level          part 4, depth 3
 */
#ifndef MESSAGE_PART_H
#define MESSAGE_PART_H

#include "message/value.h"
#include "observe/observation.h"

#define PART_BOUNDARY_MAX 998 /* RFC 2046 allows 70; a line ends here at the latest */
#define PART_NONE SIZE_MAX

/* What the header of a part says. */
struct part_header {
	struct bytes content_type;   /* lower case */
	struct bytes encoding, charset, boundary;
	struct bytes file_name;      /* of its disposition */
	struct bytes type_name;      /* of its content type */
	bool has_type, has_encoding, has_disposition;
	bool says_attachment;
};

enum part_kind { PART_LEAF, PART_MULTIPART, PART_MESSAGE };

struct part_level {
	struct bytes boundary; /* empty: none */
	size_t part;           /* PART_NONE: not listed */
	bool is_digest;
};

struct part_tree {
	size_t limit, nesting;
	struct message_part *parts;
	size_t len, room;
	struct part_level *levels;
	size_t level_count, level_room;
	unsigned truncated; /* bits of enum message_truncated */
};

/* Whether part_header_take() has a use for a field of this name. */
bool part_header_wants(struct bytes name);

/* A field of a part's header, its value unfolded. The first of each name counts. */
void part_header_take(struct part_header *, struct values *, struct bytes name, struct bytes value);

/* `limit`: parts listed. `nesting`: levels; what would go deeper is a leaf. */
void part_tree_init(struct part_tree *, size_t limit, size_t nesting);
void part_tree_clear(struct part_tree *);

/* The header of the next part, as yet without fields. */
struct part_header part_tree_header(const struct part_tree *);

/* A part whose header has ended. It is listed, if there is room: *index, else PART_NONE; a branch is opened as well. */
enum part_kind part_tree_add(struct part_tree *, const struct part_header *, bool complete, size_t *index);

/* Whether a line, with or without its end, is a boundary of an open multipart: its level, and whether it closes it.
 * Inner ones are tried first. */
bool part_tree_match(const struct part_tree *, struct bytes line, size_t *level, bool *closes);

/* Octets before the first line behind the first one that is a boundary, or may be one when the rest of it comes; at least
 * 1. */
size_t part_tree_run(const struct part_tree *, struct bytes in);

/* Octets are missing: all open branches are incomplete. */
void part_tree_gap(struct part_tree *);

#endif
