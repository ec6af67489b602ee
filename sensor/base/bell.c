/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bell.h"

#include <sys/eventfd.h>
#include <unistd.h>

bool
bell_init(struct bell *b)
{
	atomic_init(&b->rung, false);
	b->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return b->descriptor >= 0;
}

void
bell_clear(struct bell *b)
{
	if (b->descriptor >= 0)
		(void)close(b->descriptor);
	b->descriptor = -1;
}

void
bell_ring(struct bell *b)
{
	eventfd_t one = 1;

	if (!atomic_exchange(&b->rung, true))
		(void)eventfd_write(b->descriptor, one); /* fails only when its counter is full: readable all the same */
}

void
bell_hear(struct bell *b)
{
	eventfd_t count;

	/* First the descriptor, then the flag: whoever rings in between finds the flag set and writes nothing, but what it
	 * rang for was there before, and is looked at next (the exchange, unlike a store, has seen its write). */
	(void)eventfd_read(b->descriptor, &count);
	(void)atomic_exchange(&b->rung, false);
}
