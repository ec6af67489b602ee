/* SPDX-License-Identifier: Apache-2.0
 *
 * Values as one word of text has them: defaults, and KEY=VALUE of the command line. They become the nodes that a file
 * would have given, so that there is one way to read a value.
 */
#include <stdlib.h>
#include <string.h>

#include "settings/options.h"

/* The text without blanks at its ends, and without one pair of quotes round it; newly allocated. */
static char *
bare(struct bytes text, bool *quoted)
{
	text = bytes_trim(text);
	*quoted = text.len >= 2 && (text.at[0] == '"' || text.at[0] == '\'') && text.at[text.len - 1] == text.at[0];
	if (*quoted)
		text = bytes_first(bytes_skip(text, 1), text.len - 2);
	return strndup(text.len > 0 ? (const char *)text.at : "", text.len);
}

/* What stands before the next comma that is not in quotes is taken off *rest. */
static struct bytes
next_element(struct bytes *rest)
{
	struct bytes element;
	uint8_t quote = 0;
	size_t end = 0;

	for (; end < rest->len && (quote != 0 || rest->at[end] != ','); end++) {
		uint8_t octet = rest->at[end];

		if (quote != 0)
			quote = octet == quote ? 0 : quote;
		else if (octet == '"' || octet == '\'')
			quote = octet;
	}
	element = bytes_trim(bytes_first(*rest, end));
	*rest = bytes_skip(*rest, end + 1);
	return element;
}

static void
free_children(struct yaml_node *list)
{
	for (size_t i = 0; i < list->len; i++)
		free(list->children[i].value);
	free(list->children);
}

/* The elements of a list as children; false after a complaint. */
static bool
split(struct yaml_node *list, struct bytes text, const struct option *o, struct complaints *c)
{
	size_t room = 1;

	for (size_t i = 0; i < text.len; i++)
		room += text.at[i] == ',';
	list->children = calloc(room, sizeof(*list->children));
	while (list->children != NULL && text.len > 0) {
		struct bytes element = next_element(&text);
		struct yaml_node *n = &list->children[list->len];

		if (element.len == 0) {
			complain(c, list->file, 0, 0, "%s: an element of the list is empty: write [A, B]", o->path);
			return false;
		}
		*n = (struct yaml_node){ .kind = YAML_SCALAR, .file = list->file, .value = bare(element, &n->quoted) };
		if (n->value == NULL)
			break;
		list->len++;
	}
	if (list->children == NULL || text.len > 0)
		complain(c, list->file, 0, 0, "not enough memory");
	return list->children != NULL && text.len == 0;
}

static bool
take_list(const struct option *o, struct settings *s, struct bytes text, const char *place, struct complaints *c)
{
	struct yaml_node list = { .kind = YAML_LIST, .file = place };
	bool opened = bytes_starts(text, BYTES("[")), closed = bytes_ends_nocase(text, BYTES("]")), fine;

	if (opened != closed && (opened || o->kind != OPTION_TEXTS)) {
		complain(c, place, 0, 0, "%s: a bracket is missing: write [A, B]", o->path);
		return false;
	}
	if (opened)
		text = bytes_trim(bytes_first(bytes_skip(text, 1), text.len - 2));
	fine = split(&list, text, o, c) && option_take(o, s, &list, c);
	free_children(&list);
	return fine;
}

bool
option_take_text(const struct option *o, struct settings *s, const char *text, const char *place, struct complaints *c)
{
	struct yaml_node scalar = { .kind = YAML_SCALAR, .file = place };
	bool fine;

	if (option_is_list(o))
		return take_list(o, s, bytes_trim(bytes_str(text)), place, c);
	scalar.value = bare(bytes_str(text), &scalar.quoted);
	if (scalar.value == NULL) {
		complain(c, place, 0, 0, "not enough memory");
		return false;
	}
	fine = option_take(o, s, &scalar, c);
	free(scalar.value);
	return fine;
}
