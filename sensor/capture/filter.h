/* SPDX-License-Identifier: Apache-2.0
 *
 * filter: the pcap filter expression that passes mail traffic: TCP on the given ports, with or without VLAN tags,
 * and every IP fragment (only the first one carries ports).
 */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H

#include "base/bytes.h"

/* A newly allocated expression for the ports (in host order) and whatever passes the expression `also` (NULL: nothing more), or
 * NULL when memory is short or there are no ports; the
 * caller frees it. */
char *filter_for_ports(const uint16_t *ports, size_t count, const char *also);

/* The part of such an expression that link types without VLAN tags understand: newly allocated, the caller frees it.
 * NULL when the expression is none of filter_for_ports(), or memory is short. */
char *filter_without_vlan(const char *expression);

/* Whether libpcap compiles it for Ethernet; else its complaint stands in error. */
bool filter_check(const char *expression, char *error, size_t error_room);

#endif
