/* SPDX-License-Identifier: Apache-2.0
 *
 * snapshot: what the detectors have learnt, read from a file at the start and written to it every so often, and at the
 * stop. A file that is refused is said and set aside as PATH.damaged: learning starts anew.
 */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "delivery.h"

struct snapshot {
	const char *path;  /* of the settings of the start; NULL: none is kept */
	bool failing;      /* the latest could not be written, which is said once */
	uint64_t written, failures;
};

/* Reads the state into the delivery's detectors, if there is one. `files`: captures are read, whose packets are of another
 * time than the daemon's own state: then only a path of the command line counts. The settings are borrowed. */
void snapshot_open(struct snapshot *, const struct settings *, bool files, struct delivery *);

/* Writes it now. */
void snapshot_take(struct snapshot *, const struct delivery *);

#endif
