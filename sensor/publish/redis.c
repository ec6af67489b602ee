/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis.h"

#include <event2/event.h>
#include <event2/util.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "publish/redis_command.h"
#include "publish/redis_link.h"
#include "publish/redis_own.h"


/* Octets handed to the connection and not yet with the kernel past which no more is handed over. */
#define UNSENT_MAX (1u << 20)

/* A document the server refuses for a reason of its own is tried so often. */
#define TRIES 3

/* How often the sensor's own hash is brought up to date. */
#define HEARTBEAT (10 * USEC_PER_SEC)

enum redis_state { REDIS_AWAY, REDIS_CONNECTING, REDIS_GREETING, REDIS_READY, REDIS_RESTING };

struct redis {
	struct redis_own own;
	struct event_base *base;
	struct redis_link *link;
	enum redis_state state;
	struct event *retry, *batch, *reply, *beat;
	usec_t wait;                   /* before the next try */
	struct command_list waiting, sent;
	unsigned greetings;            /* replies that must be good before anything is added */
	char last_error[64];           /* what was logged last, so that it is not said every time */
	uint64_t sequence;
	usec_t started;
	struct sink_counters counters;
};

static void flush(struct redis *);

/* --- waiting and trying again --- */

static void
arm(struct event *timer, usec_t span)
{
	struct timeval tv = { .tv_sec = span / USEC_PER_SEC, .tv_usec = span % USEC_PER_SEC };

	(void)event_add(timer, &tv);
}

/* Half to all of the wait, so that sensors do not come back all at once; it doubles up to the ceiling. */
static void
retry_later(struct redis *r)
{
	uint32_t dice = 0;
	usec_t half = r->wait / 2;

	evutil_secure_rng_get_bytes(&dice, sizeof(dice));
	arm(r->retry, half + (half > 0 ? (usec_t)(dice % (uint64_t)half) : 0));
	r->wait = r->wait > r->own.settings.retry_max / 2 ? r->own.settings.retry_max : r->wait * 2;
}

/* Said once, and again only when it changes: the log is for news. */
static void
say_trouble(struct redis *r, const char *what)
{
	if (strncmp(r->last_error, what, sizeof(r->last_error) - 1) == 0)
		return;
	snprintf(r->last_error, sizeof(r->last_error), "%s", what);
	log_warning("redis", "%s: %s; %zu documents wait", r->own.settings.address, what, r->waiting.len + r->sent.len);
}

static void
say_well(struct redis *r)
{
	if (r->last_error[0] == '\0')
		return;
	log_info("redis", "%s: publishing again; %zu documents wait", r->own.settings.address,
	    r->waiting.len + r->sent.len);
	r->last_error[0] = '\0';
}

/* What was sent and not answered goes back to the head of those that wait; the sensor's own commands are made anew. */
static void
take_back(struct redis *r)
{
	struct command_list back = { 0 };
	struct command *c;

	while ((c = command_pop(&r->sent)) != NULL) {
		if (c->kind == COMMAND_ADD) {
			c->again = false;
			r->counters.retried++;
			command_push(&back, c);
		} else {
			command_free(c);
		}
	}
	command_prepend(&r->waiting, &back);
}

static void
leave(struct redis *r, const char *why)
{
	(void)event_del(r->reply);
	(void)event_del(r->batch);
	redis_link_close(r->link);
	take_back(r);
	r->state = REDIS_AWAY;
	r->counters.connected = false;
	say_trouble(r, why);
	retry_later(r);
}

/* --- sending --- */

static void
send_command(struct redis *r, struct command *c)
{
	if (c == NULL)
		return;
	if (!redis_link_send(r->link, bytes_of(c->text, c->len))) {
		/* The link is down: what belongs to the queue stays there. */
		if (c->kind == COMMAND_ADD) {
			struct command_list one = { 0 };

			command_push(&one, c);
			command_prepend(&r->waiting, &one);
		} else {
			command_free(c);
		}
		return;
	}
	if (r->sent.first == NULL)
		arm(r->reply, r->own.settings.reply_timeout);
	command_push(&r->sent, c);
}

static void
send_words(struct redis *r, enum command_kind kind, int count, const char **words)
{
	size_t lens[8];

	for (int i = 0; i < count; i++)
		lens[i] = strlen(words[i]);
	send_command(r, command_new(kind, count, words, lens));
}

static void
greet(struct redis *r)
{
	char database[16], name[128] = "mailtap-";
	size_t n = strlen(name);

	r->greetings = 0;
	r->state = REDIS_GREETING;
	if (r->own.password[0] != '\0') {
		const char *both[] = { "AUTH", r->own.settings.username, r->own.password };
		const char *one[] = { "AUTH", r->own.password };

		r->greetings++;
		if (r->own.settings.username[0] != '\0')
			send_words(r, COMMAND_AUTH, 3, both);
		else
			send_words(r, COMMAND_AUTH, 2, one);
	}
	if (r->own.settings.database != 0) {
		snprintf(database, sizeof(database), "%u", r->own.settings.database);
		r->greetings++;
		send_words(r, COMMAND_SELECT, 2, (const char *[]){ "SELECT", database });
	}
	/* The name may hold printable characters without blanks only. Whether it may be set is not ours to insist on. */
	for (const char *p = r->own.sensor_name; *p != '\0' && n + 1 < sizeof(name); p++)
		name[n++] = *p > ' ' && *p < 0x7f ? *p : '_';
	name[n] = '\0';
	send_words(r, COMMAND_NAME, 3, (const char *[]){ "CLIENT", "SETNAME", name });
}

static void
beat(struct redis *r)
{
	char sequence[24], started[CLOCK_TEXT_MAX], now[CLOCK_TEXT_MAX];
	const char *words[] = { "HSET", r->own.sensor_key, "sequence", sequence, "version", r->own.version, "started", started,
		"heartbeat", now };
	size_t lens[10];

	snprintf(sequence, sizeof(sequence), "%llu", (unsigned long long)r->sequence);
	clock_text(started, r->started);
	clock_text(now, clock_wall());
	for (int i = 0; i < 10; i++)
		lens[i] = strlen(words[i]);
	send_command(r, command_new(COMMAND_BEAT, 10, words, lens));
}

static void
ready(struct redis *r)
{
	r->state = REDIS_READY;
	r->counters.connected = true;
	r->wait = r->own.settings.retry_min;
	say_well(r);
	beat(r);
	arm(r->beat, HEARTBEAT);
	flush(r);
}

/* Sends what waits, as far as the ceilings on what is under way allow. */
static void
flush(struct redis *r)
{
	(void)event_del(r->batch);
	while (r->state == REDIS_READY && r->waiting.first != NULL && r->sent.len < r->own.settings.in_flight &&
	    redis_link_unsent(r->link) < UNSENT_MAX) {
		struct command *c = command_pop(&r->waiting);

		c->tries++;
		send_command(r, c);
	}
}

/* --- replies --- */

/* The document stands in the stream, or is given up: its room is free again. */
static void
settle(struct redis *r, struct command *c, bool published)
{
	r->counters.waiting--;
	r->counters.waiting_bytes -= command_cost(c);
	if (published) {
		r->counters.published++;
		say_well(r);
	} else {
		r->counters.refused++;
	}
	command_free(c);
}

/* The answers to all that was sent are in, and some of it must be sent again: after a rest, in the old order. */
static void
rest(struct redis *r, const char *why)
{
	r->state = REDIS_RESTING;
	say_trouble(r, why);
	retry_later(r);
}

static void
on_add_error(struct redis *r, struct command *c, const char *text, size_t len)
{
	enum redis_trouble trouble = redis_trouble_of(bytes_of(text, len));
	struct command_list one = { 0 };

	r->counters.errors++;
	if (trouble == REDIS_TROUBLE_LASTS && c->tries >= TRIES) {
		log_error("redis", "%s: a document was refused for good: %s", r->own.settings.address, text);
		settle(r, c, false);
		return;
	}
	/* Back to those that wait, behind any other that came back before it. */
	r->counters.retried++;
	c->again = true;
	command_push(&one, c);
	if (r->waiting.first == NULL || !r->waiting.first->again) {
		command_prepend(&r->waiting, &one);
	} else {
		struct command *last = r->waiting.first;

		while (last->next != NULL && last->next->again)
			last = last->next;
		c->next = last->next;
		last->next = c;
		if (r->waiting.last == last)
			r->waiting.last = c;
		r->waiting.len++;
	}
	if (trouble == REDIS_TROUBLE_MOVES)
		leave(r, text);
	else if (r->state == REDIS_READY)
		rest(r, text);
}

static void
on_greeting_reply(struct redis *r, const struct redisReply *reply)
{
	if (reply->type == REDIS_REPLY_ERROR) {
		r->counters.errors++;
		leave(r, reply->str);
		return;
	}
	if (r->greetings > 0)
		r->greetings--;
}

static void
on_reply(void *arg, const struct redisReply *reply)
{
	struct redis *r = arg;
	struct command *c = command_pop(&r->sent);

	if (c == NULL) {
		leave(r, "the server answers what was never asked");
		return;
	}
	if (r->sent.first != NULL)
		arm(r->reply, r->own.settings.reply_timeout);
	else
		(void)event_del(r->reply);
	switch (c->kind) {
	case COMMAND_AUTH:
	case COMMAND_SELECT:
		command_free(c);
		on_greeting_reply(r, reply);
		break;
	case COMMAND_NAME:
		command_free(c);
		if (r->state == REDIS_GREETING && reply->type == REDIS_REPLY_ERROR &&
		    redis_trouble_of(bytes_of(reply->str, reply->len)) == REDIS_TROUBLE_SETTINGS &&
		    strncmp(reply->str, "NOAUTH", 6) == 0)
			leave(r, reply->str);
		else if (r->state == REDIS_GREETING && r->greetings == 0)
			ready(r);
		break;
	case COMMAND_BEAT:
		if (reply->type == REDIS_REPLY_ERROR)
			log_debug("redis", "%s: heartbeat: %s", r->own.settings.address, reply->str);
		command_free(c);
		break;
	case COMMAND_ADD:
		if (reply->type == REDIS_REPLY_ERROR)
			on_add_error(r, c, reply->str, reply->len);
		else
			settle(r, c, true);
		break;
	}
	if (r->state == REDIS_READY && r->waiting.len >= r->own.settings.batch_count)
		flush(r);
	else if (r->state == REDIS_READY && r->waiting.first != NULL && r->sent.first == NULL)
		flush(r);
}

static void
on_up(void *arg)
{
	greet(arg);
}

static void
on_down(void *arg, const char *why)
{
	leave(arg, why);
}

static void
on_room(void *arg)
{
	struct redis *r = arg;

	if (r->waiting.len >= r->own.settings.batch_count)
		flush(r);
}

/* --- timers --- */

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct redis *r = arg;

	(void)fd;
	(void)what;
	if (r->state == REDIS_RESTING) {
		r->state = REDIS_READY;
		for (struct command *c = r->waiting.first; c != NULL && c->again; c = c->next)
			c->again = false;
		flush(r);
		return;
	}
	r->state = REDIS_CONNECTING;
	r->counters.reconnects++;
	redis_link_open(r->link, r->own.settings.connect_timeout);
}

static void
on_batch(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	flush(arg);
}

static void
on_reply_timeout(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	leave(arg, "no reply within publish.redis.reply_timeout");
}

static void
on_beat(evutil_socket_t fd, short what, void *arg)
{
	struct redis *r = arg;

	(void)fd;
	(void)what;
	if (r->state != REDIS_READY)
		return;
	beat(r);
	arm(r->beat, HEARTBEAT);
}

/* --- the sink --- */

static bool
wants(const struct redis *r, const struct document *d)
{
	if (d->is_alert)
		return true;
	for (size_t i = 0; i < r->own.settings.event_dataset_count; i++)
		if (strcmp(r->own.settings.event_datasets[i], d->dataset) == 0)
			return true;
	return false;
}

static enum sink_result
redis_take(void *self, const struct document *d)
{
	struct redis *r = self;
	size_t room = d->is_alert ? r->own.settings.queue_bytes : r->own.settings.queue_bytes / 4 * 3;
	struct command *c;

	if (!wants(r, d))
		return SINK_TAKEN;
	c = command_add(d->is_alert ? r->own.alerts_key : r->own.events_key, r->own.settings.maxlen, r->own.sensor_name, d);
	if (c == NULL || command_cost(c) > room || r->counters.waiting_bytes > room - command_cost(c)) {
		command_free(c);
		r->counters.refused++;
		return SINK_REFUSED;
	}
	r->counters.taken++;
	r->counters.waiting++;
	r->counters.waiting_bytes += command_cost(c);
	r->sequence++;
	command_push(&r->waiting, c);
	if (r->state != REDIS_READY)
		return SINK_WAITING;
	if (r->waiting.len >= r->own.settings.batch_count)
		flush(r);
	else if (!event_pending(r->batch, EV_TIMEOUT, NULL))
		arm(r->batch, r->own.settings.batch_time);
	return SINK_TAKEN;
}

static bool
redis_drained(const void *self)
{
	const struct redis *r = self;

	return r->counters.waiting == 0;
}

static struct sink_counters
redis_counters(const void *self)
{
	const struct redis *r = self;
	struct sink_counters n = r->counters;

	n.room = r->own.settings.queue_bytes;
	return n;
}

static bool
redis_enabled(const struct sink_context *context)
{
	return context->settings->redis.enabled;
}

static void
redis_close(void *self)
{
	struct redis *r = self;
	struct event *timers[] = { r->retry, r->batch, r->reply, r->beat };

	redis_link_free(r->link);
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i] != NULL)
			event_free(timers[i]);
	command_list_free(&r->waiting);
	command_list_free(&r->sent);
	redis_own_clear(&r->own);
	free(r);
}

static void *
redis_open(const struct sink_context *context, char *error, size_t error_room)
{
	struct redis *r = calloc(1, sizeof(*r));
	struct redis_link_events events = { on_up, on_reply, on_down, on_room, r };

	snprintf(error, error_room, "publish.redis: not enough memory");
	if (r == NULL)
		return NULL;
	r->base = context->base;
	r->started = clock_wall();
	r->retry = evtimer_new(r->base, on_retry, r);
	r->batch = evtimer_new(r->base, on_batch, r);
	r->reply = evtimer_new(r->base, on_reply_timeout, r);
	r->beat = evtimer_new(r->base, on_beat, r);
	if (!redis_own_copy(&r->own, context) || r->retry == NULL || r->batch == NULL || r->reply == NULL ||
	    r->beat == NULL || !redis_own_password(&r->own, error, error_room) ||
	    (r->link = redis_link_new(r->base, r->own.settings.address, &events, error, error_room)) == NULL) {
		redis_close(r);
		return NULL;
	}
	r->wait = r->own.settings.retry_min;
	arm(r->retry, 0);
	return r;
}

const struct sink sink_redis = {
	.name = "redis",
	.help = "Redis streams PREFIX:alerts and PREFIX:events",
	.enabled = redis_enabled,
	.open = redis_open,
	.take = redis_take,
	.drained = redis_drained,
	.counters = redis_counters,
	.close = redis_close,
};
