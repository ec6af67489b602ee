/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/received.h"

/* --- words --- */

/* The next word, past blanks and comments (which nest); ";" is a word of its own. */
static struct bytes
next_word(struct bytes *rest)
{
	unsigned depth = 0;
	size_t i = 0, begin;

	for (; i < rest->len; i++) {
		uint8_t c = rest->at[i];

		if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (depth == 0 && c != ' ' && c != '\t' && c != '\r' && c != '\n')
			break;
	}
	begin = i;
	if (i < rest->len && rest->at[i] == ';')
		i++;
	else
		while (i < rest->len && rest->at[i] != ' ' && rest->at[i] != '\t' && rest->at[i] != '(' && rest->at[i] != ';' &&
		    rest->at[i] != '\r' && rest->at[i] != '\n')
			i++;
	*rest = bytes_skip(*rest, i);
	return bytes_of(rest->at - (i - begin), i - begin);
}

static struct bytes
without_brackets(struct bytes word)
{
	if (word.len >= 2 && word.at[0] == '<' && word.at[word.len - 1] == '>')
		return bytes_of(word.at + 1, word.len - 2);
	return word;
}

struct received
received_read(struct bytes value)
{
	struct received r = { 0 };
	struct bytes rest = value;

	for (struct bytes word; (word = next_word(&rest)).len > 0;) {
		if (bytes_equal(word, BYTES(";"))) {
			r.has_date = mail_date_read(rest, &r.date);
			break;
		}
		if (bytes_equal_nocase(word, BYTES("from")) && r.from.len == 0)
			r.from = next_word(&rest);
		else if (bytes_equal_nocase(word, BYTES("by")) && r.by.len == 0)
			r.by = next_word(&rest);
		else if (bytes_equal_nocase(word, BYTES("with")) && r.with.len == 0)
			r.with = next_word(&rest);
		else if (bytes_equal_nocase(word, BYTES("for")) && r.recipient.len == 0)
			r.recipient = without_brackets(next_word(&rest));
	}
	return r;
}

/* --- dates --- */

/* At most `digits`; false when there is none, or more. */
static bool
read_number(struct bytes word, size_t digits, int *value)
{
	*value = 0;
	if (word.len == 0 || word.len > digits)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (word.at[i] < '0' || word.at[i] > '9')
			return false;
		*value = *value * 10 + (word.at[i] - '0');
	}
	return true;
}

static bool
read_month(struct bytes word, int *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (*month = 0; *month < 12; (*month)++)
		if (bytes_equal_nocase(word, bytes_of(names + *month * 3, 3)))
			return true;
	return false;
}

/* "17:28:10" or "17:28", in seconds. */
static bool
read_clock(struct bytes word, int *seconds)
{
	int part[3] = { 0 }, n = 0;

	while (n < 3) {
		size_t end = bytes_find(word, ':');
		size_t len = end == BYTES_NOWHERE ? word.len : end;

		if (!read_number(bytes_first(word, len), 2, &part[n++]))
			return false;
		if (end == BYTES_NOWHERE)
			break;
		word = bytes_skip(word, len + 1);
	}
	*seconds = part[0] * 3600 + part[1] * 60 + part[2];
	return n >= 2 && part[0] < 24 && part[1] < 60 && part[2] <= 60;
}

/* "+0100", in seconds; the names of zones but for UTC's own mean nothing (RFC 5322 section 4.3). */
static int
read_zone(struct bytes word)
{
	int hours, minutes;

	if (word.len != 5 || (word.at[0] != '+' && word.at[0] != '-') || !read_number(bytes_of(word.at + 1, 2), 2, &hours) ||
	    !read_number(bytes_of(word.at + 3, 2), 2, &minutes))
		return 0;
	return (word.at[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/* Days since 1970-01-01 (Gregorian, proleptic). */
static int64_t
days_of(int year, int month, int day)
{
	/* March begins the year, so that the leap day is its last. */
	int64_t y = month < 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * ((month + 10) % 12) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool
mail_date_read(struct bytes text, usec_t *date)
{
	struct bytes word = next_word(&text);
	int day, month, year, seconds;

	if (word.len > 0 && (word.at[0] < '0' || word.at[0] > '9'))
		word = next_word(&text); /* the day of the week */
	if (!read_number(word, 2, &day) || !read_month(next_word(&text), &month) ||
	    !read_number(next_word(&text), 4, &year) || !read_clock(next_word(&text), &seconds) || day < 1 || day > 31)
		return false;
	if (year < 50)
		year += 2000;
	else if (year < 1000)
		year += 1900;
	*date = (days_of(year, month, day) * 86400 + seconds - read_zone(next_word(&text))) * USEC_PER_SEC;
	return true;
}
