/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_server: a real redis-server of the test's own, on a unix socket in a temporary directory, without a port.
 */
#ifndef TESTS_SUPPORT_REDIS_SERVER_H
#define TESTS_SUPPORT_REDIS_SERVER_H

#include <sys/types.h>

struct redis_server {
	char directory[64];
	char socket[96];
	char address[112]; /* "unix:" + socket, as publish.redis.address */
	pid_t pid;         /* 0: not running */
};

/* Makes the directory and starts the server; aborts the test program when it does not come up. `options` are further
 * arguments, NULL-terminated, or NULL. */
void redis_server_open(struct redis_server *, const char *const *options);

/* Starts it again after redis_server_stop(), with what it had written. */
void redis_server_start(struct redis_server *, const char *const *options);

/* Ends it (SIGKILL when `hard`); it keeps its append-only file. */
void redis_server_stop(struct redis_server *, int hard);

/* Stops it and removes the directory. */
void redis_server_close(struct redis_server *);

#endif
