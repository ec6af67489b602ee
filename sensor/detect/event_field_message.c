/* SPDX-License-Identifier: Apache-2.0
 *
 * Fields of messages that are worked out, or there only together with another.
 */
#include "detect/event_field_special.h"

void
event_transfer(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_word(visit, arg, message_transfer_name(e->o->message->transfer));
}

void
event_status(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_word(visit, arg, message_status_name(e->o->message->status));
}

/* A message read from a mailbox has no envelope. */
static const struct smtp_envelope *
envelope_of(const struct event *e)
{
	return e->o->message->has_item ? NULL : &e->o->message->envelope;
}

static void
say_filled(event_visitor *visit, void *arg, struct bytes text)
{
	if (text.len > 0)
		(void)event_say_text(visit, arg, text);
}

static void
say_slices(event_visitor *visit, void *arg, const struct slices *list)
{
	for (size_t i = 0; i < list->len; i++)
		if (!event_say_text(visit, arg, list->at[i]))
			return;
}

void
event_envelope_from(struct event *e, event_visitor *visit, void *arg)
{
	const struct smtp_envelope *envelope = envelope_of(e);

	if (envelope != NULL && envelope->has_sender)
		(void)event_say_text(visit, arg, envelope->from);
}

void
event_envelope_to(struct event *e, event_visitor *visit, void *arg)
{
	const struct smtp_envelope *envelope = envelope_of(e);

	if (envelope != NULL)
		say_slices(visit, arg, &envelope->to);
}

void
event_envelope_refused(struct event *e, event_visitor *visit, void *arg)
{
	const struct smtp_envelope *envelope = envelope_of(e);

	if (envelope != NULL)
		say_slices(visit, arg, &envelope->refused);
}

void
event_envelope_helo(struct event *e, event_visitor *visit, void *arg)
{
	const struct smtp_envelope *envelope = envelope_of(e);

	if (envelope != NULL)
		say_filled(visit, arg, envelope->helo_text);
}

void
event_envelope_reply(struct event *e, event_visitor *visit, void *arg)
{
	const struct smtp_envelope *envelope = envelope_of(e);

	if (envelope != NULL)
		say_filled(visit, arg, envelope->reply_text);
}

void
event_envelope_chunks(struct event *e, event_visitor *visit, void *arg)
{
	const struct smtp_envelope *envelope = envelope_of(e);

	for (size_t i = 0; envelope != NULL && i < envelope->chunk_count; i++)
		if (!event_say_number(visit, arg, (double)envelope->chunks[i]))
			return;
}

void
event_item_uid(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->message->has_item && e->o->message->item.has_uid)
		(void)event_say_number(visit, arg, e->o->message->item.uid);
}

void
event_item_number(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->message->has_item && e->o->message->item.number != 0)
		(void)event_say_number(visit, arg, e->o->message->item.number);
}

void
event_fetch_literal(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->message->has_item && e->o->message->item.kind != NULL)
		(void)event_say_number(visit, arg, (double)e->o->message->item.literal);
}

void
event_item_size(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->message->has_item && e->o->message->item.has_size)
		(void)event_say_number(visit, arg, (double)e->o->message->item.size);
}

void
event_forward_verdict(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_word(visit, arg, forward_verdict_name(event_forward(e)->verdict));
}

/* The rest is said only where something was found. */
static const struct forward_assessment *
found(struct event *e)
{
	const struct forward_assessment *a = event_forward(e);

	return a->artefact_count > 0 ? a : NULL;
}

void
event_artefact_rule(struct event *e, event_visitor *visit, void *arg)
{
	const struct forward_assessment *a = event_forward(e);

	for (size_t i = 0; i < a->artefact_count; i++)
		if (!event_say_word(visit, arg, a->artefacts[i].rule->name))
			return;
}

void
event_artefact_name(struct event *e, event_visitor *visit, void *arg)
{
	const struct forward_assessment *a = event_forward(e);

	for (size_t i = 0; i < a->artefact_count; i++)
		if (a->artefacts[i].name.len > 0 && !event_say_text(visit, arg, a->artefacts[i].name))
			return;
}

void
event_artefact_value(struct event *e, event_visitor *visit, void *arg)
{
	const struct forward_assessment *a = event_forward(e);

	for (size_t i = 0; i < a->artefact_count; i++)
		if (a->artefacts[i].value_text.len > 0 && !event_say_text(visit, arg, a->artefacts[i].value_text))
			return;
}

void
event_artefact_weight(struct event *e, event_visitor *visit, void *arg)
{
	const struct forward_assessment *a = event_forward(e);

	for (size_t i = 0; i < a->artefact_count; i++)
		if (!event_say_number(visit, arg, a->artefacts[i].weight))
			return;
}

void
event_forward_confidence(struct event *e, event_visitor *visit, void *arg)
{
	const struct forward_assessment *a = found(e);

	if (a != NULL)
		(void)event_say_number(visit, arg, a->confidence);
}

void
event_forward_victim(struct event *e, event_visitor *visit, void *arg)
{
	const struct forward_assessment *a = found(e);

	if (a != NULL)
		say_filled(visit, arg, bytes_str(a->victim));
}

void
event_forward_target(struct event *e, event_visitor *visit, void *arg)
{
	const struct forward_assessment *a = found(e);

	if (a != NULL)
		say_filled(visit, arg, bytes_str(a->target));
}

void
event_forward_hops(struct event *e, event_visitor *visit, void *arg)
{
	const struct forward_assessment *a = found(e);

	if (a != NULL)
		(void)event_say_number(visit, arg, a->hops);
}

void
event_quiet_because(struct event *e, event_visitor *visit, void *arg)
{
	const struct forward_assessment *a = found(e);

	if (a != NULL)
		(void)event_say_word(visit, arg, a->quiet_because);
}
