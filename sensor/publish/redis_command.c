/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis_command.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTRACT_VERSION "1"

void
command_push(struct command_list *l, struct command *c)
{
	c->next = NULL;
	if (l->last != NULL)
		l->last->next = c;
	else
		l->first = c;
	l->last = c;
	l->len++;
}

struct command *
command_pop(struct command_list *l)
{
	struct command *c = l->first;

	if (c == NULL)
		return NULL;
	l->first = c->next;
	if (l->first == NULL)
		l->last = NULL;
	l->len--;
	return c;
}

void
command_prepend(struct command_list *l, struct command_list *head)
{
	if (head->first == NULL)
		return;
	head->last->next = l->first;
	if (l->last == NULL)
		l->last = head->last;
	l->first = head->first;
	l->len += head->len;
	*head = (struct command_list){ 0 };
}

void
command_free(struct command *c)
{
	if (c == NULL)
		return;
	free(c->text);
	free(c);
}

struct command *
command_new(enum command_kind kind, int count, const char **words, const size_t *lens)
{
	struct command *c = calloc(1, sizeof(*c));
	int len;

	if (c == NULL)
		return NULL;
	c->kind = kind;
	len = redisFormatCommandArgv(&c->text, count, words, lens);
	if (len < 0) {
		free(c);
		return NULL;
	}
	c->len = (size_t)len;
	return c;
}

size_t
command_cost(const struct command *c)
{
	return c->len + sizeof(*c);
}

struct command *
command_add(const char *key, uint64_t maxlen, const char *sensor_name, const struct document *d)
{
	char most[24], time[CLOCK_TEXT_MAX];
	const char *words[] = { "XADD", key, "MAXLEN", "~", most, "*", "id",
		d->id, "rule", d->rule != NULL ? d->rule : "", "severity", d->severity != NULL ? d->severity : "", "ts",
		time, "sensor", sensor_name, "v", CONTRACT_VERSION, "dataset", d->dataset, "event",
		(const char *)d->json.at };
	enum { WORDS = sizeof(words) / sizeof(words[0]) };
	size_t lens[WORDS];

	snprintf(most, sizeof(most), "%llu", (unsigned long long)maxlen);
	clock_text(time, d->time);
	for (size_t i = 0; i + 1 < WORDS; i++)
		lens[i] = strlen(words[i]);
	lens[WORDS - 1] = d->json.len;
	return command_new(COMMAND_ADD, WORDS, words, lens);
}

void
command_list_free(struct command_list *l)
{
	struct command *c;

	while ((c = command_pop(l)) != NULL)
		command_free(c);
}
