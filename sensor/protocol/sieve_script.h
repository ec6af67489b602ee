/* SPDX-License-Identifier: Apache-2.0
 *
 * sieve_script: what a Sieve script (RFC 5228) does with mail that matters here: where it sends it. Reads the language's
 * words, as they come in pieces; knows neither tests nor variables' values, so a redirect in a branch that is never taken
 * counts as well.
 *
 *	redirect "a@b";   redirect :copy "a@b";   redirect ["a@b", "c@d"];   pipe "program";
 */
#ifndef PROTOCOL_SIEVE_SCRIPT_H
#define PROTOCOL_SIEVE_SCRIPT_H

#include "message/arena.h"
#include "protocol/protocol.h"

struct sieve_script;

/* NULL when memory is short. The limits are borrowed: `recipients` is the ceiling of targets. */
struct sieve_script *sieve_script_new(const struct protocol_limits *);
void sieve_script_free(struct sieve_script *); /* NULL is fine */

void sieve_script_data(struct sieve_script *, struct bytes);

/* Part of it is missing: reading goes on at the next line. */
void sieve_script_gap(struct sieve_script *);

/* Fills targets, bytes and complete. Slices live as long as the script; the array in the arena. */
void sieve_script_report(const struct sieve_script *, struct script_report *, struct arena *);

#endif
