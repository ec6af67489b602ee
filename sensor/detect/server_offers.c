/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/server_offers.h"

#include <stdlib.h>

#include "base/map.h"

struct server_offers {
	struct map *servers; /* by identity of the endpoint */
};

static struct identity
identity_of_server(const struct endpoint *e)
{
	uint8_t octets[ENDPOINT_OCTETS];

	return identity_of(BYTES("server"), endpoint_octets(octets, e));
}

struct server_offers *
server_offers_new(size_t servers)
{
	struct server_offers *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->servers = map_new(sizeof(struct identity), sizeof(struct server_offer), servers, NULL, NULL);
	if (s->servers == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
server_offers_free(struct server_offers *s)
{
	if (s == NULL)
		return;
	map_free(s->servers);
	free(s);
}

void
server_offers_note(struct server_offers *s, const struct observation *o)
{
	struct identity server;
	struct server_offer *offer;
	bool made;

	if (!o->report->starttls_offered)
		return;
	server = identity_of_server(&o->session->server);
	offer = map_put(s->servers, &server, 0, 0, &made);
	if (offer == NULL)
		return;
	map_touch(s->servers, offer, 0);
	if (made)
		offer->first = o->time;
	if (made || memcmp(&offer->session, &o->session->id, sizeof(offer->session)) != 0)
		offer->sessions++;
	offer->last = o->time;
	offer->session = o->session->id;
	offer->client = o->session->client.address;
}

const struct server_offer *
server_offers_find(const struct server_offers *s, const struct endpoint *e, usec_t now, usec_t memory)
{
	struct identity server = identity_of_server(e);
	const struct server_offer *offer = map_find(s->servers, &server);

	return offer == NULL || now - offer->last > memory ? NULL : offer;
}

void
server_offers_save(const struct server_offers *s, const char *section, struct state_out *out)
{
	state_begin(out, section);
	state_put_map(out, s->servers, sizeof(struct identity), sizeof(struct server_offer));
	state_end(out);
}

static bool
is_offer(const void *value)
{
	const struct server_offer *o = value;

	return o->first >= 0 && o->last >= 0 && (o->client.family == 4 || o->client.family == 6);
}

bool
server_offers_load(struct server_offers *s, const char *section, struct bytes image)
{
	struct state_in in;

	return !state_find(image, section, &in) ||
	    state_get_map(&in, s->servers, sizeof(struct identity), sizeof(struct server_offer), is_offer);
}

uint64_t
server_offers_evicted(const struct server_offers *s)
{
	return map_evicted(s->servers);
}
