/* SPDX-License-Identifier: Apache-2.0 */
#include "support/guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guard
guard_new(struct bytes b)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t body = (b.len + page - 1) / page * page;
	struct guard g = { .mapped = body + page };
	uint8_t *at;

	g.map = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g.map == MAP_FAILED)
		abort();
	at = (uint8_t *)g.map + body;
	if (mprotect(at, page, PROT_NONE) != 0)
		abort();
	at -= b.len;
	if (b.len > 0)
		memcpy(at, b.at, b.len);
	g.bytes = bytes_of(at, b.len);
	return g;
}

void
guard_free(struct guard *g)
{
	munmap(g->map, g->mapped);
	g->map = NULL;
}
