/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_LEAST 256

void
text_clear(struct text *t)
{
	free(t->at);
	*t = (struct text){ 0 };
}

uint8_t *
text_extend(struct text *t, size_t len)
{
	uint8_t *where;

	if (t->len + len > t->room) {
		size_t room = t->room < ROOM_LEAST ? ROOM_LEAST : t->room * 2;
		uint8_t *at;

		if (room < t->len + len)
			room = t->len + len;
		at = realloc(t->at, room);
		if (at == NULL) {
			fprintf(stderr, "corpus: not enough memory\n");
			exit(1);
		}
		t->at = at;
		t->room = room;
	}
	where = t->at + t->len;
	t->len += len;
	return where;
}

void
text_add(struct text *t, const void *data, size_t len)
{
	if (len > 0)
		memcpy(text_extend(t, len), data, len);
}

void
text_print(struct text *t, const char *format, ...)
{
	char line[1024];
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	if (len < 0 || (size_t)len >= sizeof(line)) {
		fprintf(stderr, "corpus: a line of %d octets does not fit\n", len);
		exit(1);
	}
	text_add(t, line, (size_t)len);
}

void
text_number(struct text *t, uint64_t value, unsigned octets)
{
	uint8_t *at = text_extend(t, octets);

	while (octets > 0) {
		at[--octets] = (uint8_t)value;
		value >>= 8;
	}
}

void
text_random(struct text *t, struct random *r, size_t len)
{
	uint8_t *at = text_extend(t, len);
	uint64_t x;

	for (; len >= sizeof(x); at += sizeof(x), len -= sizeof(x)) {
		x = random_next(r);
		memcpy(at, &x, sizeof(x));
	}
	x = random_next(r);
	memcpy(at, &x, len);
}

void
text_base64(struct text *t, const uint8_t *data, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	while (len > 0) {
		size_t now = len < 57 ? len : 57, whole = now / 3 * 3, i;
		uint8_t *out = text_extend(t, (now + 2) / 3 * 4 + 2);

		for (i = 0; i < whole; i += 3, out += 4) {
			uint32_t x = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];

			out[0] = (uint8_t)digits[x >> 18];
			out[1] = (uint8_t)digits[x >> 12 & 63];
			out[2] = (uint8_t)digits[x >> 6 & 63];
			out[3] = (uint8_t)digits[x & 63];
		}
		if (now > whole) {
			uint32_t x = (uint32_t)data[i] << 16 | (now - whole == 2 ? (uint32_t)data[i + 1] << 8 : 0);

			out[0] = (uint8_t)digits[x >> 18];
			out[1] = (uint8_t)digits[x >> 12 & 63];
			out[2] = now - whole == 2 ? (uint8_t)digits[x >> 6 & 63] : '=';
			out[3] = '=';
			out += 4;
		}
		out[0] = '\r';
		out[1] = '\n';
		data += now;
		len -= now;
	}
}

void
text_dotted(struct text *t, const struct text *message)
{
	const uint8_t *at = message->at, *end = message->at + message->len;

	while (at < end) {
		const uint8_t *next = memchr(at, '\n', (size_t)(end - at));

		next = next == NULL ? end : next + 1;
		if (*at == '.')
			text_add(t, ".", 1);
		text_add(t, at, (size_t)(next - at));
		at = next;
	}
	text_add(t, ".\r\n", 3);
}
