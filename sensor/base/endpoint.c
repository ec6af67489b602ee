/* SPDX-License-Identifier: Apache-2.0 */
#include "base/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

int
address_compare(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->ip, b->ip, sizeof(a->ip));
}

int
endpoint_compare(const struct endpoint *a, const struct endpoint *b)
{
	int order = address_compare(&a->address, &b->address);

	if (order != 0)
		return order;
	return (a->port > b->port) - (a->port < b->port);
}

struct bytes
endpoint_octets(uint8_t out[ENDPOINT_OCTETS], const struct endpoint *e)
{
	out[0] = e->address.family;
	memcpy(out + 1, e->address.ip, sizeof(e->address.ip));
	out[ENDPOINT_OCTETS - 2] = (uint8_t)(e->port >> 8);
	out[ENDPOINT_OCTETS - 1] = (uint8_t)e->port;
	return bytes_of(out, ENDPOINT_OCTETS);
}

char *
address_text(char out[ADDRESS_TEXT_MAX], const struct address *a)
{
	if (a->family == 0 ||
	    inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->ip, out, ADDRESS_TEXT_MAX) == NULL)
		memcpy(out, "?", 2);
	return out;
}

char *
endpoint_text(char out[ENDPOINT_TEXT_MAX], const struct endpoint *e)
{
	char ip[ADDRESS_TEXT_MAX];

	address_text(ip, &e->address);
	snprintf(out, ENDPOINT_TEXT_MAX, e->address.family == 6 ? "[%s]:%u" : "%s:%u", ip, (unsigned)e->port);
	return out;
}

bool
address_parse(struct bytes text, struct address *out)
{
	struct address a = { 0 };
	char z[ADDRESS_TEXT_MAX];

	if (text.len == 0 || text.len >= sizeof(z) || bytes_find(text, 0) != BYTES_NOWHERE)
		return false;
	memcpy(z, text.at, text.len);
	z[text.len] = '\0';
	if (inet_pton(AF_INET, z, a.ip) == 1)
		a.family = 4;
	else if (inet_pton(AF_INET6, z, a.ip) == 1)
		a.family = 6;
	else
		return false;
	*out = a;
	return true;
}

/* Whether the first `prefix` bits of a and b agree. */
static bool
agree(const uint8_t *a, const uint8_t *b, unsigned prefix)
{
	unsigned whole = prefix / 8, odd = prefix % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return odd == 0 || (a[whole] ^ b[whole]) >> (8 - odd) == 0;
}

bool
network_parse(struct bytes text, struct network *out)
{
	struct bytes rest = text, address = bytes_split(&rest, '/');
	bool has_prefix = address.len < text.len;
	struct network n = { 0 };
	uint64_t prefix;

	if (!address_parse(address, &n.address))
		return false;
	prefix = n.address.family == 4 ? 32 : 128;
	if (has_prefix && !bytes_decimal(rest, prefix, &prefix))
		return false;
	n.prefix = (uint8_t)prefix;
	for (unsigned bit = n.prefix; bit < (n.address.family == 4 ? 32U : 128U); bit++)
		if (n.address.ip[bit / 8] >> (7 - bit % 8) & 1)
			return false;
	*out = n;
	return true;
}

bool
network_has(const struct network *n, const struct address *a)
{
	return n->address.family != 0 && n->address.family == a->family && agree(n->address.ip, a->ip, n->prefix);
}

bool
networks_have(const struct networks *list, const struct address *a)
{
	for (size_t i = 0; i < list->len; i++)
		if (network_has(&list->at[i], a))
			return true;
	return false;
}
