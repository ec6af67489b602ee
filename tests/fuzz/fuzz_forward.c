/* SPDX-License-Identifier: Apache-2.0
 *
 * What forwarders write: any octets as an envelope sender, as a header's value and as a subject. What is decoded lies
 * inside the input, and what is kept is a bounded string.
 */
#include <stdlib.h>
#include <string.h>

#include "detect/forward_address.h"
#include "detect/forward_envelope.h"
#include "detect/forward_subject.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect_inside(struct bytes part, struct bytes whole)
{
	if (part.len > 0 && (part.at < whole.at || part.at + part.len > whole.at + whole.len))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool (*const decoders[])(struct bytes, struct forward_coded *) = { forward_envelope_caf,
		forward_envelope_srs_plus, forward_envelope_srs_bounces, forward_envelope_srs };
	struct bytes input = bytes_of(data, size);
	char kept[FORWARD_ADDRESS_MAX];
	struct forward_coded coded;

	for (size_t i = 0; i < sizeof(decoders) / sizeof(decoders[0]); i++) {
		if (!decoders[i](input, &coded))
			continue;
		expect_inside(coded.victim_local, input);
		expect_inside(coded.victim_domain, input);
		expect_inside(coded.other_local, input);
		expect_inside(coded.other_domain, input);
		forward_address_write(kept, coded.other_local, coded.other_domain);
		if (strlen(kept) >= sizeof(kept))
			abort();
	}
	for (int last = 0; last < 2; last++) {
		struct bytes found = forward_address_find(input, last == 1);

		expect_inside(found, input);
		forward_address_copy(kept, found);
	}
	(void)forward_subject_is_forward(input, true);
	(void)forward_subject_is_auto_reply(input);
	return 0;
}
