/* SPDX-License-Identifier: Apache-2.0 */
#include "observe/observation.h"

#include <string.h>

static const char *const protocol_names[MAIL_PROTOCOLS] = {
	[MAIL_SMTP] = "smtp",
	[MAIL_POP3] = "pop3",
	[MAIL_IMAP] = "imap",
	[MAIL_MANAGESIEVE] = "managesieve",
	[MAIL_TLS] = "tls",
};

const char *
mail_protocol_name(enum mail_protocol p)
{
	return protocol_names[p];
}

const char *
session_end_name(enum session_end end)
{
	static const char *const names[] = {
		[SESSION_LIVES] = "alive",
		[SESSION_FIN] = "fin",
		[SESSION_RST] = "rst",
		[SESSION_IDLE] = "idle",
		[SESSION_EVICTED] = "evicted",
		[SESSION_REUSED] = "reused",
		[SESSION_STOP] = "stop",
	};

	return names[end];
}

const char *
handshake_seen_name(enum handshake_seen h)
{
	static const char *const names[] = {
		[HANDSHAKE_NONE] = "none",
		[HANDSHAKE_SYN] = "syn",
		[HANDSHAKE_SYNACK] = "synack",
	};

	return names[h];
}

const char *
login_outcome_name(enum login_outcome o)
{
	static const char *const names[] = {
		[LOGIN_UNKNOWN] = "unknown",
		[LOGIN_SUCCESS] = "success",
		[LOGIN_FAILURE] = "failure",
	};

	return names[o];
}

const char *
message_transfer_name(enum message_transfer t)
{
	static const char *const names[] = {
		[TRANSFER_SMTP_DATA] = "smtp-data",
		[TRANSFER_SMTP_BDAT] = "smtp-bdat",
		[TRANSFER_IMAP_FETCH] = "imap-fetch",
		[TRANSFER_IMAP_APPEND] = "imap-append",
		[TRANSFER_POP3_RETR] = "pop3-retr",
		[TRANSFER_POP3_TOP] = "pop3-top",
	};

	return names[t];
}

const char *
message_status_name(enum message_status s)
{
	static const char *const names[] = {
		[MESSAGE_ACCEPTED] = "accepted",
		[MESSAGE_REFUSED] = "refused",
		[MESSAGE_UNANSWERED] = "unanswered",
		[MESSAGE_INCOMPLETE] = "incomplete",
	};

	return names[s];
}

const char *
reading_order_name(enum reading_order order)
{
	static const char *const names[] = {
		[ORDER_UNKNOWN] = NULL,
		[ORDER_ASCENDING] = "ascending",
		[ORDER_DESCENDING] = "descending",
		[ORDER_MIXED] = "mixed",
	};

	return names[order];
}

const char *
script_action_name(enum script_action a)
{
	static const char *const names[] = {
		[SCRIPT_STORED] = "stored",
		[SCRIPT_ACTIVATED] = "activated",
		[SCRIPT_CHECKED] = "checked",
	};

	return names[a];
}

const char *
script_outcome_name(enum script_outcome o)
{
	static const char *const names[] = {
		[SCRIPT_UNANSWERED] = "unknown",
		[SCRIPT_ACCEPTED] = "success",
		[SCRIPT_REFUSED] = "failure",
	};

	return names[o];
}

const char *
tls_version_name(uint16_t version)
{
	static const struct {
		uint16_t version;
		const char *name;
	} names[] = { { 0x0002, "SSL 2.0" }, { 0x0300, "SSL 3.0" }, { 0x0301, "TLS 1.0" }, { 0x0302, "TLS 1.1" },
		{ 0x0303, "TLS 1.2" }, { 0x0304, "TLS 1.3" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].version == version)
			return names[i].name;
	return NULL;
}

const char *
estimate_pattern_name(enum estimate_pattern p)
{
	static const char *const names[] = {
		[ESTIMATE_UNKNOWN] = "unknown",
		[ESTIMATE_INTERACTIVE] = "interactive",
		[ESTIMATE_BATCH] = "batch",
	};

	return names[p];
}

/* Which of its kind within the session. */
static uint64_t
ordinal_of(const struct observation *o)
{
	switch (o->kind) {
	case OBSERVED_MESSAGE:
		return o->message->ordinal;
	case OBSERVED_LOGIN:
		return o->login->ordinal;
	case OBSERVED_SCRIPT:
		return o->script->ordinal;
	case OBSERVED_TLS:
		return o->tls->ordinal;
	case OBSERVED_ANOMALY:
		return o->anomaly->ordinal;
	case OBSERVED_SESSION:
	case OBSERVED_VOLUME:
	case OBSERVED_LOSS:
		break;
	}
	return 0;
}

struct identity
observation_id(const struct observation *o)
{
	uint64_t words[5] = { 0, 0, (uint64_t)o->kind, 0, 0 };
	uint8_t text[sizeof(words)];

	if (o->session != NULL) {
		words[0] = o->session->id.word[0];
		words[1] = o->session->id.word[1];
	}
	/* A session is reported on at its end under one id, in between under one per report. */
	if (o->kind == OBSERVED_SESSION && o->report != NULL && o->report->end == SESSION_LIVES)
		words[3] = (uint64_t)o->time;
	else if (o->kind == OBSERVED_VOLUME || o->kind == OBSERVED_LOSS)
		words[3] = (uint64_t)o->time;
	words[4] = ordinal_of(o);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(words[i / 8] >> (8 * (i % 8)));
	return identity_of(BYTES("mailtap.event"), bytes_of(text, sizeof(text)));
}
