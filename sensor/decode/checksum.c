/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/checksum.h"

#define WHOLE_MAX 1500
#define FIELD 16 /* of TCP */

static uint64_t
sum_of(struct bytes b)
{
	uint64_t sum = 0;
	size_t i = 0;

	for (; i + 1 < b.len; i += 2)
		sum += (uint64_t)b.at[i] << 8 | b.at[i + 1];
	return i < b.len ? sum + ((uint64_t)b.at[i] << 8) : sum;
}

static uint16_t
folded(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

bool
checksum_ipv4_is_right(struct bytes header)
{
	return folded(sum_of(header)) == 0xffff || (header.len >= 12 && header.at[10] == 0 && header.at[11] == 0);
}

bool
checksum_tcp_is_right(const struct packet *p, const struct ip_inner *ip)
{
	size_t width = p->source.address.family == 4 ? 4 : 16;
	uint64_t pseudo = sum_of(bytes_of(p->source.address.ip, width)) + sum_of(bytes_of(p->destination.address.ip, width)) +
	    IP_TCP + ip->payload.len;

	if (ip->cut > 0 || ip->payload.len > WHOLE_MAX || ip->payload.len < FIELD + 2)
		return true;
	if (p->checksum == 0 || p->checksum == folded(pseudo))
		return true;
	return folded(pseudo + sum_of(ip->payload)) == 0xffff;
}
