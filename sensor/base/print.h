/* SPDX-License-Identifier: Apache-2.0
 *
 * print: tells stretches of octets apart at little cost: NH (RFC 4418 section 5.2.2) with a key that is drawn anew in each
 * process, so that nobody on the wire can make two texts alike. Of use within the process alone.
 */
#ifndef BASE_PRINT_H
#define BASE_PRINT_H

#include "base/bytes.h"

/* Different stretches have the same print with a likelihood of about 2^-32. */
uint32_t print_of(struct bytes);

#endif
