/* SPDX-License-Identifier: Apache-2.0
 *
 * control: a unix socket for the operator's tool. One JSON object a line each way:
 *
 *	{"v":1,"command":"status"}   -->   {"v":1,"ok":true,"status":{...}}
 *	                             -->   {"v":1,"ok":false,"error":"what, and what would be right"}
 *
 * Lines over 64 KiB, more than 16 clients, and clients that do not read are shut out.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct event_base;
struct control;

#define CONTROL_VERSION 1
#define CONTROL_LINE_MAX 65536

/* Answers a command: returns a newly allocated JSON value (the text of an object, freed by control), or NULL with the
 * reason in error. */
typedef char *control_handler(void *arg, const char *command, char *error, size_t error_room);

/* Makes the socket with mode 0660 and the group (gid_t)-1: unchanged; a stale socket in its place is removed, a living
 * one is an error. The directory must exist. NULL with a line in error. Opened before privileges are dropped. */
struct control *control_open(struct event_base *, const char *path, uid_t owner, gid_t group, control_handler *,
    void *arg, char *error, size_t error_room);

/* Closes all clients and removes the socket if it may. NULL is fine. */
void control_close(struct control *);

#endif
