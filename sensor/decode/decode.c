/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/decode.h"

#include "base/memory.h"
#include "decode/checksum.h"
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
	[DECODE_FRAGMENT] = { "fragment", "A part of an IP datagram that others belong to." },
	[DECODE_FRAGMENT_OVERLAP] = { "fragment_overlap", "A part of an IP datagram that contradicts another: all are dropped." },
	[DECODE_TOO_MANY_TAGS] = { "too_many_tags", "More VLAN tags than are stepped over." },
	[DECODE_TOO_MANY_HEADERS] = { "too_many_headers", "More IPv6 extension headers than are stepped over." },
	[DECODE_TOO_MANY_TUNNELS] = { "too_many_tunnels", "More tunnels in each other than are opened." },
	[DECODE_CUT_LINK] = { "cut_link", "The frame ends inside the link header." },
	[DECODE_CUT_TUNNEL] = { "cut_tunnel", "The frame ends inside a tunnel's header." },
	[DECODE_CUT_IP] = { "cut_ip", "The frame ends inside the IP header or its extensions." },
	[DECODE_BAD_IP] = { "bad_ip", "The IP header contradicts itself." },
	[DECODE_ENCRYPTED_IP] = { "encrypted_ip", "IPsec ESP: nothing can be read." },
	[DECODE_CUT_TCP] = { "cut_tcp", "The frame ends inside the TCP header." },
	[DECODE_BAD_TCP] = { "bad_tcp", "The TCP header contradicts itself." },
	[DECODE_BAD_CHECKSUM] = { "bad_checksum", "The checksum of IPv4 or TCP is wrong." },
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

struct decoder {
	const struct decode_limits *limits;
	struct fragments *fragments;
	uint64_t tunnels[TUNNELS];
};

struct decoder *
decoder_new(const struct decode_limits *limits)
{
	struct decoder *d = memory_take_zeroed(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->limits = limits;
	d->fragments = fragments_new(&limits->fragments);
	if (d->fragments == NULL) {
		memory_give_back(d);
		return NULL;
	}
	return d;
}

void
decoder_free(struct decoder *d)
{
	if (d == NULL)
		return;
	fragments_free(d->fragments);
	memory_give_back(d);
}

struct decode_counters
decode_counters(const struct decoder *d)
{
	struct decode_counters n = { .fragments = fragments_counters(d->fragments) };

	for (int i = 0; i < TUNNELS; i++)
		n.tunnels[i] = d->tunnels[i];
	return n;
}

/* Hands a part in; DECODE_TCP: the datagram is whole now, and *ip is its payload. */
static enum decode_result
take_fragment(struct decoder *d, struct ip_inner *ip, struct packet *p)
{
	struct fragment part = { .source = p->source.address, .destination = p->destination.address, .id = ip->id,
		.protocol = ip->protocol, .version = p->source.address.family, .offset = ip->offset, .more = ip->more,
		.vlan = p->vlans > 0 ? p->vlan[0] : 0, .data = ip->payload, .cut = ip->cut, .time = p->time };

	switch (fragments_take(d->fragments, &part, &ip->payload, &ip->protocol)) {
	case FRAGMENT_COMPLETES:
		p->reassembled = true;
		ip->cut = 0;
		return DECODE_TCP;
	case FRAGMENT_OVERLAPS:
		return DECODE_FRAGMENT_OVERLAP;
	case FRAGMENT_WAITS:
		break;
	}
	return DECODE_FRAGMENT;
}

/* *n is an IP packet; afterwards what it carries. */
static enum decode_result
read_ip(struct decoder *d, struct next *n, struct packet *p)
{
	struct ip_inner ip = { 0 };
	uint8_t version = n->data.len > 0 ? n->data.at[0] >> 4 : 0;
	bool four = n->kind == NEXT_TYPE ? n->value == ETHERTYPE_IPV4 : version == 4;
	enum decode_result result;

	if (n->kind == NEXT_IP && version != 4 && version != 6)
		return n->data.len == 0 ? DECODE_CUT_IP : DECODE_BAD_IP;
	result = four ? ipv4_read(n->data, p, &ip) : ipv6_read(n->data, p, &ip);
	if (result != DECODE_TCP)
		return result;
	if (four && d->limits->verify_checksums && !checksum_ipv4_is_right(bytes_first(n->data, (size_t)(n->data.at[0] & 15) * 4)))
		return DECODE_BAD_CHECKSUM;
	if (ip.is_fragment && (result = take_fragment(d, &ip, p)) != DECODE_TCP)
		return result;
	if (ip.is_fragment && !four && (result = ipv6_read_on(&ip)) != DECODE_TCP)
		return result;
	n->kind = NEXT_PROTOCOL;
	n->value = ip.protocol;
	n->data = ip.payload;
	n->cut = ip.cut;
	if (ip.protocol != IP_TCP)
		return DECODE_TCP;
	result = tcp_read(&ip, p);
	if (result == DECODE_TCP && d->limits->verify_checksums && !checksum_tcp_is_right(p, &ip))
		return DECODE_BAD_CHECKSUM;
	return result;
}

/* What is no tunnel that is opened. */
static enum decode_result
refuse(const struct next *n)
{
	if (n->kind == NEXT_PROTOCOL)
		return n->value == IP_ESP ? DECODE_ENCRYPTED_IP : DECODE_NOT_TCP;
	return DECODE_NOT_IP;
}

/* From the first header behind the link's to TCP, through whatever tunnels. */
static enum decode_result
walk(struct decoder *d, struct next n, struct packet *p)
{
	for (;;) {
		struct link_header link = { 0 };
		enum decode_result result = DECODE_TCP;
		enum tunnel which;

		if (n.kind == NEXT_IP || (n.kind == NEXT_TYPE && (n.value == ETHERTYPE_IPV4 || n.value == ETHERTYPE_IPV6))) {
			result = read_ip(d, &n, p);
			if (result != DECODE_TCP || n.value == IP_TCP)
				return result;
		}
		switch (tunnel_open(d->limits->tunnels, &n, &which)) {
		case TUNNEL_NONE:
			return refuse(&n);
		case TUNNEL_CUT:
			return DECODE_CUT_TUNNEL;
		case TUNNEL_OPENED:
			break;
		}
		d->tunnels[which]++;
		if (++p->tunnels > DECODE_TUNNELS_MAX)
			return DECODE_TOO_MANY_TUNNELS;
		if (n.kind == NEXT_ETHERNET)
			result = link_read_ethernet(n.data, p, &link);
		else if (n.kind == NEXT_TYPE)
			result = link_read_type(n.data, n.value, p, &link);
		else
			continue;
		if (result != DECODE_TCP)
			return result;
		n = (struct next){ .kind = NEXT_TYPE, .value = link.type, .data = link.inner };
	}
}

#define LINK_ETHERNET 1
#define ETHERNET_HEADER 14
#define IPV4_HEADER 20

static uint16_t
be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* Most frames are this one: Ethernet without tags, IPv4 without options, TCP, whole. False: it is not, and the long way, which
 * gives the same for these, has to look. */
static bool
read_plain(const struct frame *frame, struct packet *p, struct ip_inner *ip)
{
	const uint8_t *at = frame->data.at + ETHERNET_HEADER;
	size_t total;

	if (frame->link_type != LINK_ETHERNET || frame->data.len < ETHERNET_HEADER + IPV4_HEADER)
		return false;
	total = be16(at + 2);
	if (be16(at - 2) != ETHERTYPE_IPV4 || at[0] != 0x45 || (be16(at + 6) & 0x3fff) != 0 || at[9] != IP_TCP ||
	    total < IPV4_HEADER || total > frame->data.len - ETHERNET_HEADER)
		return false;
	p->ip_id = be16(at + 4);
	p->source.address = address_v4(at + 12);
	p->destination.address = address_v4(at + 16);
	ip->protocol = IP_TCP;
	ip->payload = bytes_of(at + IPV4_HEADER, total - IPV4_HEADER);
	ip->cut = 0;
	return true;
}

enum decode_result
decode_frame(struct decoder *d, const struct frame *frame, struct packet *p)
{
	struct link_header link = { 0 };
	struct ip_inner plain;
	struct next n;
	enum decode_result result;

	p->time = frame->time;
	p->vlans = 0;
	p->tunnels = 0;
	p->reassembled = false;
	p->wire_len = frame->wire_len;
	p->interface = frame->interface;
	if (!d->limits->verify_checksums && read_plain(frame, p, &plain))
		return tcp_read(&plain, p);
	result = link_read(frame->link_type, frame->data, p, &link);
	if (result != DECODE_TCP)
		return result;
	n = (struct next){ .kind = link.type == 0 ? NEXT_IP : NEXT_TYPE, .value = link.type, .data = link.inner };
	return walk(d, n, p);
}
