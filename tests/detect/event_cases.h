/* SPDX-License-Identifier: Apache-2.0
 *
 * event_cases: one observation of each kind in which every field has a value, for checks that compare what rules read
 * with what documents hold.
 */
#ifndef TESTS_DETECT_EVENT_CASES_H
#define TESTS_DETECT_EVENT_CASES_H

#include <check.h>

#include "detect/event_field.h"
#include "support/observations.h"

struct event_case {
	struct session session;
	struct session_report report;
	struct message_content content;
	struct message_report message;
	struct login_report login;
	struct script_report script;
	struct tls_report tls;
	struct anomaly_report anomaly;
	struct folder_report folders[2];
	struct script_target targets[2];
	struct tls_certificate certificates[2];
	struct header_text headers[4];
	struct message_part parts[4];
	struct mailbox boxes[2];
	struct bytes words[2];
	uint16_t codes[2];
	uint64_t chunks[2];
};

static inline struct slices
event_case_slices(struct event_case *x)
{
	return (struct slices){ .at = x->words, .len = 2, .dropped = 3 };
}

static inline void
event_case_session(struct event_case *x)
{
	struct session_report *r = &x->report;
	struct slices some = event_case_slices(x);

	*r = (struct session_report){ .end = SESSION_RST,
		.last = SCENE_NOON + 90 * USEC_PER_SEC,
		.traffic = { { 3000, 30, 5 }, { 1000, 20, 6 } },
		.handshake = HANDSHAKE_SYNACK,
		.one_sided = true,
		.starttls = true,
		.starttls_offered = true,
		.refused_tls = true,
		.tls = true,
		.messages_sent = 3,
		.messages_fetched = 4,
		.messages_appended = 5,
		.is_smtp = true,
		.is_pop3 = true,
		.is_imap = true,
		.is_sieve = true,
		.has_collection = true,
		.has_estimate = true };
	r->smtp = (struct smtp_report){ .banner_code = 220,
		.banner_text = BYTES("smtp here"),
		.has_helo = true,
		.helo_text = BYTES("client.example"),
		.commands = some,
		.reply_codes = x->codes,
		.reply_code_count = 2,
		.auth = BYTES("PLAIN"),
		.auth_mechanisms = some,
		.rcpt_refused = some,
		.starttls_offered = true };
	r->pop3 = (struct pop3_report){ .banner_text = BYTES("pop3 here"),
		.commands = some,
		.capabilities = some,
		.has_stat = true,
		.stat_messages = 7,
		.stat_octets = 7000,
		.list_entries = 71,
		.uidl_entries = 72,
		.retr = 73,
		.top = 74,
		.dele = 75,
		.listed = true,
		.uidl_listed = true,
		.list_whole = true };
	r->imap = (struct imap_report){ .banner_text = BYTES("imap here"),
		.preauth = true,
		.capabilities = some,
		.commands = some,
		.searches = some,
		.fetched = 81,
		.compressed = true };
	r->sieve = (struct sieve_report){ .banner_text = BYTES("sieve here"), .capabilities = some, .commands = some };
	x->folders[0] = (struct folder_report){ BYTES("INBOX"), true, 91, 92, true };
	x->folders[1] = (struct folder_report){ BYTES("Sent"), false, 0, 93, false };
	r->collection = (struct collection_report){ .account_text = BYTES("alice"),
		.read_whole = 25,
		.read_part = 101,
		.headers_only = 102,
		.bodies = 103,
		.body_bytes = 104,
		.peeked = 105,
		.exists = 100,
		.has_exists = true,
		.order = ORDER_DESCENDING,
		.widest = 106,
		.folders_listed = 107,
		.folders_opened = 108,
		.folders = x->folders,
		.folder_count = 2,
		.searches = 109,
		.stored = 110,
		.appended = 111,
		.copied = 112,
		.deleted = 113,
		.idle = 2500000,
		.quit = true,
		.client_id_text = BYTES("tool 1.0"),
		.tool = "imapsync" };
	r->estimate = (struct estimate_report){ .records = { 121, 122 },
		.record_bytes = { 123, 124 },
		.commands = 125,
		.bursts = 126,
		.has_fetched = true,
		.has_sent = true,
		.fetched = 127,
		.sent = 128,
		.pattern = ESTIMATE_BATCH,
		.idle_periods = 129,
		.idle = 1500000 };
	for (uint64_t i = 0; i < ESTIMATE_SIZES; i++)
		r->estimate.burst_sizes[i] = 200 + i;
}

static inline void
event_case_content(struct event_case *x)
{
	struct message_content *m = &x->content;
	struct mailboxes boxes = { x->boxes, 2, 4 };

	x->headers[0] =
	    (struct header_text){ BYTES("X-MS-Exchange-Generated-Message-Source"), BYTES("Mailbox Rules Agent") };
	x->headers[1] = (struct header_text){ BYTES("X-Other"), BYTES("") };
	x->headers[2] = (struct header_text){ BYTES("Thread-Topic"), BYTES("the topic") };
	x->headers[3] = (struct header_text){ BYTES("X-Forwarded-To"), BYTES("second@out.example") };
	x->parts[0] = (struct message_part){ .content_type = BYTES("multipart/mixed"), .is_branch = true };
	x->parts[1] = (struct message_part){ .depth = 1,
		.content_type = BYTES("text/plain"),
		.encoding = BYTES("8bit"),
		.charset = BYTES("utf-8"),
		.size = 31,
		.complete = true,
		.hashed = true,
		.detected_type = BYTES("application/pdf"),
		.md5 = { 8 },
		.sha1 = { 9 },
		.sha256 = { 0xab } };
	x->parts[2] = (struct message_part){ .depth = 1,
		.content_type = BYTES("application/zip"),
		.encoding = BYTES("base64"),
		.name_text = BYTES("mail.Store.pst"),
		.detected_type = BYTES("application/zip"),
		.is_attachment = true,
		.complete = true,
		.hashed = true,
		.size = 4096,
		.md5 = { 1, 0xff },
		.sha1 = { 2 },
		.sha256 = { 3 } };
	x->parts[3] = (struct message_part){ .depth = 1,
		.content_type = BYTES("image/png"),
		.name_text = BYTES("noext"),
		.is_attachment = true,
		.hashed = true,
		.size = 12,
		.md5 = { 4 },
		.sha256 = { 5 } };
	*m = (struct message_content){ .has_header = true,
		.subject_text = BYTES("Wire the money"),
		.from_text = BYTES("Al <a@one.example>"),
		.date_text = BYTES("Mon, 23 Nov 2026 12:00:00 +0000"),
		.message_id = BYTES("1@one.example"),
		.in_reply_to = BYTES("0@one.example"),
		.user_agent_text = BYTES("mutt"),
		.content_type = BYTES("multipart/mixed"),
		.from = boxes,
		.sender = boxes,
		.to = boxes,
		.cc = boxes,
		.bcc = boxes,
		.reply_to = boxes,
		.references = event_case_slices(x),
		.received = event_case_slices(x),
		.urls = event_case_slices(x),
		.received_count = 2,
		.headers = x->headers,
		.header_count = 4,
		.parts = x->parts,
		.part_count = 4,
		.bytes = 9000,
		.missing = 9,
		.hashed = true,
		.sha1 = { 6 },
		.sha256 = { 7 } };
}

static inline void
event_case_tls(struct event_case *x)
{
	struct tls_report *r = &x->tls;

	x->certificates[0] = (struct tls_certificate){ .subject_text = BYTES("CN=mail.example"),
		.issuer_text = BYTES("CN=ca.example"),
		.names = event_case_slices(x),
		.not_before = 1700000000,
		.not_after = 1800000000,
		.self_signed = true,
		.sha1 = { 8 },
		.sha256 = { 9 },
		.serial = BYTES("0A1B") };
	*r = (struct tls_report){ .starttls = true,
		.has_client_hello = true,
		.has_server_hello = true,
		.version = 0x0303,
		.client_version = 0x0301,
		.retried = true,
		.early_data = true,
		.cipher = 0xc02f,
		.group = 0x1d,
		.server_name_text = BYTES("mail.example"),
		.alpn_offered = event_case_slices(x),
		.next_protocol = BYTES("imap"),
		.resumed = true,
		.established = true,
		.ech = true,
		.downgrade = true,
		.has_alert = true,
		.alert_level = 2,
		.alert_code = 40,
		.alert_from_server = true,
		.certificates = x->certificates,
		.certificate_count = 2,
		.certificates_dropped = 1,
		.ja3 = "ada70206e40642a3e4461f35503241d5",
		.ja3s = "de350869b8c85de67a350c8d186f11e6",
		.ja4 = "t13d1516h2_8daaf6152771_e5627efa2ab1" };
}

/* Where x stands for good: its parts point at each other. */
static inline void
event_case_init(struct event_case *x)
{
	memset(x, 0, sizeof(*x));
	x->session = (struct session){ .id = { { 1, 2 } },
		.client = { .port = 50000 },
		.server = { .port = 143 },
		.start = SCENE_NOON,
		.protocol = MAIL_IMAP,
		.vlan = 17,
		.midstream = true,
		.mail_port = true,
		.interface = "tap0" };
	ck_assert(address_parse(BYTES("10.0.0.5"), &x->session.client.address));
	ck_assert(address_parse(BYTES("2001:db8::25"), &x->session.server.address));
	x->words[0] = BYTES("first");
	x->words[1] = BYTES("second@out.example");
	x->codes[0] = 250;
	x->codes[1] = 550;
	x->chunks[0] = 70;
	x->boxes[0] = (struct mailbox){ BYTES("a@one.example"), BYTES("Al") };
	x->boxes[1] = (struct mailbox){ BYTES("b@two.example"), BYTES("") };
	event_case_session(x);
	event_case_content(x);
	event_case_tls(x);
	x->message = (struct message_report){ .transfer = TRANSFER_SMTP_BDAT,
		.status = MESSAGE_REFUSED,
		.complete = true,
		.authenticated = true,
		.content = &x->content };
	x->message.envelope = (struct smtp_envelope){ .has_sender = true,
		.from = BYTES("bounces@company.example"),
		.to = event_case_slices(x),
		.refused = event_case_slices(x),
		.helo_text = BYTES("helo.example"),
		.reply_text = BYTES("550 no"),
		.chunks = x->chunks,
		.chunk_count = 2 };
	x->message.item = (struct mailbox_item){ .mailbox_text = BYTES("INBOX"),
		.account_text = BYTES("bob"),
		.has_uid = true,
		.uid = 41,
		.number = 42,
		.unique_text = BYTES("uidl-43"),
		.has_size = true,
		.size = 44,
		.part = true,
		.peek = true,
		.kind = "header",
		.literal = 45 };
	x->login = (struct login_report){ .user_text = BYTES("carol"),
		.domain_text = BYTES("CORP"),
		.workstation_text = BYTES("DESK7"),
		.mechanism = BYTES("NTLM"),
		.cleartext = true,
		.outcome = LOGIN_FAILURE };
	x->targets[0] = (struct script_target){ BYTES("out@other.example"), true, false };
	x->targets[1] = (struct script_target){ BYTES("prog"), false, true };
	x->script = (struct script_report){ .action = SCRIPT_ACTIVATED,
		.outcome = SCRIPT_ACCEPTED,
		.name_text = BYTES("vacation"),
		.account_text = BYTES("dave"),
		.bytes = 321,
		.complete = true,
		.targets = x->targets,
		.target_count = 2 };
	x->anomaly = (struct anomaly_report){
		.name = "missing_bytes", .detail_text = BYTES("lost some"), .from = FROM_SERVER, .count = 8
	};
}

static inline struct observation
event_case_of(const struct event_case *x, enum observation_kind kind)
{
	struct observation o = { .kind = kind, .time = SCENE_NOON + 123456, .session = &x->session };

	switch (kind) {
	case OBSERVED_SESSION:
		o.report = &x->report;
		break;
	case OBSERVED_MESSAGE:
		o.message = &x->message;
		break;
	case OBSERVED_LOGIN:
		o.login = &x->login;
		break;
	case OBSERVED_SCRIPT:
		o.script = &x->script;
		break;
	case OBSERVED_TLS:
		o.tls = &x->tls;
		break;
	default:
		o.anomaly = &x->anomaly;
		break;
	}
	return o;
}

#endif
