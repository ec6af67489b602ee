/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/stored.h"

bool
stored_begin(struct stored *s, const struct protocol_context *context, enum message_transfer transfer)
{
	*s = (struct stored){ .message = message_new(context->message_limits), .transfer = transfer };
	return s->message != NULL;
}

void
stored_push(void *stored, struct bytes octets)
{
	struct stored *s = stored;

	s->octets += octets.len;
	if (s->message != NULL && octets.len > 0)
		message_push(s->message, octets);
}

void
stored_lose(struct stored *s, uint64_t missing)
{
	s->lossy = true;
	if (s->message != NULL)
		message_gap(s->message, missing);
}

bool
stored_tell(struct stored *s, const struct protocol_context *context, const struct mailbox_item *item,
    enum message_status status, bool authenticated, uint32_t ordinal, usec_t time)
{
	struct message_report report = { .ordinal = ordinal, .transfer = s->transfer, .status = status,
		.complete = s->ended && !s->lossy, .authenticated = authenticated, .has_item = true, .item = *item };
	struct observation o = { .kind = OBSERVED_MESSAGE, .time = time, .session = context->session };

	if (s->message == NULL)
		return false;
	if (!report.complete && !s->lossy)
		message_gap(s->message, 0);
	report.content = message_finish(s->message);
	o.message = &report;
	context->observe(context->observe_arg, &o);
	stored_drop(s);
	return true;
}

void
stored_drop(struct stored *s)
{
	message_free(s->message);
	*s = (struct stored){ 0 };
}
