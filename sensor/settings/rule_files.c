/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/rule_files.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/builtin_rules.h"
#include "settings/forward_rules_yaml.h"
#include "settings/layer.h"
#include "settings/nearest.h"
#include "settings/user_rules_yaml.h"

#define FILES_MAX 256

struct reading {
	struct settings *settings;
	struct complaints *complaints;
	char *files[FILES_MAX]; /* read so far, in order */
	size_t count;
	bool forwarding;        /* one of them holds rules on it */
};

static void
read_user_rules(struct reading *r, const struct yaml_node *list)
{
	if (list->kind == YAML_LIST)
		user_rules_read(list, r->settings->detect.user_rules.rules, r->complaints);
	else if (list->kind != YAML_NULL)
		complain(r->complaints, list->file, list->line, list->column,
		    "\"rules\" takes a list of rules: begin each with \"- name: NAME\"");
}

static void
read_tree(struct reading *r, struct yaml_node *root)
{
	const struct yaml_node *rules = root == NULL ? NULL : yaml_child(root, "rules");

	if (root != NULL) {
		r->forwarding |= yaml_child(root, "forwarding") != NULL;
		(void)forward_rules_read(root, &r->settings->forward_rules, r->complaints);
	}
	if (rules != NULL)
		read_user_rules(r, rules);
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

/* A name that is no pattern must be a rule's. */
static void
say_no_rule(const struct reading *r, const char *name)
{
	const struct option_origin *origin =
	    layer_origin_of(r->settings, option_find("detect.user_rules.enable"));
	const struct user_rules *rules = r->settings->detect.user_rules.rules;
	struct nearest near;

	nearest_init(&near, name);
	for (size_t i = 0; i < rules->len; i++)
		nearest_offer(&near, rules->at[i].name);
	complain(r->complaints, origin->command_line ? "--set detect.user_rules.enable" : r->settings->file,
	    origin->line, origin->column, "detect.user_rules.enable: no rule has the name \"%.60s\"%s%s%s", name,
	    near.word != NULL ? ": did you mean \"" : "", near.word != NULL ? near.word : "",
	    near.word != NULL ? "\"?" : "");
}

/* Switches on what detect.user_rules.enable names. */
static void
enable(const struct reading *r)
{
	const struct user_rules_settings *settings = &r->settings->detect.user_rules;

	for (size_t i = 0; i < settings->enable.len; i++) {
		const char *pattern = settings->enable.at[i];
		bool found = strpbrk(pattern, "*?[") != NULL;

		for (size_t k = 0; k < settings->rules->len; k++) {
			struct user_rule *rule = &settings->rules->at[k];

			if (rule->name == NULL || fnmatch(pattern, rule->name, 0) != 0)
				continue;
			rule->enabled = found = true;
		}
		if (!found)
			say_no_rule(r, pattern);
	}
}

bool
rule_files_read(struct settings *s, struct complaints *c)
{
	struct reading r = { .settings = s, .complaints = c };
	const struct option_origin *origin = layer_origin_of(s, option_find("include"));
	bool is_default = origin->line == 0 && !origin->command_line;
	unsigned before = c->count;

	s->detect.user_rules.rules = calloc(1, sizeof(*s->detect.user_rules.rules));
	if (s->detect.user_rules.rules == NULL) {
		complain(c, "rules", 0, 0, "not enough memory");
		return false;
	}
	/* Without a configuration file there is no directory for the default pattern to be relative to. */
	for (size_t i = 0; i < s->include.len && !(is_default && s->file[0] == '\0'); i++)
		read_pattern(&r, origin, s->include.at[i]);
	if (c->count == before)
		enable(&r);
	if ((r.count == 0 || s->detect.user_rules.rules->len > 0) && !r.forwarding && c->count == before)
		read_tree(&r, yaml_parse(builtin_rules(), "built-in rules", c));
	s->rules_from = joined(&r);
	for (size_t i = 0; i < r.count; i++)
		free(r.files[i]);
	return c->count == before;
}
