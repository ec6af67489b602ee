/* SPDX-License-Identifier: Apache-2.0
 *
 * world: what a sensor would observe of an organisation's mail, shown to a judge with the settings of the table.
 *
 *	staff.c    ordinary weeks: people, phones, newsletters, forwards that are approved, backups, mistakes
 *	attacks.c  collection and forwarding hidden in them, one row each, at several intensities
 *	report.c   what was found of that, and what was said of ordinary mail
 *
 * All of it follows from the seed. 10.0.0.0/8 and company.example are home.
 */
#ifndef SIMULATOR_WORLD_H
#define SIMULATOR_WORLD_H

#include "detect/judge.h"
#include "settings/settings.h"

#define MINUTE (60 * USEC_PER_SEC)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MONDAY (INT64_C(1699833600) * USEC_PER_SEC) /* 2023-11-13, midnight */

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)

#define MTA "10.0.0.25"
#define IMAP_SERVER "10.0.0.143"
#define OUTSIDE_MTA "198.51.100.25"

/* In the addresses of whoever attacks, and of where the mail goes: so that what is said later is known to be theirs. */
#define ATTACKER_NETWORKS "185.220."
#define DROP_DOMAIN "drop.example"

struct world {
	struct settings *settings;
	struct judge *judge;
	uint64_t random;
	usec_t now;
	uint32_t sessions; /* made so far: their ids */
	uint64_t observations;
	int attack; /* the row of attacks[] that acts; -1: nobody but the staff */
	void (*alert)(struct world *, const struct alert *);
};

/* `sets` as on the command line, ends with NULL. Aborts when something is wrong. */
void world_open(struct world *, uint64_t seed, const char *const *sets);
void world_close(struct world *);

/* Below n, evenly; and true with p in 1000. */
uint32_t world_below(struct world *, uint32_t n);
bool world_chance(struct world *, uint32_t per_mille);

struct session world_session(struct world *, const char *client, const char *server, uint16_t port);
void world_show(struct world *, struct observation);

/* --- what happens; times are world.now --- */

/* A login in a session of its own, and the end of that. */
void world_login(struct world *, const char *client, const char *account, enum login_outcome);

struct reading {
	const char *client, *account;
	uint16_t port;	       /* 143, 110, 993 */
	uint32_t first, count; /* UIDs read whole */
	uint32_t exists;       /* 0: the folder's size is not seen */
	uint32_t deleted;
	uint64_t octets;       /* of a message, about */
	const char *client_id; /* NULL: none */
};

/* A session that logs in and reads so many messages; by 993 only its volume is seen. */
void world_read(struct world *, const struct reading *);

#define MAIL_PARTS 4
#define MAIL_HEADERS 6

struct mail {
	const char *client, *server; /* NULL: from the MTA to the outside */
	const char *from, *author, *to, *subject;
	const char *shown_to;	 /* in the header; NULL: as the envelope says */
	const char *message_id;	 /* NULL: one of its own */
	const char *reply_to_id; /* in-reply-to; NULL: none */
	const char *header[MAIL_HEADERS][2];
	struct {
		const char *name, *type;
		uint64_t size;
	} part[MAIL_PARTS];
	bool refused;
	enum body_separator separator;
};

void world_mail(struct world *, const struct mail *);

/* Payload moved in one connection, and its end. */
void
world_transfer(struct world *, const char *client, const char *server, uint16_t port, uint64_t sent, uint64_t received);

/* A session of the caller's making, at its end. */
void world_end(struct world *, const struct session *, const struct session_report *);

/* --- the rows --- */

void staff_open(struct world *);
void staff_minute(struct world *);

#define INTENSITIES 4

/* One minute of one attack. */
struct deed {
	unsigned intensity;
	unsigned number; /* of the attack: each has its own victims and places */
	unsigned minute, minutes;
};

struct attack {
	const char *rule, *name, *unit;
	unsigned at[INTENSITIES];
	unsigned stated;  /* from this intensity on it must be found */
	unsigned minutes; /* it takes */
	void (*act)(struct world *, const struct deed *);
};

extern const struct attack attacks[];

#endif
