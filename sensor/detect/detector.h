/* SPDX-License-Identifier: Apache-2.0
 *
 * detector: the seam of judgement: sees every observation in packet-time order, and tick() as packet time passes.
 */
#ifndef DETECT_DETECTOR_H
#define DETECT_DETECTOR_H

#include "detect/alert.h"
#include "detect/forward_rules.h"
#include "detect/service.h"
#include "detect/site.h"
#include "detect/state.h"

struct upload_asymmetry_settings {
	bool enabled;
	double pcr;              /* producer/consumer ratio, seen from the client, from which on: 0 to 1 */
	uint64_t bytes;          /* payload octets a connection must have sent at least */
	uint64_t pair_bytes;     /* the same for all connections of a client and a server within the window */
	usec_t window;
	size_t pairs;            /* client/server pairs remembered */
	struct networks allow_clients, allow_servers; /* never judged */
	struct allow_list allow;
};

struct auto_forward_settings {
	bool enabled;
	double confidence;       /* from which on evidence raises an alert: 0 to 1 */
	double confidence_high;  /* from which on the alert is of high severity */
	struct names allow_targets; /* addresses or domains that may be forwarded to */
	struct names allow_senders; /* victims (addresses or domains) whose forwarding is approved */
	struct names freemail;   /* domains where anybody has a mailbox */
	struct allow_list allow; /* by client, server, victim or target */
};

struct starttls_stripped_settings {
	bool enabled;
	usec_t memory;           /* how long an offer is remembered of a server that says nothing */
	size_t servers;          /* remembered */
	struct networks allow_clients, allow_servers; /* never judged */
	struct allow_list allow;
};

struct cleartext_credentials_settings {
	bool enabled;
	size_t servers;          /* whose offers are remembered */
	struct networks allow_clients, allow_servers; /* never judged */
	struct allow_list allow;
};

struct sensor_loss_settings {
	double share;            /* of what should have come, from which on missing is said: 0 to 1; 1: never */
	usec_t window;
};

struct bulk_fetch_settings {
	bool enabled;
	uint64_t messages;          /* read in one session */
	double coverage;            /* share of a folder read in one session, */
	uint64_t coverage_messages; /* if it holds at least so many */
	uint64_t window_messages;   /* read of one account within the window, in however many sessions */
	usec_t window;
	uint64_t pop3_messages;     /* read by POP3 with none deleted, by a client new to the account */
	struct allow_list allow;
};

struct mailbox_download_settings {
	bool enabled;
	uint64_t bytes;             /* below which nothing is said */
	uint64_t unlearnt_bytes;    /* the same while neither the client's nor the server's usual amount is known */
	usec_t window;
	struct allow_list allow;
};

struct account_sweep_settings {
	bool enabled;
	uint64_t accounts;          /* read by one client within the window */
	usec_t window;
	uint64_t slow_accounts;     /* the same over a longer one */
	usec_t slow_window;
	struct allow_list allow;
};

struct auth_bruteforce_settings {
	bool enabled;
	uint64_t failures;          /* of one account, or of one client without a name, within the window */
	usec_t window;
	struct allow_list allow;
};

struct auth_spray_settings {
	bool enabled;
	uint64_t accounts;          /* that failed from one client network within the window */
	usec_t window;
	uint64_t server_accounts;   /* that failed on one server, from wherever, over a longer one */
	usec_t server_window;
	usec_t patience;            /* a failure that a success follows within it was a slip */
	struct allow_list allow;
};

struct auth_success_settings {
	bool enabled;
	uint64_t failures;          /* of the account or of the client network within the window */
	uint64_t accounts;          /* or accounts that the client network failed with */
	usec_t window;
	struct allow_list allow;
};

struct auth_then_collection_settings {
	bool enabled;
	uint64_t failures;          /* before the success, within the window */
	usec_t window;
	uint64_t messages;          /* read after it */
	usec_t within;              /* how long after it */
	struct allow_list allow;
};

struct privileged_login_settings {
	bool enabled;
	struct names accounts;
	struct allow_list allow;
};

struct new_client_settings {
	bool enabled;
	usec_t settled;             /* so long nothing new before something new is worth a word */
	usec_t forget;
	struct allow_list allow;
};

struct large_attachment_settings {
	bool enabled;
	uint64_t bytes;             /* of attachments in one message to an outsider */
	uint64_t new_bytes;         /* the same to a public mail provider, or where the sender never mailed before */
	uint64_t day_bytes;         /* from one sender to one outside domain within the window */
	usec_t window;
	uint64_t attachments;       /* in one message */
	uint64_t messages;          /* attached to one message */
	struct allow_list allow;
};

struct mail_archive_settings {
	bool enabled;
	struct allow_list allow;
};

struct disguised_message_settings {
	bool enabled;
	struct allow_list allow;
};

struct direct_smtp_settings {
	bool enabled;
	usec_t learning;            /* in which mail servers, and who has always done it, become known */
	struct allow_list allow;
};

struct forward_rule_settings {
	bool enabled;
	struct allow_list allow;
};

struct journal_external_settings {
	bool enabled;
	struct allow_list allow;
};

struct forward_fan_in_settings {
	bool enabled;
	unsigned mailboxes;         /* forwarded to one outside address within the window */
	usec_t window;
	struct allow_list allow;
};

struct forward_ratio_settings {
	bool enabled;
	double ratio;               /* of automatic forwards among all */
	unsigned messages, mailboxes; /* forwarded automatically, at least */
	usec_t window;
	struct allow_list allow;
};

struct forward_correlated_settings {
	bool enabled;
	usec_t window;              /* between coming in and going out */
	struct allow_list allow;
};

struct protocol_mismatch_settings {
	bool enabled;
	uint64_t bytes;             /* that each side must have said */
	struct allow_list allow;
};

struct new_mail_service_settings {
	bool enabled;
	struct allow_list allow;
};

struct user_rules;

struct user_rules_settings {
	struct user_rules *rules; /* of the files (user_rule.h); NULL: none */
	struct names enable;      /* names or patterns of rules that are switched on besides those whose file says so */
	size_t keys;              /* of rules that count, or cool down, remembered */
};

struct detect_settings {
	struct alert_limits alerts;
	size_t memory;              /* for the tables of the detectors that have a kit */
	usec_t learning;            /* in which nothing is unusual */
	struct allow_list allow;    /* for all detectors */
	struct sensor_loss_settings sensor_loss;
	struct upload_asymmetry_settings upload_asymmetry;
	struct auto_forward_settings auto_forward;
	struct starttls_stripped_settings starttls_stripped;
	struct cleartext_credentials_settings cleartext_credentials;
	struct bulk_fetch_settings bulk_fetch;
	struct mailbox_download_settings mailbox_download;
	struct account_sweep_settings account_sweep;
	struct auth_bruteforce_settings auth_bruteforce;
	struct auth_spray_settings auth_spray;
	struct auth_success_settings auth_success_after_failures;
	struct auth_then_collection_settings auth_then_collection;
	struct privileged_login_settings privileged_login;
	struct new_client_settings new_client;
	struct large_attachment_settings large_attachment;
	struct mail_archive_settings mail_archive;
	struct disguised_message_settings disguised_message;
	struct direct_smtp_settings direct_smtp;
	struct forward_rule_settings forward_rule_upload;
	struct journal_external_settings journal_external;
	struct forward_fan_in_settings forward_fan_in;
	struct forward_ratio_settings forward_ratio;
	struct forward_correlated_settings forward_correlated;
	struct protocol_mismatch_settings protocol_mismatch;
	struct new_mail_service_settings new_mail_service;
	struct user_rules_settings user_rules;
};

struct detector_context {
	const struct detect_settings *settings;
	const struct site *site;
	const struct forward_rules *forward_rules;
	struct alert_book *alerts;
	service_listener *tell_service; /* NULL: nobody wants to know */
	void *tell_service_arg;
};

typedef void detector_counter(void *arg, const char *name, uint64_t value);

struct detector {
	const struct alert_rule *rule;
	bool (*enabled)(const struct detect_settings *);
	/* NULL when memory is short. The context is copied; what it points to is borrowed for the detector's life. */
	void *(*open)(const struct detector_context *);
	void (*observe)(void *self, const struct observation *);
	void (*tick)(void *self, usec_t now); /* may be NULL */
	void (*close)(void *self);
	/* New settings, site and rules after a reload; what was learnt stays. The old ones may be gone already. */
	void (*reload)(void *self, const struct detector_context *);
	/* Keys of its own tables that gave way at their ceilings; may be NULL. */
	uint64_t (*forgotten)(const void *self);
	/* What it has learnt, as sections of its own (NAME.something) of a state; both NULL: nothing. load: how many of its
	 * sections it refused; the rest is taken over. */
	void (*save)(const void *self, struct state_out *);
	/* NULL, or tells the listener of all mail servers that are known, the one not seen for longest first. */
	void (*services)(const void *self, service_listener *, void *arg);
	unsigned (*load)(void *self, struct bytes image);
	/* Says what else it counts, for mailtap.stats; may be NULL. */
	void (*count)(const void *self, detector_counter *say, void *arg);
};

/* The table: ends with NULL. */
extern const struct detector *const detectors[];

#endif
