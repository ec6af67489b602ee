/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/user_rule.h"

#include <stdlib.h>
#include <string.h>

void
user_rule_clear(struct user_rule *r)
{
	user_condition_clear(&r->when);
	user_template_clear(&r->message);
	for (size_t i = 0; i < r->by_count; i++)
		event_place_clear(&r->by[i]);
	free(r->name);
	free(r->id);
	free(r->description);
	*r = (struct user_rule){ 0 };
}

void
user_rules_clear(struct user_rules *rules)
{
	for (size_t i = 0; i < rules->len; i++)
		user_rule_clear(&rules->at[i]);
	for (size_t i = 0; i < rules->indicators_len; i++)
		indicators_free(rules->indicators[i]);
	for (size_t i = 0; i < rules->file_count; i++)
		free(rules->files[i]);
	free(rules->at);
	free(rules->indicators);
	free(rules->files);
	*rules = (struct user_rules){ 0 };
}

size_t
user_rules_enabled(const struct user_rules *rules)
{
	size_t count = 0;

	for (size_t i = 0; i < rules->len; i++)
		count += rules->at[i].enabled;
	return count;
}

struct hearer {
	void (*say)(void *arg, const char *name);
	void *arg;
};

static void
say_place(const struct event_place *p, const struct hearer *h)
{
	if (p->header != NULL)
		h->say(h->arg, p->header);
	else if (p->field != NULL && strncmp(p->field->path, "mailtap.headers.", 16) == 0)
		h->say(h->arg, "*");
}

static void
say_condition(const struct user_condition *c, const struct hearer *h)
{
	say_place(&c->place, h);
	for (size_t i = 0; i < c->len; i++)
		say_condition(&c->children[i], h);
}

void
user_rules_headers(const struct user_rules *rules, void (*say)(void *arg, const char *name), void *arg)
{
	const struct hearer h = { say, arg };

	for (size_t i = 0; i < rules->len; i++) {
		const struct user_rule *r = &rules->at[i];

		if (!r->enabled)
			continue;
		say_condition(&r->when, &h);
		for (size_t k = 0; k < r->by_count; k++)
			say_place(&r->by[k], &h);
		for (size_t k = 0; k < r->message.len; k++)
			say_place(&r->message.pieces[k].place, &h);
	}
}
