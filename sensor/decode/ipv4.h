/* SPDX-License-Identifier: Apache-2.0
 *
 * ipv4: the header of RFC 791.
 */
#ifndef DECODE_IPV4_H
#define DECODE_IPV4_H

#include "decode/ip.h"

/* Reads the header at the start of `data`; fills the packet's addresses. DECODE_TCP means: read on in *inner. */
enum decode_result ipv4_read(struct bytes data, struct packet *, struct ip_inner *);

#endif
