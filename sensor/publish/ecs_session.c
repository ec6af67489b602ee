/* SPDX-License-Identifier: Apache-2.0
 *
 * mailtap.session, mailtap.login and mailtap.anomaly.
 */
#include "publish/ecs_common.h"

/* Producer/consumer ratio from the client's side: 1 only sends, -1 only receives; absent when nothing moved. */
static void
put_pcr(json_t *mailtap, const struct traffic *traffic)
{
	double up = (double)traffic[FROM_CLIENT].bytes, down = (double)traffic[FROM_SERVER].bytes;

	if (up + down > 0)
		json_put_real(mailtap, "pcr", (up - down) / (up + down));
}

static void
put_reply_codes(json_t *smtp, const struct smtp_report *r)
{
	json_t *codes = json_array();

	for (size_t i = 0; i < r->reply_code_count; i++)
		(void)json_array_append_new(codes, json_integer(r->reply_codes[i]));
	(void)json_object_set_new(smtp, "reply_codes", codes);
	if (r->reply_codes_dropped > 0)
		json_put_number(smtp, "reply_codes_dropped", r->reply_codes_dropped);
}

static void
put_smtp(json_t *document, json_t *mailtap, const struct smtp_report *r)
{
	json_t *smtp = json_sub(mailtap, "smtp");

	if (r->banner_code != 0)
		json_put_number(smtp, "banner_code", r->banner_code);
	ecs_put_truncated(document, "mailtap.banner", json_put_text(mailtap, "banner", r->banner_text));
	if (r->has_helo)
		json_put_text_always(smtp, "helo", r->helo_text);
	ecs_put_truncated(document, "mailtap.smtp.helo", json_put_text(smtp, "helo", r->helo_text));
	json_put_number(mailtap, "commands", r->commands.len + r->commands.dropped);
	ecs_put_truncated(document, "mailtap.smtp.commands", json_put_slices(smtp, "commands", &r->commands));
	put_reply_codes(smtp, r);
	ecs_put_truncated(document, "mailtap.smtp.reply_codes", r->reply_codes_dropped > 0);
	(void)json_put_text(smtp, "auth", r->auth);
	(void)json_put_slices(mailtap, "auth_mechanisms", &r->auth_mechanisms);
	ecs_put_truncated(document, "mailtap.smtp.rcpt_refused",
	    json_put_slices(smtp, "rcpt_refused", &r->rcpt_refused));
	json_put_flag(smtp, "starttls_offered", r->starttls_offered);
	json_add_once(json_sub(document, "related"), "hosts", r->helo_text);
}

void
ecs_put_session(json_t *document, const struct observation *o)
{
	const struct session_report *r = o->report;
	json_t *event = json_sub(document, "event"), *mailtap = json_sub(document, "mailtap"), *messages;
	usec_t span = r->last > o->session->start ? r->last - o->session->start : 0;

	json_put_time(event, "start", o->session->start);
	json_put_time(event, "end", r->last);
	json_put_number(event, "duration", (uint64_t)span * 1000); /* ECS counts nanoseconds */
	json_put_word(mailtap, "end", session_end_name(r->end));
	put_pcr(mailtap, r->traffic);
	json_put_word(mailtap, "handshake", handshake_seen_name(r->handshake));
	json_put_flag(mailtap, "starttls", r->starttls);
	json_put_flag(mailtap, "starttls_offered", r->starttls_offered);
	json_put_flag(mailtap, "tls", r->tls || o->session->protocol == MAIL_TLS);
	json_put_flag(mailtap, "compressed", r->is_imap && r->imap.compressed);
	json_put_flag(mailtap, "midstream", o->session->midstream);
	json_put_flag(mailtap, "one_sided", r->one_sided);
	json_put_number(mailtap, "gap_bytes", r->traffic[0].missing + r->traffic[1].missing);
	json_put_number(mailtap, "missing_client_bytes", r->traffic[FROM_CLIENT].missing);
	json_put_number(mailtap, "missing_server_bytes", r->traffic[FROM_SERVER].missing);
	messages = json_sub(mailtap, "messages");
	json_put_number(messages, "sent", r->messages_sent);
	json_put_number(messages, "fetched", r->messages_fetched);
	json_put_number(messages, "appended", r->messages_appended);
	if (r->is_smtp)
		put_smtp(document, mailtap, &r->smtp);
	if (r->is_smtp && r->refused_tls)
		json_put_flag(json_sub(mailtap, "smtp"), "client_sent_tls_to_plaintext", true);
	ecs_put_mailboxes(document, r);
	if (r->has_estimate)
		ecs_put_estimate(document, &r->estimate);
}

void
ecs_put_login(json_t *document, const struct observation *o)
{
	const struct login_report *r = o->login;
	json_t *mailtap = json_sub(document, "mailtap"), *user = json_sub(document, "user");

	ecs_put_truncated(document, "user.name", json_put_text(user, "name", r->user_text));
	ecs_put_truncated(document, "user.domain", json_put_text(user, "domain", r->domain_text));
	json_put_text(mailtap, "mechanism", r->mechanism);
	(void)json_put_text(mailtap, "workstation", r->workstation_text);
	json_put_flag(mailtap, "cleartext", r->cleartext);
	json_put_word(json_sub(document, "event"), "outcome", login_outcome_name(r->outcome));
	json_add_once(json_sub(document, "related"), "user", r->user_text);
}

void
ecs_put_anomaly(json_t *document, const struct observation *o)
{
	const struct anomaly_report *r = o->anomaly;
	json_t *anomaly = json_sub(json_sub(document, "mailtap"), "anomaly");

	json_put_word(anomaly, "name", r->name);
	ecs_put_truncated(document, "mailtap.anomaly.detail", json_put_text(anomaly, "detail", r->detail_text));
	json_put_word(anomaly, "from", r->from == FROM_CLIENT ? "client" : "server");
	json_put_number(anomaly, "count", r->count);
}
