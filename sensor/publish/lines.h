/* SPDX-License-Identifier: Apache-2.0
 *
 * lines: text lines to a descriptor that may be slow, without waiting for it: they are kept under a ceiling and written
 * as the other side takes them.
 */
#ifndef PUBLISH_LINES_H
#define PUBLISH_LINES_H

#include "publish/sink.h"

struct lines;

/* Takes the descriptor over. `name` stands for it in messages and is copied. NULL when memory is short (the descriptor
 * is not closed then). */
struct lines *lines_new(struct event_base *, int fd, const char *name, size_t ceiling);

/* Keeps one line (its end is added) for writing soon. SINK_REFUSED when there is no room, counted. */
enum sink_result lines_put(struct lines *, struct bytes line);

/* From now on to this descriptor (taken over); what waits goes there. */
void lines_move(struct lines *, int fd);

bool lines_drained(const struct lines *);
struct sink_counters lines_counters(const struct lines *);

/* Writes what can be written at once, then closes. NULL is fine. */
void lines_free(struct lines *);

#endif
