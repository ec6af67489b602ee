/* SPDX-License-Identifier: Apache-2.0
 *
 * buffer: octets that we own, with a ceiling. What does not fit is not kept, and the buffer says so for good.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/bytes.h"

struct buffer {
	uint8_t *at;
	size_t len;
	size_t room;    /* allocated octets */
	size_t ceiling; /* len never exceeds this */
	bool cut;       /* something did not fit, or could not be allocated */
};

/* An empty buffer that will hold at most `ceiling` octets. Allocates nothing. */
void buffer_init(struct buffer *, size_t ceiling);

/* Appends as much as fits. False when some or all did not fit or memory ran out: then `cut` is set as well. The slice
 * may not lie in this buffer. */
bool buffer_append(struct buffer *, struct bytes);
bool buffer_append_octet(struct buffer *, uint8_t);

/* Empty again, `cut` cleared; the memory is kept for reuse. */
void buffer_reset(struct buffer *);

/* Empty, and the memory given back. The buffer may be used again. */
void buffer_clear(struct buffer *);

/* What it holds; valid until the next call that changes the buffer. */
struct bytes buffer_bytes(const struct buffer *);

#endif
