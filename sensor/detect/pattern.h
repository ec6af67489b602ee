/* SPDX-License-Identifier: Apache-2.0
 *
 * pattern: a regular expression (PCRE2) that is looked for in text from the wire under a ceiling on its work: a pattern
 * that tries one way after another (as "(a+)+$" does) gives up instead of keeping the judge from its observations.
 */
#ifndef DETECT_PATTERN_H
#define DETECT_PATTERN_H

#include "base/bytes.h"

struct pattern;

#define PATTERN_TEXT_MAX 8192 /* octets of a value that are looked at */

/* Compiles; UTF-8, with regard to case unless it says (?i). NULL with the reason in `error`, and *offset, the octet of
 * the pattern that it is about. */
struct pattern *pattern_new(const char *text, char *error, size_t room, size_t *offset);

enum pattern_result { PATTERN_MISSES, PATTERN_MATCHES, PATTERN_GIVES_UP };

/* Whether it matches somewhere in the value, whose bad UTF-8 matches nothing. PATTERN_GIVES_UP: the ceiling was
 * reached, or memory is short. */
enum pattern_result pattern_match(struct pattern *, struct bytes value);

void pattern_free(struct pattern *); /* NULL is fine */

#endif
