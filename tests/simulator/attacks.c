/* SPDX-License-Identifier: Apache-2.0
 *
 * attacks: one row per way to collect mail, at four intensities. `stated` is what the defaults promise to find.
 */
#include <stdio.h>

#include "simulator/world.h"

struct parties {
	char account[24], address[48], desk[24], attacker[24], drop[48];
};

static void
cast(struct parties *p, unsigned number)
{
	unsigned person = (number * 13 + 3) % 500;

	snprintf(p->account, sizeof(p->account), "user%u", person);
	snprintf(p->address, sizeof(p->address), "user%u@company.example", person);
	snprintf(p->desk, sizeof(p->desk), "10.1.%u.%u", person / 200, 10 + person % 200);
	snprintf(p->attacker, sizeof(p->attacker), ATTACKER_NETWORKS "%u.%u", number % 250, 7);
	snprintf(p->drop, sizeof(p->drop), "keep%u@" DROP_DOMAIN, number);
}

/* How many of them fall into this minute. */
static unsigned
due(const struct deed *d, unsigned total, unsigned *first)
{
	unsigned before = (unsigned)((unsigned long long)total * d->minute / d->minutes);
	unsigned after = (unsigned)((unsigned long long)total * (d->minute + 1) / d->minutes);

	if (first != NULL)
		*first = before;
	return after - before;
}

/* --- forwarding --- */

static void
forward(struct world *w, const char *victim, const char *target, unsigned evidence)
{
	char sender[96], id[64];
	struct mail m = { .author = "someone@partner4.example", .to = target, .shown_to = victim };

	snprintf(sender, sizeof(sender), "someone+SRS=aB3d=XY=partner4.example=someone@company.example");
	snprintf(id, sizeof(id), "%s;0f6b4d1e-3c5a-4e8f-9a77-5d2b8c1e6f90", victim);
	m.from = evidence >= 3 ? sender : "someone@partner4.example";
	if (evidence == 1)
		m.header[0][0] = "X-Forwarded-To", m.header[0][1] = target;
	else if (evidence == 2)
		m.header[0][0] = "X-MS-Exchange-Organization-AutoForwarded", m.header[0][1] = "true";
	else if (evidence == 4)
		m.header[0][0] = "X-MS-Exchange-ForwardingLoop", m.header[0][1] = id;
	world_mail(w, &m);
}

static void
act_auto_forward(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	forward(w, p.address, p.drop, d->intensity);
}

static void
act_fan_in(struct world *w, const struct deed *d)
{
	struct parties p, victim;
	unsigned first, n = due(d, d->intensity, &first);

	cast(&p, d->number);
	for (unsigned i = first; i < first + n; i++) {
		cast(&victim, d->number + 40 * i);
		forward(w, victim.address, p.drop, 4);
	}
}

/* Each mailbox is forwarded to an address of its own, so that only their sum stands out. */
static void
act_ratio(struct world *w, const struct deed *d)
{
	struct parties victim;
	unsigned first, n = due(d, d->intensity, &first);

	for (unsigned i = first; i < first + n; i++) {
		cast(&victim, d->number + 40 * (i % 8));
		forward(w, victim.address, victim.drop, 4);
	}
}

static void
act_correlated(struct world *w, const struct deed *d)
{
	struct parties p;
	char id[64];
	unsigned first, n = due(d, d->intensity, &first);

	cast(&p, d->number);
	for (unsigned i = first; i < first + n; i++) {
		snprintf(id, sizeof(id), "c%u.%u@partner4.example", d->number, i);
		world_mail(w, &(struct mail){ .client = OUTSIDE_MTA,
				  .server = MTA,
				  .from = "someone@partner4.example",
				  .to = p.address,
				  .message_id = id });
		world_mail(
		    w, &(struct mail){
			   .from = "someone@partner4.example", .to = p.drop, .shown_to = p.address, .message_id = id });
	}
}

static void
act_rule_upload(struct world *w, const struct deed *d)
{
	struct parties p;
	struct script_target target = { .copy = true };
	struct script_report script = { .action = SCRIPT_STORED,
		.outcome = SCRIPT_ACCEPTED,
		.complete = true,
		.bytes = 90,
		.name_text = BYTES("rules"),
		.targets = &target,
		.target_count = 1 };
	struct session s;
	struct observation o = { .kind = OBSERVED_SCRIPT, .session = &s };

	cast(&p, d->number);
	s = world_session(w, p.desk, IMAP_SERVER, 143);
	s.protocol = MAIL_MANAGESIEVE;
	s.server.port = 4190;
	target.address_text = bytes_str(p.drop);
	script.account_text = bytes_str(p.account);
	o.script = &script;
	world_show(w, o);
}

static void
act_journal(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	world_mail(w, &(struct mail){
			  .from = "", .author = p.address, .to = p.drop, .header = { { "X-MS-Journal-Report", "" } } });
}

/* --- reading --- */

static void
act_bulk(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	world_read(w, &(struct reading){ .client = p.attacker,
			  .account = p.account,
			  .port = 143,
			  .first = 1,
			  .count = d->intensity,
			  .exists = 9000,
			  .octets = 20000 });
}

static void
act_coverage(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	world_read(w, &(struct reading){ .client = p.attacker,
			  .account = p.account,
			  .port = 143,
			  .first = 1,
			  .count = 150 * d->intensity / 100,
			  .exists = 150,
			  .octets = 20000 });
}

static void
act_slow(struct world *w, const struct deed *d)
{
	struct parties p;
	unsigned first, n = due(d, d->intensity, &first);

	cast(&p, d->number);
	if (n > 0)
		world_read(w, &(struct reading){ .client = p.attacker,
				  .account = p.account,
				  .port = 143,
				  .first = first + 1,
				  .count = n,
				  .exists = 9000,
				  .octets = 20000 });
}

static void
act_pop3(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	world_read(w, &(struct reading){ .client = p.attacker,
			  .account = p.account,
			  .port = 110,
			  .first = 1,
			  .count = d->intensity,
			  .exists = d->intensity,
			  .octets = 20000 });
}

static void
act_sweep(struct world *w, const struct deed *d)
{
	struct parties p, victim;
	unsigned first, n = due(d, d->intensity, &first);

	cast(&p, d->number);
	for (unsigned i = first; i < first + n; i++) {
		cast(&victim, d->number + 7 * i);
		world_read(w, &(struct reading){ .client = p.attacker,
				  .account = victim.account,
				  .port = 143,
				  .first = 100,
				  .count = 10,
				  .exists = 900,
				  .octets = 20000 });
	}
}

static void
act_download(struct world *w, const struct deed *d)
{
	struct parties p;
	unsigned n = due(d, d->intensity, NULL);

	cast(&p, d->number * 2);
	if (n > 0)
		world_transfer(w, p.desk, IMAP_SERVER, 993, 40000, n * MIB);
}

/* --- leaving --- */

static void
act_upload(struct world *w, const struct deed *d)
{
	struct parties p;
	unsigned n = due(d, d->intensity, NULL);

	cast(&p, d->number);
	if (n > 0)
		world_transfer(w, p.desk, "185.220.200.5", 465, n * MIB, 3000);
}

static void
act_direct(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	for (unsigned i = due(d, d->intensity, NULL); i > 0; i--)
		world_mail(
		    w, &(struct mail){ .client = p.desk, .server = "185.220.200.25", .from = p.address, .to = p.drop });
}

static void
act_archive(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	world_mail(w, &(struct mail){ .from = p.address,
			  .to = p.drop,
			  .part = { { "backup.pst", "application/vnd.ms-outlook-pst", d->intensity * KIB } } });
}

static void
act_large(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	world_mail(w, &(struct mail){ .from = p.address,
			  .to = p.drop,
			  .part = { { "material.zip", "application/zip", d->intensity * MIB } } });
}

static void
act_disguised(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	for (unsigned i = due(d, d->intensity, NULL); i > 0; i--)
		world_mail(w, &(struct mail){ .from = p.address,
				  .to = p.drop,
				  .part = { { "holiday.jpg", "application/x-7z-compressed", 900 * KIB } } });
}

/* --- access --- */

static void
act_spray(struct world *w, const struct deed *d)
{
	struct parties p, victim;
	unsigned first, n = due(d, d->intensity, &first);

	cast(&p, d->number);
	for (unsigned i = first; i < first + n; i++) {
		cast(&victim, d->number + 11 * i);
		world_login(w, p.attacker, victim.account, LOGIN_FAILURE);
	}
}

/* From a network of its own for each account. */
static void
act_wide_spray(struct world *w, const struct deed *d)
{
	struct parties victim;
	char from[24];
	unsigned first, n = due(d, d->intensity, &first);

	for (unsigned i = first; i < first + n; i++) {
		cast(&victim, d->number + 11 * i);
		snprintf(from, sizeof(from), ATTACKER_NETWORKS "%u.%u", (d->number * 5 + i) % 250, i % 200 + 1);
		world_login(w, from, victim.account, LOGIN_FAILURE);
	}
}

static void
act_bruteforce(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	for (unsigned i = due(d, d->intensity, NULL); i > 0; i--)
		world_login(w, p.attacker, p.account, LOGIN_FAILURE);
}

static void
act_found(struct world *w, const struct deed *d)
{
	struct parties p;

	act_bruteforce(w, d);
	cast(&p, d->number);
	if (d->minute == d->minutes - 1)
		world_login(w, p.attacker, p.account, LOGIN_SUCCESS);
}

static void
act_helped(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	if (d->minute < 10)
		for (int i = 0; i < 2; i++)
			world_login(w, p.attacker, p.account, LOGIN_FAILURE);
	else if (d->minute == 11)
		world_login(w, p.attacker, p.account, LOGIN_SUCCESS);
	else if (d->minute == 12)
		world_read(w, &(struct reading){ .client = p.attacker,
				  .account = p.account,
				  .port = 143,
				  .first = 1,
				  .count = d->intensity,
				  .exists = 9000,
				  .octets = 20000 });
}

static void
act_privileged(struct world *w, const struct deed *d)
{
	struct parties p;

	cast(&p, d->number);
	world_login(w, p.attacker, "root", LOGIN_SUCCESS);
}

static void
act_new_client(struct world *w, const struct deed *d)
{
	struct parties p;

	/* One that no other attack has: what was new just now says nothing of what is new next. */
	cast(&p, d->number + 300);
	world_login(w, p.attacker, p.account, LOGIN_SUCCESS);
}

static void
act_readable(struct world *w, const struct deed *d)
{
	struct parties p;
	struct login_report login = { .mechanism = BYTES("PLAIN"), .cleartext = true, .outcome = LOGIN_SUCCESS };
	struct session s;
	struct observation o = { .kind = OBSERVED_LOGIN, .session = &s };

	cast(&p, d->number);
	s = world_session(w, p.desk, IMAP_SERVER, 143);
	login.user_text = bytes_str(p.account);
	o.login = &login;
	world_show(w, o);
}

/* The server offers to encrypt, and a minute later, to another client, it does not. */
static void
act_strip(struct world *w, const struct deed *d)
{
	struct session_report r = {
		.end = SESSION_FIN, .is_smtp = true, .offers_seen = true, .starttls_offered = d->minute == 0
	};
	struct parties p;
	struct session s;

	cast(&p, d->number + d->minute);
	s = world_session(w, p.desk, MTA, 587);
	r.traffic[FROM_CLIENT].bytes = r.traffic[FROM_SERVER].bytes = 300;
	world_end(w, &s, &r);
}

static void
act_mismatch(struct world *w, const struct deed *d)
{
	struct session_report r = { .end = SESSION_FIN, .handshake = HANDSHAKE_SYNACK };
	struct parties p;
	struct session s;

	cast(&p, d->number);
	s = world_session(w, p.desk, ATTACKER_NETWORKS "9.9", 25);
	s.protocol = MAIL_UNKNOWN;
	r.traffic[FROM_CLIENT].bytes = r.traffic[FROM_SERVER].bytes = d->intensity;
	world_end(w, &s, &r);
}

static void
act_new_service(struct world *w, const struct deed *d)
{
	struct parties p, other;

	cast(&p, d->number);
	cast(&other, d->number + 1);
	world_mail(w, &(struct mail){ .client = p.desk, .server = other.desk, .from = p.address, .to = other.address });
}

#define MINUTES_OF_A_DAY 1440

const struct attack attacks[] = {
	{ "auto_forward", "one mail forwarded: weak, plain, sender, two marks", "strength", { 1, 2, 3, 4 }, 2, 1,
	    act_auto_forward },
	{ "forward_fan_in", "mailboxes forwarded to one address in a day", "mailboxes", { 1, 2, 3, 6 }, 3,
	    MINUTES_OF_A_DAY, act_fan_in },
	{ "forward_ratio", "forwarded of eight mailboxes in a day", "messages", { 3, 6, 20, 100 }, 20,
	    MINUTES_OF_A_DAY, act_ratio },
	{ "forward_correlated", "mail sent on without any mark", "messages", { 1, 2, 4, 8 }, 1, 60, act_correlated },
	{ "forward_rule_upload", "a filter that redirects a copy", "filters", { 1, 1, 1, 1 }, 1, 1, act_rule_upload },
	{ "journal_external", "a journal report to an outsider", "reports", { 1, 1, 1, 1 }, 1, 1, act_journal },
	{ "bulk_fetch", "read in one session", "messages", { 50, 100, 200, 400 }, 200, 1, act_bulk },
	{ "bulk_fetch", "share of a folder of 150", "percent", { 50, 80, 90, 100 }, 90, 1, act_coverage },
	{ "bulk_fetch", "read in short sessions over 16 hours", "messages", { 300, 600, 1200, 2000 }, 1200, 960,
	    act_slow },
	{ "bulk_fetch", "read by POP3 and kept, from a new place", "messages", { 5, 10, 20, 50 }, 20, 1, act_pop3 },
	{ "account_sweep", "accounts read within ten minutes", "accounts", { 3, 5, 6, 12 }, 6, 9, act_sweep },
	{ "account_sweep", "accounts read within 16 hours", "accounts", { 5, 10, 15, 30 }, 15, 960, act_sweep },
	{ "mailbox_download", "drawn over TLS within half an hour", "MiB", { 10, 25, 100, 300 }, 300, 30,
	    act_download },
	{ "upload_asymmetry", "sent to an outsider in one connection", "MiB", { 2, 5, 10, 50 }, 10, 1, act_upload },
	{ "upload_asymmetry", "sent to an outsider in small pieces", "MiB", { 10, 30, 60, 100 }, 60, 40, act_upload },
	{ "direct_smtp", "mail from a desk straight to the outside", "messages", { 1, 1, 5, 20 }, 1, 10, act_direct },
	{ "mail_archive", "a mail store leaves", "KiB", { 1, 100, 1000, 20000 }, 1, 1, act_archive },
	{ "large_attachment", "one attachment to an outsider never mailed", "MiB", { 2, 5, 10, 30 }, 10, 1, act_large },
	{ "disguised_message", "an archive called a picture", "messages", { 1, 1, 2, 5 }, 1, 5, act_disguised },
	{ "auth_spray", "accounts tried from one network within 40 minutes", "accounts", { 3, 6, 10, 30 }, 10, 40,
	    act_spray },
	{ "auth_spray", "accounts tried from many networks within a day", "accounts", { 10, 25, 55, 100 }, 55,
	    MINUTES_OF_A_DAY, act_wide_spray },
	{ "auth_bruteforce", "passwords tried on one account within 40 minutes", "failures", { 5, 15, 30, 100 }, 30, 40,
	    act_bruteforce },
	{ "auth_success_after_failures", "and found", "failures", { 5, 15, 30, 100 }, 30, 40, act_found },
	{ "auth_then_collection", "found, then read", "messages", { 5, 20, 50, 300 }, 50, 20, act_helped },
	{ "privileged_login", "root logs in from a new place", "logins", { 1, 1, 1, 1 }, 1, 1, act_privileged },
	{ "new_client", "an account is used from a new place", "logins", { 1, 1, 1, 1 }, 1, 1, act_new_client },
	{ "cleartext_credentials", "a login that can be read", "logins", { 1, 1, 1, 1 }, 1, 1, act_readable },
	{ "starttls_stripped", "an offer to encrypt is gone", "sessions", { 1, 1, 1, 1 }, 1, 2, act_strip },
	{ "protocol_mismatch", "something else on port 25, octets each way", "octets", { 50, 200, 300, 5000 }, 300, 1,
	    act_mismatch },
	{ "new_mail_service", "a desk takes mail", "sessions", { 1, 1, 1, 1 }, 1, 1, act_new_service },
	{ NULL, NULL, NULL, { 0 }, 0, 0, NULL },
};
