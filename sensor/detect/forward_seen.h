/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_seen: one forward on its way out, as the detectors that look at many of them need it: whether a machine or a person
 * made it, of which mailbox, and to whom.
 */
#ifndef DETECT_FORWARD_SEEN_H
#define DETECT_FORWARD_SEEN_H

#include "detect/forward_evidence.h"
#include "detect/kit.h"

struct forward_seen {
	struct forward_assessment assessment;
	bool automatic; /* enough evidence, and nothing speaks against it */
	bool manual;
};

/* False when the observation is no message that goes out, or none that was forwarded. */
bool forward_seen_read(const struct detector_context *, const struct observation *, struct forward_seen *);

#endif
