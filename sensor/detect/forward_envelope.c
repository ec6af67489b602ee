/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_envelope.h"

/* "prvs=tag=local" (BATV): a tag against forged reports, nothing of forwarding; what it stands before counts. */
static struct bytes
without_batv(struct bytes local)
{
	struct bytes rest = local, tag;

	if (!bytes_starts_nocase(local, BYTES("prvs=")))
		return local;
	rest = bytes_skip(rest, 5);
	tag = bytes_split(&rest, '=');
	return tag.len > 0 && rest.len > 0 ? rest : local;
}

/* local@domain at the last "@"; both must have something. */
static bool
split_address(struct bytes address, struct bytes *local, struct bytes *domain)
{
	size_t at = bytes_find_last(address, '@');

	if (at == BYTES_NOWHERE || at == 0 || at + 1 == address.len)
		return false;
	*local = without_batv(bytes_first(address, at));
	*domain = bytes_skip(address, at + 1);
	return true;
}

/* What stands before `mark` in `text`, and behind it; false when it is not there or nothing stands before it. */
static bool
split_mark(struct bytes text, struct bytes mark, struct bytes *before, struct bytes *behind)
{
	size_t at = bytes_find_nocase(text, mark);

	if (at == BYTES_NOWHERE || at == 0)
		return false;
	*before = bytes_first(text, at);
	*behind = bytes_skip(text, at + mark.len);
	return true;
}

/* "local=domain": a domain has no "=", a local part may. */
static bool
split_coded(struct bytes text, struct bytes *local, struct bytes *domain)
{
	size_t at = bytes_find_last(text, '=');

	if (at == BYTES_NOWHERE || at == 0 || at + 1 == text.len)
		return false;
	*local = bytes_first(text, at);
	*domain = bytes_skip(text, at + 1);
	return true;
}

bool
forward_envelope_caf(struct bytes address, struct forward_coded *out)
{
	struct bytes local, rest;

	*out = (struct forward_coded){ 0 };
	return split_address(address, &local, &out->victim_domain) &&
	    split_mark(local, BYTES("+caf_="), &out->victim_local, &rest) &&
	    split_coded(rest, &out->other_local, &out->other_domain);
}

/* hash=ts=domain=local, of which the local part may hold "=" itself. */
static bool
split_srs(struct bytes rest, struct forward_coded *out)
{
	struct bytes hash = bytes_split(&rest, '='), stamp = bytes_split(&rest, '='), domain = bytes_split(&rest, '=');

	if (hash.len == 0 || stamp.len == 0 || domain.len == 0 || rest.len == 0)
		return false;
	out->other_domain = domain;
	out->other_local = rest;
	return true;
}

bool
forward_envelope_srs_plus(struct bytes address, struct forward_coded *out)
{
	struct bytes local, rest;

	*out = (struct forward_coded){ 0 };
	return split_address(address, &local, &out->victim_domain) &&
	    split_mark(local, BYTES("+SRS="), &out->victim_local, &rest) && split_srs(rest, out);
}

bool
forward_envelope_srs_bounces(struct bytes address, struct forward_coded *out)
{
	struct bytes local, before, rest, hash;

	*out = (struct forward_coded){ 0 };
	if (!split_address(address, &local, &out->victim_domain) ||
	    !split_mark(local, BYTES("+SRS="), &before, &rest) || !bytes_equal_nocase(before, BYTES("bounces")))
		return false;
	hash = bytes_split(&rest, '=');
	return hash.len > 0 && rest.len > 0 && bytes_find(rest, '=') == BYTES_NOWHERE;
}

static bool
is_separator(uint8_t octet)
{
	return octet == '=' || octet == '+' || octet == '-';
}

bool
forward_envelope_srs(struct bytes address, struct forward_coded *out)
{
	struct bytes local, hash, first;

	*out = (struct forward_coded){ 0 };
	if (!split_address(address, &local, &out->victim_domain) || local.len < 6 || !is_separator(local.at[4]))
		return false;
	if (bytes_starts_nocase(local, BYTES("SRS0")))
		return split_srs(bytes_skip(local, 5), out);
	if (!bytes_starts_nocase(local, BYTES("SRS1")))
		return false;
	/* hash=first, then the separator that stood behind the inner SRS0 is kept: "==", "=+" or "=-". */
	local = bytes_skip(local, 5);
	hash = bytes_split(&local, '=');
	first = bytes_split(&local, '=');
	return hash.len > 0 && first.len > 0 && local.len > 0 && is_separator(local.at[0]) &&
	    split_srs(bytes_skip(local, 1), out);
}
