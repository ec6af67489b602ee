/* SPDX-License-Identifier: Apache-2.0
 *
 * text: octets that grow. A generator has nothing to fall back on: without memory it ends.
 */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "bench/random.h"

struct text {
	uint8_t *at;
	size_t len;
	size_t room;
};

void text_clear(struct text *);

/* Room for `len` more octets, which count as written; the caller fills them. Valid until the next call. */
uint8_t *text_extend(struct text *, size_t len);

void text_add(struct text *, const void *data, size_t len);
void text_print(struct text *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_number(struct text *, uint64_t value, unsigned octets); /* in network order */
void text_random(struct text *, struct random *, size_t len);	  /* octets that cannot be compressed */
void text_base64(struct text *, const uint8_t *data, size_t len); /* in lines of 76 (RFC 2045 section 6.8) */

/* As sent after DATA, or by RETR: a dot more before each line that begins with one, and the line with a dot alone at
 * the end (RFC 5321 section 4.5.2). */
void text_dotted(struct text *, const struct text *message);

#endif
