/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_delivery.h"


#include "base/memory.h"

/* Chunk sizes that are kept; 8 times a power of 2. */
#define CHUNKS_MAX 4096

#define REPLY_MAX 8200

struct smtp_delivery *
smtp_delivery_new(enum message_transfer transfer, const struct protocol_context *context)
{
	struct smtp_delivery *d = memory_take_zeroed(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->message = message_new(context->message_limits);
	if (d->message == NULL) {
		memory_give_back(d);
		return NULL;
	}
	d->users = 1;
	d->transfer = transfer;
	smtp_transaction_init(&d->envelope, context->limits->recipients);
	buffer_init(&d->reply, REPLY_MAX);
	return d;
}

struct smtp_delivery *
smtp_delivery_use(struct smtp_delivery *d)
{
	if (d != NULL)
		d->users++;
	return d;
}

void
smtp_delivery_drop(struct smtp_delivery *d)
{
	if (d == NULL || --d->users > 0)
		return;
	message_free(d->message);
	smtp_transaction_reset(&d->envelope);
	buffer_clear(&d->reply);
	memory_give_back(d->chunks);
	memory_give_back(d);
}

void
smtp_delivery_push(struct smtp_delivery *d, struct bytes content)
{
	if (d != NULL && d->message != NULL && content.len > 0)
		message_push(d->message, content);
}

void
smtp_delivery_lose(struct smtp_delivery *d, uint64_t missing)
{
	if (d == NULL)
		return;
	d->lossy = true;
	if (d->message != NULL)
		message_gap(d->message, missing);
}

void
smtp_delivery_chunk(struct smtp_delivery *d, uint64_t size)
{
	size_t room = d->chunk_room == 0 ? 8 : d->chunk_room * 2;
	uint64_t *more;

	if (d->chunk_count == d->chunk_room) {
		more = d->chunk_room == CHUNKS_MAX ? NULL : memory_resize(d->chunks, room * sizeof(*more));
		if (more == NULL) {
			d->chunks_dropped++;
			return;
		}
		d->chunks = more;
		d->chunk_room = room;
	}
	d->chunks[d->chunk_count++] = size;
}

void
smtp_delivery_keep_reply(struct smtp_delivery *d, uint16_t code, struct bytes reply_text)
{
	d->code = code;
	buffer_reset(&d->reply);
	(void)buffer_append(&d->reply, reply_text);
}

static enum message_status
status_of(const struct smtp_delivery *d, uint16_t code)
{
	if (code >= 400)
		return MESSAGE_REFUSED;
	if (!d->ended)
		return MESSAGE_INCOMPLETE;
	return code / 100 == 2 ? MESSAGE_ACCEPTED : MESSAGE_UNANSWERED;
}

bool
smtp_delivery_tell(struct smtp_delivery *d, const struct smtp_telling *telling)
{
	struct message_report report = { .ordinal = telling->ordinal, .transfer = d->transfer,
		.complete = d->ended && !d->lossy, .authenticated = telling->authenticated };
	struct observation o = { .kind = OBSERVED_MESSAGE, .time = telling->time,
		.session = telling->context->session };
	uint16_t code = telling->code != 0 ? telling->code : d->code;

	if (d->message == NULL)
		return false;
	if (!report.complete && !d->lossy)
		message_gap(d->message, 0);
	report.status = status_of(d, code);
	report.envelope = (struct smtp_envelope){ .has_sender = d->envelope.has_sender,
		.from = buffer_bytes(&d->envelope.from), .to = texts_slices(&d->envelope.to),
		.refused = texts_slices(&d->envelope.refused), .helo_text = telling->helo_text,
		.reply_text = telling->code != 0 ? telling->reply_text : buffer_bytes(&d->reply),
		.chunks = d->chunks, .chunk_count = d->chunk_count, .chunks_dropped = d->chunks_dropped };
	report.content = message_finish(d->message);
	o.message = &report;
	telling->context->observe(telling->context->observe_arg, &o);
	message_free(d->message);
	d->message = NULL;
	d->told = true;
	return true;
}
