/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/json.h"

#include <math.h>
#include <stdio.h>

#include "base/text.h"

json_t *
json_sub(json_t *object, const char *key)
{
	json_t *sub = json_object_get(object, key);

	if (sub == NULL && object != NULL) {
		sub = json_object();
		if (json_object_set_new(object, key, sub) != 0)
			sub = NULL;
	}
	return sub;
}

bool
json_text_is_cut(struct bytes text)
{
	return text.len > JSON_TEXT_MAX || bytes_ends_nocase(text, BYTES("\xe2\x80\xa6"));
}

json_t *
json_text(struct bytes text)
{
	struct buffer safe;
	json_t *value;

	/* What parsers call text is good as it stands; everything else is made so. */
	if (text.len <= JSON_TEXT_MAX && text_is_utf8(text) && bytes_find(text, 0) == BYTES_NOWHERE)
		return json_stringn_nocheck(text.at != NULL ? (const char *)text.at : "", text.len);
	buffer_init(&safe, JSON_TEXT_MAX);
	(void)text_append(&safe, text, JSON_TEXT_MAX);
	value = json_stringn((const char *)safe.at, safe.len);
	buffer_clear(&safe);
	return value;
}

void
json_put_text_always(json_t *object, const char *key, struct bytes text)
{
	(void)json_object_set_new(object, key, json_text(text));
}

bool
json_put_text(json_t *object, const char *key, struct bytes text)
{
	if (text.len == 0)
		return false;
	json_put_text_always(object, key, text);
	return json_text_is_cut(text);
}

void
json_put_word(json_t *object, const char *key, const char *word)
{
	if (word != NULL)
		(void)json_object_set_new(object, key, json_string(word));
}

void
json_put_number(json_t *object, const char *key, uint64_t value)
{
	(void)json_object_set_new(object, key, json_integer((json_int_t)(value & INT64_MAX)));
}

void
json_put_real(json_t *object, const char *key, double value)
{
	(void)json_object_set_new(object, key, json_real(round(value * 1e6) / 1e6));
}

void
json_put_flag(json_t *object, const char *key, bool value)
{
	(void)json_object_set_new(object, key, json_boolean(value));
}

void
json_put_time(json_t *object, const char *key, usec_t time)
{
	char text[CLOCK_TEXT_MAX];

	json_put_word(object, key, clock_text(text, time));
}

void
json_put_hex(json_t *object, const char *key, const uint8_t *at, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * 64 + 1];
	size_t n = 0;

	for (size_t i = 0; i < len && i < 64; i++) {
		text[n++] = digits[at[i] >> 4];
		text[n++] = digits[at[i] & 15];
	}
	text[n] = '\0';
	json_put_word(object, key, text);
}

bool
json_put_slices(json_t *object, const char *key, const struct slices *list)
{
	char dropped[64];
	json_t *array;
	bool cut = list->dropped > 0;

	if (list->len > 0) {
		array = json_array();
		for (size_t i = 0; i < list->len; i++) {
			cut |= json_text_is_cut(list->at[i]);
			(void)json_array_append_new(array, json_text(list->at[i]));
		}
		(void)json_object_set_new(object, key, array);
	}
	if (list->dropped > 0) {
		snprintf(dropped, sizeof(dropped), "%s_dropped", key);
		json_put_number(object, dropped, list->dropped);
	}
	return cut;
}

void
json_add_once(json_t *object, const char *key, struct bytes text)
{
	json_t *array = json_object_get(object, key), *value, *there;
	size_t i;

	if (text.len == 0 || object == NULL || json_array_size(array) >= JSON_ONCE_MAX)
		return;
	if (array == NULL) {
		array = json_array();
		if (json_object_set_new(object, key, array) != 0)
			return;
	}
	value = json_text(text);
	json_array_foreach(array, i, there) {
		if (json_equal(there, value)) {
			json_decref(value);
			return;
		}
	}
	(void)json_array_append_new(array, value);
}

static int
append(const char *at, size_t len, void *arg)
{
	return buffer_append(arg, bytes_of(at, len)) ? 0 : -1;
}

bool
json_line(json_t *document, struct buffer *out)
{
	int result;

	buffer_reset(out);
	if (document == NULL)
		return false;
	result = json_dump_callback(document, append, out, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
	json_decref(document);
	return result == 0 && !out->cut;
}
