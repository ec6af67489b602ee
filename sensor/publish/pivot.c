/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/pivot.h"

#include <stdio.h>

#include "publish/community_id.h"

#define QUERY_MAX 1024

/* How far around the finding the host's own logs are looked through. */
#define MARGIN (15 * 60 * USEC_PER_SEC)

static const char mail_files[] =
    "file.extension:(edb or eml or emlx or ics or mbox or msg or oft or ost or pst or tnef or vcf)";

static const char mail_cmdlets[] =
    "powershell.file.script_block_text:(*InboxRule* or *TransportRule* or *Set-Mailbox* or *JournalRule* or "
    "*MailboxExportRequest* or *Search-Mailbox* or *ForwardingSmtpAddress*)";

static void
put_kql(json_t *pivot, const char *key, const char *condition, const char *host_clause, const char *from,
    const char *to)
{
	char query[2 * QUERY_MAX];

	snprintf(query, sizeof(query), "%s%s and @timestamp >= \"%s\" and @timestamp <= \"%s\"", condition, host_clause,
	    from, to);
	json_put_word(pivot, key, query);
}

void
pivot_put(json_t *pivot, const struct session *s, usec_t first, usec_t last)
{
	char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX], client[ADDRESS_TEXT_MAX], server[ADDRESS_TEXT_MAX];
	char community[COMMUNITY_ID_MAX], query[QUERY_MAX], host[ADDRESS_TEXT_MAX + 32] = "";

	clock_text(from, first - MARGIN);
	clock_text(to, last + MARGIN);
	if (s != NULL) {
		address_text(client, &s->client.address);
		address_text(server, &s->server.address);
		community_id(community, &s->client, &s->server);
		snprintf(query, sizeof(query), "ip.src == %s && port.src == %u && ip.dst == %s && port.dst == %u", client,
		    (unsigned)s->client.port, server, (unsigned)s->server.port);
		json_put_word(pivot, "arkime", query);
		snprintf(query, sizeof(query), "id.orig_h==%s && id.orig_p==%u && id.resp_h==%s && id.resp_p==%u", client,
		    (unsigned)s->client.port, server, (unsigned)s->server.port);
		json_put_word(pivot, "zeek", query);
		snprintf(query, sizeof(query), "network.community_id:\"%s\"", community);
		put_kql(pivot, "kql_network", query, "", from, to);
		snprintf(host, sizeof(host), " and host.ip:\"%s\"", client);
	}
	snprintf(query, sizeof(query), "event.code:10 and %s", mail_files);
	put_kql(pivot, "kql_file_access", query, host, from, to);
	snprintf(query, sizeof(query), "event.code:4104 and %s", mail_cmdlets);
	put_kql(pivot, "kql_powershell", query, host, from, to);
}
