/* SPDX-License-Identifier: Apache-2.0 */
#include "support/recorder.h"

#include <stdarg.h>
#include <stdio.h>

void
recorder_init(struct recorder *r)
{
	*r = (struct recorder){ 0 };
	buffer_init(&r->text, 1 << 20);
}

void
recorder_clear(struct recorder *r)
{
	buffer_clear(&r->text);
}

static void put(struct recorder *, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
put(struct recorder *r, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)buffer_append(&r->text, bytes_str(text));
}

static void
put_bytes(struct recorder *r, const char *before, struct bytes b, const char *after)
{
	put(r, "%s", before);
	(void)buffer_append(&r->text, b);
	put(r, "%s", after);
}

static void
put_list(struct recorder *r, const char *name, const struct slices *list)
{
	put(r, " %s=<", name);
	for (size_t i = 0; i < list->len; i++)
		put_bytes(r, i == 0 ? "" : " ", list->at[i], "");
	put(r, list->dropped > 0 ? " +%llu>" : ">", (unsigned long long)list->dropped);
}

/* "item" and what is known of it, for a message of a mailbox. */
static void
put_item(struct recorder *r, const struct mailbox_item *i)
{
	put_bytes(r, " item=[", i->mailbox_text, "]");
	if (i->number != 0)
		put(r, " number=%u", i->number);
	if (i->has_uid)
		put(r, " uid=%u", i->uid);
	if (i->unique_text.len > 0)
		put_bytes(r, " uidl=[", i->unique_text, "]");
	if (i->has_size)
		put(r, " size=%llu", (unsigned long long)i->size);
	put(r, "%s%s", i->part ? " part" : "", i->peek ? " peek" : "");
}

static void
put_script(struct recorder *r, const struct script_report *s)
{
	put(r, "script %s %s", script_action_name(s->action), script_outcome_name(s->outcome));
	put_bytes(r, " name=[", s->name_text, "]");
	put_bytes(r, " account=[", s->account_text, "]");
	put(r, " bytes=%llu%s", (unsigned long long)s->bytes, s->complete ? "" : " incomplete");
	for (size_t i = 0; i < s->target_count; i++) {
		put_bytes(r, s->targets[i].pipe ? " pipe=[" : " redirect=[", s->targets[i].address_text, "]");
		put(r, "%s", s->targets[i].copy ? " copy" : "");
	}
	put(r, "\n");
}

static void
put_tls(struct recorder *r, const struct tls_report *t)
{
	const char *version = tls_version_name(t->version);

	put(r, "tls %s cipher=%04x", version == NULL ? "unknown" : version, t->cipher);
	put_bytes(r, " sni=[", t->server_name_text, "]");
	put(r, " ja3=%s ja3s=%s ja4=%s", t->ja3, t->ja3s, t->ja4);
	for (size_t i = 0; i < t->certificate_count; i++)
		put_bytes(r, " subject=[", t->certificates[i].subject_text, "]");
	put(r, "%s%s%s%s%s%s", t->starttls ? " starttls" : "", t->resumed ? " resumed" : "", t->ech ? " ech" : "",
	    t->retried ? " retried" : "", t->downgrade ? " downgrade" : "", t->established ? " established" : "");
	if (t->has_alert)
		put(r, " alert=%u,%u,%s", t->alert_level, t->alert_code, t->alert_from_server ? "server" : "client");
	put(r, "\n");
}

static void
put_message(struct recorder *r, const struct message_report *m)
{
	put(r, "message %s %s %s", message_transfer_name(m->transfer), message_status_name(m->status),
	    m->complete ? "whole" : "part");
	if (!m->has_item) {
		put_bytes(r, m->envelope.has_sender ? " from=<" : " from=?<", m->envelope.from, ">");
		put_list(r, "to", &m->envelope.to);
		put_list(r, "refused", &m->envelope.refused);
		put_bytes(r, " helo=[", m->envelope.helo_text, "]");
		put_bytes(r, " reply=[", m->envelope.reply_text, "]");
	}
	put(r, " bytes=%llu", (unsigned long long)m->content->bytes);
	if (m->content->missing > 0)
		put(r, " missing=%llu", (unsigned long long)m->content->missing);
	put_bytes(r, " subject=[", m->content->subject_text, "]");
	for (size_t i = 0; i < m->envelope.chunk_count; i++)
		put(r, "%s%llu", i == 0 ? " chunks=" : ",", (unsigned long long)m->envelope.chunks[i]);
	if (m->has_item)
		put_item(r, &m->item);
	put(r, m->authenticated ? " authenticated\n" : "\n");
	r->messages++;
	r->whole += m->complete;
	r->bytes = m->content->bytes;
}

void
recorder_observe(void *recorder, const struct observation *o)
{
	static const char *const outcomes[] = { "unknown", "success", "failure" };
	struct recorder *r = recorder;

	switch (o->kind) {
	case OBSERVED_MESSAGE:
		put_message(r, o->message);
		break;
	case OBSERVED_LOGIN:
		put_bytes(r, "login ", o->login->mechanism, "");
		put(r, " %s", outcomes[o->login->outcome]);
		put_bytes(r, " user=[", o->login->user_text, "]");
		put_bytes(r, " domain=[", o->login->domain_text, "]");
		put(r, o->login->cleartext ? " cleartext\n" : "\n");
		r->logins++;
		break;
	case OBSERVED_SCRIPT:
		put_script(r, o->script);
		break;
	case OBSERVED_TLS:
		put_tls(r, o->tls);
		break;
	case OBSERVED_ANOMALY:
		put(r, "anomaly %s %s\n", o->anomaly->name, o->anomaly->from == FROM_CLIENT ? "client" : "server");
		r->anomalies++;
		break;
	case OBSERVED_LOSS:
		put(r, "loss %llu dropped %llu\n", (unsigned long long)o->loss->frames,
		    (unsigned long long)o->loss->kernel_dropped);
		break;
	case OBSERVED_VOLUME:
		put(r, "volume %llu %llu total %llu %llu%s\n", (unsigned long long)o->volume->bytes[0],
		    (unsigned long long)o->volume->bytes[1], (unsigned long long)o->volume->total[0],
		    (unsigned long long)o->volume->total[1], o->volume->final ? " final" : "");
		r->volumes++;
		break;
	case OBSERVED_SESSION:
		put(r, "session %s %s%s%s%s sent=%u\n",
		    o->session->protocol == MAIL_UNKNOWN ? "unknown" : mail_protocol_name(o->session->protocol),
		    session_end_name(o->report->end), o->report->starttls ? " starttls" : "", o->report->tls ? " tls" : "",
		    o->report->one_sided ? " one-sided" : "", o->report->messages_sent);
		r->sessions++;
		break;
	}
}

const char *
recorder_text(struct recorder *r)
{
	(void)buffer_append_octet(&r->text, 0);
	r->text.len--;
	return (const char *)r->text.at;
}
