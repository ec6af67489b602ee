/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_rules.h"

#include <stdlib.h>

static const char *const verdict_names[] = {
	[FORWARD_NONE] = "none",
	[FORWARD_REDIRECT] = "redirect",
	[FORWARD_RULE] = "rule_forward",
	[FORWARD_MANUAL] = "manual_forward",
	[FORWARD_JOURNAL] = "journal",
	[FORWARD_LIST] = "list",
	[FORWARD_AUTO_REPLY] = "auto_reply",
};

const char *
forward_verdict_name(enum forward_verdict v)
{
	return verdict_names[v];
}

void
forward_rules_clear(struct forward_rules *rules)
{
	for (size_t i = 0; i < rules->len; i++) {
		struct forward_rule *r = &rules->at[i];

		free(r->name);
		free(r->platform);
		free(r->header);
		free(r->value);
		free(r->with_header);
	}
	free(rules->at);
	*rules = (struct forward_rules){ 0 };
}
