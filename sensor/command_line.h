/* SPDX-License-Identifier: Apache-2.0
 *
 * command_line: what mailtapd was called with (contract section 1).
 */
#ifndef COMMAND_LINE_H
#define COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* A list of arguments, borrowed from argv. */
struct arguments {
	const char **at;
	size_t len;
};

struct command_line {
	const char *config;         /* -c; NULL: the default one if it exists */
	struct arguments interfaces, files, sets;
	unsigned print;             /* of enum publish_what */
	bool test, foreground;
	unsigned verbose;
};

enum command_line_result { COMMAND_LINE_RUN, COMMAND_LINE_SHOWN, COMMAND_LINE_WRONG };

/* Reads argv. COMMAND_LINE_SHOWN: help or version was printed. COMMAND_LINE_WRONG: the reason stands on standard error.
 * The caller frees the lists with command_line_clear(). */
enum command_line_result command_line_read(struct command_line *, int argc, char **argv);

void command_line_clear(struct command_line *);

#endif
