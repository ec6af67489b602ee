/* SPDX-License-Identifier: Apache-2.0
 *
 * Encoded words, parameters, and what becomes of both as text: valid UTF-8 below its ceiling.
 */
#include "base/text.h"
#include "message/parameter.h"
#include "message/value.h"
#include "message/word.h"

#include <stdlib.h>

#define CEILING 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool so)
{
	if (!so)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes raw = bytes_of(data, size), text;
	struct buffer out;
	struct arena arena;
	struct values values;

	buffer_init(&out, 64 * 1024);
	word_decode(&out, raw);
	buffer_reset(&out);
	(void)parameter_text(raw, BYTES("name"), &out);
	buffer_reset(&out);
	(void)parameter_octets(raw, BYTES("boundary"), &out);
	must(out.len <= size);
	buffer_clear(&out);
	must(parameter_head(raw).len <= size);

	arena_init(&arena);
	values_init(&values, &arena, CEILING);
	text = values_words(&values, raw);
	must(text.len <= CEILING && text_is_utf8(text));
	text = values_lower(&values, raw);
	must(text.len <= CEILING && text_is_utf8(text));
	values_clear(&values);
	arena_clear(&arena);
	return 0;
}
