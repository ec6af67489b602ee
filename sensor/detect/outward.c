/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/outward.h"

static void
take_target(const struct detector_context *c, struct outward *w, struct bytes to)
{
	if (w->targets == 0) {
		w->target = to;
		w->domain = site_domain(to);
	}
	if (w->targets + 1 < ALLOW_WHO)
		w->who[w->targets + 1] = to;
	w->targets++;
	if (names_have_mailbox(&c->settings->auto_forward.freemail, to))
		w->freemail = true;
}

static void
take_parts(struct outward *w, const struct message_content *m)
{
	for (size_t i = 0; i < m->part_count; i++) {
		const struct message_part *p = &m->parts[i];
		struct bytes extension = outward_extension(p->name_text);

		if (p->is_branch) {
			w->messages += p->depth > 0 && bytes_equal(p->content_type, BYTES("message/rfc822"));
			continue;
		}
		if (!p->is_attachment)
			continue;
		w->attachments++;
		w->bytes += p->size < UINT64_MAX / 2 - w->bytes ? p->size : 0;
		w->messages += bytes_equal_nocase(extension, BYTES("eml")) ||
			       bytes_equal_nocase(extension, BYTES("msg")) ||
			       bytes_equal_nocase(extension, BYTES("emlx"));
	}
}

bool
outward_read(const struct detector_context *c, const struct observation *o, struct outward *w)
{
	const struct message_report *m = o->message;
	bool leaves;

	memset(w, 0, sizeof(*w));
	if (o->kind != OBSERVED_MESSAGE || m->content == NULL || m->status == MESSAGE_REFUSED ||
	    (m->transfer != TRANSFER_SMTP_DATA && m->transfer != TRANSFER_SMTP_BDAT) ||
	    !site_is_home(c->site, &o->session->client.address))
		return false;
	leaves = !site_is_home(c->site, &o->session->server.address);
	for (size_t i = 0; i < m->envelope.to.len; i++) {
		enum site_mailbox where = site_mailbox(c->site, m->envelope.to.at[i]);

		if (where == SITE_MAILBOX_OUTSIDE || (where == SITE_MAILBOX_UNKNOWN && leaves))
			take_target(c, w, m->envelope.to.at[i]);
	}
	/* Without a recipient that was seen, the server tells. */
	if (w->targets == 0 && !(leaves && m->envelope.to.len == 0))
		return false;
	w->sender = m->envelope.from;
	if (w->sender.len == 0 && m->content->from.len > 0)
		w->sender = m->content->from.at[0].address;
	w->who[0] = w->sender;
	take_parts(w, m->content);
	return true;
}

bool
outward_repeats(struct first_seen *seen, const struct observation *o)
{
	const struct message_content *m = o->message->content;
	struct identity id;

	if (m->message_id.len > 0)
		id = kit_key("message", m->message_id, o->message->envelope.from);
	else if (m->hashed)
		id = kit_key("content", bytes_of(m->sha256, sizeof(m->sha256)), bytes_of(NULL, 0));
	else
		return false;
	return first_seen_note(seen, id, o->time).times > 0;
}

void
outward_write(struct sentence *s, const struct outward *w)
{
	if (w->sender.len > 0)
		sentence_add_wire(s, w->sender, 120);
	else
		sentence_add(s, "Somebody");
	sentence_add(s, " sent ");
	if (w->target.len > 0)
		sentence_add_wire(s, w->target, 120);
	else
		sentence_add(s, "an outsider");
	if (w->targets > 1)
		sentence_add(s, " and %zu other%s", w->targets - 1, w->targets == 2 ? "" : "s");
	sentence_add(s, " ");
}

void
outward_write_key(struct sentence *s, const struct outward *w)
{
	char sender[KIT_ACCOUNT_MAX], domain[KIT_ACCOUNT_MAX];

	sentence_add_wire(
	    s, w->sender.len > 0 ? kit_account(sender, w->sender, bytes_of(NULL, 0)) : BYTES("?"), KIT_ACCOUNT_MAX);
	sentence_add(s, " > ");
	sentence_add_wire(
	    s, w->domain.len > 0 ? kit_account(domain, w->domain, bytes_of(NULL, 0)) : BYTES("?"), KIT_ACCOUNT_MAX);
}

struct bytes
outward_extension(struct bytes name)
{
	size_t dot = bytes_find_last(name, '.');

	return dot == BYTES_NOWHERE ? bytes_first(name, 0) : bytes_skip(name, dot + 1);
}
