/* SPDX-License-Identifier: Apache-2.0 */
#include "message/value.h"

#include "base/text.h"
#include "message/charset.h"
#include "message/word.h"

/* Room past the ceiling, so that what is too long shows as too long after decoding. */
#define MARGIN 16
#define LEAST_CEILING 4

void
values_init(struct values *v, struct arena *arena, size_t ceiling)
{
	if (ceiling < LEAST_CEILING)
		ceiling = LEAST_CEILING;
	if (ceiling > SIZE_MAX - MARGIN)
		ceiling = SIZE_MAX - MARGIN;
	*v = (struct values){ .arena = arena, .ceiling = ceiling };
	buffer_init(&v->decoded, ceiling + MARGIN);
	buffer_init(&v->text, ceiling);
}

void
values_clear(struct values *v)
{
	buffer_clear(&v->decoded);
	buffer_clear(&v->text);
}

static struct bytes
keep(struct values *v, struct bytes text)
{
	struct bytes kept = arena_copy(v->arena, text);

	if (kept.len != text.len)
		v->cut = true;
	return kept;
}

static bool
is_clean(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.at[i] < 0x20 || b.at[i] > 0x7e)
			return false;
	return true;
}

struct buffer *
values_begin(struct values *v)
{
	buffer_reset(&v->decoded);
	return &v->decoded;
}

struct bytes
values_decoded(struct values *v)
{
	struct bytes decoded = bytes_trim(buffer_bytes(&v->decoded));

	if (!v->decoded.cut && decoded.len <= v->ceiling && is_clean(decoded))
		return keep(v, decoded);
	buffer_reset(&v->text);
	if (!text_append(&v->text, decoded, v->ceiling) || v->decoded.cut)
		v->cut = true;
	return keep(v, buffer_bytes(&v->text));
}

struct bytes
values_words(struct values *v, struct bytes raw)
{
	word_decode(values_begin(v), bytes_trim(raw));
	return values_decoded(v);
}

struct bytes
values_plain(struct values *v, struct bytes raw)
{
	charset_append_raw(values_begin(v), bytes_trim(raw));
	return values_decoded(v);
}

struct bytes
values_lower(struct values *v, struct bytes raw)
{
	charset_append_raw(values_begin(v), bytes_trim(raw));
	text_lower(v->decoded.at, v->decoded.len);
	return values_decoded(v);
}
