/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_archive: a mail store leaves by mail: by its content, or by its name, also inside the name of a compressed file
 * ("archive.pst.zip").
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/outward.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "mail_archive",
	.id = "mailtap-0011",
	.description = "A mail store leaves by mail.",
	.action = "mail-store-sent",
	.techniques = { &technique_local_collection, &technique_clear_exfiltration, NULL },
};

struct mail_archive {
	struct kit kit;
	struct first_seen *messages;
};

static const struct kit_row rows[] = {
	{ .name = "mail_archive.messages",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct mail_archive, messages),
	    .share = 5,
	    .span = 3600 * USEC_PER_SEC },
};

static const struct {
	const char *extension, *store;
} extensions[] = { { "pst", "an Outlook store" }, { "ost", "an Outlook store" }, { "mbox", "a mailbox file" },
	{ "mbx", "a mailbox file" }, { "olm", "an Outlook for Mac archive" }, { "nsf", "a Notes store" },
	{ "edb", "an Exchange store" }, { "dbx", "an Outlook Express store" }, { "nst", "an Outlook store" },
	{ "maildir", "a mail folder" } };

static const struct {
	const char *type, *store;
} types[] = { { "application/vnd.ms-outlook-pst", "an Outlook store" }, { "application/mbox", "a mailbox file" },
	{ "application/vnd.ms-outlook-dbx", "an Outlook Express store" },
	{ "application/x-ese-database", "a database as Exchange has it" },
	{ "application/vnd.lotus-notes", "a Notes store" } };

static const char *const packed[] = { "zip", "7z", "rar", "gz", "bz2", "xz", "zst", "cab" };

static const char *
store_by_extension(struct bytes name)
{
	struct bytes extension = outward_extension(name);

	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
		if (bytes_equal_nocase(extension, bytes_str(packed[i]))) {
			extension = outward_extension(bytes_first(name, name.len - extension.len - 1));
			break;
		}
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (bytes_equal_nocase(extension, bytes_str(extensions[i].extension)))
			return extensions[i].store;
	return NULL;
}

static const char *
store_by_content(struct bytes type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (bytes_equal(type, bytes_str(types[i].type)))
			return types[i].store;
	return NULL;
}

static void
raise_alert(struct mail_archive *d, const struct observation *o, const struct outward *w, const struct message_part *p,
    const char *store, bool by_content)
{
	struct exhibit *x;
	struct draft a;

	draft_begin(&a, &rule, by_content || w->freemail ? SEVERITY_HIGH : SEVERITY_MEDIUM, o);
	outward_write(&a.reason, w);
	sentence_add(&a.reason, "%s of ", store);
	sentence_add_size(&a.reason, p->size);
	sentence_add(&a.reason, ", known by its %s", by_content ? "content" : "name");
	if (p->name_text.len > 0) {
		sentence_add(&a.reason, ": ");
		sentence_add_wire(&a.reason, p->name_text, 120);
	}
	sentence_add(&a.reason, "; find out who packed a mailbox, and why.");
	outward_write_key(&a.key, w);
	x = draft_exhibit(&a, by_content ? "content" : "name");
	if (p->name_text.len > 0)
		sentence_add_wire(&x->seen, p->name_text, 200);
	else
		sentence_add(&x->seen, "an attachment without a name");
	sentence_add_size(&x->figure, p->size);
	sentence_add(&x->held_against, "%s", store);
	draft_user(&a, w->sender);
	draft_user(&a, w->target);
	draft_host(&a, w->domain);
	draft_raise(&a, d->kit.context.alerts);
}

static void
observe(void *self, const struct observation *o)
{
	struct mail_archive *d = self;
	const struct mail_archive_settings *settings = &d->kit.context.settings->mail_archive;
	struct outward w;

	if (o->kind != OBSERVED_MESSAGE || !outward_read(&d->kit.context, o, &w))
		return;
	for (size_t i = 0; i < o->message->content->part_count; i++) {
		const struct message_part *p = &o->message->content->parts[i];
		const char *by_content = store_by_content(p->detected_type);
		const char *store = by_content != NULL ? by_content : store_by_extension(p->name_text);

		if (p->is_branch || !p->is_attachment || store == NULL)
			continue;
		if (!kit_excuses(&d->kit, &settings->allow, 0, o, w.who, ALLOW_WHO) && !outward_repeats(d->messages, o))
			raise_alert(d, o, &w, p, store, by_content != NULL);
		return;
	}
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->mail_archive.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct mail_archive), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_mail_archive = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
