/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/ecs.h"

#include <string.h>

#include "publish/community_id.h"
#include "publish/ecs_common.h"

#define ECS_VERSION "8.11.0"

json_t *
ecs_document(const struct ecs_context *context, const char *dataset, bool is_alert, const char *id, usec_t time)
{
	json_t *document = json_object(), *event, *sensor;

	if (document == NULL)
		return NULL;
	json_put_time(document, "@timestamp", time);
	json_put_word(json_sub(document, "ecs"), "version", ECS_VERSION);
	event = json_sub(document, "event");
	json_put_word(event, "kind", is_alert ? "alert" : "event");
	json_put_word(event, "dataset", dataset);
	json_put_word(event, "id", id);
	json_put_word(event, "module", "mailtap");
	sensor = json_sub(document, "observer");
	json_put_text(sensor, "name", bytes_str(context->sensor_name));
	json_put_word(sensor, "type", "sensor");
	json_put_word(sensor, "product", "mailtap");
	json_put_word(sensor, "version", context->version);
	return document;
}

static void
put_side(json_t *document, const char *key, const struct endpoint *e, const struct traffic *traffic)
{
	char ip[ADDRESS_TEXT_MAX];
	json_t *side = json_sub(document, key);

	json_put_word(side, "ip", address_text(ip, &e->address));
	if (e->port != 0 || traffic != NULL)
		json_put_number(side, "port", e->port);
	json_add_once(json_sub(document, "related"), "ip", bytes_str(ip));
	if (traffic == NULL)
		return;
	json_put_number(side, "bytes", traffic->bytes);
	json_put_number(side, "packets", traffic->packets);
}

void
ecs_put_connection(json_t *document, const struct ecs_context *context, const struct session *s,
    const struct traffic *traffic)
{
	char id[IDENTITY_TEXT_MAX], community[COMMUNITY_ID_MAX];
	json_t *network = json_sub(document, "network");

	put_side(document, "source", &s->client, traffic != NULL ? &traffic[FROM_CLIENT] : NULL);
	put_side(document, "destination", &s->server, traffic != NULL ? &traffic[FROM_SERVER] : NULL);
	if (!s->addresses_only) {
		json_put_word(network, "transport", "tcp");
		json_put_word(network, "protocol", mail_protocol_name(s->protocol));
		json_put_word(network, "community_id", community_id(community, &s->client, &s->server));
		json_put_word(json_sub(document, "mailtap"), "session", identity_text(id, s->id));
	}
	json_put_word(network, "direction",
	    site_direction_name(site_direction(context->detect->site, &s->client.address, &s->server.address)));
	if (traffic != NULL)
		json_put_number(network, "bytes", traffic[FROM_CLIENT].bytes + traffic[FROM_SERVER].bytes);
	if (s->vlan != 0)
		json_put_number(json_sub(network, "vlan"), "id", s->vlan);
	if (s->interface != NULL)
		json_put_text(json_sub(json_sub(json_sub(document, "observer"), "ingress"), "interface"), "name",
		    bytes_str(s->interface));
}

void
ecs_put_truncated(json_t *document, const char *field, bool cut)
{
	if (cut)
		json_add_once(json_sub(document, "mailtap"), "truncated", bytes_str(field));
}

const char *
ecs_dataset(enum observation_kind kind)
{
	switch (kind) {
	case OBSERVED_SESSION:
		return "mailtap.session";
	case OBSERVED_MESSAGE:
		return "mailtap.message";
	case OBSERVED_LOGIN:
		return "mailtap.login";
	case OBSERVED_SCRIPT:
		return "mailtap.script";
	case OBSERVED_TLS:
		return "mailtap.tls";
	case OBSERVED_ANOMALY:
		return "mailtap.anomaly";
	case OBSERVED_VOLUME: /* for detectors alone */
	case OBSERVED_LOSS:
		break;
	}
	return NULL;
}

static void
fill_document(struct document *d, const char *dataset, struct identity id, usec_t time, const struct buffer *out)
{
	*d = (struct document){ .dataset = dataset, .time = time, .json = buffer_bytes(out) };
	identity_text(d->id, id);
}

bool
ecs_event(const struct ecs_context *context, const struct observation *o, struct buffer *out, struct document *d)
{
	const char *dataset = ecs_dataset(o->kind);
	struct identity id = observation_id(o);
	char text[IDENTITY_TEXT_MAX];
	json_t *document;

	if (dataset == NULL)
		return false;
	document = ecs_document(context, dataset, false, identity_text(text, id), o->time);
	if (document == NULL)
		return false;
	ecs_put_connection(document, context, o->session,
	    o->kind == OBSERVED_SESSION ? o->report->traffic : NULL);
	if (o->kind == OBSERVED_SESSION)
		ecs_put_session(document, o);
	else if (o->kind == OBSERVED_MESSAGE)
		ecs_put_message(document, context, o);
	else if (o->kind == OBSERVED_LOGIN)
		ecs_put_login(document, o);
	else if (o->kind == OBSERVED_SCRIPT)
		ecs_put_script(document, o);
	else if (o->kind == OBSERVED_TLS)
		ecs_put_tls(document, o);
	else
		ecs_put_anomaly(document, o);
	privacy_apply(context->privacy, document);
	if (!json_line(document, out))
		return false;
	fill_document(d, dataset, id, o->time, out);
	return true;
}

bool
ecs_stats(const struct ecs_context *context, usec_t time, const struct ecs_counter *counters, size_t count,
    struct buffer *out, struct document *d)
{
	uint8_t moment[8];
	struct identity id;
	char text[IDENTITY_TEXT_MAX];
	json_t *document, *stats;

	for (int i = 0; i < 8; i++)
		moment[i] = (uint8_t)((uint64_t)time >> (8 * i));
	id = identity_of(BYTES("mailtap.stats"), bytes_of(moment, sizeof(moment)));
	document = ecs_document(context, "mailtap.stats", false, identity_text(text, id), time);
	if (document == NULL)
		return false;
	stats = json_sub(json_sub(document, "mailtap"), "stats");
	for (size_t i = 0; i < count; i++) {
		const char *dot = strchr(counters[i].name, '.');
		char group[64];

		if (dot == NULL || (size_t)(dot - counters[i].name) >= sizeof(group))
			continue;
		memcpy(group, counters[i].name, (size_t)(dot - counters[i].name));
		group[dot - counters[i].name] = '\0';
		json_put_number(json_sub(stats, group), dot + 1, counters[i].value);
	}
	if (!json_line(document, out))
		return false;
	fill_document(d, "mailtap.stats", id, time, out);
	return true;
}
