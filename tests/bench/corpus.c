/* SPDX-License-Identifier: Apache-2.0
 *
 * corpus: writes a capture file of a blend of talks, the same octets for the same arguments, and tells on standard
 * output what is in it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/crowd.h"

#define START UINT64_C(1747123200000000) /* 13 May 2025 08:00 UTC, in microseconds */
#define SHARES_MOST 10
#define ARRIVAL 300	/* microseconds between two idle connections */
#define SYN_INTERVAL 10 /* microseconds between two SYNs */
#define FLOOD_SERVERS 4

struct order {
	const struct blend *blend;
	const char *path;
	uint64_t octets, count, seed;
	uint32_t concurrent;
	struct tally tally;
};

struct share {
	const struct talk_kind *kind;
	uint32_t weight; /* of the octets */
};

struct blend {
	const char *name, *help;
	void (*write)(struct order *, struct frames *);
	struct share shares[SHARES_MOST];
};

/* The kind that is furthest behind its share. */
static size_t
choose(const struct blend *b, const uint64_t *planned)
{
	size_t best = 0;

	for (size_t i = 1; i < SHARES_MOST && b->shares[i].kind != NULL; i++)
		if (planned[i] * b->shares[best].weight < planned[best] * b->shares[i].weight)
			best = i;
	return best;
}

static uint64_t
add(struct order *o, struct crowd *crowd, uint64_t *planned, uint64_t start)
{
	size_t i = choose(o->blend, planned);
	struct connection *c =
	    connection_new(o->blend->shares[i].kind, o->seed, o->tally.connections, start, &o->tally);

	planned[i] += connection_planned(c);
	crowd_add(crowd, c);
	return connection_planned(c);
}

/* Keeps so many connections alive until enough octets are on their way. */
static void
write_bulk(struct order *o, struct frames *f)
{
	struct crowd crowd = { 0 };
	struct random r = random_row(o->seed, UINT64_MAX);
	uint64_t planned[SHARES_MOST] = { 0 }, sum = 0, time = START;

	while (crowd.len < o->concurrent && sum < o->octets)
		sum += add(o, &crowd, planned, START + random_below(&r, 1000000));
	while (crowd.len > 0)
		if (crowd_step(&crowd, f, &time))
			while (crowd.len < o->concurrent && sum < o->octets)
				sum += add(o, &crowd, planned, time + random_between(&r, 10, 5000));
}

/* A new connection at a steady pace; none ever goes. */
static void
write_arrivals(struct order *o, struct frames *f)
{
	struct crowd crowd = { 0 };
	uint64_t planned[SHARES_MOST] = { 0 }, next = START, time = START;

	while (crowd.len > 0 || o->tally.connections < o->count) {
		while (o->tally.connections < o->count && (crowd.len == 0 || next <= connection_time(crowd.at[0]))) {
			(void)add(o, &crowd, planned, next);
			next += ARRIVAL;
		}
		(void)crowd_step(&crowd, f, &time);
	}
}

/* Sources that do not exist ask one mail server after the other for a connection. */
static void
write_flood(struct order *o, struct frames *f)
{
	struct random r = random_row(o->seed, 0);
	struct peers p = { .bare = true, .port = { 0, 25 }, .address = { { 0 }, { 10, 0, 0, 1 } } };

	for (uint64_t i = 0; i < o->count; i++) {
		struct segment s = { .time = START + i * SYN_INTERVAL,
			.from = CLIENT,
			.flags = FRAME_SYN,
			.id = (uint16_t)random_next(&r),
			.sequence = (uint32_t)random_next(&r) };

		p.address[CLIENT][0] = (uint8_t)random_between(&r, 11, 126);
		for (int octet = 1; octet < 4; octet++)
			p.address[CLIENT][octet] = (uint8_t)random_next(&r);
		p.address[SERVER][3] = (uint8_t)random_between(&r, 1, FLOOD_SERVERS);
		p.port[CLIENT] = (uint16_t)random_between(&r, 1024, 65535);
		frames_tcp(f, &p, &s);
		o->tally.connections++;
	}
}

static const struct blend blends[] = {
	{ "smtp", "submissions and relays with attachments", write_bulk, { { &talk_smtp, 1 } } },
	{ "imap", "clients that fetch whole messages", write_bulk, { { &talk_imap, 1 } } },
	{ "pop3", "clients that empty their maildrop", write_bulk, { { &talk_pop3, 1 } } },
	{ "tls", "mail over TLS", write_bulk, { { &talk_tls, 1 } } },
	{ "other", "no mail: the web, unknown protocols, datagrams", write_bulk,
	    { { &talk_http, 30 }, { &talk_https, 40 }, { &talk_raw, 15 }, { &talk_udp, 15 } } },
	{ "mix", "all of them", write_bulk,
	    { { &talk_http, 12 }, { &talk_https, 20 }, { &talk_raw, 5 }, { &talk_udp, 8 }, { &talk_tls, 25 },
		{ &talk_smtp, 15 }, { &talk_imap, 11 }, { &talk_pop3, 3 }, { &talk_idle, 1 } } },
	{ "idle", "SMTP connections that say EHLO and stay (--count)", write_arrivals, { { &talk_idle, 1 } } },
	{ "synflood", "SYNs of random sources (--count)", write_flood, { { NULL, 0 } } },
};

static void
usage(FILE *to)
{
	fprintf(to, "usage: corpus [OPTION]... BLEND FILE\n\n"
		    "  --megabytes N    about so much on the wire (default 10)\n"
		    "  --count N        connections of idle, SYNs of synflood (default 1000)\n"
		    "  --concurrent N   connections at once (default 64)\n"
		    "  --seed N         other octets\n"
		    "  --parts DIR      writes each message and each attachment there, too\n\n");
	for (size_t i = 0; i < sizeof(blends) / sizeof(blends[0]); i++)
		fprintf(to, "  %-10s %s\n", blends[i].name, blends[i].help);
}

static uint64_t
number_of(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || n > UINT32_MAX) {
		fprintf(stderr, "corpus: %s: is no number from 0 to %u\n", text, UINT32_MAX);
		exit(1);
	}
	return n;
}

static bool
read_arguments(struct order *o, int argc, char **argv)
{
	static const struct option options[] = { { "megabytes", required_argument, NULL, 'm' },
		{ "count", required_argument, NULL, 'n' }, { "concurrent", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 's' }, { "parts", required_argument, NULL, 'p' }, { 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'm')
			o->octets = number_of(optarg) * 1000000;
		else if (c == 'n')
			o->count = number_of(optarg);
		else if (c == 'c')
			o->concurrent = (uint32_t)number_of(optarg);
		else if (c == 's')
			o->seed = number_of(optarg);
		else if (c == 'p')
			o->tally.mail.folder = optarg;
		else
			return false;
	}
	if (argc - optind != 2 || o->concurrent == 0)
		return false;
	for (size_t i = 0; i < sizeof(blends) / sizeof(blends[0]); i++)
		if (strcmp(blends[i].name, argv[optind]) == 0)
			o->blend = &blends[i];
	o->path = argv[optind + 1];
	return o->blend != NULL;
}

int
main(int argc, char **argv)
{
	struct order o = { .octets = 10000000, .count = 1000, .concurrent = 64, .seed = 1 };
	struct frames *f;

	if (!read_arguments(&o, argc, argv)) {
		usage(stderr);
		return 1;
	}
	f = frames_open(o.path);
	if (f == NULL) {
		perror(o.path);
		return 1;
	}
	o.blend->write(&o, f);
	printf("frames %llu\nbytes %llu\n", (unsigned long long)frames_count(f), (unsigned long long)frames_bytes(f));
	printf("connections %llu\nsessions %llu\n", (unsigned long long)o.tally.connections,
	    (unsigned long long)o.tally.sessions);
	printf("messages %llu\nattachments %llu\nattachment_bytes %llu\n", (unsigned long long)o.tally.mail.messages,
	    (unsigned long long)o.tally.mail.attachments, (unsigned long long)o.tally.mail.attachment_octets);
	if (!frames_close(f)) {
		fprintf(stderr, "corpus: %s: could not be written\n", o.path);
		return 1;
	}
	return 0;
}
