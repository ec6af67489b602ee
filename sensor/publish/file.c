/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "publish/lines.h"

/* Octets that may wait for a slow reader, or a full disk. */
#define CEILING (64u << 20)

struct file {
	struct lines *lines;
	unsigned what; /* of enum publish_what */
};

static int
open_path(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640);
}

static void *
make(const struct sink_context *context, int fd, const char *name, unsigned what, char *error, size_t error_room)
{
	struct file *f = calloc(1, sizeof(*f));

	if (f != NULL)
		f->lines = lines_new(context->base, fd, name, CEILING);
	if (f == NULL || f->lines == NULL) {
		snprintf(error, error_room, "%s: not enough memory", name);
		(void)close(fd);
		free(f);
		return NULL;
	}
	f->what = what;
	return f;
}

static bool
file_enabled(const struct sink_context *context)
{
	return context->settings->file.path[0] != '\0';
}

static void *
file_open(const struct sink_context *context, char *error, size_t error_room)
{
	const char *path = context->settings->file.path;
	int fd = open_path(path);

	if (fd < 0) {
		snprintf(error, error_room, "publish.file.path %s: %s: create its directory, or name another file", path,
		    strerror(errno));
		return NULL;
	}
	return make(context, fd, path, context->settings->file.what, error, error_room);
}

static bool
print_enabled(const struct sink_context *context)
{
	return context->print != 0;
}

static void *
print_open(const struct sink_context *context, char *error, size_t error_room)
{
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

	if (fd < 0) {
		snprintf(error, error_room, "--print: standard output: %s", strerror(errno));
		return NULL;
	}
	return make(context, fd, "standard output", context->print, error, error_room);
}

static enum sink_result
file_take(void *self, const struct document *d)
{
	struct file *f = self;

	if ((f->what & (d->is_alert ? PUBLISH_ALERTS : PUBLISH_EVENTS)) == 0)
		return SINK_TAKEN;
	return lines_put(f->lines, d->json);
}

/* After a rotation: the path names another file now. When it cannot be opened, the old one serves on. */
static void
file_reopen(void *self, const struct sink_context *context)
{
	struct file *f = self;
	const char *path = context->settings->file.path;
	int fd = path[0] == '\0' ? -1 : open_path(path);

	f->what = context->settings->file.what;
	if (fd < 0)
		log_error("publish", "publish.file.path %s: %s; the file opened before is written on", path,
		    path[0] == '\0' ? "is empty" : strerror(errno));
	else
		lines_move(f->lines, fd);
}

static bool
file_drained(const void *self)
{
	return lines_drained(((const struct file *)self)->lines);
}

static struct sink_counters
file_counters(const void *self)
{
	return lines_counters(((const struct file *)self)->lines);
}

static void
file_close(void *self)
{
	struct file *f = self;

	lines_free(f->lines);
	free(f);
}

const struct sink sink_file = {
	.name = "file",
	.help = "JSON lines into a file",
	.enabled = file_enabled,
	.open = file_open,
	.take = file_take,
	.reopen = file_reopen,
	.drained = file_drained,
	.counters = file_counters,
	.close = file_close,
};

const struct sink sink_print = {
	.name = "print",
	.help = "JSON lines on standard output",
	.enabled = print_enabled,
	.open = print_open,
	.take = file_take,
	.drained = file_drained,
	.counters = file_counters,
	.close = file_close,
};
