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
	else if (o->kind == OBSERVED_MESSAGE)
		words[4] = o->message->ordinal;
	else if (o->kind == OBSERVED_LOGIN)
		words[4] = o->login->ordinal;
	else if (o->kind == OBSERVED_ANOMALY)
		words[4] = o->anomaly->ordinal;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(words[i / 8] >> (8 * (i % 8)));
	return identity_of(BYTES("mailtap.event"), bytes_of(text, sizeof(text)));
}
