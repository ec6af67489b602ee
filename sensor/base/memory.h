/* SPDX-License-Identifier: Apache-2.0
 *
 * memory: the heap, with an account of what this thread has taken of it: so that a pipeline, which lives on one thread,
 * knows what its connections cost and can make room in time. What connections are made of comes from here; what lives as
 * long as the process need not.
 *
 * The account is of octets as the allocator hands them out, its own bookkeeping included. What one thread takes and another
 * gives back stays on the first one's account.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* As malloc(), calloc(), realloc(), reallocarray() and free(). */
void *memory_take(size_t size) __attribute__((malloc));
void *memory_take_zeroed(size_t count, size_t size) __attribute__((malloc));
void *memory_resize(void *, size_t size);
void *memory_resize_array(void *, size_t count, size_t size);
void memory_give_back(void *); /* NULL is fine */

/* Octets that this thread has taken and not given back. */
size_t memory_taken(void);

/* Tests: the allocations to come fail after `successes` more have been granted, on this thread; negative: none fails. */
void memory_fail_after(long successes);

#endif
