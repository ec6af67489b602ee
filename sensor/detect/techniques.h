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

extern const struct technique technique_local_collection;  /* T1114.001 */
extern const struct technique technique_remote_collection; /* T1114.002 */
extern const struct technique technique_clear_exfiltration; /* T1048.003 */
extern const struct technique technique_masquerading;      /* T1036.008 */
extern const struct technique technique_brute_force;       /* T1110 */
extern const struct technique technique_guessing;          /* T1110.001 */
extern const struct technique technique_spraying;          /* T1110.003 */
extern const struct technique technique_valid_accounts;    /* T1078 */
extern const struct technique technique_non_standard_port; /* T1571 */
extern const struct technique technique_mail_protocols;    /* T1071.003 */

#endif
