/* SPDX-License-Identifier: Apache-2.0
 *
 * half: one direction of a stream: which position a sequence number means, which numbers are plausible, what waits.
 *
 *	0 .. next ........ handed out or given up
 *	next .. end ...... waiting pieces, with holes between them
 *	acked ............ what the peer says it has: a hole before it will not be sent again
 *
 * Most halves of most connections lie calm: all that came was handed out and acknowledged. What only the others need
 * stands apart, in struct odd, and goes when they are calm again without a memory worth keeping.
 *
 * It calls nobody: the stream does, which knows both halves.
 */
#ifndef STREAM_HALF_H
#define STREAM_HALF_H

#include "stream/segments.h"
#include "stream/sequence.h"

#define HALF_NO_FIN UINT64_MAX

/* Window scale of a side (RFC 7323): a shift up to 14, or */
#define HALF_SCALE_NONE 255    /* its SYN had no such option, */
#define HALF_SCALE_UNKNOWN 254 /* or was not seen */

/* The checksums of the latest pieces handed out, so that a copy that comes later can be told from another text. */
#define HALF_RECENT 2

struct odd {
	uint64_t missing, retransmitted;
	uint64_t owed;         /* highest position that a reply of the peer had to wait for */
	uint64_t fin;          /* position of its FIN, or HALF_NO_FIN */
	uint64_t fin_requires; /* position that the peer must have reached before the FIN is told */
	uint64_t mark;         /* holes before it are given up when the time from mark_time has run out; 0: none */
	usec_t mark_time;
	struct segments waiting;
	size_t held;           /* charged for all that waits */
	uint64_t captured;     /* octets waiting, without those that were not captured */
	uint32_t mark_packet;
	uint32_t out_of_order, conflicts;
	uint32_t stray;        /* where the latest implausible segment ended, */
	uint32_t stray_ack;    /* and the latest implausible acknowledgement of the peer */
	uint8_t stray_run;     /* segments that went on near there; 0: none */
	bool stray_acked;      /* stray_ack is set */
	uint8_t said;          /* bits of enum stream_oddity */
};

struct half {
	uint64_t next;         /* position of the next octet to hand out */
	struct odd *odd;       /* NULL while calm; read it with half_look(), write it with half_odd() */
	int32_t ahead;         /* what the peer acknowledged lies that far after next, as far as that is believed */
	uint32_t base;         /* sequence number of position 0; before `begun`: what the peer acknowledged last */
	uint32_t recent_sum[HALF_RECENT]; /* of the pieces that end at next, and where that one begins */
	uint16_t recent_len[HALF_RECENT]; /* 0: none */
	uint8_t window;        /* the peer allows 2 to this power octets beyond what it acknowledged */
	uint8_t scale;
	bool begun : 1;        /* base is known */
	bool expected : 1;     /* base holds what the peer acknowledged */
	bool seen : 1;         /* a packet of this side was seen */
	bool excused : 1;      /* the one octet acknowledged beyond all that was seen may well have been a FIN */
	bool ended : 1;        /* its end was said */
	bool finished : 1;     /* by its FIN, which lies at next */
};

extern const struct odd half_calm;

static inline const struct odd *
half_look(const struct half *h)
{
	return h->odd != NULL ? h->odd : &half_calm;
}

/* Makes it where there is none; NULL when memory is short. */
struct odd *half_odd(struct half *);

/* Frees it where the half is calm and it holds nothing to remember. */
void half_settle_down(struct half *);

/* Frees it with all that waits. */
void half_clear(struct half *);

/* Highest position that the peer acknowledged, as far as that is believed; and setting it. */
uint64_t half_acked(const struct half *);
void half_set_acked(struct half *, uint64_t position);

/* Position of its FIN, or HALF_NO_FIN. */
uint64_t half_fin(const struct half *);

void half_set_window(struct half *, uint32_t window);

void half_init(struct half *);

/* Position 0 is the octet with this sequence number. */
void half_begin(struct half *, uint32_t sequence);

/* How far the octet lies from the next one to hand out. */
int64_t half_distance(const struct half *, uint32_t sequence);

/* One past the last octet seen. */
uint64_t half_end(const struct half *);

/* Whether a segment that starts `distance` from the next octet can be a true one: not further away than the peer's
 * window, or than 256 KiB where the window is smaller: the capture may have lost that much. */
bool half_is_plausible(const struct half *, int64_t distance);

/* Whether a RST with this sequence number can be a true one. */
bool half_takes_reset(const struct half *, const struct half *peer, uint32_t sequence);

/* An implausible segment came. True when it is to be believed after all: the peer has acknowledged what lies there, or
 * several segments in a row went on from there. */
bool half_stray(struct half *, uint32_t sequence, uint32_t len);

/* The peer acknowledged this. *position: what must have been reached before what the peer says here may be told. False
 * when it is implausible: then *position is 0. */
bool half_acknowledge(struct half *, uint32_t acknowledged, uint64_t *position);

/* Fresh octets came from before what the peer is said to have acknowledged: believe no more than what was seen, or than
 * a waiting reply rests on. */
void half_doubt(struct half *);

/* next moves on over what is handed out, whose checksum is kept, or over what is not. */
void half_pass(struct half *, struct bytes);
void half_skip(struct half *, uint64_t octets);

/* Whether octets at `at`, all handed out before, are known to differ from what was handed out. */
bool half_differs(const struct half *, uint64_t at, struct bytes);

/* The next thing to tell: a waiting piece, or the FIN after all pieces. */
struct front {
	bool any;
	uint64_t at, requires;
	uint32_t arrival;
};

struct front half_front(const struct half *);

#endif
