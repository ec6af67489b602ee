/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_seen.h"

bool
forward_seen_read(const struct detector_context *context, const struct observation *o, struct forward_seen *out)
{
	const struct forward_assessment *a = &out->assessment;

	out->automatic = out->manual = false;
	if (o->kind != OBSERVED_MESSAGE ||
	    (o->message->transfer != TRANSFER_SMTP_DATA && o->message->transfer != TRANSFER_SMTP_BDAT) ||
	    o->message->status == MESSAGE_REFUSED)
		return false;
	forward_assess(context, o->session, o->message, &out->assessment);
	if (!a->outward)
		return false;
	out->manual = a->verdict == FORWARD_MANUAL;
	out->automatic = a->artefact_count > 0 && a->quiet_because == NULL && a->verdict != FORWARD_JOURNAL &&
	    (a->confidence >= context->settings->auto_forward.confidence || a->alone);
	return out->automatic || out->manual;
}
