/* SPDX-License-Identifier: Apache-2.0 */
#include "support/observations.h"

#include <stdlib.h>
#include <string.h>

static struct address
address_of(const char *text)
{
	struct address a;

	if (!address_parse(bytes_str(text), &a))
		abort();
	return a;
}

void
scene_init(struct scene *s, const char *client, const char *server)
{
	memset(s, 0, sizeof(*s));
	s->time = SCENE_NOON;
	s->session = (struct session){ .client = { address_of(client), 40000 }, .server = { address_of(server), 25 },
		.start = SCENE_NOON, .protocol = MAIL_SMTP, .mail_port = true, .interface = "test" };
	s->session.id = identity_of(BYTES("scene"), bytes_of(&s->session.client, sizeof(s->session.client)));
	s->content.has_header = true;
	s->content.headers = s->headers;
	s->content.from.at = &s->author;
	s->report = (struct message_report){ .transfer = TRANSFER_SMTP_DATA, .status = MESSAGE_ACCEPTED,
		.complete = true, .content = &s->content };
	s->report.envelope.has_sender = true;
	s->report.envelope.to.at = s->to;
}

void
scene_from(struct scene *s, const char *sender)
{
	s->report.envelope.from = bytes_str(sender);
}

void
scene_to(struct scene *s, const char *recipient)
{
	if (s->report.envelope.to.len == SCENE_RECIPIENTS)
		abort();
	s->to[s->report.envelope.to.len++] = bytes_str(recipient);
}

void
scene_author(struct scene *s, const char *address)
{
	s->author.address = bytes_str(address);
	s->content.from.len = 1;
}

void
scene_subject(struct scene *s, const char *subject)
{
	s->content.subject_text = bytes_str(subject);
}

void
scene_header(struct scene *s, const char *name, const char *value)
{
	if (s->content.header_count == SCENE_HEADERS)
		abort();
	s->headers[s->content.header_count++] = (struct header_text){ bytes_str(name), bytes_str(value) };
}

struct observation
scene_message(struct scene *s)
{
	struct observation o = { .kind = OBSERVED_MESSAGE, .time = s->time, .session = &s->session };

	o.message = &s->report;
	s->report.ordinal++;
	s->time += USEC_PER_SEC;
	return o;
}

struct observation
scene_volume(struct scene *s, uint64_t sent, uint64_t received)
{
	struct observation o = { .kind = OBSERVED_VOLUME, .time = s->time, .session = &s->session };

	s->volume.bytes[FROM_CLIENT] = sent;
	s->volume.bytes[FROM_SERVER] = received;
	s->volume.total[FROM_CLIENT] += sent;
	s->volume.total[FROM_SERVER] += received;
	o.volume = &s->volume;
	s->time += USEC_PER_SEC;
	return o;
}

static void
keep(char out[BELL_TEXT], struct bytes text)
{
	size_t len = text.len < BELL_TEXT - 1 ? text.len : BELL_TEXT - 1;

	if (len > 0)
		memcpy(out, text.at, len);
	out[len] = '\0';
}

void
bell_note(void *arg, const struct alert *a)
{
	struct bell *b = arg;
	struct bell_alert *to;

	if (b->len++ >= BELL_ALERTS)
		return;
	to = &b->at[b->len - 1];
	*to = (struct bell_alert){ .rule = a->rule->name, .severity = a->severity, .risk = a->risk, .id = a->id,
		.count = a->count, .time = a->time, .first = a->first, .last = a->last,
		.case_id = a->case_id,
		.evidence_count = a->evidence_count, .users = a->users.len };
	keep(to->key, a->key_text);
	keep(to->reason, a->reason_text);
	if (a->evidence_count == 0)
		return;
	to->kind = a->evidence[0].kind;
	to->events = a->evidence[0].event_count;
	keep(to->seen, a->evidence[0].seen_text);
	keep(to->figure, a->evidence[0].figure_text);
	keep(to->held_against, a->evidence[0].held_against_text);
}

const struct bell_alert *
bell_last(const struct bell *b)
{
	if (b->len == 0 || b->len > BELL_ALERTS)
		abort();
	return &b->at[b->len - 1];
}

struct names
names_of(char **texts, size_t len)
{
	return (struct names){ texts, len };
}

struct network
network_of(const char *text)
{
	struct network n;

	if (!network_parse(bytes_str(text), &n))
		abort();
	return n;
}
