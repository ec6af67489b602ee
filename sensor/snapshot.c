/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/log.h"

/* The next snapshot must not be the end of what somebody may still want to look at. */
static void
set_aside(const char *path, const char *error)
{
	char aside[PATH_MAX];
	struct stat s;

	/* Only a file: a device that was named by mistake stays where it is. */
	if (lstat(path, &s) == 0 && S_ISREG(s.st_mode) &&
	    (size_t)snprintf(aside, sizeof(aside), "%s.damaged", path) < sizeof(aside) && rename(path, aside) == 0)
		log_error("state", "%s is not taken: %s; learning begins anew, and the file is kept as %s", path, error,
		    aside);
	else
		log_error("state", "%s is not taken: %s; learning begins anew", path, error);
}

void
snapshot_open(struct snapshot *s, const struct settings *settings, bool files, struct delivery *d)
{
	char error[STATE_ERROR_MAX];
	unsigned refused = 0;

	*s = (struct snapshot){ .path = settings->state.path };
	if (s->path[0] == '\0' || (files && !settings_on_command_line(settings, "state.path"))) {
		s->path = NULL;
		return;
	}
	switch (delivery_load_state(d, s->path, &refused, error)) {
	case STATE_READ:
		if (refused > 0)
			log_warning(
			    "state", "%s: %u of its tables are of other settings: those begin anew", s->path, refused);
		log_info("state", "what was learnt before is back from %s", s->path);
		break;
	case STATE_ABSENT:
		log_info("state", "%s is not there yet: learning begins", s->path);
		break;
	case STATE_REFUSED:
		set_aside(s->path, error);
		break;
	}
}

void
snapshot_take(struct snapshot *s, const struct delivery *d)
{
	char error[STATE_ERROR_MAX];

	if (s->path == NULL)
		return;
	if (delivery_save_state(d, s->path, error)) {
		if (s->failing)
			log_info("state", "%s is written again", s->path);
		s->failing = false;
		s->written++;
		return;
	}
	if (!s->failing)
		log_warning("state", "%s; what was learnt will not outlive a restart until it can be written", error);
	s->failing = true;
	s->failures++;
}
