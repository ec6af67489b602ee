/* SPDX-License-Identifier: Apache-2.0
 *
 * mailtap.message.
 */
#include "publish/ecs_common.h"

static void
put_addresses(json_t *document, const char *field, const struct mailboxes *list)
{
	json_t *array, *related = json_sub(document, "related"), *holder;

	if (list->len == 0)
		return;
	array = json_array();
	for (size_t i = 0; i < list->len; i++) {
		(void)json_array_append_new(array, json_text(list->at[i].address));
		json_add_once(related, "user", list->at[i].address);
	}
	holder = json_sub(json_sub(document, "email"), field);
	(void)json_object_set_new(holder, "address", array);
	if (list->dropped > 0)
		json_put_number(holder, "dropped", list->dropped);
}

/* SHA-1 is left out where it was not asked for: then it is all zero. */
static void
put_sha1(json_t *hash, const struct message_part *p)
{
	for (size_t i = 0; i < sizeof(p->sha1); i++) {
		if (p->sha1[i] != 0) {
			json_put_hex(hash, "sha1", p->sha1, sizeof(p->sha1));
			return;
		}
	}
}

static void
put_hashes(json_t *document, json_t *hash, const struct message_part *p)
{
	json_put_hex(hash, "md5", p->md5, sizeof(p->md5));
	put_sha1(hash, p);
	json_put_hex(hash, "sha256", p->sha256, sizeof(p->sha256));
	json_add_once(json_sub(document, "related"), "hash",
	    bytes_str(json_string_value(json_object_get(hash, "sha256"))));
}

/* What stands after the last dot of a name, when it is short enough to be an extension. */
static struct bytes
extension_of(struct bytes name)
{
	size_t dot = bytes_find_last(name, '.');
	struct bytes extension = dot == BYTES_NOWHERE || dot == 0 ? bytes_first(name, 0) : bytes_skip(name, dot + 1);

	return extension.len <= 16 ? extension : bytes_first(extension, 0);
}

static void
put_attachment(json_t *document, const struct message_part *p)
{
	json_t *email = json_sub(document, "email"), *list = json_object_get(email, "attachments"), *file, *entry;

	if (list == NULL) {
		list = json_array();
		(void)json_object_set_new(email, "attachments", list);
	}
	entry = json_object();
	file = json_sub(entry, "file");
	ecs_put_truncated(document, "email.attachments.file.name", json_put_text(file, "name", p->name_text));
	(void)json_put_text(file, "extension", extension_of(p->name_text));
	(void)json_put_text(file, "mime_type", p->content_type);
	(void)json_put_text(file, "detected_type", p->detected_type);
	(void)json_put_text(file, "encoding", p->encoding);
	json_put_number(file, "size", p->size);
	json_put_flag(file, "complete", p->complete);
	if (p->hashed)
		put_hashes(document, json_sub(file, "hash"), p);
	(void)json_array_append_new(list, entry);
}

/* What stands in the message itself, without a name, is told of with all that is told of an attachment. */
static void
put_inline(json_t *part, const struct message_part *p)
{
	if (p->is_attachment)
		return;
	json_put_flag(part, "inline", true);
	(void)json_put_text(part, "detected_type", p->detected_type);
	if (p->hashed) {
		json_put_hex(part, "md5", p->md5, sizeof(p->md5));
		put_sha1(part, p);
	}
}

static void
put_parts(json_t *document, json_t *mailtap, const struct message_content *m)
{
	json_t *parts = json_array();

	for (size_t i = 0; i < m->part_count; i++) {
		const struct message_part *p = &m->parts[i];
		json_t *part = json_object();

		json_put_number(part, "depth", p->depth);
		(void)json_put_text(part, "content_type", p->content_type);
		(void)json_put_text(part, "encoding", p->encoding);
		(void)json_put_text(part, "charset", p->charset);
		(void)json_put_text(part, "filename", p->name_text);
		if (!p->is_branch) {
			json_put_number(part, "size", p->size);
			json_put_flag(part, "complete", p->complete);
			if (p->hashed)
				json_put_hex(part, "sha256", p->sha256, sizeof(p->sha256));
			put_inline(part, p);
		}
		(void)json_array_append_new(parts, part);
		if (p->is_attachment)
			put_attachment(document, p);
	}
	(void)json_object_set_new(mailtap, "parts", parts);
}

static void
put_headers(json_t *document, json_t *mailtap, const struct message_content *m)
{
	json_t *headers;

	ecs_put_truncated(document, "mailtap.headers", (m->truncated & TRUNCATED_HEADER) != 0);
	if (m->header_count == 0)
		return;
	headers = json_array();
	for (size_t i = 0; i < m->header_count; i++) {
		json_t *header = json_object();

		json_put_text_always(header, "name", m->headers[i].name);
		json_put_text_always(header, "value", m->headers[i].value_text);
		(void)json_array_append_new(headers, header);
	}
	(void)json_object_set_new(mailtap, "headers", headers);
}

static void
put_content(json_t *document, const struct message_content *m)
{
	json_t *email = json_sub(document, "email"), *mailtap = json_sub(document, "mailtap"), *hash;

	put_addresses(document, "from", &m->from);
	put_addresses(document, "sender", &m->sender);
	put_addresses(document, "to", &m->to);
	put_addresses(document, "cc", &m->cc);
	put_addresses(document, "bcc", &m->bcc);
	put_addresses(document, "reply_to", &m->reply_to);
	ecs_put_truncated(document, "email.subject", json_put_text(email, "subject", m->subject_text));
	ecs_put_truncated(document, "email.message_id", json_put_text(email, "message_id", m->message_id));
	ecs_put_truncated(document, "email.x_mailer", json_put_text(email, "x_mailer", m->user_agent_text));
	(void)json_put_text(email, "date", m->date_text);
	(void)json_put_text(email, "content_type", m->content_type);
	ecs_put_truncated(document, "mailtap.from", json_put_text(mailtap, "from", m->from_text));
	(void)json_put_text(mailtap, "in_reply_to", m->in_reply_to);
	ecs_put_truncated(document, "mailtap.references", json_put_slices(mailtap, "references", &m->references));
	ecs_put_truncated(document, "mailtap.received", json_put_slices(mailtap, "received", &m->received));
	json_put_number(mailtap, "received_count", m->received_count);
	json_put_number(mailtap, "bytes", m->bytes);
	if (m->missing > 0)
		json_put_number(mailtap, "gap_bytes", m->missing);
	if (m->hashed) {
		hash = json_sub(mailtap, "hash");
		json_put_hex(hash, "sha1", m->sha1, sizeof(m->sha1));
		json_put_hex(hash, "sha256", m->sha256, sizeof(m->sha256));
	}
	ecs_put_truncated(document, "mailtap.urls", json_put_slices(mailtap, "urls", &m->urls));
	put_headers(document, mailtap, m);
	put_parts(document, mailtap, m);
	ecs_put_truncated(document, "email.addresses", (m->truncated & TRUNCATED_ADDRESSES) != 0);
	ecs_put_truncated(document, "mailtap.parts",
	    (m->truncated & (TRUNCATED_PARTS | TRUNCATED_NESTING)) != 0);
	ecs_put_truncated(document, "email.attachments.file.hash", (m->truncated & TRUNCATED_HASH) != 0);
}

static void
put_envelope(json_t *document, const struct smtp_envelope *e)
{
	json_t *envelope = json_sub(json_sub(document, "mailtap"), "envelope"), *chunks;

	if (e->has_sender) {
		json_put_text_always(envelope, "from", e->from);
		ecs_put_truncated(document, "mailtap.envelope.from", json_text_is_cut(e->from));
	}
	ecs_put_truncated(document, "mailtap.envelope.to", json_put_slices(envelope, "to", &e->to));
	ecs_put_truncated(document, "mailtap.envelope.refused", json_put_slices(envelope, "refused", &e->refused));
	ecs_put_truncated(document, "mailtap.envelope.helo", json_put_text(envelope, "helo", e->helo_text));
	ecs_put_truncated(document, "mailtap.envelope.reply", json_put_text(envelope, "reply", e->reply_text));
	if (e->chunk_count > 0) {
		chunks = json_array();
		for (size_t i = 0; i < e->chunk_count; i++)
			(void)json_array_append_new(chunks, json_integer((json_int_t)(e->chunks[i] & INT64_MAX)));
		(void)json_object_set_new(envelope, "chunks", chunks);
	}
	if (e->chunks_dropped > 0)
		json_put_number(envelope, "chunks_dropped", e->chunks_dropped);
	ecs_put_truncated(document, "mailtap.envelope.chunks", e->chunks_dropped > 0);
	json_add_once(json_sub(document, "related"), "user", e->from);
	for (size_t i = 0; i < e->to.len; i++)
		json_add_once(json_sub(document, "related"), "user", e->to.at[i]);
}

/* What the message says about being forwarded: the same assessment that the auto_forward detector makes. */
static void
put_forward(json_t *document, const struct ecs_context *context, const struct observation *o)
{
	json_t *forward = json_sub(json_sub(document, "mailtap"), "forward"), *evidence;
	struct forward_assessment a;

	forward_assess(context->detect, o->session, o->message, &a);
	json_put_word(forward, "verdict", forward_verdict_name(a.verdict));
	if (a.artefact_count == 0)
		return;
	evidence = json_array();
	for (size_t i = 0; i < a.artefact_count; i++) {
		json_t *entry = json_object();

		json_put_word(entry, "rule", a.artefacts[i].rule->name);
		(void)json_put_text(entry, "name", a.artefacts[i].name);
		(void)json_put_text(entry, "value", a.artefacts[i].value_text);
		json_put_real(entry, "weight", a.artefacts[i].weight);
		(void)json_array_append_new(evidence, entry);
	}
	(void)json_object_set_new(forward, "evidence", evidence);
	json_put_real(forward, "confidence", a.confidence);
	(void)json_put_text(forward, "victim", bytes_str(a.victim));
	(void)json_put_text(forward, "target", bytes_str(a.target));
	json_put_number(forward, "hops", a.hops);
	json_put_word(forward, "quiet_because", a.quiet_because);
}

void
ecs_put_message(json_t *document, const struct ecs_context *context, const struct observation *o)
{
	const struct message_report *r = o->message;
	const struct session *s = o->session;
	json_t *mailtap = json_sub(document, "mailtap");

	json_put_word(json_sub(document, "email"), "direction",
	    site_direction_name(site_direction(context->detect->site, &s->client.address, &s->server.address)));
	json_put_word(mailtap, "transfer", message_transfer_name(r->transfer));
	json_put_word(mailtap, "status", message_status_name(r->status));
	json_put_flag(mailtap, "complete", r->complete);
	json_put_flag(mailtap, "authenticated", r->authenticated);
	if (r->has_item)
		ecs_put_item(document, &r->item);
	else
		put_envelope(document, &r->envelope);
	put_content(document, r->content);
	put_forward(document, context, o);
}
