/* SPDX-License-Identifier: Apache-2.0
 *
 * command: what every command of mailtapctl gets, and the table of commands.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "settings/settings.h"

/* Exit status of the tool. */
enum { CTL_DONE = 0, CTL_WRONG = 1, CTL_UNREACHABLE = 2, CTL_NOT_FOUND = 3 };

struct ctl {
	const struct settings *settings; /* of -c, or the defaults */
	const char *config;              /* the file they are of; NULL: none */
	const char *socket;              /* --socket, else daemon.control.path */
	bool json;                       /* --json */
	bool colour;                     /* standard output is a terminal, and --no-colour was not given */
	const char *redis;               /* --redis, else publish.redis.address */
	const char *group;               /* --group NAME */
	const char *rule;                /* --rule NAME */
	enum severity severity;          /* --severity WORD: that and above */
	unsigned long long last;         /* --last N: so many older entries first */
	unsigned long long count;        /* --count N: leave after so many; 0: never */
	int argc;                        /* what stands behind the command */
	char **argv;
};

struct ctl_command {
	const char *name;
	const char *second;    /* the word that must follow; NULL: none */
	const char *arguments; /* what stands behind, a word for each */
	const char *help;
	int (*run)(const struct ctl *);
};

extern const struct ctl_command ctl_commands[]; /* ends with a NULL name */

int ctl_status(const struct ctl *);
int ctl_stats(const struct ctl *);
int ctl_services(const struct ctl *);
int ctl_reload(const struct ctl *);
int ctl_tail(const struct ctl *);
int ctl_show(const struct ctl *);
int ctl_check(const struct ctl *);
int ctl_rules_test(const struct ctl *);
int ctl_rules_fields(const struct ctl *);

#endif
