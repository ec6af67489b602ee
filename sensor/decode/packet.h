/* SPDX-License-Identifier: Apache-2.0
 *
 * packet: a TCP segment with its addresses, read out of a frame. All integers in host order.
 */
#ifndef DECODE_PACKET_H
#define DECODE_PACKET_H

#include "base/clock.h"
#include "base/endpoint.h"

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
};

#define PACKET_VLANS 4

struct packet {
	usec_t time;
	struct endpoint source, destination;
	uint16_t vlan[PACKET_VLANS]; /* tags as met, outermost first */
	uint8_t vlans;               /* how many stand in vlan[]; more are stepped over */
	uint8_t flags;               /* of enum tcp_flag */
	uint8_t window_scale;        /* option of a SYN: 0 to 14; 255 absent */
	uint16_t window;             /* as on the wire, not scaled */
	uint16_t mss;                /* option of a SYN; 0 absent */
	uint32_t sequence, acknowledged;
	uint16_t ip_id;              /* of IPv4; 0 for IPv6, and where the sender does not number */
	uint16_t checksum;           /* TCP's, as on the wire */
	struct bytes payload;        /* what was captured of it; lives as long as the frame */
	uint32_t payload_cut;        /* octets of payload that the snap length took off its end */
	uint32_t wire_len;           /* of the frame */
	uint8_t tunnels;             /* tunnels it came out of */
	bool reassembled;            /* out of fragments: its payload lives until the next frame is decoded */
	unsigned interface;
};

#endif
