/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/imap.h"
#include "protocol/managesieve.h"
#include "protocol/pop3.h"
#include "protocol/smtp.h"
#include "protocol/tls.h"

const struct protocol *const protocols[] = { &protocol_smtp, &protocol_pop3, &protocol_imap, &protocol_managesieve,
	&protocol_tls, NULL };

const struct protocol *
protocol_by_port(uint16_t port)
{
	for (size_t i = 0; protocols[i] != NULL; i++)
		for (const uint16_t *p = protocols[i]->ports; *p != 0; p++)
			if (*p == port)
				return protocols[i];
	return NULL;
}

const struct protocol *
protocol_by_content(enum direction from, struct bytes first, enum recognition *how)
{
	const struct protocol *best = NULL;
	enum recognition most = RECOGNISED_NOT;

	for (size_t i = 0; protocols[i] != NULL; i++) {
		enum recognition r = protocols[i]->recognises(from, first);

		if (r > most) {
			most = r;
			best = protocols[i];
		}
	}
	if (how != NULL)
		*how = most;
	return most >= RECOGNISED_LIKELY ? best : NULL;
}

enum speaker
protocol_speaker(struct bytes payload)
{
	enum recognition client, server;

	(void)protocol_by_content(FROM_CLIENT, payload, &client);
	(void)protocol_by_content(FROM_SERVER, payload, &server);
	/* Any text may be a client's; three digits and a blank are a server's. */
	if (server >= RECOGNISED_MAYBE && client <= RECOGNISED_MAYBE)
		return SPEAKER_SERVER;
	if (client == server)
		return SPEAKER_UNKNOWN;
	return client > server ? SPEAKER_CLIENT : SPEAKER_SERVER;
}

size_t
protocol_ports(uint16_t *out, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; protocols[i] != NULL; i++)
		for (const uint16_t *p = protocols[i]->ports; *p != 0; p++, n++)
			if (n < room)
				out[n] = *p;
	return n;
}
