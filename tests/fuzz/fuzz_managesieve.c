/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue.h"

#include "protocol/managesieve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_dialogue(&protocol_managesieve, data, size);
	return 0;
}
