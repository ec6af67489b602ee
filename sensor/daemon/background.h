/* SPDX-License-Identifier: Apache-2.0
 *
 * background: for a start without service manager: the caller's shell gets its prompt back once the daemon is up, or
 * the exit status when it could not come up.
 */
#ifndef DAEMON_BACKGROUND_H
#define DAEMON_BACKGROUND_H

#include <stdbool.h>

/* Whether a service manager started this process and keeps it ($NOTIFY_SOCKET, or systemd's $INVOCATION_ID). */
bool background_is_managed(void);

/* Forks. The parent stays until background_up() or the child's end and exits with 0 or the child's status; only the
 * child returns, in a session of its own, with the working directory "/". False when it cannot fork. */
bool background_enter(void);

/* Lets the parent go, and points the standard descriptors at /dev/null. Nothing when background_enter() was not called. */
void background_up(void);

#endif
