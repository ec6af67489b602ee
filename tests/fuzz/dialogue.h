/* SPDX-License-Identifier: Apache-2.0
 *
 * dialogue: a dialogue of any protocol out of the fuzzer's octets: each stretch is a control octet (bit 0: who speaks; bit 1:
 * a gap before it; the rest: how long) and its bytes. Whatever is observed and reported is read to its last octet.
 */
#ifndef TESTS_FUZZ_DIALOGUE_H
#define TESTS_FUZZ_DIALOGUE_H

#include <stdlib.h>

#include "protocol/protocol.h"

static size_t fuzz_sum;

static inline void
fuzz_read(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		fuzz_sum += b.at[i];
}

static inline void
fuzz_read_list(const struct slices *s)
{
	for (size_t i = 0; i < s->len; i++)
		fuzz_read(s->at[i]);
}

static inline void
fuzz_observe(void *arg, const struct observation *o)
{
	(void)arg;
	if (o->kind == OBSERVED_MESSAGE) {
		fuzz_read(o->message->item.mailbox_text);
		fuzz_read(o->message->item.account_text);
		fuzz_read(o->message->item.unique_text);
		fuzz_read(o->message->content->subject_text);
		if (o->message->complete && o->message->content->missing > 0)
			abort();
	} else if (o->kind == OBSERVED_LOGIN) {
		fuzz_read(o->login->user_text);
		fuzz_read(o->login->mechanism);
	} else if (o->kind == OBSERVED_SCRIPT) {
		fuzz_read(o->script->name_text);
		for (size_t i = 0; i < o->script->target_count; i++)
			fuzz_read(o->script->targets[i].address_text);
	}
}

static inline void
fuzz_read_report(const struct session_report *r)
{
	fuzz_read(r->pop3.banner_text);
	fuzz_read_list(&r->pop3.commands);
	fuzz_read_list(&r->pop3.capabilities);
	fuzz_read(r->imap.banner_text);
	fuzz_read_list(&r->imap.commands);
	fuzz_read_list(&r->imap.capabilities);
	fuzz_read_list(&r->imap.searches);
	fuzz_read(r->sieve.banner_text);
	fuzz_read_list(&r->sieve.commands);
	fuzz_read(r->collection.account_text);
	fuzz_read(r->collection.client_id_text);
	for (size_t i = 0; i < r->collection.folder_count; i++)
		fuzz_read(r->collection.folders[i].name_text);
}

static inline void
fuzz_dialogue(const struct protocol *protocol, const uint8_t *data, size_t size)
{
	static const struct protocol_limits limits = { .line = 200, .commands = 20, .recipients = 5, .unknown_commands = 10,
		.pending = 16, .folders = 4, .ranges = 8, .inflate_ratio = 50, .observations = 5 };
	static const struct message_limits message_limits = { .header_bytes = 1000, .header_fields = 10, .value_bytes = 100,
		.addresses = 5, .parts = 5, .nesting = 3, .hash_bytes = 1000 };
	struct session session = { .protocol = protocol->id, .midstream = size > 0 && data[0] == 0xff };
	struct protocol_context context = { .session = &session, .limits = &limits, .message_limits = &message_limits,
		.observe = fuzz_observe };
	struct session_report report = { .end = SESSION_FIN };
	struct bytes in = bytes_of(data, size);
	void *parser = protocol->open(&context);
	struct arena arena;
	bool done = parser == NULL;

	while (in.len > 0 && !done) {
		uint8_t control = in.at[0];
		enum direction from = (control & 1) != 0 ? FROM_SERVER : FROM_CLIENT;
		struct bytes piece = bytes_first(bytes_skip(in, 1), control >> 2);

		in = bytes_skip(in, 1 + piece.len);
		if ((control & 2) != 0)
			done = protocol->gap(parser, from, piece.len + 1, 1) == PARSER_IS_DONE;
		while (piece.len > 0 && !done) {
			size_t used = 0;

			done = protocol->data(parser, from, piece, 1, &used) == PARSER_IS_DONE;
			if (used == 0 || used > piece.len)
				abort();
			piece = bytes_skip(piece, used);
		}
	}
	if (parser == NULL)
		return;
	protocol->finish(parser, 2);
	arena_init(&arena);
	protocol->report(parser, &report, &arena);
	fuzz_read_report(&report);
	arena_clear(&arena);
	protocol->close(parser);
}

#endif
