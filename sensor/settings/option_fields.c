/* SPDX-License-Identifier: Apache-2.0
 *
 * From a node of YAML into struct settings, and back as text, by the row of the option table.
 */
#include <stdlib.h>
#include <string.h>

#include "settings/option_kinds.h"

#define ELEMENTS_MAX 4096 /* of one list */

static void
put(struct buffer *out, const char *text)
{
	(void)buffer_append(out, bytes_str(text));
}

const char *
option_kind_name(const struct option *o)
{
	return option_types[o->kind].name;
}

bool
option_is_list(const struct option *o)
{
	return option_types[o->kind].is_list;
}

static void *
field(const struct settings *s, size_t offset)
{
	return (char *)(uintptr_t)s + offset;
}

static void
free_elements(const struct option_type *k, void *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (k->is_text)
			free(((char **)at)[i]);
		else if (k->drop != NULL)
			k->drop((char *)at + i * k->size);
	}
	free(at);
}

void
option_clear(const struct option *o, struct settings *s)
{
	const struct option_type *k = &option_types[o->kind];
	void **pointer = field(s, o->offset);
	size_t *len = field(s, o->len_offset);

	if (k->is_list) {
		free_elements(k, *pointer, *len);
		*len = 0;
	} else if (k->is_text) {
		free(*pointer);
	} else {
		return;
	}
	*pointer = NULL;
}

static void
put_list(const struct option *o, struct settings *s, void *elements, size_t count)
{
	option_clear(o, s);
	memcpy(field(s, o->offset), &elements, sizeof(elements));
	memcpy(field(s, o->len_offset), &count, sizeof(count));
}

static bool
says(const struct option *o, const struct yaml_node *n, struct complaints *c, const char *what)
{
	complain(c, n->file, n->line, n->column, "%s %s", o->path, what);
	return false;
}

/* Whether the node is one value that can be read; else a complaint. */
static bool
is_value(const struct option *o, const struct yaml_node *n, struct complaints *c)
{
	const struct option_type *k = &option_types[o->kind];

	if (n->spoilt && n->kind != YAML_LIST)
		return false; /* said already */
	if (n->kind == YAML_MAP)
		complain(c, n->file, n->line, n->column, "%s takes a value (%s), not keys below it", o->path, k->name);
	else if (n->kind == YAML_LIST)
		complain(c, n->file, n->line, n->column, "%s takes one value (%s), not a list%s", o->path, k->name,
		    k->is_list ? " of lists" : "");
	else if (n->kind == YAML_NULL)
		complain(c, n->file, n->line, n->column, "%s has no value: write %s (%s), or remove the key", o->path,
		    k->is_list	 ? "[] for none"
		    : k->is_text ? "\"\" for none"
				 : "one",
		    k->name);
	return n->kind == YAML_SCALAR;
}

static bool
read_node(const struct option *o, const struct yaml_node *n, union element *e, struct complaints *c)
{
	struct refusal why = { "" };

	if (!is_value(o, n, c))
		return false;
	if (option_types[o->kind].read(o, n->value, e, &why))
		return true;
	complain(c, n->file, n->line, n->column, "%s: %s", o->path, why.text);
	return false;
}

static bool
take_scalar(const struct option *o, struct settings *s, const struct yaml_node *n, struct complaints *c)
{
	void *at = field(s, o->offset);
	union element e;
	uint32_t narrow;

	memset(&e, 0, sizeof(e));
	if (!read_node(o, n, &e, c))
		return false;
	option_clear(o, s);
	narrow = (uint32_t)e.number;
	if (o->width == sizeof(narrow)) /* only numbers are four octets wide */
		memcpy(at, &narrow, sizeof(narrow));
	else
		memcpy(at, &e, o->width);
	return true;
}

static bool
take_list(const struct option *o, struct settings *s, const struct yaml_node *n, struct complaints *c)
{
	const struct option_type *k = &option_types[o->kind];
	const struct yaml_node *items = n->kind == YAML_LIST ? n->children : n;
	size_t count = n->kind == YAML_LIST ? n->len : 1, len = 0;
	char *elements;
	bool fine = true;

	if (n->kind == YAML_MAP || n->kind == YAML_NULL)
		return is_value(o, n, c);
	if (count > ELEMENTS_MAX)
		return says(o, n, c, "is too long: at most 4096 elements");
	if (n->kind == YAML_SCALAR && !n->quoted && strchr(n->value, ',') != NULL && o->kind != OPTION_TEXTS)
		return says(o, n, c, "takes a list: write [A, B], in brackets");
	elements = calloc(count + 1, k->size);
	if (elements == NULL)
		return says(o, n, c, "finds no memory");
	for (size_t i = 0; i < count; i++) {
		union element e;

		memset(&e, 0, sizeof(e));
		if (read_node(o, &items[i], &e, c))
			memcpy(elements + len++ * k->size, &e, k->size);
		else
			fine = false;
	}
	if (fine)
		put_list(o, s, elements, len);
	else
		free_elements(k, elements, len);
	return fine;
}

bool
option_take(const struct option *o, struct settings *s, const struct yaml_node *n, struct complaints *c)
{
	return option_types[o->kind].is_list ? take_list(o, s, n, c) : take_scalar(o, s, n, c);
}

bool
option_text(const struct option *o, const struct settings *s, struct buffer *out)
{
	const struct option_type *k = &option_types[o->kind];
	const char *at = field(s, o->offset);
	union element e;
	size_t len;
	uint32_t narrow;

	memset(&e, 0, sizeof(e));
	if (!k->is_list) {
		memcpy(&narrow, at, o->width < sizeof(narrow) ? o->width : sizeof(narrow));
		if (o->width == sizeof(narrow))
			e.number = narrow;
		else
			memcpy(&e, at, o->width);
		k->write(o, &e, out);
		return !out->cut;
	}
	memcpy(&at, field(s, o->offset), sizeof(at));
	memcpy(&len, field(s, o->len_offset), sizeof(len));
	put(out, "[");
	for (size_t i = 0; i < len; i++) {
		memcpy(&e, at + i * k->size, k->size);
		put(out, i == 0 ? "" : ", ");
		k->write(o, &e, out);
	}
	put(out, "]");
	return !out->cut;
}

bool
option_facts(const struct option *o, struct buffer *out)
{
	struct complaints silent = { .say = NULL };
	struct settings scratch;

	memset(&scratch, 0, sizeof(scratch));
	if (!option_take_text(o, &scratch, o->standard, o->path, &silent))
		return false;
	put(out, option_types[o->kind].name);
	put(out, ", default ");
	(void)option_text(o, &scratch, out);
	option_clear(o, &scratch);
	if (o->min != o->max) {
		put(out, ", ");
		option_write_range(o, out);
	}
	for (const struct choice *c = o->choices; c != NULL && c->word != NULL; c++) {
		put(out, c != o->choices ? ", " : o->kind == OPTION_INTEGER ? ", or " : ", one of ");
		put(out, c->word);
	}
	if (o->reload != OPTION_AT_START)
		put(out, ", taken over on reload");
	return !out->cut;
}
