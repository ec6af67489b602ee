/* SPDX-License-Identifier: Apache-2.0
 *
 * echo: tells the second copy of a packet that a span of two ports, or a tap on both sides of a router, delivers: the
 * same addresses, ports, numbers, flags, window, length, checksum and ends of the payload, and the same IPv4
 * identification, ECHO_SPAN apart at most. (TTL, VLAN and MAC addresses may differ.)
 *
 * What a host itself sends again looks alike but for the identification. Where there is none (IPv6, and IPv4 senders
 * that put 0), a host's own copies are told by time: none comes again within ECHO_SPAN_UNNUMBERED but an
 * acknowledgement, which may be repeated as fast as packets come and never is taken for an echo.
 *
 * The table forgets: a packet is known until a few others have fallen into its row, so an echo may pass for a packet of
 * its own where more than some ECHO_SLOTS / 4 packets come within the span; the stream then knows its octets for a copy.
 * What is compared is a print under a random key: nobody can make a packet that is taken for the echo of another.
 */
#ifndef FLOW_ECHO_H
#define FLOW_ECHO_H

#include "decode/packet.h"

#define ECHO_SPAN (5 * USEC_PER_MSEC)
#define ECHO_SPAN_UNNUMBERED USEC_PER_MSEC
#define ECHO_SLOTS 4096

struct echo;

/* 32 KiB; NULL when memory is short. */
struct echo *echo_new(void);
void echo_free(struct echo *); /* NULL is fine */

/* Whether this packet is a copy of one that was noted shortly before; notes it when it is not. */
bool echo_is_twin(struct echo *, const struct packet *);

#endif
