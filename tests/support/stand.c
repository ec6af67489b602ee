/* SPDX-License-Identifier: Apache-2.0 */
#include "support/stand.h"

#include <stdio.h>
#include <stdlib.h>

struct stand stand;

#define SETS_MAX 32

static const char *sets[SETS_MAX];
static size_t set_count;

static void
complain_aloud(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "%s\n", line);
}

static void
load(void)
{
	struct complaints c = { .say = complain_aloud };

	stand.settings = settings_load(NULL, sets, set_count, &c);
	if (stand.settings == NULL)
		abort();
	stand.context = (struct detector_context){ .settings = &stand.settings->detect,
		.site = &stand.settings->site,
		.forward_rules = &stand.settings->forward_rules,
		.alerts = stand.book };
}

static void
open_detector(void)
{
	stand.bell.len = 0;
	stand.book = alert_book_new(&stand.settings->detect.alerts, bell_note, &stand.bell);
	stand.context.alerts = stand.book;
	stand.self = stand.row->open(&stand.context);
	if (stand.book == NULL || stand.self == NULL)
		abort();
}

void
stand_open(const struct detector *row, const char *const *more)
{
	memset(&stand, 0, sizeof(stand));
	stand.row = row;
	stand.now = SCENE_NOON;
	set_count = 0;
	sets[set_count++] = "home_networks=10.0.0.0/8, fd00::/8";
	sets[set_count++] = "local_domains=company.example";
	while (more != NULL && *more != NULL && set_count < SETS_MAX)
		sets[set_count++] = *more++;
	load();
	open_detector();
	if (!row->enabled(&stand.settings->detect))
		abort();
}

void
stand_close(void)
{
	stand.row->close(stand.self);
	alert_book_free(stand.book);
	settings_free(stand.settings);
}

void
stand_restart(void)
{
	struct state_out out;
	char error[STATE_ERROR_MAX];

	state_out_init(&out, (size_t)1 << 28);
	stand.row->save(stand.self, &out);
	if (!state_finish(&out) || !state_check(buffer_bytes(&out.image), error))
		abort();
	stand.row->close(stand.self);
	alert_book_free(stand.book);
	open_detector();
	if (stand.row->load(stand.self, buffer_bytes(&out.image)) != 0)
		abort();
	state_out_clear(&out);
}

void
stand_set(const char *set)
{
	struct settings *before = stand.settings;

	if (set_count == SETS_MAX)
		abort();
	sets[set_count++] = set;
	load();
	stand.row->reload(stand.self, &stand.context);
	settings_free(before);
}

struct session
stand_session(const char *client, const char *server, uint16_t port, unsigned number)
{
	struct session s = { .start = stand.now, .mail_port = true, .interface = "test" };

	if (!address_parse(bytes_str(client), &s.client.address) ||
	    !address_parse(bytes_str(server), &s.server.address))
		abort();
	s.client.port = (uint16_t)(10000 + number % 50000);
	s.server.port = port;
	s.protocol = port == 25 ? MAIL_SMTP : port == 110 ? MAIL_POP3 : port == 993 ? MAIL_TLS : MAIL_IMAP;
	s.id = identity_of(BYTES("session"), bytes_of(&number, sizeof(number)));
	return s;
}

void
stand_show(struct observation o)
{
	o.time = stand.now;
	stand.row->observe(stand.self, &o);
}

void
stand_login(const char *client, const char *server, const char *user, enum login_outcome outcome)
{
	struct session s = stand_session(client, server, 143, stand.sessions++);
	struct login_report login = {
		.user_text = bytes_str(user), .mechanism = BYTES("PLAIN"), .cleartext = true, .outcome = outcome
	};
	struct observation o = { .kind = OBSERVED_LOGIN, .session = &s };

	o.login = &login;
	stand_show(o);
}

void
stand_read(const char *client, const char *server, uint16_t port, const char *account, unsigned number, uint32_t uid)
{
	struct session s = stand_session(client, server, port, number);
	static const struct message_content content;
	struct message_report m = { .ordinal = uid,
		.transfer = port == 110 ? TRANSFER_POP3_RETR : TRANSFER_IMAP_FETCH,
		.status = MESSAGE_ACCEPTED,
		.complete = true,
		.content = &content,
		.has_item = true };
	struct observation o = { .kind = OBSERVED_MESSAGE, .session = &s };

	m.item = (struct mailbox_item){
		.mailbox_text = BYTES("INBOX"), .account_text = bytes_str(account), .has_uid = true, .uid = uid
	};
	o.message = &m;
	stand_show(o);
}

void
stand_report(const char *client, const char *server, uint16_t port, unsigned number, const struct collection_report *c,
    enum session_end end)
{
	struct session s = stand_session(client, server, port, number);
	struct session_report r = {
		.end = end, .has_collection = true, .is_pop3 = port == 110, .is_imap = port != 110, .collection = *c
	};
	struct observation o = { .kind = OBSERVED_SESSION, .session = &s };

	o.report = &r;
	stand_show(o);
}

void
stand_volume(const char *client, const char *server, uint16_t port, unsigned number, uint64_t from, uint64_t to)
{
	static struct volume_report v;
	static unsigned last = UINT32_MAX;
	static usec_t start;
	struct session s = stand_session(client, server, port, number);
	struct observation o = { .kind = OBSERVED_VOLUME, .session = &s };

	if (number != last) {
		memset(&v, 0, sizeof(v));
		start = stand.now;
	}
	last = number;
	s.start = start;
	v.bytes[FROM_SERVER] = from;
	v.bytes[FROM_CLIENT] = to;
	v.total[FROM_SERVER] += from;
	v.total[FROM_CLIENT] += to;
	o.volume = &v;
	stand_show(o);
}

void
stand_mail(struct stand_mail *m, const char *from, const char *to)
{
	memset(m, 0, sizeof(*m));
	scene_init(&m->scene, "10.0.0.25", "198.51.100.25");
	scene_from(&m->scene, from);
	scene_to(&m->scene, to);
	m->scene.content.parts = m->parts;
	m->scene.content.part_count = 1;
	m->parts[0] = (struct message_part){ .content_type = BYTES("multipart/mixed"), .is_branch = true };
}

void
stand_attach(struct stand_mail *m, const char *name, const char *type, uint64_t size)
{
	if (m->scene.content.part_count == STAND_PARTS)
		abort();
	m->parts[m->scene.content.part_count++] = (struct message_part){ .depth = 1,
		.content_type = BYTES("application/octet-stream"),
		.name_text = bytes_str(name),
		.detected_type = bytes_str(type),
		.is_attachment = true,
		.complete = true,
		.size = size };
}

void
stand_send(struct stand_mail *m)
{
	static unsigned number;

	snprintf(m->message_id, sizeof(m->message_id), "message-%u@company.example", number++);
	m->scene.content.message_id = bytes_str(m->message_id);
	stand_show(scene_message(&m->scene));
}
