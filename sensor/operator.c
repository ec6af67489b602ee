/* SPDX-License-Identifier: Apache-2.0 */
#include "operator.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "capture/filter.h"
#include "daemon/ready.h"
#include "replay.h"
#include "service_list.h"

/* Frames read of each interface after the stop was asked for: what the kernel held at that moment. */
#define LAST_FRAMES 100000

/* How often the judge hears of packet time and of losses when nothing is observed. */
#define SECOND USEC_PER_SEC

bool
operator_open_capture(struct operator *op, const struct pipeline_settings *pipeline, char *error, size_t error_room)
{
	const struct capture_options *c = &op->boot->capture;
	struct workers_settings w = { .count = workers_wanted(c->workers), .interfaces = op->interfaces,
		.interface_count = op->interface_count, .capture = c->source, .pipeline = *pipeline,
		.batch = (int)c->batch, .retry_min = c->retry_min, .retry_max = c->retry_max,
		.queue_size = c->queue_size, .processors = c->processors, .processor_count = c->processor_count };

	w.capture.filter = c->filter;
	if (c->filter[0] == '\0') {
		char *tunnels = tunnel_filter(pipeline->decode.tunnels);

		op->port_filter = filter_for_ports(c->ports, c->port_count, tunnels);
		free(tunnels);
		w.capture.filter = op->port_filter;
	}
	op->workers = workers_new(op->base, &w, delivery_observe, op->delivery, error, error_room);
	return op->workers != NULL;
}

static void
read_counters(struct operator *op, struct totals *t, struct counters *c)
{
	totals_read(t, op->workers, op->pipeline);
	counters_read(c, t, op->delivery);
}

void
operator_stats(struct operator *op)
{
	struct totals t;
	struct counters c;

	read_counters(op, &t, &c);
	delivery_stats(op->delivery, t.time, c.at, c.len);
}

static void
log_counters(struct operator *op)
{
	struct totals t;
	struct counters c;

	read_counters(op, &t, &c);
	for (size_t i = 0; i < c.len; i++)
		if (c.at[i].value != 0)
			log_info("counters", "%s %llu", c.at[i].name, (unsigned long long)c.at[i].value);
}

static void
log_complaint(void *arg, const char *line)
{
	(void)arg;
	log_error("settings", "%s", line);
}

static void
log_expired(void *arg, const char *path, const char *allowance)
{
	(void)arg;
	log_warning("settings", "%s: \"%s\" is past, and has no effect any more: remove it", path, allowance);
}

void
operator_mind_expired(const struct settings *s)
{
	settings_expired(s, clock_wall(), log_expired, NULL);
}

static void
log_unchanged(void *arg, const char *path)
{
	(void)arg;
	log_warning("settings", "%s has changed: it takes effect with the next start", path);
}

/* The new configuration takes over where a running daemon can follow; a wrong one changes nothing. */
static bool
reload(struct operator *op)
{
	struct complaints complaints = { .say = log_complaint };
	struct settings *fresh;

	ready_reloading();
	fresh = settings_load(op->config, op->line->sets.at, op->line->sets.len, &complaints);
	if (fresh == NULL) {
		op->reload_failures++;
		log_error("settings", "%u complaint%s: the configuration stays as it was", complaints.count,
		    complaints.count == 1 ? "" : "s");
		ready_up("capturing; the latest configuration is wrong and was not taken");
		return false;
	}
	settings_differ(op->boot, fresh, log_unchanged, NULL);
	operator_mind_expired(fresh);
	op->message_limits.wanted = fresh->message.wanted;
	op->message_limits.wanted_count = fresh->message.wanted_count;
	if (op->workers != NULL)
		workers_adopt(op->workers, &op->message_limits);
	delivery_reload(op->delivery, fresh);
	if (op->settings != op->boot)
		settings_free(op->settings);
	op->settings = fresh;
	op->reloads++;
	log_info("settings", "reloaded");
	ready_up("capturing");
	return true;
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct operator *op = arg;

	(void)what;
	if (op->stop)
		return; /* the workers answer no more; the event stays, so that the signal does not kill */
	switch (number) {
	case SIGHUP:
		(void)reload(op);
		break;
	case SIGUSR1:
		log_counters(op);
		break;
	default:
		op->stop = true;
		(void)event_base_loopbreak(op->base);
	}
}

/* Live: packet time has passed, with packets or without. */
static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct operator *op = arg;
	struct totals t;

	(void)fd;
	(void)what;
	totals_read(&t, op->workers, op->pipeline);
	if (t.time == 0)
		return;
	losses_observe(&op->losses, &t, false, delivery_observe, op->delivery);
	delivery_tick(op->delivery, t.time);
}

static void
on_stats(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	operator_stats(arg);
}

static void
on_snapshot(evutil_socket_t fd, short what, void *arg)
{
	struct operator *op = arg;

	(void)fd;
	(void)what;
	snapshot_take(&op->state, op->delivery);
}

static void
on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	ready_watchdog();
}

static bool
every(struct operator *op, struct event **slot, usec_t interval, event_callback_fn call)
{
	struct timeval span = { .tv_sec = interval / USEC_PER_SEC, .tv_usec = interval % USEC_PER_SEC };

	if (interval <= 0)
		return true;
	*slot = event_new(op->base, -1, EV_PERSIST, call, op);
	return *slot != NULL && event_add(*slot, &span) == 0;
}

bool
operator_listen(struct operator *op)
{
	static const int numbers[OPERATOR_SIGNALS] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	bool fine = true;

	op->started = clock_wall();
	snapshot_open(&op->state, op->boot, op->workers == NULL, op->delivery);
	for (size_t i = 0; i < OPERATOR_SIGNALS; i++) {
		op->signals[i] = evsignal_new(op->base, numbers[i], on_signal, op);
		fine = fine && op->signals[i] != NULL && event_add(op->signals[i], NULL) == 0;
	}
	if (op->workers != NULL)
		fine = fine && every(op, &op->second, SECOND, on_second) &&
		    every(op, &op->stats, op->boot->events.stats_interval, on_stats) &&
		    every(op, &op->snapshot, op->state.path != NULL ? op->boot->state.interval : 0, on_snapshot) &&
		    every(op, &op->watchdog, ready_watchdog_interval(), on_watchdog);
	if (!fine)
		log_error("mailtapd", "signals and timers cannot be set up: not enough memory or descriptors");
	return fine;
}

uint64_t
operator_undelivered(const struct operator *op)
{
	struct delivery_sink outlets[DELIVERY_SINKS];
	size_t count = delivery_sinks(op->delivery, outlets);
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += outlets[i].counters.waiting + outlets[i].counters.refused;
	return sum;
}

/* Resident octets now. */
static uint64_t
resident(void)
{
	char text[128] = "";
	struct bytes rest;
	uint64_t pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	fclose(f);
	/* The second number: "size resident shared ..." in pages. */
	rest = bytes_str(text);
	(void)bytes_split(&rest, ' ');
	(void)bytes_decimal(bytes_split(&rest, ' '), UINT32_MAX, &pages);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* A JSON text that grows; open_memstream does the memory. */
struct answer {
	FILE *out;
	char *text;
	size_t len;
};

static bool
answer_open(struct answer *a)
{
	a->out = open_memstream(&a->text, &a->len);
	return a->out != NULL;
}

static char *
answer_close(struct answer *a)
{
	if (fclose(a->out) != 0) {
		free(a->text);
		return NULL;
	}
	return a->text;
}

/* Names here are interfaces and configured names: quotes, backslashes and controls are all that JSON minds in them. */
static void
put_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void
put_interfaces(struct operator *op, FILE *out)
{
	for (size_t i = 0; op->workers != NULL && i < op->interface_count; i++) {
		struct workers_interface n = workers_interface(op->workers, i);

		fprintf(out, "%s{\"name\":", i == 0 ? "" : ",");
		put_string(out, n.name);
		fprintf(out, ",\"up\":%s,\"received\":%llu,\"kernel_dropped\":%llu,\"interface_dropped\":%llu,\"lost\":%llu}",
		    n.up ? "true" : "false", (unsigned long long)n.counters.received,
		    (unsigned long long)n.counters.kernel_dropped,
		    (unsigned long long)n.counters.interface_dropped, (unsigned long long)n.lost);
	}
}

static void
put_sinks(const struct operator *op, FILE *out)
{
	struct delivery_sink outlets[DELIVERY_SINKS];
	size_t count = delivery_sinks(op->delivery, outlets);

	for (size_t i = 0; i < count; i++) {
		const struct sink_counters *n = &outlets[i].counters;

		fprintf(out, "%s{\"name\":", i == 0 ? "" : ",");
		put_string(out, outlets[i].row->name);
		fprintf(out, ",\"connected\":%s,\"published\":%llu,\"waiting\":%llu,\"refused\":%llu,\"errors\":%llu}",
		    n->connected ? "true" : "false", (unsigned long long)n->published,
		    (unsigned long long)n->waiting, (unsigned long long)n->refused, (unsigned long long)n->errors);
	}
}

static char *
answer_status(struct operator *op)
{
	struct answer a;
	struct totals t;
	char started[CLOCK_TEXT_MAX], packet[CLOCK_TEXT_MAX];

	if (!answer_open(&a))
		return NULL;
	clock_text(started, op->started);
	totals_read(&t, op->workers, op->pipeline);
	clock_text(packet, t.time);
	fprintf(a.out, "{\"version\":\"%s\",\"sensor\":", MAILTAP_VERSION);
	put_string(a.out, op->settings->sensor_name);
	fprintf(a.out, ",\"pid\":%ld,\"started\":\"%s\",\"packet_time\":\"%s\",\"memory_bytes\":%llu", (long)getpid(),
	    started, packet, (unsigned long long)resident());
	fputs(",\"configuration\":", a.out);
	put_string(a.out, op->config != NULL ? op->config : "built-in defaults");
	fprintf(a.out, ",\"reloads\":%llu,\"reload_failures\":%llu,\"interfaces\":[",
	    (unsigned long long)op->reloads, (unsigned long long)op->reload_failures);
	put_interfaces(op, a.out);
	fputs("],\"sinks\":[", a.out);
	put_sinks(op, a.out);
	fputs("]}", a.out);
	return answer_close(&a);
}

static char *
answer_stats(struct operator *op)
{
	struct totals t;
	struct counters c;
	struct answer a;

	if (!answer_open(&a))
		return NULL;
	read_counters(op, &t, &c);
	fputc('{', a.out);
	for (size_t i = 0; i < c.len; i++)
		fprintf(a.out, "%s\"%s\":%llu", i == 0 ? "" : ",", c.at[i].name,
		    (unsigned long long)c.at[i].value);
	fputc('}', a.out);
	return answer_close(&a);
}

char *
operator_answer(void *arg, const char *command, char *error, size_t error_room)
{
	struct operator *op = arg;
	char *answer = NULL;

	snprintf(error, error_room, "not enough memory");
	if (strcmp(command, "status") == 0) {
		answer = answer_status(op);
	} else if (strcmp(command, "stats") == 0) {
		answer = answer_stats(op);
	} else if (strcmp(command, "services") == 0) {
		answer = service_list(op->delivery);
	} else if (strcmp(command, "reload") == 0) {
		if (reload(op))
			answer = strdup("{\"reloaded\":true}");
		else
			snprintf(error, error_room, "the configuration is wrong and was not taken: see the log");
	} else {
		snprintf(error, error_room, "no such command: say status, stats, services or reload");
	}
	return answer;
}

/* While the workers end: what is handed on goes out. */
static void
rest(void *arg)
{
	struct operator *op = arg;

	(void)event_base_loop(op->base, EVLOOP_NONBLOCK);
}

/* The last word on the capture: losses first, because an alert may come of them. */
void
operator_close_books(struct operator *op)
{
	struct totals t;

	totals_read(&t, op->workers, op->pipeline);
	losses_observe(&op->losses, &t, true, delivery_observe, op->delivery);
	delivery_tick(op->delivery, t.time);
	delivery_finish(op->delivery);
	snapshot_take(&op->state, op->delivery);
	operator_stats(op);
}

bool
operator_stop(struct operator *op)
{
	bool delivered;

	ready_stopping("stopping: handing on what is left");
	log_info("mailtapd", "stopping");
	/* What asks the workers would wait for them while they wait for us. */
	if (op->second != NULL)
		(void)event_del(op->second);
	if (op->stats != NULL)
		(void)event_del(op->stats);
	if (op->snapshot != NULL)
		(void)event_del(op->snapshot);
	control_close(op->control);
	op->control = NULL;
	workers_stop(op->workers, LAST_FRAMES, op->boot->daemon.stop_deadline, rest, op);
	operator_close_books(op);
	delivered = replay_drain(op->base, op->delivery, op->boot->daemon.stop_deadline);
	if (!delivered)
		log_error("publish", "%llu documents could not be delivered before daemon.stop_deadline",
		    (unsigned long long)operator_undelivered(op));
	log_counters(op);
	return delivered;
}

void
operator_clear(struct operator *op)
{
	struct event **const timers[] = { &op->second, &op->stats, &op->watchdog, &op->snapshot };

	control_close(op->control);
	for (size_t i = 0; i < OPERATOR_SIGNALS; i++)
		if (op->signals[i] != NULL)
			event_free(op->signals[i]);
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (*timers[i] != NULL)
			event_free(*timers[i]);
	workers_free(op->workers);
	pipeline_free(op->pipeline);
	delivery_free(op->delivery);
	if (op->base != NULL)
		event_base_free(op->base);
	free(op->port_filter);
	free(op->config);
	if (op->settings != op->boot)
		settings_free(op->settings);
	settings_free(op->boot);
}
