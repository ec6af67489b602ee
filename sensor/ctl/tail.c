/* SPDX-License-Identifier: Apache-2.0
 *
 * tail: the alerts as they come. show: one of them in full.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/stream.h"

#define ID_MAX 64
#define READ_COUNT 100
#define BLOCK_MILLISECONDS 1000

/* Where reading goes on. */
struct tail {
	const struct ctl *ctl;
	redisContext *redis;
	char key[256];
	char after[ID_MAX];  /* the id of the last entry seen */
	char consumer[64];
	unsigned long long shown;
};

/* NULL when the connection broke (said); an error reply is said and NULL too. */
static redisReply *
ask(struct tail *t, redisReply *reply)
{
	if (reply != NULL && reply->type != REDIS_REPLY_ERROR)
		return reply;
	fprintf(stderr, "mailtapctl: %s: %s\n", t->ctl->redis, reply != NULL ? reply->str : t->redis->errstr);
	freeReplyObject(reply);
	return NULL;
}

static bool
acknowledge(struct tail *t, const char *id)
{
	redisReply *reply;

	if (t->ctl->group == NULL)
		return true;
	reply = ask(t, redisCommand(t->redis, "XACK %s %s %s", t->key, t->ctl->group, id));
	freeReplyObject(reply);
	return reply != NULL;
}

static bool
is_done(const struct tail *t)
{
	return t->ctl->count > 0 && t->shown >= t->ctl->count;
}

/* One entry [id, fields]: shown when it is wanted, acknowledged in any case. */
static bool
take_entry(struct tail *t, const redisReply *entry)
{
	if (entry->type != REDIS_REPLY_ARRAY || entry->elements < 2 || entry->element[0]->type != REDIS_REPLY_STRING)
		return true;
	snprintf(t->after, sizeof(t->after), "%s", entry->element[0]->str);
	if (stream_wanted(t->ctl, entry->element[1])) {
		stream_print(t->ctl, entry->element[1], false);
		t->shown++;
	}
	return acknowledge(t, entry->element[0]->str);
}

/* [[key, [entry ...]]], or nil after a wait without news. */
static bool
take_reply(struct tail *t, const redisReply *reply)
{
	const redisReply *entries;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 1 || reply->element[0]->elements < 2)
		return true;
	entries = reply->element[0]->element[1];
	for (size_t i = 0; i < entries->elements && !is_done(t); i++)
		if (!take_entry(t, entries->element[i]))
			return false;
	return true;
}

static bool
read_more(struct tail *t)
{
	redisReply *reply;
	bool fine;

	if (t->ctl->group != NULL)
		reply = redisCommand(t->redis, "XREADGROUP GROUP %s %s COUNT %d BLOCK %d STREAMS %s >", t->ctl->group,
		    t->consumer, READ_COUNT, BLOCK_MILLISECONDS, t->key);
	else
		reply = redisCommand(t->redis, "XREAD COUNT %d BLOCK %d STREAMS %s %s", READ_COUNT, BLOCK_MILLISECONDS,
		    t->key, t->after);
	reply = ask(t, reply);
	if (reply == NULL)
		return false;
	fine = take_reply(t, reply);
	freeReplyObject(reply);
	return fine;
}

/* What stands in the stream at the start: the latest entries are shown if asked for, and reading goes on after them. */
static bool
begin(struct tail *t)
{
	unsigned long long last = t->ctl->last;
	redisReply *reply = ask(t, redisCommand(t->redis, "XREVRANGE %s + - COUNT %llu", t->key, last > 0 ? last : 1));
	bool fine = reply != NULL;

	snprintf(t->after, sizeof(t->after), "0-0");
	for (size_t i = reply == NULL ? 0 : reply->elements; fine && i-- > 0;) {
		if (last > 0 && !is_done(t))
			fine = take_entry(t, reply->element[i]);
		else if (reply->element[i]->elements > 0)
			snprintf(t->after, sizeof(t->after), "%s", reply->element[i]->element[0]->str);
	}
	freeReplyObject(reply);
	return fine;
}

/* Makes the group unless it is there; a new one begins at the stream's start, so that nothing is missed. */
static bool
join_group(struct tail *t)
{
	redisReply *reply = redisCommand(t->redis, "XGROUP CREATE %s %s 0 MKSTREAM", t->key, t->ctl->group);
	bool fine = reply != NULL && (reply->type != REDIS_REPLY_ERROR || strncmp(reply->str, "BUSYGROUP", 9) == 0);

	if (!fine)
		fprintf(stderr, "mailtapctl: --group %s: %s\n", t->ctl->group,
		    reply != NULL ? reply->str : t->redis->errstr);
	freeReplyObject(reply);
	snprintf(t->consumer, sizeof(t->consumer), "mailtapctl-%ld", (long)getpid());
	return fine;
}

int
ctl_tail(const struct ctl *c)
{
	struct tail t = { .ctl = c, .redis = stream_connect(c) };
	bool fine;

	if (t.redis == NULL)
		return CTL_UNREACHABLE;
	stream_key(c, t.key);
	fine = c->group != NULL ? join_group(&t) : begin(&t);
	while (fine && !is_done(&t))
		fine = read_more(&t);
	redisFree(t.redis);
	return fine ? CTL_DONE : CTL_UNREACHABLE;
}

/* Looks through the stream, newest first, for an alert whose id begins with `wanted`. */
int
ctl_show(const struct ctl *c)
{
	struct tail t = { .ctl = c, .redis = stream_connect(c) };
	struct bytes wanted = bytes_str(c->argv[0]);
	char before[ID_MAX + 1] = "+";
	bool found = false, more = t.redis != NULL;

	if (t.redis == NULL)
		return CTL_UNREACHABLE;
	stream_key(c, t.key);
	while (more && !found) {
		redisReply *reply = ask(&t, redisCommand(t.redis, "XREVRANGE %s %s - COUNT %d", t.key, before, READ_COUNT));

		more = reply != NULL && reply->elements == READ_COUNT;
		for (size_t i = 0; reply != NULL && i < reply->elements && !found; i++) {
			const redisReply *entry = reply->element[i];

			snprintf(before, sizeof(before), "(%s", entry->element[0]->str);
			found = bytes_starts(stream_field(entry->element[1], "id"), wanted);
			if (found)
				stream_print(c, entry->element[1], true);
		}
		freeReplyObject(reply);
	}
	redisFree(t.redis);
	if (!found)
		fprintf(stderr, "mailtapctl: %s: no such alert in %s\n", c->argv[0], t.key);
	return found ? CTL_DONE : CTL_NOT_FOUND;
}
