/* SPDX-License-Identifier: Apache-2.0
 *
 * The scanner must say the same of octets that come whole and one by one.
 */
#include <stdlib.h>
#include <string.h>

#include "protocol/imap_scanner.h"

struct heard {
	uint64_t sum;
	uint64_t literals, lines;
};

static void
mix(struct heard *h, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		h->sum = (h->sum ^ b.at[i]) * UINT64_C(0x100000001b3);
}

static bool
on_text(void *arg, struct bytes text, bool literal, uint64_t size)
{
	struct heard *h = arg;

	mix(h, text);
	h->sum += literal ? size : 7;
	h->lines++;
	return true;
}

static void
on_literal(void *arg, struct bytes octets, bool last)
{
	struct heard *h = arg;

	mix(h, octets);
	h->literals += last;
}

static void
on_hole(void *arg, uint64_t missing, bool last)
{
	(void)arg;
	(void)missing;
	(void)last;
}

static void
on_broken(void *arg)
{
	(void)arg;
}

static const struct imap_listener listener = { on_text, on_literal, on_hole, on_broken };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imap_scanner whole, pieces;
	struct heard a = { .sum = 1 }, b = { .sum = 1 };

	imap_scanner_init(&whole, 100);
	imap_scanner_init(&pieces, 100);
	for (size_t n = 0; n < size;) {
		size_t used = imap_scanner_push(&whole, bytes_of(data + n, size - n), &listener, &a);

		if (used == 0 || used > size - n)
			abort();
		n += used;
	}
	for (size_t i = 0; i < size; i++)
		if (imap_scanner_push(&pieces, bytes_of(data + i, 1), &listener, &b) != 1)
			abort();
	if (memcmp(&a, &b, sizeof(a)) != 0)
		abort();
	imap_scanner_clear(&whole);
	imap_scanner_clear(&pieces);
	return 0;
}
