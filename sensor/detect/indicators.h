/* SPDX-License-Identifier: Apache-2.0
 *
 * indicators: a file of what to look out for, one a line: domains (those below them count too), mail addresses,
 * addresses, networks and hashes (MD5, SHA-1, SHA-256 in hexadecimal digits). "#" begins a comment. Looked up in time
 * that does not grow with the file, and read again when the file has changed.
 *
 *	evil.example             also mail.evil.example, and anybody@evil.example
 *	boss@free.example        that mailbox alone
 *	198.51.100.0/24
 *	d41d8cd98f00b204e9800998ecf8427e
 */
#ifndef DETECT_INDICATORS_H
#define DETECT_INDICATORS_H

#include "base/endpoint.h"

#define INDICATORS_MAX 1000000
#define INDICATORS_FILE_MAX (64u << 20) /* octets */

struct indicators;

/* Hears what is wrong with the file; line 0: with the file as a whole. */
typedef void indicators_complaint(void *arg, unsigned line, const char *what);

/* NULL after a complaint. */
struct indicators *indicators_new(const char *path, indicators_complaint *, void *arg);

size_t indicators_len(const struct indicators *);
const char *indicators_path(const struct indicators *);

bool indicators_have_address(const struct indicators *, const struct address *);

/* A domain, host name, mail address, address ("[192.0.2.1]", too) or hash. */
bool indicators_have_text(const struct indicators *, struct bytes);

enum indicators_news { INDICATORS_SAME, INDICATORS_NEW, INDICATORS_BAD };

/* Looks whether the file has changed since it was read, and has not changed since the last look: then it is written to
 * its end, and is read. INDICATORS_BAD after a complaint: what was known stays in force until the file changes again.
 */
enum indicators_news indicators_look(struct indicators *, indicators_complaint *, void *arg);

void indicators_free(struct indicators *); /* NULL is fine */

#endif
