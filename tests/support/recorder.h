/* SPDX-License-Identifier: Apache-2.0
 *
 * recorder: an observer that writes down what it hears, a line each, so that a test compares texts:
 *
 *	message smtp-data accepted whole from=<a@x> to=<b@y> refused=<> reply=[250 OK] bytes=12 subject=[Hello]
 *	login PLAIN success user=[alice] domain=[] cleartext
 *	anomaly bare_lf client
 */
#ifndef TESTS_SUPPORT_RECORDER_H
#define TESTS_SUPPORT_RECORDER_H

#include "base/buffer.h"
#include "observe/observation.h"

struct recorder {
	struct buffer text;
	unsigned messages, logins, anomalies, volumes, sessions;
	unsigned whole;   /* messages that were complete */
	uint64_t bytes;   /* of the latest message */
};

void recorder_init(struct recorder *);
void recorder_clear(struct recorder *);

/* An observer: arg is the recorder. */
void recorder_observe(void *recorder, const struct observation *);

/* The lines as a C string; valid until the next observation. */
const char *recorder_text(struct recorder *);

#endif
