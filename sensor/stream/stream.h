/* SPDX-License-Identifier: Apache-2.0
 *
 * stream: both directions of a TCP connection as bytes in order, each once. (RFC 9293 section 3.4 for sequence
 * numbers, 3.8 for what peers do.)
 *
 *	segments, as seen --> half (one per direction) --> (data | gap)* end
 *
 * A reply is not released before the command that it answers: bytes of one side wait until what they acknowledge of
 * the other side has been delivered or given up. A missing stretch is given up, as a gap, when the peer has
 * acknowledged past it and it has not turned up within limits.reorder_packets packets of this connection or
 * limits.reorder_time, when a ceiling is reached, or when the connection ends. As long as nothing waits behind it, the
 * gap is not told. Where only one side is seen, time alone counts, from the first octet beyond the stretch.
 *
 * A sequence number or acknowledgement further away than the window of the other side, or than 256 KiB where the
 * window is smaller, is ignored until the other side confirms it or eight segments in a row go on there; a RST is taken
 * from what the other side has acknowledged up to its window (at least 64 KiB). Anybody may forge a RST or FIN that is
 * plausible, so neither has the last word: when octets go on beyond it, they are handed out as if it had not been there,
 * and the end is said anew when it comes.
 */
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include "base/direction.h"
#include "decode/packet.h"

struct stream_limits {
	size_t waiting_per_flow;  /* octets waiting in one connection, both directions together, with bookkeeping */
	size_t waiting_total;     /* of all connections of a pipeline: for stream_budget.max */
	unsigned reorder_packets; /* how long a stretch the peer has acknowledged may still turn up: packets, */
	usec_t reorder_time;      /* and packet time */
};

enum stream_end {
	STREAM_END_FIN,
	STREAM_END_RST,
	STREAM_END_CUT, /* the flow ended without either: timeout, eviction, end of capture */
};

/* What is worth an observation besides the bytes. */
enum stream_oddity {
	STREAM_CONFLICT,  /* an overlapping copy held other bytes: the first copy was kept */
	STREAM_WILD,      /* a sequence number or RST far outside anything plausible: ignored */
	STREAM_CEILING,   /* too much waited: a stretch was given up early */
};

struct stream_reader {
	/* Bytes in order; they live until the call returns. time: of the packet that made them deliverable. */
	void (*data)(void *arg, enum direction, struct bytes, usec_t time);
	/* `missing` octets will never come. */
	void (*gap)(void *arg, enum direction, uint64_t missing, usec_t time);
	/* Nothing more comes from this side. Said again where what came later has proved it wrong, whether or not anything of
	 * that could be handed out: at most once for each packet, and at the finish. A RST behind which octets still wait is said
	 * when they have been told. */
	void (*end)(void *arg, enum direction, enum stream_end, usec_t time);
	/* At most once per kind and direction. `position`: octets from the start of the direction. May be NULL. */
	void (*oddity)(void *arg, enum direction, enum stream_oddity, uint64_t position, usec_t time);
};

/* What the streams of a pipeline share: it outlives them, and limits and reader are borrowed for its life. */
struct stream_budget {
	const struct stream_limits *limits;
	const struct stream_reader *reader;
	size_t used, max; /* octets waiting in all streams together, with what it takes to keep them */
	size_t memory;    /* octets of the streams themselves, besides */
};

struct stream_counts {
	uint64_t bytes;          /* distinct payload octets captured, delivered or still waiting */
	uint64_t missing;        /* given up, or cut off by the snap length */
	uint64_t retransmitted;  /* octets seen again */
	uint32_t out_of_order;   /* segments that had to wait */
	uint32_t conflicts;      /* overlapping copies with other bytes */
	bool ended;
};

struct stream;

/* NULL when memory is short. The budget is borrowed for the stream's life. */
struct stream *stream_new(struct stream_budget *, void *arg);

/* The same in `stream_size` octets of zeros, aligned for any object, that the caller keeps for it: one allocation less for who
 * has many. Never fails. stream_clear() ends it, and leaves the octets to the caller. */
extern const size_t stream_size;
struct stream *stream_init(void *room, struct stream_budget *, void *arg);
void stream_clear(struct stream *);

/* Says which sequence number the SYN of a side had, so that its first octet is known. Before the first push of that
 * side; without it the side begins with the first octet seen. */
void stream_set_initial(struct stream *, enum direction, uint32_t syn_sequence);

/* Says which window scale the SYN of a side announced (RFC 7323; 255: none), so that it is known how far ahead the other
 * side may be. A SYN that is pushed says it by itself; without either an ordinary one is assumed. */
void stream_set_window_scale(struct stream *, enum direction, uint8_t scale);

/* One segment; the payload is copied when it must wait. May call the reader any number of times; the reader may not
 * call back into the stream except stream_counts() and stream_mute(). */
void stream_push(struct stream *, enum direction, const struct packet *);

/* The same segment again, which counts for nothing (flow/echo.h): only whether its octets are those that were seen is looked
 * at, and told when they are not. */
void stream_compare(struct stream *, enum direction, const struct packet *);

/* Packet time passes without a packet of this connection: gives up what has waited too long. */
void stream_tick(struct stream *, usec_t now);

/* The connection is over: all that waits is handed out, gaps where they are, and both ends are said. */
void stream_finish(struct stream *, usec_t now);

/* From now on only counts: nothing waits, data() and gap() are called no more (end() is). For flows that are
 * encrypted or whose parser is done. May be called from within the reader. What comes beyond the furthest octet seen is
 * new from then on and all else a copy: an octet that arrives late counts as missing and as retransmitted. */
void stream_mute(struct stream *);

/* From now on it is not told whether copies differ: what they hold means nothing to the reader, only how much there is.
 * Spares reading each octet that is handed out. May be called from within the reader. */
void stream_skim(struct stream *);

/* NULL is fine; calls nothing. */
void stream_free(struct stream *);

/* Whether only this side's packets were pushed so far: then its octets come by time alone (see above). */
bool stream_is_one_sided(const struct stream *);

struct stream_counts stream_counts(const struct stream *, enum direction);

/* Whether anything waits: only then does stream_tick() have something to do. */
bool stream_waits(const struct stream *);

/* Octets held for this stream. */
size_t stream_memory(const struct stream *);

#endif
