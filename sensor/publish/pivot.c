/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/pivot.h"

#include <stdio.h>

#include "publish/community_id.h"

#define QUERY_MAX 1024

/* How far around the finding is looked. */
#define MARGIN (15 * 60 * USEC_PER_SEC)

/* The ports of mail, as each language lists numbers. */
#define ARKIME_PORTS "[25,110,143,465,587,993,995]"
#define KQL_PORTS "(25 or 110 or 143 or 465 or 587 or 993 or 995)"

static const char mail_files[] =
    "event.code:10 and "
    "file.extension:(edb or eml or emlx or ics or mbox or msg or oft or ost or pst or tnef or vcf)";

static const char mail_cmdlets[] =
    "event.code:4104 and "
    "powershell.file.script_block_text:(*InboxRule* or *TransportRule* or *Set-Mailbox* or *Get-Mailbox* or "
    "*MailboxPermission* or *JournalRule* or *MailboxExportRequest* or *Search-Mailbox* or *ComplianceSearch* or "
    "*ForwardingSmtpAddress*)";

/* The time that the queries are bounded by, as KQL has it. */
struct around {
	char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX];
};

static void
put_kql(json_t *pivot, const char *key, const char *host_field, const char *host, const char *condition,
    const struct around *when)
{
	char query[QUERY_MAX], clause[ADDRESS_TEXT_MAX + 32] = "";

	if (host[0] != '\0')
		snprintf(clause, sizeof(clause), " and %s:\"%s\"", host_field, host);
	snprintf(query, sizeof(query), "%s%s and @timestamp >= \"%s\" and @timestamp <= \"%s\"", condition, clause,
	    when->from, when->to);
	json_put_word(pivot, key, query);
}

/* Of the addresses alone, where no connection is meant. */
static void
put_hosts(json_t *pivot, const char *client, const char *server, const struct around *when)
{
	char query[QUERY_MAX];

	snprintf(query, sizeof(query), "ip.src == %s && ip.dst == %s", client, server);
	json_put_word(pivot, "arkime", query);
	snprintf(query, sizeof(query), "id.orig_h==%s and id.resp_h==%s", client, server);
	json_put_word(pivot, "zeek", query);
	snprintf(query, sizeof(query), "source.ip:\"%s\" and destination.ip:\"%s\"", client, server);
	put_kql(pivot, "kql_network", "", "", query, when);
}

static void
put_session(json_t *pivot, const struct session *s, const char *client, const char *server, const struct around *when)
{
	unsigned from = s->client.port, to = s->server.port;
	char query[QUERY_MAX], community[COMMUNITY_ID_MAX];

	snprintf(query, sizeof(query), "ip.src == %s && port.src == %u && ip.dst == %s && port.dst == %u", client, from,
	    server, to);
	json_put_word(pivot, "arkime", query);
	snprintf(query, sizeof(query), "id.orig_h==%s and id.orig_p==%u and id.resp_h==%s and id.resp_p==%u", client,
	    from, server, to);
	json_put_word(pivot, "zeek", query);
	snprintf(query, sizeof(query), "network.community_id:\"%s\"", community_id(community, &s->client, &s->server));
	put_kql(pivot, "kql_network", "", "", query, when);
}

/* What the host does on the ports of mail: as a client, or, where the server is meant, with whom. */
static void
put_inventory(json_t *pivot, const char *host, bool is_server, const struct around *when)
{
	char query[QUERY_MAX], clause[ADDRESS_TEXT_MAX + 32] = "";

	if (host[0] != '\0')
		snprintf(clause, sizeof(clause), "%s == %s && ", is_server ? "ip.dst" : "ip.src", host);
	snprintf(query, sizeof(query), "%sport.dst == " ARKIME_PORTS, clause);
	json_put_word(pivot, "arkime_inventory", query);
	put_kql(pivot, "kql_inventory", is_server ? "destination.ip" : "source.ip", host, "destination.port:" KQL_PORTS,
	    when);
}

void
pivot_put(json_t *pivot, const struct site *site, const struct session *s, usec_t first, usec_t last)
{
	char client[ADDRESS_TEXT_MAX] = "", server[ADDRESS_TEXT_MAX] = "";
	struct around when = { "", "" };
	const char *host = client;
	bool is_server = false;

	clock_text(when.from, first - MARGIN);
	clock_text(when.to, last + MARGIN);
	if (s != NULL) {
		address_text(client, &s->client.address);
		address_text(server, &s->server.address);
		is_server = site_direction(site, &s->client.address, &s->server.address) == SITE_INBOUND;
		host = is_server ? server : client;
		if (s->addresses_only)
			put_hosts(pivot, client, server, &when);
		else
			put_session(pivot, s, client, server, &when);
	}
	put_inventory(pivot, host, is_server, &when);
	put_kql(pivot, "kql_file_access", "host.ip", host, mail_files, &when);
	put_kql(pivot, "kql_powershell", "host.ip", host, mail_cmdlets, &when);
}
