/* SPDX-License-Identifier: Apache-2.0
 *
 * pipeline: from a frame to what is observed: decode, flow, stream and dialogue joined. One per capture worker, no
 * shared state, no clock but packet time.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "decode/decode.h"
#include "dialogue.h"
#include "flow/table.h"
#include "stream/stream.h"

struct pipeline_settings {
	struct decode_limits decode;
	struct flow_limits flow;
	struct stream_limits stream;
	struct dialogue_limits dialogue;
	const char *const *interfaces; /* names by frame.interface; static for the run */
	size_t interface_count;
	const struct endpoint *own; /* servers whose connections are left out: the sensor's own; borrowed */
	size_t own_count;
	size_t memory; /* octets that connections may take, all in; 0: no limit but those above */
};

struct pipeline_counters {
	uint64_t frames, frame_bytes;
	uint64_t own;                      /* packets of the sensor's own connections, left out */
	uint64_t decoded[DECODE_RESULTS];  /* frames by outcome */
	struct decode_counters decode;
	uint64_t duplicates;               /* segments that were another's echo, left out */
	struct flow_counters flow;
	uint64_t flows_now, flow_memory;
	uint64_t connections_now;          /* flows with payload */
	uint64_t connections_refused;      /* not followed: memory was short */
	uint64_t payload_bytes;            /* octets of payload as captured */
	uint64_t gap_bytes;                /* octets that never came, as they are told to parsers */
	uint64_t missing_bytes;            /* octets of gaps of connections that ended */
	uint64_t retransmitted_bytes;
	uint64_t waiting_bytes;            /* out of order now */
	uint64_t memory, memory_max;       /* octets taken now, and that may be taken */
	uint64_t gave_way;                 /* connections ended for want of memory */
	uint64_t conflicts, wild_segments, ceilings; /* connections in which they were met */
	uint64_t one_sided;                /* connections ended with one direction unseen */
	uint64_t time_restarts;            /* packet time, or the clock behind it, was set back */
	uint64_t observations;
};

struct pipeline;

/* NULL when memory is short. settings are copied, what they point to is borrowed. */
struct pipeline *pipeline_new(const struct pipeline_settings *, observer *, void *arg);

/* A frame_handler: arg is the pipeline. */
void pipeline_frame(void *pipeline, const struct frame *);

/* Whether another pipeline has got this packet, which came out of a tunnel. */
typedef bool pipeline_elsewhere(void *arg, const struct packet *);

/* From now on packets out of a tunnel are shown to this first; NULL: all are for this pipeline. */
void pipeline_set_elsewhere(struct pipeline *, pipeline_elsewhere *, void *arg);

/* A packet that came out of a tunnel elsewhere and is for this pipeline. */
void pipeline_packet(struct pipeline *, const struct packet *);

/* The clock behind packet time has come to `now` without frames, or was set back to it: what has gone stale ends, what waited too long is given up. */
void pipeline_tick(struct pipeline *, usec_t now);

/* The latest packet time believed (base/timeline.h); 0 before the first frame. */
usec_t pipeline_time(const struct pipeline *);

/* Ends every connection (SESSION_STOP), then frees. NULL is fine. */
void pipeline_free(struct pipeline *);

/* Ends every connection; the counters can still be read. */
void pipeline_finish(struct pipeline *);

struct pipeline_counters pipeline_counters(const struct pipeline *);

/* The sum of two pipelines'. */
void pipeline_counters_add(struct pipeline_counters *, const struct pipeline_counters *);

#endif
