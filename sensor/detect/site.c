/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/site.h"

static const char *const direction_names[] = {
	[SITE_INBOUND] = "inbound",
	[SITE_OUTBOUND] = "outbound",
	[SITE_INTERNAL] = "internal",
	[SITE_EXTERNAL] = "external",
};

bool
site_is_home(const struct site *site, const struct address *a)
{
	return networks_have(&site->home, a);
}

unsigned
site_roles(const struct site *site, const struct address *a, usec_t time)
{
	unsigned set = 0;

	for (unsigned role = 0; role < ROLES; role++)
		if (allow_has_address(&site->roles[role], a, time))
			set |= SITE_ROLE(role);
	return set;
}

enum site_direction
site_direction(const struct site *site, const struct address *client, const struct address *server)
{
	bool from_home = site_is_home(site, client), to_home = site_is_home(site, server);

	if (from_home)
		return to_home ? SITE_INTERNAL : SITE_OUTBOUND;
	return to_home ? SITE_INBOUND : SITE_EXTERNAL;
}

const char *
site_direction_name(enum site_direction d)
{
	return direction_names[d];
}

struct bytes
site_domain(struct bytes address)
{
	size_t at = bytes_find_last(address, '@');
	struct bytes domain = at == BYTES_NOWHERE ? bytes_first(address, 0) : bytes_skip(address, at + 1);

	if (domain.len > 0 && domain.at[domain.len - 1] == '.')
		domain.len--;
	return domain;
}

/* The domain itself, or one below it. */
static bool
is_within(struct bytes domain, struct bytes above)
{
	if (bytes_equal_nocase(domain, above))
		return true;
	return above.len > 0 && domain.len > above.len && bytes_ends_nocase(domain, above) &&
	    domain.at[domain.len - above.len - 1] == '.';
}

bool
names_have_mailbox(const struct names *list, struct bytes address)
{
	struct bytes domain = site_domain(address);

	for (size_t i = 0; i < list->len; i++) {
		struct bytes entry = bytes_str(list->at[i]);

		if (bytes_find(entry, '@') != BYTES_NOWHERE ? bytes_equal_nocase(address, entry)
							    : domain.len > 0 && is_within(domain, entry))
			return true;
	}
	return false;
}

enum site_mailbox
site_mailbox(const struct site *site, struct bytes address)
{
	struct bytes domain = site_domain(address);

	if (site->local_domains.len == 0 || domain.len == 0)
		return SITE_MAILBOX_UNKNOWN;
	for (size_t i = 0; i < site->local_domains.len; i++)
		if (is_within(domain, bytes_str(site->local_domains.at[i])))
			return SITE_MAILBOX_LOCAL;
	return SITE_MAILBOX_OUTSIDE;
}
