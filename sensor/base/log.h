/* SPDX-License-Identifier: Apache-2.0
 *
 * log: what the daemon tells its operator. One line each: subsystem first, wire text escaped here and nowhere else.
 * errno is the same after a call as before it. Not for the data path: there a failure is a counter.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG };

/* Before it is called, errors, warnings and information go to standard error. */
void log_open(enum log_target, enum log_level most);
void log_set_level(enum log_level most);

/* `subsystem` is a folder's name or a noun of it. `format` as printf, without a line end; the finished line is escaped
 * (text_append_escaped, but for valid UTF-8) and cut at 2 KiB. */
void log_error(const char *subsystem, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warning(const char *subsystem, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *subsystem, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_debug(const char *subsystem, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* log_error, then exit(status). Only before the event loop runs. */
void log_fatal(int status, const char *subsystem, const char *format, ...)
    __attribute__((format(printf, 3, 4), noreturn));

#endif
