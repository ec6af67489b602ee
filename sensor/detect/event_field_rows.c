/* SPDX-License-Identifier: Apache-2.0
 *
 * THE table of fields, in the order of the documents: common to all, then by dataset.
 */
#include "detect/event_field_special.h"

#define SESSION EVENT_KIND(OBSERVED_SESSION)
#define MESSAGE EVENT_KIND(OBSERVED_MESSAGE)
#define LOGIN EVENT_KIND(OBSERVED_LOGIN)
#define SCRIPT EVENT_KIND(OBSERVED_SCRIPT)
#define TLS EVENT_KIND(OBSERVED_TLS)
#define ANOMALY EVENT_KIND(OBSERVED_ANOMALY)
#define ALL EVENT_KINDS

#define AT(b, type, member) .base = (b), .offset = offsetof(struct type, member)
#define CONNECTION(member) AT(BASE_CONNECTION, session, member)
#define IN_SESSION(member) AT(BASE_SESSION, session_report, member)
#define IN_MESSAGE(member) AT(BASE_MESSAGE, message_report, member)
#define IN_CONTENT(member) AT(BASE_CONTENT, message_content, member)
#define IN_LOGIN(member) AT(BASE_LOGIN, login_report, member)
#define IN_SCRIPT(member) AT(BASE_SCRIPT, script_report, member)
#define IN_TLS(member) AT(BASE_TLS, tls_report, member)
#define IN_ANOMALY(member) AT(BASE_ANOMALY, anomaly_report, member)
#define EACH(b, e, type, member) .each = (e), .base = (b), .offset = offsetof(struct type, member)
#define PART(e, member) EACH(BASE_CONTENT, e, message_part, member)
#define FOLDER(member) EACH(BASE_SESSION, EACH_FOLDER, folder_report, member)
#define TARGET(member) EACH(BASE_SCRIPT, EACH_TARGET, script_target, member)
#define CERTIFICATE(member) EACH(BASE_TLS, EACH_CERTIFICATE, tls_certificate, member)
#define HEADER(member) EACH(BASE_CONTENT, EACH_HEADER, header_text, member)

/* Columns: kind, its observations, evidence. */
#define TEXT(of) EVENT_TEXT, of, NULL
#define NUMBER(of) EVENT_NUMBER, of, NULL
#define FLAG(of) EVENT_FLAG, of, NULL
#define PERSON(of) EVENT_TEXT, of, "user"
#define TOPIC(of) EVENT_TEXT, of, "subject"
#define FILENAME(of) EVENT_TEXT, of, "file"

#define IS(s) .shape = SHAPE_##s, .when = EVENT_ALWAYS
#define IF(s, type, member) .shape = SHAPE_##s, .when = offsetof(struct type, member)
#define IF_SESSION(s, member) IF(s, session_report, member)
#define ASK(function) .get = (function)

/* A number of session_report that is there when the flag is. */
#define COLLECTION(name) "mailtap.collection." #name, NUMBER(SESSION), IN_SESSION(collection.name)
#define ESTIMATE(name, member) "mailtap.estimate." name, NUMBER(SESSION), IN_SESSION(estimate.member)

const struct event_field event_fields[] = {
	{ "@timestamp", TEXT(ALL), ASK(event_timestamp) },
	{ "event.dataset", TEXT(ALL), ASK(event_dataset) },
	{ "event.id", TEXT(ALL), ASK(event_id) },
	{ "event.outcome", TEXT(LOGIN | SCRIPT), ASK(event_outcome) },
	{ "event.start", TEXT(SESSION), ASK(event_start) },
	{ "event.end", TEXT(SESSION), ASK(event_end) },
	{ "event.duration", NUMBER(SESSION), ASK(event_duration) },
	{ "observer.ingress.interface.name", TEXT(ALL), CONNECTION(interface), IS(STRING) },
	{ "source.ip", EVENT_ADDRESS, ALL, NULL, CONNECTION(client.address), IS(ADDRESS) },
	{ "source.port", NUMBER(ALL), CONNECTION(client.port), IS(U16_SOME) },
	{ "source.bytes", NUMBER(SESSION), IN_SESSION(traffic[FROM_CLIENT].bytes), IS(U64) },
	{ "source.packets", NUMBER(SESSION), IN_SESSION(traffic[FROM_CLIENT].packets), IS(U64) },
	{ "destination.ip", EVENT_ADDRESS, ALL, NULL, CONNECTION(server.address), IS(ADDRESS) },
	{ "destination.port", NUMBER(ALL), CONNECTION(server.port), IS(U16_SOME) },
	{ "destination.bytes", NUMBER(SESSION), IN_SESSION(traffic[FROM_SERVER].bytes), IS(U64) },
	{ "destination.packets", NUMBER(SESSION), IN_SESSION(traffic[FROM_SERVER].packets), IS(U64) },
	{ "network.protocol", TEXT(ALL), ASK(event_protocol) },
	{ "network.direction", TEXT(ALL), ASK(event_direction) },
	{ "network.bytes", NUMBER(SESSION), ASK(event_network_bytes) },
	{ "network.vlan.id", NUMBER(ALL), CONNECTION(vlan), IS(U16_SOME) },
	{ "mailtap.session", TEXT(ALL), ASK(event_session) },
	{ "user.name", PERSON(SESSION | MESSAGE | LOGIN | SCRIPT), ASK(event_user) },

	/* mailtap.session */
	{ "mailtap.end", TEXT(SESSION), ASK(event_session_end) },
	{ "mailtap.pcr", NUMBER(SESSION), ASK(event_pcr) },
	{ "mailtap.handshake", TEXT(SESSION), ASK(event_handshake) },
	{ "mailtap.starttls", FLAG(SESSION | TLS), ASK(event_starttls) },
	{ "mailtap.starttls_offered", FLAG(SESSION), IN_SESSION(starttls_offered), IS(BOOL) },
	{ "mailtap.tls", FLAG(SESSION), ASK(event_tls) },
	{ "mailtap.compressed", FLAG(SESSION), ASK(event_compressed) },
	{ "mailtap.midstream", FLAG(SESSION), CONNECTION(midstream), IS(BOOL) },
	{ "mailtap.one_sided", FLAG(SESSION), IN_SESSION(one_sided), IS(BOOL) },
	{ "mailtap.gap_bytes", NUMBER(SESSION | MESSAGE), ASK(event_gap_bytes) },
	{ "mailtap.missing_client_bytes", NUMBER(SESSION), IN_SESSION(traffic[FROM_CLIENT].missing), IS(U64) },
	{ "mailtap.missing_server_bytes", NUMBER(SESSION), IN_SESSION(traffic[FROM_SERVER].missing), IS(U64) },
	{ "mailtap.banner", TEXT(SESSION), ASK(event_banner) },
	{ "mailtap.commands", NUMBER(SESSION), ASK(event_commands) },
	{ "mailtap.auth_mechanisms", TEXT(SESSION), IN_SESSION(smtp.auth_mechanisms), IF_SESSION(SLICES, is_smtp) },
	{ "mailtap.messages.sent", NUMBER(SESSION), IN_SESSION(messages_sent), IS(U32) },
	{ "mailtap.messages.fetched", NUMBER(SESSION), IN_SESSION(messages_fetched), IS(U32) },
	{ "mailtap.messages.appended", NUMBER(SESSION), IN_SESSION(messages_appended), IS(U32) },
	{ "mailtap.smtp.banner_code", NUMBER(SESSION), IN_SESSION(smtp.banner_code), IF_SESSION(U16_SOME, is_smtp) },
	{ "mailtap.smtp.helo", TEXT(SESSION), IN_SESSION(smtp.helo_text), IF_SESSION(TEXT_ALWAYS, smtp.has_helo) },
	{ "mailtap.smtp.commands", TEXT(SESSION), IN_SESSION(smtp.commands), IF_SESSION(SLICES, is_smtp) },
	{ "mailtap.smtp.reply_codes", NUMBER(SESSION), ASK(event_reply_codes) },
	{ "mailtap.smtp.auth", TEXT(SESSION), IN_SESSION(smtp.auth), IF_SESSION(TEXT, is_smtp) },
	{ "mailtap.smtp.rcpt_refused", PERSON(SESSION), IN_SESSION(smtp.rcpt_refused), IF_SESSION(SLICES, is_smtp) },
	{ "mailtap.smtp.client_sent_tls_to_plaintext", FLAG(SESSION), ASK(event_refused_tls) },
	{ "mailtap.smtp.starttls_offered", FLAG(SESSION), IN_SESSION(smtp.starttls_offered),
	    IF_SESSION(BOOL, is_smtp) },
	{ "mailtap.pop3.commands", TEXT(SESSION), IN_SESSION(pop3.commands), IF_SESSION(SLICES, is_pop3) },
	{ "mailtap.pop3.capabilities", TEXT(SESSION), IN_SESSION(pop3.capabilities), IF_SESSION(SLICES, is_pop3) },
	{ "mailtap.pop3.stat", TEXT(SESSION), ASK(event_stat) },
	{ "mailtap.pop3.list_entries", NUMBER(SESSION), IN_SESSION(pop3.list_entries), IF_SESSION(U64, is_pop3) },
	{ "mailtap.pop3.list_complete", FLAG(SESSION), IN_SESSION(pop3.list_whole), IF_SESSION(BOOL, pop3.listed) },
	{ "mailtap.pop3.uidl_entries", NUMBER(SESSION), IN_SESSION(pop3.uidl_entries), IF_SESSION(U64, is_pop3) },
	{ "mailtap.pop3.uidl_complete", FLAG(SESSION), IN_SESSION(pop3.uidl_whole),
	    IF_SESSION(BOOL, pop3.uidl_listed) },
	{ "mailtap.pop3.retr", NUMBER(SESSION), IN_SESSION(pop3.retr), IF_SESSION(U64, is_pop3) },
	{ "mailtap.pop3.top", NUMBER(SESSION), IN_SESSION(pop3.top), IF_SESSION(U64, is_pop3) },
	{ "mailtap.pop3.dele", NUMBER(SESSION), IN_SESSION(pop3.dele), IF_SESSION(U64, is_pop3) },
	{ "mailtap.imap.capabilities", TEXT(SESSION), IN_SESSION(imap.capabilities), IF_SESSION(SLICES, is_imap) },
	{ "mailtap.imap.commands", TEXT(SESSION), IN_SESSION(imap.commands), IF_SESSION(SLICES, is_imap) },
	{ "mailtap.imap.searches", TOPIC(SESSION), IN_SESSION(imap.searches), IF_SESSION(SLICES, is_imap) },
	{ "mailtap.imap.preauth", FLAG(SESSION), IN_SESSION(imap.preauth), IF_SESSION(BOOL, is_imap) },
	{ "mailtap.imap.fetched", NUMBER(SESSION), IN_SESSION(imap.fetched), IF_SESSION(U64, is_imap) },
	{ "mailtap.imap.exists", NUMBER(SESSION), ASK(event_imap_exists) },
	{ "mailtap.imap.client_id", TEXT(SESSION), ASK(event_client_id) },
	{ "mailtap.imap.folders", TEXT(SESSION), ASK(event_imap_folders) },
	{ "mailtap.managesieve.capabilities", TEXT(SESSION), IN_SESSION(sieve.capabilities),
	    IF_SESSION(SLICES, is_sieve) },
	{ "mailtap.managesieve.commands", TEXT(SESSION), IN_SESSION(sieve.commands), IF_SESSION(SLICES, is_sieve) },
	{ COLLECTION(read_whole), IF_SESSION(U64, has_collection) },
	{ COLLECTION(read_part), IF_SESSION(U64, has_collection) },
	{ COLLECTION(headers_only), IF_SESSION(U64, has_collection) },
	{ COLLECTION(bodies), IF_SESSION(U64, has_collection) },
	{ COLLECTION(body_bytes), IF_SESSION(U64, has_collection) },
	{ COLLECTION(peeked), IF_SESSION(U64, has_collection) },
	{ COLLECTION(exists), IF_SESSION(U64, collection.has_exists) },
	{ "mailtap.collection.coverage", NUMBER(SESSION), ASK(event_coverage) },
	{ "mailtap.collection.order", TEXT(SESSION), ASK(event_order) },
	{ "mailtap.collection.widest", NUMBER(SESSION), ASK(event_widest) },
	{ "mailtap.collection.open_ended", FLAG(SESSION), ASK(event_open_ended) },
	{ COLLECTION(folders_listed), IF_SESSION(U32, has_collection) },
	{ COLLECTION(folders_opened), IF_SESSION(U32, has_collection) },
	{ COLLECTION(searches), IF_SESSION(U32, has_collection) },
	{ COLLECTION(stored), IF_SESSION(U32, has_collection) },
	{ COLLECTION(appended), IF_SESSION(U32, has_collection) },
	{ COLLECTION(copied), IF_SESSION(U32, has_collection) },
	{ COLLECTION(deleted), IF_SESSION(U32, has_collection) },
	{ "mailtap.collection.idle_seconds", NUMBER(SESSION), IN_SESSION(collection.idle),
	    IF_SESSION(USEC, has_collection) },
	{ "mailtap.collection.quit", FLAG(SESSION), IN_SESSION(collection.quit), IF_SESSION(BOOL, has_collection) },
	{ "mailtap.collection.tool", TEXT(SESSION), IN_SESSION(collection.tool), IF_SESSION(STRING, has_collection) },
	{ "mailtap.collection.folders.name", TEXT(SESSION), FOLDER(name_text), IF_SESSION(TEXT, is_imap) },
	{ "mailtap.collection.folders.exists", NUMBER(SESSION), ASK(event_folder_exists) },
	{ "mailtap.collection.folders.read", NUMBER(SESSION), FOLDER(read_whole), IF_SESSION(U64, is_imap) },
	{ "mailtap.collection.folders.read_only", FLAG(SESSION), FOLDER(read_only), IF_SESSION(BOOL, is_imap) },
	{ ESTIMATE("client_records", records[FROM_CLIENT]), IF_SESSION(U64, has_estimate) },
	{ ESTIMATE("server_records", records[FROM_SERVER]), IF_SESSION(U64, has_estimate) },
	{ ESTIMATE("client_bytes", record_bytes[FROM_CLIENT]), IF_SESSION(U64, has_estimate) },
	{ ESTIMATE("server_bytes", record_bytes[FROM_SERVER]), IF_SESSION(U64, has_estimate) },
	{ ESTIMATE("commands", commands), IF_SESSION(U64, has_estimate) },
	{ ESTIMATE("bursts", bursts), IF_SESSION(U64, has_estimate) },
	{ "mailtap.estimate.burst_sizes", NUMBER(SESSION), ASK(event_burst_sizes) },
	{ ESTIMATE("fetched", fetched), IF_SESSION(U64, estimate.has_fetched) },
	{ ESTIMATE("sent", sent), IF_SESSION(U64, estimate.has_sent) },
	{ "mailtap.estimate.pattern", TEXT(SESSION), ASK(event_estimate_pattern) },
	{ ESTIMATE("idle_periods", idle_periods), IF_SESSION(U32, has_estimate) },
	{ ESTIMATE("idle_seconds", idle), IF_SESSION(USEC, has_estimate) },

	/* mailtap.message */
	{ "email.from.address", PERSON(MESSAGE), IN_CONTENT(from), IS(MAILBOXES) },
	{ "email.sender.address", PERSON(MESSAGE), IN_CONTENT(sender), IS(MAILBOXES) },
	{ "email.to.address", PERSON(MESSAGE), IN_CONTENT(to), IS(MAILBOXES) },
	{ "email.cc.address", PERSON(MESSAGE), IN_CONTENT(cc), IS(MAILBOXES) },
	{ "email.bcc.address", PERSON(MESSAGE), IN_CONTENT(bcc), IS(MAILBOXES) },
	{ "email.reply_to.address", PERSON(MESSAGE), IN_CONTENT(reply_to), IS(MAILBOXES) },
	{ "email.subject", TOPIC(MESSAGE), IN_CONTENT(subject_text), IS(TEXT) },
	{ "email.message_id", TEXT(MESSAGE), IN_CONTENT(message_id), IS(TEXT) },
	{ "email.x_mailer", TEXT(MESSAGE), IN_CONTENT(user_agent_text), IS(TEXT) },
	{ "email.date", TEXT(MESSAGE), IN_CONTENT(date_text), IS(TEXT) },
	{ "email.content_type", TEXT(MESSAGE), IN_CONTENT(content_type), IS(TEXT) },
	{ "email.direction", TEXT(MESSAGE), ASK(event_direction) },
	{ "email.attachments.file.name", FILENAME(MESSAGE), PART(EACH_ATTACHMENT, name_text), IS(TEXT) },
	{ "email.attachments.file.extension", TEXT(MESSAGE), PART(EACH_ATTACHMENT, name_text), IS(EXTENSION) },
	{ "email.attachments.file.mime_type", TEXT(MESSAGE), PART(EACH_ATTACHMENT, content_type), IS(TEXT) },
	{ "email.attachments.file.detected_type", TEXT(MESSAGE), PART(EACH_ATTACHMENT, detected_type), IS(TEXT) },
	{ "email.attachments.file.encoding", TEXT(MESSAGE), PART(EACH_ATTACHMENT, encoding), IS(TEXT) },
	{ "email.attachments.file.size", NUMBER(MESSAGE), PART(EACH_ATTACHMENT, size), IS(U64) },
	{ "email.attachments.file.complete", FLAG(MESSAGE), PART(EACH_ATTACHMENT, complete), IS(BOOL) },
	{ "email.attachments.file.hash.md5", TEXT(MESSAGE), PART(EACH_ATTACHMENT_HASHED, md5), IS(MD5) },
	{ "email.attachments.file.hash.sha1", TEXT(MESSAGE), PART(EACH_ATTACHMENT_SHA1, sha1), IS(SHA1) },
	{ "email.attachments.file.hash.sha256", TEXT(MESSAGE), PART(EACH_ATTACHMENT_HASHED, sha256), IS(SHA256) },
	{ "mailtap.transfer", TEXT(MESSAGE), ASK(event_transfer) },
	{ "mailtap.status", TEXT(MESSAGE), ASK(event_status) },
	{ "mailtap.complete", FLAG(MESSAGE), IN_MESSAGE(complete), IS(BOOL) },
	{ "mailtap.authenticated", FLAG(MESSAGE), IN_MESSAGE(authenticated), IS(BOOL) },
	{ "mailtap.envelope.from", PERSON(MESSAGE), ASK(event_envelope_from) },
	{ "mailtap.envelope.to", PERSON(MESSAGE), ASK(event_envelope_to) },
	{ "mailtap.envelope.refused", PERSON(MESSAGE), ASK(event_envelope_refused) },
	{ "mailtap.envelope.helo", TEXT(MESSAGE), ASK(event_envelope_helo) },
	{ "mailtap.envelope.reply", TEXT(MESSAGE), ASK(event_envelope_reply) },
	{ "mailtap.envelope.chunks", NUMBER(MESSAGE), ASK(event_envelope_chunks) },
	{ "mailtap.from", TEXT(MESSAGE), IN_CONTENT(from_text), IS(TEXT) },
	{ "mailtap.in_reply_to", TEXT(MESSAGE), IN_CONTENT(in_reply_to), IS(TEXT) },
	{ "mailtap.references", TEXT(MESSAGE), IN_CONTENT(references), IS(SLICES) },
	{ "mailtap.received_count", NUMBER(MESSAGE), IN_CONTENT(received_count), IS(UNSIGNED) },
	{ "mailtap.bytes", NUMBER(MESSAGE), IN_CONTENT(bytes), IS(U64) },
	{ "mailtap.hash.sha1", TEXT(MESSAGE), IN_CONTENT(sha1), IF(SHA1, message_content, hashed) },
	{ "mailtap.hash.sha256", TEXT(MESSAGE), IN_CONTENT(sha256), IF(SHA256, message_content, hashed) },
	{ "mailtap.headers.name", TEXT(MESSAGE), HEADER(name), IS(TEXT_ALWAYS) },
	{ "mailtap.headers.value", TEXT(MESSAGE), HEADER(value_text), IS(TEXT_ALWAYS) },
	{ "mailtap.parts.depth", NUMBER(MESSAGE), PART(EACH_PART, depth), IS(UNSIGNED) },
	{ "mailtap.parts.content_type", TEXT(MESSAGE), PART(EACH_PART, content_type), IS(TEXT) },
	{ "mailtap.parts.encoding", TEXT(MESSAGE), PART(EACH_PART, encoding), IS(TEXT) },
	{ "mailtap.parts.charset", TEXT(MESSAGE), PART(EACH_PART, charset), IS(TEXT) },
	{ "mailtap.parts.filename", FILENAME(MESSAGE), PART(EACH_PART, name_text), IS(TEXT) },
	{ "mailtap.parts.size", NUMBER(MESSAGE), PART(EACH_LEAF, size), IS(U64) },
	{ "mailtap.parts.complete", FLAG(MESSAGE), PART(EACH_LEAF, complete), IS(BOOL) },
	{ "mailtap.parts.sha256", TEXT(MESSAGE), PART(EACH_LEAF_HASHED, sha256), IS(SHA256) },
	{ "mailtap.forward.verdict", TEXT(MESSAGE), ASK(event_forward_verdict) },
	{ "mailtap.forward.evidence.rule", TEXT(MESSAGE), ASK(event_artefact_rule) },
	{ "mailtap.forward.evidence.name", TEXT(MESSAGE), ASK(event_artefact_name) },
	{ "mailtap.forward.evidence.value", TEXT(MESSAGE), ASK(event_artefact_value) },
	{ "mailtap.forward.evidence.weight", NUMBER(MESSAGE), ASK(event_artefact_weight) },
	{ "mailtap.forward.confidence", NUMBER(MESSAGE), ASK(event_forward_confidence) },
	{ "mailtap.forward.victim", PERSON(MESSAGE), ASK(event_forward_victim) },
	{ "mailtap.forward.target", PERSON(MESSAGE), ASK(event_forward_target) },
	{ "mailtap.forward.hops", NUMBER(MESSAGE), ASK(event_forward_hops) },
	{ "mailtap.forward.quiet_because", TEXT(MESSAGE), ASK(event_quiet_because) },
	{ "mailtap.item.mailbox", TEXT(MESSAGE), IN_MESSAGE(item.mailbox_text), IF(TEXT, message_report, has_item) },
	{ "mailtap.item.uid", NUMBER(MESSAGE), ASK(event_item_uid) },
	{ "mailtap.item.number", NUMBER(MESSAGE), ASK(event_item_number) },
	{ "mailtap.item.unique_id", TEXT(MESSAGE), IN_MESSAGE(item.unique_text), IF(TEXT, message_report, has_item) },
	{ "mailtap.item.size", NUMBER(MESSAGE), ASK(event_item_size) },
	{ "mailtap.fetch.kind", TEXT(MESSAGE), IN_MESSAGE(item.kind), IF(STRING, message_report, has_item) },
	{ "mailtap.fetch.literal", NUMBER(MESSAGE), ASK(event_fetch_literal) },
	{ "mailtap.item.part", FLAG(MESSAGE), IN_MESSAGE(item.part), IF(BOOL, message_report, has_item) },
	{ "mailtap.item.peek", FLAG(MESSAGE), IN_MESSAGE(item.peek), IF(BOOL, message_report, has_item) },

	/* mailtap.login */
	{ "user.domain", TEXT(LOGIN), IN_LOGIN(domain_text), IS(TEXT) },
	{ "mailtap.mechanism", TEXT(LOGIN), IN_LOGIN(mechanism), IS(TEXT) },
	{ "mailtap.workstation", TEXT(LOGIN), IN_LOGIN(workstation_text), IS(TEXT) },
	{ "mailtap.cleartext", FLAG(LOGIN), IN_LOGIN(cleartext), IS(BOOL) },

	/* mailtap.script */
	{ "mailtap.script.action", TEXT(SCRIPT), ASK(event_script_action) },
	{ "mailtap.script.name", TEXT(SCRIPT), IN_SCRIPT(name_text), IS(TEXT) },
	{ "mailtap.script.bytes", NUMBER(SCRIPT), IN_SCRIPT(bytes), IS(U64) },
	{ "mailtap.script.complete", FLAG(SCRIPT), IN_SCRIPT(complete), IS(BOOL) },
	{ "mailtap.script.targets.address", PERSON(SCRIPT), TARGET(address_text), IS(TEXT) },
	{ "mailtap.script.targets.copy", FLAG(SCRIPT), TARGET(copy), IS(BOOL) },
	{ "mailtap.script.targets.pipe", FLAG(SCRIPT), TARGET(pipe), IS(BOOL) },

	/* mailtap.tls */
	{ "tls.version", TEXT(TLS), ASK(event_tls_version) },
	{ "tls.version_protocol", TEXT(TLS), ASK(event_tls_family) },
	{ "tls.cipher", TEXT(TLS), ASK(event_tls_cipher) },
	{ "tls.curve", TEXT(TLS), ASK(event_tls_curve) },
	{ "tls.next_protocol", TEXT(TLS), IN_TLS(next_protocol), IS(TEXT) },
	{ "tls.resumed", FLAG(TLS), IN_TLS(resumed), IS(BOOL) },
	{ "tls.established", FLAG(TLS), IN_TLS(established), IS(BOOL) },
	{ "tls.client.server_name", TEXT(TLS), IN_TLS(server_name_text), IS(TEXT) },
	{ "tls.client.ja3", TEXT(TLS), IN_TLS(ja3), IS(CHARS) },
	{ "tls.server.ja3s", TEXT(TLS), IN_TLS(ja3s), IS(CHARS) },
	{ "tls.server.subject", TEXT(TLS), ASK(event_certificate_subject) },
	{ "tls.server.issuer", TEXT(TLS), ASK(event_certificate_issuer) },
	{ "tls.server.not_before", TEXT(TLS), ASK(event_not_before) },
	{ "tls.server.not_after", TEXT(TLS), ASK(event_not_after) },
	{ "tls.server.hash.sha1", TEXT(TLS), ASK(event_certificate_sha1) },
	{ "tls.server.hash.sha256", TEXT(TLS), ASK(event_certificate_sha256) },
	{ "mailtap.ja4", TEXT(TLS), IN_TLS(ja4), IS(CHARS) },
	{ "mailtap.alpn_offered", TEXT(TLS), IN_TLS(alpn_offered), IS(SLICES) },
	{ "mailtap.client_hello", FLAG(TLS), IN_TLS(has_client_hello), IS(BOOL) },
	{ "mailtap.server_hello", FLAG(TLS), IN_TLS(has_server_hello), IS(BOOL) },
	{ "mailtap.ech", FLAG(TLS), IN_TLS(ech), IS(BOOL) },
	{ "mailtap.downgrade", FLAG(TLS), IN_TLS(downgrade), IS(BOOL) },
	{ "mailtap.tls_alert.code", NUMBER(TLS), ASK(event_alert_code) },
	{ "mailtap.tls_alert.name", TEXT(TLS), ASK(event_alert_name) },
	{ "mailtap.tls_alert.level", TEXT(TLS), ASK(event_alert_level) },
	{ "mailtap.tls_alert.from", TEXT(TLS), ASK(event_alert_from) },
	{ "mailtap.certificate.names", TEXT(TLS), ASK(event_certificate_names) },
	{ "mailtap.certificate.self_signed", FLAG(TLS), ASK(event_self_signed) },
	{ "mailtap.certificate.chain", NUMBER(TLS), ASK(event_certificate_chain) },
	{ "mailtap.tls.cipher_code", TEXT(TLS), IN_TLS(cipher), IS(CODE) },
	{ "mailtap.tls.group_code", TEXT(TLS), IN_TLS(group), IS(CODE) },
	{ "mailtap.tls.client_version", TEXT(TLS), ASK(event_tls_client_version) },
	{ "mailtap.tls.retried", FLAG(TLS), IN_TLS(retried), IS(BOOL) },
	{ "mailtap.tls.early_data", FLAG(TLS), IN_TLS(early_data), IS(BOOL) },
	{ "mailtap.tls.certificates.subject", TEXT(TLS), CERTIFICATE(subject_text), IS(TEXT) },
	{ "mailtap.tls.certificates.issuer", TEXT(TLS), CERTIFICATE(issuer_text), IS(TEXT) },
	{ "mailtap.tls.certificates.serial_number", TEXT(TLS), CERTIFICATE(serial), IS(TEXT) },
	{ "mailtap.tls.certificates.alternative_names", TEXT(TLS), CERTIFICATE(names), IS(SLICES) },
	{ "mailtap.tls.certificates.not_before", TEXT(TLS), CERTIFICATE(not_before), IS(DATE) },
	{ "mailtap.tls.certificates.not_after", TEXT(TLS), CERTIFICATE(not_after), IS(DATE) },
	{ "mailtap.tls.certificates.hash.sha1", TEXT(TLS), CERTIFICATE(sha1), IS(SHA1) },
	{ "mailtap.tls.certificates.hash.sha256", TEXT(TLS), CERTIFICATE(sha256), IS(SHA256) },

	/* mailtap.anomaly */
	{ "mailtap.anomaly.name", TEXT(ANOMALY), IN_ANOMALY(name), IS(STRING) },
	{ "mailtap.anomaly.detail", TEXT(ANOMALY), IN_ANOMALY(detail_text), IS(TEXT) },
	{ "mailtap.anomaly.from", TEXT(ANOMALY), ASK(event_anomaly_from) },
	{ "mailtap.anomaly.count", NUMBER(ANOMALY), IN_ANOMALY(count), IS(U64) },

	{ NULL, EVENT_TEXT, 0, NULL, 0, 0, 0, 0, 0, NULL },
};

const struct event_unavailable event_unavailable[] = {
	{ "ecs.version", "it is always the same" },
	{ "event.kind", "it is always \"event\"" },
	{ "event.module", "it is always \"mailtap\"" },
	{ "observer.name", "it is always this sensor's" },
	{ "observer.type", "it is always \"sensor\"" },
	{ "observer.product", "it is always \"mailtap\"" },
	{ "observer.version", "it is always this sensor's" },
	{ "network.transport", "it is always \"tcp\"" },
	{ "network.community_id", "ask for source.ip, source.port, destination.ip and destination.port" },
	{ "related.*", "it repeats other fields: ask for those" },
	{ "mailtap.truncated", "it is of the document" },
	{ "*_dropped", "it counts what a document left out" },
	{ "*.dropped", "it counts what a document left out" },
	{ "mailtap.retr", "ask for mailtap.item.number" },
	{ "mailtap.service.*", "ask a session or a handshake for what it tells of the server" },
	{ "mailtap.stats", "rules judge traffic, not the sensor" },
	{ "mailtap.alert.*", "it is of alerts: rules judge events" },
	{ "mailtap.pivot.*", "it is of alerts: rules judge events" },
	{ "mailtap.severity", "it is of alerts: rules judge events" },
	{ "event.severity", "it is of alerts: rules judge events" },
	{ "event.risk_score", "it is of alerts: rules judge events" },
	{ "event.reason", "it is of alerts: rules judge events" },
	{ "event.action", "it is of alerts: rules judge events" },
	{ "rule.*", "it is of alerts: rules judge events" },
	{ "threat.*", "it is of alerts: rules judge events" },
	{ "message", "it is of alerts: rules judge events" },
	{ NULL, NULL },
};
