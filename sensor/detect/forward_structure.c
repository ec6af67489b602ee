/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_structure.h"

#include "detect/received.h"

const struct forward_rule forward_structure_rule = {
	.name = "structure",
	.platform = "a redirect that leaves no marker",
	.where = FORWARD_IN_STRUCTURE,
	.class = FORWARD_CLASS_E,
	.weight = -1,
	.verdict = FORWARD_REDIRECT,
};

/* Received lines that are looked at. */
#define HOPS_MAX 16
#define HOPS_LEAST 2

/* Without "+tag", which the recipient of a header may lack (RFC 5233). */
static bool
is_same_mailbox(struct bytes a, struct bytes b)
{
	size_t at_a = bytes_find(a, '@'), at_b = bytes_find(b, '@'), plus;

	if (bytes_equal_nocase(a, b))
		return true;
	if (at_a == BYTES_NOWHERE || at_b == BYTES_NOWHERE || !bytes_equal_nocase(bytes_skip(a, at_a), bytes_skip(b, at_b)))
		return false;
	if ((plus = bytes_find(bytes_first(a, at_a), '+')) != BYTES_NOWHERE)
		at_a = plus;
	if ((plus = bytes_find(bytes_first(b, at_b), '+')) != BYTES_NOWHERE)
		at_b = plus;
	return bytes_equal_nocase(bytes_first(a, at_a), bytes_first(b, at_b));
}

static void
name_victim(struct forward_structure *s, struct bytes address)
{
	s->was_ours = true;
	if (s->victim[0] == '\0')
		forward_address_copy(s->victim, address);
}

/* A recipient that the header names. */
static void
note_named(const struct site *site, const struct message_report *r, struct bytes address, struct forward_structure *s)
{
	for (size_t i = 0; i < r->envelope.to.len; i++)
		if (is_same_mailbox(address, r->envelope.to.at[i])) {
			s->elsewhere = false;
			return;
		}
	if (site_mailbox(site, address) == SITE_MAILBOX_LOCAL)
		name_victim(s, address);
}

static void
note_list(const struct site *site, const struct message_report *r, const struct mailboxes *list,
    struct forward_structure *s)
{
	for (size_t i = 0; i < list->len; i++)
		note_named(site, r, list->at[i].address, s);
	/* Who is not kept may be the one. */
	s->elsewhere &= list->dropped == 0;
}

/* One who signed or handed on: a domain that is not ours. */
static bool
is_stranger(const struct site *site, struct bytes domain)
{
	char address[FORWARD_ADDRESS_MAX];

	forward_address_write(address, BYTES("x"), domain);
	return address[0] != '\0' && site_mailbox(site, bytes_str(address)) == SITE_MAILBOX_OUTSIDE;
}

/* The domain in "d=" of a DKIM signature (RFC 6376 section 3.5). */
static struct bytes
signer_of(struct bytes value)
{
	while (value.len > 0) {
		size_t end = bytes_find(value, ';');
		struct bytes tag = bytes_trim(bytes_first(value, end == BYTES_NOWHERE ? value.len : end));

		if (bytes_starts_nocase(tag, BYTES("d=")))
			return bytes_trim(bytes_skip(tag, 2));
		value = bytes_skip(value, tag.len < value.len && end != BYTES_NOWHERE ? end + 1 : value.len);
	}
	return (struct bytes){ 0 };
}

static void
note_headers(const struct site *site, const struct message_report *r, usec_t now, struct forward_structure *s)
{
	const struct message_content *m = r->content;
	bool signed_by_stranger = false;
	unsigned received = 0;
	usec_t written;

	for (size_t i = 0; i < m->header_count; i++) {
		struct bytes name = m->headers[i].name, value = m->headers[i].value_text;

		if (bytes_equal_nocase(name, BYTES("Received")) && received < HOPS_MAX) {
			struct received hop = received_read(value);

			received++;
			if (hop.recipient.len > 0)
				note_named(site, r, hop.recipient, s);
			s->hops += is_stranger(site, hop.by);
		} else if (bytes_equal_nocase(name, BYTES("Delivered-To"))) {
			if (site_mailbox(site, bytes_trim(value)) == SITE_MAILBOX_LOCAL)
				name_victim(s, bytes_trim(value));
		} else if (bytes_equal_nocase(name, BYTES("Resent-To")) || bytes_equal_nocase(name, BYTES("Resent-Cc"))) {
			note_named(site, r, forward_address_find(value, false), s);
		} else if (bytes_equal_nocase(name, BYTES("DKIM-Signature"))) {
			signed_by_stranger |= is_stranger(site, signer_of(value));
		}
	}
	s->travelled = signed_by_stranger && s->hops >= HOPS_LEAST && mail_date_read(m->date_text, &written) &&
	    now - written >= USEC_PER_SEC && now - written <= FORWARD_STRUCTURE_AGE_MAX;
}

/* Whoever wrote it, by From or by the envelope. */
static bool
is_by_stranger(const struct site *site, const struct message_content *m)
{
	for (size_t i = 0; i < m->from.len; i++)
		if (site_mailbox(site, m->from.at[i].address) != SITE_MAILBOX_OUTSIDE)
			return false;
	return m->from.len > 0;
}

static void
say(struct forward_structure *s, const struct message_report *r)
{
	struct sentence *text = &s->text;

	sentence_clear(text);
	sentence_add(text, "written by ");
	sentence_add_wire(text, r->content->from.at[0].address, 100);
	if (s->victim[0] != '\0')
		sentence_add(text, " to %s", s->victim);
	sentence_add(text, ", sent on to ");
	sentence_add_wire(text, r->envelope.to.at[0], 100);
	if (s->elsewhere)
		sentence_add(text, ", whom no header names");
	if (s->travelled)
		sentence_add(text, "; %u hosts outside had handed it on before", s->hops);
}

bool
forward_structure_found(const struct site *site, const struct message_report *r, usec_t now, bool list,
    struct forward_structure *out)
{
	const struct message_content *m = r->content;

	*out = (struct forward_structure){ .stranger = !list && is_by_stranger(site, m) };
	if (!out->stranger || r->envelope.to.len == 0)
		return false;
	out->elsewhere = r->envelope.to.dropped == 0 && m->has_header;
	note_list(site, r, &m->to, out);
	note_list(site, r, &m->cc, out);
	note_headers(site, r, now, out);
	/* Mail that names its recipient goes where it was meant to: a relay's. */
	if (!out->elsewhere || (r->envelope.to.len > 1 && !out->was_ours))
		return false;
	say(out, r);
	return true;
}
