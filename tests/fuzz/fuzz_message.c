/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages: what is found is the same however the octets are cut, all text is UTF-8 within its ceiling, and a gap
 * anywhere is survived. The first octets choose the pieces, the place of the gap and its size.
 */
#include "base/text.h"
#include "message/content_text.h"
#include "message/message.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct bytes wanted[] = {
	{ (const uint8_t *)"Subject", 7 },
	{ (const uint8_t *)"X-*", 3 },
};

static const struct message_limits limits = {
	.header_bytes = 512,
	.header_fields = 4,
	.value_bytes = 60,
	.addresses = 5,
	.parts = 6,
	.received = 2,
	.urls = 3,
	.nesting = 4,
	.hash_bytes = 200,
	.hash_message = true,
	.hash_attachments = true,
	.wanted = wanted,
	.wanted_count = 2,
};

static void
must(bool so)
{
	if (!so)
		abort();
}

static void
must_be_text(struct bytes b)
{
	must(b.len <= limits.value_bytes && text_is_utf8(b));
}

static void
must_be_bounded(const struct message_content *c)
{
	must(c->part_count <= limits.parts && c->header_count <= limits.header_fields);
	must(c->to.len <= limits.addresses && c->references.len <= limits.addresses);
	must_be_text(c->subject_text);
	must_be_text(c->from_text);
	must_be_text(c->message_id);
	must(c->received.len <= limits.received && c->urls.len <= limits.urls);
	for (size_t i = 0; i < c->urls.len; i++)
		must(text_is_utf8(c->urls.at[i]));
	for (size_t i = 0; i < c->to.len; i++) {
		must_be_text(c->to.at[i].address);
		must_be_text(c->to.at[i].name_text);
	}
	for (size_t i = 0; i < c->header_count; i++)
		must_be_text(c->headers[i].value_text);
	for (size_t i = 0; i < c->part_count; i++) {
		must(c->parts[i].depth <= limits.nesting);
		must_be_text(c->parts[i].content_type);
		must_be_text(c->parts[i].name_text);
	}
}

/* In pieces of `most` octets, what was found as text. */
static void
describe(struct bytes in, size_t most, struct buffer *text)
{
	struct message *m = message_new(&limits);
	const struct message_content *c;

	must(m != NULL);
	while (in.len > 0) {
		struct bytes piece = bytes_first(in, most);

		message_push(m, piece);
		in = bytes_skip(in, piece.len);
	}
	c = message_finish(m);
	must_be_bounded(c);
	content_text(text, c);
	message_free(m);
}

static void
survive_gap(struct bytes in, size_t at, uint64_t lost)
{
	struct message *m = message_new(&limits);
	const struct message_content *c;

	must(m != NULL);
	message_push(m, bytes_first(in, at));
	message_gap(m, lost);
	message_push(m, bytes_skip(in, at));
	c = message_finish(m);
	must_be_bounded(c);
	must(!c->hashed && c->missing == lost && c->bytes == in.len);
	message_free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer whole, pieces;
	struct bytes in;

	if (size < 3)
		return 0;
	in = bytes_of(data + 3, size - 3);
	buffer_init(&whole, CONTENT_TEXT_MAX);
	buffer_init(&pieces, CONTENT_TEXT_MAX);
	describe(in, in.len + 1, &whole);
	describe(in, data[0] % 64 + (size_t)1, &pieces);
	must(bytes_equal(buffer_bytes(&whole), buffer_bytes(&pieces)));
	buffer_clear(&whole);
	buffer_clear(&pieces);
	survive_gap(in, in.len * data[1] / 256, (uint64_t)data[2] * 4);
	return 0;
}
