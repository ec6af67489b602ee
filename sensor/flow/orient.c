/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/orient.h"

static bool
is_server_port(const struct flow_limits *limits, uint16_t port)
{
	for (size_t i = 0; i < limits->server_port_count; i++)
		if (limits->server_ports[i] == port)
			return true;
	return false;
}

enum speaker
orient_by_port(const struct flow_limits *limits, const struct packet *p)
{
	bool from_port = is_server_port(limits, p->source.port), to_port = is_server_port(limits, p->destination.port);

	return from_port == to_port ? SPEAKER_UNKNOWN : to_port ? SPEAKER_CLIENT : SPEAKER_SERVER;
}

/* Ports below this one are not given to clients (RFC 6335 section 6). */
#define WELL_KNOWN_PORTS 1024

/* Whether the sender of a first payload is the client: as its octets say; else the owner of a well-known port is the
 * server; else who speaks first asks. */
static bool
speaks_as_client(const struct flow_limits *limits, const struct packet *p)
{
	enum speaker speaker = limits->guess != NULL ? limits->guess(p->payload) : SPEAKER_UNKNOWN;

	if (speaker != SPEAKER_UNKNOWN)
		return speaker == SPEAKER_CLIENT;
	return p->source.port >= WELL_KNOWN_PORTS || p->destination.port < WELL_KNOWN_PORTS;
}

/* What the packet itself tells: whether its sender is the client, and by what; ORIENTED_NOT_YET: nothing. */
static enum flow_orientation
judge(const struct flow_limits *limits, const struct packet *p, bool *sender_is_client)
{
	enum speaker by_port;

	if ((p->flags & TCP_SYN) != 0) {
		*sender_is_client = (p->flags & TCP_ACK) == 0;
		return ORIENTED_BY_SYN;
	}
	by_port = orient_by_port(limits, p);
	if (by_port != SPEAKER_UNKNOWN) {
		*sender_is_client = by_port == SPEAKER_CLIENT;
		return ORIENTED_BY_PORT;
	}
	if (p->payload.len != 0 || p->payload_cut != 0) {
		*sender_is_client = speaks_as_client(limits, p);
		return ORIENTED_BY_PAYLOAD;
	}
	*sender_is_client = p->source.port >= p->destination.port;
	return ORIENTED_NOT_YET;
}

bool
orient_first(struct flow *f, const struct flow_limits *limits, const struct packet *p)
{
	bool sender_is_client;

	f->orientation = judge(limits, p, &sender_is_client);
	return sender_is_client;
}

#define SWAP(type, pair)                                                                                               \
	do {                                                                                                           \
		type first = (pair)[0];                                                                                \
		(pair)[0] = (pair)[1];                                                                                 \
		(pair)[1] = first;                                                                                     \
	} while (0)

static void
trade_places(struct flow *f)
{
	f->client_is_low = !f->client_is_low;
	SWAP(struct flow_wide, f->packets);
	SWAP(struct flow_wide, f->wire_bytes);
	SWAP(struct flow_side, f->side);
	SWAP(uint32_t, f->initial);
	SWAP(uint32_t, f->next);
	SWAP(uint32_t, f->acknowledges);
}

enum direction
orient_again(struct flow *f, const struct flow_limits *limits, const struct packet *p, enum direction from)
{
	enum flow_orientation by;
	bool sender_is_client;

	if (f->orientation != ORIENTED_NOT_YET)
		return from;
	by = judge(limits, p, &sender_is_client);
	if (by == ORIENTED_NOT_YET)
		return from;
	f->orientation = by;
	if (sender_is_client == (from == FROM_CLIENT))
		return from;
	trade_places(f);
	return direction_other(from);
}
