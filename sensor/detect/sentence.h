/* SPDX-License-Identifier: Apache-2.0
 *
 * sentence: text that is put together piece by piece under a ceiling, for reasons and evidence.
 */
#ifndef DETECT_SENTENCE_H
#define DETECT_SENTENCE_H

#include "base/clock.h"
#include "base/endpoint.h"

#define SENTENCE_MAX 1024

/* len never exceeds SENTENCE_MAX; what does not fit is cut between characters, with an ellipsis. */
struct sentence {
	char text[SENTENCE_MAX + 1];
	size_t len;
};

void sentence_clear(struct sentence *);

/* printf; only for text of our own. */
void sentence_add(struct sentence *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text from the wire, at most `max` octets of it, made valid UTF-8. */
void sentence_add_wire(struct sentence *, struct bytes text, size_t max);

/* "12.3 MiB", "512 octets". */
void sentence_add_size(struct sentence *, uint64_t octets);

/* "1 h", "90 s", "5 min". */
void sentence_add_span(struct sentence *, usec_t span);

struct bytes sentence_bytes(const struct sentence *);

#endif
