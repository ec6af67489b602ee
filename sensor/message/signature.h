/* SPDX-License-Identifier: Apache-2.0
 *
 * signature: what kind of file the content of a part is, by its first octets. Beside files it knows the encodings that
 * text may carry files in: uuencode and yEnc, anywhere in the first 256 KiB.
 */
#ifndef MESSAGE_SIGNATURE_H
#define MESSAGE_SIGNATURE_H

#include "base/bytes.h"

#define SIGNATURE_HEAD_MAX 128
#define SIGNATURE_SCANNED_MAX ((size_t)256 * 1024)
#define SIGNATURE_LINE_MAX 16

struct signature {
	uint8_t head[SIGNATURE_HEAD_MAX]; /* of the content */
	size_t head_len;
	uint8_t line[SIGNATURE_LINE_MAX]; /* start of the line being read */
	size_t line_len;
	size_t scanned;
	bool in_line;        /* its start does not matter any more */
	struct bytes inside; /* an encoding was found; static */
};

void signature_init(struct signature *);

/* The next octets of the content. */
void signature_push(struct signature *, struct bytes);

/* A media type: "application/zip", "application/zip; encrypted=yes", "application/vnd.ms-outlook-pst",
 * "application/mbox", "text/x-uuencode", "application/x-yenc", ...; empty when it is not recognised. Static. */
struct bytes signature_type(const struct signature *);

#endif
