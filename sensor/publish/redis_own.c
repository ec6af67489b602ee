/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
join(const char *a, const char *b, const char *c)
{
	char *text = NULL;

	return asprintf(&text, "%s:%s%s", a, b, c) < 0 ? NULL : text;
}

bool
redis_own_password(struct redis_own *o, char *error, size_t error_room)
{
	const char *path = o->settings.password_file, *given = getenv("MAILTAP_REDIS_PASSWORD");
	FILE *f;

	if (path[0] == '\0') {
		if (given != NULL && strlen(given) >= sizeof(o->password)) {
			snprintf(error, error_room, "MAILTAP_REDIS_PASSWORD is too long");
			return false;
		}
		snprintf(o->password, sizeof(o->password), "%s", given != NULL ? given : "");
		return true;
	}
	f = fopen(path, "re");
	if (f == NULL || fgets(o->password, sizeof(o->password), f) == NULL) {
		snprintf(error, error_room, "publish.redis.password_file %s: cannot be read, or is empty", path);
		if (f != NULL)
			fclose(f);
		return false;
	}
	fclose(f);
	o->password[strcspn(o->password, "\r\n")] = '\0';
	return true;
}

bool
redis_own_copy(struct redis_own *o, const struct sink_context *context)
{
	const struct redis_settings *s = &context->settings->redis;
	bool fine;

	o->settings = *s;
	o->settings.address = strdup(s->address);
	o->settings.username = strdup(s->username);
	o->settings.password_file = strdup(s->password_file);
	o->settings.prefix = strdup(s->prefix);
	o->settings.event_dataset_count = 0;
	o->settings.event_datasets = calloc(s->event_dataset_count + 1, sizeof(char *));
	fine = o->settings.event_datasets != NULL;
	for (size_t i = 0; fine && i < s->event_dataset_count; i++) {
		o->settings.event_datasets[i] = strdup(s->event_datasets[i]);
		o->settings.event_dataset_count++;
		fine = o->settings.event_datasets[i] != NULL;
	}
	o->sensor_name = strdup(context->sensor_name);
	o->version = strdup(context->version);
	o->alerts_key = join(s->prefix, "alerts", "");
	o->events_key = join(s->prefix, "events", "");
	o->sensor_key = join(s->prefix, "sensor:", context->sensor_name);
	return fine && o->settings.address != NULL && o->settings.username != NULL &&
	    o->settings.password_file != NULL && o->settings.prefix != NULL && o->sensor_name != NULL &&
	    o->version != NULL && o->alerts_key != NULL && o->events_key != NULL && o->sensor_key != NULL;
}

void
redis_own_clear(struct redis_own *o)
{
	for (size_t i = 0; i < o->settings.event_dataset_count; i++)
		free(o->settings.event_datasets[i]);
	free(o->settings.event_datasets);
	free(o->settings.address);
	free(o->settings.username);
	free(o->settings.password_file);
	free(o->settings.prefix);
	free(o->sensor_name);
	free(o->version);
	free(o->alerts_key);
	free(o->events_key);
	free(o->sensor_key);
	explicit_bzero(o->password, sizeof(o->password));
}
