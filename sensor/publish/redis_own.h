/* SPDX-License-Identifier: Apache-2.0
 *
 * redis_own: what the Redis sink keeps of the settings of the start: they outlive a reload. Private to the Redis sink.
 */
#ifndef PUBLISH_REDIS_OWN_H
#define PUBLISH_REDIS_OWN_H

#include "publish/sink.h"

#define REDIS_PASSWORD_MAX 512

struct redis_own {
	struct redis_settings settings; /* a copy; its strings too */
	char *sensor_name, *version, *alerts_key, *events_key, *sensor_key;
	char password[REDIS_PASSWORD_MAX]; /* empty: none */
};

/* Copies what is needed into a zeroed struct. False when memory is short; redis_own_clear() is due all the same. */
bool redis_own_copy(struct redis_own *, const struct sink_context *);

/* Finds the password: in the file (its first line), else in the environment. False with a line in error when the file
 * cannot be read. */
bool redis_own_password(struct redis_own *, char *error, size_t error_room);

/* Frees all, and wipes the password. */
void redis_own_clear(struct redis_own *);

#endif
