/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "publish/json.h"
#include "support/check_main.h"

static void
assert_line(json_t *document, const char *expected)
{
	struct buffer out;

	buffer_init(&out, 100000);
	ck_assert(json_line(document, &out));
	ck_assert_msg(bytes_equal(buffer_bytes(&out), bytes_str(expected)), "%.*s", (int)out.len, (const char *)out.at);
	buffer_clear(&out);
}

START_TEST(keys_are_sorted_and_empty_values_left_out)
{
	json_t *o = json_object();

	json_put_number(json_sub(o, "b"), "n", 7);
	ck_assert(!json_put_text(o, "none", bytes_of(NULL, 0)));
	json_put_text_always(o, "empty", bytes_of(NULL, 0));
	json_put_flag(o, "a", true);
	json_put_real(o, "r", -0.33333333);
	json_put_time(o, "t", 0);
	json_put_hex(o, "h", (const uint8_t *)"\x00\xff", 2);
	assert_line(o, "{\"a\":true,\"b\":{\"n\":7},\"empty\":\"\",\"h\":\"00ff\",\"r\":-0.333333,"
		       "\"t\":\"1970-01-01T00:00:00.000000Z\"}");
}
END_TEST

START_TEST(hostile_text_becomes_valid)
{
	json_t *o = json_object();

	json_put_text(o, "bad", BYTES("a\xff\xc0\x80z"));
	json_put_text(o, "nul", bytes_of("x\0y", 3));
	json_put_text(o, "quote", BYTES("\"\\/"));
	assert_line(o, "{\"bad\":\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\",\"nul\":\"x\xef\xbf\xbdy\",\"quote\":\"\\\"\\\\/\"}");
}
END_TEST

START_TEST(long_text_is_cut_and_said)
{
	static uint8_t text[JSON_TEXT_MAX + 1];
	json_t *o = json_object(), *value;

	memset(text, 'x', sizeof(text));
	ck_assert(!json_put_text(o, "fits", bytes_of(text, JSON_TEXT_MAX)));
	ck_assert(json_put_text(o, "cut", bytes_of(text, sizeof(text))));
	ck_assert(json_put_text(o, "cut before", BYTES("abc\xe2\x80\xa6")));
	value = json_object_get(o, "cut");
	ck_assert_uint_le(json_string_length(value), JSON_TEXT_MAX);
	ck_assert(bytes_ends_nocase(bytes_str(json_string_value(value)), BYTES("\xe2\x80\xa6")));
	json_decref(o);
}
END_TEST

START_TEST(lists)
{
	const struct bytes at[] = { BYTES("a"), BYTES("b") };
	json_t *o = json_object();

	ck_assert(!json_put_slices(o, "none", &(struct slices){ .len = 0 }));
	ck_assert(!json_put_slices(o, "two", &(struct slices){ .at = at, .len = 2 }));
	ck_assert(json_put_slices(o, "more", &(struct slices){ .at = at, .len = 1, .dropped = 3 }));
	json_add_once(o, "once", BYTES("x"));
	json_add_once(o, "once", BYTES("y"));
	json_add_once(o, "once", BYTES("x"));
	json_add_once(o, "once", BYTES(""));
	assert_line(o, "{\"more\":[\"a\"],\"more_dropped\":3,\"once\":[\"x\",\"y\"],\"two\":[\"a\",\"b\"]}");
}
END_TEST

START_TEST(list_without_repetitions_has_a_ceiling)
{
	json_t *o = json_object();

	for (uint8_t i = 0; i < 250; i++)
		json_add_once(o, "once", bytes_of((uint8_t[]){ 'a', (uint8_t)('a' + i / 16), (uint8_t)('a' + i % 16) }, 3));
	ck_assert_uint_eq(json_array_size(json_object_get(o, "once")), JSON_ONCE_MAX);
	json_decref(o);
}
END_TEST

START_TEST(too_long_a_line_is_refused)
{
	struct buffer out;
	json_t *o = json_object();

	json_put_text(o, "key", BYTES("a value that is longer than the room"));
	buffer_init(&out, 20);
	ck_assert(!json_line(o, &out));
	ck_assert(!json_line(NULL, &out));
	buffer_clear(&out);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, keys_are_sorted_and_empty_values_left_out);
	tcase_add_test(tests, hostile_text_becomes_valid);
	tcase_add_test(tests, long_text_is_cut_and_said);
	tcase_add_test(tests, lists);
	tcase_add_test(tests, list_without_repetitions_has_a_ceiling);
	tcase_add_test(tests, too_long_a_line_is_refused);
}

CHECK_MAIN("publish/json", add_tests)
