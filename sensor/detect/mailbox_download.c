/* SPDX-License-Identifier: Apache-2.0
 *
 * mailbox_download: a client drew far more from a mail server than it and its peers do, encrypted or not.
 *
 * The amount is payload from the server, over a sliding window, all connections of a client and a server together; and
 * over the life of one connection, which may be longer than the window. It is held against two baselines, of the
 * amounts per window in which there were any: the pair's own past, and that of all clients of this server. Both must be
 * exceeded, and a floor; what is not learnt yet does not count, and while nothing is, the floor is another.
 *
 * Behind a shared address (a webmail front end, NAT) there are many: it has no peers, only its own past.
 */
#include <math.h>

#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

/* So many times over its own limit, the severity is high. */
#define HIGH_TIMES 10

static const struct alert_rule rule = {
	.name = "mailbox_download",
	.id = "mailtap-0003",
	.description = "A client drew far more from a mail server than it and its peers do.",
	.action = "mailbox-downloaded",
	.techniques = { &technique_remote_collection, NULL },
};

struct mailbox_download {
	struct kit kit;
	struct window *sums;	 /* octets from and to the server, by pair of addresses */
	struct map *hours;	 /* that run, by the same */
	struct baselines *own;	 /* by the same */
	struct baselines *peers; /* by server */
	struct map *said;	 /* by pair */
};

/* A spread of 0.7 is a factor of two: with less than a dozen times the usual amount nobody is conspicuous. Who would
 * shift the median must keep below the limit for half a ring: some working days. */
static const struct baseline_shape own = {
	.method = BASELINE_MEDIAN, .ring = 64, .samples = 8, .z = 3.5, .floor = 0.7
};
static const struct baseline_shape peers = {
	.method = BASELINE_MEDIAN, .ring = 200, .samples = 30, .z = 3.5, .floor = 0.5
};

#define OPTION(member) offsetof(struct detect_settings, mailbox_download.member)

static const struct kit_row rows[] = {
	{ .name = "mailbox_download.sums",
	    .kind = KIT_WINDOW,
	    .at = offsetof(struct mailbox_download, sums),
	    .share = 45,
	    .span_option = OPTION(window) },
	{ .name = "mailbox_download.hours",
	    .kind = KIT_MAP,
	    .at = offsetof(struct mailbox_download, hours),
	    .share = 20,
	    .span = 30 * 86400 * USEC_PER_SEC,
	    .value_size = sizeof(struct kit_bucket) },
	{ .name = "mailbox_download.own",
	    .kind = KIT_BASELINE,
	    .at = offsetof(struct mailbox_download, own),
	    .share = 70,
	    .shape = &own },
	{ .name = "mailbox_download.peers",
	    .kind = KIT_BASELINE,
	    .at = offsetof(struct mailbox_download, peers),
	    .share = 20,
	    .shape = &peers },
	{ .name = "mailbox_download.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct mailbox_download, said),
	    .share = 10,
	    .span_option = OPTION(window),
	    .value_size = sizeof(struct kit_said) },
};

/* An amount, and what it is held against. */
struct judgement {
	uint64_t drawn, floor;
	double windows; /* over how many of them it was drawn; 0: a sliding window */
	struct baseline_view own, peers;
	enum severity severity;
};

/* What is usual for the other windows, and the limit for one. */
static double
limit_of(const struct baseline_view *v, const struct judgement *j)
{
	return fmin(v->limit + (j->windows > 1 ? (j->windows - 1) * v->usual : 0), 1e18);
}

static void
write_view(struct draft *a, const char *seen, const struct baseline_view *v, const struct judgement *j)
{
	struct exhibit *x = draft_exhibit(a, "baseline");

	sentence_add(&x->seen, "%s", seen);
	sentence_add_size(&x->figure, j->drawn);
	if (!v->learnt) {
		sentence_add(&x->held_against, "not learnt yet (%u samples)", v->samples);
		return;
	}
	sentence_add(&x->held_against, "usual ");
	sentence_add_size(&x->held_against, (uint64_t)v->usual);
	sentence_add(&x->held_against, ", limit ");
	sentence_add_size(&x->held_against, (uint64_t)limit_of(v, j));
}

static void
write_limit(struct sentence *s, const char *whose, const struct baseline_view *v, const struct judgement *j)
{
	if (!v->learnt)
		return;
	sentence_add(s, ", %s at most ", whose);
	sentence_add_size(s, (uint64_t)limit_of(v, j));
}

static void
raise_alert(struct mailbox_download *d, const struct observation *o, const struct judgement *j)
{
	const struct session *s = o->session;
	char client[ADDRESS_TEXT_MAX], server[ADDRESS_TEXT_MAX];
	struct exhibit *x;
	struct draft a;

	draft_begin(&a, &rule, j->severity, o);
	address_text(client, &s->client.address);
	address_text(server, &s->server.address);
	sentence_add(&a.reason, "%s drew ", client);
	sentence_add_size(&a.reason, j->drawn);
	sentence_add(&a.reason, " from the mail server %s ", server);
	if (j->windows > 0) {
		sentence_add(&a.reason, "in one connection");
	} else {
		sentence_add(&a.reason, "within ");
		sentence_add_span(&a.reason, d->kit.context.settings->mailbox_download.window);
	}
	if (!j->own.learnt && !j->peers.learnt)
		sentence_add(&a.reason, "; what is usual there is not known yet");
	write_limit(&a.reason, "usual for it are", &j->own, j);
	write_limit(&a.reason, "for that server's clients", &j->peers, j);
	if (j->own.learnt || j->peers.learnt)
		sentence_add(&a.reason, "; find out which program there fetches mail, and whose");
	else
		sentence_add(&a.reason, ": a first synchronisation looks the same, ask the user of that host");
	sentence_add(&a.reason, ".");
	sentence_add(&a.key, "%s < %s", client, server);
	x = draft_exhibit(&a, "volume");
	sentence_add(&x->seen, "payload drawn from the server");
	sentence_add_size(&x->figure, j->drawn);
	sentence_add(&x->held_against, "at least ");
	sentence_add_size(&x->held_against, j->floor);
	write_view(&a, "against the pair's own past", &j->own, j);
	write_view(&a, "against all clients of that server", &j->peers, j);
	draft_raise(&a, d->kit.context.alerts);
}

static bool
deserves(struct judgement *j)
{
	if (j->drawn < j->floor || (j->own.learnt && (double)j->drawn <= limit_of(&j->own, j)) ||
	    (j->peers.learnt && (double)j->drawn <= limit_of(&j->peers, j)))
		return false;
	j->severity =
	    j->own.learnt && (double)j->drawn > HIGH_TIMES * limit_of(&j->own, j) && j->drawn / HIGH_TIMES > j->floor
		? SEVERITY_HIGH
		: SEVERITY_MEDIUM;
	return true;
}

static void
observe_volume(struct mailbox_download *d, const struct observation *o)
{
	const struct mailbox_download_settings *settings = &d->kit.context.settings->mailbox_download;
	const struct session *s = o->session;
	struct identity pair =
	    kit_key("pair", kit_address_bytes(&s->client.address), kit_address_bytes(&s->server.address));
	struct identity server = kit_key("server", kit_address_bytes(&s->server.address), bytes_of(NULL, 0));
	unsigned roles = site_roles(d->kit.context.site, &s->client.address, o->time);
	struct judgement j = { .own = baselines_look(d->own, pair, o->time) }, whole;
	uint64_t sums[WINDOW_SUMS], finished;
	const uint64_t more[WINDOW_SUMS] = { o->volume->bytes[FROM_SERVER], o->volume->bytes[FROM_CLIENT] };

	if ((roles & SITE_ROLES_SHARED) == 0)
		j.peers = baselines_look(d->peers, server, o->time);
	if (kit_fill(d->hours, pair, o->time, settings->window, more[0], &finished) && finished > 0) {
		baselines_teach(d->own, pair, o->time, (double)finished);
		if ((roles & SITE_ROLES_SHARED) == 0)
			baselines_teach(d->peers, server, o->time, (double)finished);
	}
	if (!window_add(d->sums, pair, o->time, more, sums) || ((roles & SITE_ROLES_SHARED) != 0 && !j.own.learnt))
		return;
	j.drawn = sums[0];
	j.floor = j.own.learnt || j.peers.learnt ? settings->bytes : settings->unlearnt_bytes;
	whole = j;
	whole.drawn = o->volume->total[FROM_SERVER];
	whole.windows = ceil((double)(o->time - s->start + 1) / (double)settings->window);
	whole.floor = settings->unlearnt_bytes;
	if (!deserves(&j)) {
		/* What is drawn so slowly that no window shows it; without a past nobody knows whether it is much. */
		if (whole.windows <= 1 || (!j.own.learnt && !j.peers.learnt) || !deserves(&whole))
			return;
		j = whole;
	}
	if (!kit_excuses(&d->kit, &settings->allow, SITE_ROLES_READING, o, NULL, 0) &&
	    kit_note_said(d->said, pair, j.severity, o->time, settings->window))
		raise_alert(d, o, &j);
}

/* TLS, and what nobody understands, is mail's business only on a port of mail's. */
static bool
is_mail(const struct session *s)
{
	return s->mail_port || (s->protocol != MAIL_UNKNOWN && s->protocol != MAIL_TLS);
}

static void
observe(void *self, const struct observation *o)
{
	struct mailbox_download *d = self;

	kit_mind_loss(&d->kit, o);
	if (o->kind == OBSERVED_VOLUME && is_mail(o->session))
		observe_volume(d, o);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->mailbox_download.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct mailbox_download), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_mailbox_download = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
