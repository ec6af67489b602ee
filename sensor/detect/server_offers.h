/* SPDX-License-Identifier: Apache-2.0
 *
 * server_offers: which servers have offered to encrypt (STARTTLS, STLS), when, and how often: what a client is not offered
 * today can be held against it. Under a ceiling on servers; who was silent longest gives way.
 */
#ifndef DETECT_SERVER_OFFERS_H
#define DETECT_SERVER_OFFERS_H

#include "detect/state.h"
#include "observe/observation.h"

struct server_offer {
	usec_t first, last;      /* packet time of sessions in which it was offered */
	uint64_t sessions;
	struct identity session; /* the latest of them */
	struct address client;   /* and whose it was */
};

struct server_offers;

struct server_offers *server_offers_new(size_t servers); /* NULL when memory is short */
void server_offers_free(struct server_offers *);         /* NULL is fine */

/* Notes what the session's report says of an offer. Call it for reports on living sessions, too: one session counts once. */
void server_offers_note(struct server_offers *, const struct observation *session);

/* The offer of this server, if it was made within `memory` before now; else NULL. Valid until the next call. */
const struct server_offer *server_offers_find(const struct server_offers *, const struct endpoint *server, usec_t now,
    usec_t memory);

/* As a section of a state. load: false when it was refused; then there are none. */
void server_offers_save(const struct server_offers *, const char *section, struct state_out *);
bool server_offers_load(struct server_offers *, const char *section, struct bytes image);

uint64_t server_offers_evicted(const struct server_offers *);

#endif
