/* SPDX-License-Identifier: Apache-2.0
 *
 * settings: everything an operator may set, read from YAML and the command line through the one table in options.c.
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include "capture/source.h"
#include "decode/decode.h"
#include "detect/detector.h"
#include "flow/table.h"
#include "protocol/protocol.h"
#include "publish/sink.h"
#include "settings/yaml.h"
#include "stream/stream.h"

struct capture_options {
	struct names interfaces;
	struct capture_settings source;
	struct names decapsulate; /* names of tunnels, or "all" */
	char *filter;           /* empty: made from ports for live capture; none for files */
	uint16_t *ports;
	size_t port_count;
	unsigned workers;       /* 0: as many as there are processors, less one */
	uint16_t *processors;   /* that workers stay on */
	size_t processor_count;
	size_t queue_size;      /* octets of observations under way, per worker */
	unsigned batch;         /* frames taken per wake-up */
	usec_t retry_min, retry_max; /* before an interface that went away is opened again */
};

struct event_options {
	usec_t session_update;  /* 0: only at the end */
	uint64_t volume_step;   /* payload octets after which a living connection is judged anew */
	usec_t stats_interval;  /* 0: no mailtap.stats */
};

struct state_options {
	char *path;             /* empty: what was learnt dies with the process */
	usec_t interval;
};

struct daemon_options {
	char *user, *group;     /* user empty: keep the one started with; group empty: the user's */
	char *control_path;     /* empty: no control socket */
	char *control_group;    /* empty: daemon.group */
	char *log_level;        /* error, warning, info, debug */
	char *log_target;       /* auto, stderr, syslog */
	usec_t stop_deadline;   /* to hand on what waits when stopping */
};

/* Where a value comes from: the file (line from 1), the command line, or neither. */
struct option_origin {
	unsigned line, column;
	bool command_line;
};

struct settings {
	char *sensor_name;
	size_t memory;          /* octets that the whole process may take */
	struct site site;
	struct capture_options capture;
	struct decode_limits decode;        /* its tunnels from capture.decapsulate */
	struct flow_limits flow;
	struct stream_limits stream;
	struct protocol_limits protocol;
	struct message_limits message;
	struct event_options events;
	struct detect_settings detect;
	struct state_options state;
	struct publish_settings publish;
	struct daemon_options daemon;
	struct forward_rules forward_rules; /* from `include`, and built in when there is none */
	struct names include;               /* rule files, patterns as given */
	struct names message_headers;       /* message.headers: names to hand on besides those that rules need */
	/* private to settings.c: */
	struct bytes *wanted_headers;
	struct option_origin *origins;      /* per row of the option table */
	char *file;                         /* the configuration file's name; empty: none */
	char *rules_from;                   /* which files the rules came from, for people */
};

/* The built-in defaults, the file (NULL: none), then each "key=value" of `sets`, in that order. NULL after complaints:
 * all of them are said in one run. The caller frees. */
struct settings *settings_load(const char *path, const char *const *sets, size_t set_count, struct complaints *);

void settings_free(struct settings *); /* NULL is fine */

/* Calls `say` with the path of each option whose value differs and that a running daemon does not take over on
 * reload. */
void settings_differ(const struct settings *running, const struct settings *fresh,
    void (*say)(void *arg, const char *path), void *arg);

/* Calls `say` with each allowance that is past at `now`. */
void settings_expired(const struct settings *, usec_t now,
    void (*say)(void *arg, const char *path, const char *allowance), void *arg);

/* Whether the option was given on the command line. */
bool settings_on_command_line(const struct settings *, const char *path);

/* The effective configuration as YAML on `out` (a stdio stream), each value with its origin as a comment. */
void settings_print(const struct settings *, void *stdio_file);

#endif
