/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd.h"

#include <stdio.h>
#include <stdlib.h>

static bool
is_before(const struct connection *a, const struct connection *b)
{
	return connection_time(a) < connection_time(b);
}

void
crowd_add(struct crowd *c, struct connection *connection)
{
	size_t i = c->len;

	if (c->len == c->room) {
		c->room = c->room == 0 ? 64 : c->room * 2;
		c->at = realloc(c->at, c->room * sizeof(struct connection *));
		if (c->at == NULL) {
			fprintf(stderr, "corpus: not enough memory\n");
			exit(1);
		}
	}
	c->len++;
	for (; i > 0 && is_before(connection, c->at[(i - 1) / 2]); i = (i - 1) / 2)
		c->at[i] = c->at[(i - 1) / 2];
	c->at[i] = connection;
}

/* The first one's time has grown, or it was replaced. */
static void
sink_first(struct crowd *c)
{
	struct connection *first = c->at[0];
	size_t i = 0, child;

	while ((child = i * 2 + 1) < c->len) {
		if (child + 1 < c->len && is_before(c->at[child + 1], c->at[child]))
			child++;
		if (!is_before(c->at[child], first))
			break;
		c->at[i] = c->at[child];
		i = child;
	}
	c->at[i] = first;
}

bool
crowd_step(struct crowd *c, struct frames *f, uint64_t *time)
{
	struct connection *first = c->at[0];

	*time = connection_time(first);
	if (connection_step(first, f)) {
		sink_first(c);
		return false;
	}
	connection_free(first);
	c->at[0] = c->at[--c->len];
	if (c->len > 0)
		sink_first(c);
	else
		free(c->at), *c = (struct crowd){ 0 };
	return true;
}
