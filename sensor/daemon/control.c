/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS_MAX 16

/* A client that neither asks nor reads for this long is let go. */
#define PATIENCE_SECONDS 60

struct client {
	struct control *control;
	struct bufferevent *io;
	struct client *next;
};

struct control {
	struct event_base *base;
	struct evconnlistener *listener;
	char *path;
	control_handler *answer;
	void *arg;
	struct client *clients;
	unsigned client_count;
};

static void
client_free(struct client *gone)
{
	struct control *c = gone->control;

	for (struct client **at = &c->clients; *at != NULL; at = &(*at)->next) {
		if (*at == gone) {
			*at = gone->next;
			break;
		}
	}
	c->client_count--;
	bufferevent_free(gone->io);
	free(gone);
}

/* {"v":1,"ok":...}: takes over `body`, which stands under `key`. */
static void
reply(struct client *to, bool ok, const char *key, json_t *body)
{
	json_t *whole = json_pack("{s:i,s:b,s:o}", "v", CONTROL_VERSION, "ok", ok ? 1 : 0, key, body);
	char *text = whole == NULL ? NULL : json_dumps(whole, JSON_COMPACT | JSON_PRESERVE_ORDER);

	if (text != NULL)
		(void)evbuffer_add_printf(bufferevent_get_output(to->io), "%s\n", text);
	free(text);
	json_decref(whole);
}

static void
refuse(struct client *to, const char *why)
{
	reply(to, false, "error", json_string(why));
}

static void
on_line(struct client *from, const char *line, size_t len)
{
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL), *body;
	const char *command = json_string_value(json_object_get(request, "command"));
	char error[256] = "no answer", *answer;

	if (json_integer_value(json_object_get(request, "v")) != CONTROL_VERSION || command == NULL) {
		refuse(from, "say {\"v\":1,\"command\":\"status\"}");
	} else {
		answer = from->control->answer(from->control->arg, command, error, sizeof(error));
		body = answer == NULL ? NULL : json_loads(answer, 0, NULL);
		if (body != NULL)
			reply(from, true, command, body);
		else
			refuse(from, error);
		free(answer);
	}
	json_decref(request);
}

static void
on_read(struct bufferevent *io, void *arg)
{
	struct client *from = arg;
	struct evbuffer *in = bufferevent_get_input(io);
	char *line;
	size_t len;

	/* A client that asks faster than it reads the answers waits until it has read them. */
	while (evbuffer_get_length(bufferevent_get_output(io)) < CONTROL_LINE_MAX &&
	    (line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF)) != NULL) {
		on_line(from, line, len);
		free(line);
	}
	if (evbuffer_get_length(in) >= CONTROL_LINE_MAX)
		client_free(from);
}

static void
on_written(struct bufferevent *io, void *arg)
{
	if (evbuffer_get_length(bufferevent_get_input(io)) > 0)
		on_read(io, arg);
}

static void
on_event(struct bufferevent *io, short what, void *arg)
{
	(void)io;
	(void)what;
	client_free(arg);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int len, void *arg)
{
	struct control *c = arg;
	struct client *fresh = c->client_count < CLIENTS_MAX ? calloc(1, sizeof(*fresh)) : NULL;
	struct timeval patience = { .tv_sec = PATIENCE_SECONDS };

	(void)listener;
	(void)address;
	(void)len;
	if (fresh != NULL)
		fresh->io = bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (fresh == NULL || fresh->io == NULL) {
		free(fresh);
		(void)close(fd);
		return;
	}
	fresh->control = c;
	fresh->next = c->clients;
	c->clients = fresh;
	c->client_count++;
	bufferevent_setcb(fresh->io, on_read, on_written, on_event, fresh);
	bufferevent_setwatermark(fresh->io, EV_READ, 0, CONTROL_LINE_MAX);
	(void)bufferevent_set_timeouts(fresh->io, &patience, &patience);
	(void)bufferevent_enable(fresh->io, EV_READ | EV_WRITE);
}

/* Whether somebody answers on the socket that stands at this path. */
static bool
is_alive(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive = fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0;

	if (fd >= 0)
		(void)close(fd);
	return alive;
}

/* A bound socket with its mode and group, or -1 with a line in error. */
static int
bind_socket(const char *path, uid_t owner, gid_t group, char *error, size_t error_room)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct stat st;
	mode_t mask;
	int fd, bound;

	if (strlen(path) >= sizeof(at.sun_path)) {
		snprintf(error, error_room, "daemon.control.path %s: longer than a socket's path may be", path);
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path));
	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		snprintf(error, error_room, "daemon.control.path %s: something else stands there", path);
		return -1;
	}
	if (is_alive(&at)) {
		snprintf(error, error_room, "daemon.control.path %s: another mailtapd answers there", path);
		return -1;
	}
	(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0117);
	bound = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)&at, sizeof(at));
	(void)umask(mask);
	if (bound != 0 || ((owner != (uid_t)-1 || group != (gid_t)-1) && chown(path, owner, group) != 0)) {
		snprintf(error, error_room,
		    "daemon.control.path %s: %s: create its directory, or set another path (empty: none)", path,
		    strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	return fd;
}

struct control *
control_open(struct event_base *base, const char *path, uid_t owner, gid_t group, control_handler *answer, void *arg,
    char *error, size_t error_room)
{
	struct control *c = calloc(1, sizeof(*c));
	int fd = c == NULL ? -1 : bind_socket(path, owner, group, error, error_room);

	if (fd < 0) {
		free(c);
		return NULL;
	}
	c->base = base;
	c->answer = answer;
	c->arg = arg;
	c->path = strdup(path);
	c->listener = evconnlistener_new(base, on_accept, c, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16, fd);
	if (c->path == NULL || c->listener == NULL) {
		snprintf(error, error_room, "daemon.control.path %s: cannot listen: %s", path, strerror(errno));
		if (c->listener == NULL)
			(void)close(fd);
		control_close(c);
		return NULL;
	}
	return c;
}

void
control_close(struct control *c)
{
	if (c == NULL)
		return;
	while (c->clients != NULL)
		client_free(c->clients);
	if (c->listener != NULL)
		evconnlistener_free(c->listener);
	if (c->path != NULL)
		(void)unlink(c->path);
	free(c->path);
	free(c);
}
