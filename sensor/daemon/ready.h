/* SPDX-License-Identifier: Apache-2.0
 *
 * ready: what the service manager is told (sd_notify(3)): a datagram to $NOTIFY_SOCKET, nothing when it is unset.
 */
#ifndef DAEMON_READY_H
#define DAEMON_READY_H

#include "base/clock.h"

/* Reads the environment once, before privileges are dropped, and removes the variables from it. */
void ready_open(void);

/* READY=1 with a STATUS line; may be said again after a reload. */
void ready_up(const char *status);
void ready_status(const char *status);
void ready_reloading(void);
void ready_stopping(const char *status);
void ready_watchdog(void);

/* How often ready_watchdog() is due: a third of what the manager allows; 0: no watchdog. */
usec_t ready_watchdog_interval(void);

#endif
