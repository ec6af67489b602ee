/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/lines.h"

#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"

/* A line is written after this long, or when so many octets wait. */
#define SOON_USEC 20000
#define AT_ONCE 65536

/* After an error such as a full disk. */
#define LATER_USEC 1000000

struct lines {
	char *name;
	int fd;
	bool waits;          /* a pipe, socket or terminal: writing may block */
	bool broken;         /* the reader is gone for good */
	int last_errno;      /* what was logged last */
	struct buffer text;
	size_t written;      /* of text */
	uint64_t lines_in_text;
	struct event *soon;
	struct sink_counters counters;
};

static void
later(struct lines *l, long usec)
{
	struct timeval tv = { .tv_sec = usec / 1000000, .tv_usec = usec % 1000000 };

	if (!event_pending(l->soon, EV_TIMEOUT, NULL))
		(void)event_add(l->soon, &tv);
}

static void
find_nature(struct lines *l)
{
	struct stat st;

	l->waits = fstat(l->fd, &st) != 0 || !S_ISREG(st.st_mode);
}

static bool
would_block(const struct lines *l)
{
	struct pollfd p = { .fd = l->fd, .events = POLLOUT };

	return l->waits && (poll(&p, 1, 0) != 1 || (p.revents & (POLLOUT | POLLERR | POLLHUP)) == 0);
}

static void
give_up(struct lines *l)
{
	l->broken = true;
	l->counters.refused += l->lines_in_text;
	l->lines_in_text = 0;
	l->written = 0;
	buffer_clear(&l->text);
}

static void
on_error(struct lines *l)
{
	l->counters.errors++;
	if (errno != l->last_errno)
		log_error("publish", "%s: %s", l->name, strerror(errno));
	l->last_errno = errno;
	if (errno == EPIPE)
		give_up(l);
	else
		later(l, LATER_USEC);
}

/* Writes as much as goes without waiting. A pipe that polls writable takes PIPE_BUF octets at least. */
static void
flush(struct lines *l)
{
	while (l->written < l->text.len) {
		size_t n = l->text.len - l->written;
		ssize_t done;

		if (would_block(l)) {
			later(l, SOON_USEC);
			return;
		}
		if (l->waits && n > PIPE_BUF)
			n = PIPE_BUF;
		done = write(l->fd, l->text.at + l->written, n);
		if (done < 0) {
			if (errno != EINTR && errno != EAGAIN) {
				on_error(l);
				return;
			}
			continue;
		}
		l->last_errno = 0;
		l->written += (size_t)done;
	}
	l->counters.published += l->lines_in_text;
	l->lines_in_text = 0;
	l->written = 0;
	buffer_reset(&l->text);
}

static void
on_soon(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

struct lines *
lines_new(struct event_base *base, int fd, const char *name, size_t ceiling)
{
	struct lines *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->name = strdup(name);
	l->soon = evtimer_new(base, on_soon, l);
	if (l->name == NULL || l->soon == NULL) {
		free(l->name);
		if (l->soon != NULL)
			event_free(l->soon);
		free(l);
		return NULL;
	}
	l->fd = fd;
	buffer_init(&l->text, ceiling);
	find_nature(l);
	return l;
}

/* Takes what was written off the front, so that its room can be used again. */
static void
compact(struct lines *l)
{
	if (l->written < l->text.len / 2)
		return;
	memmove(l->text.at, l->text.at + l->written, l->text.len - l->written);
	l->text.len -= l->written;
	l->written = 0;
}

enum sink_result
lines_put(struct lines *l, struct bytes line)
{
	if (!l->broken && l->written > 0 && l->text.ceiling - l->text.len <= line.len)
		compact(l);
	if (l->broken || l->text.ceiling - l->text.len <= line.len) {
		l->counters.refused++;
		return SINK_REFUSED;
	}
	if (!buffer_append(&l->text, line) || !buffer_append_octet(&l->text, '\n')) {
		/* Memory ran out in the middle of a line: the half is taken back. */
		while (l->text.len > l->written && l->text.at[l->text.len - 1] != '\n')
			l->text.len--;
		l->text.cut = false;
		l->counters.refused++;
		return SINK_REFUSED;
	}
	l->counters.taken++;
	l->lines_in_text++;
	if (l->text.len - l->written >= AT_ONCE)
		flush(l);
	else
		later(l, SOON_USEC);
	return SINK_TAKEN;
}

void
lines_move(struct lines *l, int fd)
{
	flush(l);
	(void)close(l->fd);
	l->fd = fd;
	l->broken = false;
	l->last_errno = 0;
	find_nature(l);
}

bool
lines_drained(const struct lines *l)
{
	return l->text.len == l->written;
}

struct sink_counters
lines_counters(const struct lines *l)
{
	struct sink_counters n = l->counters;

	n.waiting = l->lines_in_text;
	n.waiting_bytes = l->text.len - l->written;
	n.room = l->text.ceiling;
	n.connected = !l->broken;
	return n;
}

void
lines_free(struct lines *l)
{
	if (l == NULL)
		return;
	flush(l);
	event_free(l->soon);
	(void)close(l->fd);
	buffer_clear(&l->text);
	free(l->name);
	free(l);
}
