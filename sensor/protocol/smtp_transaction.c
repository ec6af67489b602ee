/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/smtp_transaction.h"

void
smtp_transaction_init(struct smtp_transaction *t, size_t recipients)
{
	*t = (struct smtp_transaction){ 0 };
	buffer_init(&t->from, SMTP_ADDRESS_MAX);
	texts_init(&t->to, recipients);
	texts_init(&t->refused, recipients);
}

void
smtp_transaction_reset(struct smtp_transaction *t)
{
	t->has_sender = false;
	buffer_clear(&t->from);
	texts_clear(&t->to);
	texts_clear(&t->refused);
}

void
smtp_transaction_begin(struct smtp_transaction *t, struct bytes from)
{
	smtp_transaction_reset(t);
	t->has_sender = true;
	(void)buffer_append(&t->from, from);
}

void
smtp_transaction_move(struct smtp_transaction *from, struct smtp_transaction *to)
{
	size_t recipients = from->to.ceiling;

	*to = *from;
	smtp_transaction_init(from, recipients);
}
