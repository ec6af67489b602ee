/* SPDX-License-Identifier: Apache-2.0
 *
 * new_mail_service: keeps the list of mail servers that were seen at work, tells of each when it is seen first or
 * changes, and raises an alert for one inside the organisation that nobody had seen. Servers outside come and go with
 * whom one writes to.
 */
#include <stdio.h>
#include <string.h>

#include "detect/detectors.h"
#include "detect/draft.h"
#include "detect/kit.h"
#include "detect/service.h"
#include "detect/techniques.h"

static const struct alert_rule rule = {
	.name = "new_mail_service",
	.id = "mailtap-0025",
	.description = "A mail server that nobody had seen is at work.",
	.action = "mail-service-found",
	.techniques = { NULL },
};

struct new_mail_service {
	struct kit kit;
	struct map *services; /* by endpoint */
	struct spread *clients;
};

#define FORGET (90 * 86400 * USEC_PER_SEC)
#define MONTH (30 * 86400 * USEC_PER_SEC)

static bool
fits(const void *value)
{
	const struct service *s = value;

	return s->protocol > MAIL_UNKNOWN && s->protocol < MAIL_PROTOCOLS &&
	       memchr(s->software, 0, sizeof(s->software)) != NULL &&
	       (s->server.address.family == 4 || s->server.address.family == 6);
}

static const struct kit_row rows[] = {
	{ .name = "new_mail_service.services",
	    .kind = KIT_MAP,
	    .at = offsetof(struct new_mail_service, services),
	    .share = 12,
	    .span = FORGET,
	    .value_size = sizeof(struct service),
	    .fits = fits },
	{ .name = "new_mail_service.clients",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct new_mail_service, clients),
	    .share = 14,
	    .span = MONTH },
};

/* What the report says of the server and the greeting, if any; false when it did nothing that a mail server does. */
static bool
read_service(const struct observation *o, struct service *s, struct bytes *said)
{
	const struct session_report *r = o->report;
	struct bytes greeting = r->is_smtp   ? r->smtp.banner_text
				: r->is_imap ? r->imap.banner_text
				: r->is_pop3 ? r->pop3.banner_text
					     : r->sieve.banner_text;
	bool clear = r->is_smtp || r->is_imap || r->is_pop3 || r->is_sieve;

	if (r->traffic[FROM_SERVER].bytes == 0 || r->traffic[FROM_CLIENT].bytes == 0 ||
	    !(clear || (o->session->protocol == MAIL_TLS && o->session->mail_port)))
		return false;
	*s = (struct service){ .server = o->session->server,
		.protocol = o->session->protocol,
		.implicit_tls = !clear,
		.starttls = clear && (r->starttls_offered || r->starttls) };
	*said = greeting;
	return s->protocol != MAIL_UNKNOWN;
}

/* Names what greets so; most greet as they did before, which is looked for first. */
static void
read_software(struct service *seen, const struct service *known, struct bytes greeting)
{
	const char *software;

	if (greeting.len == 0)
		return;
	if (known != NULL && known->software[0] != '\0' &&
	    bytes_find_nocase(greeting, bytes_str(known->software)) != BYTES_NOWHERE)
		software = known->software;
	else
		software = service_software(greeting);
	if (software != NULL)
		(void)snprintf(seen->software, sizeof(seen->software), "%s", software);
}

static unsigned
merge(struct service *known, const struct service *seen)
{
	unsigned change = 0;

	if (known->protocol != seen->protocol)
		change |= SERVICE_PROTOCOL;
	/* One that offers TLS and then does not is starttls_stripped's business; a service keeps its best. */
	if (known->implicit_tls != seen->implicit_tls || (!known->starttls && seen->starttls))
		change |= SERVICE_ENCRYPTION;
	if (seen->software[0] != '\0' && strcmp(known->software, seen->software) != 0) {
		change |= SERVICE_SOFTWARE;
		memcpy(known->software, seen->software, sizeof(known->software));
	}
	known->protocol = seen->protocol;
	known->implicit_tls = seen->implicit_tls;
	known->starttls |= seen->starttls;
	return change;
}

static void
raise_alert(struct new_mail_service *d, const struct observation *o, const struct service *s)
{
	char client[ADDRESS_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct draft a;

	draft_begin(&a, &rule, SEVERITY_MEDIUM, o);
	sentence_add(&a.reason,
	    "%s, inside the organisation, serves %s%s%s%s, which nobody had seen; its first client is %s.",
	    endpoint_text(server, &s->server), mail_protocol_name(s->protocol), s->software[0] != '\0' ? " with " : "",
	    s->software, s->implicit_tls ? ", encrypted" : "", address_text(client, &o->session->client.address));
	sentence_add(&a.key, "%s", server);
	draft_figure(
	    &a, "service", "mail server at work", "the list of those known", "%s", mail_protocol_name(s->protocol));
	draft_raise(&a, d->kit.context.alerts);
}

static struct identity
key_of(const struct endpoint *e)
{
	uint8_t octets[ENDPOINT_OCTETS];

	return kit_key("service", endpoint_octets(octets, e), (struct bytes){ 0 });
}

static void
observe(void *self, const struct observation *o)
{
	struct new_mail_service *d = self;
	const struct detector_context *context = &d->kit.context;
	struct service seen, *known;
	struct identity key;
	struct bytes greeting;
	uint64_t clients;
	unsigned change;
	bool made, learns;

	if (o->kind != OBSERVED_SESSION || !read_service(o, &seen, &greeting))
		return;
	learns = kit_learns(&d->kit, o->time);
	key = key_of(&seen.server);
	known = map_put(d->services, &key, 0, 0, &made);
	if (known == NULL)
		return;
	read_software(&seen, made ? NULL : known, greeting);
	seen.internal = site_is_home(context->site, &seen.server.address);
	if (made) {
		seen.first = o->time;
		*known = seen;
	}
	change = made ? SERVICE_NEW : merge(known, &seen);
	known->internal = seen.internal;
	known->last = o->time;
	map_touch(d->services, known, 0);
	clients = spread_add(d->clients, key, o->time,
	    kit_key("client", kit_address_bytes(&o->session->client.address), (struct bytes){ 0 }), NULL);
	if (o->report->end != SESSION_LIVES) {
		known->sessions++;
		known->bytes += o->report->traffic[0].bytes + o->report->traffic[1].bytes;
	}
	if (change != 0 && context->tell_service != NULL)
		context->tell_service(context->tell_service_arg, known, clients, change, o->time);
	if (made && seen.internal && !learns &&
	    !kit_excuses(&d->kit, &context->settings->new_mail_service.allow, 0, o, NULL, 0))
		raise_alert(d, o, known);
}

static void
services(const void *self, service_listener *listener, void *arg)
{
	const struct new_mail_service *d = self;

	for (const struct service *s = map_oldest(d->services, 0); s != NULL; s = map_newer(d->services, s))
		listener(arg, s, spread_count(d->clients, key_of(&s->server), s->last), 0, s->last);
}

static bool
enabled(const struct detect_settings *settings)
{
	return settings->new_mail_service.enabled;
}

static void *
open_detector(const struct detector_context *context)
{
	return kit_open(context, sizeof(struct new_mail_service), rows, sizeof(rows) / sizeof(rows[0]));
}

const struct detector detector_new_mail_service = {
	.rule = &rule,
	.enabled = enabled,
	.open = open_detector,
	.observe = observe,
	.services = services,
	KIT_FUNCTIONS,
};
