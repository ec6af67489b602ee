/* SPDX-License-Identifier: Apache-2.0
 *
 *	X or (vlan and (X or (vlan and X)))	where X: TCP on one of the ports, a fragment, or what else is asked for
 *
 * "vlan" moves the offsets of all that follows it, so X is said anew behind each. A fragment of IPv6 is known by its
 * fragment header, directly behind the fixed one.
 */
#include "capture/filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEHIND_TAGS " or (vlan and ("

/* "tcp port (a or b)" does not exist: each port is said. */
static void
put_ports(FILE *out, const uint16_t *ports, size_t count, const char *also)
{
	fputs("(tcp and (", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%sport %u", i == 0 ? "" : " or ", (unsigned)ports[i]);
	fputs(")) or (ip[6:2] & 0x3fff != 0) or (ip6[6] == 0 or ip6[6] == 43 or ip6[6] == 44 or ip6[6] == 60)", out);
	if (also != NULL)
		fprintf(out, " or (%s)", also);
}

char *
filter_for_ports(const uint16_t *ports, size_t count, const char *also)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = count == 0 ? NULL : open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	put_ports(out, ports, count, also);
	fputs(BEHIND_TAGS, out);
	put_ports(out, ports, count, also);
	fputs(BEHIND_TAGS, out);
	put_ports(out, ports, count, also);
	fputs("))))", out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

char *
filter_without_vlan(const char *expression)
{
	const char *tags = strstr(expression, BEHIND_TAGS);

	return tags == NULL ? NULL : strndup(expression, (size_t)(tags - expression));
}

bool
filter_check(const char *expression, char *error, size_t error_room)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 65535);
	struct bpf_program program;
	bool fine;

	if (dead == NULL) {
		snprintf(error, error_room, "not enough memory");
		return false;
	}
	fine = pcap_compile(dead, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (fine)
		pcap_freecode(&program);
	else
		snprintf(error, error_room, "%s", pcap_geterr(dead));
	pcap_close(dead);
	return fine;
}
