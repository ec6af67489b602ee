/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/anomaly.h"

static const struct {
	const char *name, *sentence;
} rows[ANOMALIES] = {
	[ANOMALY_NOT_SMTP] = { "not_smtp", "What is spoken is not SMTP: reading was given up." },
	[ANOMALY_LONG_LINE] = { "long_line", "A line was longer than protocol.line: its end was not read." },
	[ANOMALY_BARE_LF] = { "bare_lf", "Lines end in LF without CR." },
	[ANOMALY_SMUGGLING] = { "smtp_smuggling",
	    "A dot stands alone on a line, between line ends of two kinds or behind a NUL: two servers would end the message "
	    "differently." },
	[ANOMALY_DATA_NOT_AWAITED] = { "data_not_awaited",
	    "The client sent the message without waiting for the server's go-ahead." },
	[ANOMALY_BAD_BDAT] = { "bad_bdat", "The argument of BDAT is no size." },
	[ANOMALY_BAD_REPLY] = { "bad_reply", "A line of the server is no reply." },
	[ANOMALY_PENDING_CEILING] = { "pending_ceiling", "More commands await their reply than are kept track of." },
	[ANOMALY_RECIPIENT_CEILING] = { "recipient_ceiling", "More recipients than are kept: the others are counted." },
	[ANOMALY_RCPT_WITHOUT_MAIL] = { "rcpt_without_mail", "A recipient was named before any sender." },
	[ANOMALY_EARLY_CLIENT] = { "early_client", "The client spoke before the server had greeted it." },
	[ANOMALY_PLAINTEXT_AFTER_STARTTLS] = { "plaintext_after_starttls",
	    "The client sent more clear text behind STARTTLS before the server answered: an attempt to inject commands." },
	[ANOMALY_BARE_CR] = { "bare_cr", "A CR without LF stands in a command line, or ends it." },
	[ANOMALY_REPLY_CODES] = { "reply_codes", "The lines of one reply have different codes: the last one counts." },
	[ANOMALY_UNDECIDED_CEILING] = { "undecided_ceiling",
	    "So much followed DATA without any reply that it was taken for what it looks like." },
	[ANOMALY_SOURCE_ROUTE] = { "source_route", "A path names hosts to pass through, which nobody needs any more." },
	[ANOMALY_TLS_UNASKED] = { "tls_unasked", "The client began TLS, which nobody had agreed to." },
	[ANOMALY_NOT_POP3] = { "not_pop3", "What is spoken is not POP3: reading was given up." },
	[ANOMALY_NOT_IMAP] = { "not_imap", "What is spoken is not IMAP: reading was given up." },
	[ANOMALY_OPAQUE] = { "opaque_compressed", "A compressed connection could not be read on: part of it is missing, or bad." },
	[ANOMALY_INFLATE_BOMB] = { "inflate_bomb",
	    "A compressed connection grew past protocol.inflate_ratio: it was read no more." },
	[ANOMALY_NOT_TLS] = { "not_tls", "What follows on a connection that began as TLS is no TLS: reading was given up." },
	[ANOMALY_STARTTLS_MASKED] = { "starttls_masked",
	    "A capability is masked with X, as firewalls do with those they do not know." },
	[ANOMALY_STARTTLS_REFUSED] = { "starttls_refused", "The server refused to begin TLS." },
	[ANOMALY_STARTTLS_REWRITTEN] = { "starttls_rewritten",
	    "A command is masked with X: somebody between client and server has changed what the client said." },
	[ANOMALY_UIDL_CEILING] = { "uidl_ceiling", "A POP3 mailbox has more unique names of messages than are kept." },
	[ANOMALY_TEXT_LOST] = { "text_lost", "Part of the dialogue could not be kept: memory was short." },
};

_Static_assert(ANOMALIES <= 32, "a bit for each");

const char *
anomaly_name(enum anomaly a)
{
	return rows[a].name;
}

const char *
anomaly_sentence(enum anomaly a)
{
	return rows[a].sentence;
}

void
anomaly_say(struct anomalies *list, const struct protocol_context *c, enum anomaly a, enum direction from, usec_t time)
{
	struct anomaly_report report = { .ordinal = list->count, .name = rows[a].name,
		.detail_text = bytes_str(rows[a].sentence), .from = from, .count = 1 };
	struct observation o = { .kind = OBSERVED_ANOMALY, .time = time, .session = c->session };

	if ((list->said[from] >> a & 1) != 0 || list->count >= c->limits->observations)
		return;
	list->said[from] |= UINT32_C(1) << a;
	list->count++;
	o.anomaly = &report;
	c->observe(c->observe_arg, &o);
}
