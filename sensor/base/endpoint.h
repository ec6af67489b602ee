/* SPDX-License-Identifier: Apache-2.0
 *
 * endpoint: an IPv4 or IPv6 address with a port. network: a block of addresses (CIDR, RFC 4632, RFC 4291).
 */
#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H

#include <string.h>

#include "base/bytes.h"

struct address {
	uint8_t family; /* 4 or 6; 0 is no address */
	uint8_t ip[16]; /* network order; IPv4 in the first four, the rest zero */
};

struct endpoint {
	struct address address;
	uint16_t port; /* host order */
};

struct network {
	struct address address; /* host bits are zero */
	uint8_t prefix;         /* 0 to 32 or 128 */
};

/* A list of networks; owned by whoever made it. */
struct networks {
	struct network *at;
	size_t len;
};

/* Room for any address, or any endpoint as "[v6]:port", and its NUL. */
#define ADDRESS_TEXT_MAX 46
#define ENDPOINT_TEXT_MAX 56

static inline struct address
address_v4(const uint8_t ip[4])
{
	struct address a = { .family = 4 };

	memcpy(a.ip, ip, 4);
	return a;
}

static inline struct address
address_v6(const uint8_t ip[16])
{
	struct address a = { .family = 6 };

	memcpy(a.ip, ip, 16);
	return a;
}

/* Total order: family, then octets, (then port): <0, 0, >0. */
int address_compare(const struct address *, const struct address *);
int endpoint_compare(const struct endpoint *, const struct endpoint *);

/* The endpoint without gaps, as a part of keys: family, address, port in network order; returns the octets, which are out. */
#define ENDPOINT_OCTETS 19
struct bytes endpoint_octets(uint8_t out[ENDPOINT_OCTETS], const struct endpoint *);

/* Writes the usual text form (RFC 5952 for IPv6; "?" for no address) into out; returns out. */
char *address_text(char out[ADDRESS_TEXT_MAX], const struct address *);
char *endpoint_text(char out[ENDPOINT_TEXT_MAX], const struct endpoint *);

/* False, and *out untouched, when the text is not one address. */
bool address_parse(struct bytes text, struct address *out);

/* "10.0.0.0/8", "2001:db8::/32", or one address. False when malformed, or when bits beyond the prefix are set. */
bool network_parse(struct bytes text, struct network *out);

bool network_has(const struct network *, const struct address *);
bool networks_have(const struct networks *, const struct address *);

#endif
