/* SPDX-License-Identifier: Apache-2.0
 *
 * sink: where finished documents go. A sink never blocks: it takes a document (copies it), or says why not.
 */
#ifndef PUBLISH_SINK_H
#define PUBLISH_SINK_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"

struct event_base;

/* One JSON object and what a sink needs to know about it without reading it. Borrowed during the call. */
struct document {
	bool is_alert;
	const char *dataset;     /* "mailtap.alert", ... */
	char id[IDENTITY_TEXT_MAX]; /* event.id */
	const char *rule;        /* alerts: rule.name; else NULL */
	const char *severity;    /* alerts: the word; else NULL */
	usec_t time;             /* @timestamp */
	struct bytes json;       /* one line, without its end */
};

enum sink_result {
	SINK_TAKEN,   /* on its way */
	SINK_WAITING, /* kept until the other side is there again */
	SINK_REFUSED, /* not kept, and counted: no room, or not wanted */
};

enum publish_what { PUBLISH_ALERTS = 1, PUBLISH_EVENTS = 2, PUBLISH_ALL = 3 };

struct file_settings {
	char *path;              /* empty: switched off */
	unsigned what;           /* of enum publish_what */
};

struct redis_settings {
	bool enabled;
	char *address;           /* "host:port", "[v6]:port" or "unix:/path" */
	char *username;          /* empty: none */
	char *password_file;     /* empty: none; the environment's MAILTAP_REDIS_PASSWORD comes second */
	unsigned database;
	char *prefix;            /* "mailtap" */
	uint64_t maxlen;         /* entries of a stream, about */
	usec_t connect_timeout, reply_timeout;
	unsigned batch_count;    /* documents sent at once at most */
	usec_t batch_time;       /* how long a batch may wait to fill */
	unsigned in_flight;      /* documents sent and not answered, at most */
	size_t queue_bytes;      /* memory for documents that wait */
	usec_t retry_min, retry_max;
	char **event_datasets;   /* events that go to PREFIX:events */
	size_t event_dataset_count;
};

enum privacy_mode { PRIVACY_CLEAR, PRIVACY_HASHED, PRIVACY_OFF };

struct privacy_settings {
	enum privacy_mode subject, addresses, filenames;
	char *key_file;          /* empty: none */
};

struct publish_settings {
	struct privacy_settings privacy;
	struct file_settings file;
	struct redis_settings redis;
};

struct sink_context {
	const struct publish_settings *settings; /* borrowed until close */
	struct event_base *base;                 /* libevent's, borrowed until close */
	const char *sensor_name, *version;
	unsigned print;                          /* of enum publish_what; for standard output */
};

struct sink_counters {
	uint64_t taken, published, refused, retried, errors, reconnects;
	uint64_t waiting;        /* documents now */
	uint64_t waiting_bytes;
	uint64_t room;           /* octets that may wait; 0: nothing waits here */
	bool connected;
};

struct sink {
	const char *name, *help;
	bool (*enabled)(const struct sink_context *);
	/* NULL with a line in error (256 octets) when it can never work as configured. */
	void *(*open)(const struct sink_context *, char *error, size_t error_room);
	enum sink_result (*take)(void *self, const struct document *);
	void (*reopen)(void *self, const struct sink_context *); /* SIGHUP: files are opened anew; may be NULL */
	bool (*drained)(const void *self);   /* nothing waits and nothing is unanswered */
	struct sink_counters (*counters)(const void *self);
	void (*close)(void *self);
};

/* The table: ends with NULL. */
extern const struct sink *const sinks[];

#endif
