/* SPDX-License-Identifier: Apache-2.0
 *
 * pivot: ready-made queries that take an analyst from an alert to the session in Arkime or Zeek, to what else the host
 * does on the ports of mail, and to the host's own logs around that time.
 *
 *	arkime            the session, as an Arkime expression
 *	zeek              the session in every Zeek log, as a filter of zq and Zui
 *	kql_network       the session in Kibana, within the time
 *	arkime_inventory  every conversation of the host with a port of mail
 *	kql_inventory     the same in Kibana, within the time
 *	kql_file_access   mail files opened on the host (Sysmon), within the time
 *	kql_powershell    PowerShell that deals with mailboxes (script block logging), within the time
 *
 * The host is the client, or the server where only that is at home.
 */
#ifndef PUBLISH_PIVOT_H
#define PUBLISH_PIVOT_H

#include "detect/site.h"
#include "publish/json.h"

/* Fills `pivot`. Without a session no host is meant: then only times bound the queries, and those for the session are
 * left out. */
void pivot_put(json_t *pivot, const struct site *, const struct session *, usec_t first, usec_t last);

#endif
