/* SPDX-License-Identifier: Apache-2.0
 *
 * An SMTP dialogue out of the fuzzer's octets: each stretch is a control octet (bit 0: who speaks; bit 1: a gap; the rest:
 * how long) and its bytes.
 */
#include <stdlib.h>

#include "protocol/smtp.h"

static void
observe(void *arg, const struct observation *o)
{
	size_t *sum = arg;

	if (o->kind != OBSERVED_MESSAGE)
		return;
	/* Everything that is handed out can be read. */
	for (size_t i = 0; i < o->message->envelope.to.len; i++)
		for (size_t k = 0; k < o->message->envelope.to.at[i].len; k++)
			*sum += o->message->envelope.to.at[i].at[k];
	if (o->message->complete && o->message->content->missing > 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct protocol_limits limits = { .line = 200, .commands = 20, .recipients = 5, .unknown_commands = 10,
		.pending = 16, .observations = 5 };
	static const struct message_limits message_limits = { .header_bytes = 1000, .header_fields = 10, .value_bytes = 100,
		.addresses = 5, .parts = 5, .nesting = 3, .hash_bytes = 1000, .hash_message = true, .hash_attachments = true };
	struct session session = { .protocol = MAIL_SMTP, .midstream = size > 0 && data[0] == 0xff };
	size_t sum = 0, used;
	struct protocol_context context = { .session = &session, .limits = &limits, .message_limits = &message_limits,
		.observe = observe, .observe_arg = &sum };
	struct session_report report = { .end = SESSION_FIN };
	struct arena arena;
	struct bytes in = bytes_of(data, size);
	void *parser = protocol_smtp.open(&context);

	if (parser == NULL)
		return 0;
	while (in.len > 0) {
		uint8_t control = in.at[0];
		enum direction from = (control & 1) != 0 ? FROM_SERVER : FROM_CLIENT;
		struct bytes piece = bytes_first(bytes_skip(in, 1), control >> 2);

		in = bytes_skip(in, 1 + piece.len);
		if ((control & 2) != 0)
			(void)protocol_smtp.gap(parser, from, piece.len + 1, 1);
		while (piece.len > 0) {
			(void)protocol_smtp.data(parser, from, piece, 1, &used);
			if (used == 0 || used > piece.len)
				abort();
			piece = bytes_skip(piece, used);
		}
	}
	protocol_smtp.finish(parser, 2);
	arena_init(&arena);
	protocol_smtp.report(parser, &report, &arena);
	arena_clear(&arena);
	protocol_smtp.close(parser);
	return 0;
}
