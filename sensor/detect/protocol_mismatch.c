/* SPDX-License-Identifier: Apache-2.0
 *
 * protocol_mismatch: something that is no mail speaks on a mail port, both ways and at some length, or a TLS client offers to
 * speak HTTP there. A probe that says one thing and hangs up is none.
 */
#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "protocol_mismatch",
	.id = "mailtap-0023",
	.description = "Something else speaks on a mail port.",
	.action = "protocol-mismatch",
	.techniques = { &technique_non_standard_port, NULL },
};

struct protocol_mismatch {
	struct kit kit;
	struct map *said; /* server and port, and which kind */
};

static const struct kit_row rows[] = {
	{ .name = "protocol_mismatch.said",
	    .kind = KIT_MAP,
	    .at = offsetof(struct protocol_mismatch, said),
	    .share = 5,
	    .span = 7 * 86400 * USEC_PER_SEC,
	    .value_size = sizeof(struct kit_said) },
};

static bool
is_new(struct protocol_mismatch *d, const struct observation *o, const char *kind)
{
	char server[ENDPOINT_TEXT_MAX];
	struct bytes name = bytes_str(endpoint_text(server, &o->session->server));

	return !kit_excuses(&d->kit, &d->kit.context.settings->protocol_mismatch.allow, 0, o, NULL, 0) &&
	    kit_note_said(d->said, kit_key(kind, name, (struct bytes){ 0 }), SEVERITY_MEDIUM, o->time, rows[0].span);
}

static void
look_at_session(struct protocol_mismatch *d, const struct observation *o)
{
	const struct session *s = o->session;
	const struct session_report *r = o->report;
	uint64_t least = d->kit.context.settings->protocol_mismatch.bytes;
	bool outward = site_direction(d->kit.context.site, &s->client.address, &s->server.address) == SITE_OUTBOUND;
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct sentence up, down, against;
	struct draft a;

	if (r->end == SESSION_LIVES || !s->mail_port || s->midstream || s->protocol != MAIL_UNKNOWN ||
	    r->traffic[FROM_CLIENT].bytes < least || r->traffic[FROM_SERVER].bytes < least ||
	    r->traffic[FROM_CLIENT].missing + r->traffic[FROM_SERVER].missing > 0 || !is_new(d, o, "mismatch"))
		return;
	sentence_clear(&up);
	sentence_add_size(&up, r->traffic[FROM_CLIENT].bytes);
	sentence_clear(&down);
	sentence_add_size(&down, r->traffic[FROM_SERVER].bytes);
	sentence_clear(&against);
	sentence_add(&against, "%llu octets each way", (unsigned long long)least);
	draft_begin(&a, &rule, outward ? SEVERITY_MEDIUM : SEVERITY_LOW, o);
	sentence_add(&a.reason, "%s and %s, a port for mail, exchanged %s and %s of something that is no mail protocol known here.",
	    address_text(client, &s->client.address), endpoint_text(server, &s->server), up.text, down.text);
	sentence_add(&a.key, "%s", server);
	draft_figure(&a, "payload", "octets of no known mail protocol on a mail port", against.text, "%s up, %s down", up.text,
	    down.text);
	draft_raise(&a, d->kit.context.alerts);
}

static bool
offers_http(const struct slices *offered)
{
	for (size_t i = 0; i < offered->len; i++)
		if (bytes_equal_nocase(offered->at[i], BYTES("h2")) || bytes_starts_nocase(offered->at[i], BYTES("http/")))
			return true;
	return false;
}

static void
look_at_tls(struct protocol_mismatch *d, const struct observation *o)
{
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct draft a;

	if (!o->session->mail_port || !o->tls->established || !offers_http(&o->tls->alpn_offered) || !is_new(d, o, "alpn"))
		return;
	draft_begin(&a, &rule, SEVERITY_LOW, o);
	sentence_add(&a.reason, "%s offered to speak HTTP in its TLS to %s, a port for mail, and the two went on.",
	    address_text(client, &o->session->client.address), endpoint_text(server, &o->session->server));
	sentence_add(&a.key, "%s alpn", server);
	draft_figure(&a, "alpn", "protocols offered in the ClientHello", "those of mail", "HTTP");
	draft_raise(&a, d->kit.context.alerts);
}

static void
observe(void *self, const struct observation *o)
{
	if (o->kind == OBSERVED_SESSION)
		look_at_session(self, o);
	else if (o->kind == OBSERVED_TLS)
		look_at_tls(self, o);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->protocol_mismatch.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct protocol_mismatch), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_protocol_mismatch = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	KIT_FUNCTIONS,
};
