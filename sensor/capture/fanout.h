/* SPDX-License-Identifier: Apache-2.0
 *
 * fanout: several sockets on one interface that share its frames (packet(7), PACKET_FANOUT): the kernel puts IPv4 fragments
 * together and gives both directions of a connection to the same socket.
 *
 * It does not look into every tunnel, and the outer headers of both directions of a tunnelled connection often differ. Such
 * packets arrive anywhere; who reads them there finds by fanout_hash() whose connection it is, and hands them on.
 */
#ifndef CAPTURE_FANOUT_H
#define CAPTURE_FANOUT_H

#include "base/endpoint.h"

/* The same for both directions. Not keyed: whoever can choose addresses can load one worker, and nothing else. */
uint32_t fanout_hash(const struct endpoint *, const struct endpoint *);

/* Makes the packet socket the first of a new group, and says its number. False with a line in error. */
bool fanout_found(int packet_socket, uint16_t *group, char *error, size_t error_room);

/* Joins the group. False with a line in error. */
bool fanout_join(int packet_socket, uint16_t group, char *error, size_t error_room);

#endif
