/* SPDX-License-Identifier: Apache-2.0
 *
 * ecs: observations and alerts as JSON documents, Elastic Common Schema names where ECS has one (contract section 2).
 */
#ifndef PUBLISH_ECS_H
#define PUBLISH_ECS_H

#include "base/buffer.h"
#include "detect/forward_evidence.h"
#include "publish/privacy.h"

/* What stands in every document, and what is needed to fill it. Borrowed. */
struct ecs_context {
	const char *sensor_name, *version;
	const struct detector_context *detect; /* site, rules: for network.direction and mailtap.forward */
	const struct privacy *privacy;         /* NULL: everything is clear */
};

/* Room for one document; more is cut field by field before it comes to that. */
#define ECS_DOCUMENT_MAX (4u << 20)

/* The dataset that an observation's event belongs to; NULL: it has none. Static. */
const char *ecs_dataset(enum observation_kind);

/* Writes the JSON line into out (reset first) and fills *document, whose json points into out. False when memory is
 * short or the observation is none that has a document (see ecs_dataset()). */
bool ecs_event(const struct ecs_context *, const struct observation *, struct buffer *out, struct document *);
bool ecs_alert(const struct ecs_context *, const struct alert *, struct buffer *out, struct document *);

/* The same of a mail server; change: of enum service_change, 0: it is only listed. */
bool ecs_service(const struct ecs_context *, const struct service *, uint64_t clients, unsigned change, usec_t time,
    struct buffer *out, struct document *);

/* Counters as name and value, for mailtap.stats and for `mailtapctl stats`. */
struct ecs_counter {
	const char *name; /* dotted, below mailtap.stats */
	uint64_t value;
};

bool ecs_stats(const struct ecs_context *, usec_t time, const struct ecs_counter *, size_t count, struct buffer *out,
    struct document *);

#endif
