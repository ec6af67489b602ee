/* SPDX-License-Identifier: Apache-2.0
 *
 * Room is taken piece by piece; once it has run out, nothing is given any more and the copy as a whole fails. A piece
 * that was not given is NULL, and is not written to.
 */
#include "observe/copy.h"

#include <stdalign.h>
#include <string.h>

struct room {
	uint8_t *at;
	size_t used, size;
	bool short_of;
};

/* `len` octets aligned for any object; NULL when there are none left, or none are wanted. */
static void *
take(struct room *r, size_t count, size_t each)
{
	size_t start = (r->used + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);

	if (r->short_of || count == 0)
		return NULL;
	if (start > r->size || count > (r->size - start) / each) {
		r->short_of = true;
		return NULL;
	}
	r->used = start + count * each;
	return r->at + start;
}

static const void *
copy(struct room *r, const void *from, size_t count, size_t each)
{
	void *to = take(r, count, each);

	if (to != NULL)
		memcpy(to, from, count * each);
	return to;
}

/* Octets need no alignment. */
static void
copy_bytes(struct room *r, struct bytes *b)
{
	if (b->len == 0) {
		*b = (struct bytes){ 0 };
		return;
	}
	if (r->short_of || b->len > r->size - r->used) {
		r->short_of = true;
		return;
	}
	memcpy(r->at + r->used, b->at, b->len);
	b->at = r->at + r->used;
	r->used += b->len;
}

static void
copy_slices(struct room *r, struct slices *s)
{
	struct bytes *at = take(r, s->len, sizeof(*at));

	for (size_t i = 0; at != NULL && i < s->len; i++) {
		at[i] = s->at[i];
		copy_bytes(r, &at[i]);
	}
	s->at = at;
}

static void
copy_mailboxes(struct room *r, struct mailboxes *m)
{
	struct mailbox *at = take(r, m->len, sizeof(*at));

	for (size_t i = 0; at != NULL && i < m->len; i++) {
		at[i] = m->at[i];
		copy_bytes(r, &at[i].address);
		copy_bytes(r, &at[i].name_text);
	}
	m->at = at;
}

static void
copy_headers(struct room *r, struct message_content *c)
{
	struct header_text *at = take(r, c->header_count, sizeof(*at));

	for (size_t i = 0; at != NULL && i < c->header_count; i++) {
		at[i] = c->headers[i];
		copy_bytes(r, &at[i].name);
		copy_bytes(r, &at[i].value_text);
	}
	c->headers = at;
}

static void
copy_parts(struct room *r, struct message_content *c)
{
	struct message_part *at = take(r, c->part_count, sizeof(*at));

	for (size_t i = 0; at != NULL && i < c->part_count; i++) {
		at[i] = c->parts[i];
		copy_bytes(r, &at[i].content_type);
		copy_bytes(r, &at[i].encoding);
		copy_bytes(r, &at[i].charset);
		copy_bytes(r, &at[i].name_text);
		copy_bytes(r, &at[i].detected_type);
	}
	c->parts = at;
}

static const struct message_content *
copy_content(struct room *r, const struct message_content *from)
{
	struct message_content *c = from == NULL ? NULL : take(r, 1, sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = *from;
	for (size_t i = 0; i < 7; i++) {
		struct bytes *const texts[] = { &c->subject_text, &c->from_text, &c->date_text, &c->message_id,
			&c->in_reply_to, &c->user_agent_text, &c->content_type };

		copy_bytes(r, texts[i]);
	}
	copy_mailboxes(r, &c->from);
	copy_mailboxes(r, &c->sender);
	copy_mailboxes(r, &c->to);
	copy_mailboxes(r, &c->cc);
	copy_mailboxes(r, &c->bcc);
	copy_mailboxes(r, &c->reply_to);
	copy_slices(r, &c->references);
	copy_headers(r, c);
	copy_parts(r, c);
	return c;
}

static void
copy_collection(struct room *r, struct collection_report *c)
{
	struct folder_report *at = take(r, c->folder_count, sizeof(*at));

	for (size_t i = 0; at != NULL && i < c->folder_count; i++) {
		at[i] = c->folders[i];
		copy_bytes(r, &at[i].name_text);
	}
	c->folders = at;
	copy_bytes(r, &c->account_text);
	copy_bytes(r, &c->client_id_text);
}

static void
copy_smtp(struct room *r, struct smtp_report *s)
{
	copy_bytes(r, &s->banner_text);
	copy_bytes(r, &s->helo_text);
	copy_bytes(r, &s->auth);
	copy_slices(r, &s->commands);
	copy_slices(r, &s->auth_mechanisms);
	copy_slices(r, &s->rcpt_refused);
	s->reply_codes = copy(r, s->reply_codes, s->reply_code_count, sizeof(*s->reply_codes));
}

static const struct session_report *
copy_report(struct room *r, const struct session_report *from)
{
	struct session_report *to = take(r, 1, sizeof(*to));

	if (to == NULL)
		return NULL;
	*to = *from;
	if (to->is_smtp)
		copy_smtp(r, &to->smtp);
	if (to->is_pop3) {
		copy_bytes(r, &to->pop3.banner_text);
		copy_slices(r, &to->pop3.commands);
		copy_slices(r, &to->pop3.capabilities);
	}
	if (to->is_imap) {
		copy_bytes(r, &to->imap.banner_text);
		copy_slices(r, &to->imap.capabilities);
		copy_slices(r, &to->imap.commands);
		copy_slices(r, &to->imap.searches);
	}
	if (to->is_sieve) {
		copy_bytes(r, &to->sieve.banner_text);
		copy_slices(r, &to->sieve.capabilities);
		copy_slices(r, &to->sieve.commands);
	}
	if (to->has_collection)
		copy_collection(r, &to->collection);
	return to;
}

static const struct message_report *
copy_message(struct room *r, const struct message_report *from)
{
	struct message_report *to = take(r, 1, sizeof(*to));
	struct smtp_envelope *e;

	if (to == NULL)
		return NULL;
	*to = *from;
	e = &to->envelope;
	copy_bytes(r, &e->from);
	copy_slices(r, &e->to);
	copy_slices(r, &e->refused);
	copy_bytes(r, &e->helo_text);
	copy_bytes(r, &e->reply_text);
	e->chunks = copy(r, e->chunks, e->chunk_count, sizeof(*e->chunks));
	copy_bytes(r, &to->item.mailbox_text);
	copy_bytes(r, &to->item.account_text);
	copy_bytes(r, &to->item.unique_text);
	to->content = copy_content(r, from->content);
	return to;
}

static const struct login_report *
copy_login(struct room *r, const struct login_report *from)
{
	struct login_report *to = take(r, 1, sizeof(*to));

	if (to == NULL)
		return NULL;
	*to = *from;
	copy_bytes(r, &to->user_text);
	copy_bytes(r, &to->domain_text);
	copy_bytes(r, &to->workstation_text);
	copy_bytes(r, &to->mechanism);
	return to;
}

static const struct script_report *
copy_script(struct room *r, const struct script_report *from)
{
	struct script_report *to = take(r, 1, sizeof(*to));
	struct script_target *at = take(r, from->target_count, sizeof(*at));

	if (to == NULL)
		return NULL;
	*to = *from;
	copy_bytes(r, &to->name_text);
	copy_bytes(r, &to->account_text);
	for (size_t i = 0; at != NULL && i < to->target_count; i++) {
		at[i] = from->targets[i];
		copy_bytes(r, &at[i].address_text);
	}
	to->targets = at;
	return to;
}

static const struct tls_report *
copy_tls(struct room *r, const struct tls_report *from)
{
	struct tls_report *to = take(r, 1, sizeof(*to));
	struct tls_certificate *at = take(r, from->certificate_count, sizeof(*at));

	if (to == NULL)
		return NULL;
	*to = *from;
	copy_bytes(r, &to->server_name_text);
	copy_slices(r, &to->alpn_offered);
	copy_bytes(r, &to->next_protocol);
	for (size_t i = 0; at != NULL && i < to->certificate_count; i++) {
		at[i] = from->certificates[i];
		copy_bytes(r, &at[i].subject_text);
		copy_bytes(r, &at[i].issuer_text);
		copy_bytes(r, &at[i].serial);
		copy_slices(r, &at[i].names);
	}
	to->certificates = at;
	return to;
}

static const struct anomaly_report *
copy_anomaly(struct room *r, const struct anomaly_report *from)
{
	struct anomaly_report *to = take(r, 1, sizeof(*to));

	if (to == NULL)
		return NULL;
	*to = *from;
	copy_bytes(r, &to->detail_text);
	return to;
}

size_t
observation_copy(void *out, size_t size, const struct observation *from)
{
	struct room r = { .at = out, .size = size };
	struct observation *to = take(&r, 1, sizeof(*to));

	if (to == NULL)
		return 0;
	*to = *from;
	if (from->session != NULL)
		to->session = copy(&r, from->session, 1, sizeof(*from->session));
	switch (from->kind) {
	case OBSERVED_SESSION:
		to->report = copy_report(&r, from->report);
		break;
	case OBSERVED_VOLUME:
		to->volume = copy(&r, from->volume, 1, sizeof(*from->volume));
		break;
	case OBSERVED_MESSAGE:
		to->message = copy_message(&r, from->message);
		break;
	case OBSERVED_LOGIN:
		to->login = copy_login(&r, from->login);
		break;
	case OBSERVED_SCRIPT:
		to->script = copy_script(&r, from->script);
		break;
	case OBSERVED_TLS:
		to->tls = copy_tls(&r, from->tls);
		break;
	case OBSERVED_ANOMALY:
		to->anomaly = copy_anomaly(&r, from->anomaly);
		break;
	case OBSERVED_LOSS:
		to->loss = copy(&r, from->loss, 1, sizeof(*from->loss));
		break;
	}
	return r.short_of ? 0 : r.used;
}
