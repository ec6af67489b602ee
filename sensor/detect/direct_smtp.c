/* SPDX-License-Identifier: Apache-2.0
 *
 * direct_smtp: a host that is no mail server speaks SMTP to the outside.
 *
 * Mail servers are listed (roles.mail_servers), or known by taking mail themselves: whoever greeted as an SMTP server
 * at home is one. Who spoke to the outside while that was learnt has always done it, and is not said.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "direct_smtp",
	.id = "mailtap-0022",
	.description = "A host that is no mail server speaks SMTP to the outside.",
	.action = "smtp-direct",
	.techniques = { &technique_exfiltration, &technique_mail_protocols, NULL },
};

struct direct_smtp {
	struct kit kit;
	struct first_seen *servers; /* hosts of ours that took mail */
	struct first_seen *clients; /* hosts of ours that spoke to the outside; mark 1: since the learning */
};

static const struct kit_row rows[] = {
	{ .name = "direct_smtp.servers",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct direct_smtp, servers),
	    .share = 5,
	    .span = 30 * 86400 * USEC_PER_SEC },
	{ .name = "direct_smtp.clients",
	    .kind = KIT_SEEN,
	    .at = offsetof(struct direct_smtp, clients),
	    .share = 10,
	    .span = 90 * 86400 * USEC_PER_SEC },
};

static struct identity
host_key(const struct address *a)
{
	return kit_key("host", kit_address_bytes(a), bytes_of(NULL, 0));
}

/* Submission is what people's own accounts elsewhere are used by. */
static bool
is_submission(uint16_t port)
{
	return port == 465 || port == 587;
}

static void
raise_alert(struct direct_smtp *d, const struct observation *o)
{
	const struct session *s = o->session;
	bool submission = is_submission(s->server.port);
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct draft a;

	draft_begin(&a, &rule, submission ? SEVERITY_LOW : SEVERITY_MEDIUM, o);
	address_text(client, &s->client.address);
	endpoint_text(server, &s->server);
	sentence_add(&a.reason,
	    "%s, which takes no mail and is not listed as a mail server, speaks SMTP to %s outside%s; find "
	    "out which program there mails, or list it under roles.mail_servers.",
	    client, server, submission ? ", as a mail program does with an account elsewhere" : "");
	sentence_add(&a.key, "%s", client);
	draft_figure(&a, "endpoint", "external SMTP server", "only mail servers mail to the outside", "%s", server);
	draft_raise(&a, d->kit.context.alerts);
}

/* SMTP was spoken; `served`: the server greeted as one. */
static void
note(struct direct_smtp *d, const struct observation *o, bool served)
{
	const struct direct_smtp_settings *settings = &d->kit.context.settings->direct_smtp;
	const struct session *s = o->session;
	struct seen before;
	struct seen *client;
	bool learns;

	(void)kit_learns(&d->kit, o->time);
	learns = o->time - d->kit.began < settings->learning;
	if (served && site_is_home(d->kit.context.site, &s->server.address))
		(void)first_seen_note(d->servers, host_key(&s->server.address), o->time);
	if (site_direction(d->kit.context.site, &s->client.address, &s->server.address) != SITE_OUTBOUND)
		return;
	before = first_seen_note(d->clients, host_key(&s->client.address), o->time);
	if (before.times == 0 && learns &&
	    (client = first_seen_find(d->clients, host_key(&s->client.address), o->time)) != NULL)
		client->mark = 1;
	if (learns || before.mark == 1 || first_seen_find(d->servers, host_key(&s->client.address), o->time) != NULL ||
	    kit_excuses(&d->kit, &settings->allow, SITE_ROLE(ROLE_MAIL_SERVER), o, NULL, 0))
		return;
	raise_alert(d, o);
}

static void
observe(void *self, const struct observation *o)
{
	struct direct_smtp *d = self;

	if (o->kind == OBSERVED_SESSION && o->report->is_smtp && o->report->end != SESSION_LIVES &&
	    o->report->messages_sent == 0 && o->report->traffic[FROM_CLIENT].bytes > 0)
		note(d, o, o->report->smtp.banner_code == 220);
	else if (o->kind == OBSERVED_MESSAGE && o->message->ordinal == 0 &&
		 (o->message->transfer == TRANSFER_SMTP_DATA || o->message->transfer == TRANSFER_SMTP_BDAT))
		note(d, o, o->message->status == MESSAGE_ACCEPTED);
	else if (o->kind == OBSERVED_TLS && o->tls->established && o->session->server.port == 465)
		note(d, o, true);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->direct_smtp.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct direct_smtp), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_direct_smtp = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
