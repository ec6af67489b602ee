/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/techniques.h"

#define COLLECTION "TA0009", "Collection"
#define CREDENTIAL_ACCESS "TA0006", "Credential Access"
#define DEFENSE_EVASION "TA0005", "Defense Evasion"
#define COMMAND_AND_CONTROL "TA0011", "Command and Control"
#define INITIAL_ACCESS "TA0001", "Initial Access"
#define EXFILTRATION "TA0010", "Exfiltration"

const struct technique technique_email_collection = { "T1114", "Email Collection", NULL, COLLECTION };
const struct technique technique_forwarding_rule = { "T1114.003", "Email Collection", "Email Forwarding Rule",
	COLLECTION };
const struct technique technique_in_the_middle = { "T1557", "Adversary-in-the-Middle", NULL, CREDENTIAL_ACCESS };
const struct technique technique_sniffing = { "T1040", "Network Sniffing", NULL, CREDENTIAL_ACCESS };
const struct technique technique_exfiltration = { "T1048", "Exfiltration Over Alternative Protocol", NULL,
	EXFILTRATION };
const struct technique technique_local_collection = { "T1114.001", "Email Collection", "Local Email Collection",
	COLLECTION };
const struct technique technique_remote_collection = { "T1114.002", "Email Collection", "Remote Email Collection",
	COLLECTION };
const struct technique technique_clear_exfiltration = { "T1048.003", "Exfiltration Over Alternative Protocol",
	"Exfiltration Over Unencrypted Non-C2 Protocol", EXFILTRATION };
const struct technique technique_masquerading = { "T1036.008", "Masquerading", "Masquerade File Type",
	DEFENSE_EVASION };
const struct technique technique_brute_force = { "T1110", "Brute Force", NULL, CREDENTIAL_ACCESS };
const struct technique technique_guessing = { "T1110.001", "Brute Force", "Password Guessing", CREDENTIAL_ACCESS };
const struct technique technique_spraying = { "T1110.003", "Brute Force", "Password Spraying", CREDENTIAL_ACCESS };
const struct technique technique_valid_accounts = { "T1078", "Valid Accounts", NULL, INITIAL_ACCESS };
const struct technique technique_non_standard_port = { "T1571", "Non-Standard Port", NULL, COMMAND_AND_CONTROL };
const struct technique technique_mail_protocols = { "T1071.003", "Application Layer Protocol", "Mail Protocols",
	COMMAND_AND_CONTROL };
