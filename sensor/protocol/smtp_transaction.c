/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_transaction.h"

#include <stdlib.h>

/* Octets of an address that are kept: RFC 5321 allows 256. */
#define ADDRESS_MAX 1024

/* Chunk sizes that are kept. */
#define CHUNKS_MAX 4096

struct smtp_transaction *
smtp_transaction_new(const struct protocol_limits *limits)
{
	struct smtp_transaction *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->users = 1;
	buffer_init(&t->from, ADDRESS_MAX);
	texts_init(&t->to, limits->recipients);
	texts_init(&t->refused, limits->recipients);
	return t;
}

struct smtp_transaction *
smtp_transaction_use(struct smtp_transaction *t)
{
	if (t != NULL)
		t->users++;
	return t;
}

void
smtp_transaction_drop(struct smtp_transaction *t)
{
	if (t == NULL || --t->users > 0)
		return;
	message_free(t->message);
	buffer_clear(&t->from);
	texts_clear(&t->to);
	texts_clear(&t->refused);
	free(t->chunks);
	free(t);
}

void
smtp_transaction_set_sender(struct smtp_transaction *t, struct bytes address)
{
	buffer_reset(&t->from);
	(void)buffer_append(&t->from, address);
	t->sender = SMTP_SENDER_GIVEN;
}

void
smtp_transaction_refuse(struct smtp_transaction *t, struct bytes address)
{
	for (size_t i = 0; i < t->to.len; i++) {
		if (bytes_equal(t->to.at[i], address)) {
			(void)texts_add(&t->refused, address);
			texts_remove(&t->to, i);
			return;
		}
	}
}

bool
smtp_transaction_begin(struct smtp_transaction *t, enum message_transfer transfer, const struct message_limits *limits)
{
	if (t->message == NULL) {
		t->message = message_new(limits);
		t->transfer = transfer;
	}
	return t->message != NULL;
}

void
smtp_transaction_chunk(struct smtp_transaction *t, uint64_t size)
{
	size_t room = t->chunk_room == 0 ? 8 : t->chunk_room * 2;
	uint64_t *more;

	if (t->chunk_count == CHUNKS_MAX)
		return;
	if (t->chunk_count == t->chunk_room) {
		more = realloc(t->chunks, room * sizeof(*more));
		if (more == NULL)
			return;
		t->chunks = more;
		t->chunk_room = room;
	}
	t->chunks[t->chunk_count++] = size;
}

static enum message_status
status_of(const struct smtp_transaction *t, uint16_t code)
{
	if (code >= 400)
		return MESSAGE_REFUSED;
	if (!t->ended)
		return MESSAGE_INCOMPLETE;
	return code == 0 ? MESSAGE_UNANSWERED : MESSAGE_ACCEPTED;
}

void
smtp_transaction_tell(struct smtp_transaction *t, const struct smtp_telling *telling, uint16_t code,
    struct bytes reply_text)
{
	struct message_report report = { .transfer = t->transfer, .authenticated = telling->authenticated };
	struct observation o = { .kind = OBSERVED_MESSAGE, .time = telling->time,
		.session = telling->context->session };

	if (t->message == NULL || t->told)
		return;
	t->told = true;
	/* How much of it is missing nobody knows: its last part is not whole. */
	if (!t->ended)
		message_gap(t->message, 0);
	report.ordinal = (*telling->ordinal)++;
	report.status = status_of(t, code);
	report.content = message_finish(t->message);
	report.complete = t->ended && !t->lossy;
	report.envelope = (struct smtp_envelope){ .has_sender = t->sender == SMTP_SENDER_GIVEN,
		.from = buffer_bytes(&t->from), .to = texts_slices(&t->to), .refused = texts_slices(&t->refused),
		.helo_text = telling->helo_text, .reply_text = reply_text, .chunks = t->chunks,
		.chunk_count = t->chunk_count };
	o.message = &report;
	telling->context->observe(telling->context->observe_arg, &o);
	/* Its memory is needed no more; the envelope may still get replies. */
	message_free(t->message);
	t->message = NULL;
}
