/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands whose reply has not come, in the order they were sent. Nobody has thousands of them in good faith: at a
 * ceiling all are settled as if no reply would come, which is said, and counting begins anew.
 */

#include "protocol/smtp.h"

#include "base/memory.h"

#define ROOM_FIRST 8

static bool
grow(struct smtp_queue *q)
{
	size_t room = q->room == 0 ? ROOM_FIRST : q->room * 2;
	struct smtp_pending *more = memory_take_zeroed(room, sizeof(*more));

	if (more == NULL)
		return false;
	for (size_t i = 0; i < q->len; i++)
		more[i] = q->at[(q->first + i) % q->room];
	memory_give_back(q->at);
	q->at = more;
	q->room = room;
	q->first = 0;
	return true;
}

static bool
is_full(const struct smtp *s, enum smtp_awaited what, size_t octets)
{
	const struct smtp_queue *q = &s->queue;

	return q->len >= s->context->limits->pending || q->octets + octets > SMTP_PENDING_OCTETS ||
	    (what == SMTP_AWAITS_MESSAGE && q->deliveries >= SMTP_DELIVERIES_MAX);
}

void
smtp_pending_add(struct smtp *s, enum smtp_awaited what, struct bytes argument, struct smtp_delivery *d, usec_t time)
{
	struct smtp_queue *q = &s->queue;
	struct smtp_pending *p;

	argument = bytes_first(argument, SMTP_TEXT_MAX);
	if (q->len > 0 && is_full(s, what, argument.len)) {
		smtp_say(s, ANOMALY_PENDING_CEILING, FROM_CLIENT, time);
		smtp_settle_all(s, time);
	}
	if (q->len == q->room && !grow(q)) {
		smtp_say(s, ANOMALY_TEXT_LOST, FROM_CLIENT, time);
		smtp_settle_all(s, time);
		if (q->room == 0) {
			s->kept.done = true;
			return;
		}
	}
	p = &q->at[(q->first + q->len++) % q->room];
	*p = (struct smtp_pending){ .what = what, .delivery = smtp_delivery_use(d) };
	buffer_init(&p->argument, SMTP_TEXT_MAX);
	if (!buffer_append(&p->argument, argument))
		smtp_say(s, ANOMALY_TEXT_LOST, FROM_CLIENT, time);
	q->octets += p->argument.len;
	q->deliveries += what == SMTP_AWAITS_MESSAGE;
	/* A server that cannot be heard will not answer: no need to wait for it. */
	if (s->kept.unheard)
		smtp_settle_all(s, time);
}

struct smtp_pending *
smtp_pending_first(struct smtp *s)
{
	return s->queue.len == 0 ? NULL : &s->queue.at[s->queue.first];
}

struct smtp_pending *
smtp_pending_last(struct smtp *s)
{
	struct smtp_queue *q = &s->queue;

	return q->len == 0 ? NULL : &q->at[(q->first + q->len - 1) % q->room];
}

bool
smtp_pending_find(const struct smtp *s, enum smtp_awaited what, size_t *before)
{
	const struct smtp_queue *q = &s->queue;

	for (size_t i = 0; i < q->len; i++) {
		if (q->at[(q->first + i) % q->room].what == what) {
			*before = i;
			return true;
		}
	}
	return false;
}

struct smtp_pending
smtp_pending_take(struct smtp *s)
{
	struct smtp_queue *q = &s->queue;
	struct smtp_pending p = q->at[q->first];

	q->first = (q->first + 1) % q->room;
	q->len--;
	q->octets -= p.argument.len;
	q->deliveries -= p.what == SMTP_AWAITS_MESSAGE;
	return p;
}

void
smtp_pending_clear(struct smtp_pending *p)
{
	smtp_delivery_drop(p->delivery);
	buffer_clear(&p->argument);
}

void
smtp_pending_forget(struct smtp *s)
{
	while (s->queue.len > 0) {
		struct smtp_pending p = smtp_pending_take(s);

		smtp_pending_clear(&p);
	}
}

void
smtp_pending_free(struct smtp *s)
{
	smtp_pending_forget(s);
	memory_give_back(s->queue.at);
	s->queue = (struct smtp_queue){ 0 };
}
