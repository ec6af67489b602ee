/* SPDX-License-Identifier: Apache-2.0
 *
 * A technique that belongs to several tactics stands under the one that mail traffic is a sign of.
 */
#include "detect/attack.h"

#include <string.h>

#define RECONNAISSANCE "TA0043", "Reconnaissance"
#define RESOURCES "TA0042", "Resource Development"
#define ACCESS "TA0001", "Initial Access"
#define EXECUTION "TA0002", "Execution"
#define PERSISTENCE "TA0003", "Persistence"
#define EVASION "TA0005", "Defense Evasion"
#define CREDENTIALS "TA0006", "Credential Access"
#define DISCOVERY "TA0007", "Discovery"
#define LATERAL "TA0008", "Lateral Movement"
#define COLLECTION "TA0009", "Collection"
#define CONTROL "TA0011", "Command and Control"
#define EXFILTRATION "TA0010", "Exfiltration"
#define IMPACT "TA0040", "Impact"

static const struct technique techniques[] = {
	{ "T1001", "Data Obfuscation", NULL, CONTROL },
	{ "T1020", "Automated Exfiltration", NULL, EXFILTRATION },
	{ "T1027", "Obfuscated Files or Information", NULL, EVASION },
	{ "T1029", "Scheduled Transfer", NULL, EXFILTRATION },
	{ "T1030", "Data Transfer Size Limits", NULL, EXFILTRATION },
	{ "T1036", "Masquerading", NULL, EVASION },
	{ "T1036.007", "Masquerading", "Double File Extension", EVASION },
	{ "T1036.008", "Masquerading", "Masquerade File Type", EVASION },
	{ "T1040", "Network Sniffing", NULL, CREDENTIALS },
	{ "T1041", "Exfiltration Over C2 Channel", NULL, EXFILTRATION },
	{ "T1048", "Exfiltration Over Alternative Protocol", NULL, EXFILTRATION },
	{ "T1048.001", "Exfiltration Over Alternative Protocol",
	    "Exfiltration Over Symmetric Encrypted Non-C2 Protocol", EXFILTRATION },
	{ "T1048.002", "Exfiltration Over Alternative Protocol",
	    "Exfiltration Over Asymmetric Encrypted Non-C2 Protocol", EXFILTRATION },
	{ "T1048.003", "Exfiltration Over Alternative Protocol", "Exfiltration Over Unencrypted Non-C2 Protocol",
	    EXFILTRATION },
	{ "T1071", "Application Layer Protocol", NULL, CONTROL },
	{ "T1071.003", "Application Layer Protocol", "Mail Protocols", CONTROL },
	{ "T1078", "Valid Accounts", NULL, ACCESS },
	{ "T1078.001", "Valid Accounts", "Default Accounts", ACCESS },
	{ "T1078.002", "Valid Accounts", "Domain Accounts", ACCESS },
	{ "T1078.003", "Valid Accounts", "Local Accounts", ACCESS },
	{ "T1078.004", "Valid Accounts", "Cloud Accounts", ACCESS },
	{ "T1087.003", "Account Discovery", "Email Account", DISCOVERY },
	{ "T1090", "Proxy", NULL, CONTROL },
	{ "T1098.002", "Account Manipulation", "Additional Email Delegate Permissions", PERSISTENCE },
	{ "T1110", "Brute Force", NULL, CREDENTIALS },
	{ "T1110.001", "Brute Force", "Password Guessing", CREDENTIALS },
	{ "T1110.002", "Brute Force", "Password Cracking", CREDENTIALS },
	{ "T1110.003", "Brute Force", "Password Spraying", CREDENTIALS },
	{ "T1110.004", "Brute Force", "Credential Stuffing", CREDENTIALS },
	{ "T1114", "Email Collection", NULL, COLLECTION },
	{ "T1114.001", "Email Collection", "Local Email Collection", COLLECTION },
	{ "T1114.002", "Email Collection", "Remote Email Collection", COLLECTION },
	{ "T1114.003", "Email Collection", "Email Forwarding Rule", COLLECTION },
	{ "T1119", "Automated Collection", NULL, COLLECTION },
	{ "T1132", "Data Encoding", NULL, CONTROL },
	{ "T1133", "External Remote Services", NULL, ACCESS },
	{ "T1137.005", "Office Application Startup", "Outlook Rules", PERSISTENCE },
	{ "T1204", "User Execution", NULL, EXECUTION },
	{ "T1204.001", "User Execution", "Malicious Link", EXECUTION },
	{ "T1204.002", "User Execution", "Malicious File", EXECUTION },
	{ "T1534", "Internal Spearphishing", NULL, LATERAL },
	{ "T1552", "Unsecured Credentials", NULL, CREDENTIALS },
	{ "T1557", "Adversary-in-the-Middle", NULL, CREDENTIALS },
	{ "T1560", "Archive Collected Data", NULL, COLLECTION },
	{ "T1564.008", "Hide Artifacts", "Email Hiding Rules", EVASION },
	{ "T1566", "Phishing", NULL, ACCESS },
	{ "T1566.001", "Phishing", "Spearphishing Attachment", ACCESS },
	{ "T1566.002", "Phishing", "Spearphishing Link", ACCESS },
	{ "T1566.003", "Phishing", "Spearphishing via Service", ACCESS },
	{ "T1567", "Exfiltration Over Web Service", NULL, EXFILTRATION },
	{ "T1571", "Non-Standard Port", NULL, CONTROL },
	{ "T1572", "Protocol Tunneling", NULL, CONTROL },
	{ "T1573", "Encrypted Channel", NULL, CONTROL },
	{ "T1585.002", "Establish Accounts", "Email Accounts", RESOURCES },
	{ "T1586.002", "Compromise Accounts", "Email Accounts", RESOURCES },
	{ "T1589.002", "Gather Victim Identity Information", "Email Addresses", RECONNAISSANCE },
	{ "T1598", "Phishing for Information", NULL, RECONNAISSANCE },
	{ "T1598.002", "Phishing for Information", "Spearphishing Attachment", RECONNAISSANCE },
	{ "T1598.003", "Phishing for Information", "Spearphishing Link", RECONNAISSANCE },
	{ "T1657", "Financial Theft", NULL, IMPACT },
};

const struct technique *
attack_at(size_t index)
{
	return index < sizeof(techniques) / sizeof(techniques[0]) ? &techniques[index] : NULL;
}

const struct technique *
attack_find(const char *id)
{
	const struct technique *t;

	for (size_t i = 0; (t = attack_at(i)) != NULL; i++)
		if (strcmp(t->id, id) == 0)
			return t;
	return NULL;
}
