/* SPDX-License-Identifier: Apache-2.0
 *
 * ecs_common: what stands in every document. Private to publish/.
 */
#ifndef PUBLISH_ECS_COMMON_H
#define PUBLISH_ECS_COMMON_H

#include "publish/ecs.h"
#include "publish/json.h"

/* A new document with @timestamp, ecs, event.{kind,dataset,id,module} and observer; NULL when memory is short. */
json_t *ecs_document(const struct ecs_context *, const char *dataset, bool is_alert, const char *id, usec_t time);

/* source, destination, network, mailtap.session and related.ip of a connection; traffic may be NULL. */
void ecs_put_connection(json_t *document, const struct ecs_context *, const struct session *, const struct traffic *);

/* Notes that the value of `field` (a dotted path) was cut: mailtap.truncated. */
void ecs_put_truncated(json_t *document, const char *field, bool cut);

/* Fills the rest of a document of its kind. */
void ecs_put_session(json_t *document, const struct observation *);
void ecs_put_message(json_t *document, const struct ecs_context *, const struct observation *);
void ecs_put_mailboxes(json_t *document, const struct session_report *);
void ecs_put_estimate(json_t *document, const struct estimate_report *);
void ecs_put_item(json_t *document, const struct mailbox_item *);
void ecs_put_script(json_t *document, const struct observation *);
void ecs_put_tls(json_t *document, const struct observation *);
void ecs_put_login(json_t *document, const struct observation *);
void ecs_put_anomaly(json_t *document, const struct observation *);

#endif
