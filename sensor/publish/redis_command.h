/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_command: commands as they go over the wire, in lists that keep their order. Private to the Redis sink.
 */
#ifndef PUBLISH_REDIS_COMMAND_H
#define PUBLISH_REDIS_COMMAND_H

#include "publish/sink.h"

enum command_kind { COMMAND_AUTH, COMMAND_SELECT, COMMAND_NAME, COMMAND_BEAT, COMMAND_ADD };

struct command {
	struct command *next;
	enum command_kind kind;
	unsigned tries;
	bool again; /* the server could not: to be sent once more */
	char *text; /* as it goes over the wire; hiredis' memory */
	size_t len;
};

struct command_list {
	struct command *first, *last;
	size_t len;
};

void command_push(struct command_list *, struct command *);

/* The first one, taken out; NULL when the list is empty. */
struct command *command_pop(struct command_list *);

/* Puts all of `head` before what stands in the list; `head` is empty afterwards. */
void command_prepend(struct command_list *, struct command_list *head);
void command_list_free(struct command_list *);

/* A command of so many words, binary safe; NULL when memory is short. */
struct command *command_new(enum command_kind, int count, const char **words, const size_t *lens);

/* XADD key MAXLEN ~ maxlen * id ... event JSON: the fields of the contract. NULL when memory is short. */
struct command *command_add(const char *key, uint64_t maxlen, const char *sensor_name, const struct document *);
void command_free(struct command *); /* NULL is fine */

/* Octets of memory it stands for. */
size_t command_cost(const struct command *);

#endif
