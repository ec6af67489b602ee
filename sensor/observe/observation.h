/* SPDX-License-Identifier: Apache-2.0
 *
 * observation: what may be said about mail traffic: the only words that pass from parsing to judging.
 *
 * All slices in an observation are borrowed: they live until the receiver returns, and a receiver copies what it
 * keeps. Text that is named "text" is valid UTF-8, bounded, without line ends; what is named otherwise is as it was on
 * the wire. A secret (password, SASL token, digest) never stands in an observation.
 */
#ifndef OBSERVE_OBSERVATION_H
#define OBSERVE_OBSERVATION_H

#include "base/clock.h"
#include "base/direction.h"
#include "base/endpoint.h"
#include "base/hash.h"
#include "observe/encryption.h"
#include "observe/mailbox.h"

enum mail_protocol {
	MAIL_UNKNOWN,
	MAIL_SMTP,
	MAIL_POP3,
	MAIL_IMAP,
	MAIL_MANAGESIEVE,
	MAIL_TLS,
	MAIL_PROTOCOLS
};

/* "smtp", "pop3", ...; NULL for MAIL_UNKNOWN. Static. */
const char *mail_protocol_name(enum mail_protocol);

/* One connection: it says the same of itself with all that is observed on it, and is borrowed like the rest. */
struct session {
	struct identity id;        /* stable: the same capture gives the same */
	struct endpoint client, server;
	usec_t start;
	enum mail_protocol protocol; /* may change from MAIL_UNKNOWN, and at STARTTLS or a content that contradicts a port */
	uint16_t vlan;             /* 0 none */
	bool midstream;            /* its beginning was not seen */
	bool mail_port;            /* the server's port is one of mail's */
	bool addresses_only;       /* below any connection: the ports are 0, and no session is reported */
	const char *interface;     /* or file; static for the run */
};

enum observation_kind {
	OBSERVED_SESSION,  /* a connection ended, or is reported on while it lives */
	OBSERVED_VOLUME,   /* a living connection has moved another stretch of payload */
	OBSERVED_MESSAGE,  /* a message seen in transfer, complete or not */
	OBSERVED_LOGIN,    /* an authentication attempt and its outcome */
	OBSERVED_SCRIPT,   /* a rule script uploaded or made active, and its outcome */
	OBSERVED_TLS,      /* a TLS handshake */
	OBSERVED_ANOMALY,  /* a protocol violation, a gap, a limit reached */
	OBSERVED_LOSS,     /* what the sensor itself saw and missed since the last time; of no session */
};

/* Payload volume of one side. */
struct traffic {
	uint64_t bytes;    /* distinct payload octets: retransmissions not counted */
	uint64_t packets;
	uint64_t missing;  /* octets that never came */
};

enum session_end {
	SESSION_LIVES, /* a report in between */
	SESSION_FIN,
	SESSION_RST,
	SESSION_IDLE,
	SESSION_EVICTED,
	SESSION_REUSED,
	SESSION_STOP,
};

/* One row each in observation.c. Static. */
const char *session_end_name(enum session_end);

enum handshake_seen { HANDSHAKE_NONE, HANDSHAKE_SYN, HANDSHAKE_SYNACK };

const char *handshake_seen_name(enum handshake_seen); /* "none", "syn", "synack". Static. */

/* What an SMTP parser remembers of a dialogue. */
struct smtp_report {
	uint16_t banner_code;       /* 0: none seen */
	struct bytes banner_text;   /* text of the greeting's first line, after the code */
	bool has_helo;              /* a HELO, EHLO or LHLO was sent */
	struct bytes helo_text;     /* argument of the last accepted HELO, EHLO or LHLO, else of the last one */
	struct slices commands;     /* verbs in upper case; "*" an AUTH continuation, "." an end of DATA */
	const uint16_t *reply_codes;
	size_t reply_code_count;
	uint64_t reply_codes_dropped;
	struct bytes auth;          /* mechanism of the last AUTH, upper case; empty: none */
	struct slices auth_mechanisms; /* offered */
	struct slices rcpt_refused; /* addresses */
	bool starttls_offered, starttls_started;
};

struct session_report {
	enum session_end end;
	usec_t last;                /* time of its latest packet */
	struct traffic traffic[2];  /* by enum direction */
	enum handshake_seen handshake;
	bool one_sided;             /* packets of one direction only */
	bool starttls;              /* both sides agreed to TLS inside a clear dialogue */
	bool tls;                   /* and TLS came */
	bool refused_tls;           /* the client began with TLS, the server answered in the clear */
	bool offers_seen;           /* before any login the server said what it can do: whether it offers TLS is known */
	bool starttls_offered;      /* it offered TLS */
	bool starttls_masked;       /* one of its offers was painted over, and is as long as that of TLS */
	uint32_t messages_sent, messages_fetched, messages_appended;
	bool is_smtp;               /* an SMTP dialogue was followed: smtp is filled */
	struct smtp_report smtp;
	bool is_pop3, is_imap, is_sieve; /* such a dialogue was followed: its report is filled */
	struct pop3_report pop3;
	struct imap_report imap;
	struct sieve_report sieve;
	bool has_collection;        /* IMAP and POP3: collection is filled */
	struct collection_report collection;
	bool has_estimate;          /* TLS records were counted: estimate is filled */
	struct estimate_report estimate;
};

struct volume_report {
	uint64_t bytes[2]; /* since the last OBSERVED_VOLUME of this session; by enum direction */
	uint64_t total[2]; /* since its start */
	bool final;        /* the last one of this session */
};

enum message_transfer {
	TRANSFER_SMTP_DATA,
	TRANSFER_SMTP_BDAT,
	TRANSFER_IMAP_FETCH,
	TRANSFER_IMAP_APPEND,
	TRANSFER_POP3_RETR,
	TRANSFER_POP3_TOP,
};

enum message_status { MESSAGE_ACCEPTED, MESSAGE_REFUSED, MESSAGE_UNANSWERED, MESSAGE_INCOMPLETE };

const char *message_transfer_name(enum message_transfer);
const char *message_status_name(enum message_status);

/* One mailbox of an address header (RFC 5322 section 3.4). */
struct mailbox {
	struct bytes address;   /* local@domain as text; empty when the header named none */
	struct bytes name_text; /* display name, decoded; may be empty */
};

struct mailboxes {
	const struct mailbox *at;
	size_t len;
	uint64_t dropped;
};

/* A header field, value unfolded and decoded (RFC 2047) as text. */
struct header_text {
	struct bytes name;      /* as it was written, printable ASCII */
	struct bytes value_text;
};

/* A leaf or branch of the MIME tree, depth first. */
struct message_part {
	unsigned depth;             /* 0: the message itself */
	struct bytes content_type;  /* "type/subtype", lower case */
	struct bytes encoding;      /* Content-Transfer-Encoding, lower case; empty when absent */
	struct bytes charset;       /* lower case; empty when absent */
	struct bytes name_text;     /* file name; empty when it has none */
	struct bytes detected_type; /* by content; empty when not recognised */
	bool is_attachment;         /* it has a name, or its disposition says attachment */
	bool is_branch;             /* multipart or message/rfc822: no content of its own */
	bool complete;              /* no gap, no ceiling */
	bool hashed;
	uint64_t size;              /* decoded octets */
	uint8_t md5[16], sha1[20], sha256[32];
};

/* Where a value of a message was cut or left out because of a ceiling; bits. */
enum message_truncated {
	TRUNCATED_HEADER = 1 << 0,      /* the header block as a whole */
	TRUNCATED_VALUES = 1 << 1,      /* one or more values */
	TRUNCATED_ADDRESSES = 1 << 2,
	TRUNCATED_PARTS = 1 << 3,
	TRUNCATED_NESTING = 1 << 4,
	TRUNCATED_HASH = 1 << 5,        /* content past message.hash_bytes is not in a hash */
	TRUNCATED_RECIPIENTS = 1 << 6,
};

/* What a text of the message itself holds between its author's words and another message. Underscores alone stand before
 * what is answered as well. */
enum body_separator { SEPARATOR_NONE, SEPARATOR_UNDERSCORES, SEPARATOR_FORWARDED };

/* What stands in a message: filled by message/. */
struct message_content {
	bool has_header;               /* at least one well-formed field */
	struct bytes subject_text, from_text, date_text, message_id, in_reply_to, user_agent_text, content_type;
	struct mailboxes from, sender, to, cc, bcc, reply_to;
	struct slices references;      /* message ids without brackets, oldest first */
	unsigned received_count;
	struct slices received;        /* the fields Received, newest first as they stand, unfolded */
	const struct header_text *headers; /* those asked for (limits.wanted), in order of the message */
	size_t header_count;
	const struct message_part *parts;
	size_t part_count;
	struct slices urls;            /* web addresses in its text, when they are looked for */
	uint64_t bytes;                /* as transferred: dots unstuffed, chunks joined */
	uint64_t missing;              /* octets of gaps inside it */
	bool hashed;                   /* sha1 and sha256 are of the message as transferred, whole */
	uint8_t sha1[20], sha256[32];
	unsigned truncated;            /* bits of enum message_truncated */
	enum body_separator separator;
};

struct smtp_envelope {
	bool has_sender;        /* a MAIL command stands for it */
	struct bytes from;      /* reverse path without brackets; empty: null sender */
	struct slices to;       /* forward paths accepted (or not answered) */
	struct slices refused;  /* forward paths the server refused */
	struct bytes helo_text;
	struct bytes reply_text; /* final reply: code and text of its last line; empty: none */
	const uint64_t *chunks; /* sizes of the BDAT chunks, 0 LAST too */
	size_t chunk_count;
	uint64_t chunks_dropped;
};

struct message_report {
	uint32_t ordinal;       /* of this session, from 0 */
	enum message_transfer transfer;
	enum message_status status;
	bool complete;          /* its end was seen and no octet is missing */
	bool authenticated;     /* its client had logged in */
	struct smtp_envelope envelope;
	bool has_item;          /* it was read from a mailbox, or put into one */
	struct mailbox_item item;
	const struct message_content *content;
};

enum login_outcome { LOGIN_UNKNOWN, LOGIN_SUCCESS, LOGIN_FAILURE };

const char *login_outcome_name(enum login_outcome); /* "unknown", "success", "failure". Static. */

struct login_report {
	uint32_t ordinal;
	struct bytes user_text, domain_text; /* empty: not seen */
	struct bytes workstation_text;       /* NTLM: what the client calls its machine; empty: not seen */
	struct bytes mechanism;              /* upper case: "PLAIN", "LOGIN", "APOP", ... */
	bool cleartext;                      /* the secret could be read from the wire */
	bool starttls_offered;               /* though the server had offered to encrypt */
	enum login_outcome outcome;
};

struct anomaly_report {
	uint32_t ordinal;
	const char *name;       /* static, lower case with underscores: a row of anomaly names in the man page */
	struct bytes detail_text; /* one plain sentence; may be empty */
	enum direction from;
	uint64_t count;         /* how many, or octets; 1 when it says nothing */
};

/* What reached the sensor since the last OBSERVED_LOSS, and what did not. */
struct loss_report {
	usec_t since;
	uint64_t frames;             /* taken from the wire */
	uint64_t kernel_dropped;     /* frames the kernel had no room for */
	uint64_t interface_dropped;  /* frames the interface or its driver dropped */
	uint64_t handover_dropped;   /* packets that found no room on their way to another worker */
	uint64_t observations;       /* made, */
	uint64_t observations_lost;  /* and of these found no room on their way to the judge */
	uint64_t payload;            /* octets of conversations captured, */
	uint64_t payload_missing;    /* and octets that both sides went on from, but that were not */
};

struct observation {
	enum observation_kind kind;
	usec_t time;
	const struct session *session; /* NULL for OBSERVED_LOSS */
	union {
		const struct session_report *report;
		const struct volume_report *volume;
		const struct message_report *message;
		const struct login_report *login;
		const struct script_report *script;
		const struct tls_report *tls;
		const struct anomaly_report *anomaly;
		const struct loss_report *loss;
	};
};

typedef void observer(void *arg, const struct observation *);

/* The stable id of an event: of the session, the kind and the ordinal within the session; without a session, of the kind
 * and the time. */
struct identity observation_id(const struct observation *);

#endif
