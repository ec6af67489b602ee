/* SPDX-License-Identifier: Apache-2.0
 *
 * Positions count octets since the beginning and never wrap; a position's place is its remainder by the size. Each side
 * keeps the other's position as it last saw it, so that the line they share is only touched when that is not enough.
 */
#include "base/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define CACHE_LINE 64
#define SKIPPED UINT64_MAX

/* Stands before each record. */
struct head {
	uint64_t len; /* octets of the record, or SKIPPED: the rest of the ring is not used this time */
	uint64_t unused;
};

struct ring {
	uint8_t *memory;
	size_t size;
	_Alignas(CACHE_LINE) _Atomic uint64_t written; /* the writer's */
	uint64_t taken_seen, next;                     /* next: where the space asked for last begins */
	_Alignas(CACHE_LINE) _Atomic uint64_t taken;   /* the taker's */
	uint64_t written_seen;
};

static size_t
rounded(size_t len)
{
	return (len + RING_ALIGNMENT - 1) / RING_ALIGNMENT * RING_ALIGNMENT;
}

struct ring *
ring_new(size_t size)
{
	struct ring *r = aligned_alloc(CACHE_LINE, sizeof(*r));
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (r == NULL)
		return NULL;
	*r = (struct ring){ .size = size < page ? page : size / page * page };
	r->memory = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (r->memory == MAP_FAILED) {
		free(r);
		return NULL;
	}
	return r;
}

void
ring_free(struct ring *r)
{
	if (r == NULL)
		return;
	(void)munmap(r->memory, r->size);
	free(r);
}

static struct head *
head_at(const struct ring *r, uint64_t position)
{
	return (struct head *)(void *)(r->memory + position % r->size);
}

void *
ring_space(struct ring *r, bool anew, size_t *room)
{
	uint64_t written = atomic_load_explicit(&r->written, memory_order_relaxed), free_octets;
	size_t to_end = r->size - (size_t)(written % r->size);

	r->taken_seen = atomic_load_explicit(&r->taken, memory_order_acquire);
	free_octets = r->size - (written - r->taken_seen);
	r->next = written;
	if (anew) {
		/* At the start already, or what lies there is not taken yet. */
		if (to_end == r->size || free_octets <= to_end)
			return NULL;
		r->next = written + to_end;
		free_octets -= to_end;
		to_end = r->size;
	}
	if (free_octets > to_end)
		free_octets = to_end;
	if (free_octets <= sizeof(struct head))
		return NULL;
	*room = (size_t)free_octets - sizeof(struct head);
	return head_at(r, r->next) + 1;
}

void
ring_commit(struct ring *r, size_t len)
{
	uint64_t written = atomic_load_explicit(&r->written, memory_order_relaxed);

	if (r->next != written)
		head_at(r, written)->len = SKIPPED;
	head_at(r, r->next)->len = len;
	atomic_store_explicit(&r->written, r->next + sizeof(struct head) + rounded(len), memory_order_release);
}

void *
ring_front(struct ring *r, size_t *len)
{
	uint64_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	struct head *head;

	if (taken == r->written_seen)
		r->written_seen = atomic_load_explicit(&r->written, memory_order_acquire);
	if (taken == r->written_seen)
		return NULL;
	head = head_at(r, taken);
	if (head->len == SKIPPED) {
		taken += r->size - taken % r->size;
		atomic_store_explicit(&r->taken, taken, memory_order_release);
		head = head_at(r, taken);
	}
	*len = (size_t)head->len;
	return head + 1;
}

void
ring_release(struct ring *r)
{
	uint64_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
	size_t len = (size_t)head_at(r, taken)->len;

	atomic_store_explicit(&r->taken, taken + sizeof(struct head) + rounded(len), memory_order_release);
}

size_t
ring_used(const struct ring *r)
{
	uint64_t taken = atomic_load_explicit(&r->taken, memory_order_acquire);
	uint64_t written = atomic_load_explicit(&r->written, memory_order_acquire);

	return (size_t)(written - taken);
}

size_t
ring_size(const struct ring *r)
{
	return r->size;
}
