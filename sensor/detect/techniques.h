/* SPDX-License-Identifier: Apache-2.0
 *
 * techniques: the MITRE ATT&CK techniques (v18) that rules refer to.
 */
#ifndef DETECT_TECHNIQUES_H
#define DETECT_TECHNIQUES_H

#include "detect/alert.h"

extern const struct technique technique_email_collection;  /* T1114 */
extern const struct technique technique_forwarding_rule;   /* T1114.003 */
extern const struct technique technique_in_the_middle;     /* T1557 */
extern const struct technique technique_sniffing;          /* T1040 */
extern const struct technique technique_exfiltration;      /* T1048 */

#endif
