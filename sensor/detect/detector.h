/* SPDX-License-Identifier: Apache-2.0
 *
 * detector: the seam of judgement: sees every observation in packet-time order, and tick() as packet time passes.
 */
#ifndef DETECT_DETECTOR_H
#define DETECT_DETECTOR_H

#include "detect/alert.h"
#include "detect/forward_rules.h"
#include "detect/site.h"

struct upload_asymmetry_settings {
	bool enabled;
	double pcr;              /* producer/consumer ratio, seen from the client, from which on: 0 to 1 */
	uint64_t bytes;          /* payload octets a connection must have sent at least */
	uint64_t pair_bytes;     /* the same for all connections of a client and a server within the window */
	usec_t window;
	size_t pairs;            /* client/server pairs remembered */
	struct networks allow_clients, allow_servers; /* never judged */
};

struct auto_forward_settings {
	bool enabled;
	double confidence;       /* from which on evidence raises an alert: 0 to 1 */
	double confidence_high;  /* from which on the alert is of high severity */
	struct names allow_targets; /* addresses or domains that may be forwarded to */
	struct names allow_senders; /* victims (addresses or domains) whose forwarding is approved */
	struct names freemail;   /* domains where anybody has a mailbox */
};

struct sensor_loss_settings {
	double share;            /* of what should have come, from which on missing is said: 0 to 1; 1: never */
	usec_t window;
};

struct user_rules;

struct user_rules_settings {
	struct user_rules *rules; /* of the files (user_rule.h); NULL: none */
	struct names enable;      /* names or patterns of rules that are switched on besides those whose file says so */
	size_t keys;              /* of rules that count, or cool down, remembered */
};

struct detect_settings {
	struct alert_limits alerts;
	struct sensor_loss_settings sensor_loss;
	struct upload_asymmetry_settings upload_asymmetry;
	struct auto_forward_settings auto_forward;
	struct user_rules_settings user_rules;
};

struct detector_context {
	const struct detect_settings *settings;
	const struct site *site;
	const struct forward_rules *forward_rules;
	struct alert_book *alerts;
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
	/* Says what else it counts, for mailtap.stats; may be NULL. */
	void (*count)(const void *self, detector_counter *say, void *arg);
};

/* The table: ends with NULL. */
extern const struct detector *const detectors[];

#endif
