/* SPDX-License-Identifier: Apache-2.0
 *
 * json: a little above jansson: values that are left out when empty, text from the wire made safe, and the list of
 * fields that were cut.
 */
#ifndef PUBLISH_JSON_H
#define PUBLISH_JSON_H

#include <jansson.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "observe/observation.h"

/* Octets of one value that go into a document; longer ones are cut and end in an ellipsis. */
#define JSON_TEXT_MAX 32768

/* The object under `key` of `object`, made when it is not there; NULL when memory is short (the put functions bear
 * NULL). */
json_t *json_sub(json_t *object, const char *key);

/* Text made valid UTF-8 and bounded; nothing is put when it is empty. True when the value is a cut one (cut here, or
 * ending in the ellipsis of a cut that came before). */
bool json_put_text(json_t *object, const char *key, struct bytes text);

/* Whether it ends in the ellipsis of a cut, or is longer than what goes into a document. */
bool json_text_is_cut(struct bytes text);

/* As it is, empty too. */
void json_put_text_always(json_t *object, const char *key, struct bytes text);
void json_put_word(json_t *object, const char *key, const char *word); /* static or known good text; NULL: nothing */
void json_put_number(json_t *object, const char *key, uint64_t value);
void json_put_real(json_t *object, const char *key, double value);     /* six decimals at most */
void json_put_flag(json_t *object, const char *key, bool value);
void json_put_time(json_t *object, const char *key, usec_t time);
void json_put_hex(json_t *object, const char *key, const uint8_t *at, size_t len);

/* An array of texts, put when it has any; and KEY_dropped with the number of those not kept, when there are any. True when
 * there are, or one of the texts is a cut one. */
bool json_put_slices(json_t *object, const char *key, const struct slices *);

/* A string value, or NULL when memory is short. */
json_t *json_text(struct bytes text);

/* Entries of a list without repetitions: enough to pivot on; the full lists stand where they belong. */
#define JSON_ONCE_MAX 100

/* Adds a text to the array under `key` unless it stands there already, or JSON_ONCE_MAX others do. */
void json_add_once(json_t *object, const char *key, struct bytes text);

/* The document as one line into out (reset first); takes over `document`. False when it did not fit or memory ran
 * out. Keys are sorted, so that the same document is the same line. */
bool json_line(json_t *document, struct buffer *out);

#endif
