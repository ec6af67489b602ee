/* SPDX-License-Identifier: Apache-2.0
 *
 * source: where frames come from: an interface, or a file. libpcap is the switch between the two; this is the only
 * place (with filter) that knows it.
 */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include "capture/frame.h"

/* Sources on one interface that share its frames; the first that is opened founds the group. */
struct source_fanout {
	unsigned workers; /* how many there will be; below 2: no group is needed */
	bool founded;
	uint16_t group;
};

struct capture_settings {
	bool promiscuous;
	int snaplen;           /* octets kept of a frame */
	size_t ring_size;      /* octets of kernel buffer */
	usec_t block_timeout;  /* longest wait of the kernel for a full block */
	const char *filter;    /* pcap filter expression; NULL takes every frame */
	bool immediate;        /* deliver each frame at once */
	struct source_fanout *fanout; /* live: the group to join; NULL: none */
};

enum source_state {
	SOURCE_READY,   /* the limit was reached: there may be more at once */
	SOURCE_EMPTY,   /* live: nothing more now, wait for the descriptor */
	SOURCE_ENDED,   /* file: read to its proper end */
	SOURCE_BROKEN,  /* file: damaged here; live: the interface went down or vanished. source_error() says what */
};

struct source_counters {
	uint64_t received;          /* frames handed to the handler */
	uint64_t kernel_dropped;    /* frames the kernel dropped for want of room, since opened */
	uint64_t interface_dropped; /* frames the interface or its driver dropped */
};

struct source;

/* The frame is valid only inside the handler. */
typedef void frame_handler(void *arg, const struct frame *);

/* Opens an interface for live capture, non-blocking. NULL on failure with one line of cause and remedy in `error`
 * (error_room octets, at least 256). */
struct source *source_open_live(const char *interface, unsigned index, const struct capture_settings *, char *error,
    size_t error_room);

/* Opens a pcap or pcapng file; "-" is standard input. As above. A directory, an empty file, a file that is no capture
 * each have their own line. */
struct source *source_open_file(const char *path, unsigned index, const struct capture_settings *, char *error,
    size_t error_room);

void source_close(struct source *); /* NULL is fine */

/* Whether the interface exists and is set up. libpcap waits silently for one that was taken down, so this must be asked.
 * "any" always is. */
bool source_interface_is_up(const char *interface);

/* Hands at most max_frames frames to the handler. */
enum source_state source_read(struct source *, int max_frames, frame_handler *, void *arg);

/* The descriptor to wait on for reading; -1 for a file. */
int source_descriptor(const struct source *);

/* One line about why source_read() said SOURCE_BROKEN; valid until the source is closed. */
const char *source_error(const struct source *);

/* The interface's name or the file's path; valid until the source is closed. */
const char *source_name(const struct source *);

/* DLT_* of what it delivers, and its name for messages. */
int source_link_type(const struct source *);
const char *source_link_name(const struct source *);

struct source_counters source_counters(struct source *);

#endif
