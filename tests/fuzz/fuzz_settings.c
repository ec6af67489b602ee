/* SPDX-License-Identifier: Apache-2.0
 *
 * A configuration, a rule file and, when the input begins with "=", a --set. What is taken without complaint must be
 * printed so that it is taken again, and prints the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/forward_rules_yaml.h"
#include "settings/layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
hear(void *arg, const char *line)
{
	(void)arg;
	if (strlen(line) == 0)
		abort();
}

static struct settings *
fresh(void)
{
	struct complaints c = { .say = hear };
	struct settings *s = calloc(1, sizeof(*s));

	s->origins = calloc(option_count, sizeof(*s->origins));
	s->file = strdup("f");
	s->rules_from = strdup("none");
	if (!layer_defaults(s, &c))
		abort();
	return s;
}

static char *
printed(const struct settings *s, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	settings_print(s, out);
	fclose(out);
	return text;
}

/* The text up to the origins, which differ. */
static bool
same(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		size_t len = strcspn(a, "\n"), other = strcspn(b, "\n");
		const char *end = memrchr(a, '#', len);

		if (end == NULL && len != other)
			return false;
		if (strncmp(a, b, end == NULL ? len : (size_t)(end - a)) != 0)
			return false;
		a += len + 1;
		b += other + 1;
	}
	return *a == *b;
}

static void
read_back(const struct settings *s)
{
	struct complaints c = { .say = hear };
	struct settings *again = fresh();
	size_t len = 0, len_again = 0;
	char *text = printed(s, &len), *text_again;
	struct yaml_node *root = yaml_parse(bytes_of(text, len), "f", &c);

	if (root == NULL || !layer_file(again, root, &c))
		abort();
	text_again = printed(again, &len_again);
	if (!same(text, text_again))
		abort();
	yaml_node_free(root);
	settings_free(again);
	free(text);
	free(text_again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct complaints c = { .say = hear };
	struct forward_rules rules = { 0 };
	struct settings *s = fresh();
	struct yaml_node *root;

	complaints_hold(&c);
	if (size > 0 && data[0] == '=') {
		char *set = strndup((const char *)data + 1, size - 1);

		(void)layer_set(s, set, &c);
		free(set);
	} else if ((root = yaml_parse(bytes_of(data, size), "f", &c)) != NULL) {
		(void)layer_file(s, root, &c);
		if (c.count == 0)
			read_back(s);
		(void)forward_rules_read(root, &rules, &c);
		yaml_node_free(root);
	}
	complaints_release(&c);
	if (c.count == 0)
		read_back(s);
	forward_rules_clear(&rules);
	settings_free(s);
	return 0;
}
