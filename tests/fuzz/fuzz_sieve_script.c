/* SPDX-License-Identifier: Apache-2.0
 *
 * A Sieve script whole and in pieces must send mail to the same targets.
 */
#include <stdlib.h>
#include <string.h>

#include "protocol/sieve_script.h"

static const struct protocol_limits limits = { .recipients = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sieve_script *whole = sieve_script_new(&limits), *pieces = sieve_script_new(&limits);
	struct script_report a = { 0 }, b = { 0 };
	struct arena arena;

	arena_init(&arena);
	if (whole != NULL && pieces != NULL) {
		sieve_script_data(whole, bytes_of(data, size));
		for (size_t i = 0; i < size; i++)
			sieve_script_data(pieces, bytes_of(data + i, 1));
		sieve_script_report(whole, &a, &arena);
		sieve_script_report(pieces, &b, &arena);
		if (a.target_count != b.target_count || a.targets_dropped != b.targets_dropped)
			abort();
		for (size_t i = 0; i < a.target_count; i++)
			if (!bytes_equal(a.targets[i].address_text, b.targets[i].address_text) || a.targets[i].copy != b.targets[i].copy)
				abort();
	}
	arena_clear(&arena);
	sieve_script_free(whole);
	sieve_script_free(pieces);
	return 0;
}
