/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_subject: what mail programs put before the subject of a forward or an automatic reply, in their languages.
 */
#ifndef DETECT_FORWARD_SUBJECT_H
#define DETECT_FORWARD_SUBJECT_H

#include "base/bytes.h"

/* The subject begins as a forward does ("Fwd:", "WG:", "TR:", ...); "Fwd[2]:", a full-width colon and a tag in brackets
 * before it are borne. The first prefix decides: "Re: Fwd:" is an answer. `outlook`: known to be written by Outlook or
 * Exchange, so that prefixes too short for others count. */
bool forward_subject_is_forward(struct bytes subject_text, bool outlook);

/* The subject begins as an answer does ("Re:", "AW:", ...). "VS:", which is both, counts as one. */
bool forward_subject_is_reply(struct bytes subject_text);

/* The subject begins as an out-of-office reply does ("Automatic reply:", ...). */
bool forward_subject_is_auto_reply(struct bytes subject_text);

#endif
