/* SPDX-License-Identifier: Apache-2.0
 *
 * Only colons are looked for; text without any is stepped over at once.
 */
#include "message/url.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static const struct bytes schemes[] = {
	{ (const uint8_t *)"https", 5 },
	{ (const uint8_t *)"http", 4 },
	{ (const uint8_t *)"ftps", 4 },
	{ (const uint8_t *)"ftp", 3 },
};

void
urls_init(struct urls *u, struct values *values, size_t limit)
{
	*u = (struct urls){ .values = values, .limit = limit };
	buffer_init(&u->url, URL_MAX + 1);
	buffer_init(&u->text, URL_MAX);
}

void
urls_clear(struct urls *u)
{
	buffer_clear(&u->url);
	buffer_clear(&u->text);
	memory_give_back(u->at);
	urls_init(u, u->values, u->limit);
}

void
urls_begin(struct urls *u)
{
	u->state = URL_OUTSIDE;
	u->before_len = 0;
	buffer_reset(&u->url);
}

static bool
is_known(const struct urls *u, struct bytes url)
{
	for (size_t i = 0; i < u->len; i++)
		if (bytes_equal(u->at[i], url))
			return true;
	return false;
}

static bool
make_room(struct urls *u)
{
	size_t room = u->room == 0 ? 4 : u->room * 2;
	struct bytes *at;

	if (u->len >= u->limit)
		return false;
	if (u->len < u->room)
		return true;
	at = memory_resize_array(u->at, room, sizeof(*at));
	if (at == NULL)
		return false;
	u->at = at;
	u->room = room;
	return true;
}

/* A sentence may end behind it, or a parenthesis that was opened before it. */
static struct bytes
without_punctuation(struct bytes url)
{
	size_t opened = 0, closed = 0;

	for (size_t i = 0; i < url.len; i++) {
		opened += url.at[i] == '(';
		closed += url.at[i] == ')';
	}
	for (; url.len > 0; url.len--) {
		uint8_t last = url.at[url.len - 1];

		if (last == ')' ? closed <= opened : bytes_find(BYTES(".,;:!?]}*"), last) == BYTES_NOWHERE)
			break;
		closed -= last == ')';
	}
	return url;
}

static void
keep(struct urls *u)
{
	struct bytes url = without_punctuation(buffer_bytes(&u->url));

	if (bytes_find(url, ':') + sizeof("//") >= url.len) /* nothing but a scheme */
		return;
	if (u->len < u->limit) {
		buffer_reset(&u->text);
		if (!text_append(&u->text, url, URL_MAX))
			u->values->cut = true;
		if (is_known(u, buffer_bytes(&u->text)))
			return;
	}
	if (make_room(u))
		u->at[u->len++] = arena_copy(u->values->arena, buffer_bytes(&u->text));
	else
		u->dropped++;
}

/* The latest octets before a colon. */
static void
remember(struct urls *u, struct bytes in)
{
	size_t keep_len;

	if (in.len >= URL_SCHEME_MAX) {
		memcpy(u->before, in.at + in.len - URL_SCHEME_MAX, URL_SCHEME_MAX);
		u->before_len = URL_SCHEME_MAX;
		return;
	}
	keep_len = u->before_len + in.len > URL_SCHEME_MAX ? URL_SCHEME_MAX - in.len : u->before_len;
	memmove(u->before, u->before + u->before_len - keep_len, keep_len);
	if (in.len > 0)
		memcpy(u->before + keep_len, in.at, in.len);
	u->before_len = keep_len + in.len;
}

/* Behind "://": whether a scheme stands before it. */
static void
begin_url(struct urls *u)
{
	struct bytes before = bytes_of(u->before, u->before_len);

	u->state = URL_OUTSIDE;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]) && u->state == URL_OUTSIDE; i++) {
		if (!bytes_ends_nocase(before, schemes[i]))
			continue;
		buffer_reset(&u->url);
		(void)buffer_append(&u->url, schemes[i]);
		(void)buffer_append(&u->url, BYTES("://"));
		u->state = URL_INSIDE;
	}
	u->before_len = 0;
}

static bool
ends_url(uint8_t c)
{
	return c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '`' || c == 0x7f;
}

/* Octets of the front of `in` that were used. */
static size_t
push_outside(struct urls *u, struct bytes in)
{
	size_t colon = bytes_find(in, ':');

	remember(u, bytes_first(in, colon));
	if (colon == BYTES_NOWHERE)
		return in.len;
	u->state = URL_COLON;
	return colon + 1;
}

static size_t
push_slash(struct urls *u, struct bytes in)
{
	if (in.at[0] != '/') {
		u->state = URL_OUTSIDE;
		u->before_len = 0;
		return 0;
	}
	if (u->state == URL_COLON)
		u->state = URL_SLASH;
	else
		begin_url(u);
	return 1;
}

static size_t
push_inside(struct urls *u, struct bytes in)
{
	size_t n = 0;

	while (n < in.len && !ends_url(in.at[n]))
		n++;
	(void)buffer_append(&u->url, bytes_first(in, n));
	if (n < in.len)
		urls_end(u);
	return n;
}

void
urls_push(struct urls *u, struct bytes in)
{
	while (in.len > 0) {
		size_t used;

		if (u->state == URL_OUTSIDE)
			used = push_outside(u, in);
		else if (u->state == URL_INSIDE)
			used = push_inside(u, in);
		else
			used = push_slash(u, in);
		in = bytes_skip(in, used);
	}
}

void
urls_end(struct urls *u)
{
	if (u->state == URL_INSIDE)
		keep(u);
	urls_begin(u);
}
