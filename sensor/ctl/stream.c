/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#include "ctl/alert_text.h"

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

void
stream_print(const struct ctl *c, const redisReply *fields, bool full)
{
	alert_text_print(c, stream_field(fields, "event"), full);
}
