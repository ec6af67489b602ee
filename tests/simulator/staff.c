/* SPDX-License-Identifier: Apache-2.0
 *
 * staff: ordinary weeks of an organisation of 500 people. What looks like an attack and is none is in here on purpose.
 */
#include <stdio.h>

#include "simulator/world.h"

#define PEOPLE 500
#define PARTNERS 40

/* How a person reads: every third by POP3 that deletes, the others by IMAP; half have a phone beside it. */
static struct person {
	uint32_t uid;  /* of the latest message of the mailbox */
	uint32_t seen; /* read up to there, at the desk */
	bool away;     /* out of office: answers itself */
	int slips;     /* failed logins until the password is right */
} people[PEOPLE];

static const char *const providers[] = { "freemail.example", "mailbox.example", "post.example" };

struct badge {
	char account[24], address[48], desk[24], phone[24], home[24], partner[48];
};

static void
name(struct world *w, struct badge *n, uint32_t person)
{
	uint32_t partner =
	    world_below(w, 5) == 0 ? world_below(w, PARTNERS) : (person * 7 + world_below(w, 6)) % PARTNERS;

	snprintf(n->account, sizeof(n->account), "user%u", person);
	snprintf(n->address, sizeof(n->address), "user%u@company.example", person);
	snprintf(n->desk, sizeof(n->desk), "10.1.%u.%u", person / 200, 10 + person % 200);
	snprintf(n->phone, sizeof(n->phone), "10.2.%u.%u", person / 200, 10 + person % 200);
	snprintf(n->home, sizeof(n->home), "203.0.%u.%u", 100 + person % 13, 1 + person % 250);
	snprintf(
	    n->partner, sizeof(n->partner), "contact%u@partner%u.example", (person + world_below(w, 3)) % 50, partner);
}

void
staff_open(struct world *w)
{
	for (uint32_t i = 0; i < PEOPLE; i++)
		people[i] = (struct person){ .uid = 800 + world_below(w, 3000), .away = i % 41 == 7 };
	for (uint32_t i = 0; i < PEOPLE; i++)
		people[i].seen = people[i].uid;
}

static bool
is_office(usec_t now)
{
	int64_t day = (now - MONDAY) / DAY % 7, hour = (now - MONDAY) % DAY / HOUR;

	return day < 5 && hour >= 8 && hour < 18;
}

static void
read_at_desk(struct world *w, uint32_t i)
{
	struct person *p = &people[i];
	uint32_t fresh = p->uid - p->seen, old = world_chance(w, 100) ? world_below(w, 12) : 0;
	struct badge n;

	name(w, &n, i);
	if (fresh > 60)
		fresh = 60;
	if (i % 3 == 0)
		world_read(w, &(struct reading){ .client = n.desk,
				  .account = n.account,
				  .port = 110,
				  .first = p->seen + 1,
				  .count = fresh,
				  .exists = fresh,
				  .deleted = fresh,
				  .octets = 4000 + world_below(w, 40000) });
	else
		world_read(w, &(struct reading){ .client = n.desk,
				  .account = n.account,
				  .port = i % 2 == 0 ? 143 : 993,
				  .first = p->seen + 1 - old,
				  .count = fresh + old,
				  .exists = p->uid,
				  .octets = 4000 + world_below(w, 60000),
				  .client_id = "Desk 4.1" });
	p->seen = p->uid;
}

/* Phones come back all day, and hold a connection open in between. */
static void
phone(struct world *w, uint32_t i)
{
	struct badge n;

	name(w, &n, i);
	world_transfer(w, world_chance(w, 300) ? n.home : n.phone, IMAP_SERVER, 993, 900 + world_below(w, 2000),
	    3000 + world_below(w, 120000));
}

static void
take_mail(struct world *w, uint32_t i)
{
	struct badge n;

	name(w, &n, i);
	people[i].uid++;
	world_mail(w, &(struct mail){ .client = OUTSIDE_MTA, .server = MTA, .from = n.partner, .to = n.address });
	if (people[i].away)
		world_mail(w, &(struct mail){ .from = "",
				  .author = n.address,
				  .to = n.partner,
				  .subject = "Out of office: news",
				  .header = { { "Auto-Submitted", "auto-replied" }, { "X-Autoreply", "yes" } } });
}

static void
newsletter(struct world *w)
{
	struct badge n;

	for (int k = 0; k < 40; k++) {
		uint32_t i = world_below(w, PEOPLE);

		name(w, &n, i);
		people[i].uid++;
		world_mail(w, &(struct mail){ .client = "198.51.100.77",
				  .server = MTA,
				  .from = "bounce+list@news.example",
				  .author = "editor@news.example",
				  .to = n.address,
				  .header = { { "List-Id", "<weekly.news.example>" }, { "Precedence", "list" } } });
	}
}

/* To a list outside that sends it back in: the same message, twice over the wire, and no redirect. */
static void
discuss(struct world *w, uint32_t i)
{
	char id[64];
	struct badge n, other;

	name(w, &n, i);
	name(w, &other, (i + 17) % PEOPLE);
	snprintf(id, sizeof(id), "list-%u@company.example", w->sessions);
	world_mail(w, &(struct mail){ .from = n.address, .to = "talk@lists.partner3.example", .message_id = id });
	world_mail(w, &(struct mail){ .client = OUTSIDE_MTA,
			  .server = MTA,
			  .from = "talk-bounces@lists.partner3.example",
			  .author = n.address,
			  .to = other.address,
			  .message_id = id,
			  .header = { { "List-Id", "<talk.lists.partner3.example>" } } });
}

static void
send_mail(struct world *w, uint32_t i)
{
	uint32_t what = world_below(w, 1000);
	char id[64];
	struct badge n;
	struct mail m = { 0 };

	name(w, &n, i);
	m.from = n.address;
	m.to = n.partner;
	if (what < 350) {
		snprintf(id, sizeof(id), "%u@partner.example", w->sessions);
		m.subject = "Re: news";
		m.reply_to_id = id;
	} else if (what < 400) {
		m.subject = "Fwd: news";
		m.separator = SEPARATOR_FORWARDED;
	}
	if (world_chance(w, 250)) {
		m.part[0].name = world_chance(w, 500) ? "offer.pdf" : "photo.jpg";
		m.part[0].type = m.part[0].name[0] == 'o' ? "application/pdf" : "image/jpeg";
		m.part[0].size = 20000 + world_below(w, world_chance(w, 50) ? 6000000 : 700000);
	}
	if (world_chance(w, 15)) {
		snprintf(n.partner, sizeof(n.partner), "user%u@%s", i, providers[i % 3]);
		m.subject = "for the train";
	}
	world_mail(w, &m);
	if (world_chance(w, 5))
		discuss(w, i);
}

/* Passwords are mistyped; some expire while a phone still tries the old one. */
static void
log_in(struct world *w, uint32_t i)
{
	struct badge n;

	name(w, &n, i);
	for (uint32_t k = world_chance(w, 25) ? 1 + world_below(w, 3) : 0; k > 0; k--)
		world_login(w, n.desk, n.account, LOGIN_FAILURE);
	world_login(w, n.desk, n.account, LOGIN_SUCCESS);
}

static void
stale_phones(struct world *w)
{
	struct badge n;

	for (uint32_t i = 11; i < PEOPLE; i += 170) {
		name(w, &n, i);
		world_login(w, n.phone, n.account, LOGIN_FAILURE);
	}
}

/* Mail that is sent on with everybody's leave, and that of the shared mailbox. */
static void
approved_forward(struct world *w)
{
	world_mail(w, &(struct mail){ .from = "orders+SRS=aB3d=XY=partner2.example=bob@company.example",
			  .author = "bob@partner2.example",
			  .to = "archive@keeper.example",
			  .header = { { "X-MS-Exchange-ForwardingLoop",
			      "orders@company.example;0f6b4d1e-3c5a-4e8f-9a77-5d2b8c1e6f90" } } });
}

/* A loop of a newsletter's making: the header of a stranger, on mail that comes in. */
static void
inbound_oddities(struct world *w)
{
	struct badge n;
	uint32_t i = world_below(w, PEOPLE);

	name(w, &n, i);
	people[i].uid++;
	world_mail(w, &(struct mail){ .client = OUTSIDE_MTA,
			  .server = MTA,
			  .from = "alum+caf_=user=company.example@uni.example",
			  .author = "old@uni.example",
			  .to = n.address,
			  .header = { { "X-Forwarded-To", n.address } } });
	for (int k = 0; k < 5; k++)
		world_mail(w, &(struct mail){ .client = "192.0.2.66",
				  .server = MTA,
				  .from = "win@spam.example",
				  .to = n.address,
				  .refused = true });
}

static void
webmail(struct world *w)
{
	struct badge n;
	uint32_t i = world_below(w, PEOPLE);

	name(w, &n, i);
	world_read(w, &(struct reading){ .client = "10.0.0.80",
			  .account = n.account,
			  .port = 143,
			  .first = people[i].uid - world_below(w, 20),
			  .count = 1 + world_below(w, 4),
			  .exists = people[i].uid,
			  .octets = 20000 });
}

static void
whole_mailbox(struct world *w, const char *client, uint32_t i)
{
	struct badge n;

	name(w, &n, i);
	world_read(w, &(struct reading){ .client = client,
			  .account = n.account,
			  .port = 143,
			  .first = 1,
			  .count = people[i].uid / 4,
			  .exists = people[i].uid / 4,
			  .octets = 30000 });
}

void
staff_minute(struct world *w)
{
	int64_t minute = (w->now - MONDAY) / MINUTE, of_day = minute % 1440, day = minute / 1440;
	bool office = is_office(w->now);
	uint32_t busy = office ? 1000 : 60;

	for (uint32_t i = 0; i < PEOPLE; i++) {
		if (world_below(w, 60000) < busy * 2 && !people[i].away)
			read_at_desk(w, i);
		if (i % 2 == 0 && world_below(w, 60) < 2)
			phone(w, i);
		if (world_below(w, 60000) < busy * 2)
			take_mail(w, i);
		if (world_below(w, 60000) < busy && !people[i].away)
			send_mail(w, i);
		if (world_below(w, 480000) < busy && !people[i].away)
			log_in(w, i);
	}
	if (of_day == 9 * 60 + 5)
		newsletter(w);
	if (of_day % 7 == 0 && day % 7 < 5)
		stale_phones(w);
	if (of_day % 37 == 3)
		approved_forward(w);
	if (of_day % 23 == 1)
		inbound_oddities(w);
	if (office && of_day % 2 == 0)
		webmail(w);
	/* Every night a backup reads some mailboxes whole; on Saturdays the migration does. */
	if (of_day >= 120 && of_day < 180)
		whole_mailbox(w, "10.0.9.9", (uint32_t)(day * 60 + of_day - 120) % PEOPLE);
	if (day % 7 == 5 && of_day >= 600 && of_day < 800)
		whole_mailbox(w, "10.0.9.8", (uint32_t)(of_day - 600) * 2 % PEOPLE);
	/* A monitor looks in; a new laptop fills itself on Wednesdays, from where its owner always reads. */
	if (of_day % 5 == 0)
		world_transfer(w, "10.0.9.7", IMAP_SERVER, 143, 10, 90);
	if (day % 7 == 2 && of_day == 10 * 60) {
		struct badge n;
		uint32_t i = (uint32_t)(day * 31 + 5) % PEOPLE;

		name(w, &n, i);
		world_transfer(w, n.desk, IMAP_SERVER, 993, 90000, 180 * MIB);
	}
}
