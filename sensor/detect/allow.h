/* SPDX-License-Identifier: Apache-2.0
 *
 * allow: what an operator has allowed, to whom, for how long, and why:
 *
 *	10.1.2.0/24 until 2027-01-01 because backup host
 *
 * An allowance names a network (of the client, of the server, or of either) or a mailbox, an account or a domain; it may
 * begin and end at a time, which is held against packet time.
 */
#ifndef DETECT_ALLOW_H
#define DETECT_ALLOW_H

#include "base/clock.h"
#include "base/endpoint.h"

enum allow_side { ALLOW_EITHER, ALLOW_CLIENT, ALLOW_SERVER };

#define ALLOW_ALWAYS INT64_MIN /* from */
#define ALLOW_FOR_EVER USEC_MAX /* until */

/* Texts are owned by whoever made it. */
struct allowance {
	enum allow_side side;
	struct network network; /* address.family 0: `who` counts */
	char *who;              /* lower case: an address, an account's name, or a domain and all below it; or NULL */
	usec_t from, until;     /* `until` itself is past */
	char *reason;           /* never NULL */
};

struct allow_list {
	struct allowance *at;
	size_t len;
};

#define ALLOW_WHO 4

/* What is asked about; what is not known is NULL or empty. */
struct allow_subject {
	usec_t time;
	const struct address *client, *server;
	struct bytes who[ALLOW_WHO]; /* account, sender, recipients, ... */
};

/* The first that covers the subject at its time, or NULL. */
const struct allowance *allow_find(const struct allow_list *, const struct allow_subject *);

/* Whether either list has one: that of a detector and that of all. */
bool allow_covers(const struct allow_list *, const struct allow_list *all, const struct allow_subject *);

/* Whether a network of the list holds the address at that time. */
bool allow_has_address(const struct allow_list *, const struct address *, usec_t time);

#endif
