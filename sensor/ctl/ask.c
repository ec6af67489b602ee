/* SPDX-License-Identifier: Apache-2.0
 *
 * status, stats, reload: asked of the daemon over its control socket.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/command.h"
#include "daemon/control.h"

#define PATIENCE_SECONDS 10

static int
connect_to(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = PATIENCE_SECONDS };
	int fd;

	if (path[0] == '\0' || strlen(path) >= sizeof(at.sun_path)) {
		fprintf(stderr, "mailtapctl: no control socket: set daemon.control.path, or use --socket\n");
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		return fd;
	}
	fprintf(stderr, "mailtapctl: %s: %s: %s\n", path, strerror(errno),
	    errno == EACCES ? "you must be root or of the group daemon.control.group" : "is mailtapd running?");
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* Sends the command and reads one line; NULL (said) when there is no answer. The caller frees. */
static char *
exchange(const char *path, const char *command)
{
	int fd = connect_to(path);
	FILE *talk = fd < 0 ? NULL : fdopen(fd, "r+");
	char *line = NULL;
	size_t room = 0;
	ssize_t got = -1;

	if (talk == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return NULL;
	}
	if (fprintf(talk, "{\"v\":%d,\"command\":\"%s\"}\n", CONTROL_VERSION, command) > 0 && fflush(talk) == 0)
		got = getline(&line, &room, talk);
	(void)fclose(talk);
	if (got <= 0) {
		fprintf(stderr, "mailtapctl: %s: no answer within %d s\n", path, PATIENCE_SECONDS);
		free(line);
		return NULL;
	}
	return line;
}

/* The answer's object under `command`, or NULL (said). */
static json_t *
ask(const struct ctl *c, const char *command, int *status)
{
	char *line = exchange(c->socket, command);
	json_t *answer = line == NULL ? NULL : json_loads(line, 0, NULL), *body;

	*status = CTL_UNREACHABLE;
	free(line);
	if (answer == NULL)
		return NULL;
	if (!json_is_true(json_object_get(answer, "ok"))) {
		const char *why = json_string_value(json_object_get(answer, "error"));

		fprintf(stderr, "mailtapctl: the daemon says: %s\n", why != NULL ? why : "no");
		*status = CTL_WRONG;
		json_decref(answer);
		return NULL;
	}
	*status = CTL_DONE;
	body = json_incref(json_object_get(answer, command));
	json_decref(answer);
	return body;
}

static void
print_value(const json_t *value)
{
	if (json_is_string(value))
		printf("%s", json_string_value(value));
	else if (json_is_integer(value))
		printf("%lld", (long long)json_integer_value(value));
	else
		printf("%s", json_is_true(value) ? "yes" : "no");
}

/* One line per member; the members of a list of objects stand on one line each. */
static void
print_object(json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		size_t i;
		json_t *entry;

		if (!json_is_array(value)) {
			printf("%-18s ", key);
			print_value(value);
			putchar('\n');
			continue;
		}
		json_array_foreach(value, i, entry) {
			const char *name;
			json_t *member;

			printf("%-18s", i == 0 ? key : "");
			json_object_foreach(entry, name, member) {
				printf(strcmp(name, "name") == 0 ? " " : "  %s ", name);
				print_value(member);
			}
			putchar('\n');
		}
	}
}

static int
show_answer(const struct ctl *c, const char *command)
{
	int status;
	json_t *body = ask(c, command, &status);
	char *text;

	if (body == NULL)
		return status;
	if (c->json) {
		text = json_dumps(body, JSON_COMPACT | JSON_PRESERVE_ORDER);
		puts(text != NULL ? text : "{}");
		free(text);
	} else {
		print_object(body);
	}
	json_decref(body);
	return CTL_DONE;
}

int
ctl_status(const struct ctl *c)
{
	return show_answer(c, "status");
}

int
ctl_stats(const struct ctl *c)
{
	return show_answer(c, "stats");
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* One mail server a line; inside the organisation first. */
int
ctl_services(const struct ctl *c)
{
	int status;
	json_t *body, *list, *s;
	size_t i;

	if (c->json)
		return show_answer(c, "services");
	body = ask(c, "services", &status);
	if (body == NULL)
		return status;
	list = json_object_get(body, "services");
	printf("%-28s %-11s %-8s %-18s %-8s %8s %9s %12s  %s\n", "SERVER", "PROTOCOL", "TLS", "SOFTWARE", "WHERE", "CLIENTS",
	    "SESSIONS", "BYTES", "LAST SEEN");
	for (int inside = 1; inside >= 0; inside--)
		json_array_foreach(list, i, s) {
			if (json_is_true(json_object_get(s, "internal")) != (inside == 1))
				continue;
			printf("%-28s %-11s %-8s %-18s %-8s %8lld %9lld %12lld  %s\n", text_of(s, "server"), text_of(s, "protocol"),
			    text_of(s, "encryption"), text_of(s, "software"), inside ? "inside" : "outside",
			    (long long)json_integer_value(json_object_get(s, "clients")),
			    (long long)json_integer_value(json_object_get(s, "sessions")),
			    (long long)json_integer_value(json_object_get(s, "bytes")), text_of(s, "last_seen"));
		}
	if (json_integer_value(json_object_get(body, "more")) > 0)
		printf("and %lld more, not seen for longer\n", (long long)json_integer_value(json_object_get(body, "more")));
	json_decref(body);
	return CTL_DONE;
}

int
ctl_reload(const struct ctl *c)
{
	return show_answer(c, "reload");
}
