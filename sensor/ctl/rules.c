/* SPDX-License-Identifier: Apache-2.0
 *
 * rules test: what the rules of a file would have said of a capture, switched off ones too: the daemon that stands
 * beside this program reads the capture with them, and its alerts are shown. rules fields: what rules can ask for.
 * check: a configuration or rule file, without a daemon.
 */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/alert_text.h"
#include "settings/user_rules_yaml.h"

#define ENABLE_ALL "detect.user_rules.enable=*"

static void
say(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s\n", line);
}

/* "include=FILE"; newly allocated, NULL (said) when memory is short. */
static char *
include_of(const char *file)
{
	char *set;

	if (asprintf(&set, "include=%s", file) >= 0)
		return set;
	fprintf(stderr, "mailtapctl: not enough memory\n");
	return NULL;
}

/* A rule file by what it holds: a configuration has neither of these keys. */
static bool
is_rule_file(const char *path)
{
	struct complaints silent = { 0 };
	struct yaml_node *root = yaml_read(path, &silent);
	bool is = root != NULL && (yaml_child(root, "rules") != NULL || yaml_child(root, "forwarding") != NULL);

	yaml_node_free(root);
	return is;
}

/* The settings with only this file's rules; NULL after complaints. */
static struct settings *
with_rules_of(const struct ctl *c, const char *file, bool all_on)
{
	struct complaints complaints = { .say = say };
	char *include = include_of(file);
	const char *sets[] = { include, ENABLE_ALL };
	struct settings *s = include == NULL ? NULL : settings_load(c->config, sets, all_on ? 2 : 1, &complaints);

	free(include);
	return s;
}

int
ctl_check(const struct ctl *c)
{
	const char *file = c->argv[0];
	struct complaints complaints = { .say = say };
	bool rules = is_rule_file(file);
	struct settings *s = rules ? with_rules_of(c, file, false) : settings_load(file, NULL, 0, &complaints);

	if (s == NULL)
		return CTL_WRONG;
	if (rules && s->detect.user_rules.rules->len > 0)
		printf("%s: fine: %zu rules, %zu of them on\n", file, s->detect.user_rules.rules->len,
		    user_rules_enabled(s->detect.user_rules.rules));
	else
		printf("%s: fine\n", file);
	settings_free(s);
	return CTL_DONE;
}

/* "session,message" */
static void
print_datasets(unsigned of)
{
	bool first = true;

	for (enum observation_kind kind = OBSERVED_SESSION; kind <= OBSERVED_LOSS; kind++) {
		if ((of & EVENT_KIND(kind)) == 0)
			continue;
		printf("%s%s", first ? "" : ",", event_dataset_name(kind));
		first = false;
	}
	putchar('\n');
}

int
ctl_rules_fields(const struct ctl *c)
{
	(void)c;
	for (const struct event_field *f = event_fields; f->path != NULL; f++) {
		printf("%-40s %-13s ", f->path, event_field_kind_name(f->kind));
		if (f->of == EVENT_KINDS)
			puts("all");
		else
			print_datasets(f->of);
	}
	return CTL_DONE;
}

/* --- rules test --- */

struct test {
	const struct ctl *ctl;
	const struct user_rules *rules;
	unsigned long long *said; /* alerts per rule */
};

/* Becomes the daemon: the one beside this program, the installed one, or the one on the path. */
static void
become_daemon(char *const *argv)
{
	static const char *const places[] = { "mailtapd", "../sbin/mailtapd" };
	char own[4096] = "", path[4200];
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	const char *folder = len > 0 ? dirname(own) : ".";

	for (size_t i = 0; len > 0 && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, places[i]);
		(void)execv(path, argv);
	}
	(void)execvp("mailtapd", argv);
	fprintf(stderr, "mailtapctl: mailtapd: %s\n", strerror(errno));
	_exit(127);
}

/* Starts it with its output in *out; -1 (said) when that fails. */
static pid_t
start_daemon(const struct ctl *c, char *include, FILE **out)
{
	char *argv[] = { "mailtapd", "-r", c->argv[1], "--print", "alerts", "--set", include, "--set", ENABLE_ALL,
		"--set", "publish.redis.enabled=false", "--set", "publish.file.path=", c->config != NULL ? "-c" : NULL,
		(char *)(uintptr_t)c->config, NULL };
	int ends[2];
	pid_t child = -1;

	if (pipe(ends) == 0 && (child = fork()) == 0) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)close(ends[1]);
		become_daemon(argv);
	}
	if (child < 0) {
		fprintf(stderr, "mailtapctl: %s\n", strerror(errno));
		return -1;
	}
	(void)close(ends[1]);
	*out = fdopen(ends[0], "r");
	return child;
}

/* Shows the alert if one of the rules raised it. */
static void
take_line(struct test *t, struct bytes line)
{
	json_t *event = json_loadb((const char *)line.at, line.len, 0, NULL);
	const char *name = json_string_value(json_object_get(json_object_get(event, "rule"), "name"));

	for (size_t i = 0; name != NULL && i < t->rules->len; i++) {
		if (strcmp(t->rules->at[i].name, name) != 0)
			continue;
		alert_text_print(t->ctl, line, false);
		t->said[i]++;
	}
	json_decref(event);
}

static void
print_sums(const struct test *t)
{
	for (size_t i = 0; i < t->rules->len && !t->ctl->json; i++) {
		const struct user_rule *r = &t->rules->at[i];

		printf("%s: ", r->name);
		if (t->said[i] == 0)
			puts("nothing");
		else
			printf("%llu alert%s\n", t->said[i], t->said[i] == 1 ? "" : "s");
	}
}

static int
run_test(struct test *t, char *include)
{
	FILE *out = NULL;
	pid_t child = start_daemon(t->ctl, include, &out);
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int status = 0;

	if (child < 0)
		return CTL_WRONG;
	while (out != NULL && (len = getline(&line, &room, out)) > 0)
		take_line(t, bytes_trim(bytes_of(line, (size_t)len)));
	free(line);
	if (out != NULL)
		(void)fclose(out);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	print_sums(t);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? CTL_DONE : CTL_WRONG;
}

int
ctl_rules_test(const struct ctl *c)
{
	struct settings *s = with_rules_of(c, c->argv[0], true);
	char *include = s == NULL ? NULL : include_of(c->argv[0]);
	struct test t = { .ctl = c };
	int status = CTL_WRONG;

	if (include != NULL) {
		t.rules = s->detect.user_rules.rules;
		t.said = calloc(t.rules->len + 1, sizeof(*t.said));
	}
	if (include != NULL && t.rules->len == 0)
		fprintf(stderr, "mailtapctl: %s: holds no rules: begin with \"rules:\"\n", c->argv[0]);
	else if (t.said != NULL)
		status = run_test(&t, include);
	free(t.said);
	free(include);
	settings_free(s);
	return status;
}
