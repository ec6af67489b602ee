/* SPDX-License-Identifier: Apache-2.0 */
#include "publish/redis_address.h"

#include <string.h>
#include <sys/un.h>

static bool
keep_host(struct redis_address *a, struct bytes host, size_t room)
{
	if (host.len == 0 || host.len >= room)
		return false;
	memcpy(a->host, host.at, host.len);
	a->host[host.len] = '\0';
	return true;
}

bool
redis_address_parse(const char *text, struct redis_address *a)
{
	struct bytes whole = bytes_str(text), host;
	size_t colon = bytes_find_last(whole, ':');
	uint64_t port;

	*a = (struct redis_address){ 0 };
	if (strncmp(text, "unix:", 5) == 0)
		return text[5] == '/' && keep_host(a, bytes_skip(whole, 5), sizeof(((struct sockaddr_un *)NULL)->sun_path));
	if (colon == BYTES_NOWHERE || !bytes_decimal(bytes_skip(whole, colon + 1), 65535, &port) || port == 0)
		return false;
	host = bytes_first(whole, colon);
	if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		host = bytes_first(bytes_skip(host, 1), host.len - 2);
	else if (bytes_find(host, ':') != BYTES_NOWHERE)
		return false;
	a->port = (uint16_t)port;
	return keep_host(a, host, sizeof(a->host));
}
