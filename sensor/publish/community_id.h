/* SPDX-License-Identifier: Apache-2.0
 *
 * community_id: Community ID v1 of a TCP connection (seed 0), the same that Zeek, Suricata and Arkime give it.
 */
#ifndef PUBLISH_COMMUNITY_ID_H
#define PUBLISH_COMMUNITY_ID_H

#include "base/endpoint.h"

/* "1:" + 28 characters of base64 + NUL */
#define COMMUNITY_ID_MAX 32

/* Empty when the digest cannot be made. Returns out. */
char *community_id(char out[COMMUNITY_ID_MAX], const struct endpoint *, const struct endpoint *);

#endif
