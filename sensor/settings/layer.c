/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/nearest.h"

#define WORD_MAX 64 /* of a path between two dots */
#define PATH_ROOM 256
#define SIBLINGS_MAX 64 /* keys of one section */

struct option_origin *
layer_origin_of(const struct settings *s, const struct option *o)
{
	return &s->origins[o - options];
}

bool
layer_defaults(struct settings *s, struct complaints *c)
{
	unsigned before = c->count;

	for (size_t i = 0; i < option_count; i++) {
		s->origins[i] = (struct option_origin){ 0, 0, false };
		(void)option_take_text(&options[i], s, options[i].standard, options[i].path, c);
	}
	return c->count == before;
}

/* The keys that may stand in a section ("" is the top), each once, in the order of the table; returns how many. */
static size_t
keys_of(const char *section, char words[SIBLINGS_MAX][WORD_MAX])
{
	size_t len = strlen(section), count = 0, skip = len == 0 ? 0 : len + 1;

	for (size_t i = 0; i < option_count && count < SIBLINGS_MAX; i++) {
		const char *path = options[i].path;

		if (strncmp(path, section, len) != 0 || (len > 0 && path[len] != '.'))
			continue;
		snprintf(words[count], WORD_MAX, "%.*s", (int)strcspn(path + skip, "."), path + skip);
		if (count == 0 || strcmp(words[count], words[count - 1]) != 0)
			count++;
	}
	return count;
}

static const char *
last_word(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL ? dot + 1 : path;
}

/* The option whose last word is nearest to this one, or NULL: the right key in the wrong place. */
static const struct option *
elsewhere(const char *word)
{
	const struct option *found = NULL;
	struct nearest n;

	nearest_init(&n, word);
	for (size_t i = 0; i < option_count; i++) {
		const char *before = n.word;

		nearest_offer(&n, last_word(options[i].path));
		if (n.word != before)
			found = &options[i];
	}
	return found;
}

/* The keys of a section as "a, b, c". */
static void
list_keys(const char *section, struct buffer *out)
{
	char words[SIBLINGS_MAX][WORD_MAX];
	size_t count = keys_of(section, words);

	for (size_t i = 0; i < count; i++) {
		(void)buffer_append(out, bytes_str(i == 0 ? "" : ", "));
		(void)buffer_append(out, bytes_str(words[i]));
	}
}

static void
complain_of_key(const struct yaml_node *n, const char *section, struct complaints *c)
{
	char words[SIBLINGS_MAX][WORD_MAX], whole[PATH_ROOM];
	size_t count = keys_of(section, words);
	const char *dot = section[0] == '\0' ? "" : ".";
	const struct option *other = elsewhere(n->key);
	struct nearest near;
	struct buffer list;

	nearest_init(&near, n->key);
	for (size_t i = 0; i < count; i++)
		nearest_offer(&near, words[i]);
	snprintf(whole, sizeof(whole), "%s%s%.100s", section, dot, n->key);
	if (option_find(whole) != NULL || option_is_section(whole)) {
		complain(c, n->file, n->key_line, n->key_column,
		    "\"%s\" is written nested: \"%.*s:\", and the rest below it, indented", n->key,
		    (int)strcspn(n->key, "."), n->key);
	} else if (near.word != NULL) {
		complain(c, n->file, n->key_line, n->key_column, "unknown key \"%s\": did you mean \"%s%s%s\"?", whole,
		    section, dot, near.word);
	} else if (other != NULL) {
		complain(c, n->file, n->key_line, n->key_column, "unknown key \"%s\": did you mean \"%s\"?", whole,
		    other->path);
	} else {
		buffer_init(&list, 2048);
		list_keys(section, &list);
		complain(c, n->file, n->key_line, n->key_column, "unknown key \"%s\": known here are %.*s", whole,
		    (int)list.len, (const char *)list.at);
		buffer_clear(&list);
	}
}

static void
take_option(struct settings *s, const struct option *o, const struct yaml_node *n, struct complaints *c)
{
	if (option_take(o, s, n, c))
		*layer_origin_of(s, o) = (struct option_origin){ n->key_line, n->key_column, false };
}

/* As deep as the table's paths: a deeper key is unknown. */
static void
take_section(struct settings *s, const struct yaml_node *map, const char *section, struct complaints *c)
{
	for (size_t i = 0; i < map->len; i++) {
		const struct yaml_node *n = &map->children[i];
		const struct option *o;
		char path[PATH_ROOM];
		int len = snprintf(path, sizeof(path), "%s%s%s", section, section[0] == '\0' ? "" : ".", n->key);
		bool dotted = strchr(n->key, '.') != NULL;

		o = len < PATH_ROOM && !dotted ? option_find(path) : NULL;
		if (o != NULL)
			take_option(s, o, n, c);
		else if (len >= PATH_ROOM || dotted || !option_is_section(path))
			complain_of_key(n, section, c);
		else if (n->kind == YAML_MAP)
			take_section(s, n, path, c);
		else if (n->kind != YAML_NULL)
			complain(c, n->file, n->line, n->column,
			    "%s is a section: its keys stand below it, indented, each with its value", path);
	}
}

bool
layer_file(struct settings *s, const struct yaml_node *root, struct complaints *c)
{
	unsigned before = c->count;

	take_section(s, root, "", c);
	return c->count == before;
}

static void
complain_of_path(const char *path, const char *place, struct complaints *c)
{
	const struct option *other = elsewhere(last_word(path));
	struct nearest near;
	struct buffer list;

	nearest_init(&near, path);
	for (size_t i = 0; i < option_count; i++)
		nearest_offer(&near, options[i].path);
	if (option_is_section(path)) {
		buffer_init(&list, 2048);
		list_keys(path, &list);
		complain(c, place, 0, 0, "%s is a section: name one of its keys after a dot: %.*s", path, (int)list.len,
		    (const char *)list.at);
		buffer_clear(&list);
	} else if (near.word != NULL) {
		complain(c, place, 0, 0, "unknown key \"%.100s\": did you mean \"%s\"?", path, near.word);
	} else if (other != NULL) {
		complain(c, place, 0, 0, "unknown key \"%.100s\": did you mean \"%s\"?", path, other->path);
	} else {
		complain(c, place, 0, 0, "unknown key \"%.100s\": mailtapd -t prints all of them", path);
	}
}

bool
layer_set(struct settings *s, const char *set, struct complaints *c)
{
	size_t key_len = strcspn(set, "=");
	const struct option *o;
	unsigned before = c->count;
	char path[PATH_ROOM], place[PATH_ROOM];

	snprintf(place, sizeof(place), "--set %.200s", set);
	snprintf(path, sizeof(path), "%.*s", (int)(key_len < PATH_ROOM ? key_len : PATH_ROOM - 1), set);
	o = option_find(path);
	if (o == NULL)
		complain_of_path(path, place, c);
	else if (set[key_len] != '=')
		complain(c, place, 0, 0, "no value: write --set %s=VALUE", path);
	else if (option_take_text(o, s, set + key_len + 1, place, c))
		*layer_origin_of(s, o) = (struct option_origin){ 0, 0, true };
	return c->count == before;
}

void
layer_origin(const struct settings *s, const struct option *o, struct buffer *out)
{
	const struct option_origin *origin = layer_origin_of(s, o);
	const char *slash = strrchr(s->file, '/');
	char text[32];

	if (origin->command_line || origin->line == 0) {
		(void)buffer_append(out, bytes_str(origin->command_line ? "command line" : "default"));
		return;
	}
	snprintf(text, sizeof(text), ":%u", origin->line);
	(void)buffer_append(out, bytes_str(slash != NULL ? slash + 1 : s->file));
	(void)buffer_append(out, bytes_str(text));
}
