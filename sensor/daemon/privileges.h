/* SPDX-License-Identifier: Apache-2.0
 *
 * privileges: root is given up for good once capture is open. Only CAP_NET_RAW stays, so that an interface that went
 * away can be opened again.
 */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whom to become. */
struct privileges {
	uid_t uid;
	gid_t gid;
};

/* Looks user and group up (group NULL or empty: the user's own). False with a line in error (256 octets) that says what
 * to do. */
bool privileges_find(const char *user, const char *group, struct privileges *, char *error, size_t error_room);

/* As root: groups, gid, uid, then proof that neither can be regained, no-new-privileges, and no capability but
 * CAP_NET_RAW (kept when keep_capture). Not root: only no-new-privileges. False with a line in error when any step or
 * the proof fails: the caller must exit. */
bool privileges_drop(const struct privileges *, bool keep_capture, char *error, size_t error_room);

#endif
