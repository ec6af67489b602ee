/* SPDX-License-Identifier: Apache-2.0
 *
 * talk: what two hosts say to each other, in turns. It knows nothing of packets; connection carries it.
 */
#ifndef BENCH_TALK_H
#define BENCH_TALK_H

#include "bench/frames.h"
#include "bench/mail.h"
#include "bench/random.h"
#include "bench/text.h"

struct turn {
	enum side from;
	uint32_t think; /* microseconds before it begins */
	struct text text;
};

/* What was made, for the reader of the corpus to be held to. */
struct tally {
	uint64_t connections;
	uint64_t sessions; /* mail in the clear */
	struct mail_tally mail;
};

struct talk {
	const struct talk_kind *kind;
	struct tally *tally;
	struct random random;
	uint64_t number; /* of the connection */
	unsigned step;
	uint32_t messages, recipients, at; /* left, left, and how far in a list */
	uint64_t octets;		   /* left to send */
	bool way;			   /* which of two ways this talk goes; each kind says what for */
};

struct talk_kind {
	const char *name;
	uint16_t ports[4]; /* one of them, up to the first 0 */
	bool udp, session;
	bool stays; /* neither side closes */
	/* Decides what will be said; returns about how many octets that is. */
	uint64_t (*open)(struct talk *);
	/* Writes the next turn into the empty text; false: all has been said. */
	bool (*next)(struct talk *, struct turn *);
};

extern const struct talk_kind talk_smtp, talk_imap, talk_pop3, talk_tls, talk_https, talk_http, talk_raw, talk_udp,
    talk_idle;

/* A greeting's host, a mailbox: the same for the same number. */
const char *talk_user(uint64_t number);
const char *talk_host(uint64_t number);

#endif
