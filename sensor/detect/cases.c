/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/cases.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define NAMES_PER_CASE 4 /* places for accounts and clients, for each case that may be */
#define NAME_MAX_OCTETS 256

/* How rules of a technique take part. */
static const struct {
	const char *technique; /* with all its subtechniques */
	bool by_client, adds;
} parts[] = {
	{ "T1110", true, true },
	{ "T1078", true, true },
	{ "T1114.002", true, true },
	{ "T1114", false, true },
	{ "T1048", false, true },
	{ "T1036", false, true },
};

struct cases {
	usec_t span;
	struct map *stories; /* by the case */
	struct map *links;   /* by who it is about: to the case */
};

struct link {
	usec_t last;
	struct identity id;
};

struct cases *
cases_new(size_t most, usec_t span)
{
	struct cases *c = memory_take_zeroed(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->span = span;
	c->stories = map_new(sizeof(struct identity), sizeof(struct story), most, NULL, NULL);
	c->links = map_new(sizeof(struct identity), sizeof(struct link), most * NAMES_PER_CASE, NULL, NULL);
	if (c->stories == NULL || c->links == NULL) {
		cases_free(c);
		return NULL;
	}
	return c;
}

void
cases_free(struct cases *c)
{
	if (c == NULL)
		return;
	map_free(c->stories);
	map_free(c->links);
	memory_give_back(c);
}

static bool
is_of(const struct technique *t, const char *id)
{
	struct bytes own = bytes_str(t->id), wanted = bytes_str(id);

	return bytes_starts(own, wanted) && (own.len == wanted.len || own.at[wanted.len] == '.');
}

static void
part_of(const struct alert_rule *rule, bool *by_client, bool *adds)
{
	*by_client = *adds = false;
	for (size_t i = 0; i < ALERT_TECHNIQUES && rule->techniques[i] != NULL; i++) {
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
			if (!is_of(rule->techniques[i], parts[k].technique))
				continue;
			*by_client |= parts[k].by_client;
			*adds |= parts[k].adds;
		}
	}
}

/* An account of ours is the same with its domain and without. */
static struct identity
account_key(struct bytes name, const struct site *site)
{
	uint8_t lower[NAME_MAX_OCTETS];
	size_t at = bytes_find_last(name, '@');

	if (site != NULL && at != BYTES_NOWHERE && site_mailbox(site, name) == SITE_MAILBOX_LOCAL)
		name = bytes_first(name, at);
	name = bytes_first(name, sizeof(lower));
	if (name.len > 0)
		memcpy(lower, name.at, name.len);
	text_lower(lower, name.len);
	return identity_of(BYTES("case account"), bytes_of(lower, name.len));
}

#define KEYS_MAX 5

/* Who the alert is about, the accounts first. */
static size_t
keys_of(const struct alert *a, const struct site *site, struct identity keys[KEYS_MAX])
{
	bool by_client, adds;
	size_t n = 0;

	part_of(a->rule, &by_client, &adds);
	for (size_t i = 0; i < a->users.len && n < KEYS_MAX - 1; i++)
		if (a->users.at[i].len > 0)
			keys[n++] = account_key(a->users.at[i], site);
	if (a->session == NULL || (n > 0 && !by_client))
		return n;
	if (n > 0 && site != NULL && (site_roles(site, &a->session->client.address, a->time) != 0))
		return n;
	keys[n++] = identity_of(
	    BYTES("case client"), bytes_of(&a->session->client.address, sizeof(a->session->client.address)));
	return n;
}

static bool
is_over(const struct cases *c, usec_t last, usec_t now)
{
	return now - last > c->span;
}

static void
forget_old(struct cases *c, usec_t now)
{
	struct story *s;
	struct link *l;

	while ((s = map_oldest(c->stories, 0)) != NULL && is_over(c, s->last, now))
		map_remove(c->stories, s);
	while ((l = map_oldest(c->links, 0)) != NULL && is_over(c, l->last, now))
		map_remove(c->links, l);
}

/* The one that began first of those that the keys lead to. */
static struct story *
find_known(const struct cases *c, const struct identity *keys, size_t n, struct identity *id)
{
	struct story *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct link *l = map_find(c->links, &keys[i]);
		struct story *s = l == NULL ? NULL : map_find(c->stories, &l->id);

		if (s == NULL || (best != NULL && best->first <= s->first))
			continue;
		best = s;
		*id = l->id;
	}
	return best;
}

struct story *
cases_find(struct cases *c, const struct alert *a, const struct site *site, struct identity *id)
{
	struct identity keys[KEYS_MAX];
	size_t n = keys_of(a, site, keys);
	struct story *s;
	bool made;

	if (n == 0)
		return NULL;
	forget_old(c, a->time);
	s = find_known(c, keys, n, id);
	if (s == NULL) {
		uint8_t text[sizeof(keys[0]) + sizeof(a->time)];

		memcpy(text, &keys[0], sizeof(keys[0]));
		memcpy(text + sizeof(keys[0]), &a->time, sizeof(a->time));
		*id = identity_of(BYTES("mailtap.case"), bytes_of(text, sizeof(text)));
		s = map_put(c->stories, id, 0, 0, &made);
		if (s == NULL)
			return NULL;
		if (made)
			s->first = s->last = a->time;
	}
	if (a->time > s->last)
		s->last = a->time;
	map_touch(c->stories, s, 0);
	for (size_t i = 0; i < n; i++) {
		struct link *l = map_put(c->links, &keys[i], 0, 0, NULL);

		if (l == NULL)
			continue;
		*l = (struct link){ a->time > l->last ? a->time : l->last, *id };
		map_touch(c->links, l, 0);
	}
	return s;
}

static void
cut_name(char out[CASE_RULE_MAX], const char *rule)
{
	snprintf(out, CASE_RULE_MAX, "%s", rule);
}

static struct case_stage *
stage_of(struct story *s, const char *rule)
{
	char name[CASE_RULE_MAX];

	cut_name(name, rule);
	for (uint32_t i = 0; i < s->count; i++)
		if (strcmp(s->stages[i].rule, name) == 0)
			return &s->stages[i];
	return NULL;
}

void
cases_note(struct story *s, const struct alert *a, unsigned risk)
{
	struct case_stage *stage = stage_of(s, a->rule->name);
	bool by_client, adds;

	part_of(a->rule, &by_client, &adds);
	if (stage == NULL) {
		if (s->count == CASE_STAGES)
			return;
		stage = &s->stages[s->count++];
		memset(stage, 0, sizeof(*stage));
		cut_name(stage->rule, a->rule->name);
	}
	stage->alert = a->id;
	stage->time = a->time;
	if (adds && risk > stage->risk)
		stage->risk = risk;
}

/* From where on a combined risk is of this severity: two findings of medium severity do not make a high one, three do.
 */
static const unsigned thresholds[] = {
	[SEVERITY_LOW] = 0, [SEVERITY_MEDIUM] = 47, [SEVERITY_HIGH] = 73, [SEVERITY_CRITICAL] = 95
};

unsigned
cases_risk(const struct story *s, const struct alert *a, unsigned risk, enum severity *severity)
{
	char name[CASE_RULE_MAX];
	double spared = 1 - risk / 100.0;
	bool by_client, adds, alone = true;
	unsigned sum;

	part_of(a->rule, &by_client, &adds);
	cut_name(name, a->rule->name);
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->stages[i].risk == 0 || strcmp(s->stages[i].rule, name) == 0)
			continue;
		spared *= 1 - s->stages[i].risk / 100.0;
		alone = false;
	}
	if (alone || !adds)
		return risk;
	sum = (unsigned)(100 * (1 - spared) + 0.5);
	for (enum severity higher = SEVERITY_CRITICAL; higher > *severity; higher--) {
		if (sum < thresholds[higher])
			continue;
		*severity = higher;
		break;
	}
	return sum > risk ? sum : risk;
}

uint64_t
cases_evicted(const struct cases *c)
{
	return map_evicted(c->stories);
}

#define STORIES "cases.stories"
#define LINKS "cases.links"

void
cases_save(const struct cases *c, struct state_out *out)
{
	state_begin(out, STORIES);
	state_put_map(out, c->stories, sizeof(struct identity), sizeof(struct story));
	state_end(out);
	state_begin(out, LINKS);
	state_put_map(out, c->links, sizeof(struct identity), sizeof(struct link));
	state_end(out);
}

static bool
is_story(const void *value)
{
	const struct story *s = value;

	if (s->count > CASE_STAGES || s->first < 0 || s->first > s->last)
		return false;
	for (uint32_t i = 0; i < s->count; i++)
		if (s->stages[i].risk > 100 || memchr(s->stages[i].rule, 0, CASE_RULE_MAX) == NULL)
			return false;
	return true;
}

static bool
is_link(const void *value)
{
	return ((const struct link *)value)->last >= 0;
}

bool
cases_load(struct cases *c, struct bytes image)
{
	struct state_in in;

	if (!state_find(image, STORIES, &in))
		return true;
	if (!state_get_map(&in, c->stories, sizeof(struct identity), sizeof(struct story), is_story))
		return false;
	return state_find(image, LINKS, &in) &&
	       state_get_map(&in, c->links, sizeof(struct identity), sizeof(struct link), is_link);
}
