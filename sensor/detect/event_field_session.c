/* SPDX-License-Identifier: Apache-2.0
 *
 * Fields common to all events, and those of sessions, that are worked out.
 */
#include <stdio.h>

#include "detect/event_field_special.h"

static void
say_time(event_visitor *visit, void *arg, usec_t time)
{
	char text[CLOCK_TEXT_MAX];

	(void)event_say_word(visit, arg, clock_text(text, time));
}

static void
say_identity(event_visitor *visit, void *arg, struct identity id)
{
	char text[IDENTITY_TEXT_MAX];

	(void)event_say_word(visit, arg, identity_text(text, id));
}

void
event_timestamp(struct event *e, event_visitor *visit, void *arg)
{
	say_time(visit, arg, e->o->time);
}

void
event_dataset(struct event *e, event_visitor *visit, void *arg)
{
	char text[32];

	snprintf(text, sizeof(text), "mailtap.%s", event_dataset_name(e->o->kind));
	(void)event_say_word(visit, arg, text);
}

void
event_id(struct event *e, event_visitor *visit, void *arg)
{
	say_identity(visit, arg, observation_id(e->o));
}

void
event_session(struct event *e, event_visitor *visit, void *arg)
{
	if (!e->o->session->addresses_only)
		say_identity(visit, arg, e->o->session->id);
}

void
event_protocol(struct event *e, event_visitor *visit, void *arg)
{
	if (!e->o->session->addresses_only)
		(void)event_say_word(visit, arg, mail_protocol_name(e->o->session->protocol));
}

void
event_direction(struct event *e, event_visitor *visit, void *arg)
{
	const struct session *s = e->o->session;

	(void)event_say_word(
	    visit, arg, site_direction_name(site_direction(e->context->site, &s->client.address, &s->server.address)));
}

void
event_outcome(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_word(visit, arg,
	    e->o->kind == OBSERVED_LOGIN ? login_outcome_name(e->o->login->outcome)
					 : script_outcome_name(e->o->script->outcome));
}

void
event_user(struct event *e, event_visitor *visit, void *arg)
{
	const struct observation *o = e->o;
	struct bytes name = { NULL, 0 };

	if (o->kind == OBSERVED_LOGIN)
		name = o->login->user_text;
	else if (o->kind == OBSERVED_SCRIPT)
		name = o->script->account_text;
	else if (o->kind == OBSERVED_SESSION && o->report->has_collection)
		name = o->report->collection.account_text;
	else if (o->kind == OBSERVED_MESSAGE && o->message->has_item)
		name = o->message->item.account_text;
	if (name.len > 0)
		(void)event_say_text(visit, arg, name);
}

void
event_start(struct event *e, event_visitor *visit, void *arg)
{
	say_time(visit, arg, e->o->session->start);
}

void
event_end(struct event *e, event_visitor *visit, void *arg)
{
	say_time(visit, arg, e->o->report->last);
}

void
event_duration(struct event *e, event_visitor *visit, void *arg)
{
	usec_t span = e->o->report->last - e->o->session->start;

	(void)event_say_number(visit, arg, span > 0 ? (double)span * 1000 : 0);
}

void
event_network_bytes(struct event *e, event_visitor *visit, void *arg)
{
	const struct traffic *t = e->o->report->traffic;

	(void)event_say_number(visit, arg, (double)(t[FROM_CLIENT].bytes + t[FROM_SERVER].bytes));
}

void
event_session_end(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_word(visit, arg, session_end_name(e->o->report->end));
}

void
event_pcr(struct event *e, event_visitor *visit, void *arg)
{
	const struct traffic *t = e->o->report->traffic;
	double up = (double)t[FROM_CLIENT].bytes, down = (double)t[FROM_SERVER].bytes;

	if (up + down > 0)
		(void)event_say_number(visit, arg, (up - down) / (up + down));
}

void
event_handshake(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_word(visit, arg, handshake_seen_name(e->o->report->handshake));
}

void
event_starttls(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_flag(visit, arg, e->o->kind == OBSERVED_TLS ? e->o->tls->starttls : e->o->report->starttls);
}

void
event_tls(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_flag(visit, arg, e->o->report->tls || e->o->session->protocol == MAIL_TLS);
}

void
event_compressed(struct event *e, event_visitor *visit, void *arg)
{
	(void)event_say_flag(visit, arg, e->o->report->is_imap && e->o->report->imap.compressed);
}

void
event_gap_bytes(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->kind == OBSERVED_SESSION)
		(void)event_say_number(
		    visit, arg, (double)(e->o->report->traffic[0].missing + e->o->report->traffic[1].missing));
	else if (e->o->message->content->missing > 0)
		(void)event_say_number(visit, arg, (double)e->o->message->content->missing);
}

void
event_refused_tls(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->report->is_smtp && e->o->report->refused_tls)
		(void)event_say_flag(visit, arg, true);
}

/* The dialogues that were followed; what a later one says replaces what an earlier one said. */
void
event_banner(struct event *e, event_visitor *visit, void *arg)
{
	const struct session_report *r = e->o->report;
	const struct {
		bool is;
		struct bytes text;
	} banners[] = { { r->is_sieve, r->sieve.banner_text }, { r->is_imap, r->imap.banner_text },
		{ r->is_pop3, r->pop3.banner_text }, { r->is_smtp, r->smtp.banner_text } };

	for (size_t i = 0; i < sizeof(banners) / sizeof(banners[0]); i++) {
		if (banners[i].is && banners[i].text.len > 0) {
			(void)event_say_text(visit, arg, banners[i].text);
			return;
		}
	}
}

void
event_commands(struct event *e, event_visitor *visit, void *arg)
{
	const struct session_report *r = e->o->report;
	const struct slices *commands = r->is_sieve  ? &r->sieve.commands
					: r->is_imap ? &r->imap.commands
					: r->is_pop3 ? &r->pop3.commands
					: r->is_smtp ? &r->smtp.commands
						     : NULL;

	if (commands != NULL)
		(void)event_say_number(visit, arg, (double)(commands->len + commands->dropped));
}

void
event_reply_codes(struct event *e, event_visitor *visit, void *arg)
{
	const struct session_report *r = e->o->report;

	for (size_t i = 0; r->is_smtp && i < r->smtp.reply_code_count; i++)
		if (!event_say_number(visit, arg, r->smtp.reply_codes[i]))
			return;
}

void
event_stat(struct event *e, event_visitor *visit, void *arg)
{
	const struct pop3_report *r = &e->o->report->pop3;
	char text[48];

	if (!e->o->report->is_pop3 || !r->has_stat)
		return;
	snprintf(
	    text, sizeof(text), "%llu %llu", (unsigned long long)r->stat_messages, (unsigned long long)r->stat_octets);
	(void)event_say_word(visit, arg, text);
}

/* What was read of an account, or NULL. */
static const struct collection_report *
collection_of(const struct event *e)
{
	return e->o->report->has_collection ? &e->o->report->collection : NULL;
}

static const struct collection_report *
imap_collection_of(const struct event *e)
{
	return e->o->report->is_imap ? collection_of(e) : NULL;
}

void
event_imap_exists(struct event *e, event_visitor *visit, void *arg)
{
	const struct collection_report *c = imap_collection_of(e);

	if (c != NULL && c->has_exists)
		(void)event_say_number(visit, arg, (double)c->exists);
}

void
event_client_id(struct event *e, event_visitor *visit, void *arg)
{
	const struct collection_report *c = imap_collection_of(e);

	if (c != NULL && c->client_id_text.len > 0)
		(void)event_say_text(visit, arg, c->client_id_text);
}

void
event_imap_folders(struct event *e, event_visitor *visit, void *arg)
{
	const struct collection_report *c = imap_collection_of(e);

	for (size_t i = 0; c != NULL && i < c->folder_count; i++)
		if (!event_say_text(visit, arg, c->folders[i].name_text))
			return;
}

void
event_folder_exists(struct event *e, event_visitor *visit, void *arg)
{
	const struct collection_report *c = imap_collection_of(e);

	for (size_t i = 0; c != NULL && i < c->folder_count; i++)
		if (c->folders[i].has_exists && !event_say_number(visit, arg, (double)c->folders[i].exists))
			return;
}

void
event_coverage(struct event *e, event_visitor *visit, void *arg)
{
	const struct collection_report *c = collection_of(e);

	if (c != NULL && c->has_exists && c->exists > 0)
		(void)event_say_number(
		    visit, arg, c->read_whole >= c->exists ? 1.0 : (double)c->read_whole / (double)c->exists);
}

void
event_order(struct event *e, event_visitor *visit, void *arg)
{
	const struct collection_report *c = collection_of(e);

	if (c != NULL)
		(void)event_say_word(visit, arg, reading_order_name(c->order));
}

void
event_widest(struct event *e, event_visitor *visit, void *arg)
{
	const struct collection_report *c = collection_of(e);

	if (c != NULL && c->widest != 0 && c->widest != UINT64_MAX)
		(void)event_say_number(visit, arg, (double)c->widest);
}

void
event_open_ended(struct event *e, event_visitor *visit, void *arg)
{
	const struct collection_report *c = collection_of(e);

	if (c != NULL)
		(void)event_say_flag(visit, arg, c->widest == UINT64_MAX);
}

void
event_burst_sizes(struct event *e, event_visitor *visit, void *arg)
{
	const struct session_report *r = e->o->report;

	for (size_t i = 0; r->has_estimate && i < ESTIMATE_SIZES; i++)
		if (!event_say_number(visit, arg, (double)r->estimate.burst_sizes[i]))
			return;
}

void
event_estimate_pattern(struct event *e, event_visitor *visit, void *arg)
{
	if (e->o->report->has_estimate)
		(void)event_say_word(visit, arg, estimate_pattern_name(e->o->report->estimate.pattern));
}
