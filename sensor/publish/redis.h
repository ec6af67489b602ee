/* SPDX-License-Identifier: Apache-2.0
 *
 * redis: alerts (and events, where asked for) into Redis streams: XADD PREFIX:alerts MAXLEN ~ N * id ... event JSON.
 *
 *	take --> waiting --(batch)--> sent, unanswered --(reply)--> gone
 *	            ^                        |
 *	            '---- connection lost, or the server cannot now ----'
 *
 * Nothing here blocks. A document leaves memory only when the server has said that it stands in the stream. Events may
 * use three quarters of the room, so that alerts find some when the server is away.
 */
#ifndef PUBLISH_REDIS_H
#define PUBLISH_REDIS_H

#include "publish/sink.h"

extern const struct sink sink_redis;

/* What an error reply means for what was sent. */
enum redis_trouble {
	REDIS_TROUBLE_PASSES,   /* the server cannot now (OOM, LOADING, ...): the same again later */
	REDIS_TROUBLE_MOVES,    /* this server is not the one to write to: connect anew */
	REDIS_TROUBLE_SETTINGS, /* password, permission or key type: again later, and the operator is told */
	REDIS_TROUBLE_LASTS,    /* this document will not be taken */
};

/* Judged by the error's first word. */
enum redis_trouble redis_trouble_of(struct bytes error);

#endif
