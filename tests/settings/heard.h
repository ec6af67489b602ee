/* SPDX-License-Identifier: Apache-2.0
 *
 * heard: complaints kept as text, one a line, for checks to look at.
 */
#ifndef TESTS_SETTINGS_HEARD_H
#define TESTS_SETTINGS_HEARD_H

#include <stdio.h>
#include <string.h>

#include "settings/complaints.h"

struct heard {
	struct complaints complaints;
	char text[65536];
	size_t len;
};

static inline void
heard_line(void *arg, const char *line)
{
	struct heard *h = arg;
	int len = snprintf(h->text + h->len, sizeof(h->text) - h->len, "%s\n", line);

	h->len = h->len + (size_t)len < sizeof(h->text) ? h->len + (size_t)len : sizeof(h->text) - 1;
}

/* Call it where h stands for good: complaints point at it. */
static inline struct complaints *
heard_init(struct heard *h)
{
	memset(h, 0, sizeof(*h));
	h->complaints.say = heard_line;
	h->complaints.arg = h;
	return &h->complaints;
}

#endif
