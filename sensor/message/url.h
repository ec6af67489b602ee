/* SPDX-License-Identifier: Apache-2.0
 *
 * url: addresses of the web in text that comes in pieces of any size: "http://", "https://", "ftp://" or "ftps://" and what
 * follows up to a blank, a quote or an angle bracket, without the punctuation that ends a sentence. Each is listed once.
 */
#ifndef MESSAGE_URL_H
#define MESSAGE_URL_H

#include "message/value.h"

/* Octets of one that are kept, scheme included; a longer one ends in U+2026. */
#define URL_MAX 1024

/* Octets before a colon that may be a scheme. */
#define URL_SCHEME_MAX 8

enum url_state {
	URL_OUTSIDE,
	URL_COLON,  /* behind what may be a scheme and its colon */
	URL_SLASH,  /* and one slash */
	URL_INSIDE,
};

struct urls {
	struct values *values;
	size_t limit;
	enum url_state state;
	uint8_t before[URL_SCHEME_MAX]; /* the latest octets outside */
	size_t before_len;
	struct buffer url;              /* being read */
	struct buffer text;             /* for work */
	struct bytes *at;               /* found; owned, their text by the values' arena */
	size_t len, room;
	uint64_t dropped;               /* found when there was no more room, repetitions too */
};

/* The values are borrowed. `limit`: how many are kept; 0: nothing is sought. */
void urls_init(struct urls *, struct values *, size_t limit);
void urls_clear(struct urls *);

/* Another text begins, or something is missing here: one that was being read is not known whole, and forgotten. */
void urls_begin(struct urls *);

void urls_push(struct urls *, struct bytes);

/* The text ends. */
void urls_end(struct urls *);

#endif
