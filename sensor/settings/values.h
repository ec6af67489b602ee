/* SPDX-License-Identifier: Apache-2.0
 *
 * values: how sizes, times, ratios, networks and names are written, and how they are read back.
 *
 * Every reader takes the whole text. It returns false, leaves *out alone and says in *why what the text is not and what
 * would be right, when it is no such value; ranges are the caller's business. Every writer writes what its reader reads
 * back as the same value, in the largest unit that fits without a remainder.
 */
#ifndef SETTINGS_VALUES_H
#define SETTINGS_VALUES_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/endpoint.h"

struct refusal {
	char text[320]; /* "\"10\" has no unit: write 10s, 10m or 10h" */
};

/* Writes the refusal: the text in quotes (cut when it is long), then what `format` makes. Always false. */
bool refuse(struct refusal *why, const char *text, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define VALUE_TEXT_MAX 64

/* true and false; yes, no, on and off mean the same. */
bool value_bool(const char *text, bool *out, struct refusal *why);

/* Decimal, without a sign. */
bool value_integer(const char *text, uint64_t *out, struct refusal *why);

/* Octets: digits and B, KiB, MiB, GiB, TiB (powers of 1024), kB, MB, GB, TB (powers of 1000), or digits alone. */
bool value_size(const char *text, uint64_t *out, struct refusal *why);
char *value_size_text(char out[VALUE_TEXT_MAX], uint64_t octets);

/* Digits and us, ms, s, m, h or d; only 0 needs no unit. */
bool value_duration(const char *text, usec_t *out, struct refusal *why);
char *value_duration_text(char out[VALUE_TEXT_MAX], usec_t);

/* 0.8 or 80%; at most six digits after the point. */
bool value_ratio(const char *text, double *out, struct refusal *why);
char *value_ratio_text(char out[VALUE_TEXT_MAX], double);

/* 1 to 65535. */
bool value_port(const char *text, uint16_t *out, struct refusal *why);

/* CIDR or one address, v4 or v6; no bits beyond the prefix. */
bool value_network(const char *text, struct network *out, struct refusal *why);
char *value_network_text(char out[VALUE_TEXT_MAX], const struct network *);

/* Valid UTF-8 without control characters, at most VALUE_OCTETS_MAX octets. */
#define VALUE_OCTETS_MAX 8192
bool value_is_text(const char *text, struct refusal *why);

/* A mail domain as host names are written, or in UTF-8 (RFC 6531). */
bool value_is_domain(const char *text, struct refusal *why);

/* local@domain, or a domain alone. */
bool value_is_mailbox_or_domain(const char *text, struct refusal *why);

/* The name of a header field (RFC 5322 section 3.6.8). */
bool value_is_field_name(const char *text, struct refusal *why);

/* "host:port", "[v6]:port" or "unix:/path". */
bool value_is_server(const char *text, struct refusal *why);

#endif
