/* SPDX-License-Identifier: Apache-2.0
 *
 * The assembler takes the file in; the path is relative to the project's root, where the compiler runs.
 */
#include "settings/builtin_rules.h"

__asm__(".pushsection .rodata\n"
	".type builtin_rules_begin, @object\n"
	"builtin_rules_begin:\n"
	".incbin \"config/rules/forwarding.yaml\"\n"
	"builtin_rules_end:\n"
	".size builtin_rules_begin, . - builtin_rules_begin\n"
	".popsection\n");

extern const uint8_t builtin_rules_begin[], builtin_rules_end[];

struct bytes
builtin_rules(void)
{
	return bytes_of(builtin_rules_begin, (size_t)((uintptr_t)builtin_rules_end - (uintptr_t)builtin_rules_begin));
}
