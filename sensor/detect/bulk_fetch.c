/* SPDX-License-Identifier: Apache-2.0
 *
 * bulk_fetch: most of a mailbox, or very many messages, read in one session or window.
 *
 *	by count      so many different messages in one session                 while it runs
 *	by coverage   so large a share of a folder, if it is no small one       when the session is reported on
 *	by window     so many of one account, in however many sessions          while it goes on
 *	by POP3       a mailbox read and left as it was, by a client new to it  when the session is reported on
 *
 * The first synchronisation of a new telephone looks the same, and the sentence says so. What a program does that
 *copies (and a person does not) are habits: several of them together, by an outsider, make the severity high.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

/* Habits from which on an outsider's reading is of high severity. */
#define HABITS_HIGH 5

/* So many times the threshold are said while a POP3 session runs. */
#define POP3_TIMES 5

static const struct alert_rule rule = {
	.name = "bulk_fetch",
	.id = "mailtap-0004",
	.description = "Most of a mailbox, or very many messages, were read in one session or window.",
	.action = "mail-read",
	.techniques = { &technique_remote_collection, NULL },
};

/* A session that reads. */
struct reading {
	usec_t last;
	struct distinct messages;
	uint64_t severity_plus_one; /* said so far */
	uint64_t new_client;	    /* its network had never read this account */
	uint64_t passed;	    /* messages, the same ones again too: no more can be different */
};

struct bulk_fetch {
	struct kit kit;
	struct map *sessions;	    /* by session id */
	struct spread *accounts;    /* messages read, by account and server */
	struct first_seen *clients; /* account, server and client network */
	struct map *said;	    /* by account and server */
};

#define OPTION(member) offsetof(struct detect_settings, bulk_fetch.member)

static bool
is_reading(const void *value)
{
	return distinct_is_sound(&((const struct reading *)value)->messages);
}

static const struct kit_row rows[] = {
	{ .name = "bulk_fetch.sessions",
	    .kind = KIT_MAP,
	    .at = offsetof(struct bulk_fetch, sessions),
	    .share = 50,
	    .span = 2 * 86400 * USEC_PER_SEC,
	    .value_size = sizeof(struct reading),
	    .fits = is_reading },
	{ .name = "bulk_fetch.accounts",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct bulk_fetch, accounts),
	    .share = 50,
	    .span_option = OPTION(window) },
	{ .name = "bulk_fetch.clients",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct bulk_fetch, clients),
	    .share = 30,
	    .span = 90 * 86400 * USEC_PER_SEC },
	{ .name = "bulk_fetch.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct bulk_fetch, said),
	    .share = 5,
	    .span_option = OPTION(window),
	    .value_size = sizeof(struct kit_said) },
};

/* Why it is too much. */
enum excess { EXCESS_NONE, EXCESS_COUNT, EXCESS_COVERAGE, EXCESS_WINDOW, EXCESS_POP3 };

struct finding {
	enum excess excess;
	uint64_t read, of;    /* of: EXCESS_COVERAGE, what the folder holds */
	struct bytes folder;  /* empty: none in particular */
	struct bytes account; /* empty: not seen */
	bool new_client;
	bool estimated; /* `read` is, within some percent */
	const struct collection_report *report; /* NULL: not known yet */
};

/* How many different ones passed while the session runs. */
static void
count_read(const struct reading *r, struct finding *f)
{
	uint64_t count = distinct_count(&r->messages);

	f->estimated = count > DISTINCT_EXACT && r->passed > DISTINCT_EXACT;
	f->read = count < r->passed ? count : r->passed;
}

/* What a program that copies does; one row each. */
static bool
covers(const struct collection_report *c)
{
	return c->has_exists && c->exists >= 20 && c->read_whole >= c->exists / 10 * 9;
}

static bool
opens_all(const struct collection_report *c)
{
	return c->folders_listed >= 3 && c->folders_opened >= c->folders_listed / 5 * 4;
}

static bool
skips_headers(const struct collection_report *c)
{
	return c->headers_only <= 2 * c->read_whole;
}

static bool
keeps_order(const struct collection_report *c)
{
	return c->read_whole >= 20 && (c->order == ORDER_ASCENDING || c->order == ORDER_DESCENDING);
}

static bool
asks_widely(const struct collection_report *c)
{
	return c->widest >= 100;
}

static bool
only_reads(const struct collection_report *c)
{
	return c->stored == 0 && c->appended == 0 && c->copied == 0 && c->deleted == 0 && c->idle == 0;
}

static bool
leaves_no_mark(const struct collection_report *c)
{
	return c->bodies > 0 && c->peeked >= c->bodies;
}

static bool
searches_words(const struct collection_report *c)
{
	return c->searches >= 3;
}

static bool
is_a_tool(const struct collection_report *c)
{
	return c->tool != NULL;
}

static const struct {
	bool (*has)(const struct collection_report *);
	const char *what;
} habits[] = {
	{ covers, "nearly all of what there is" },
	{ opens_all, "every folder" },
	{ skips_headers, "bodies without headers first" },
	{ keeps_order, "in strict order" },
	{ asks_widely, "in wide ranges" },
	{ only_reads, "nothing but reading" },
	{ leaves_no_mark, "without marking as read" },
	{ searches_words, "searches for words" },
	{ is_a_tool, "a copying tool" },
};

#define HABITS (sizeof(habits) / sizeof(habits[0]))

static unsigned
habits_of(const struct collection_report *c, struct sentence *names)
{
	unsigned count = 0;

	sentence_clear(names);
	for (size_t i = 0; c != NULL && i < HABITS; i++)
		if (habits[i].has(c)) {
			sentence_add(names, "%s%s", count == 0 ? "" : ", ", habits[i].what);
			count++;
		}
	return count;
}

static void
write_threshold(struct sentence *s, const struct bulk_fetch_settings *settings, const struct finding *f)
{
	switch (f->excess) {
	case EXCESS_COVERAGE:
		sentence_add(s, "%.0f %% of a folder of %llu messages", 100 * settings->coverage,
		    (unsigned long long)settings->coverage_messages);
		break;
	case EXCESS_WINDOW:
		sentence_add(s, "%llu messages within ", (unsigned long long)settings->window_messages);
		sentence_add_span(s, settings->window);
		break;
	case EXCESS_POP3:
		sentence_add(
		    s, "%llu messages by a client new to the account", (unsigned long long)settings->pop3_messages);
		break;
	case EXCESS_COUNT:
	case EXCESS_NONE:
		sentence_add(s, "%llu messages in one session", (unsigned long long)settings->messages);
		break;
	}
}

static void
write_reason(struct sentence *s, const struct bulk_fetch *d, const struct observation *o, const struct finding *f)
{
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];

	sentence_add(s, "%s read %s%llu messages of ", address_text(client, &o->session->client.address),
	    f->estimated ? "about " : "", (unsigned long long)f->read);
	if (f->account.len > 0) {
		sentence_add(s, "the account ");
		sentence_add_wire(s, f->account, 100);
	} else {
		sentence_add(s, "a mailbox");
	}
	sentence_add(s, " on %s", endpoint_text(server, &o->session->server));
	if (f->excess == EXCESS_WINDOW)
		sentence_add(s, " within the window");
	else
		sentence_add(s, " in one session");
	if (f->excess == EXCESS_COVERAGE) {
		sentence_add(s, ", %.0f %% of ", 100.0 * (double)f->read / (double)f->of);
		if (f->folder.len > 0)
			sentence_add_wire(s, f->folder, 80);
		else
			sentence_add(s, "what it holds");
	}
	if (f->excess == EXCESS_POP3)
		sentence_add(s, " and deleted none");
	sentence_add(s, ", held against ");
	write_threshold(s, &d->kit.context.settings->bulk_fetch, f);
	if (f->report != NULL && f->report->tool != NULL)
		sentence_add(s, "; it looks like %s", f->report->tool);
	sentence_add(
	    s, f->new_client
		   ? "; its network is new to this account: a first synchronisation looks the same, ask the owner."
		   : "; ask the owner which program reads there.");
}

static void
raise_alert(struct bulk_fetch *d, const struct observation *o, const struct finding *f, enum severity severity)
{
	char server[ADDRESS_TEXT_MAX], client[ADDRESS_TEXT_MAX];
	struct sentence names;
	struct exhibit *x;
	struct draft a;

	draft_begin(&a, &rule, severity, o);
	write_reason(&a.reason, d, o, f);
	if (f->account.len > 0)
		sentence_add_wire(&a.key, f->account, KIT_ACCOUNT_MAX);
	else
		sentence_add(&a.key, "%s", address_text(client, &o->session->client.address));
	sentence_add(&a.key, " @ %s", address_text(server, &o->session->server.address));
	x = draft_exhibit(&a, f->excess == EXCESS_COVERAGE ? "coverage" : "messages");
	sentence_add(&x->seen, "different messages read");
	if (f->excess == EXCESS_COVERAGE)
		sentence_add(&x->figure, "%llu of %llu", (unsigned long long)f->read, (unsigned long long)f->of);
	else
		sentence_add(&x->figure, "%llu", (unsigned long long)f->read);
	write_threshold(&x->held_against, &d->kit.context.settings->bulk_fetch, f);
	if (f->report != NULL && habits_of(f->report, &names) > 0) {
		x = draft_exhibit(&a, "habits");
		sentence_add(&x->seen, "%s", names.text);
		sentence_add(&x->figure, "%u of %zu", habits_of(f->report, &names), HABITS);
		sentence_add(&x->held_against, "high from %d on, by an outsider", HABITS_HIGH);
	}
	if (f->report != NULL && f->report->client_id_text.len > 0) {
		x = draft_exhibit(&a, "program");
		sentence_add_wire(&x->seen, f->report->client_id_text, 200);
	}
	draft_user(&a, f->account);
	draft_raise(&a, d->kit.context.alerts);
}

static enum severity
severity_of(const struct bulk_fetch *d, const struct observation *o, const struct finding *f)
{
	struct sentence names;

	return !site_is_home(d->kit.context.site, &o->session->client.address) &&
		       habits_of(f->report, &names) >= HABITS_HIGH
		   ? SEVERITY_HIGH
		   : SEVERITY_MEDIUM;
}

/* The session's entry; a new one notes whether the client is new to the account. */
static struct reading *
session_of(struct bulk_fetch *d, const struct observation *o, struct bytes account)
{
	bool made;
	struct reading *r = map_put(d->sessions, &o->session->id, 0, 0, &made);
	bool learns = kit_learns(&d->kit, o->time);

	if (r == NULL)
		return NULL;
	map_touch(d->sessions, r, 0);
	r->last = o->time;
	if (made)
		r->new_client =
		    first_seen_note(d->clients, kit_pair(account, o->session), o->time).times == 0 && !learns;
	return r;
}

static struct identity
account_key(const struct observation *o, struct bytes account)
{
	const struct session *s = o->session;

	return kit_key("account", account.len > 0 ? account : kit_address_bytes(&s->client.address),
	    kit_address_bytes(&s->server.address));
}

/* Says what was found, once per session and severity, and what a window holds once per window. */
static void
say(struct bulk_fetch *d, const struct observation *o, struct reading *r, const struct finding *f)
{
	const struct bulk_fetch_settings *settings = &d->kit.context.settings->bulk_fetch;
	struct identity key = account_key(o, f->account);
	enum severity severity = severity_of(d, o, f);

	if (f->excess == EXCESS_NONE || kit_excuses(&d->kit, &settings->allow, SITE_ROLES_READING, o, &f->account, 1))
		return;
	if (f->excess == EXCESS_WINDOW) {
		if (!kit_note_said(d->said, key, severity, o->time, settings->window))
			return;
	} else {
		if (r->severity_plus_one > (uint64_t)severity)
			return;
		r->severity_plus_one = (uint64_t)severity + 1;
		/* The window has then nothing to add. */
		(void)kit_note_said(d->said, key, severity, o->time, settings->window);
	}
	raise_alert(d, o, f, severity);
}

static void
observe_message(struct bulk_fetch *d, const struct observation *o)
{
	const struct bulk_fetch_settings *settings = &d->kit.context.settings->bulk_fetch;
	char name[KIT_ACCOUNT_MAX];
	struct finding f = { .account = kit_account(name, o->message->item.account_text, bytes_of(NULL, 0)) };
	struct reading *r = session_of(d, o, f.account);
	struct identity message = kit_message(o);
	uint64_t in_window;

	if (r == NULL)
		return;
	f.new_client = r->new_client;
	(void)distinct_add(&r->messages, message);
	r->passed++;
	count_read(r, &f);
	/* What a backup or a migration reads is not the account's reading: its owner would be blamed for the rest. */
	in_window = kit_excuses(&d->kit, &settings->allow, SITE_ROLES_READING, o, &f.account, 1)
	    ? 0
	    : spread_add(d->accounts, account_key(o, f.account), o->time, message, NULL);
	/* By POP3 it is only known at the end whether the messages stay: a holiday's mail is fetched at once. */
	if (f.read >= settings->messages * (o->message->transfer == TRANSFER_POP3_RETR ? POP3_TIMES : 1)) {
		f.excess = EXCESS_COUNT;
	} else if (in_window >= settings->window_messages) {
		f.excess = EXCESS_WINDOW;
		f.read = in_window;
		f.estimated = in_window > DISTINCT_EXACT;
	}
	say(d, o, r, &f);
}

static void
find_coverage(const struct bulk_fetch_settings *settings, const struct collection_report *c, struct finding *f)
{
	for (size_t i = 0; i < c->folder_count; i++) {
		const struct folder_report *folder = &c->folders[i];

		if (!folder->has_exists || folder->exists < settings->coverage_messages ||
		    (double)folder->read_whole < settings->coverage * (double)folder->exists)
			continue;
		f->excess = EXCESS_COVERAGE;
		f->read = folder->read_whole;
		f->of = folder->exists;
		f->folder = folder->name_text;
		return;
	}
	if (c->folder_count == 0 && c->has_exists && c->exists >= settings->coverage_messages &&
	    (double)c->read_whole >= settings->coverage * (double)c->exists) {
		f->excess = EXCESS_COVERAGE;
		f->read = c->read_whole;
		f->of = c->exists;
	}
}

static void
observe_report(struct bulk_fetch *d, const struct observation *o)
{
	const struct bulk_fetch_settings *settings = &d->kit.context.settings->bulk_fetch;
	const struct collection_report *c = &o->report->collection;
	char name[KIT_ACCOUNT_MAX];
	struct finding f = { .account = kit_account(name, c->account_text, bytes_of(NULL, 0)), .report = c };
	struct reading *r;

	if (c->read_whole == 0 && c->account_text.len == 0)
		return;
	r = session_of(d, o, f.account);
	if (r == NULL)
		return;
	f.new_client = r->new_client;
	count_read(r, &f);
	/* What the parser counted is exact, unless it lost its count. */
	if (c->read_whole > f.read || (f.estimated && c->read_whole > f.read / 2)) {
		f.read = c->read_whole;
		f.estimated = false;
	}
	/* Who fetches by POP3 and deletes has no other copy: that is how it was meant. */
	if (!o->report->is_pop3 || c->deleted == 0)
		find_coverage(settings, c, &f);
	if (f.excess == EXCESS_NONE && f.read >= settings->messages &&
	    (!o->report->is_pop3 || c->deleted < c->read_whole))
		f.excess = EXCESS_COUNT;
	if (f.excess == EXCESS_NONE && o->report->is_pop3 && c->deleted == 0 && r->new_client &&
	    c->read_whole >= settings->pop3_messages && (!c->has_exists || c->read_whole >= c->exists / 10 * 9))
		f.excess = EXCESS_POP3;
	say(d, o, r, &f);
	if (o->report->end != SESSION_LIVES)
		map_remove(d->sessions, r);
}

static void
observe(void *self, const struct observation *o)
{
	struct bulk_fetch *d = self;

	if (kit_is_reading(o))
		observe_message(d, o);
	else if (o->kind == OBSERVED_SESSION && o->report->has_collection)
		observe_report(d, o);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->bulk_fetch.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct bulk_fetch), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_bulk_fetch = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
