/* SPDX-License-Identifier: Apache-2.0
 *
 * pivot: ready-made queries that take an analyst from an alert to the session in Arkime or Zeek, and to the host's own
 * logs around that time (Kibana query language).
 */
#ifndef PUBLISH_PIVOT_H
#define PUBLISH_PIVOT_H

#include "publish/json.h"

/* Fills `pivot`. client and server may be NULL when no connection is meant; then only times bound the queries. */
void pivot_put(json_t *pivot, const struct session *, usec_t first, usec_t last);

#endif
