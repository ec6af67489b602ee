/* SPDX-License-Identifier: Apache-2.0
 *
 * state: what the detectors have learnt, as one image of octets that outlives the process.
 *
 *	| magic, version, layout | section: name, length, octets | section ... | checksum |
 *
 * An image is either whole or refused: it ends with a checksum over all of it, its header names the version, and the
 * layout of numbers in memory, that it was made with. A section belongs to one detector and is read by it alone; what
 * is in it is bounded by what the reader's tables hold, never by what the image says.
 */
#ifndef DETECT_STATE_H
#define DETECT_STATE_H

#include "base/buffer.h"
#include "base/map.h"

#define STATE_VERSION 1
#define STATE_NAME_MAX 64
#define STATE_ERROR_MAX 256

/* --- an image in the making --- */

struct state_out {
	struct buffer image;
	size_t section; /* where the open section's length stands; 0: none is open */
};

/* `ceiling`: octets that the image may take. */
void state_out_init(struct state_out *, size_t ceiling);
void state_begin(struct state_out *, const char *name); /* at most STATE_NAME_MAX characters */
void state_end(struct state_out *);

/* Checksum and all. False when the ceiling or memory did not suffice: then there is no image. */
bool state_finish(struct state_out *);
void state_out_clear(struct state_out *);

void state_put_u64(struct state_out *, uint64_t);
void state_put(struct state_out *, const void *at, size_t len);

/* All entries of rank 0 from the oldest to the newest, keys and values as they lie in memory. */
void state_put_map(struct state_out *, const struct map *, size_t key_size, size_t value_size);

/* --- an image that is read --- */

struct state_in {
	struct cursor left; /* of the section; failed: it was shorter than what was asked of it */
};

/* Whether the image is whole and of this version and layout; else why not, in error (STATE_ERROR_MAX octets). */
bool state_check(struct bytes image, char *error);

/* The section of this name; false when there is none. The image must have passed state_check(). */
bool state_find(struct bytes image, const char *name, struct state_in *);

uint64_t state_get_u64(struct state_in *);
bool state_get(struct state_in *, void *at, size_t len);

/* Puts the entries back into an empty map in the same order, as far as its ceiling allows: the newest. False, and an
 * empty map, when the sizes are others, octets are missing, or `fits` says of a value that it cannot be one. */
bool state_get_map(struct state_in *, struct map *, size_t key_size, size_t value_size,
    bool (*fits)(const void *value));

/* --- the file --- */

/* Writes the image to a new file beside `path`, syncs it and renames it: there is the old one or the new one, never a
 * part. False with a line in error (STATE_ERROR_MAX octets). */
bool state_save(const char *path, struct bytes image, char *error);

enum state_file { STATE_READ, STATE_ABSENT, STATE_REFUSED };

/* Reads and checks the image into *out (initialised, with its ceiling). */
enum state_file state_load(const char *path, struct buffer *out, char *error);

#endif
