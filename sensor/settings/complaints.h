/* SPDX-License-Identifier: Apache-2.0
 *
 * complaints: what is wrong with a configuration, one line each: "file:line:column: what, and what would be right".
 */
#ifndef SETTINGS_COMPLAINTS_H
#define SETTINGS_COMPLAINTS_H

#include <stddef.h>

struct complaint;

/* Where complaints go: all of them, in file order. */
struct complaints {
	void (*say)(void *arg, const char *line); /* "file:line:column: what, and what would be right" */
	void *arg;
	unsigned count;
	/* private: */
	struct complaint *held;
	size_t held_len;
	unsigned holds;
};

/* Formats one complaint and says it, with control characters made harmless. line 0: no place in the file, only its
 * name. */
void complain(struct complaints *, const char *file, unsigned line, unsigned column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* From now on complaints are kept; the matching release says them in the order of line and column, those without a line
 * last. May be nested: the outermost release says. What cannot be kept for want of memory is said at once. */
void complaints_hold(struct complaints *);
void complaints_release(struct complaints *);

#endif
