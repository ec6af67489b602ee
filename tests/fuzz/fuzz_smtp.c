/* SPDX-License-Identifier: Apache-2.0
 *
 * An SMTP dialogue out of the fuzzer's octets: each stretch is a control octet (bit 0: who speaks; bit 1: a gap; the rest:
 * how long) and its bytes. What is observed is the same when every octet comes alone, unless there is a gap: behind one, how
 * much came at once may decide what is guessed.
 */
#include <stdlib.h>

#include "protocol/smtp.h"

/* What was heard, as a sum over all that is handed out: so all of it can be read, too. */
struct ear {
	uint64_t sum;
	uint32_t count;
	bool gap; /* something was not heard */
};

static void
hear_number(struct ear *e, uint64_t n)
{
	e->sum = (e->sum ^ n) * UINT64_C(0x100000001b3) + 7;
	e->count++;
}

static void
hear(struct ear *e, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		hear_number(e, b.at[i]);
	hear_number(e, b.len);
}

static void
hear_list(struct ear *e, const struct slices *list)
{
	for (size_t i = 0; i < list->len; i++)
		hear(e, list->at[i]);
	hear_number(e, list->dropped);
}

static void
hear_message(struct ear *e, const struct message_report *m)
{
	const struct message_content *c = m->content;

	if (m->complete && c->missing > 0)
		abort();
	hear_number(e, m->status);
	hear_number(e, m->complete);
	hear_number(e, m->envelope.has_sender);
	hear(e, m->envelope.from);
	hear_list(e, &m->envelope.to);
	hear_list(e, &m->envelope.refused);
	hear(e, m->envelope.helo_text);
	hear(e, m->envelope.reply_text);
	for (size_t i = 0; i < m->envelope.chunk_count; i++)
		hear_number(e, m->envelope.chunks[i]);
	hear(e, c->subject_text);
	hear_number(e, c->bytes);
	hear_number(e, c->missing);
	hear_number(e, c->part_count);
	if (c->hashed)
		hear(e, bytes_of(c->sha256, sizeof(c->sha256)));
}

static void
observe(void *arg, const struct observation *o)
{
	struct ear *e = arg;

	hear_number(e, o->kind);
	if (o->kind == OBSERVED_MESSAGE) {
		hear_message(e, o->message);
	} else if (o->kind == OBSERVED_LOGIN) {
		hear(e, o->login->user_text);
		hear(e, o->login->domain_text);
		hear(e, o->login->workstation_text);
		hear(e, o->login->mechanism);
		hear_number(e, o->login->outcome);
		hear_number(e, o->login->cleartext);
	} else if (o->kind == OBSERVED_ANOMALY) {
		hear(e, bytes_str(o->anomaly->name));
		hear_number(e, o->anomaly->from);
	}
}

static void
hear_report(struct ear *e, const void *parser)
{
	struct session_report report = { .end = SESSION_FIN };
	struct arena arena;

	arena_init(&arena);
	protocol_smtp.report(parser, &report, &arena);
	hear_number(e, report.messages_sent);
	hear_number(e, report.smtp.banner_code);
	hear(e, report.smtp.banner_text);
	hear(e, report.smtp.helo_text);
	hear_list(e, &report.smtp.commands);
	for (size_t i = 0; i < report.smtp.reply_code_count; i++)
		hear_number(e, report.smtp.reply_codes[i]);
	hear_list(e, &report.smtp.rcpt_refused);
	hear_list(e, &report.smtp.auth_mechanisms);
	arena_clear(&arena);
}

/* In pieces of at most `most` octets. */
static struct ear
play(struct bytes in, size_t most)
{
	static const struct protocol_limits limits = { .line = 200, .commands = 20, .recipients = 5, .unknown_commands = 10,
		.pending = 16, .observations = 5 };
	static const struct message_limits message_limits = { .header_bytes = 1000, .header_fields = 10, .value_bytes = 100,
		.addresses = 5, .parts = 5, .nesting = 3, .hash_bytes = 1000, .hash_message = true };
	struct session session = { .protocol = MAIL_SMTP, .midstream = in.len > 0 && in.at[0] == 0xff };
	struct ear ear = { .gap = session.midstream };
	struct protocol_context context = { .session = &session, .limits = &limits, .message_limits = &message_limits,
		.observe = observe, .observe_arg = &ear };
	void *parser = protocol_smtp.open(&context);
	size_t used;

	if (parser == NULL)
		abort();
	while (in.len > 0) {
		uint8_t control = in.at[0];
		enum direction from = (control & 1) != 0 ? FROM_SERVER : FROM_CLIENT;
		struct bytes stretch = bytes_first(bytes_skip(in, 1), control >> 2);

		in = bytes_skip(in, 1 + stretch.len);
		ear.gap |= (control & 2) != 0;
		if ((control & 2) != 0)
			(void)protocol_smtp.gap(parser, from, stretch.len + 1, 1);
		while (stretch.len > 0) {
			(void)protocol_smtp.data(parser, from, bytes_first(stretch, most), 1, &used);
			if (used == 0 || used > stretch.len)
				abort();
			stretch = bytes_skip(stretch, used);
		}
	}
	protocol_smtp.finish(parser, 2);
	hear_report(&ear, parser);
	protocol_smtp.close(parser);
	return ear;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ear whole = play(bytes_of(data, size), 64), octets = play(bytes_of(data, size), 1);

	if (!whole.gap && (whole.sum != octets.sum || whole.count != octets.count))
		abort();
	return 0;
}
