/* SPDX-License-Identifier: Apache-2.0
 *
 * script: a dialogue as text, played to a parser:
 *
 *	S: 220 mx ESMTP          a line of the server, ended with CRLF
 *	C: EHLO me               a line of the client
 *	C| raw\n                 as it stands, without a line end; \r \n \\ and \xHH are understood
 *	S|
 *	C~ 20                    20 octets of the client will never come
 *	S~ 7
 *
 * Neighbouring lines of one side are one stretch of bytes unless a line "--" stands between them.
 */
#ifndef TESTS_SUPPORT_SCRIPT_H
#define TESTS_SUPPORT_SCRIPT_H

#include "base/direction.h"
#include "protocol/protocol.h"
#include "support/recorder.h"

#define SCRIPT_STRETCHES 200

struct script {
	struct buffer bytes; /* all of it, in order */
	struct {
		enum direction from;
		size_t at, len;
		uint64_t missing; /* a gap of so many octets; 0: bytes */
	} stretches[SCRIPT_STRETCHES];
	size_t len;
};

/* Reads the text; aborts the test program when it is malformed. */
void script_read(struct script *, const char *text);
void script_clear(struct script *);

/* How a script is played. Offsets count over all bytes of the script. */
struct script_play {
	size_t split;        /* a stretch is cut in two here; SIZE_MAX: nowhere */
	size_t gap;          /* this octet is missing; SIZE_MAX: none */
	bool octets;         /* every octet alone */
	bool guarded;        /* every slice ends at an unmapped page */
	unsigned only;       /* 1: the client's side only, 2: the server's; 0: both */
	bool midstream;
};

#define SCRIPT_WHOLE ((struct script_play){ .split = SIZE_MAX, .gap = SIZE_MAX })

/* Plays it to a new parser of this protocol; what it observes goes to the recorder, then the report is put into it:
 *	report banner=220 [mx ESMTP] helo=[me] auth=PLAIN commands=EHLO,... replies=220,... offered=PLAIN,LOGIN
 * A parser that agrees to TLS hears the rest all the same (clear text goes on). */
void script_run(const struct script *, const struct protocol *, const struct script_play *, struct recorder *);

/* Plays it whole, octet by octet, cut in two at every octet, always ending at an unmapped page; and fails the test
 * unless what was recorded is each time the text expected. */
struct script_case {
	const char *name, *script, *expected;
	struct script_play play;
};

void script_assert(const struct script_case *, const struct protocol *);

/* The limits that scripts are played under; a test may change them before it plays. */
extern struct protocol_limits script_limits;
extern struct message_limits script_message_limits;

#endif
