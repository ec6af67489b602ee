/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/allow.h"

static bool
is_in_force(const struct allowance *a, usec_t time)
{
	return time >= a->from && time < a->until;
}

static bool
has(const struct allowance *a, enum allow_side side, const struct address *address)
{
	return address != NULL && (a->side == ALLOW_EITHER || a->side == side) && network_has(&a->network, address);
}

/* The name itself; or, of a mailbox, its domain or one above it. */
static bool
names(const struct allowance *a, struct bytes who)
{
	struct bytes entry = bytes_str(a->who), domain;
	size_t at = bytes_find_last(who, '@');

	if (who.len == 0)
		return false;
	if (bytes_equal_nocase(who, entry))
		return true;
	if (at == BYTES_NOWHERE || bytes_find(entry, '@') != BYTES_NOWHERE)
		return false;
	domain = bytes_skip(who, at + 1);
	return bytes_equal_nocase(domain, entry) || (domain.len > entry.len && bytes_ends_nocase(domain, entry) &&
							domain.at[domain.len - entry.len - 1] == '.');
}

const struct allowance *
allow_find(const struct allow_list *list, const struct allow_subject *s)
{
	for (size_t i = 0; i < list->len; i++) {
		const struct allowance *a = &list->at[i];

		if (!is_in_force(a, s->time))
			continue;
		if (a->who == NULL) {
			if (has(a, ALLOW_CLIENT, s->client) || has(a, ALLOW_SERVER, s->server))
				return a;
			continue;
		}
		for (size_t k = 0; k < ALLOW_WHO; k++)
			if (names(a, s->who[k]))
				return a;
	}
	return NULL;
}

bool
allow_covers(const struct allow_list *own, const struct allow_list *all, const struct allow_subject *subject)
{
	return allow_find(own, subject) != NULL || allow_find(all, subject) != NULL;
}

bool
allow_has_address(const struct allow_list *list, const struct address *address, usec_t time)
{
	for (size_t i = 0; i < list->len; i++)
		if (list->at[i].who == NULL && is_in_force(&list->at[i], time) &&
		    network_has(&list->at[i].network, address))
			return true;
	return false;
}
