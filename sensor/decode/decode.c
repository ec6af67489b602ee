/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decode.h"

#include "decode/ipv4.h"
#include "decode/ipv6.h"
#include "decode/link.h"
#include "decode/tcp.h"

static const struct {
	const char *name, *help;
} results[DECODE_RESULTS] = {
	[DECODE_TCP] = { "tcp", "A TCP segment." },
	[DECODE_UNKNOWN_LINK] = { "unknown_link", "A link type that is not known here." },
	[DECODE_NOT_IP] = { "not_ip", "Not IP: ARP, LLDP and the like." },
	[DECODE_NOT_TCP] = { "not_tcp", "IP, but not TCP." },
	[DECODE_FRAGMENT] = { "fragment", "A part of an IP datagram." },
	[DECODE_TOO_MANY_TAGS] = { "too_many_tags", "More VLAN tags than are stepped over." },
	[DECODE_TOO_MANY_HEADERS] = { "too_many_headers", "More IPv6 extension headers than are stepped over." },
	[DECODE_CUT_LINK] = { "cut_link", "The frame ends inside the link header." },
	[DECODE_CUT_IP] = { "cut_ip", "The frame ends inside the IP header or its extensions." },
	[DECODE_BAD_IP] = { "bad_ip", "The IP header contradicts itself." },
	[DECODE_ENCRYPTED_IP] = { "encrypted_ip", "IPsec ESP: nothing can be read." },
	[DECODE_CUT_TCP] = { "cut_tcp", "The frame ends inside the TCP header." },
	[DECODE_BAD_TCP] = { "bad_tcp", "The TCP header contradicts itself." },
};

const char *
decode_result_name(enum decode_result result)
{
	return results[result].name;
}

const char *
decode_result_help(enum decode_result result)
{
	return results[result].help;
}

bool
decode_knows_link(int link_type)
{
	return link_is_known(link_type);
}

static enum decode_result
read_ip(const struct link_header *h, struct packet *p, struct ip_inner *inner)
{
	uint16_t type = h->type;

	if (type == 0 && h->inner.len > 0)
		type = h->inner.at[0] >> 4 == 4 ? ETHERTYPE_IPV4 : h->inner.at[0] >> 4 == 6 ? ETHERTYPE_IPV6 : 1;
	if (type == ETHERTYPE_IPV4)
		return ipv4_read(h->inner, p, inner);
	if (type == ETHERTYPE_IPV6)
		return ipv6_read(h->inner, p, inner);
	return type == 0 ? DECODE_CUT_IP : type == 1 ? DECODE_BAD_IP : DECODE_NOT_IP;
}

enum decode_result
decode_frame(const struct frame *frame, struct packet *p)
{
	struct link_header link = { 0 };
	struct ip_inner inner = { 0 };
	enum decode_result result;

	p->time = frame->time;
	p->vlans = 0;
	p->tunnels = 0;
	p->wire_len = frame->wire_len;
	p->interface = frame->interface;
	result = link_read(frame->link_type, frame->data, p, &link);
	if (result == DECODE_TCP)
		result = read_ip(&link, p, &inner);
	if (result != DECODE_TCP)
		return result;
	if (inner.protocol == IP_TCP)
		return tcp_read(&inner, p);
	return inner.protocol == IP_ESP ? DECODE_ENCRYPTED_IP : DECODE_NOT_TCP;
}
