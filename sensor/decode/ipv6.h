/* SPDX-License-Identifier: Apache-2.0
 *
 * ipv6: the header of RFC 8200 and the extension headers between it and TCP.
 */
#ifndef DECODE_IPV6_H
#define DECODE_IPV6_H

#include "decode/ip.h"

/* Reads the header at the start of `data`; fills the packet's addresses. DECODE_TCP means: read on in *inner. */
enum decode_result ipv6_read(struct bytes data, struct packet *, struct ip_inner *);

/* What stands behind the fragment header of a datagram that is whole now. */
enum decode_result ipv6_read_on(struct ip_inner *);

#endif
