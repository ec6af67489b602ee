/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "base/text.h"

#define LINE_MAX_OCTETS 2048

static enum log_target target = LOG_TO_STDERR;
static _Atomic enum log_level most = LOG_LEVEL_INFO; /* set on the main thread, read on each */

void
log_open(enum log_target where, enum log_level level)
{
	target = where;
	most = level;
	if (target == LOG_TO_SYSLOG)
		openlog("mailtapd", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void
log_set_level(enum log_level level)
{
	most = level;
}

/* U+0080 to U+009F: valid UTF-8, but some terminals obey them as they obey ESC. */
static bool
is_control(struct bytes sequence)
{
	return sequence.len == 2 && sequence.at[0] == 0xc2 && sequence.at[1] < 0xa0;
}

/* Valid UTF-8 stays unless it is a control, everything else is escaped: a log line is one line, whatever is in it. */
static void
escape(struct buffer *out, struct bytes in)
{
	while (in.len > 0 && !out->cut) {
		struct bytes piece = bytes_first(in, text_sequence(in));

		if (piece.len <= 1 || is_control(piece)) {
			piece.len = 1;
			text_append_escaped(out, bytes_first(in, 1));
		} else if (piece.len <= out->ceiling - out->len) {
			(void)buffer_append(out, piece);
		} else {
			out->cut = true;
		}
		in = bytes_skip(in, piece.len);
	}
}

static void
write_line(enum log_level level, const char *subsystem, const char *format, va_list args)
{
	static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
	int saved = errno, len;
	char raw[LINE_MAX_OCTETS];
	uint8_t room[LINE_MAX_OCTETS];
	/* As large as its ceiling from the start: that memory is short can still be said. */
	struct buffer line = { .at = room, .room = sizeof(room), .ceiling = sizeof(room) };

	if (level > most)
		return;
	len = vsnprintf(raw, sizeof(raw), format, args);
	if (len < 0)
		len = 0;
	if ((size_t)len >= sizeof(raw))
		len = (int)sizeof(raw) - 1;
	(void)buffer_append(&line, bytes_str(subsystem));
	(void)buffer_append(&line, BYTES(": "));
	escape(&line, bytes_of(raw, (size_t)len));
	if (target == LOG_TO_SYSLOG)
		syslog(priorities[level], "%.*s", (int)line.len, (const char *)line.at);
	else
		fprintf(stderr, "mailtapd: %.*s\n", (int)line.len, (const char *)line.at);
	errno = saved;
}

#define WRITE(level)                                                                                                   \
	va_list args;                                                                                                  \
                                                                                                                       \
	va_start(args, format);                                                                                        \
	write_line(level, subsystem, format, args);                                                                    \
	va_end(args)

void
log_error(const char *subsystem, const char *format, ...)
{
	WRITE(LOG_LEVEL_ERROR);
}

void
log_warning(const char *subsystem, const char *format, ...)
{
	WRITE(LOG_LEVEL_WARNING);
}

void
log_info(const char *subsystem, const char *format, ...)
{
	WRITE(LOG_LEVEL_INFO);
}

void
log_debug(const char *subsystem, const char *format, ...)
{
	WRITE(LOG_LEVEL_DEBUG);
}

void
log_fatal(int status, const char *subsystem, const char *format, ...)
{
	WRITE(LOG_LEVEL_ERROR);
	exit(status);
}
