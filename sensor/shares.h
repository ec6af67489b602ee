/* SPDX-License-Identifier: Apache-2.0
 *
 * shares: how limits.memory is shared out. First comes what is there whatever the traffic is: the program, the kernel's
 * buffers, the queues. An eighth of what is left is kept for what the allocator cannot use. The rest is for connections.
 */
#ifndef SHARES_H
#define SHARES_H

#include "settings/settings.h"

/* Octets for the connections of all pipelines together; 0, with a line in error, when too little is left. `workers`: 0 when
 * files are read. */
size_t shares_for_connections(const struct settings *, unsigned workers, size_t interfaces, char *error, size_t error_room);

#endif
