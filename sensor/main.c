/* SPDX-License-Identifier: Apache-2.0
 *
 * mailtapd: the order of a start, and of a stop.
 *
 *	command line, settings -> capture opened -> sinks -> control socket -> root given up -> signals -> ready -> loop
 *	capture closed -> flows ended -> sinks drained within a deadline -> gone
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "command_line.h"
#include "daemon/background.h"
#include "daemon/control.h"
#include "daemon/privileges.h"
#include "daemon/ready.h"
#include "operator.h"
#include "replay.h"
#include "shares.h"

#define DEFAULT_CONFIG MAILTAP_SYSCONFDIR "/mailtap/mailtapd.yaml"

enum { EXIT_DONE = 0, EXIT_CONFIGURATION = 1, EXIT_CAPTURE = 2, EXIT_READ = 3, EXIT_UNDELIVERED = 4 };

static void
say_complaint(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "mailtapd: %s\n", line);
}

static const char *
configuration_path(const struct command_line *line)
{
	if (line->config != NULL)
		return line->config;
	return access(DEFAULT_CONFIG, F_OK) == 0 ? DEFAULT_CONFIG : NULL;
}

static void
open_log(const struct settings *s, const struct command_line *line)
{
	static const char *const levels[] = { "error", "warning", "info", "debug" };
	enum log_level level = LOG_LEVEL_INFO;
	enum log_target target = LOG_TO_STDERR;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(s->daemon.log_level, levels[i]) == 0)
			level = (enum log_level)i;
	if (line->files.len > 0 && level == LOG_LEVEL_INFO)
		level = LOG_LEVEL_WARNING;
	if (line->verbose > 0)
		level = line->verbose == 1 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
	if (strcmp(s->daemon.log_target, "syslog") == 0 ||
	    (strcmp(s->daemon.log_target, "auto") == 0 && !line->foreground && line->files.len == 0 &&
		!background_is_managed()))
		target = LOG_TO_SYSLOG;
	log_open(target, level);
}

/* Pipelines outlive reloads: they borrow from the settings of the start, and from `op` what a reload may change. */
static struct pipeline_settings
pipeline_settings_of(struct operator *op, const char *const *names, size_t count, size_t memory)
{
	const struct settings *s = op->boot;
	struct pipeline_settings p = { .flow = s->flow, .stream = s->stream, .interfaces = names,
		.interface_count = count, .own = op->own.at, .memory = memory };

	p.decode = s->decode;
	p.decode.tunnels = 0;
	for (size_t i = 0; i < s->capture.decapsulate.len; i++)
		(void)tunnel_want(bytes_str(s->capture.decapsulate.at[i]), &p.decode.tunnels);
	own_traffic_find(&op->own, &s->publish);
	p.own_count = op->own.len;
	op->message_limits = s->message;
	p.flow.server_ports = s->capture.ports;
	p.flow.server_port_count = s->capture.port_count;
	p.dialogue = (struct dialogue_limits){ .protocol = &s->protocol, .message = &op->message_limits,
		.volume_step = s->events.volume_step, .session_update = s->events.session_update };
	return p;
}

static int
run_files(struct operator *op, const struct command_line *line)
{
	const struct settings *s = op->boot;
	struct replay r = { .files = line->files.at, .count = line->files.len, .capture = s->capture.source,
		.batch = (int)s->capture.batch, .patience = s->daemon.stop_deadline, .base = op->base,
		.delivery = op->delivery, .losses = &op->losses, .stop = &op->stop };
	struct pipeline_settings p;
	char error[256];
	size_t memory = shares_for_connections(s, 0, 0, error, sizeof(error));
	int status;

	if (memory == 0) {
		log_error("mailtapd", "%s", error);
		return EXIT_CONFIGURATION;
	}
	p = pipeline_settings_of(op, line->files.at, line->files.len, memory);
	r.capture.filter = s->capture.filter[0] != '\0' ? s->capture.filter : NULL;
	op->pipeline = pipeline_new(&p, delivery_observe, op->delivery);
	if (op->pipeline == NULL) {
		log_error("mailtapd", "not enough memory for the flow table: lower flow.max");
		return EXIT_CONFIGURATION;
	}
	r.pipeline = op->pipeline;
	if (!operator_listen(op))
		return EXIT_CONFIGURATION;
	status = replay_run(&r);
	pipeline_finish(op->pipeline);
	operator_close_books(op);
	if (!replay_drain(op->base, op->delivery, s->daemon.stop_deadline) || operator_undelivered(op) > 0) {
		log_error("publish", "%llu documents could not be delivered",
		    (unsigned long long)operator_undelivered(op));
		status = status == 0 ? EXIT_UNDELIVERED : status;
	}
	return status;
}

/* Opens the control socket before root is given up, so that it may stand in a directory of root's. */
static bool
open_control(struct operator *op, const struct privileges *who)
{
	const struct daemon_options *d = &op->boot->daemon;
	struct privileges socket_group = *who;
	char error[256];

	if (d->control_path[0] == '\0')
		return true;
	if (d->control_group[0] != '\0' &&
	    !privileges_find(NULL, d->control_group, &socket_group, error, sizeof(error))) {
		log_error("control", "%s", error);
		return false;
	}
	op->control = control_open(op->base, d->control_path, who->uid, socket_group.gid, operator_answer, op, error,
	    sizeof(error));
	if (op->control == NULL)
		log_error("control", "%s", error);
	return op->control != NULL;
}

static bool
drop_root(const struct settings *s, struct privileges *who)
{
	char error[256];

	*who = (struct privileges){ (uid_t)-1, (gid_t)-1 };
	if (geteuid() != 0 || s->daemon.user[0] == '\0')
		return true;
	if (privileges_find(s->daemon.user, s->daemon.group, who, error, sizeof(error)))
		return true;
	log_error("privileges", "%s", error);
	return false;
}

static int
run_live(struct operator *op, const struct command_line *line)
{
	const struct settings *s = op->boot;
	struct pipeline_settings p;
	struct privileges who;
	char error[256];
	size_t memory = shares_for_connections(s, workers_wanted(s->capture.workers), op->interface_count, error,
	    sizeof(error));

	if (memory == 0) {
		log_error("mailtapd", "%s", error);
		return EXIT_CONFIGURATION;
	}
	if (!drop_root(s, &who))
		return EXIT_CONFIGURATION;
	p = pipeline_settings_of(op, op->interfaces, op->interface_count, memory);
	if (!operator_open_capture(op, &p, error, sizeof(error))) {
		log_error("capture", "%s", error);
		return EXIT_CAPTURE;
	}
	if (!open_control(op, &who))
		return EXIT_CONFIGURATION;
	if (who.uid != (uid_t)-1 && !privileges_drop(&who, true, error, sizeof(error))) {
		log_error("privileges", "%s", error);
		return EXIT_CONFIGURATION;
	}
	if (who.uid == (uid_t)-1 && geteuid() == 0)
		log_warning("privileges", "running as root: set daemon.user");
	if (!operator_listen(op))
		return EXIT_CONFIGURATION;
	if (line->print == 0 && s->publish.file.path[0] == '\0' && !s->publish.redis.enabled)
		log_warning("publish",
		    "alerts go nowhere: set publish.redis.enabled or publish.file.path, or use --print");
	if (!workers_start(op->workers, error, sizeof(error))) {
		log_error("capture", "%s", error);
		return EXIT_CONFIGURATION;
	}
	ready_up("capturing");
	background_up();
	log_info("mailtapd", "version %s is up on %zu interface%s", MAILTAP_VERSION, op->interface_count,
	    op->interface_count == 1 ? "" : "s");
	(void)event_base_dispatch(op->base);
	return operator_stop(op) ? EXIT_DONE : EXIT_UNDELIVERED;
}

static int
run(struct operator *op, const struct command_line *line)
{
	bool files = line->files.len > 0;
	char error[256];
	op->base = event_base_new();
	if (op->base == NULL) {
		log_error("mailtapd", "no event base: not enough memory or descriptors");
		return EXIT_CONFIGURATION;
	}
	op->delivery = delivery_new(op->settings, op->base, line->print, error, sizeof(error));
	if (op->delivery == NULL) {
		log_error("publish", "%s", error);
		return EXIT_CONFIGURATION;
	}
	return files ? run_files(op, line) : run_live(op, line);
}

/* Which interfaces: those of the command line, else of the configuration. */
static bool
choose_interfaces(struct operator *op, const struct command_line *line)
{
	const struct names *configured = &op->boot->capture.interfaces;
	bool given = line->interfaces.len > 0;

	op->interfaces = given ? line->interfaces.at : (const char *const *)configured->at;
	op->interface_count = given ? line->interfaces.len : configured->len;
	if (op->interface_count > 0 || line->files.len > 0)
		return true;
	fprintf(stderr, "mailtapd: nothing to capture: name an interface with -i or capture.interfaces, or a file "
			"with -r\n");
	return false;
}

static int
start(const struct command_line *line)
{
	struct complaints complaints = { .say = say_complaint };
	struct operator op = { .line = line };
	const char *path = configuration_path(line);
	int status = EXIT_CONFIGURATION;

	/* Absolute, so that a reload finds it whatever the working directory has become. */
	op.config = path == NULL ? NULL : realpath(path, NULL);
	if (path != NULL && op.config == NULL) {
		fprintf(stderr, "mailtapd: %s: %s\n", path, strerror(errno));
		return EXIT_CONFIGURATION;
	}
	op.boot = settings_load(op.config, line->sets.at, line->sets.len, &complaints);
	if (op.boot == NULL) {
		free(op.config);
		return EXIT_CONFIGURATION;
	}
	op.settings = op.boot;
	if (line->test) {
		settings_print(op.boot, stdout);
		status = fflush(stdout) == 0 ? EXIT_DONE : EXIT_CONFIGURATION;
	} else if (choose_interfaces(&op, line)) {
		if (line->files.len == 0 && !line->foreground && line->print == 0 && !background_is_managed() &&
		    !background_enter())
			fprintf(stderr, "mailtapd: cannot go into the background; staying in front\n");
		open_log(op.boot, line);
		operator_mind_expired(op.boot);
		ready_open();
		status = run(&op, line);
	}
	operator_clear(&op);
	return status;
}

int
main(int argc, char **argv)
{
	struct command_line line;
	int status = EXIT_CONFIGURATION;

	signal(SIGPIPE, SIG_IGN);
	switch (command_line_read(&line, argc, argv)) {
	case COMMAND_LINE_RUN:
		status = start(&line);
		break;
	case COMMAND_LINE_SHOWN:
		status = EXIT_DONE;
		break;
	case COMMAND_LINE_WRONG:
		break;
	}
	command_line_clear(&line);
	return status;
}
