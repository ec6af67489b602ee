/* SPDX-License-Identifier: Apache-2.0
 *
 * privacy: what leaves the sensor of subjects, addresses and file names: as they are, as a keyed hash that is the same
 * wherever the key is (so that documents can still be joined), or not at all. Applied to the finished document, so that
 * judging sees everything, and a field that is new is not forgotten: addresses are looked for in every text.
 *
 *	clear    alice@company.example       Minutes of Monday        plan.docx
 *	hashed   9c0f...e1@company.example   5b2a...07                d41c...9a.docx
 *	off      withheld, and the field is left out
 *
 * The domain of an address and the extension of a name stay: they name nobody. Message-IDs are no addresses.
 */
#ifndef PUBLISH_PRIVACY_H
#define PUBLISH_PRIVACY_H

#include <jansson.h>

#include "publish/sink.h"

struct privacy;

/* NULL with a line in error (256 octets) when the key that is needed cannot be read. Copies what it needs. */
struct privacy *privacy_open(const struct privacy_settings *, char *error, size_t error_room);
void privacy_close(struct privacy *); /* NULL is fine */

/* Rewrites the document; NULL is fine for both. */
void privacy_apply(const struct privacy *, json_t *document);

#endif
