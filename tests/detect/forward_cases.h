/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_cases: for each rule of config/rules/forwarding.yaml a message that must match it and one that must not, both
 * on their way from a host of the organisation (company.example) to out@freemail.example. And what looks like evidence
 * and is none.
 */
#ifndef TESTS_DETECT_FORWARD_CASES_H
#define TESTS_DETECT_FORWARD_CASES_H

#include "detect/forward_rules.h"

#define CASE_HEADERS 3

struct forward_case_message {
	const char *sender; /* of the envelope; NULL: boss@partner.example */
	const char *headers[CASE_HEADERS][2];
};

#define NO_ALERT (-1)

struct forward_case {
	const char *rule;
	struct forward_case_message match, other;
	enum forward_verdict verdict;
	const char *victim; /* "": not named */
	int alert;          /* severity of the alert that the matching message raises, or NO_ALERT */
};

static const struct forward_case forward_cases[] = {
	{ "exchange-inbox-rules-loop", { 0, { { "x-ms-exchange-inbox-rules-loop", "alice@company.example" } } },
	    { 0, { { "X-MS-Exchange-Inbox-Rules-Loop", "alice@company.example" }, { "Auto-Submitted", "auto-replied" } } },
	    FORWARD_REDIRECT, "alice@company.example", SEVERITY_HIGH },
	{ "exchange-forwarding-loop", { 0, { { "X-MS-Exchange-ForwardingLoop",
	    "\talice@company.example;0f6b4d1e-3c5a-4e8f-9a77-5d2b8c1e6f90" } } },
	    { 0, { { "X-MS-Exchange-ForwardingLoops", "alice@company.example" } } },
	    FORWARD_REDIRECT, "alice@company.example", SEVERITY_HIGH },
	{ "exchange-resent-from", { 0, { { "Resent-From", "<Bob@company.example>" },
	    { "X-MS-Exchange-Inbox-Rules-Loop", "bob@company.example" } } },
	    { 0, { { "Resent-From", "<bob@company.example>" }, { "X-MS-Exchange-Inbox-Rules-Loop", "al@company.example" } } },
	    FORWARD_REDIRECT, "bob@company.example", SEVERITY_HIGH },
	{ "exchange-mailbox-rules-agent", { 0, { { "x-ms-exchange-generated-message-source", "Mailbox Rules Agent" } } },
	    { 0, { { "X-MS-Exchange-Generated-Message-Source", "DC Pre Content Filter Agent" } } },
	    FORWARD_RULE, "", SEVERITY_MEDIUM },
	{ "exchange-transport-rule-agent", { 0, { { "X-MS-Exchange-Generated-Message-Source", "Transport Rule Agent" } } },
	    { 0, { { "X-MS-Exchange-Generated-Message-Source", "Transport Rule Agents" } } },
	    FORWARD_RULE, "", SEVERITY_MEDIUM },
	{ "exchange-transport-rules-loop", { 0, { { "X-MS-Exchange-Transport-Rules-Loop", "1" } } },
	    { 0, { { "X-MS-Exchange-Moderation-Loop", "1" } } }, FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "exchange-journal-report", { 0, { { "X-MS-Journal-Report", "" } } },
	    { 0, { { "X-MS-Gcc-Journal-Report", "" } } }, FORWARD_JOURNAL, "", NO_ALERT },
	{ "exchange-journal-agent", { 0, { { "X-MS-Exchange-Generated-Message-Source", "Journal Agent" } } },
	    { 0, { { "X-MS-Exchange-Generated-Message-Source", "" } } }, FORWARD_JOURNAL, "", NO_ALERT },
	{ "exchange-autoforwarded", { 0, { { "X-MS-Exchange-Organization-AutoForwarded", " True " } } },
	    { 0, { { "X-MS-Exchange-Organization-AutoForwarded", "false" } } }, FORWARD_RULE, "", SEVERITY_MEDIUM },
	{ "microsoft-srs", { "john.work+SRS=44ldt=IX=fabrikam.com=bob@company.example", { { 0 } } },
	    { "john.work+SRS=44ldt=IX@company.example", { { 0 } } },
	    FORWARD_REDIRECT, "john.work@company.example", SEVERITY_MEDIUM },
	{ "microsoft-srs-bounces", { "bounces+SRS=44ldt=IX@company.onmicrosoft.com", { { 0 } } },
	    { "bounces+44ldt=IX@company.onmicrosoft.com", { { 0 } } }, FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "gmail-caf", { "grace+caf_=out=freemail.example@company.example", { { 0 } } },
	    { "grace+caf=out=freemail.example@company.example", { { 0 } } },
	    FORWARD_REDIRECT, "grace@company.example", SEVERITY_HIGH },
	{ "x-forwarded-to", { 0, { { "X-Forwarded-To", "out@freemail.example" } } },
	    { 0, { { "X-Forwarded-Encrypted", "i=1; x@freemail.example" } } }, FORWARD_REDIRECT, "", SEVERITY_LOW },
	{ "x-forwarded-for-addresses", { 0, { { "X-Forwarded-For", "grace@company.example out@freemail.example" } } },
	    { 0, { { "X-Forwarded-For", "192.0.2.1, 10.0.0.1" } } },
	    FORWARD_REDIRECT, "grace@company.example", SEVERITY_MEDIUM },
	{ "yahoo-forwarded", { 0, { { "X-Yahoo-Forwarded", "from al@company.example to out@freemail.example" } } },
	    { 0, { { "X-Yahoo-Newman", "from al@company.example" } } },
	    FORWARD_REDIRECT, "al@company.example", SEVERITY_HIGH },
	{ "yahoo-forward-only", { 0, { { "X-Yahoo-ForwardOnly", "1" } } }, { 0, { { "X-Yahoo-Forward", "1" } } },
	    FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "mailru-forward", { 0, { { "X-MailRu-Forward", "1" } } }, { 0, { { "X-Mailru-Msgtype", "forward" } } },
	    FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "mailru-resent-from", { 0, { { "X-ResentFrom", "<al@company.example>" } } },
	    { 0, { { "Resent-From", "<al@company.example>" } } },
	    FORWARD_REDIRECT, "al@company.example", SEVERITY_MEDIUM },
	{ "yandex-forward-twice", { 0, { { "X-Yandex-Forward", "0123456789abcdef0123456789abcdef" },
	    { "X-Yandex-Forward", "fedcba9876543210fedcba9876543210" } } },
	    { 0, { { "X-Yandex-Forward", "0123456789abcdef0123456789abcdef" } } }, FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "proton-forwarded-from", { 0, { { "X-Pm-Forwarded-From", "al@company.example" },
	    { "X-Original-To", "out@freemail.example" } } }, { 0, { { "X-Original-To", "out@freemail.example" } } },
	    FORWARD_REDIRECT, "al@company.example", SEVERITY_HIGH },
	{ "proton-forwarded-to", { 0, { { "X-Pm-Forwarded-To", "out@freemail.example" } } },
	    { 0, { { "X-Pm-Origin", "internal" } } }, FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "zimbra-forwarded", { 0, { { "X-Zimbra-Forwarded", "al@company.example" } } },
	    { 0, { { "X-Zimbra-Forwarded", "al@company.example" }, { "Auto-Submitted", "auto-replied (zimbra)" } } },
	    FORWARD_REDIRECT, "al@company.example", SEVERITY_MEDIUM },
	{ "pigeonhole-redirected-from", { 0, { { "X-Sieve", "Pigeonhole Sieve 0.5.19" },
	    { "X-Sieve-Redirected-From", "dave@company.example" } } }, { 0, { { "X-Sieve", "Pigeonhole Sieve 0.5.19" } } },
	    FORWARD_REDIRECT, "dave@company.example", SEVERITY_HIGH },
	{ "cyrus-sieve-redirect", { 0, { { "X-Sieve-Action", "redirect" } } }, { 0, { { "X-Sieve-Action", "vacation" } } },
	    FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "cpanel-redirect", { 0, { { "X-Get-Message-Sender-Via",
	    "host.company.example: redirect/forwarder owner info@company.example -> out@freemail.example" } } },
	    { 0, { { "X-Get-Message-Sender-Via", "host.company.example: authenticated_id: info@company.example" } } },
	    FORWARD_REDIRECT, "info@company.example", SEVERITY_HIGH },
	{ "exim-from-rewrite", { 0, { { "X-From-Rewrite", "rewritten was: [x@y.example], actual sender does not match,"
	    " forwarded message" } } }, { 0, { { "X-From-Rewrite", "unmodified, already matched" } } },
	    FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "exim-from-rewrite-plain", { 0, { { "From-Rewrite", "forwarded message" } } },
	    { 0, { { "From-Rewrite", "unmodified, already matched" } } }, FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "hmailserver-loop-count", { 0, { { "X-hMailServer-LoopCount", "1" } } },
	    { 0, { { "X-hMailServer-LoopCount", "1" }, { "Auto-Submitted", "auto-replied" } } },
	    FORWARD_RULE, "", SEVERITY_MEDIUM },
	{ "x400-autoforwarded", { 0, { { "Autoforwarded", "TRUE" } } }, { 0, { { "Autoforwarded", "FALSE" } } },
	    FORWARD_RULE, "", SEVERITY_MEDIUM },
	{ "srs", { "SRS0=HHHH=TT=partner.example=erin@company.example", { { 0 } } },
	    { "prvs=12ab34=erin@company.example", { { 0 } } }, FORWARD_REDIRECT, "", SEVERITY_MEDIUM },
	{ "simplelogin-forward", { 0, { { "X-SimpleLogin-Type", "Forward" } } },
	    { 0, { { "X-SimpleLogin-Type", "Reply" } } }, FORWARD_REDIRECT, "", NO_ALERT },
	{ "addy-original-sender", { 0, { { "X-AnonAddy-Original-Sender", "x@y.example" } } },
	    { 0, { { "X-AnonAddy-Authentication-Results", "x" } } }, FORWARD_REDIRECT, "", NO_ALERT },
	{ "x-mailfwdby", { 0, { { "X-MailFwdBy", "frank@company.example" } } }, { 0, { { "X-MDRedirect", "1" } } },
	    FORWARD_REDIRECT, "frank@company.example", SEVERITY_LOW },
	{ "auto-submitted-auto-forwarded", { 0, { { "Auto-Submitted", "auto-forwarded" } } },
	    { 0, { { "Auto-Submitted", "auto-generated" } } }, FORWARD_RULE, "", NO_ALERT },
};

#define FORWARD_CASES (sizeof(forward_cases) / sizeof(forward_cases[0]))

/* Headers that look like evidence and are not; and names that no real mail carries. */
static const char *const forward_decoys[][2] = {
	{ "X-MDRedirect", "1" }, { "X-MDaemon-Deliver-To", "out@freemail.example" }, { "X-MDRemoteIP", "192.0.2.1" },
	{ "X-Forwarded-Encrypted", "i=1; AJvYcC@freemail.example" },
	{ "X-AntiAbuse", "Originator/Caller UID/GID - [47 12] / [47 12]" },
	{ "X-Forward-Email-Sender", "rfc822; al@company.example" }, { "X-Forward-Email-Version", "0.4.40" },
	{ "X-Forward-Email-ID", "1" }, { "X-Autoforward", "1" }, { "X-QQ-FORWARD", "1" }, { "X-Zoho-Forward", "1" },
	{ "X-ICL-Forward", "1" }, { "X-AutoForwarded-By", "al@company.example" },
	{ "X-Forwarded-Message-Id", "<letter@company.example>" }, { "X-Original-To", "out@freemail.example" },
	{ "Thread-Topic", "Forward" }, { "Thread-Index", "AQHa" }, { "X-Loop", "al@company.example" },
	{ "Resent-From", "al@company.example" }, { "Resent-To", "out@freemail.example" },
	{ "Resent-Message-Id", "<x@company.example>" }, { "X-Kerio-Anti-Spam", "Build: 1" }, { "X-ICLOUD-HME", "p=1" },
	{ "Delivered-To", "al@company.example" }, { "X-Sieve", "Pigeonhole Sieve 0.5.19" },
	{ "X-MS-Exchange-CrossTenant-FromEntityHeader", "Internet" }, { "X-MS-Exchange-Parent-Message-Id", "<x@y>" },
	{ "X-EOPAttributedMessage", "0" }, { "Auto-Submitted", "no" }, { "Auto-Submitted", "auto-generated" },
	{ "X-Auto-Response-Suppress", "All" }, { "ARC-Seal", "i=2; a=rsa-sha256; d=company.example" },
};

#define FORWARD_DECOYS (sizeof(forward_decoys) / sizeof(forward_decoys[0]))

#endif
