/* SPDX-License-Identifier: Apache-2.0
 *
 * builtin_rules: config/rules/forwarding.yaml as it was when the program was built.
 */
#ifndef SETTINGS_BUILTIN_RULES_H
#define SETTINGS_BUILTIN_RULES_H

#include "base/bytes.h"

struct bytes builtin_rules(void); /* static */

#endif
