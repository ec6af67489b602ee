/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis.h"

#include <event2/event.h>
#include <event2/util.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "publish/redis_link.h"

#define CONTRACT_VERSION "1"
#define PASSWORD_MAX 512

/* Octets handed to the connection and not yet with the kernel past which no more is handed over. */
#define UNSENT_MAX (1u << 20)

/* A document the server refuses for a reason of its own is tried so often. */
#define TRIES 3

/* How often the sensor's own hash is brought up to date. */
#define HEARTBEAT (10 * USEC_PER_SEC)

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

enum redis_state { REDIS_AWAY, REDIS_CONNECTING, REDIS_GREETING, REDIS_READY, REDIS_RESTING };

struct redis {
	struct redis_settings settings; /* copied; strings are ours */
	char *sensor_name, *version, *alerts_key, *events_key, *sensor_key;
	char password[PASSWORD_MAX];
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

/* --- lists of commands --- */

static void
push(struct command_list *l, struct command *c)
{
	c->next = NULL;
	if (l->last != NULL)
		l->last->next = c;
	else
		l->first = c;
	l->last = c;
	l->len++;
}

static struct command *
pop(struct command_list *l)
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

/* Puts all of `head` before what stands in l. */
static void
prepend(struct command_list *l, struct command_list *head)
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

static void
command_free(struct command *c)
{
	if (c == NULL)
		return;
	free(c->text);
	free(c);
}

static struct command *
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

static size_t
cost_of(const struct command *c)
{
	return c->len + sizeof(*c);
}

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
	r->wait = r->wait > r->settings.retry_max / 2 ? r->settings.retry_max : r->wait * 2;
}

/* Said once, and again only when it changes: the log is for news. */
static void
say_trouble(struct redis *r, const char *what)
{
	if (strncmp(r->last_error, what, sizeof(r->last_error) - 1) == 0)
		return;
	snprintf(r->last_error, sizeof(r->last_error), "%s", what);
	log_warning("redis", "%s: %s; %zu documents wait", r->settings.address, what, r->waiting.len + r->sent.len);
}

static void
say_well(struct redis *r)
{
	if (r->last_error[0] == '\0')
		return;
	log_info("redis", "%s: publishing again; %zu documents wait", r->settings.address,
	    r->waiting.len + r->sent.len);
	r->last_error[0] = '\0';
}

/* What was sent and not answered goes back to the head of those that wait; the sensor's own commands are made anew. */
static void
take_back(struct redis *r)
{
	struct command_list back = { 0 };
	struct command *c;

	while ((c = pop(&r->sent)) != NULL) {
		if (c->kind == COMMAND_ADD) {
			c->again = false;
			r->counters.retried++;
			push(&back, c);
		} else {
			command_free(c);
		}
	}
	prepend(&r->waiting, &back);
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

			push(&one, c);
			prepend(&r->waiting, &one);
		} else {
			command_free(c);
		}
		return;
	}
	if (r->sent.first == NULL)
		arm(r->reply, r->settings.reply_timeout);
	push(&r->sent, c);
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
	if (r->password[0] != '\0') {
		const char *both[] = { "AUTH", r->settings.username, r->password };
		const char *one[] = { "AUTH", r->password };

		r->greetings++;
		if (r->settings.username[0] != '\0')
			send_words(r, COMMAND_AUTH, 3, both);
		else
			send_words(r, COMMAND_AUTH, 2, one);
	}
	if (r->settings.database != 0) {
		snprintf(database, sizeof(database), "%u", r->settings.database);
		r->greetings++;
		send_words(r, COMMAND_SELECT, 2, (const char *[]){ "SELECT", database });
	}
	/* The name may hold printable characters without blanks only. Whether it may be set is not ours to insist on. */
	for (const char *p = r->sensor_name; *p != '\0' && n + 1 < sizeof(name); p++)
		name[n++] = *p > ' ' && *p < 0x7f ? *p : '_';
	name[n] = '\0';
	send_words(r, COMMAND_NAME, 3, (const char *[]){ "CLIENT", "SETNAME", name });
}

static void
beat(struct redis *r)
{
	char sequence[24], started[CLOCK_TEXT_MAX], now[CLOCK_TEXT_MAX];
	const char *words[] = { "HSET", r->sensor_key, "sequence", sequence, "version", r->version, "started", started,
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
	r->wait = r->settings.retry_min;
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
	while (r->state == REDIS_READY && r->waiting.first != NULL && r->sent.len < r->settings.in_flight &&
	    redis_link_unsent(r->link) < UNSENT_MAX) {
		struct command *c = pop(&r->waiting);

		c->tries++;
		send_command(r, c);
	}
}

/* --- replies --- */

enum redis_trouble
redis_trouble_of(struct bytes error)
{
	static const struct {
		struct bytes word;
		enum redis_trouble trouble;
	} rows[] = {
		{ { (const uint8_t *)"OOM", 3 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"LOADING", 7 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"BUSY", 4 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"MISCONF", 7 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"MASTERDOWN", 10 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"TRYAGAIN", 8 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"CLUSTERDOWN", 11 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"NOREPLICAS", 10 }, REDIS_TROUBLE_PASSES },
		{ { (const uint8_t *)"READONLY", 8 }, REDIS_TROUBLE_MOVES },
		{ { (const uint8_t *)"MOVED", 5 }, REDIS_TROUBLE_MOVES },
		{ { (const uint8_t *)"NOAUTH", 6 }, REDIS_TROUBLE_SETTINGS },
		{ { (const uint8_t *)"NOPERM", 6 }, REDIS_TROUBLE_SETTINGS },
		{ { (const uint8_t *)"WRONGPASS", 9 }, REDIS_TROUBLE_SETTINGS },
		{ { (const uint8_t *)"WRONGTYPE", 9 }, REDIS_TROUBLE_SETTINGS },
	};
	struct bytes word = bytes_split(&error, ' ');

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (bytes_equal(word, rows[i].word))
			return rows[i].trouble;
	return REDIS_TROUBLE_LASTS;
}

/* The document stands in the stream, or is given up: its room is free again. */
static void
settle(struct redis *r, struct command *c, bool published)
{
	r->counters.waiting--;
	r->counters.waiting_bytes -= cost_of(c);
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
		log_error("redis", "%s: a document was refused for good: %s", r->settings.address, text);
		settle(r, c, false);
		return;
	}
	/* Back to those that wait, behind any other that came back before it. */
	r->counters.retried++;
	c->again = true;
	push(&one, c);
	if (r->waiting.first == NULL || !r->waiting.first->again) {
		prepend(&r->waiting, &one);
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
	struct command *c = pop(&r->sent);

	if (c == NULL) {
		leave(r, "the server answers what was never asked");
		return;
	}
	if (r->sent.first != NULL)
		arm(r->reply, r->settings.reply_timeout);
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
			log_debug("redis", "%s: heartbeat: %s", r->settings.address, reply->str);
		command_free(c);
		break;
	case COMMAND_ADD:
		if (reply->type == REDIS_REPLY_ERROR)
			on_add_error(r, c, reply->str, reply->len);
		else
			settle(r, c, true);
		break;
	}
	if (r->state == REDIS_READY && r->waiting.len >= r->settings.batch_count)
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

	if (r->waiting.len >= r->settings.batch_count)
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
	redis_link_open(r->link, r->settings.connect_timeout);
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
	for (size_t i = 0; i < r->settings.event_dataset_count; i++)
		if (strcmp(r->settings.event_datasets[i], d->dataset) == 0)
			return true;
	return false;
}

static struct command *
make_add(const struct redis *r, const struct document *d)
{
	char maxlen[24], time[CLOCK_TEXT_MAX];
	const char *words[] = { "XADD", d->is_alert ? r->alerts_key : r->events_key, "MAXLEN", "~", maxlen, "*", "id",
		d->id, "rule", d->rule != NULL ? d->rule : "", "severity", d->severity != NULL ? d->severity : "", "ts",
		time, "sensor", r->sensor_name, "v", CONTRACT_VERSION, "dataset", d->dataset, "event",
		(const char *)d->json.at };
	enum { WORDS = sizeof(words) / sizeof(words[0]) };
	size_t lens[WORDS];

	snprintf(maxlen, sizeof(maxlen), "%llu", (unsigned long long)r->settings.maxlen);
	clock_text(time, d->time);
	for (size_t i = 0; i + 1 < WORDS; i++)
		lens[i] = strlen(words[i]);
	lens[WORDS - 1] = d->json.len;
	return command_new(COMMAND_ADD, WORDS, words, lens);
}

static enum sink_result
redis_take(void *self, const struct document *d)
{
	struct redis *r = self;
	size_t room = d->is_alert ? r->settings.queue_bytes : r->settings.queue_bytes / 4 * 3;
	struct command *c;

	if (!wants(r, d))
		return SINK_TAKEN;
	c = make_add(r, d);
	if (c == NULL || cost_of(c) > room || r->counters.waiting_bytes > room - cost_of(c)) {
		command_free(c);
		r->counters.refused++;
		return SINK_REFUSED;
	}
	r->counters.taken++;
	r->counters.waiting++;
	r->counters.waiting_bytes += cost_of(c);
	r->sequence++;
	push(&r->waiting, c);
	if (r->state != REDIS_READY)
		return SINK_WAITING;
	if (r->waiting.len >= r->settings.batch_count)
		flush(r);
	else if (!event_pending(r->batch, EV_TIMEOUT, NULL))
		arm(r->batch, r->settings.batch_time);
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

	n.room = r->settings.queue_bytes;
	return n;
}

static bool
redis_enabled(const struct sink_context *context)
{
	return context->settings->redis.enabled;
}

static char *
join(const char *a, const char *b, const char *c)
{
	char *text = NULL;

	return asprintf(&text, "%s:%s%s", a, b, c) < 0 ? NULL : text;
}

/* From the file (its first line), else from the environment. False with a line in error when the file cannot be read. */
static bool
read_password(struct redis *r, char *error, size_t error_room)
{
	const char *path = r->settings.password_file, *given = getenv("MAILTAP_REDIS_PASSWORD");
	FILE *f;

	if (path[0] == '\0') {
		if (given != NULL && strlen(given) >= sizeof(r->password)) {
			snprintf(error, error_room, "MAILTAP_REDIS_PASSWORD is too long");
			return false;
		}
		snprintf(r->password, sizeof(r->password), "%s", given != NULL ? given : "");
		return true;
	}
	f = fopen(path, "re");
	if (f == NULL || fgets(r->password, sizeof(r->password), f) == NULL) {
		snprintf(error, error_room, "publish.redis.password_file %s: cannot be read, or is empty", path);
		if (f != NULL)
			fclose(f);
		return false;
	}
	fclose(f);
	r->password[strcspn(r->password, "\r\n")] = '\0';
	return true;
}

static bool
copy_settings(struct redis *r, const struct sink_context *context)
{
	const struct redis_settings *s = &context->settings->redis;
	bool fine;

	r->settings = *s;
	r->settings.address = strdup(s->address);
	r->settings.username = strdup(s->username);
	r->settings.password_file = strdup(s->password_file);
	r->settings.prefix = strdup(s->prefix);
	r->settings.event_dataset_count = 0;
	r->settings.event_datasets = calloc(s->event_dataset_count + 1, sizeof(char *));
	fine = r->settings.event_datasets != NULL;
	for (size_t i = 0; fine && i < s->event_dataset_count; i++) {
		r->settings.event_datasets[i] = strdup(s->event_datasets[i]);
		r->settings.event_dataset_count++;
		fine = r->settings.event_datasets[i] != NULL;
	}
	r->sensor_name = strdup(context->sensor_name);
	r->version = strdup(context->version);
	r->alerts_key = join(s->prefix, "alerts", "");
	r->events_key = join(s->prefix, "events", "");
	r->sensor_key = join(s->prefix, "sensor:", context->sensor_name);
	return fine && r->settings.address != NULL && r->settings.username != NULL &&
	    r->settings.password_file != NULL && r->settings.prefix != NULL && r->sensor_name != NULL &&
	    r->version != NULL && r->alerts_key != NULL && r->events_key != NULL && r->sensor_key != NULL;
}

static void
free_list(struct command_list *l)
{
	struct command *c;

	while ((c = pop(l)) != NULL)
		command_free(c);
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
	free_list(&r->waiting);
	free_list(&r->sent);
	for (size_t i = 0; i < r->settings.event_dataset_count; i++)
		free(r->settings.event_datasets[i]);
	free(r->settings.event_datasets);
	free(r->settings.address);
	free(r->settings.username);
	free(r->settings.password_file);
	free(r->settings.prefix);
	free(r->sensor_name);
	free(r->version);
	free(r->alerts_key);
	free(r->events_key);
	free(r->sensor_key);
	explicit_bzero(r->password, sizeof(r->password));
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
	if (!copy_settings(r, context) || r->retry == NULL || r->batch == NULL || r->reply == NULL ||
	    r->beat == NULL || !read_password(r, error, error_room) ||
	    (r->link = redis_link_new(r->base, r->settings.address, &events, error, error_room)) == NULL) {
		redis_close(r);
		return NULL;
	}
	r->wait = r->settings.retry_min;
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
