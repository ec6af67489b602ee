/* SPDX-License-Identifier: Apache-2.0
 *
 * frame: one link-layer frame as a capture delivered it.
 */
#ifndef CAPTURE_FRAME_H
#define CAPTURE_FRAME_H

#include "base/bytes.h"
#include "base/clock.h"

struct frame {
	struct bytes data;    /* what was captured; valid only inside the handler */
	uint32_t wire_len;    /* octets it had on the wire, at least data.len */
	int link_type;        /* DLT_* of pcap, as an integer */
	usec_t time;          /* when it was captured */
	unsigned interface;   /* index into the sources' order */
};

#endif
