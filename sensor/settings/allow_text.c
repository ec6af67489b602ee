/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/allow_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

#define DAY (86400 * USEC_PER_SEC)

static const char *const sides[] = { [ALLOW_CLIENT] = "client", [ALLOW_SERVER] = "server" };

/* Digits of a fixed number, in a range. */
static bool
number(struct bytes *rest, size_t digits, uint64_t least, uint64_t most, uint64_t *out)
{
	struct bytes text = bytes_first(*rest, digits);

	*rest = bytes_skip(*rest, digits);
	return text.len == digits && bytes_decimal(text, most, out) && *out >= least;
}

static bool
sign(struct bytes *rest, char wanted)
{
	bool fine = rest->len > 0 && rest->at[0] == (uint8_t)wanted;

	*rest = bytes_skip(*rest, 1);
	return fine;
}

/* "2027-01-01" or "2027-01-01T18:00", a final Z allowed. *whole_day: without a time of day. */
static bool
read_time(struct bytes text, usec_t *out, bool *whole_day)
{
	uint64_t year, month, day, hour = 0, minute = 0;
	struct tm t = { 0 }, back;
	time_t seconds;

	if (!number(&text, 4, 1970, 9999, &year) || !sign(&text, '-') || !number(&text, 2, 1, 12, &month) ||
	    !sign(&text, '-') || !number(&text, 2, 1, 31, &day))
		return false;
	*whole_day = text.len == 0;
	if (!*whole_day &&
	    (!sign(&text, 'T') || !number(&text, 2, 0, 23, &hour) || !sign(&text, ':') ||
		!number(&text, 2, 0, 59, &minute) || (text.len > 0 && !sign(&text, 'Z')) || text.len > 0))
		return false;
	t = (struct tm){ .tm_year = (int)year - 1900,
		.tm_mon = (int)month - 1,
		.tm_mday = (int)day,
		.tm_hour = (int)hour,
		.tm_min = (int)minute };
	seconds = timegm(&t);
	/* The 30th of February would be a day of March. */
	if (gmtime_r(&seconds, &back) == NULL || back.tm_mday != (int)day)
		return false;
	*out = (usec_t)seconds * USEC_PER_SEC;
	return true;
}

/* The next word, and what follows it without leading blanks. */
static struct bytes
next_word(struct bytes *rest)
{
	struct bytes word = bytes_split(rest, ' ');

	*rest = bytes_trim(*rest);
	return word;
}

static char *
copy(struct bytes b)
{
	return strndup(b.len > 0 ? (const char *)b.at : "", b.len);
}

/* Whether the word could only be meant for a network. */
static bool
looks_like_a_network(const char *word)
{
	return strchr(word, '/') != NULL || strchr(word, ':') != NULL ||
	       (word[0] != '\0' && word[strspn(word, "0123456789.")] == '\0' && strchr(word, '.') != NULL);
}

static bool
read_subject(struct bytes word, struct allowance *a, struct refusal *why)
{
	char *text = copy(word);
	bool fine = false;

	if (text == NULL)
		return refuse(why, "...", "finds no memory");
	if (network_parse(word, &a->network)) {
		fine = true;
	} else if (a->side != ALLOW_EITHER || looks_like_a_network(text)) {
		(void)value_network(text, &a->network, why);
	} else {
		text_lower((uint8_t *)text, word.len);
		fine = value_is_mailbox_or_domain(text, why);
	}
	if (fine && a->network.address.family == 0) {
		a->who = text;
		return true;
	}
	free(text);
	return fine;
}

static bool
read_times(struct bytes *rest, struct allowance *a, const char *text, struct refusal *why)
{
	for (;;) {
		struct bytes after = *rest, word = next_word(&after), value;
		bool from = bytes_equal(word, BYTES("from")), day;

		if (!from && !bytes_equal(word, BYTES("until")))
			break;
		value = next_word(&after);
		if (!read_time(value, from ? &a->from : &a->until, &day))
			return refuse(why, text,
			    "has no time after \"%s\": write for example %s 2027-01-01, or 2027-01-01T18:00, "
			    "in UTC",
			    from ? "from" : "until", from ? "from" : "until");
		if (!from && day)
			a->until += DAY;
		*rest = after;
	}
	return a->from < a->until || refuse(why, text, "ends before it begins");
}

static bool
read_parts(const char *text, struct bytes rest, struct allowance *a, struct refusal *why)
{
	struct bytes word = next_word(&rest);

	for (int side = ALLOW_CLIENT; side <= ALLOW_SERVER; side++)
		if (bytes_equal(word, bytes_str(sides[side])) && rest.len > 0) {
			a->side = (enum allow_side)side;
			word = next_word(&rest);
			break;
		}
	if (word.len == 0)
		return refuse(
		    why, text, "is empty: write for example \"10.1.2.0/24 until 2027-01-01 because backup host\"");
	if (!read_subject(word, a, why) || !read_times(&rest, a, text, why))
		return false;
	if (rest.len > 0 && !bytes_equal(next_word(&rest), BYTES("because")))
		return refuse(why, text,
		    "is not understood: write a network, an address or a domain, then if wanted \"from TIME\", \"until "
		    "TIME\" "
		    "and \"because REASON\"");
	a->reason = copy(rest);
	return a->reason != NULL || refuse(why, text, "finds no memory");
}

bool
allow_read(const char *text, struct allowance *out, struct refusal *why)
{
	struct allowance a = { .from = ALLOW_ALWAYS, .until = ALLOW_FOR_EVER };

	if (value_is_text(text, why) && read_parts(text, bytes_trim(bytes_str(text)), &a, why)) {
		*out = a;
		return true;
	}
	allow_clear(&a);
	return false;
}

bool
allow_is_network(const char *text, struct refusal *why)
{
	struct allowance a;
	bool network;

	if (!allow_read(text, &a, why))
		return false;
	network = a.who == NULL;
	allow_clear(&a);
	return network || refuse(why, text, "names no network: a role belongs to hosts, write for example 10.1.2.3");
}

static void
put(struct buffer *out, const char *text)
{
	(void)buffer_append(out, bytes_str(text));
}

static void
put_time(struct buffer *out, const char *word, usec_t time, bool whole_day)
{
	time_t seconds = (time_t)(time / USEC_PER_SEC);
	char text[40];
	struct tm t;

	if (gmtime_r(&seconds, &t) == NULL)
		return;
	(void)strftime(text, sizeof(text), whole_day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M", &t);
	put(out, " ");
	put(out, word);
	put(out, " ");
	put(out, text);
}

void
allow_write(const struct allowance *a, struct buffer *out)
{
	char network[VALUE_TEXT_MAX];

	if (a->side != ALLOW_EITHER) {
		put(out, sides[a->side]);
		put(out, " ");
	}
	put(out, a->who != NULL ? a->who : value_network_text(network, &a->network));
	if (a->from != ALLOW_ALWAYS)
		put_time(out, "from", a->from, a->from % DAY == 0);
	if (a->until != ALLOW_FOR_EVER)
		put_time(out, "until", a->until % DAY == 0 ? a->until - DAY : a->until, a->until % DAY == 0);
	if (a->reason[0] != '\0') {
		put(out, " because ");
		put(out, a->reason);
	}
}

void
allow_clear(struct allowance *a)
{
	free(a->who);
	free(a->reason);
	a->who = NULL;
	a->reason = NULL;
}
