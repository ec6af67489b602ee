/* SPDX-License-Identifier: Apache-2.0
 *
 * gre: generic routing encapsulation, and what mirrors and PPTP put into it. Openers for the table in tunnel.c.
 *
 *	flags(2) protocol(2) [checksum(2) reserved(2)] [key(4)] [sequence(4)]		RFC 2784, 2890
 *	flags(2) protocol(2) length(2) call(2) [sequence(4)] [acknowledged(4)]		version 1: RFC 2637
 */
#ifndef DECODE_GRE_H
#define DECODE_GRE_H

#include "decode/tunnel.h"

/* Version 0. ERSPAN in it is told as an EtherType of its own, opened by the functions below. */
enum tunnel_result gre_open(struct next *);

/* Version 1, with PPP in it. */
enum tunnel_result gre_open_pptp(struct next *);

/* Type I has no header of its own, and comes in GRE without a sequence number; II and III have 8, and 12 or 20 octets. */
enum tunnel_result gre_open_erspan1(struct next *);
enum tunnel_result gre_open_erspan(struct next *);
enum tunnel_result gre_open_erspan3(struct next *);

/* For openers: what stands behind the cursor is a frame, or the packet of an EtherType, or PPP. */
enum tunnel_result tunnel_ethernet(struct cursor *, struct next *);
enum tunnel_result tunnel_type(struct cursor *, uint16_t type, struct next *);
enum tunnel_result tunnel_ppp(struct cursor *, struct next *);

#endif
