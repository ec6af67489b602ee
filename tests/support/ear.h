/* SPDX-License-Identifier: Apache-2.0
 *
 * ear: a stream_reader that writes down what it hears as one line, so that a test compares texts:
 *
 *	C[EHLO x]    octets of the client; neighbours are joined
 *	S-12         twelve octets of the server are missing; neighbours are added up
 *	C. C! C~     the client's end by FIN, by RST, cut
 *	C?c          an oddity of the client: c conflict, w wild, m ceiling
 */
#ifndef TESTS_SUPPORT_EAR_H
#define TESTS_SUPPORT_EAR_H

#include "stream/stream.h"

struct ear {
	char line[8192];
	size_t len;
	bool in_data, in_gap; /* what the line ends with, and of which side */
	enum direction of;
	uint64_t gap;
	size_t gap_at;
	struct stream *stream; /* muted when the line holds this many octets of data */
	size_t mute_at, heard;
};

extern const struct stream_reader ear_reader; /* its arg is a struct ear */

#endif
