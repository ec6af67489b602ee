/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/techniques.h"

#define COLLECTION "TA0009", "Collection"
#define CREDENTIAL_ACCESS "TA0006", "Credential Access"
#define EXFILTRATION "TA0010", "Exfiltration"

const struct technique technique_email_collection = { "T1114", "Email Collection", NULL, COLLECTION };
const struct technique technique_forwarding_rule = { "T1114.003", "Email Collection", "Email Forwarding Rule",
	COLLECTION };
const struct technique technique_in_the_middle = { "T1557", "Adversary-in-the-Middle", NULL, CREDENTIAL_ACCESS };
const struct technique technique_sniffing = { "T1040", "Network Sniffing", NULL, CREDENTIAL_ACCESS };
const struct technique technique_exfiltration = { "T1048", "Exfiltration Over Alternative Protocol", NULL,
	EXFILTRATION };
