/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
complain_aloud(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s\n", line);
}

static void
hear(void *arg, const struct alert *a)
{
	struct world *w = arg;

	w->alert(w, a);
}

void
world_open(struct world *w, uint64_t seed, const char *const *sets)
{
	struct complaints c = { .say = complain_aloud };
	const char *all[16];
	size_t n = 0;

	while (sets[n] != NULL && n < 16) {
		all[n] = sets[n];
		n++;
	}
	w->random = seed * 2 + 1;
	w->attack = -1;
	w->settings = settings_load(NULL, all, n, &c);
	if (w->settings == NULL)
		abort();
	w->judge = judge_new(&w->settings->detect, &w->settings->site, &w->settings->forward_rules, hear, w);
	if (w->judge == NULL)
		abort();
}

void
world_close(struct world *w)
{
	judge_finish(w->judge);
	judge_free(w->judge);
	settings_free(w->settings);
}

uint32_t
world_below(struct world *w, uint32_t n)
{
	/* splitmix64 (Steele and others, 2014) */
	uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (uint32_t)(((z >> 32) * n) >> 32);
}

bool
world_chance(struct world *w, uint32_t per_mille)
{
	return world_below(w, 1000) < per_mille;
}

struct session
world_session(struct world *w, const char *client, const char *server, uint16_t port)
{
	struct session s = { .start = w->now, .mail_port = true, .interface = "simulated" };

	if (!address_parse(bytes_str(client), &s.client.address) ||
	    !address_parse(bytes_str(server), &s.server.address))
		abort();
	s.client.port = (uint16_t)(10000 + w->sessions % 50000);
	s.server.port = port;
	s.protocol = port == 25 || port == 587 ? MAIL_SMTP
		     : port == 110	       ? MAIL_POP3
		     : port == 143	       ? MAIL_IMAP
					       : MAIL_TLS;
	s.id = identity_of(BYTES("simulated"), bytes_of(&w->sessions, sizeof(w->sessions)));
	w->sessions++;
	return s;
}

void
world_show(struct world *w, struct observation o)
{
	o.time = w->now;
	w->observations++;
	judge_observe(w->judge, &o);
}

static void
show_volume(struct world *w, const struct session *s, uint64_t sent, uint64_t received)
{
	struct volume_report v = { .bytes = { [FROM_CLIENT] = sent, [FROM_SERVER] = received }, .final = true };
	struct observation o = { .kind = OBSERVED_VOLUME, .session = s };

	v.total[FROM_CLIENT] = sent;
	v.total[FROM_SERVER] = received;
	o.volume = &v;
	world_show(w, o);
}

static void
show_end(struct world *w, const struct session *s, const struct collection_report *c, uint64_t sent, uint64_t received)
{
	struct session_report r = { .end = SESSION_FIN, .last = w->now, .handshake = HANDSHAKE_SYNACK };
	struct observation o = { .kind = OBSERVED_SESSION, .session = s };
	struct slices offers = { 0 };

	r.traffic[FROM_CLIENT].bytes = sent;
	r.traffic[FROM_SERVER].bytes = received;
	r.traffic[FROM_CLIENT].packets = 4 + sent / 1400;
	r.traffic[FROM_SERVER].packets = 4 + received / 1400;
	r.is_smtp = s->protocol == MAIL_SMTP;
	r.is_imap = s->protocol == MAIL_IMAP;
	r.is_pop3 = s->protocol == MAIL_POP3;
	r.tls = s->protocol == MAIL_TLS;
	r.smtp.auth_mechanisms = offers;
	if (r.is_smtp) {
		r.smtp.banner_code = 220;
		r.smtp.banner_text = BYTES("mail ESMTP Postfix");
		r.smtp.has_helo = true;
	}
	if (c != NULL) {
		r.has_collection = true;
		r.collection = *c;
	}
	o.report = &r;
	world_show(w, o);
}

static void
show_login(struct world *w, const struct session *s, const char *account, enum login_outcome outcome)
{
	struct login_report login = {
		.user_text = bytes_str(account), .mechanism = BYTES("SCRAM-SHA-256"), .outcome = outcome
	};
	struct observation o = { .kind = OBSERVED_LOGIN, .session = s };

	o.login = &login;
	world_show(w, o);
}

void
world_login(struct world *w, const char *client, const char *account, enum login_outcome outcome)
{
	struct session s = world_session(w, client, IMAP_SERVER, 143);

	show_login(w, &s, account, outcome);
	show_volume(w, &s, 120, 300);
	show_end(w, &s, NULL, 120, 300);
}

static void
show_message(struct world *w, const struct session *s, const struct reading *r, uint32_t uid)
{
	char id[64];
	struct message_content content = { .has_header = true, .bytes = r->octets };
	struct message_report m = { .ordinal = uid,
		.transfer = r->port == 110 ? TRANSFER_POP3_RETR : TRANSFER_IMAP_FETCH,
		.status = MESSAGE_ACCEPTED,
		.complete = true,
		.content = &content,
		.has_item = true,
		.item = { .mailbox_text = r->port == 110 ? bytes_of(NULL, 0) : BYTES("INBOX"),
		    .account_text = bytes_str(r->account),
		    .has_uid = r->port != 110,
		    .uid = uid,
		    .number = uid } };
	struct observation o = { .kind = OBSERVED_MESSAGE, .session = s };

	snprintf(id, sizeof(id), "%u.%s@stored.example", uid, r->account);
	content.message_id = bytes_str(id);
	if (r->port == 110)
		m.item.unique_text = bytes_str(id);
	o.message = &m;
	world_show(w, o);
}

void
world_read(struct world *w, const struct reading *r)
{
	struct session s = world_session(w, r->client, IMAP_SERVER, r->port);
	struct folder_report folder = {
		.name_text = BYTES("INBOX"), .has_exists = r->exists > 0, .exists = r->exists, .read_whole = r->count
	};
	struct collection_report c = { .account_text = bytes_str(r->account),
		.read_whole = r->count,
		.bodies = r->count,
		.body_bytes = r->count * r->octets,
		.has_exists = r->exists > 0,
		.exists = r->exists,
		.order = r->count > 2 ? ORDER_ASCENDING : ORDER_UNKNOWN,
		.folders_opened = 1,
		.folders = &folder,
		.folder_count = 1,
		.deleted = r->deleted,
		.quit = true };
	uint64_t received = 600 + r->count * (r->octets + 80);

	if (r->client_id != NULL)
		c.client_id_text = bytes_str(r->client_id);
	if (r->port != 993) {
		show_login(w, &s, r->account, LOGIN_SUCCESS);
		for (uint32_t i = 0; i < r->count; i++)
			show_message(w, &s, r, r->first + i);
	}
	show_volume(w, &s, 200 + 40 * r->count, received);
	show_end(w, &s, r->port == 993 ? NULL : &c, 200 + 40 * r->count, received);
}

void
world_mail(struct world *w, const struct mail *mail)
{
	struct session s = world_session(
	    w, mail->client == NULL ? MTA : mail->client, mail->server == NULL ? OUTSIDE_MTA : mail->server, 25);
	struct header_text headers[MAIL_HEADERS];
	struct message_part parts[1 + MAIL_PARTS] = { { .content_type = BYTES("multipart/mixed"), .is_branch = true } };
	struct mailbox author = { .address = bytes_str(mail->author == NULL ? mail->from : mail->author) };
	struct bytes to = bytes_str(mail->to);
	struct mailbox named = { .address = mail->shown_to == NULL ? to : bytes_str(mail->shown_to) };
	char id[64];
	struct message_content c = { .has_header = true,
		.headers = headers,
		.parts = parts,
		.part_count = 1,
		.from = { &author, author.address.len > 0, 0 },
		.to = { &named, 1, 0 },
		.separator = mail->separator };
	struct message_report m = { .transfer = TRANSFER_SMTP_DATA,
		.status = mail->refused ? MESSAGE_REFUSED : MESSAGE_ACCEPTED,
		.complete = true,
		.content = &c,
		.envelope = { .has_sender = true, .from = bytes_str(mail->from), .to = { &to, 1, 0 } } };
	struct observation o = { .kind = OBSERVED_MESSAGE, .session = &s };

	snprintf(id, sizeof(id), "%u@simulated.example", w->sessions);
	c.message_id = bytes_str(mail->message_id == NULL ? id : mail->message_id);
	c.subject_text = bytes_str(mail->subject == NULL ? "news" : mail->subject);
	if (mail->reply_to_id != NULL)
		c.in_reply_to = bytes_str(mail->reply_to_id);
	for (size_t i = 0; i < MAIL_HEADERS && mail->header[i][0] != NULL; i++)
		headers[c.header_count++] =
		    (struct header_text){ bytes_str(mail->header[i][0]), bytes_str(mail->header[i][1]) };
	c.bytes = 2000;
	for (size_t i = 0; i < MAIL_PARTS && mail->part[i].name != NULL; i++) {
		parts[c.part_count++] = (struct message_part){ .depth = 1,
			.content_type = BYTES("application/octet-stream"),
			.name_text = bytes_str(mail->part[i].name),
			.detected_type = bytes_str(mail->part[i].type),
			.is_attachment = true,
			.complete = true,
			.size = mail->part[i].size };
		c.bytes += mail->part[i].size * 4 / 3;
	}
	o.message = &m;
	world_show(w, o);
	show_volume(w, &s, c.bytes + 200, 300);
	show_end(w, &s, NULL, c.bytes + 200, 300);
}

void
world_transfer(struct world *w, const char *client, const char *server, uint16_t port, uint64_t sent, uint64_t received)
{
	struct session s = world_session(w, client, server, port);

	show_volume(w, &s, sent, received);
	show_end(w, &s, NULL, sent, received);
}

void
world_end(struct world *w, const struct session *s, const struct session_report *r)
{
	struct observation o = { .kind = OBSERVED_SESSION, .session = s };

	o.report = r;
	world_show(w, o);
}
