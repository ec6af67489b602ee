/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/rule_files.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/builtin_rules.h"
#include "settings/forward_rules_yaml.h"
#include "settings/layer.h"

#define FILES_MAX 256

struct reading {
	struct settings *settings;
	struct complaints *complaints;
	char *files[FILES_MAX]; /* read so far, in order */
	size_t count;
};

static void
read_tree(struct reading *r, struct yaml_node *root)
{
	if (root != NULL)
		(void)forward_rules_read(root, &r->settings->forward_rules, r->complaints);
	yaml_node_free(root);
}

/* Each file once, however many patterns name it. */
static void
read_file(struct reading *r, const char *path)
{
	char *copy;

	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->files[i], path) == 0)
			return;
	copy = r->count < FILES_MAX ? strdup(path) : NULL;
	if (copy == NULL) {
		complain(
		    r->complaints, path, 0, 0, "left out: more than %d rule files, or not enough memory", FILES_MAX);
		return;
	}
	r->files[r->count++] = copy;
	complaints_hold(r->complaints);
	read_tree(r, yaml_read(path, r->complaints));
	complaints_release(r->complaints);
}

/* The pattern as glob(3) is to see it; newly allocated. */
static char *
placed(const struct reading *r, const struct option_origin *origin, const char *pattern)
{
	const char *slash = strrchr(r->settings->file, '/');
	char *whole = NULL;

	if (pattern[0] == '/' || origin->command_line || slash == NULL)
		return strdup(pattern);
	if (asprintf(&whole, "%.*s%s", (int)(slash - r->settings->file + 1), r->settings->file, pattern) < 0)
		return NULL;
	return whole;
}

static void
say_missing(struct reading *r, const struct option_origin *origin, const char *pattern)
{
	const char *file = origin->command_line ? "--set include" : r->settings->file;

	complain(r->complaints, file, origin->line, origin->column,
	    "include: \"%.200s\" is not there: create it, or name another file", pattern);
}

static void
read_pattern(struct reading *r, const struct option_origin *origin, const char *pattern)
{
	char *whole = placed(r, origin, pattern);
	glob_t found;
	int result = whole == NULL ? GLOB_NOSPACE : glob(whole, 0, NULL, &found);

	if (result == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			read_file(r, found.gl_pathv[i]);
	} else if (result == GLOB_NOSPACE) {
		complain(r->complaints, pattern, 0, 0, "not enough memory to look for it");
	} else if (strpbrk(pattern, "*?[") == NULL) {
		say_missing(r, origin, whole);
	}
	if (whole != NULL)
		globfree(&found);
	free(whole);
}

/* "a.yaml, b.yaml", or NULL when memory is short. */
static char *
joined(const struct reading *r)
{
	struct buffer text;
	char *out;

	buffer_init(&text, 4096);
	for (size_t i = 0; i < r->count; i++) {
		(void)buffer_append(&text, bytes_str(i == 0 ? "" : ", "));
		(void)buffer_append(&text, bytes_str(r->files[i]));
	}
	out = text.len == 0 ? strdup("built in") : strndup((const char *)text.at, text.len);
	buffer_clear(&text);
	return out;
}

bool
rule_files_read(struct settings *s, struct complaints *c)
{
	struct reading r = { .settings = s, .complaints = c };
	const struct option_origin *origin = layer_origin_of(s, option_find("include"));
	bool is_default = origin->line == 0 && !origin->command_line;
	unsigned before = c->count;

	/* Without a configuration file there is no directory for the default pattern to be relative to. */
	for (size_t i = 0; i < s->include.len && !(is_default && s->file[0] == '\0'); i++)
		read_pattern(&r, origin, s->include.at[i]);
	if (r.count == 0 && c->count == before)
		read_tree(&r, yaml_parse(builtin_rules(), "built-in rules", c));
	s->rules_from = joined(&r);
	for (size_t i = 0; i < r.count; i++)
		free(r.files[i]);
	return c->count == before;
}
