/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_excuse.h"

#include "detect/forward_address.h"
#include "detect/forward_envelope.h"
#include "detect/forward_subject.h"

/* The first field of this name, or NULL. */
static const struct header_text *
find_header(const struct message_content *m, struct bytes name)
{
	for (size_t i = 0; i < m->header_count; i++)
		if (bytes_equal_nocase(m->headers[i].name, name))
			return &m->headers[i];
	return NULL;
}

static struct bytes
header_value(const struct message_content *m, struct bytes name)
{
	const struct header_text *h = find_header(m, name);

	return h == NULL ? bytes_of(NULL, 0) : bytes_trim(h->value_text);
}

static bool
has_header(const struct message_content *m, struct bytes name)
{
	return find_header(m, name) != NULL;
}

static bool
has_header_begin(const struct message_content *m, struct bytes begin)
{
	for (size_t i = 0; i < m->header_count; i++)
		if (bytes_starts_nocase(m->headers[i].name, begin))
			return true;
	return false;
}

/* Whether an outsider wrote it: then the marks of a reply are the outsider's, and a rule's marks mean that the rule
 * sent it on. Without local_domains the mailbox whose rule fired tells what is ours. */
static bool
is_written_outside(const struct site *site, const struct message_content *m)
{
	struct bytes author, ours;

	if (m->from.len == 0)
		return false;
	author = m->from.at[0].address;
	switch (site_mailbox(site, author)) {
	case SITE_MAILBOX_LOCAL:
		return false;
	case SITE_MAILBOX_OUTSIDE:
		return true;
	case SITE_MAILBOX_UNKNOWN:
		break;
	}
	ours = forward_address_find(header_value(m, BYTES("X-MS-Exchange-Inbox-Rules-Loop")), false);
	return ours.len > 0 && author.len > 0 && !bytes_equal_nocase(site_domain(author), site_domain(ours));
}

static struct bytes
without_brackets(struct bytes id)
{
	id = bytes_trim(id);
	if (id.len >= 2 && id.at[0] == '<' && id.at[id.len - 1] == '>')
		id = bytes_first(bytes_skip(id, 1), id.len - 2);
	return id;
}

/* Exchange names the message that made the rule act; an answer answers it, a forward may too but says so in front. */
static bool
answers_parent(const struct message_content *m)
{
	struct bytes parent = without_brackets(header_value(m, BYTES("X-MS-Exchange-Parent-Message-Id")));

	return parent.len > 0 && bytes_equal(without_brackets(m->in_reply_to), parent) &&
	    !forward_subject_is_forward(m->subject_text, true);
}

bool
forward_is_auto_reply(const struct site *site, const struct message_content *m)
{
	struct bytes submitted = header_value(m, BYTES("Auto-Submitted"));

	if (is_written_outside(site, m))
		return false;
	if (bytes_starts_nocase(submitted, BYTES("auto-replied")) || forward_subject_is_auto_reply(m->subject_text))
		return true;
	return answers_parent(m) && (bytes_starts_nocase(submitted, BYTES("auto-generated")) ||
	    has_header(m, BYTES("X-Auto-Response-Suppress")));
}

/* "Errors-To: users-bounces@...", "Sender: users-bounces@...". */
static bool
names_bounce_address(struct bytes value)
{
	return bytes_find_nocase(value, BYTES("-bounces@")) != BYTES_NOWHERE ||
	    bytes_find_nocase(value, BYTES("-bounces+")) != BYTES_NOWHERE;
}

bool
forward_is_list_mail(const struct message_content *m)
{
	struct bytes precedence = header_value(m, BYTES("Precedence"));

	return has_header(m, BYTES("List-Id")) || has_header(m, BYTES("List-Post")) ||
	    has_header(m, BYTES("List-Unsubscribe")) || has_header(m, BYTES("X-BeenThere")) ||
	    has_header_begin(m, BYTES("X-Mailman-")) || bytes_equal_nocase(precedence, BYTES("list")) ||
	    bytes_equal_nocase(precedence, BYTES("bulk")) ||
	    names_bounce_address(header_value(m, BYTES("Errors-To"))) ||
	    names_bounce_address(header_value(m, BYTES("Sender")));
}

static bool
is_coded(struct bytes address)
{
	struct forward_coded coded;

	return forward_envelope_srs(address, &coded) || forward_envelope_srs_plus(address, &coded) ||
	    forward_envelope_srs_bounces(address, &coded) || forward_envelope_caf(address, &coded);
}

bool
forward_is_report(const struct message_report *r)
{
	if (!r->envelope.has_sender || r->envelope.from.len > 0)
		return false;
	if (bytes_equal_nocase(r->content->content_type, BYTES("multipart/report")))
		return true;
	for (size_t i = 0; i < r->envelope.to.len; i++)
		if (is_coded(r->envelope.to.at[i]))
			return true;
	return false;
}

bool
forward_is_manual(const struct message_content *m)
{
	bool outlook = bytes_find_nocase(m->user_agent_text, BYTES("outlook")) != BYTES_NOWHERE ||
	    m->separator == SEPARATOR_UNDERSCORES;

	if (has_header(m, BYTES("X-Forwarded-Message-Id")) || forward_subject_is_forward(m->subject_text, outlook))
		return true;
	/* An answer to a forward holds the line too. */
	return m->separator == SEPARATOR_FORWARDED && m->in_reply_to.len == 0 && !forward_subject_is_reply(m->subject_text);
}
