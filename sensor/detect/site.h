/* SPDX-License-Identifier: Apache-2.0
 *
 * site: what the operator says about the organisation: which networks and mail domains are its own.
 */
#ifndef DETECT_SITE_H
#define DETECT_SITE_H

#include "base/endpoint.h"
#include "detect/allow.h"
#include "observe/observation.h"

/* C strings, owned by whoever made the list. */
struct names {
	char **at;
	size_t len;
};

/* Whether an address stands in the list itself, or its domain or one above it does. */
bool names_have_mailbox(const struct names *, struct bytes address);

/* What a host is there for; others judge it differently. Networks, each for as long as its allowance says. */
enum site_role {
	ROLE_MAIL_SERVER, /* sends mail out */
	ROLE_WEBMAIL,     /* all its users come from its address */
	ROLE_NAT,         /* many people behind one address */
	ROLE_BACKUP,
	ROLE_MIGRATION,
	ROLES
};

/* A set of roles. */
#define SITE_ROLE(role) (1u << (role))
/* Those that read whole mailboxes for a living. */
#define SITE_ROLES_READING (SITE_ROLE(ROLE_BACKUP) | SITE_ROLE(ROLE_MIGRATION))
/* Those behind whose address there are many people. */
#define SITE_ROLES_SHARED (SITE_ROLE(ROLE_WEBMAIL) | SITE_ROLE(ROLE_NAT))

struct site {
	struct networks home;      /* home_networks */
	struct names local_domains; /* lower case; a mailbox in one of them or below it is local */
	struct allow_list roles[ROLES]; /* roles.* */
};

/* network.direction of ECS, seen from home_networks. */
enum site_direction { SITE_INBOUND, SITE_OUTBOUND, SITE_INTERNAL, SITE_EXTERNAL };

enum site_direction site_direction(const struct site *, const struct address *client, const struct address *server);

/* "inbound", ... Static. */
const char *site_direction_name(enum site_direction);

/* The set of roles that the host has at that time. */
unsigned site_roles(const struct site *, const struct address *, usec_t time);

bool site_is_home(const struct site *, const struct address *);

/* Where a mailbox belongs. SITE_MAILBOX_UNKNOWN: no local_domains are set, or it has no domain. */
enum site_mailbox { SITE_MAILBOX_LOCAL, SITE_MAILBOX_OUTSIDE, SITE_MAILBOX_UNKNOWN };

enum site_mailbox site_mailbox(const struct site *, struct bytes address);

/* The domain of local@domain (after the last "@", without a trailing dot), or the empty slice. */
struct bytes site_domain(struct bytes address);

#endif
