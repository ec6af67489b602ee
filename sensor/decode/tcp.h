/* SPDX-License-Identifier: Apache-2.0
 *
 * tcp: the header of RFC 9293 with the options that reassembly needs (MSS; window scale, RFC 7323).
 */
#ifndef DECODE_TCP_H
#define DECODE_TCP_H

#include "decode/ip.h"

/* Reads the segment in *inner; fills the rest of the packet. */
enum decode_result tcp_read(const struct ip_inner *, struct packet *);

#endif
