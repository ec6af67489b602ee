/* SPDX-License-Identifier: Apache-2.0
 *
 * attack: the techniques of MITRE ATT&CK for Enterprise (v18) that a rule on mail may point at, by their ids.
 */
#ifndef DETECT_ATTACK_H
#define DETECT_ATTACK_H

#include "detect/techniques.h"

/* The technique with this id ("T1114.003", as ATT&CK writes it), or NULL: none that is known here. Static. */
const struct technique *attack_find(const char *id);

/* One after the other, from 0; NULL at the end. */
const struct technique *attack_at(size_t index);

#endif
