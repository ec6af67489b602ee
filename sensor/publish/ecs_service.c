/* SPDX-License-Identifier: Apache-2.0
 *
 * mailtap.service: a mail server when it is seen first, or changes.
 */
#include <string.h>

#include "publish/ecs_common.h"

static const struct {
	unsigned bit;
	const char *name;
} changes[] = {
	{ SERVICE_NEW, "new" },
	{ SERVICE_PROTOCOL, "protocol" },
	{ SERVICE_ENCRYPTION, "encryption" },
	{ SERVICE_SOFTWARE, "software" },
};

static void
put_service(json_t *document, const struct service *s, uint64_t clients, unsigned change)
{
	json_t *service = json_sub(json_sub(document, "mailtap"), "service"), *server = json_sub(document, "destination");
	char ip[ADDRESS_TEXT_MAX];

	json_put_word(server, "ip", address_text(ip, &s->server.address));
	json_put_number(server, "port", s->server.port);
	json_add_once(json_sub(document, "related"), "ip", bytes_str(ip));
	json_put_word(json_sub(document, "network"), "transport", "tcp");
	json_put_word(json_sub(document, "network"), "protocol", mail_protocol_name(s->protocol));
	json_put_word(service, "protocol", mail_protocol_name(s->protocol));
	json_put_flag(service, "implicit_tls", s->implicit_tls);
	json_put_flag(service, "starttls", s->starttls);
	json_put_text(service, "software", bytes_str(s->software));
	json_put_time(service, "first_seen", s->first);
	json_put_time(service, "last_seen", s->last);
	json_put_flag(service, "internal", s->internal);
	json_put_number(service, "clients", clients);
	json_put_number(service, "sessions", s->sessions);
	json_put_number(service, "bytes", s->bytes);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if ((change & changes[i].bit) != 0)
			json_add_once(service, "change", bytes_str(changes[i].name));
}

bool
ecs_service(const struct ecs_context *context, const struct service *s, uint64_t clients, unsigned change, usec_t time,
    struct buffer *out, struct document *d)
{
	struct {
		struct endpoint server;
		usec_t time;
		unsigned change;
	} what;
	struct identity id;
	char text[IDENTITY_TEXT_MAX];
	json_t *document;

	/* All of it, what lies between the members too. */
	memset(&what, 0, sizeof(what));
	what.server = s->server;
	what.time = time;
	what.change = change;
	id = identity_of(BYTES("mailtap.service"), bytes_of(&what, sizeof(what)));
	document = ecs_document(context, "mailtap.service", false, identity_text(text, id), time);
	if (document == NULL)
		return false;
	put_service(document, s, clients, change);
	privacy_apply(context->privacy, document);
	if (!json_line(document, out))
		return false;
	*d = (struct document){ .dataset = "mailtap.service", .time = time, .json = buffer_bytes(out) };
	identity_text(d->id, id);
	return true;
}
