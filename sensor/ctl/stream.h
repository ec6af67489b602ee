/* SPDX-License-Identifier: Apache-2.0
 *
 * stream: the alert stream as the tool reads it: a connection to Redis, entries, and how an alert looks on a terminal.
 */
#ifndef CTL_STREAM_H
#define CTL_STREAM_H

#include <hiredis/hiredis.h>

#include "ctl/command.h"

/* A connection that is logged in, or NULL (said). */
redisContext *stream_connect(const struct ctl *);

/* "PREFIX:alerts" into out (256 octets). */
const char *stream_key(const struct ctl *, char out[256]);

/* The value of a field of an entry's list of fields and values; empty when absent. */
struct bytes stream_field(const redisReply *fields, const char *name);

/* Whether the filters let this entry through. */
bool stream_wanted(const struct ctl *, const redisReply *fields);

/* One entry: the JSON document as it stands, or a few lines for a person. `full`: with everything it carries. */
void stream_print(const struct ctl *, const redisReply *fields, bool full);

#endif
