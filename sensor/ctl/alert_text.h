/* SPDX-License-Identifier: Apache-2.0
 *
 * alert_text: how an alert looks on a terminal.
 */
#ifndef CTL_ALERT_TEXT_H
#define CTL_ALERT_TEXT_H

#include <jansson.h>

#include "ctl/command.h"

/* One alert, by its document: a few lines for a person, or with --json the document as it stands. `full`: with
 * everything it carries. */
void alert_text_print(const struct ctl *, struct bytes document, bool full);

#endif
