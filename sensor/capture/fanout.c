/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/fanout.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Odd, with bits well spread: sums of neighbouring addresses differ in few of theirs. */
#define SPREAD_PORTS UINT32_C(0x9e3779b1)
#define SPREAD_ALL UINT32_C(0x85ebca6b)

#define HOW (PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG)

static uint32_t
word_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint32_t
fanout_hash(const struct endpoint *a, const struct endpoint *b)
{
	uint32_t sum = 0, ports = (uint32_t)a->port + b->port;
	size_t words = a->address.family == 4 ? 1 : 4;

	for (size_t i = 0; i < words; i++)
		sum += word_at(a->address.ip + 4 * i) + word_at(b->address.ip + 4 * i);
	sum = (sum ^ ports * SPREAD_PORTS) * SPREAD_ALL;
	return sum ^ sum >> 16;
}

static bool
ask(int packet_socket, uint32_t group, uint32_t how, char *error, size_t error_room)
{
	uint32_t request = group | how << 16;

	if (setsockopt(packet_socket, SOL_PACKET, PACKET_FANOUT, &request, sizeof(request)) == 0)
		return true;
	snprintf(error, error_room, "the kernel does not share its frames among workers: %s: set capture.workers to 1",
	    strerror(errno));
	return false;
}

bool
fanout_found(int packet_socket, uint16_t *group, char *error, size_t error_room)
{
	uint32_t answer = 0;
	socklen_t len = sizeof(answer);

	/* The kernel chooses a number that no other program uses. */
	if (!ask(packet_socket, 0, HOW | PACKET_FANOUT_FLAG_UNIQUEID, error, error_room))
		return false;
	if (getsockopt(packet_socket, SOL_PACKET, PACKET_FANOUT, &answer, &len) != 0) {
		snprintf(error, error_room, "the number of the workers' group cannot be read: %s", strerror(errno));
		return false;
	}
	*group = (uint16_t)answer;
	return true;
}

bool
fanout_join(int packet_socket, uint16_t group, char *error, size_t error_room)
{
	return ask(packet_socket, group, HOW, error, error_room);
}
