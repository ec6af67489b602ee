/* SPDX-License-Identifier: Apache-2.0
 *
 * libyaml's events become a tree. The open nodes stand on a stack of bounded depth; an open node is always the last
 * child of its parent, which does not grow meanwhile, so that its address holds.
 */
#include "settings/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

struct builder {
	struct complaints *complaints;
	const char *file;
	struct bytes text;
	struct yaml_node *open[YAML_DEPTH_MAX];
	size_t depth;
	size_t nodes;
	struct yaml_node root;
	bool has_root;
	/* A key that awaits its value: */
	char *key;
	unsigned key_line, key_column;
};

static void
clear(struct yaml_node *n)
{
	for (size_t i = 0; i < n->len; i++)
		clear(&n->children[i]); /* as deep as YAML_DEPTH_MAX */
	free(n->children);
	free(n->key);
	free(n->value);
}

void
yaml_node_free(struct yaml_node *root)
{
	if (root == NULL)
		return;
	clear(root);
	free((char *)(uintptr_t)root->file);
	free(root);
}

const struct yaml_node *
yaml_child(const struct yaml_node *map, const char *key)
{
	for (size_t i = 0; map->kind == YAML_MAP && i < map->len; i++)
		if (strcmp(map->children[i].key, key) == 0)
			return &map->children[i];
	return NULL;
}

/* Where an event begins. */
static unsigned
line_of(yaml_mark_t mark)
{
	return (unsigned)mark.line + 1;
}

static unsigned
column_of(yaml_mark_t mark)
{
	return (unsigned)mark.column + 1;
}

static void
no_memory(struct builder *b)
{
	complain(b->complaints, b->file, 0, 0, "not enough memory to read it");
}

/* A new node at the mark: the root, or the last child of what is open. NULL after a complaint. */
static struct yaml_node *
add(struct builder *b, enum yaml_kind kind, yaml_mark_t mark)
{
	struct yaml_node node = { .kind = kind, .file = b->file, .line = line_of(mark), .column = column_of(mark) };
	struct yaml_node *parent, *grown;

	if (++b->nodes > YAML_NODES_MAX) {
		complain(b->complaints, b->file, node.line, node.column, "the file holds more than %d values: split it",
		    YAML_NODES_MAX);
		return NULL;
	}
	if (b->depth == 0) {
		b->root = node;
		b->has_root = true;
		return &b->root;
	}
	parent = b->open[b->depth - 1];
	if ((parent->len & (parent->len - 1)) == 0) { /* room is the next power of two */
		grown = reallocarray(parent->children, parent->len == 0 ? 1 : parent->len * 2, sizeof(*grown));
		if (grown == NULL) {
			no_memory(b);
			return NULL;
		}
		parent->children = grown;
	}
	if (parent->kind == YAML_MAP) {
		node.key = b->key;
		node.key_line = b->key_line;
		node.key_column = b->key_column;
		b->key = NULL;
	}
	parent->children[parent->len] = node;
	return &parent->children[parent->len++];
}

/* Whether the next event is the key of a map. */
static bool
key_is_due(const struct builder *b)
{
	return b->depth > 0 && b->open[b->depth - 1]->kind == YAML_MAP && b->key == NULL;
}

static bool
take_key(struct builder *b, const yaml_event_t *e)
{
	struct yaml_node *map = b->open[b->depth - 1];
	const char *name = (const char *)e->data.scalar.value;
	const struct yaml_node *first;

	b->key_line = line_of(e->start_mark);
	b->key_column = column_of(e->start_mark);
	if (map->len >= YAML_KEYS_MAX) {
		complain(b->complaints, b->file, b->key_line, b->key_column, "more than %d keys in one place",
		    YAML_KEYS_MAX);
		return false;
	}
	if (strlen(name) != e->data.scalar.length) {
		complain(b->complaints, b->file, b->key_line, b->key_column, "a key holds a NUL octet");
		return false;
	}
	first = yaml_child(map, name);
	if (first != NULL)
		complain(b->complaints, b->file, b->key_line, b->key_column,
		    "\"%.100s\" stands here a second time: it was given in line %u already, remove one of the two",
		    name, first->key_line);
	b->key = strdup(name);
	if (b->key == NULL)
		no_memory(b);
	return b->key != NULL;
}

/* How YAML writes that there is no value. */
static bool
is_null(const yaml_event_t *e)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp((const char *)e->data.scalar.value, words[i]) == 0)
			return true;
	return false;
}

/* Anchors and tags are not used here: a file says what it says in place. */
static void
refuse_ornaments(struct builder *b, const yaml_event_t *e, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		complain(b->complaints, b->file, line_of(e->start_mark), column_of(e->start_mark),
		    "anchors (&%.60s) are not read here: write the value out where it is meant", (const char *)anchor);
	if (tag != NULL)
		complain(b->complaints, b->file, line_of(e->start_mark), column_of(e->start_mark),
		    "tags (%.60s) are not read here: write the value alone", (const char *)tag);
}

static bool
take_scalar(struct builder *b, const yaml_event_t *e)
{
	struct yaml_node *n;

	refuse_ornaments(b, e, e->data.scalar.anchor, e->data.scalar.tag);
	if (key_is_due(b))
		return take_key(b, e);
	n = add(b, is_null(e) ? YAML_NULL : YAML_SCALAR, e->start_mark);
	if (n == NULL || n->kind == YAML_NULL)
		return n != NULL;
	n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	n->value = strdup((const char *)e->data.scalar.value);
	if (n->value == NULL) {
		no_memory(b);
		n->kind = YAML_NULL;
		n->spoilt = true;
		return false;
	}
	if (strlen(n->value) != e->data.scalar.length) {
		complain(b->complaints, b->file, n->line, n->column, "a value holds a NUL octet");
		n->spoilt = true;
	}
	return true;
}

static bool
take_alias(struct builder *b, const yaml_event_t *e)
{
	struct yaml_node *n;

	complain(b->complaints, b->file, line_of(e->start_mark), column_of(e->start_mark),
	    "references (*%.60s) are not read here: write the value out", (const char *)e->data.alias.anchor);
	if (key_is_due(b))
		return false;
	n = add(b, YAML_NULL, e->start_mark);
	if (n != NULL)
		n->spoilt = true;
	return n != NULL;
}

static bool
take_start(struct builder *b, const yaml_event_t *e)
{
	bool map = e->type == YAML_MAPPING_START_EVENT;
	struct yaml_node *n;

	refuse_ornaments(b, e, map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor,
	    map ? e->data.mapping_start.tag : e->data.sequence_start.tag);
	if (key_is_due(b)) {
		complain(b->complaints, b->file, line_of(e->start_mark), column_of(e->start_mark),
		    "a key must be a plain word");
		return false;
	}
	if (b->depth == YAML_DEPTH_MAX) {
		complain(b->complaints, b->file, line_of(e->start_mark), column_of(e->start_mark),
		    "nested deeper than %d levels", YAML_DEPTH_MAX);
		return false;
	}
	n = add(b, map ? YAML_MAP : YAML_LIST, e->start_mark);
	if (n != NULL)
		b->open[b->depth++] = n;
	return n != NULL;
}

/* What libyaml could not read, and where. Its reader knows only an offset. */
static void
complain_of_syntax(struct builder *b, const yaml_parser_t *p)
{
	unsigned line = line_of(p->problem_mark), column = column_of(p->problem_mark);
	const char *problem = p->problem != NULL ? p->problem : "cannot be read";

	if (p->error == YAML_MEMORY_ERROR) {
		no_memory(b);
		return;
	}
	if (p->error == YAML_READER_ERROR) {
		struct bytes before = bytes_first(b->text, p->problem_offset);
		size_t end;

		for (line = 1; (end = bytes_find(before, '\n')) != BYTES_NOWHERE; line++)
			before = bytes_skip(before, end + 1);
		column = (unsigned)before.len + 1;
		complain(b->complaints, b->file, line, column, "bad YAML: %s: write plain UTF-8 text", problem);
	} else if (p->context != NULL) {
		complain(b->complaints, b->file, line, column, "bad YAML %s (line %u): %s", p->context,
		    line_of(p->context_mark), problem);
	} else {
		complain(b->complaints, b->file, line, column, "bad YAML: %s", problem);
	}
}

/* True while more events are of interest. */
static bool
take_event(struct builder *b, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (b->has_root)
			complain(b->complaints, b->file, line_of(e->start_mark), column_of(e->start_mark),
			    "a second document begins here: a file holds one");
		return !b->has_root;
	case YAML_ALIAS_EVENT:
		return take_alias(b, e);
	case YAML_SCALAR_EVENT:
		return take_scalar(b, e);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return take_start(b, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return true;
	case YAML_STREAM_END_EVENT:
		return false;
	default:
		return true;
	}
}

static void
build(struct builder *b)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true;

	if (!yaml_parser_initialize(&parser)) {
		no_memory(b);
		return;
	}
	yaml_parser_set_input_string(&parser, b->text.len > 0 ? b->text.at : (const uint8_t *)"", b->text.len);
	while (more) {
		if (!yaml_parser_parse(&parser, &event)) {
			complain_of_syntax(b, &parser);
			break;
		}
		more = take_event(b, &event);
		yaml_event_delete(&event);
	}
	while (b->depth > 0)
		b->open[--b->depth]->spoilt = true;
	free(b->key);
	b->key = NULL;
	yaml_parser_delete(&parser);
}

struct yaml_node *
yaml_parse(struct bytes text, const char *name, struct complaints *complaints)
{
	struct builder b = { .complaints = complaints, .file = strdup(name), .text = text };
	struct yaml_node *root = malloc(sizeof(*root));

	if (root == NULL || b.file == NULL) {
		complain(complaints, name, 0, 0, "not enough memory to read it");
		free((char *)(uintptr_t)b.file);
		free(root);
		return NULL;
	}
	if (text.len > YAML_SIZE_MAX) {
		complain(complaints, name, 0, 0, "larger than %u KiB: split it", YAML_SIZE_MAX / 1024);
	} else {
		build(&b);
		if (!b.has_root || b.root.kind == YAML_NULL) {
			bool spoilt = b.root.spoilt;

			b.root = (struct yaml_node){
				.kind = YAML_MAP, .file = b.file, .line = 1, .column = 1, .spoilt = spoilt
			};
		}
	}
	*root = b.root;
	root->file = b.file;
	if (root->kind == YAML_MAP)
		return root;
	if (root->kind != YAML_NULL)
		complain(complaints, name, root->line, root->column,
		    "a configuration is made of keys and values: write KEY: VALUE");
	yaml_node_free(root);
	return NULL;
}

/* The whole file, at most one octet more than may be; the caller frees text->at. False with the cause in errno. */
static bool
slurp(int fd, struct bytes *text)
{
	uint8_t *at = malloc(YAML_SIZE_MAX + 1);
	size_t len = 0;
	ssize_t got = at == NULL ? -1 : 1;

	while (got > 0 && len <= YAML_SIZE_MAX) {
		got = read(fd, at + len, YAML_SIZE_MAX + 1 - len);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			len += (size_t)got;
	}
	if (got < 0) {
		free(at);
		return false;
	}
	*text = bytes_of(at, len);
	return true;
}

struct yaml_node *
yaml_read(const char *path, struct complaints *complaints)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct yaml_node *root = NULL;
	struct bytes text;

	if (fd < 0) {
		complain(complaints, path, 0, 0, "cannot be read: %s", strerror(errno));
		return NULL;
	}
	if (!slurp(fd, &text)) {
		complain(complaints, path, 0, 0,
		    errno == EISDIR ? "is a directory: name the file itself" : "cannot be read: %s", strerror(errno));
	} else {
		root = yaml_parse(text, path, complaints);
		free((uint8_t *)(uintptr_t)text.at);
	}
	close(fd);
	return root;
}
