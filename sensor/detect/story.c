/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/story.h"

#include <stdlib.h>

#include "base/hash.h"
#include "detect/kit.h"

static const struct {
	const char *name, *words;
	enum story_stage stage;
} rules[] = {
	{ "auth_spray", "password spraying", STORY_TRIES },
	{ "auth_bruteforce", "password guessing", STORY_TRIES },
	{ "auth_success_after_failures", "a login after failures", STORY_ACCESS },
	{ "privileged_login", "the login of a privileged account", STORY_ACCESS },
	{ "new_client", "a login of a new client", STORY_ACCESS },
	{ "bulk_fetch", "bulk reading", STORY_COLLECTION },
	{ "mailbox_download", "a mailbox download", STORY_COLLECTION },
	{ "account_sweep", "a sweep through accounts", STORY_COLLECTION },
	{ "auth_then_collection", "bulk reading after a break-in", STORY_COLLECTION },
	{ "auto_forward", "automatic forwarding", STORY_LEAVING },
	{ "forward_correlated", "automatic forwarding", STORY_LEAVING },
	{ "forward_rule_upload", "a rule that forwards", STORY_LEAVING },
	{ "mail_archive", "a mail store sent out", STORY_LEAVING },
	{ "large_attachment", "large attachments sent out", STORY_LEAVING },
	{ "disguised_message", "a disguised attachment sent out", STORY_LEAVING },
	{ "upload_asymmetry", "an upload", STORY_LEAVING },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

/* An account or a host, and the case that it is part of. */
struct subject {
	usec_t last;
	struct identity id; /* of the case */
};

struct stories {
	struct map *cases, *subjects;
	usec_t forget, now;
};

struct stories *
stories_new(size_t cases, usec_t forget)
{
	struct stories *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->forget = forget;
	s->cases = map_new(sizeof(struct identity), sizeof(struct story_case), cases, NULL, NULL);
	s->subjects = map_new(sizeof(struct identity), sizeof(struct subject), cases, NULL, NULL);
	if (s->cases == NULL || s->subjects == NULL) {
		stories_free(s);
		return NULL;
	}
	return s;
}

void
stories_free(struct stories *s)
{
	if (s == NULL)
		return;
	map_free(s->cases);
	map_free(s->subjects);
	free(s);
}

/* Both begin with the time of their latest use. */
static void
forget_old(struct map *m, usec_t now, usec_t forget)
{
	usec_t *last;

	while ((last = map_oldest(m, 0)) != NULL && now - *last > forget)
		map_remove(m, last);
}

static size_t
row_of(const struct alert *a)
{
	size_t i = 0;

	while (i < RULES && !bytes_equal(bytes_str(a->rule->name), bytes_str(rules[i].name)))
		i++;
	return i;
}

static enum story_stage
stage_of(const struct alert *a)
{
	size_t row = row_of(a);

	return row < RULES ? rules[row].stage : STORY_ASIDE;
}

static bool
host_of(const struct alert *a, struct identity *out)
{
	char text[ADDRESS_TEXT_MAX];
	struct bytes none = bytes_of(NULL, 0);

	if (a->session != NULL)
		*out = kit_key("case.host", bytes_str(address_text(text, &a->session->client.address)), none);
	else if (a->hosts.len > 0)
		*out = kit_key("case.host", a->hosts.at[0], none);
	return a->session != NULL || a->hosts.len > 0;
}

/* A spray names the latest account only: it is about none in particular. */
static bool
account_of(const struct alert *a, struct identity *out)
{
	char name[KIT_ACCOUNT_MAX];

	if (a->users.len == 0 || bytes_equal(bytes_str(a->rule->name), BYTES("auth_spray")) ||
	    bytes_equal(bytes_str(a->rule->name), BYTES("account_sweep")))
		return false;
	*out = kit_key("case.account", kit_account(name, a->users.at[0], bytes_of(NULL, 0)), bytes_of(NULL, 0));
	return true;
}

static struct story_case *
find(struct stories *s, const struct identity *subject)
{
	const struct subject *known = map_find(s->subjects, subject);

	return known == NULL ? NULL : map_find(s->cases, &known->id);
}

static void
tie(struct stories *s, const struct identity *subject, const struct story_case *c)
{
	struct subject *known = map_put(s->subjects, subject, 0, 0, NULL);

	if (known == NULL)
		return;
	*known = (struct subject){ .last = s->now, .id = c->id };
	map_touch(s->subjects, known, 0);
}

static struct story_case *
begin(struct stories *s, const struct identity *subject, usec_t time)
{
	struct identity id =
	    kit_key("case", bytes_of(subject, sizeof(*subject)), bytes_of(&time, sizeof(time)));
	struct story_case *c = map_put(s->cases, &id, 0, 0, NULL);

	if (c != NULL)
		c->id = id;
	return c;
}

static uint32_t
worst_before(const struct story_case *c, enum story_stage stage)
{
	uint32_t worst = 0;

	for (size_t i = 0; stage < STORY_STAGES && i < stage; i++)
		if (c->parts[i].severity_plus_one > worst)
			worst = c->parts[i].severity_plus_one;
	return worst;
}

/* What follows something of at least medium severity is graver than that. Risks of the stages are independent evidence:
 * 1 - product of (1 - risk), one per stage. */
static void
lift(const struct story_case *c, struct alert *a, enum story_stage stage)
{
	uint32_t worst = worst_before(c, stage);
	double rest = 1 - a->risk / 100.0;

	if (worst > SEVERITY_MEDIUM && a->severity < worst)
		a->severity = worst > SEVERITY_CRITICAL ? SEVERITY_CRITICAL : (enum severity)worst;
	for (size_t i = 0; stage < STORY_STAGES && i < stage; i++)
		rest *= 1 - c->parts[i].risk / 100.0;
	a->risk = (unsigned)((1 - rest) * 100 + 0.5);
}

struct story_case *
stories_join(struct stories *s, struct alert *a)
{
	enum story_stage stage = stage_of(a);
	struct identity account, host;
	bool has_account = account_of(a, &account), has_host = host_of(a, &host);
	struct story_case *c, *of_host;

	if (a->time > s->now)
		s->now = a->time;
	forget_old(s->cases, s->now, s->forget);
	forget_old(s->subjects, s->now, s->forget);
	if (!has_account && !has_host)
		return NULL;
	c = has_account ? find(s, &account) : NULL;
	/* Another account's alerts have the host in common only if it tried passwords: many mailboxes share a gateway. */
	if (c == NULL && has_host && (!has_account || stage <= STORY_COLLECTION) && (of_host = find(s, &host)) != NULL &&
	    (!has_account || of_host->parts[STORY_TRIES].severity_plus_one > 0))
		c = of_host;
	if (c == NULL)
		c = begin(s, has_account ? &account : &host, a->time);
	if (c == NULL)
		return NULL;
	c->last = s->now;
	map_touch(s->cases, c, 0);
	if (has_account)
		tie(s, &account, c);
	if (has_host && (!has_account || stage == STORY_TRIES))
		tie(s, &host, c);
	lift(c, a, stage);
	a->case_id = c->id;
	return c;
}

bool
story_tell(const struct story_case *c, const struct alert *a, struct sentence *reason, struct sentence *seen,
    struct identity *out_event)
{
	const struct story_part *p = NULL;
	char client[ADDRESS_TEXT_MAX], at[CLOCK_TEXT_MAX];
	enum story_stage stage = stage_of(a);
	struct bytes said = a->reason_text;

	for (size_t i = 0; stage < STORY_STAGES && i < stage; i++)
		if (c->parts[i].severity_plus_one > 0)
			p = &c->parts[i];
	if (p == NULL)
		return false;
	sentence_clear(seen);
	sentence_add(seen, "%s", rules[p->rule].words);
	if (p->client.family != 0)
		sentence_add(seen, " by %s", address_text(client, &p->client));
	sentence_add(seen, " at %s", clock_text(at, p->at));
	/* It belongs before the full stop, and must not be what is cut off. */
	if (said.len > 0 && said.at[said.len - 1] == '.')
		said.len--;
	sentence_clear(reason);
	sentence_add(reason, "%.*s", (int)(said.len < 800 ? said.len : 800), said.len > 0 ? (const char *)said.at : "");
	sentence_add(reason, "; after %s.", seen->text);
	*out_event = p->alert;
	return true;
}

void
story_note(struct story_case *c, const struct alert *a, unsigned risk)
{
	size_t row = row_of(a);
	struct story_part *p = row < RULES ? &c->parts[rules[row].stage] : NULL;

	if (p == NULL || p->severity_plus_one > (uint32_t)a->severity)
		return;
	p->at = a->time;
	p->alert = a->id;
	p->client = a->session != NULL ? a->session->client.address : (struct address){ 0 };
	p->severity_plus_one = (uint32_t)a->severity + 1;
	p->risk = risk > p->risk ? risk : p->risk;
	p->rule = (uint32_t)row;
}

uint64_t
stories_evicted(const struct stories *s)
{
	return map_evicted(s->cases);
}

#define CASES "alerts.cases"
#define SUBJECTS "alerts.subjects"

void
stories_save(const struct stories *s, struct state_out *out)
{
	state_begin(out, CASES);
	state_put_map(out, s->cases, sizeof(struct identity), sizeof(struct story_case));
	state_end(out);
	state_begin(out, SUBJECTS);
	state_put_map(out, s->subjects, sizeof(struct identity), sizeof(struct subject));
	state_end(out);
}

static bool
is_case(const void *value)
{
	const struct story_case *c = value;
	bool fine = c->last >= 0;

	for (size_t i = 0; i < STORY_STAGES; i++) {
		const struct story_part *p = &c->parts[i];

		fine = fine && p->at >= 0 && p->severity_plus_one <= SEVERITY_CRITICAL + 1 && p->risk <= 100 &&
		    p->rule < RULES && (p->client.family == 0 || p->client.family == 4 || p->client.family == 6);
	}
	return fine;
}

static bool
is_subject(const void *value)
{
	return ((const struct subject *)value)->last >= 0;
}

unsigned
stories_load(struct stories *s, struct bytes image)
{
	struct state_in in;
	unsigned refused = 0;

	refused += state_find(image, CASES, &in) &&
	    !state_get_map(&in, s->cases, sizeof(struct identity), sizeof(struct story_case), is_case);
	refused += state_find(image, SUBJECTS, &in) &&
	    !state_get_map(&in, s->subjects, sizeof(struct identity), sizeof(struct subject), is_subject);
	return refused;
}
