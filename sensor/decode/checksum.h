/* SPDX-License-Identifier: Apache-2.0
 *
 * checksum: the Internet checksum (RFC 1071), and when a wrong one says something about the wire.
 *
 * It says nothing when the packet was not captured whole; when it is longer than 1500 octets, because a card or the kernel
 * may have put several segments together; and when the field holds what a sending host leaves for its card to finish: the
 * sum of the pseudo header alone, or 0.
 */
#ifndef DECODE_CHECKSUM_H
#define DECODE_CHECKSUM_H

#include "decode/ip.h"

/* Whether the IPv4 header, as long as its length field says, sums up. */
bool checksum_ipv4_is_right(struct bytes header);

/* Whether the TCP segment may be what was sent. */
bool checksum_tcp_is_right(const struct packet *, const struct ip_inner *);

#endif
