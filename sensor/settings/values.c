/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/values.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/text.h"

#define SHOWN 60 /* octets of a refused text that are repeated */

bool
refuse(struct refusal *why, const char *text, const char *format, ...)
{
	size_t shown = strlen(text), used;
	va_list args;

	if (shown > SHOWN)
		for (shown = SHOWN; shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80;)
			shown--; /* not inside a character */
	used = (size_t)snprintf(
	    why->text, sizeof(why->text), "\"%.*s%s\" ", (int)shown, text, text[shown] == '\0' ? "" : "...");
	va_start(args, format);
	vsnprintf(why->text + used, sizeof(why->text) - used, format, args);
	va_end(args);
	return false;
}

bool
value_bool(const char *text, bool *out, struct refusal *why)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = { { "true", true }, { "yes", true }, { "on", true }, { "false", false }, { "no", false },
		{ "off", false } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*out = words[i].value;
			return true;
		}
	}
	return refuse(why, text, "is neither true nor false: write true or false");
}

bool
value_integer(const char *text, uint64_t *out, struct refusal *why)
{
	uint64_t n;

	if (!bytes_decimal(bytes_str(text), UINT64_MAX, &n))
		return refuse(why, text, "is not a whole number: write digits only, for example 100");
	*out = n;
	return true;
}

struct unit {
	const char *name;
	uint64_t worth;
};

/* The digits and the unit of "64MiB"; one blank may stand between them. False when it does not begin with digits, or
 * they are too many. */
static bool
split(const char *text, uint64_t *number, const char **unit)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || !bytes_decimal(bytes_of(text, digits), UINT64_MAX, number))
		return false;
	*unit = text + digits + (text[digits] == ' ' ? 1 : 0);
	return true;
}

static const struct unit *
find_unit(const struct unit *units, const char *name)
{
	while (units->name != NULL && strcmp(units->name, name) != 0)
		units++;
	return units->name != NULL ? units : NULL;
}

/* number * worth into *out; false when that is past max. */
static bool
multiply(uint64_t number, uint64_t worth, uint64_t max, uint64_t *out)
{
	return !__builtin_mul_overflow(number, worth, out) && *out <= max;
}

static char *
in_largest_unit(char out[VALUE_TEXT_MAX], uint64_t n, const struct unit *units, const char *smallest)
{
	for (; n > 0 && units->name != NULL; units++) {
		if (n % units->worth == 0) {
			snprintf(out, VALUE_TEXT_MAX, "%" PRIu64 "%s", n / units->worth, units->name);
			return out;
		}
	}
	snprintf(out, VALUE_TEXT_MAX, "%" PRIu64 "%s", n, n == 0 ? "" : smallest);
	return out;
}

/* Largest first; those of 1000 are read and never written. */
static const struct unit size_units[] = {
	{ "TiB", UINT64_C(1) << 40 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "KiB", UINT64_C(1) << 10 },
	{ NULL, 0 },
};

static const struct unit other_size_units[] = {
	{ "TB", UINT64_C(1000000000000) },
	{ "GB", 1000000000 },
	{ "MB", 1000000 },
	{ "kB", 1000 },
	{ "B", 1 },
	{ "", 1 },
	{ NULL, 0 },
};

bool
value_size(const char *text, uint64_t *out, struct refusal *why)
{
	const struct unit *unit;
	const char *name;
	uint64_t number;

	if (!split(text, &number, &name))
		return refuse(why, text, "is not a size: write whole octets, or for example 64KiB, 10MiB or 2GiB");
	unit = find_unit(size_units, name);
	if (unit == NULL)
		unit = find_unit(other_size_units, name);
	if (unit == NULL && name[0] == '.')
		return refuse(
		    why, text, "is not a whole number: write it in a smaller unit, for example 1536KiB for 1.5MiB");
	if (unit == NULL)
		return refuse(why, text,
		    "has the unit \"%.10s\", which is none: write KiB, MiB, GiB or TiB (of 1024), or "
		    "kB, MB, GB or TB (of 1000)",
		    name);
	if (!multiply(number, unit->worth, INT64_MAX, &number))
		return refuse(why, text, "is too large");
	*out = number;
	return true;
}

char *
value_size_text(char out[VALUE_TEXT_MAX], uint64_t octets)
{
	return in_largest_unit(out, octets, size_units, "");
}

static const struct unit time_units[] = {
	{ "d", UINT64_C(86400000000) },
	{ "h", UINT64_C(3600000000) },
	{ "m", 60000000 },
	{ "s", 1000000 },
	{ "ms", 1000 },
	{ "us", 1 },
	{ NULL, 0 },
};

bool
value_duration(const char *text, usec_t *out, struct refusal *why)
{
	const struct unit *unit;
	const char *name;
	uint64_t number;

	if (!split(text, &number, &name))
		return refuse(why, text, "is not a duration: write for example 500ms, 30s, 10m, 1h or 7d");
	unit = find_unit(time_units, name);
	if (name[0] == '\0' && number == 0)
		unit = time_units;
	if (unit == NULL && name[0] == '\0')
		return refuse(why, text,
		    "has no unit: write %" PRIu64 "s for seconds, %" PRIu64 "m for minutes or %" PRIu64 "h for hours",
		    number, number, number);
	if (unit == NULL && name[0] == '.')
		return refuse(
		    why, text, "is not a whole number: write it in a smaller unit, for example 1500ms for 1.5s");
	if (unit == NULL)
		return refuse(why, text, "has the unit \"%.10s\", which is none: write us, ms, s, m, h or d", name);
	if (!multiply(number, unit->worth, INT64_MAX, &number))
		return refuse(why, text, "is too long");
	*out = (usec_t)number;
	return true;
}

char *
value_duration_text(char out[VALUE_TEXT_MAX], usec_t span)
{
	return in_largest_unit(out, span < 0 ? 0 : (uint64_t)span, time_units, "us");
}

bool
value_ratio(const char *text, double *out, struct refusal *why)
{
	struct bytes rest = bytes_str(text), whole, fraction;
	bool percent = rest.len > 0 && rest.at[rest.len - 1] == '%', pointed;
	uint64_t before = 0, after = 0, scale = percent ? 100 : 1;

	if (percent)
		rest = bytes_first(rest, rest.len - 1);
	pointed = bytes_find(rest, '.') != BYTES_NOWHERE;
	fraction = rest;
	whole = bytes_split(&fraction, '.');
	if (!bytes_decimal(whole, 1000000, &before) || (pointed && !bytes_decimal(fraction, 999999, &after)) ||
	    fraction.len > 6)
		return refuse(why, text, "is not a ratio: write for example 0.8 or 80%%");
	for (size_t i = 0; i < fraction.len; i++) {
		before *= 10;
		scale *= 10;
	}
	/* One division of two exact numbers: 80% and 0.8 come out the same. */
	*out = (double)(before + after) / (double)scale;
	return true;
}

char *
value_ratio_text(char out[VALUE_TEXT_MAX], double ratio)
{
	snprintf(out, VALUE_TEXT_MAX, "%.8f", ratio);
	for (size_t end = strlen(out) - 1; out[end] == '0' && out[end - 1] != '.'; end--)
		out[end] = '\0';
	return out;
}

bool
value_port(const char *text, uint16_t *out, struct refusal *why)
{
	uint64_t n;

	if (!bytes_decimal(bytes_str(text), 65535, &n) || n == 0)
		return refuse(why, text, "is not a port: write a number from 1 to 65535");
	*out = (uint16_t)n;
	return true;
}

/* The network that the text would be without the bits beyond its prefix; false when that is not what is wrong. */
static bool
masked(const char *text, char out[VALUE_TEXT_MAX])
{
	struct bytes rest = bytes_str(text), address = bytes_split(&rest, '/');
	struct network n = { 0 };
	uint64_t prefix;

	if (!address_parse(address, &n.address) || !bytes_decimal(rest, n.address.family == 4 ? 32 : 128, &prefix))
		return false;
	n.prefix = (uint8_t)prefix;
	for (unsigned bit = n.prefix; bit < (n.address.family == 4 ? 32U : 128U); bit++)
		n.address.ip[bit / 8] &= (uint8_t) ~(0x80U >> bit % 8);
	value_network_text(out, &n);
	return true;
}

bool
value_network(const char *text, struct network *out, struct refusal *why)
{
	char right[VALUE_TEXT_MAX];

	if (network_parse(bytes_str(text), out))
		return true;
	if (masked(text, right))
		return refuse(why, text, "has bits beyond its prefix: write %s", right);
	return refuse(why, text, "is not a network: write for example 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32");
}

char *
value_network_text(char out[VALUE_TEXT_MAX], const struct network *n)
{
	char ip[ADDRESS_TEXT_MAX];

	snprintf(out, VALUE_TEXT_MAX, "%s/%u", address_text(ip, &n->address), (unsigned)n->prefix);
	return out;
}

bool
value_is_text(const char *text, struct refusal *why)
{
	struct bytes b = bytes_str(text);

	if (b.len > VALUE_OCTETS_MAX)
		return refuse(why, text, "is too long: at most %d octets", VALUE_OCTETS_MAX);
	if (!text_is_utf8(b))
		return refuse(why, "...", "is not UTF-8 text");
	for (size_t i = 0; i < b.len; i++)
		if (b.at[i] < ' ' || b.at[i] == 0x7f)
			return refuse(why, text, "holds a control character: write printable text on one line");
	return true;
}

/* One label of a domain: letters, digits, "-" and "_", or whatever is not ASCII. */
static bool
is_label(struct bytes label)
{
	if (label.len == 0 || label.len > 63 || label.at[0] == '-' || label.at[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (label.at[i] < 0x80 && !ascii_is_alnum(label.at[i]) && label.at[i] != '-' && label.at[i] != '_')
			return false;
	return true;
}

bool
value_is_domain(const char *text, struct refusal *why)
{
	struct bytes rest = bytes_str(text);
	bool right = rest.len > 0 && rest.len <= 253 && rest.at[rest.len - 1] != '.' && text_is_utf8(rest);

	if (bytes_starts(rest, BYTES("*.")) || bytes_starts(rest, BYTES(".")) || bytes_starts(rest, BYTES("@"))) {
		size_t lead = bytes_starts(rest, BYTES("*.")) ? 2 : 1;

		return refuse(why, text, "is not a domain: write %.100s, which covers what lies below it too",
		    text[lead] != '\0' ? text + lead : "example.org");
	}
	while (right && rest.len > 0)
		right = is_label(bytes_split(&rest, '.'));
	return right || refuse(why, text, "is not a domain: write for example example.org");
}

bool
value_is_mailbox_or_domain(const char *text, struct refusal *why)
{
	struct bytes whole = bytes_str(text);
	size_t at = bytes_find_last(whole, '@');
	struct bytes local = bytes_first(whole, at);

	if (at == BYTES_NOWHERE || at == 0)
		return value_is_domain(text, why);
	for (size_t i = 0; i < local.len; i++)
		if (local.at[i] <= ' ' || local.at[i] == 0x7f || local.at[i] == '<' || local.at[i] == '>')
			return refuse(why, text, "is not an address: write for example ann@example.org or example.org");
	if (local.len > 64 || !value_is_domain(text + at + 1, why))
		return refuse(why, text, "is not an address: write for example ann@example.org or example.org");
	return true;
}

bool
value_is_field_name(const char *text, struct refusal *why)
{
	struct bytes name = bytes_str(text);

	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] <= ' ' || name.at[i] >= 0x7f || name.at[i] == ':')
			return refuse(why, text, "is not the name of a header field: write for example X-Forwarded-To");
	if (name.len == 0 || name.len > 200)
		return refuse(why, text, "is not the name of a header field: it has 1 to 200 characters");
	return true;
}

bool
value_is_server(const char *text, struct refusal *why)
{
	static const char form[] = "is not an address: write host:port, [2001:db8::1]:port or unix:/path/of/the/socket";
	struct bytes whole = bytes_str(text), host;
	size_t colon = bytes_find_last(whole, ':');
	struct address v6;
	uint64_t port;

	if (bytes_starts(whole, BYTES("unix:"))) {
		if (whole.len - 5 >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
			return refuse(why, text, "is too long for a unix socket");
		return text[5] == '/' || refuse(why, text, "%s", form);
	}
	if (colon == BYTES_NOWHERE || !bytes_decimal(bytes_skip(whole, colon + 1), 65535, &port) || port == 0)
		return refuse(why, text, "%s", form);
	host = bytes_first(whole, colon);
	if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		return (address_parse(bytes_first(bytes_skip(host, 1), host.len - 2), &v6) && v6.family == 6) ||
		       refuse(why, text, "%s", form);
	for (size_t i = 0; i < host.len; i++)
		if (host.at[i] <= ' ' || host.at[i] >= 0x7f || strchr("[]:/@", host.at[i]) != NULL)
			return refuse(why, text, "%s", form);
	return host.len > 0 || refuse(why, text, "%s", form);
}
