/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/service.h"

/* What stands in a greeting, and what it is called. Longer words first, where one is part of another. */
static const struct {
	const char *word, *name;
} products[] = {
	{ "Microsoft ESMTP", "Microsoft Exchange" },
	{ "Microsoft Exchange", "Microsoft Exchange" },
	{ "Postfix", "Postfix" },
	{ "Exim", "Exim" },
	{ "Sendmail", "Sendmail" },
	{ "OpenSMTPD", "OpenSMTPD" },
	{ "Pigeonhole", "Dovecot" },
	{ "Dovecot", "Dovecot" },
	{ "Cyrus", "Cyrus" },
	{ "Courier", "Courier" },
	{ "Zimbra", "Zimbra" },
	{ "hMailServer", "hMailServer" },
	{ "Haraka", "Haraka" },
	{ "Stalwart", "Stalwart" },
	{ "Kerio", "Kerio Connect" },
	{ "MDaemon", "MDaemon" },
	{ "MailEnable", "MailEnable" },
	{ "Domino", "HCL Domino" },
	{ "Axigen", "Axigen" },
	{ "CommuniGate", "CommuniGate Pro" },
	{ "Gimap", "Google" },
	{ "Gpop", "Google" },
	{ "gsmtp", "Google" },
	{ "qmail", "qmail" },
	{ "netqmail", "qmail" },
	{ "Maddy", "maddy" },
	{ "CMailServer", "CMailServer" },
};

const char *
service_software(struct bytes greeting)
{
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		if (bytes_find_nocase(greeting, bytes_str(products[i].word)) != BYTES_NOWHERE)
			return products[i].name;
	return NULL;
}
