/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/source.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/fanout.h"
#include "capture/filter.h"

#define ERROR_MAX 512

struct source {
	pcap_t *pcap;
	char *name;
	unsigned index;
	int link_type;
	bool live;
	uint64_t received;
	uint64_t interface_dropped; /* as it was last told */
	char error[ERROR_MAX];
	/* of the read under way */
	frame_handler *handler;
	void *handler_arg;
};

static struct source *
source_new(const char *name, unsigned index, bool live)
{
	struct source *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->name = strdup(name);
	if (s->name == NULL) {
		free(s);
		return NULL;
	}
	s->index = index;
	s->live = live;
	return s;
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	if (s->pcap != NULL)
		pcap_close(s->pcap);
	free(s->name);
	free(s);
}

/* Link types without VLAN tags refuse the word "vlan": then the filter is used without it. */
static bool
set_filter(struct source *s, const char *expression, char *error, size_t error_room)
{
	struct bpf_program program;
	char *plain = NULL;
	bool fine;

	if (expression == NULL)
		return true;
	fine = pcap_compile(s->pcap, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!fine && (plain = filter_without_vlan(expression)) != NULL)
		fine = pcap_compile(s->pcap, &program, plain, 1, PCAP_NETMASK_UNKNOWN) == 0;
	free(plain);
	if (!fine) {
		snprintf(error, error_room, "%s: the filter is not understood: %s (see pcap-filter(7))", s->name,
		    pcap_geterr(s->pcap));
		return false;
	}
	fine = pcap_setfilter(s->pcap, &program) == 0;
	pcap_freecode(&program);
	if (!fine)
		snprintf(error, error_room, "%s: the filter cannot be set: %s", s->name, pcap_geterr(s->pcap));
	return fine;
}

/* What an operator can do about a failed activation. */
static const char *
remedy_of(int status)
{
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return "no permission to capture: start as root, or grant CAP_NET_RAW";
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return "no such interface: see ip link";
	case PCAP_ERROR_IFACE_NOT_UP:
		return "the interface is down: ip link set it up";
	default:
		return NULL;
	}
}

static bool
activate(struct source *s, const struct capture_settings *c, char *error, size_t error_room)
{
	int milliseconds = (int)(c->block_timeout / USEC_PER_MSEC), status;
	const char *remedy;

	(void)pcap_set_snaplen(s->pcap, c->snaplen);
	(void)pcap_set_promisc(s->pcap, c->promiscuous);
	(void)pcap_set_timeout(s->pcap, milliseconds > 0 ? milliseconds : 1);
	(void)pcap_set_immediate_mode(s->pcap, c->immediate);
	(void)pcap_set_buffer_size(s->pcap, c->ring_size > INT32_MAX ? INT32_MAX : (int)c->ring_size);
	status = pcap_activate(s->pcap);
	if (status < 0) {
		remedy = remedy_of(status);
		snprintf(error, error_room, "%s: %s", s->name,
		    remedy != NULL ? remedy : status == PCAP_ERROR ? pcap_geterr(s->pcap) : pcap_statustostr(status));
		return false;
	}
	return true;
}

static bool
join_group(struct source *s, struct source_fanout *fanout, char *error, size_t error_room)
{
	char reason[ERROR_MAX];
	bool fine;

	if (fanout == NULL || fanout->workers < 2)
		return true;
	fine = fanout->founded ? fanout_join(pcap_fileno(s->pcap), fanout->group, reason, sizeof(reason))
			       : fanout_found(pcap_fileno(s->pcap), &fanout->group, reason, sizeof(reason));
	fanout->founded = fanout->founded || fine;
	if (!fine)
		snprintf(error, error_room, "%s: %s", s->name, reason);
	return fine;
}

struct source *
source_open_live(const char *interface, unsigned index, const struct capture_settings *settings, char *error,
    size_t error_room)
{
	struct source *s = source_new(interface, index, true);
	char reason[PCAP_ERRBUF_SIZE] = "not enough memory";

	if (s != NULL)
		s->pcap = pcap_create(interface, reason);
	if (s == NULL || s->pcap == NULL) {
		snprintf(error, error_room, "%s: %s", interface, reason);
		source_close(s);
		return NULL;
	}
	if (!activate(s, settings, error, error_room) || !set_filter(s, settings->filter, error, error_room) ||
	    !join_group(s, settings->fanout, error, error_room)) {
		source_close(s);
		return NULL;
	}
	if (pcap_setnonblock(s->pcap, 1, reason) != 0 || pcap_get_selectable_fd(s->pcap) < 0) {
		snprintf(error, error_room, "%s: cannot be waited for: %s", interface, reason);
		source_close(s);
		return NULL;
	}
	s->link_type = pcap_datalink(s->pcap);
	return s;
}

bool
source_interface_is_up(const char *interface)
{
	struct ifreq request = { 0 };
	int fd, result;

	if (strcmp(interface, "any") == 0)
		return true;
	if (strlen(interface) >= sizeof(request.ifr_name))
		return false;
	memcpy(request.ifr_name, interface, strlen(interface));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true; /* nothing is known: no reason to give up a capture that may be fine */
	result = ioctl(fd, SIOCGIFFLAGS, &request);
	(void)close(fd);
	return result == 0 && (request.ifr_flags & IFF_UP) != 0;
}

/* What can be said about a path before libpcap has its say; NULL: nothing against it. */
static const char *
objection_to(const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return NULL;
	if (stat(path, &st) != 0)
		return strerror(errno);
	if (S_ISDIR(st.st_mode))
		return "is a directory: name the capture file in it";
	if (S_ISREG(st.st_mode) && st.st_size == 0)
		return "is empty: not even the header of a capture file is there";
	return NULL;
}

struct source *
source_open_file(const char *path, unsigned index, const struct capture_settings *settings, char *error,
    size_t error_room)
{
	const char *shown = strcmp(path, "-") == 0 ? "standard input" : path, *objection = objection_to(path);
	struct source *s;
	char reason[PCAP_ERRBUF_SIZE] = "";

	if (objection != NULL) {
		snprintf(error, error_room, "%s: %s", shown, objection);
		return NULL;
	}
	s = source_new(shown, index, false);
	if (s == NULL) {
		snprintf(error, error_room, "%s: not enough memory", shown);
		return NULL;
	}
	s->pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_MICRO, reason);
	if (s->pcap == NULL) {
		snprintf(error, error_room, "%s: is no capture file that can be read (pcap or pcapng): %s", shown, reason);
		source_close(s);
		return NULL;
	}
	if (!set_filter(s, settings->filter, error, error_room)) {
		source_close(s);
		return NULL;
	}
	s->link_type = pcap_datalink(s->pcap);
	return s;
}

static void
on_packet(u_char *user, const struct pcap_pkthdr *h, const u_char *data)
{
	struct source *s = (struct source *)(void *)user;
	struct frame frame = { .data = bytes_of(data, h->caplen), .wire_len = h->len, .link_type = s->link_type,
		.time = (usec_t)h->ts.tv_sec * USEC_PER_SEC + h->ts.tv_usec, .interface = s->index };

	if (frame.wire_len < h->caplen)
		frame.wire_len = h->caplen;
	s->received++;
	s->handler(s->handler_arg, &frame);
}

enum source_state
source_read(struct source *s, int max_frames, frame_handler *handler, void *arg)
{
	int got;

	s->handler = handler;
	s->handler_arg = arg;
	got = pcap_dispatch(s->pcap, max_frames, on_packet, (u_char *)(void *)s);
	if (got < 0) {
		const char *remedy = remedy_of(got);

		snprintf(s->error, sizeof(s->error), "%s: %s%s", s->name, s->live ? "" : "the file is damaged here: ",
		    remedy != NULL && got != PCAP_ERROR ? remedy : pcap_geterr(s->pcap));
		return SOURCE_BROKEN;
	}
	if (s->live)
		return got >= max_frames ? SOURCE_READY : SOURCE_EMPTY;
	return got == 0 ? SOURCE_ENDED : SOURCE_READY;
}

int
source_descriptor(const struct source *s)
{
	return s->live ? pcap_get_selectable_fd(s->pcap) : -1;
}

const char *
source_error(const struct source *s)
{
	return s->error;
}

const char *
source_name(const struct source *s)
{
	return s->name;
}

int
source_link_type(const struct source *s)
{
	return s->link_type;
}

const char *
source_link_name(const struct source *s)
{
	const char *name = pcap_datalink_val_to_name(s->link_type);

	return name != NULL ? name : "unknown";
}

struct source_counters
source_counters(struct source *s)
{
	struct source_counters n = { .received = s->received };
	struct pcap_stat stat = { 0 };

	if (s->live && pcap_stats(s->pcap, &stat) == 0) {
		n.kernel_dropped = stat.ps_drop;
		/* libpcap takes the counter's value at the start from the one of now: when the interface has gone, or was made
		 * anew, that is less than nothing. */
		if (stat.ps_ifdrop <= INT32_MAX)
			s->interface_dropped = stat.ps_ifdrop;
		n.interface_dropped = s->interface_dropped;
	}
	return n;
}
