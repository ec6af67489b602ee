/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/stream.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PASSWORD_MAX 512

static redisContext *
dial(const char *address, const struct timeval patience)
{
	const char *colon = strrchr(address, ':');
	char host[256];
	size_t len;
	uint64_t port;

	if (strncmp(address, "unix:", 5) == 0)
		return redisConnectUnixWithTimeout(address + 5, patience);
	if (colon == NULL || !bytes_decimal(bytes_str(colon + 1), 65535, &port))
		return NULL;
	len = (size_t)(colon - address);
	if (len >= 2 && address[0] == '[' && address[len - 1] == ']') {
		address++;
		len -= 2;
	}
	snprintf(host, sizeof(host), "%.*s", (int)len, address);
	return redisConnectWithTimeout(host, (int)port, patience);
}

/* The password, as the daemon finds it; empty when there is none, or the file may not be read. */
static void
find_password(const struct redis_settings *r, char out[PASSWORD_MAX])
{
	const char *given = getenv("MAILTAP_REDIS_PASSWORD");
	FILE *f = r->password_file[0] == '\0' ? NULL : fopen(r->password_file, "re");

	out[0] = '\0';
	if (f != NULL && fgets(out, PASSWORD_MAX, f) == NULL)
		out[0] = '\0';
	if (f != NULL)
		fclose(f);
	else if (given != NULL)
		snprintf(out, PASSWORD_MAX, "%s", given);
	out[strcspn(out, "\r\n")] = '\0';
}

static bool
is_good(redisContext *r, redisReply *reply, const char *address, const char *what)
{
	bool good = reply != NULL && reply->type != REDIS_REPLY_ERROR;

	if (!good)
		fprintf(stderr, "mailtapctl: %s: %s: %s\n", address, what, reply != NULL ? reply->str : r->errstr);
	freeReplyObject(reply);
	return good;
}

static bool
log_in(const struct ctl *c, redisContext *r)
{
	const struct redis_settings *s = &c->settings->publish.redis;
	char password[PASSWORD_MAX];

	find_password(s, password);
	if (password[0] != '\0' && s->username[0] != '\0' &&
	    !is_good(r, redisCommand(r, "AUTH %s %s", s->username, password), c->redis, "login"))
		return false;
	if (password[0] != '\0' && s->username[0] == '\0' &&
	    !is_good(r, redisCommand(r, "AUTH %s", password), c->redis, "login"))
		return false;
	return s->database == 0 ||
	    is_good(r, redisCommand(r, "SELECT %u", s->database), c->redis, "publish.redis.database");
}

redisContext *
stream_connect(const struct ctl *c)
{
	struct timeval patience = { .tv_sec = 5 };
	redisContext *r = dial(c->redis, patience);

	if (r == NULL || r->err != 0) {
		fprintf(stderr, "mailtapctl: %s: %s: is Redis there? (publish.redis.address, or --redis)\n", c->redis,
		    r == NULL ? "say host:port, [v6]:port or unix:/path" : r->errstr);
		if (r != NULL)
			redisFree(r);
		return NULL;
	}
	if (!log_in(c, r)) {
		redisFree(r);
		return NULL;
	}
	return r;
}

const char *
stream_key(const struct ctl *c, char out[256])
{
	snprintf(out, 256, "%s:alerts", c->settings->publish.redis.prefix);
	return out;
}

struct bytes
stream_field(const redisReply *fields, const char *name)
{
	if (fields == NULL || fields->type != REDIS_REPLY_ARRAY)
		return bytes_of(NULL, 0);
	for (size_t i = 0; i + 1 < fields->elements; i += 2) {
		const redisReply *key = fields->element[i], *value = fields->element[i + 1];

		if (key->type == REDIS_REPLY_STRING && value->type == REDIS_REPLY_STRING &&
		    bytes_equal(bytes_of(key->str, key->len), bytes_str(name)))
			return bytes_of(value->str, value->len);
	}
	return bytes_of(NULL, 0);
}

bool
stream_wanted(const struct ctl *c, const redisReply *fields)
{
	enum severity severity;

	if (c->rule != NULL && !bytes_equal(stream_field(fields, "rule"), bytes_str(c->rule)))
		return false;
	return !severity_parse(stream_field(fields, "severity"), &severity) || severity >= c->severity;
}

/* A terminal obeys control characters: none of the wire's may reach it. */
static void
print_safe(struct bytes text)
{
	struct buffer safe;

	buffer_init(&safe, 65536);
	(void)text_append(&safe, text, 65536);
	(void)fwrite(safe.at, 1, safe.len, stdout);
	buffer_clear(&safe);
}

static void
print_text(const json_t *value)
{
	if (json_is_string(value))
		print_safe(bytes_of(json_string_value(value), json_string_length(value)));
}

static const json_t *
dig(const json_t *object, const char *first, const char *second, const char *third)
{
	const json_t *at = json_object_get(object, first);

	at = second == NULL ? at : json_object_get(at, second);
	return third == NULL ? at : json_object_get(at, third);
}

static void
print_evidence(const json_t *event)
{
	const json_t *list = dig(event, "mailtap", "alert", "evidence");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i), *figure = json_object_get(e, "figure"),
			     *against = json_object_get(e, "held_against");

		fputs("    ", stdout);
		print_text(json_object_get(e, "seen"));
		if (figure != NULL) {
			fputs(" (", stdout);
			print_text(figure);
			if (against != NULL) {
				fputs("; held against ", stdout);
				print_text(against);
			}
			putchar(')');
		}
		putchar('\n');
	}
}

static void
print_pivots(const json_t *event)
{
	json_t *pivot = json_object_get(json_object_get(event, "mailtap"), "pivot"), *value;
	const char *key;

	json_object_foreach(pivot, key, value) {
		printf("    %-16s ", key);
		print_text(value);
		putchar('\n');
	}
}

static void
print_for_person(const struct ctl *c, const json_t *event, const redisReply *fields, bool full)
{
	static const char *const colours[] = { "\033[36m", "\033[33m", "\033[31m", "\033[1;31m" };
	enum severity severity = SEVERITY_LOW;
	const json_t *count = dig(event, "mailtap", "alert", "count");

	(void)severity_parse(stream_field(fields, "severity"), &severity);
	print_safe(bytes_first(stream_field(fields, "ts"), 19));
	printf("  %s%-8s%s  ", c->colour ? colours[severity] : "", severity_name(severity), c->colour ? "\033[0m" : "");
	print_safe(stream_field(fields, "rule"));
	if (json_integer_value(count) > 1)
		printf("  (%lld times)", (long long)json_integer_value(count));
	fputs("  ", stdout);
	print_safe(stream_field(fields, "id"));
	fputs("\n  ", stdout);
	print_text(dig(event, "event", "reason", NULL));
	putchar('\n');
	print_evidence(event);
	if (full)
		print_pivots(event);
}

void
stream_print(const struct ctl *c, const redisReply *fields, bool full)
{
	struct bytes text = stream_field(fields, "event");
	json_t *event;

	if (c->json) {
		(void)fwrite(text.at, 1, text.len, stdout);
		putchar('\n');
	} else {
		event = json_loadb((const char *)text.at, text.len, 0, NULL);
		print_for_person(c, event, fields, full);
		if (full && event != NULL) {
			char *whole = json_dumps(event, JSON_INDENT(2) | JSON_ENSURE_ASCII);

			if (whole != NULL)
				puts(whole);
			free(whole);
		}
		json_decref(event);
	}
	(void)fflush(stdout);
}
