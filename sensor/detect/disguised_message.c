/* SPDX-License-Identifier: Apache-2.0
 *
 * disguised_message: what leaves by mail is not what it calls itself: an attachment whose content is an archive, a mail
 * store, a database or a program contradicts its name; or an answer or forward carries attachments to somebody the
 * sender never mailed, and answers nothing (no thread).
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/forward_subject.h"
#include "detect/outward.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "disguised_message",
	.id = "mailtap-0013",
	.description = "What left by mail is not what it calls itself.",
	.action = "message-disguised",
	.techniques = { &technique_masquerading, &technique_email_collection, NULL },
};

struct disguised_message {
	struct kit kit;
	struct first_seen *relations; /* sender and domain */
	struct first_seen *messages;
};

static const struct kit_row rows[] = {
	{ .name = "disguised_message.relations",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct disguised_message, relations),
	    .share = 20,
	    .span = 180 * 86400 * USEC_PER_SEC },
	{ .name = "disguised_message.messages",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct disguised_message, messages),
	    .share = 5,
	    .span = 3600 * USEC_PER_SEC },
};

#define PACKED (1u << 0)
#define OFFICE (1u << 1) /* compound files, and the zip files of newer programs */
#define STORE (1u << 2)
#define PROGRAM (1u << 3)

/* Contents that things are hidden in. What is not here contradicts no name: an image is an image. */
static const struct {
	const char *type, *what;
	unsigned class;
} contents[] = {
	{ "application/zip", "a zip archive", PACKED | OFFICE },
	{ "application/zip; encrypted=yes", "an encrypted zip archive", PACKED },
	{ "application/x-7z-compressed", "a 7z archive", PACKED },
	{ "application/vnd.rar", "a RAR archive", PACKED },
	{ "application/gzip", "a gzip file", PACKED },
	{ "application/x-bzip2", "a bzip2 file", PACKED },
	{ "application/x-xz", "an xz file", PACKED },
	{ "application/zstd", "a zstd file", PACKED },
	{ "application/vnd.ms-cab-compressed", "a cabinet", PACKED },
	{ "application/x-ole-storage", "a compound file", OFFICE },
	{ "application/vnd.ms-outlook-pst", "an Outlook store", STORE },
	{ "application/mbox", "a mailbox file", STORE },
	{ "application/vnd.ms-outlook-dbx", "an Outlook Express store", STORE },
	{ "application/x-ese-database", "a database", STORE },
	{ "application/vnd.lotus-notes", "a Notes store", STORE },
	{ "application/vnd.sqlite3", "a database", STORE },
	{ "application/x-elf", "a program", PROGRAM },
	{ "application/vnd.microsoft.portable-executable", "a program", PROGRAM },
	{ "application/x-ms-shortcut", "a shortcut", PROGRAM },
};

/* What a name promises, and which contents go with it. */
static const struct {
	const char *extensions; /* with blanks between and around */
	unsigned may_be;
} promises[] = {
	{ " jpg jpeg png gif bmp tif tiff heic webp svg ico ", 0 },
	{ " pdf rtf txt csv tsv log ini html htm css ics vcf ", 0 },
	{ " mp3 wav m4a ogg flac mp4 mov avi mkv webm wmv ", 0 },
	{ " docx xlsx pptx docm xlsm pptm odt ods odp vsdx ", OFFICE },
	{ " doc xls ppt msg vsd mpp pub ", OFFICE },
};

/* Whether the name promises something else than this class; names nobody knows promise nothing. */
static bool
contradicts(struct bytes name, unsigned class)
{
	struct bytes extension = outward_extension(name);
	char word[16] = " ";

	if (extension.len == 0 || extension.len > sizeof(word) - 3 || bytes_find(extension, ' ') != BYTES_NOWHERE)
		return false;
	for (size_t i = 0; i < extension.len; i++)
		word[i + 1] = (char)ascii_lower(extension.at[i]);
	word[extension.len + 1] = ' ';
	for (size_t i = 0; i < sizeof(promises) / sizeof(promises[0]); i++)
		if (bytes_find_nocase(bytes_str(promises[i].extensions), bytes_of(word, extension.len + 2)) !=
		    BYTES_NOWHERE)
			return (class & promises[i].may_be) == 0;
	return false;
}

static const char *
disguise_of(const struct message_part *p)
{
	if (p->is_branch || p->name_text.len == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++)
		if (bytes_equal(p->detected_type, bytes_str(contents[i].type)))
			return contradicts(p->name_text, contents[i].class) ? contents[i].what : NULL;
	return NULL;
}

static void
finish(struct disguised_message *d, struct draft *a, const struct outward *w)
{
	outward_write_key(&a->key, w);
	draft_user(a, w->sender);
	draft_user(a, w->target);
	draft_host(a, w->domain);
	draft_raise(a, d->kit.context.alerts);
}

static void
raise_for_part(struct disguised_message *d, const struct observation *o, const struct outward *w,
    const struct message_part *p, const char *what)
{
	struct exhibit *x;
	struct draft a;

	draft_begin(&a, &rule, SEVERITY_MEDIUM, o);
	outward_write(&a.reason, w);
	sentence_add(&a.reason, "an attachment of ");
	sentence_add_size(&a.reason, p->size);
	sentence_add(&a.reason, " named ");
	sentence_add_wire(&a.reason, p->name_text, 120);
	sentence_add(&a.reason, " that is in truth %s; ask the sender, and look what else that host packed.", what);
	x = draft_exhibit(&a, "content");
	sentence_add_wire(&x->seen, p->name_text, 200);
	sentence_add(&x->figure, "%s", what);
	sentence_add(&x->held_against, "what its name promises");
	finish(d, &a, w);
}

static void
raise_for_subject(struct disguised_message *d, const struct observation *o, const struct outward *w)
{
	struct exhibit *x;
	struct draft a;

	draft_begin(&a, &rule, SEVERITY_LOW, o);
	outward_write(&a.reason, w);
	sentence_add(&a.reason, "%zu attachment%s under the subject ", w->attachments, w->attachments == 1 ? "" : "s");
	sentence_add_wire(&a.reason, o->message->content->subject_text, 120);
	sentence_add(&a.reason, ", which answers or forwards nothing, and never mailed that domain before.");
	x = draft_exhibit(&a, "subject");
	sentence_add_wire(&x->seen, o->message->content->subject_text, 200);
	sentence_add(&x->figure, "no References, no In-Reply-To");
	sentence_add(&x->held_against, "a thread to answer");
	finish(d, &a, w);
}

/* "Re:" and its kin, or a forward. */
static bool
claims_a_thread(struct bytes subject)
{
	static const char *const prefixes[] = { "re:", "aw:", "sv:", "antw:", "ris:", "vs:", "odp:" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (bytes_starts_nocase(subject, bytes_str(prefixes[i])))
			return true;
	return forward_subject_is_forward(subject, false);
}

static void
observe(void *self, const struct observation *o)
{
	struct disguised_message *d = self;
	const struct disguised_message_settings *settings = &d->kit.context.settings->disguised_message;
	const struct message_content *m;
	char sender[KIT_ACCOUNT_MAX], domain[KIT_ACCOUNT_MAX];
	struct outward w;
	bool learns, is_new;

	if (o->kind != OBSERVED_MESSAGE || !outward_read(&d->kit.context, o, &w) || outward_repeats(d->messages, o))
		return;
	m = o->message->content;
	learns = kit_learns(&d->kit, o->time);
	is_new = first_seen_note(d->relations,
		     kit_key("relation", kit_account(sender, w.sender, bytes_of(NULL, 0)),
			 kit_account(domain, w.domain, bytes_of(NULL, 0))),
		     o->time)
			 .times == 0 &&
		 !learns;
	if (kit_excuses(&d->kit, &settings->allow, 0, o, w.who, ALLOW_WHO))
		return;
	for (size_t i = 0; i < m->part_count; i++) {
		const char *what = disguise_of(&m->parts[i]);

		if (what != NULL) {
			raise_for_part(d, o, &w, &m->parts[i], what);
			return;
		}
	}
	/* Many a program marks a forward by nothing but what it puts before the text that it forwards. */
	if (is_new && w.attachments > 0 && m->has_header && m->references.len == 0 && m->in_reply_to.len == 0 &&
	    m->separator != SEPARATOR_FORWARDED && claims_a_thread(m->subject_text))
		raise_for_subject(d, o, &w);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->disguised_message.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct disguised_message), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_disguised_message = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
