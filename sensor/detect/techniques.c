/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/techniques.h"

#define COLLECTION "TA0009", "Collection"
#define EXFILTRATION "TA0010", "Exfiltration"

const struct technique technique_email_collection = { "T1114", "Email Collection", NULL, COLLECTION };
const struct technique technique_forwarding_rule = { "T1114.003", "Email Collection", "Email Forwarding Rule",
	COLLECTION };
const struct technique technique_exfiltration = { "T1048", "Exfiltration Over Alternative Protocol", NULL,
	EXFILTRATION };
