/* SPDX-License-Identifier: Apache-2.0
 *
 * smtp_journal: what an SMTP dialogue leaves for the report on its session, in one piece of memory that is hardly larger
 * than what it holds: a million connections that said EHLO and wait each have one.
 *
 *	greeting  helo  auth  ( command | reply code | mechanism offered | recipient refused )*
 */
#ifndef PROTOCOL_SMTP_JOURNAL_H
#define PROTOCOL_SMTP_JOURNAL_H

#include "message/arena.h"
#include "observe/observation.h"

/* Texts of which there is one, at most 65535 octets long. */
enum smtp_journal_text {
	SMTP_JOURNAL_GREETING,
	SMTP_JOURNAL_HELO,
	SMTP_JOURNAL_AUTH,
	SMTP_JOURNAL_TEXTS
};

struct smtp_journal;

/* A journal that is NULL is empty. What memory is too short for is counted as dropped, or not known. */

/* In place of what it was. */
void smtp_journal_set(struct smtp_journal **, enum smtp_journal_text, struct bytes value);
struct bytes smtp_journal_text(const struct smtp_journal *, enum smtp_journal_text);

/* At most `ceiling` of each are kept. A command is its verb in upper case, at most 255 octets. */
void smtp_journal_command(struct smtp_journal **, struct bytes verb, size_t ceiling);
void smtp_journal_code(struct smtp_journal **, uint16_t code, size_t ceiling);
void smtp_journal_refused(struct smtp_journal **, struct bytes address, size_t ceiling);

/* A mechanism of authentication, at most 255 octets. */
void smtp_journal_offer(struct smtp_journal **, struct bytes mechanism, size_t ceiling);
bool smtp_journal_has_offers(const struct smtp_journal *);

/* Fills the texts and lists; they live as long as the arena, at most until the journal changes. */
void smtp_journal_report(const struct smtp_journal *, struct smtp_report *, struct arena *);

void smtp_journal_free(struct smtp_journal *); /* NULL is fine */

#endif
