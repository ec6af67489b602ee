/* SPDX-License-Identifier: Apache-2.0
 *
 * rig: a flow table and streams joined as the pipeline joins them, and a listener that knows what was said. It compares
 * each octet that is handed out and each gap that is told, and keeps the first thing that is wrong as a sentence.
 */
#ifndef TESTS_SUPPORT_RIG_H
#define TESTS_SUPPORT_RIG_H

#include "flow/table.h"
#include "stream/stream.h"

#define RIG_OCTETS 8192

/* What the two sides said, and how much of it was captured. */
struct rig_truth {
	uint8_t octets[2][RIG_OCTETS];
	bool captured[2][RIG_OCTETS];
	unsigned len[2];
	unsigned origin[2]; /* where a side is picked up */
	bool fin_lost[2];   /* its FIN was not captured: who acknowledges it says that one octet more is missing */
};

struct rig {
	const struct rig_truth *truth;
	struct flow_limits flow_limits;
	struct stream_limits stream_limits;
	struct stream_budget budget;
	struct flow_table *flows;
	struct stream *stream;
	unsigned opened; /* flows */
	unsigned streams;
	uint64_t at[2];  /* handed out or told missing so far */
	uint64_t missing[2];
	unsigned oddities[2][3];
	unsigned ends[2];
	enum stream_end end[2]; /* the latest */
	usec_t now;
	char wrong[200]; /* empty: nothing */
};

void rig_begin(struct rig *, const struct rig_truth *);
void rig_push(struct rig *, const struct packet *);

/* Ends all flows, and checks that all that was captured was handed out, from `origin` on. */
void rig_finish(struct rig *);

#endif
